"""What its makers wish to correct in a filed entry: open where the edition allows it, else the office answers."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from festival.clock import now
from festival.db import rows
from festival.errors import Conflict, Refused
from festival.tables import Letter
from submissions import entries
from submissions.office import fixes, inbox, waiting, wishes
from submissions.office.fixes import FixAgain
from submissions.office.inbox import query_of
from submissions.office.wishes import FixDeclined, FixWished
from submissions.tables import FieldRule, Submission
from tests.builders import a_film, a_person, an_edition, sign_in, the_viewer

WORDS = "One name is misspelt."


@pytest.fixture
async def office(house):
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition, name="Zoé")
    by = await a_person("operator", edition=edition, name="Op")
    film, _ = await a_film(edition, maker)
    entry = await Submission.objects().get(Submission.id == film)
    return edition, entry, maker, {"by": by, "viewer": await the_viewer(by, edition)}


async def letters(edition, kind: str) -> list[str]:
    found = await rows("SELECT body FROM letter WHERE kind = {} AND edition = {}", kind, edition.id)
    return [one["body"] for one in found]


async def test_a_wish_changes_nothing_before_the_office_opens_the_field(office) -> None:
    edition, entry, maker, who = office
    wish = await wishes.wish(edition, entry, FixWished(field="year", why=WORDS), by=maker)
    written = entries.msgspec.structs.replace(await entries.written(entry), year=2020)
    with pytest.raises(Refused, match="fix_asked_already"):
        await wishes.wish(edition, entry, FixWished(field="year", why=WORDS), by=maker)
    with pytest.raises(Conflict):
        await fixes.mend(edition, entry, wish, written, version=1, by=maker)

    again = FixAgain(why=WORDS, due=now().date() + timedelta(days=7), version=1)
    await fixes.ask_again(edition, entry.id, wish, again, **who)
    await fixes.mend(edition, entry, wish, written, version=2, by=maker)

    assert (await entries.entry_of(entry)).year == 2020
    assert [one.state for one in await fixes.fixes_of(entry.id)] == ["done"]
    assert len(await letters(edition, "fix_asked")) == 1


async def test_a_wish_is_declined_with_a_reason_or_taken_back_once(office) -> None:
    edition, entry, maker, who = office
    wish = await wishes.wish(edition, entry, FixWished(field="year", why=WORDS), by=maker)
    declined = FixDeclined(why="The catalogue is printed.", version=1)
    await wishes.decline(edition, entry.id, wish, declined, **who)
    with pytest.raises(Conflict):
        await wishes.take_back(entry, wish, 1, by=maker)
    [body] = await letters(edition, "fix_declined")
    assert "The catalogue is printed." in body

    second = await wishes.wish(edition, entry, FixWished(field="year", why=WORDS), by=maker)
    await wishes.take_back(entry, second, 1, by=maker)
    with pytest.raises(Conflict):
        await wishes.decline(edition, entry.id, second, declined, **who)
    assert {one.state for one in await fixes.fixes_of(entry.id)} == {"declined", "taken_back"}


async def test_the_office_hears_once_a_day_of_what_waits_and_of_no_film_s_name(office, monkeypatch) -> None:
    edition, entry, maker, who = office
    monkeypatch.setattr(waiting, "FROM_HOUR", 0)
    assert await waiting.tell_all(edition) == 0
    wish = await wishes.wish(edition, entry, FixWished(field="year", why=WORDS), by=maker)

    assert [await waiting.tell_all(edition) for _ in range(3)] == [1, 0, 0]

    [letter] = await Letter.objects().where((Letter.kind == "fixes_wait") & (Letter.edition == edition.id))
    film = await rows("SELECT title FROM film WHERE id = {}", entry.film)
    assert (letter.person, film[0]["title"] in letter.body) == (who["by"].id, False)
    seen = query_of(dict(parse_qsl(urlsplit(letter.link).query)))
    assert (seen.fix, [one.id for one in (await inbox.entries(edition, who["viewer"], seen)).lines]) == ("wished", [entry.id])
    assert not (await inbox.entries(edition, who["viewer"], query_of({"fix": "mended"}))).lines
    assert await waiting.still_true(letter)
    await Letter.update({Letter.occasion: "yesterday", Letter.created_at: now() - timedelta(days=1)}).where(
        Letter.id == letter.id
    )
    await rows("UPDATE fix_request SET created_at = now() - interval '2 days' WHERE id = {} RETURNING id", wish)
    assert await waiting.tell_all(edition) == 0  # nothing new since
    await wishes.take_back(entry, wish, 1, by=maker)
    assert not await waiting.still_true(letter)


async def test_what_the_edition_still_lets_change_opens_at_once(office) -> None:
    edition, entry, maker, _ = office
    day = now() + timedelta(days=3)
    await FieldRule(edition=edition.id, field="year", wanted="required", frozen_from=day).save()

    await wishes.wish(edition, entry, FixWished(field="year", why=WORDS), by=maker)

    [fix] = await fixes.fixes_of(entry.id)
    assert (fix.state, fix.due_at) == ("open", day - timedelta(minutes=1))


async def test_what_was_opened_of_a_film_that_was_taken_back_is_closed_with_it(office) -> None:
    edition, entry, maker, who = office
    wish = await wishes.wish(edition, entry, FixWished(field="year", why=WORDS), by=maker)
    again = FixAgain(why=WORDS, due=now().date() + timedelta(days=7), version=1)
    await fixes.ask_again(edition, entry.id, wish, again, **who)
    written = entries.msgspec.structs.replace(await entries.written(entry), year=2020)
    await entries.withdraw(await Submission.objects().get(Submission.id == entry.id), by=maker)

    with pytest.raises(Refused, match="entry_withdrawn"):
        await fixes.mend(edition, entry, wish, written, version=2, by=maker)


async def test_a_draft_and_a_section_are_no_matter_of_wishing(office) -> None:
    edition, entry, maker, _ = office
    draft, _ = await a_film(edition, maker, status="draft")
    row = await Submission.objects().get(Submission.id == draft)
    for one, field in ((row, "year"), (entry, "section"), (entry, "rights_confirmed")):
        with pytest.raises(Refused):
            await wishes.wish(edition, one, FixWished(field=field, why=WORDS), by=maker)


async def test_makers_wish_on_the_page_of_their_entry_and_operators_read_it_on_theirs(
    office, client
) -> None:
    edition, entry, maker, who = office
    place, desk = (
        f"/fr/{edition.slug}/submissions/{entry.id}",
        f"/fr/{edition.slug}/operator/entries/{entry.id}",
    )
    await sign_in(client, maker)
    empty = await client.post(f"{place}/fixes", data={"field": "year", "why": " "})
    asked = await client.post(f"{place}/fixes", data={"field": "year", "why": WORDS})
    read = (await client.get(place)).text
    await sign_in(client, who["by"])
    office_reads = (await client.get(desk)).text
    [fix] = await fixes.fixes_of(entry.id)
    declined = await client.post(
        f"{desk}/fixes/{fix.id}/refusal", data={"why": "Non.", "version": "1"}
    )

    assert (empty.status_code, asked.status_code, declined.status_code) == (422, 303, 303)
    assert "l’équipe répondra" in read
    assert WORDS in office_reads
    assert f"/fixes/{fix.id}/refusal" in office_reads
