"""Subtitles beside a film: whoever made it brings them, whoever may watch it reads them, nobody else."""

import json

import httpx
import pytest

from festival.db import rows
from submissions.tables import FilmFile
from tests.builders import a_film, a_person, an_edition, sign_in

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

    async def bring(self, text: str | bytes = SRT, language: str = "fr", name: str = "nuit.srt") -> httpx.Response:
        content = text.encode() if isinstance(text, str) else text
        return await self.client.put(f"{self.base}/submissions/{self.id}/subtitles/{language}?name={name}",
                                     content=content, headers={"content-type": "text/plain"})

    async def read(self, language: str = "fr") -> httpx.Response:
        return await self.client.get(f"{self.base}/files/{self.file}/subtitles/{language}")


@pytest.fixture
async def film(client: httpx.AsyncClient) -> Film:
    return await Film(client).entered(status="draft")


async def test_what_was_brought_is_read_as_webvtt_that_can_do_no_harm(film: Film) -> None:
    answer = await film.bring()

    text = await film.read()
    assert (answer.status_code, answer.json()) == (200, {"cues": 2, "bad": 0, "late": 0})
    assert text.headers["content-type"] == "text/vtt; charset=utf-8"
    assert text.headers["cache-control"] == "private, no-store"
    assert text.text.startswith("WEBVTT")
    assert "00:00:01.000 --> 00:00:03.000\nBonsoir <b>Vénus</b>\n" in text.text
    assert "00:00:59.000 --> 00:01:00.000\nFin" in text.text


async def test_a_second_file_in_a_language_replaces_the_first(film: Film) -> None:
    await film.bring()
    await film.bring("WEBVTT\n\n00:05.000 --> 00:06.000\nEncore\n")

    assert "Encore" in (await film.read()).text
    assert "Bonsoir" not in (await film.read()).text
    assert len(await rows("SELECT id FROM subtitle WHERE submission = {}", film.id)) == 1


async def test_lines_beyond_the_end_are_counted_and_left_out(film: Film) -> None:
    answer = await film.bring(SRT + "\r\n3\r\n00:01:30,000 --> 00:01:31,000\r\nTrop tard\r\n\r\n4\r\nxx --> yy\r\nQuoi\r\n")

    assert answer.json() == {"cues": 2, "bad": 1, "late": 1}


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

    assert f'src="{film.base}/files/{film.file}/subtitles/fr"' in page.text
    assert "2 répliques." in page.text
