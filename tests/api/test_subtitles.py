"""Subtitles beside a film: whoever made it brings them, whoever may watch it reads them, nobody else."""

import json
import re
from datetime import timedelta

import httpx
import pytest

from festival.clock import now
from festival.db import rows
from festival.errors import Refused
from festival.settings import Settings
from media import hls
from media.storage import LocalStore
from media.subtitles import TextTrack
from submissions.office import fixes, wishes
from submissions.office.fixes import FixWanted
from submissions.office.wishes import FixWished
from submissions.tables import FilmFile, Submission
from tests.builders import a_film, a_person, an_edition, sign_in, the_viewer

SRT = "1\r\n00:00:01,000 --> 00:00:03,000\r\nBonsoir <b>Vénus</b><script>\r\n\r\n2\r\n00:00:59,000 --> 00:02:00,000\r\nFin\r\n"


class Film:
    """A film of one minute, its maker at the door."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def entered(self, **given) -> "Film":
        self.edition = await an_edition()
        self.maker = await a_person("filmmaker", edition=self.edition)
        self.id, self.file = await a_film(self.edition, self.maker, **given)
        await FilmFile.update({FilmFile.facts: json.dumps({"duration": 60.0})}).where(FilmFile.id == self.file)
        self.base = f"/api/v1/{self.edition.slug}"
        await sign_in(self.client, self.maker)
        return self

    async def bring(
        self, text: str | bytes = SRT, language: str = "fr", name: str = "nuit.srt", kind: str = "full"
    ) -> httpx.Response:
        content = text.encode() if isinstance(text, str) else text
        return await self.client.put(f"{self.tracks}/{language}", params={"name": name, "kind": kind},
                                     content=content, headers={"content-type": "text/plain"})

    async def confirm(self, answer: httpx.Response) -> httpx.Response:
        return await self.client.post(f"{self.tracks}/confirmation", json={"track": answer.json()["track"]})

    async def read(self, language: str = "fr", kind: str = "full") -> httpx.Response:
        place = f"{self.base}/files/{self.file}/subtitles/{language}"
        return await self.client.get(place, params={"kind": kind})

    async def names(self) -> list[tuple[str, str, bool]]:
        listed = (await self.client.get(self.tracks)).json()
        return [(one["language"], one["kind"], one["confirmed"]) for one in listed]

    @property
    def tracks(self) -> str:
        return f"{self.base}/submissions/{self.id}/subtitles"

    @property
    def page(self) -> str:
        return f"/fr/{self.edition.slug}/submissions/{self.id}"


@pytest.fixture
async def film(client: httpx.AsyncClient) -> Film:
    return await Film(client).entered(status="draft")


async def test_what_was_brought_is_read_as_webvtt_that_can_do_no_harm(film: Film) -> None:
    answer = await film.bring()

    text = await film.read()
    told = answer.json()
    assert answer.status_code == 200
    assert (told["cues"], told["bad"], told["late"], told["encoding"]) == (2, 0, 0, "UTF-8")
    assert (told["language"], told["kind"], told["confirmed"]) == ("fr", "full", True)
    assert told["first"][0] == {"start": 1.0, "end": 3.0, "text": "Bonsoir Vénus"}
    assert text.headers["content-type"] == "text/vtt; charset=utf-8"
    assert text.headers["cache-control"] == "private, no-store"
    assert text.text.startswith("WEBVTT")
    assert "00:00:01.000 --> 00:00:03.000\nBonsoir <b>Vénus</b>\n" in text.text
    assert "00:00:59.000 --> 00:01:00.000\nFin" in text.text


async def test_the_office_asks_for_subtitles_and_what_comes_to_stand_answers_it_late_as_well(client) -> None:
    film = await Film(client).entered(title="Nuit")
    by = await a_person("operator", edition=film.edition)
    office = {"viewer": await the_viewer(by, film.edition), "by": by}
    asked = FixWanted(field=fixes.TRACKS, why="In Danish, please.", due=now().date() + timedelta(days=7))
    fix = await fixes.ask(film.edition, film.id, asked, **office)
    with pytest.raises(Refused, match="fix_asked_already"):
        await fixes.ask(film.edition, film.id, asked, **office)
    here = f"{film.page}/fixes/{fix}"
    page = (await client.get(here)).text
    written = await client.put(f"{film.base}/submissions/{film.id}/fixes/{fix}", json={"entry": {"title": "Jour"}, "version": 1})
    await rows("UPDATE fix_request SET due_at = now() - interval '2 days' WHERE id = {} RETURNING id", fix)

    waiting = await film.bring("1\n00:00:01,000 --> 00:00:03,000\nBonsoir \u00e9t\u00e9\n".encode("latin-1"))
    open_still = [one.state for one in await fixes.fixes_of(film.id)]
    await film.confirm(waiting)

    assert (f"/submissions/{film.id}/file#subtitles" in page, written.json()["codes"]) == (True, ["tracks:fix_by_bringing"])
    assert (waiting.json()["confirmed"], open_still) == (False, ["open"])
    [done] = await fixes.fixes_of(film.id)
    assert (done.state, done.mended_by, done.before, [one["language"] for one in done.after["tracks"]]) == (
        "done", film.maker.name or film.maker.email, {"tracks": []}, ["fr"],
    )  # fmt: skip
    assert [word in (await client.get(here)).text for word in ("français", "/file#subtitles")] == [True, False]
    await fixes.settle(film.edition, film.id, fix, done.version, **office)
    await film.bring(language="da", kind="forced")
    assert [one.state for one in await fixes.fixes_of(film.id)] == ["settled"]


async def test_no_subtitles_are_asked_of_a_film_that_takes_none_nor_brought_by_who_only_sees(client) -> None:
    film = await Film(client).entered(status="declined")
    by = await a_person("operator", edition=film.edition)
    asked = FixWanted(field=fixes.TRACKS, why="In Danish, please.", due=now().date() + timedelta(days=7))
    with pytest.raises(Refused, match="fix_field_unasked"):
        await fixes.ask(film.edition, film.id, asked, viewer=await the_viewer(by, film.edition), by=by)
    other = await Film(client).entered()
    with pytest.raises(Refused, match="fix_field_unasked"):
        entry = await Submission.objects().get(Submission.id == other.id)
        await wishes.wish(other.edition, entry, FixWished(field=fixes.TRACKS, why="Mine."), by=other.maker)
    await rows("UPDATE member SET entry_right = 'see' WHERE submission = {} RETURNING id", other.id)
    operator = await a_person("operator", edition=other.edition)
    fix = await fixes.ask(
        other.edition, other.id, asked, viewer=await the_viewer(operator, other.edition), by=operator
    )

    assert "/file#subtitles" not in (await client.get(f"{other.page}/fixes/{fix}")).text
    assert (await other.bring()).status_code == 403
    assert [one.state for one in await fixes.fixes_of(other.id)] == ["open"]


async def test_a_second_file_in_a_language_asks_before_it_replaces_the_first(film: Film) -> None:
    first = await film.bring()
    second = await film.bring("WEBVTT\n\n00:05.000 --> 00:06.000\nEncore\n", name="deux.vtt")
    before = (await film.read()).text

    yes = await film.confirm(second)

    assert (second.json()["confirmed"], second.json()["replaces"]) == (False, first.json()["track"])
    assert "Bonsoir" in before
    assert "Encore" not in before
    assert (yes.status_code, (await film.confirm(second)).status_code) == (204, 204)
    assert "Encore" in (await film.read()).text
    assert "Bonsoir" not in (await film.read()).text
    assert await film.names() == [("fr", "full", True)]


async def test_a_language_has_a_track_of_each_kind(film: Film) -> None:
    for kind in ("full", "sdh", "forced"):
        await film.bring(SRT.replace("Bonsoir", kind), kind=kind)
    await film.bring(SRT, "fr-ca")

    assert await film.names() == [("fr", "forced", True), ("fr", "full", True), ("fr", "sdh", True), ("fr-CA", "full", True)]
    assert "sdh" in (await film.read(kind="sdh")).text
    gone = await film.client.delete(f"{film.tracks}/fr?kind=sdh")
    assert gone.status_code == 204
    assert [(await film.read(kind=kind)).status_code for kind in ("full", "sdh", "forced")] == [200, 404, 200]


@pytest.mark.parametrize(("given", "kept"), [
    ("FRE", "fr"), ("pt_br", "pt-BR"), ("zh-hant", "zh-Hant"), ("sr-latn", "sr-Latn"),
    ("es-419", "es-419"), ("de-at", "de-AT"), ("yue", "yue"), ("iw", "he"),
])  # fmt: skip
async def test_a_language_is_spelled_as_the_standards_do(film: Film, given: str, kept: str) -> None:
    answer = await film.bring("1\n00:00:01,000 --> 00:00:02,000\n1984\n", given)

    assert answer.json()["language"] == kept
    assert (await film.read(given)).status_code == 200


async def test_a_guessed_encoding_waits_for_a_yes_and_nobody_else_sees_it(client: httpx.AsyncClient) -> None:
    film = await Film(client).entered(status="submitted")
    reader = await a_person("reviewer", edition=film.edition, name="Chris")
    said = "1\r\n00:00:01,000 --> 00:00:03,000\r\nЗдравствуйте, космос.\r\n"
    answer = await film.bring(said.encode("cp1251"), "ru")
    await sign_in(client, reader)
    room = f"/fr/{film.edition.slug}/committee/submissions/{film.id}"
    unseen, hidden = await film.read("ru"), (await client.get(room)).text

    await sign_in(client, film.maker)
    asked = (await client.get(f"{film.page}/file")).text
    yes = await client.post(f"{film.page}/subtitles/{answer.json()['track']}/confirmation")
    await sign_in(client, reader)
    seen, shown = await film.read("ru"), (await client.get(room)).text

    assert (answer.json()["encoding"], answer.json()["confirmed"]) == ("Windows-1251", False)
    assert answer.json()["first"][0]["text"] == "Здравствуйте, космос."
    assert "Здравствуйте, космос." in asked
    assert "Windows-1251" in asked
    assert (unseen.status_code, yes.status_code, seen.status_code) == (404, 303, 200)
    assert "/subtitles/ru" not in hidden
    assert 'label="russe"' in shown


async def test_a_no_leaves_what_stood_before(film: Film) -> None:
    await film.bring()
    waiting = await film.bring("1\n00:00:01,000 --> 00:00:02,000\nDéjà là\n".encode("cp1252"))

    no = await film.client.post(f"{film.page}/subtitles/{waiting.json()['track']}/removal")

    assert no.status_code == 303
    assert await film.names() == [("fr", "full", True)]
    assert "Bonsoir" in (await film.read()).text


@pytest.mark.parametrize(("text", "language", "code", "told"), [
    ("Déjà là, à bientôt, l’été est caf\ufffd".encode(), "fr", "subtitle_damaged", "1 (0:01)"),
    ("Déjà là, à bientôt, l’été est caf".encode() + b"\xe9", "fr", "subtitle_damaged", "«\u00a0Déjà là"),
    ("Здравствуйте, космос.".encode("cp1251"), "fr", "subtitle_unlike", "Windows-1252"),
    ("Здравствуйте, космос.".encode(), "ja", "subtitle_unlike", "Здравствуйте"),
    ("Çäðàâñòâóéòå, êîñìîñ.".encode(), "ru", "subtitle_unlike", "UTF-8"),
])  # fmt: skip
async def test_what_was_not_read_right_is_refused_with_what_was_read(
    film: Film, text: bytes, language: str, code: str, told: str
) -> None:
    answer = await film.bring(b"1\n00:00:01,000 --> 00:00:03,000\n" + text + b"\n", language)

    assert (answer.status_code, answer.json()["codes"]) == (422, [code])
    assert told in answer.json()["words"]["fr"][0]
    assert not {"«", "»"} & set(answer.json()["words"]["en"][0])
    assert await film.names() == []


async def test_another_film_s_track_is_not_confirmed_or_removed_here(film: Film) -> None:
    waiting = await film.bring("1\n00:00:01,000 --> 00:00:02,000\nDéjà là\n".encode("cp1252"))
    other, _ = await a_film(film.edition, film.maker, title="Autre", status="draft")
    place = f"{film.base}/submissions/{other}/subtitles"

    yes = await film.client.post(f"{place}/confirmation", json={"track": waiting.json()["track"]})
    no = await film.client.delete(f"{place}/fr?track={waiting.json()['track']}")

    assert (yes.status_code, no.status_code) == (404, 404)
    assert await film.names() == [("fr", "full", False)]


async def test_the_form_without_scripts_brings_a_track_and_tells_every_fault(film: Film) -> None:
    empty = await film.client.post(f"{film.page}/subtitles", files={"subtitles": ("", b"")},
                                   data={"language": "klingonais", "kind": ""})  # fmt: skip
    kept = await film.client.post(f"{film.page}/subtitles", files={"subtitles": ("nuit.srt", SRT.encode())},
                                  data={"language": "Québecquois du Canada", "kind": "sdh"})  # fmt: skip
    named = await film.client.post(f"{film.page}/subtitles", files={"subtitles": ("nuit.srt", SRT.encode())},
                                   data={"language": "français canadien", "kind": "sdh"})  # fmt: skip

    assert empty.status_code == 422
    assert all(f'href="#f-{field}"' in empty.text for field in ("language", "kind", "subtitles"))
    assert 'value="klingonais"' in empty.text
    assert (kept.status_code, named.status_code) == (422, 303)
    assert await film.names() == [("fr-CA", "sdh", True)]
    assert "français canadien (sourds et malentendants)" in (await film.client.get(f"{film.page}/file")).text


async def test_the_form_in_parts_is_bounded_and_needs_its_proof(film: Film) -> None:
    place, words = f"{film.page}/subtitles", {"language": "fr\x00", "kind": "full"}
    large = {"subtitles": ("nuit.srt", b"x" * (9 * 1024 * 1024))}
    small = {"subtitles": ("nuit.srt", SRT.encode())}

    too_large = await film.client.post(place, files=large, data=words)
    hostile = await film.client.post(place, files=small, data=words)
    proof = film.client.headers.pop("x-csrf-token")
    unproved = await film.client.post(place, files=small, data={"language": "fr", "kind": "full"})
    proved = await film.client.post(place, files=small, data={"language": "fr", "kind": "full", "_csrf": proof})

    assert (too_large.status_code, hostile.status_code) == (413, 422)
    assert (unproved.status_code, proved.status_code) == (403, 303)
    assert await film.names() == [("fr", "full", True)]


async def test_lines_beyond_the_end_are_counted_and_left_out(film: Film) -> None:
    answer = await film.bring(SRT + "\r\n3\r\n00:01:30,000 --> 00:01:31,000\r\nTrop tard\r\n\r\n4\r\nxx --> yy\r\nQuoi\r\n")

    told = answer.json()
    assert (told["cues"], told["bad"], told["late"]) == (2, 1, 1)


@pytest.mark.parametrize(("text", "language", "code"), [
    ("Cher comité, voici mes sous-titres.", "fr", "subtitle_unreadable"),
    (b"\x00\x01\x02\x03" * 50, "fr", "subtitle_unreadable"),
    ("", "fr", "subtitle_unreadable"),
    ("1\n00:02:00,000 --> 00:02:01,000\nTrop tard\n", "fr", "subtitle_past_end"),
    (SRT, "klingon", "subtitle_language"),
])  # fmt: skip
async def test_what_cannot_be_shown_is_refused_with_its_reason(
    film: Film, text: str | bytes, language: str, code: str
) -> None:
    answer = await film.bring(text, language)

    assert (answer.status_code, answer.json()["codes"]) == (422, [code])
    assert all(answer.json()["words"][lang][0] for lang in ("fr", "en"))


async def test_subtitles_larger_than_any_film_needs_are_not_read(film: Film) -> None:
    answer = await film.bring("x" * (9 * 1024 * 1024))

    assert answer.status_code == 413


async def test_removed_subtitles_are_gone(film: Film) -> None:
    await film.bring()

    gone = await film.client.delete(f"{film.base}/submissions/{film.id}/subtitles/fr")
    again = await film.client.delete(f"{film.base}/submissions/{film.id}/subtitles/fr")

    assert (gone.status_code, again.status_code, (await film.read()).status_code) == (204, 404, 404)


async def test_the_films_and_subtitles_of_others_do_not_exist(film: Film) -> None:
    await film.bring()
    await sign_in(film.client, await a_person("filmmaker", edition=film.edition, name="Bo"))

    assert (await film.bring()).status_code == 404
    assert (await film.read()).status_code == 404


async def test_the_committee_reads_them_with_the_released_film_alone(client: httpx.AsyncClient) -> None:
    film = await Film(client).entered(status="submitted")
    await film.bring()
    reader = await a_person("reviewer", edition=film.edition, name="Chris")
    await sign_in(client, reader)

    assert (await film.read()).status_code == 200
    await FilmFile.update({FilmFile.state: "ready"}).where(FilmFile.id == film.file)
    assert (await film.read()).status_code == 404


async def test_the_pages_offer_what_was_brought(film: Film) -> None:
    await film.bring()

    page = await film.client.get(f"/fr/{film.edition.slug}/submissions/{film.id}/file")

    assert f'src="{film.base}/files/{film.file}/subtitles/fr?kind=full"' in page.text
    assert "2 répliques." in page.text


async def test_the_subtitles_inside_a_film_are_named_in_the_language_of_the_page(film: Film) -> None:
    """The copy keeps the tag; the page asks in its own language, a program by header."""
    store = LocalStore(Settings.read().media_root)
    (path := store.published(film.file, "master.m3u8").path).write_text(hls.text_line(0, TextTrack("s0", "fra", 1)))
    place = f"{film.base}/files/{film.file}/screener/master.m3u8"

    answers = [
        await film.client.get(place, params=asked, headers={"accept-language": "en"})
        for asked in ({"lang": "fr"}, {"lang": "en"}, {})
    ]
    head = await film.client.head(place, params={"lang": "fr"})

    names = [re.findall('NAME="([^"]*)"', answer.text)[0] for answer in answers]
    assert names == ["français (dans le film)", "French (in the film)", "French (in the film)"]
    assert head.headers["content-length"] == str(len(answers[0].content))
    assert 'NAME="1"' in path.read_text()
