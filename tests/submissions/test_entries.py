"""Entries: filed only when whole, once, and nobody writes over another's change."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from festival.clock import now
from festival.db import rows, transaction
from festival.errors import Conflict, Refused
from festival.tables import Letter
from submissions import entries
from submissions.entry import Entry
from submissions.lists import submission_in
from submissions.status import Status
from submissions.tables import Film, FilmFile, Member, Submission
from tests.builders import a_film, a_person, an_edition, until_it_waits


async def a_draft(edition, maker, **given) -> Submission:
    submission, _ = await a_film(
        edition, maker, **{"title": "Nuit très claire", "status": "draft", **given}
    )
    return await submission_in(edition, submission)


async def status_of(submission: Submission) -> str:
    found = await Submission.objects().get(Submission.id == submission.id)
    return found.status


async def letters_about(submission: Submission) -> list[str]:
    found = await Letter.objects().where(Letter.about == submission.id)
    return sorted(letter.kind for letter in found)


async def test_an_empty_entry_is_refused_with_every_reason_and_stays_a_draft(house) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    submission = await entries.open_entry(edition, by=maker)

    with pytest.raises(Refused) as refused:
        await entries.submit(submission, edition=edition, by=maker)

    assert [code.partition(":")[0] for code in refused.value.codes] == [
        "title", "title_en", "section", "year", "declared_seconds", "premiere", "directors",
        "countries", "languages", "synopsis_fr", "synopsis_en", "rights_confirmed", "file",
    ]  # fmt: skip
    assert await status_of(submission) == "draft"
    assert await letters_about(submission) == []


async def test_a_whole_entry_is_filed_and_every_member_hears_once(house) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    other = await a_person("filmmaker", edition=edition, name="Bo")
    submission = await a_draft(edition, maker)
    await Member(submission=submission.id, person=other.id).save()

    await entries.submit(submission, edition=edition, by=maker)

    assert await status_of(submission) == "submitted"
    assert await letters_about(submission) == ["submitted", "submitted"]


async def test_filing_again_changes_nothing(house) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    submission = await a_draft(edition, maker)
    await entries.submit(submission, edition=edition, by=maker)
    first = await submission_in(edition, submission.id)

    await entries.submit(first, edition=edition, by=maker)

    again = await submission_in(edition, submission.id)
    assert (again.filed_at, again.version) == (first.filed_at, first.version)
    assert await letters_about(submission) == ["submitted"]


async def test_six_filings_at_once_are_one(house) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    submission = await a_draft(edition, maker)
    tabs = [await submission_in(edition, submission.id) for _ in range(6)]

    await asyncio.gather(*(entries.submit(tab, edition=edition, by=maker) for tab in tabs))

    assert (await submission_in(edition, submission.id)).version == submission.version + 1
    assert await letters_about(submission) == ["submitted"]


async def test_six_withdrawals_at_once_are_one(house) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    submission = await a_draft(edition, maker)
    tabs = [await submission_in(edition, submission.id) for _ in range(6)]

    await asyncio.gather(*(entries.withdraw(tab, by=maker) for tab in tabs))

    assert (await submission_in(edition, submission.id)).version == submission.version + 1


@pytest.mark.parametrize(("status", "then"), [("draft", "draft"), ("submitted", "submitted")])
async def test_a_film_taken_back_in_haste_comes_back_as_it_was_once(
    house, status: str, then: str
) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    film, _ = await a_film(
        edition, maker, status=status, pending="accepted" if status == "submitted" else None
    )
    await rows(
        "UPDATE submission SET filed_at = now() WHERE id = {} AND status = 'submitted' RETURNING id",
        film,
    )
    await entries.withdraw(await submission_in(edition, film), by=maker)
    tabs = [await submission_in(edition, film) for _ in range(4)]

    await asyncio.gather(*(entries.come_back(tab, by=maker) for tab in tabs))

    back = await submission_in(edition, film)
    assert (back.status, back.pending, back.version) == (then, None, tabs[0].version + 1)


async def test_a_film_stays_away_after_a_week_or_once_its_decision_was_announced(house, monkeypatch) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    late, announced = [(await a_film(edition, maker, status="submitted"))[0] for _ in range(2)]
    await rows("UPDATE submission SET announced_at = now() WHERE id = {} RETURNING id", announced)
    for film in (late, announced):
        await entries.withdraw(await submission_in(edition, film), by=maker)

    with pytest.raises(Refused, match="film_stays_away"):
        await entries.come_back(await submission_in(edition, announced), by=maker)
    in_eight_days = now() + timedelta(days=8)
    monkeypatch.setattr(entries, "now", lambda: in_eight_days)
    with pytest.raises(Refused, match="film_stays_away"):
        await entries.come_back(await submission_in(edition, late), by=maker)
    assert {await status_of(await submission_in(edition, one)) for one in (late, announced)} == {"withdrawn"}


async def test_after_the_deadline_nothing_is_opened_or_filed(house) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    submission = await a_draft(edition, maker)
    edition.deadline_at = now() - timedelta(seconds=1)
    await edition.save()

    for act in (
        entries.submit(submission, edition=edition, by=maker),
        entries.open_entry(edition, by=maker),
    ):
        with pytest.raises(Refused) as refused:
            await act
        assert refused.value.codes == ("deadline_passed",)
    assert await status_of(submission) == "draft"


async def test_an_upload_begun_in_time_may_be_filed_within_the_grace_and_no_later(house) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    submission = await a_draft(edition, maker)
    edition.deadline_at = now() - timedelta(hours=1)
    begun = edition.deadline_at - timedelta(seconds=1)
    await FilmFile.update({FilmFile.created_at: begun, FilmFile.ready_at: now()}).where(
        FilmFile.submission == submission.id
    )
    edition.grace_hours = 0
    await edition.save()

    with pytest.raises(Refused) as refused:
        await entries.submit(submission, edition=edition, by=maker)
    assert refused.value.codes == ("deadline_passed",)

    edition.grace_hours = 1
    await edition.save()
    await entries.submit(submission, edition=edition, by=maker)
    assert await status_of(submission) == "submitted"


async def test_whoever_saves_second_is_told_and_writes_nothing(house) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    submission = await a_draft(edition, maker)
    read_at = submission.version
    after = await entries.save_entry(submission, Entry(title="Aube"), version=read_at, by=maker)

    with pytest.raises(Conflict):
        await entries.save_entry(submission, Entry(title="Soir"), version=read_at, by=maker)

    film = await Film.objects().get(Film.id == submission.film)
    assert (after, film.title) == (read_at + 1, "Aube")


async def test_a_filed_entry_is_not_edited_even_by_a_hand_that_read_the_draft(house) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    stale = await a_draft(edition, maker)
    await entries.submit(await submission_in(edition, stale.id), edition=edition, by=maker)

    with pytest.raises(Conflict):
        await entries.save_entry(stale, Entry(title="Soir"), version=stale.version, by=maker)

    film = await Film.objects().get(Film.id == stale.film)
    assert film.title == "Nuit très claire"


async def test_an_entry_that_was_taken_back_says_so_and_asks_for_nothing(house) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    submission = await a_draft(edition, maker, title="")
    await entries.withdraw(submission, by=maker)
    submission = await submission_in(edition, submission.id)

    for act in (
        entries.submit(submission, edition=edition, by=maker),
        entries.save_entry(submission, Entry(), version=submission.version, by=maker),
    ):
        with pytest.raises(Refused) as refused:
            await act
        assert refused.value.codes == ("entry_withdrawn",)


async def test_a_section_that_the_edition_lacks_is_not_passed_over(house) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    submission = await a_draft(edition, maker)

    with pytest.raises(Refused) as refused:
        await entries.save_entry(
            submission, Entry(section="Z"), version=submission.version, by=maker
        )

    assert refused.value.codes == ("section:section_unknown",)
    assert refused.value.values["letters"] == "Z"
    kept = await submission_in(edition, submission.id)
    assert (kept.version, kept.section) == (submission.version, submission.section)


async def test_two_moves_from_one_place_are_one(house) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    submission = await a_draft(edition, maker, status="submitted")
    stale = await submission_in(edition, submission.id)
    await entries.move(submission, Status.WITHDRAWN, by=maker)

    with pytest.raises(Conflict):
        await entries.move(stale, Status.ACCEPTED, by=None)

    assert await status_of(submission) == "withdrawn"


async def test_a_withdrawn_film_takes_its_unspoken_decision_with_it(house) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    submission = await a_draft(edition, maker, status="submitted", pending="accepted")

    await entries.withdraw(submission, by=maker)

    found = await submission_in(edition, submission.id)
    assert (found.status, found.pending) == ("withdrawn", None)


async def test_a_copy_is_released_once_and_only_when_it_is_ready(house) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    early = await a_draft(edition, maker, file="making")
    ready = await a_draft(edition, maker, file="ready")

    with pytest.raises(Refused) as refused:
        await entries.release(early, by=maker)
    await entries.release(ready, by=maker)
    first = await FilmFile.objects().get(FilmFile.submission == ready.id)
    await entries.release(ready, by=maker)

    again = await FilmFile.objects().get(FilmFile.submission == ready.id)
    assert refused.value.codes == ("copy_not_ready",)
    assert (again.state, again.released_at) == ("released", first.released_at)


async def test_an_entry_that_is_being_emptied_is_not_filed(house) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    submission = await a_draft(edition, maker)
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def empty() -> None:
        entry = await entries.entry_of(submission)
        async with transaction():
            emptied = msgspec.structs.replace(entry, title="")
            await entries.save_entry(submission, emptied, version=submission.version, by=maker)
            begun.set()
            await may_end.wait()

    emptying = asyncio.create_task(empty())
    await begun.wait()
    filing = asyncio.create_task(entries.submit(submission, edition=edition, by=maker))
    await until_it_waits(filing)
    may_end.set()
    await emptying

    with pytest.raises(Refused) as refused:
        await filing
    assert [code.partition(":")[0] for code in refused.value.codes] == ["title"]
    assert await status_of(submission) == "draft"


async def test_one_person_opens_so_many_entries_in_one_edition(house, monkeypatch) -> None:
    monkeypatch.setattr(entries, "MOST_ENTRIES", 2)
    edition, other = await an_edition(), await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    for _ in range(2):
        await entries.open_entry(edition, by=maker, entry=Entry(title="Aube"))

    with pytest.raises(Refused) as refused:
        await entries.open_entry(edition, by=maker, entry=Entry(title="Aube"))

    assert refused.value.codes == ("entries_many",)
    assert await Member.count().where(Member.person == maker.id) == 2
    await entries.open_entry(other, by=maker, entry=Entry(title="Aube"))
