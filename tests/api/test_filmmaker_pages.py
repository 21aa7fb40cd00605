"""The filmmaker's pages through the whole door: what is drawn, kept, refused and hidden."""

import asyncio
import re
from typing import Any

import httpx
import msgspec
import pytest
from lxml import html

from api.pages import _entry, _films, _places, _report
from festival.db import rows
from festival.language import length_typed, t, words
from festival.people import grant
from festival.tables import Deadline, Edition, Person, Role
from media.facts import Facts, Interval, Sound
from media.policy import Finding, Severity, Verdict, judge, load
from submissions import entries
from submissions.entry import Entry
from submissions.lists import Card
from submissions.tables import FieldRule, FilmFile, Submission
from tests.builders import a_film, a_person, a_section, an_edition, paris, sign_in

WHOLE = {
    "title": "La Nuit des antennes",
    "title_en": "The Night of the Dishes",
    "section": "C",
    "year": "2026",
    "runtime": "1 h 32",
    "premiere": "world",
    "directors": "Joan Vidal\nAda Morel",
    "countries": "Espagne, France",
    "languages": "catalan, français",
    "subtitles": "",
    "synopsis_fr": "Une nuit parmi les antennes qui écoutent.",
    "synopsis_en": "A night among the dishes that listen.",
    "rights_confirmed": "yes",
}


async def a_filmmaker(client: httpx.AsyncClient) -> tuple[Edition, Person]:
    edition = await an_edition()
    person = await a_person(Role.FILMMAKER, edition=edition)
    await sign_in(client, person)
    return edition, person


async def a_draft(edition: Edition, person: Person, **given: Any) -> Submission:
    return await entries.open_entry(edition, by=person, entry=Entry(title="Périhélie", **given))


async def a_file(submission: Submission, **given: Any) -> FilmFile:
    file = FilmFile(
        **{"submission": submission.id, "name": "film.mov", "size": 4000, "policy": "demo", **given}
    )
    await file.save()
    return file


async def test_a_form_bears_the_version_of_its_own_values(
    client: httpx.AsyncClient, house: object
) -> None:
    """Also while another window saves: a newer value beside an older version is a quarrel with nobody."""
    edition, person = await a_filmmaker(client)
    draft = await a_draft(edition, person)
    shown: list[tuple[str, str]] = []

    async def typing() -> None:
        for version in range(1, 25):
            await entries.save_entry(
                draft, Entry(title=f"{version + 1}"), version=version, by=person
            )

    async def reading() -> None:
        while not typed.done():
            page = html.fromstring(
                (await client.get(f"/fr/{edition.slug}/submissions/{draft.id}")).text
            )
            shown.append(
                tuple(
                    page.xpath(f"string(//*[@name='{name}']/@value)")
                    for name in ("version", "title")
                )
            )

    typed = asyncio.create_task(typing())
    await asyncio.gather(typed, *(reading() for _ in range(2)))

    assert [one for one in shown if one[0] != one[1] and one != ("1", "Périhélie")] == []
    assert len(set(shown)) > 3


@pytest.mark.parametrize(("made_in", "lines", "premiere", "read"), [
    ("Suisse", "2026, Locarno, Suisse", "international", "2026, Locarno, Suisse"),
    ("Corée du Sud", "KR\n Sundance, 2026 , usa", "european", "Corée du Sud\n2026, Sundance, États-Unis"),
    ("Suisse", "Berlinale, Allemagne", "national", "Berlinale, Allemagne"),
    ("Corée du Sud", "2025, Busan, Korea, Republic of", "international", "2025, Busan, Corée du Sud"),
    ("France", "2026, Annecy, FR", "none", "2026, Annecy, France"),
])  # fmt: skip
async def test_a_premiere_follows_from_where_the_film_was_shown(
    client: httpx.AsyncClient, house: object, made_in: str, lines: str, premiere: str, read: str
) -> None:
    edition, person = await a_filmmaker(client)
    draft = await a_draft(edition, person)
    place = f"/fr/{edition.slug}/submissions/{draft.id}"

    await client.post(
        place, data={"title": "Périhélie", "countries": made_in, "shown": lines, "version": "1"}
    )

    form = html.fromstring((await client.get(place)).text)
    assert (await entries.written(draft)).premiere == premiere
    assert form.xpath("string(//*[@name='shown'])").strip() == read
    assert t("fr", f"filmmaker.premiere.{premiere}") in form.xpath(
        "string(//*[@id='premiere-told'])"
    )


async def test_a_line_without_a_country_is_kept_as_typed_and_told_and_never_shown_says_so(
    client: httpx.AsyncClient, house: object
) -> None:
    edition, person = await a_filmmaker(client)
    draft = await a_draft(edition, person)
    place = f"/fr/{edition.slug}/submissions/{draft.id}"

    told = await client.post(
        place, data={"title": "Périhélie", "shown": "2026, Locarno, Suise", "version": "1"}
    )
    assert told.status_code == 422
    assert "Suisse" in html.fromstring(told.text).xpath("string(//*[@id='e-shown'])")
    assert "2026, Locarno, Suise" in html.fromstring(told.text).xpath("string(//*[@name='shown'])")

    both = {"title": "Périhélie", "shown": "Suisse", "never_shown": "yes", "version": "2"}
    assert "jamais montré" in (await client.post(place, data=both)).text

    await client.post(place, data={"title": "Périhélie", "never_shown": "yes", "version": "3"})
    assert (await entries.written(draft)).premiere == "world"
    await client.post(
        place, data={"title": "Périhélie", "drawn": "title shown never_shown", "version": "4"}
    )
    assert "premiere:premiere_missing" in await entries.missing_of(draft)


async def test_credits_are_kept_by_role_in_the_order_of_the_form_and_read_before_filing(
    client: httpx.AsyncClient, house: object
) -> None:
    edition, person = await a_filmmaker(client)
    draft = await a_draft(edition, person)
    place = f"/fr/{edition.slug}/submissions/{draft.id}"
    typed = {
        "title": "Périhélie",
        "credit_cast": "Zoé Ott\n\n Ada Ott \nZoé Ott",
        "credit_writing": "Ada Ott",
    }

    await client.post(place, data={**typed, "version": "1"})
    written = await entries.written(draft)
    read = (await client.get(f"{place}/filing")).text

    assert list(written.credits.items()) == [
        ("writing", ["Ada Ott"]),
        ("cast", ["Zoé Ott", "Ada Ott"]),
    ]
    assert (
        "Scénario\u00a0: Ada Ott · Avec\u00a0: Zoé Ott, Ada Ott"
        in html.fromstring(read).text_content()
    )

    too_long = await client.post(place, data={**typed, "credit_cast": "Z" * 201, "version": "2"})
    form = html.fromstring(too_long.text)
    assert too_long.status_code == 422
    assert form.xpath("//*[@id='e-credit_cast']")
    assert form.xpath("string(//*[@name='credit_cast'])").strip() == "Z" * 201
    assert (await entries.written(draft)).credits == written.credits

    await client.post(
        place,
        data={"title": "Périhélie", "drawn": "title credit_writing credit_cast", "version": "3"},
    )
    assert (await entries.written(draft)).credits == {}


async def test_the_first_day_shows_where_to_begin(client: httpx.AsyncClient, house: object) -> None:
    edition, _ = await a_filmmaker(client)

    page = await client.get(f"/fr/{edition.slug}/submissions")

    assert page.status_code == 200
    assert "Aucun film pour l’instant" in page.text


async def test_a_title_opens_an_entry(client: httpx.AsyncClient, house: object) -> None:
    edition, _ = await a_filmmaker(client)

    opened = await client.post(f"/fr/{edition.slug}/submissions", data={"title": "Apogée"})
    page = await client.get(opened.headers["location"])

    assert opened.status_code == 303
    assert 'value="Apogée"' in page.text
    assert "<film-upload" in page.text


@pytest.mark.parametrize("title", ["", "   ", "\u200b\u3164"])
async def test_an_entry_without_a_title_is_told_so(
    client: httpx.AsyncClient, house: object, title: str
) -> None:
    edition, _ = await a_filmmaker(client)

    page = await client.post(f"/fr/{edition.slug}/submissions", data={"title": title})

    assert page.status_code == 422
    assert 'href="#f-title"' in page.text


async def test_a_program_opens_no_entry_without_a_title(
    client: httpx.AsyncClient, house: object
) -> None:
    edition, _ = await a_filmmaker(client)
    place = f"/api/v1/{edition.slug}/submissions"

    refused = await client.post(place, json={"title": "\u200b", "year": 2026})

    assert refused.status_code == 422
    assert refused.json()["codes"] == ["title:title_missing"]
    assert (await client.get(place)).json() == []


async def test_a_film_of_another_edition_begins_a_new_entry_and_the_two_are_never_one(
    client: httpx.AsyncClient, house: object
) -> None:
    before, person = await a_filmmaker(client)
    first = await a_draft(before, person)
    place = f"/fr/{before.slug}/submissions/{first.id}"
    await client.post(place, data={**WHOLE, "section": "", "credit_music": "Zoé Ott", "version": 1})
    edition = await an_edition()
    await grant(person, Role.FILMMAKER, edition=edition, by=person)
    await FieldRule(edition=edition.id, field="synopses", wanted="off").save()
    other = await a_person(Role.FILMMAKER, edition=edition, name="Noor")
    foreign = await a_draft(edition, other)

    offered = (await client.get(f"/fr/{edition.slug}/submissions/new")).text
    opened = await client.post(f"/fr/{edition.slug}/submissions", data={"like": first.id})
    second = await Submission.objects().get(
        Submission.id == opened.headers["location"].rpartition("/")[2].partition("?")[0]
    )
    kept = await entries.entry_of(second)
    refused = await client.post(f"/fr/{edition.slug}/submissions", data={"like": foreign.id})
    await entries.save_entry(second, Entry(title="Autre"), version=1, by=person)

    assert first.id in offered
    assert foreign.id not in offered
    assert (kept.title, kept.directors, kept.declared_seconds, kept.credits) == (
        "La Nuit des antennes", ["Joan Vidal", "Ada Morel"], 5520, {"music": ["Zoé Ott"]},
    )  # fmt: skip
    assert (kept.section, kept.premiere, kept.rights_confirmed, kept.synopses) == ("", "", False, {})
    assert refused.status_code == 404
    unchanged = await entries.entry_of(await Submission.objects().get(Submission.id == first.id))
    assert (unchanged.title, unchanged.credits) == ("La Nuit des antennes", {"music": ["Zoé Ott"]})


async def test_everything_that_was_typed_is_saved(client: httpx.AsyncClient, house: object) -> None:
    edition, person = await a_filmmaker(client)
    draft = await a_draft(edition, person)

    saved = await client.post(
        f"/fr/{edition.slug}/submissions/{draft.id}", data={**WHOLE, "version": draft.version}
    )

    assert saved.status_code == 303
    kept = await entries.entry_of(await Submission.objects().get(Submission.id == draft.id))
    assert kept == Entry(
        title="La Nuit des antennes",
        titles={"en": "The Night of the Dishes"},
        section="C",
        year=2026,
        declared_seconds=5520,
        premiere="world",
        directors=["Joan Vidal", "Ada Morel"],
        director="Joan Vidal, Ada Morel",
        countries=["ES", "FR"],
        languages=["ca", "fr"],
        subtitles=[],
        synopses={"fr": WHOLE["synopsis_fr"], "en": WHOLE["synopsis_en"]},
        rights_confirmed=True,
    )


async def test_a_letters_way_leads_to_what_is_missing_on_the_day_when_it_is_read(
    client: httpx.AsyncClient, house: object
) -> None:
    edition, person = await a_filmmaker(client)
    draft = await a_draft(edition, person)
    place = f"/fr/{edition.slug}/submissions/{draft.id}"

    first = await client.get(f"{place}?step=next")
    await client.post(place, data={**WHOLE, "version": draft.version})
    later = await client.get(f"{place}?step=next")
    client.cookies.clear()
    door = await client.get(f"{place}?step=next")

    shown = [html.fromstring(page.text).xpath("//a[@aria-current='step']/@data-to") for page in (first, later)]
    assert shown == [["film"], ["file"]]
    assert door.headers["location"].endswith(f"sign-in?next={place}%3Fstep%3Dnext")


async def test_what_cannot_be_read_is_told_and_nothing_typed_is_lost(
    client: httpx.AsyncClient, house: object
) -> None:
    edition, person = await a_filmmaker(client)
    draft = await a_draft(edition, person)
    typed = {**WHOLE, "year": "l’an 2026", "runtime": "assez long", "version": draft.version}

    page = await client.post(f"/fr/{edition.slug}/submissions/{draft.id}", data=typed)

    assert page.status_code == 422
    assert f'href="/fr/{edition.slug}/submissions/{draft.id}?step=film#f-year"' in page.text
    assert "Écrivez l’année en quatre chiffres" in page.text
    assert '?step=film#f-declared_seconds"' in page.text
    assert 'value="assez long"' in page.text
    assert WHOLE["synopsis_en"] in page.text


async def test_whoever_saves_over_a_change_is_told(
    client: httpx.AsyncClient, house: object
) -> None:
    edition, person = await a_filmmaker(client)
    draft = await a_draft(edition, person)
    place = f"/fr/{edition.slug}/submissions/{draft.id}"
    await client.post(place, data={**WHOLE, "version": 1})

    page = await client.post(place, data={**WHOLE, "title": "Mon titre", "version": 1})

    assert page.status_code == 409
    assert 'value="Mon titre"' in page.text
    assert 'name="version" value="2"' in page.text


async def test_an_unread_word_is_kept_beside_what_could_be_read_and_keeps_the_entry_back(
    client: httpx.AsyncClient, house: object
) -> None:
    edition, person = await a_filmmaker(client)
    draft = await a_draft(edition, person)
    place = f"/fr/{edition.slug}/submissions/{draft.id}"

    told = await client.post(place, data={**WHOLE, "countries": "Espagne, Frnace", "version": 1})
    again = await client.get(place)
    filing = [await client.get(f"{place}/filing"), await client.post(f"{place}/filing", data={})]
    missing = await entries.missing_of(await Submission.objects().get(Submission.id == draft.id))
    mended = await client.post(place, data={**WHOLE, "version": 2})

    assert told.status_code == 422
    assert "Frnace" in again.text
    assert "peut-être" in again.text
    assert 'value="La Nuit des antennes"' in again.text
    assert "countries:field_unread" in missing
    for page in filing:
        assert "Frnace" in page.text, "what is at fault is told by its own words"
        assert "Ce qui est écrit ici" not in page.text
    assert mended.status_code == 303
    kept = await Submission.objects().get(Submission.id == draft.id)
    assert (kept.unread, (await entries.entry_of(kept)).countries) == ({}, ["ES", "FR"])


async def test_single_fields_are_saved_and_two_windows_never_overwrite_each_other(
    client: httpx.AsyncClient, house: object
) -> None:
    edition, person = await a_filmmaker(client)
    draft = await a_draft(edition, person)
    place = f"/fr/{edition.slug}/submissions/{draft.id}"

    async def typed(**fields: tuple[str, str]) -> httpx.Response:
        changes = {name: {"was": was, "now": now} for name, (was, now) in fields.items()}
        return await client.post(f"{place}/fields", json={"fields": changes})

    title = await typed(title=("Périhélie", "Aphélie"), countries=("", "UK"))
    other = await typed(title_en=("", "Aphelion"), countries=("Royaume-Uni", "UK, USA"))
    stale = await typed(title=("Périhélie", "Zénith"), year=("", "2026"))
    same = await typed(title=("Périhélie", "Aphélie"))
    unread = await typed(year=("", "bientôt"))

    assert [one.status_code for one in (title, other, stale, same, unread)] == [
        200,
        200,
        409,
        200,
        422,
    ]
    assert 'value="Zénith"' in stale.text
    assert 'data-value="Aphélie"' in stale.text
    entry = await entries.entry_of(await Submission.objects().get(Submission.id == draft.id))
    assert (entry.title, entry.titles["en"], entry.countries, entry.year) == (
        "Aphélie",
        "Aphelion",
        ["GB", "US"],
        None,
    )
    assert 'value="bientôt"' in (await client.get(place)).text


async def test_the_plain_form_of_a_stale_page_shows_both(
    client: httpx.AsyncClient, house: object
) -> None:
    edition, person = await a_filmmaker(client)
    draft = await a_draft(edition, person)
    place = f"/fr/{edition.slug}/submissions/{draft.id}"
    await client.post(place, data={**WHOLE, "version": 1})

    page = await client.post(place, data={**WHOLE, "directors": "Ada Morel", "version": 1})

    assert page.status_code == 409
    assert re.search(r"Ada Morel</textarea\s*>", page.text)
    assert 'data-theirs="directors"' in page.text
    assert 'data-theirs="title"' not in page.text


async def test_no_answer_is_given_before_its_maker_gives_it(
    client: httpx.AsyncClient, house: object
) -> None:
    edition, person = await a_filmmaker(client)
    draft = await a_draft(edition, person)

    page = (await client.get(f"/fr/{edition.slug}/submissions/{draft.id}")).text
    form = html.fromstring(page).get_element_by_id("entry")

    assert (
        len(form.xpath(".//option | .//input[@type='radio']")) > 10
    )  # lists of countries and languages
    assert form.xpath(".//option[@selected] | .//input[@checked]") == []
    assert form.xpath(".//select") == []  # a browser chooses its first option where nobody did
    assert "premiere:premiere_missing" in await entries.missing_of(draft)


async def test_the_entry_page_says_how_far_its_film_is(
    client: httpx.AsyncClient, house: object
) -> None:
    edition, person = await a_filmmaker(client)
    draft = await a_draft(edition, person)
    file = await a_file(draft, state="making")
    place = f"/fr/{edition.slug}/submissions/{draft.id}"
    working = (await client.get(place)).text
    verdict = Verdict(
        outcome="refused", findings=(Finding(code="AUDIO_MISSING", severity=Severity.REJECT),)
    )
    await FilmFile.update(
        {FilmFile.state: "faulty", FilmFile.verdict: msgspec.json.encode(verdict).decode()}
    ).where(FilmFile.id == file.id)

    refused = (await client.get(place)).text

    assert re.search(r'id="news"[^>]*\sdata-working', working)
    assert "data-working" not in refused
    assert "Il n’y a pas de son" in refused


async def test_filing_lists_everything_that_is_missing(
    client: httpx.AsyncClient, house: object
) -> None:
    edition, person = await a_filmmaker(client)
    draft = await a_draft(edition, person)
    place = f"/en/{edition.slug}/submissions/{draft.id}"

    before = await client.get(f"{place}/filing")
    refused = await client.post(f"{place}/filing")

    assert before.status_code == 200
    assert refused.status_code == 422
    missing = await entries.missing_of(draft)
    assert all(f"#f-{code.partition(':')[0]}" in refused.text for code in missing)


async def test_a_whole_entry_with_a_released_copy_is_filed_and_then_only_read(
    client: httpx.AsyncClient, house: object
) -> None:
    edition, person = await a_filmmaker(client)
    draft = await a_draft(edition, person)
    place = f"/fr/{edition.slug}/submissions/{draft.id}"
    await client.post(place, data={**WHOLE, "version": 1})
    await a_file(draft, state="ready")

    released = await client.post(f"{place}/release")
    filed = await client.post(f"{place}/filing")
    entry = await client.get(place)

    assert (released.status_code, filed.status_code) == (303, 303)
    assert 'name="synopsis_fr"' not in entry.text
    assert "Envoyé" in entry.text


async def test_a_copy_that_is_not_ready_is_not_released(
    client: httpx.AsyncClient, house: object
) -> None:
    edition, person = await a_filmmaker(client)
    draft = await a_draft(edition, person)
    await a_file(draft, state="making")

    page = await client.post(f"/fr/{edition.slug}/submissions/{draft.id}/release")

    assert page.status_code == 422
    assert 'class="summary"' in page.text


async def test_withdrawal_asks_first(client: httpx.AsyncClient, house: object) -> None:
    edition, person = await a_filmmaker(client)
    draft = await a_draft(edition, person)
    place = f"/fr/{edition.slug}/submissions/{draft.id}/withdrawal"

    asked = await client.get(place)
    still = await Submission.objects().get(Submission.id == draft.id)
    done = await client.post(place)
    again = await client.post(place)

    assert asked.status_code == 200
    assert still.status == "draft"
    assert (done.status_code, again.status_code) == (303, 303)
    assert (await Submission.objects().get(Submission.id == draft.id)).status == "withdrawn"


@pytest.mark.parametrize("rest", ["", "/file", "/filing", "/withdrawal"])
async def test_the_films_of_others_do_not_exist(
    client: httpx.AsyncClient, house: object, rest: str
) -> None:
    edition, person = await a_filmmaker(client)
    draft = await a_draft(edition, person)
    other = await a_person(Role.FILMMAKER, edition=edition, name="Noor")
    await sign_in(client, other)

    page = await client.get(f"/fr/{edition.slug}/submissions/{draft.id}{rest}")

    assert page.status_code == 404
    assert "Périhélie" not in page.text


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize(
    "state",
    [
        "receiving",
        "received",
        "inspecting",
        "sound",
        "making",
        "ready",
        "released",
        "faulty",
        "quarantined",
        "failed",
        "replaced",
    ],
)
async def test_every_state_of_a_file_has_its_pages(
    client: httpx.AsyncClient, house: object, lang: str, state: str
) -> None:
    edition, person = await a_filmmaker(client)
    draft = await a_draft(edition, person)
    await a_file(
        draft,
        state=state,
        verdict={
            "outcome": "refused",
            "findings": [
                {
                    "code": "AUDIO_ALL_SILENT",
                    "severity": "reject",
                    "measured": "-70.0 LUFS",
                    "limit": "-70 LUFS",
                    "where": [],
                }
            ],
            "policy": "demo",
            "policy_version": 1,
        },
    )

    places = [
        f"/{lang}/{edition.slug}/submissions{rest}"
        for rest in ("", f"/{draft.id}", f"/{draft.id}/file", f"/{draft.id}/filing")
    ]
    pages = [await client.get(place) for place in places]

    assert [page.status_code for page in pages] == [200, 200, 200, 200]
    assert not any("style=" in page.text for page in pages)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1 h 44", 6240),
        ("1h44", 6240),
        ("2 h", 7200),
        ("1:44:07", 6247),
        ("14:30", 870),
        ("104", 6240),
        ("104 min", 6240),
        ("14 min 30 s", 870),
        ("45 s", 45),
        ("1 H 04", 3840),
    ],
)
def test_a_length_is_read_as_people_write_it(text: str, seconds: int) -> None:
    assert _entry.seconds_of(text) == seconds
    assert _entry.seconds_of(length_typed("fr", seconds)) == seconds


@pytest.mark.parametrize("text", ["", "long", "1 h 75", "1:2:99", "-5", "1.5"])
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(text)):
        _entry.seconds_of(text)


def a_card(**given: Any) -> Card:
    return Card(
        **{
            "id": "film",
            "title": "Apogée",
            "titles": {"en": "Apogee"},
            "director": "",
            "status": "draft",
            "changed_at": "2027-01-01T10:00:00+00:00",
            **given,
        }
    )


@pytest.mark.parametrize(
    ("given", "missing", "stand"),
    [
        ({}, ["title"], "draft"),
        ({"file_state": "faulty"}, [], "faulty"),
        ({"file_state": "making"}, [], "copying"),
        ({"file_state": "ready"}, ["x"], "ready"),
        ({"file_state": "released"}, [], "whole"),
        ({"file_state": "released"}, ["x"], "draft"),
        ({"status": "accepted", "file_state": "released"}, [], "accepted"),
    ],
)
def test_a_film_asks_for_one_thing(given: dict[str, Any], missing: list[str], stand: str) -> None:
    assert _films.standing(a_card(**given), missing) == stand


def test_a_refused_file_stops_the_phases_at_the_check() -> None:
    shown = _films.film(a_card(file_state="faulty"), missing=[]).phases

    assert [phase.mark for phase in shown] == ["done", "done", "bad", "", "", ""]


def test_every_finding_belongs_to_a_check_with_words() -> None:
    codes = {key.split(".")[1] for key in words("fr") if key.startswith("finding.")}

    assert codes == set(_report.CHECK_OF)
    assert {f"filmmaker.check.{check}" for check in _report.CHECK_OF.values()} <= set(words("fr"))


def test_a_long_silence_stands_on_the_timeline_with_its_number() -> None:
    facts = Facts(container="mov", duration=100, silences=(Interval(40, 60),), curve=(-20.0, -30.0))
    verdict = Verdict(
        outcome="remarks",
        findings=(
            Finding(code="AUDIO_SILENCE", severity=Severity.WARN, where=(Interval(40, 60),)),
        ),
    )

    drawn = _report.timeline("fr", facts, verdict, load("demo"), every=None)

    assert [(pin.x, pin.number) for pin in drawn.lanes[0].pins] == [(50, 1)]
    assert [(mark.x, mark.width, mark.tone) for mark in drawn.lanes[0].marks] == [
        (40, 20, "fine"),
        (40, 20, "warn"),
    ]
    assert drawn.curve == "M0 10.0L1 20.0"


TWO_PLACES = Verdict(
    outcome="remarks",
    findings=(
        Finding(code="AUDIO_MONO", severity=Severity.WARN),
        Finding(code="TRUE_PEAK_OVER", severity=Severity.WARN,
                where=(Interval(1, 2), Interval(41, 44))),
        Finding(code="SUBTITLE_PAST_END", severity=Severity.WARN, where=(Interval(60, 75),)),
    ),
)  # fmt: skip


def test_a_finding_is_shown_from_two_seconds_before_its_place_under_its_own_number() -> None:
    found = _places.placed("fr", TWO_PLACES, 60.0)

    moment = _places.moment(39.5, None, found)

    assert [(one.number, one.is_heard, [spot.at for spot in one.spots]) for one in found] == [
        (2, True, [0.0, 39.0]), (3, False, [58.0]),
    ]  # fmt: skip
    assert (moment.finding.number, moment.spot.told) == (2, "0:41 – 0:44")
    assert _places.moment(30.0, None, found) == _places.AskedMoment(30.0)
    assert _places.moment(58.0, 2, found).finding is None


@pytest.mark.parametrize(("state", "status"), [
    ("ready", 200), ("faulty", 200), ("quarantined", 404), ("failed", 404), ("replaced", 404),
])  # fmt: skip
async def test_places_are_shown_on_the_copy_of_a_refused_film_and_to_its_makers_alone(
    client: httpx.AsyncClient, house: object, state: str, status: int
) -> None:
    edition = await an_edition()
    maker = await a_person(Role.FILMMAKER, edition=edition)
    film, file = await a_film(edition, maker, status="draft", file=state)
    await rows(
        "UPDATE film_file SET verdict = {}::jsonb, screener = jsonb_build_object() WHERE id = {} RETURNING id",
        msgspec.json.encode(TWO_PLACES).decode(), file,
    )  # fmt: skip
    copy = f"/api/v1/{edition.slug}/files/{file}/screener/main.m3u8"
    await sign_in(client, maker)

    page = (await client.get(f"/en/{edition.slug}/submissions/{film}/file?version=1&at=39&finding=2")).text
    own = (await client.get(copy)).status_code
    await sign_in(client, await a_person(Role.REVIEWER, edition=edition, name="Reviewer"))
    others = (await client.get(copy)).status_code

    assert (own, others) == (status, 404)
    assert ("at=39.0&amp;finding=2#copy" in page) == (status == 200)
    assert 'data-start="39.0"' in page or status == 404
    assert "0:41 – 0:44" in page


def test_a_long_curve_is_thinned() -> None:
    assert len(_report.thinned(tuple(float(-x) for x in range(7000)))) == _report.POINTS


def test_french_numbers_have_a_comma_and_english_ones_a_point() -> None:
    assert _report.decimals("fr", "-17.4 LUFS") == "−17,4 LUFS"
    assert _report.decimals("en", "-17.4 LUFS") == "−17.4 LUFS"


async def test_every_sound_track_is_named_with_what_it_measures_and_whether_it_is_heard(
    client: httpx.AsyncClient, house: object
) -> None:
    stereo = {
        "codec": "aac",
        "channels": 2,
        "layout": "stereo",
        "sample_rate": 48000,
        "duration": 60.0,
    }
    facts = Facts(container="mov", duration=60.0, sounds=(
        Sound(**stereo, loudness=-70.0, true_peak=-90.3, language="fra"),
        Sound(**{**stereo, "sample_rate": 44100}, loudness=-23.14, true_peak=-3.0, language="x<y"),
        Sound(**{**stereo, "layout": "5.1", "channels": 6}, loudness=-25.0, true_peak=-4.0, damaged=9),
        Sound(codec="aac", channels=1),
    ))  # fmt: skip
    edition, person = await a_filmmaker(client)
    submission = await a_draft(edition, person)
    await a_file(submission, state="faulty", facts=msgspec.json.encode(facts).decode(),
                 verdict=msgspec.json.encode(judge(facts, load("demo"))).decode())  # fmt: skip

    rows = {
        row.check: (row.tone, row.measured, row.remark) for row in _report.sound_rows("fr", facts)
    }
    page = (await client.get(f"/en/{edition.slug}/submissions/{submission.id}/file")).text
    told = (await client.get(f"/api/v1/{edition.slug}/submissions/{submission.id}/report")).json()

    assert rows == {
        "Piste 1, français": ("warn", "stereo, AAC, 48 kHz", "silencieuse, pas dans la copie"),
        "Piste 2, x<y": (
            "ok",
            "stereo, AAC, 44,1 kHz · −23,1 LUFS · −3,0 dBTP",
            "entendue dans la copie",
        ),
        "Piste 3": (
            "warn",
            "5.1, AAC, 48 kHz · −25,0 LUFS · −4,0 dBTP",
            "abîmée, pas dans la copie",
        ),
        "Piste 4": ("", "1, AAC", "pas dans la copie"),
    }
    assert "Track 1, French" in page
    assert "Track 2, x&lt;y" in page
    assert "silent, not in the copy" in page
    assert [(one["number"], one["is_heard"], one["is_silent"], one["loudness"]) for one in told["sounds"]] == [
        (1, False, True, -70.0), (2, True, False, -23.14), (3, False, False, -25.0), (4, False, False, None),
    ]  # fmt: skip


async def test_the_report_is_a_paper_for_its_makers_alone(
    client: httpx.AsyncClient, house: object
) -> None:
    edition, person = await a_filmmaker(client)
    submission = await a_draft(edition, person)
    place = f"/fr/{edition.slug}/submissions/{submission.id}/report.pdf"
    none_yet = await client.get(place)
    verdict = Verdict(
        outcome="refused", findings=(Finding(code="AUDIO_MISSING", severity=Severity.REJECT),)
    )
    await a_file(submission, state="faulty", verdict=msgspec.json.encode(verdict).decode(),
                 facts=msgspec.json.encode(Facts(container="mp4", duration=3.0)).decode(),
                 name="<script>.mov")  # fmt: skip

    paper = await client.get(place)
    await sign_in(client, await a_person(Role.FILMMAKER, edition=edition, name="Other"))
    stranger = await client.get(place)

    assert (none_yet.status_code, stranger.status_code) == (404, 404)
    assert paper.headers["content-type"] == "application/pdf"
    assert (paper.content[:5], paper.headers["cache-control"]) == (b"%PDF-", "private, no-store")


async def test_an_older_copy_that_stands_is_named_and_can_still_be_released(
    client: httpx.AsyncClient, house: object
) -> None:
    edition, person = await a_filmmaker(client)
    submission = await a_draft(edition, person)
    await a_file(submission, number=1, state="ready", name="bon.mov")
    await a_file(submission, number=2, state="faulty", name="casse.mov")
    place = f"/fr/{edition.slug}/submissions"

    newest = await client.get(f"{place}/{submission.id}/file")
    older = await client.get(f"{place}/{submission.id}/file?version=1")

    assert "La version 1 (bon.mov) reste bonne" in newest.text
    assert f"{place}/{submission.id}/file?version=1" in newest.text
    assert f'action="{place}/{submission.id}/release"' in older.text
    assert "La version 1 (bon.mov)" in (await client.get(f"{place}/{submission.id}")).text
    assert "La version 1 reste en place" in (await client.get(place)).text
    assert (await client.get(f"{place}/{submission.id}/file?version=7")).status_code == 404


@pytest.mark.parametrize(
    ("at", "deadline", "left"),
    [
        ("2027-01-31 08:00", "2027-02-01 00:00", "C’est aujourd’hui."),
        ("2027-01-31 23:59", "2027-01-31 23:59", "C’est aujourd’hui."),
        ("2027-01-30 23:30", "2027-01-31 18:00", "Il reste 1 jour."),
        (
            "2027-03-27 22:30",
            "2027-03-28 22:00",
            "Il reste 1 jour.",
        ),  # 22 h and a half: summer begins
        ("2027-10-30 22:00", "2027-11-01 00:00", "Il reste 1 jour."),  # 27 h: summer is over
        ("2027-02-01 00:00", "2027-02-01 00:00", "Les inscriptions sont closes."),
    ],
)
async def test_how_long_is_left_is_counted_by_the_calendar(
    client, monkeypatch, at, deadline, left
) -> None:
    edition = await an_edition()
    edition.deadline_at = paris(deadline)
    await edition.save()
    maker = await a_person("filmmaker", edition=edition)
    submission, _ = await a_film(edition, maker, status="draft")
    await sign_in(client, maker)
    monkeypatch.setattr("api.pages.filmmaker.now", lambda: paris(at))

    for place in (
        f"submissions/{submission}",
        f"submissions/{submission}/filing",
        "submissions/new",
    ):
        assert left in " ".join((await client.get(f"/fr/{edition.slug}/{place}")).text.split())


async def test_the_pages_of_a_film_tell_its_sections_deadline(client) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    submission, _ = await a_film(edition, maker, status="draft", file="ready")
    section = await a_section(edition)
    await Deadline(edition=edition.id, section=section.id, at=paris("2031-03-30 23:59")).save()
    await Submission.update({Submission.section: section.id}).where(Submission.id == submission)
    await sign_in(client, maker)

    for place in ("", "/filing", "/file"):
        told = (await client.get(f"/fr/{edition.slug}/submissions/{submission}{place}")).text
        assert "dimanche 30 mars à 23:59" in told
