"""A deadline that moves, and a code that lets somebody be late: who is in time stays in time."""

from datetime import timedelta

import pytest

from festival import deadlines
from festival.clock import now
from festival.deadlines import DeadlineChange, DeadlineForm, DeadlineKind
from festival.errors import Refused
from festival.settings import Settings
from festival.tables import Edition
from media.storage import LocalStore
from submissions import entries, uploads, waiver_codes
from submissions.entry import Entry
from submissions.lists import submission_in
from submissions.tables import FilmFile, Submission
from submissions.waiver_codes import CodeForm
from tests.builders import a_film, a_person, a_section, an_edition

HOUR = timedelta(hours=1)


async def a_desk(**given):
    edition = await an_edition(**given)
    operator = await a_person("operator", edition=edition)
    return edition, operator, await a_person("filmmaker", edition=edition)


async def a_draft(edition: Edition, maker, **given) -> Submission:
    submission, _ = await a_film(edition, maker, **{"title": "Nuit très claire", "status": "draft", **given})
    return await submission_in(edition, submission)


async def an_upload(submission: Submission, edition: Edition, maker) -> FilmFile:
    return await uploads.begin(
        submission, edition=edition, name="film.mov", size=9, by=maker,
        store=LocalStore(Settings.read().media_root), settings=Settings.read(),
    )  # fmt: skip


async def a_deadline(edition: Edition, operator, section: str = "") -> str:
    """In an hour."""
    form = DeadlineForm(section=section, kind=DeadlineKind.REGULAR, at=now() + HOUR)
    return await deadlines.add_deadline(edition, form, by=operator)


async def move(edition: Edition, one: str, at, operator) -> None:
    await deadlines.change_deadline(edition, one, DeadlineChange(version=1, at=at), by=operator)


async def test_an_upload_that_began_in_time_is_not_late_when_the_deadline_is_moved_before_it(house) -> None:
    edition, operator, maker = await a_desk()
    one = await a_deadline(edition, operator)
    begun, later = await a_draft(edition, maker), await a_draft(edition, maker)
    file = await an_upload(begun, edition, maker)

    await move(edition, one, now() - HOUR, operator)

    await uploads.check_time(file, edition)
    assert await entries.may_still_file(begun, edition)
    assert not await entries.may_still_file(later, edition)
    with pytest.raises(Refused) as refused:
        await an_upload(later, edition, maker)
    assert refused.value.codes == ("deadline_passed",)


async def test_what_was_promised_by_one_section_is_nothing_to_another(house) -> None:
    edition, operator, maker = await a_desk()
    await deadlines.add_deadline(edition, DeadlineForm(section="C", kind=DeadlineKind.REGULAR, at=now() - HOUR), by=operator)
    submission = await a_draft(edition, maker, section="S")
    await an_upload(submission, edition, maker)
    assert await entries.may_still_file(submission, edition)

    closed = (await a_section(edition, "C")).id
    await Submission.update({Submission.section: closed}).where(Submission.id == submission.id)

    moved = await submission_in(edition, submission.id)
    assert not await entries.may_still_file(moved, edition)


async def test_a_shorter_grace_makes_nobody_late_who_has_begun(house) -> None:
    edition, _, maker = await a_desk()
    submission = await a_draft(edition, maker, file="replaced")
    file = await an_upload(submission, edition, maker)

    edition.grace_hours, edition.deadline_at = 0, now()
    await edition.save()

    await uploads.check_time(file, edition)


async def test_a_filed_entry_stays_filed_whatever_is_moved(house) -> None:
    edition, operator, maker = await a_desk()
    one = await a_deadline(edition, operator)
    submission = await a_draft(edition, maker)
    await entries.submit(submission, edition=edition, by=maker)

    await move(edition, one, now() - HOUR, operator)

    await entries.submit(await submission_in(edition, submission.id), edition=edition, by=maker)
    assert (await submission_in(edition, submission.id)).status == "submitted"


async def test_a_code_opens_what_is_closed_for_others_and_for_as_long_as_it_says(house) -> None:
    edition, operator, maker = await a_desk(deadline_at=now() - HOUR)
    late = await waiver_codes.add_code(edition, CodeForm(code="RETARD", late_until=now() + HOUR), by=operator)
    await waiver_codes.add_code(edition, CodeForm(code="GRATUIT"), by=operator)
    entry = Entry(title="Périhélie", section="C")

    for code, said in (("", "deadline_passed"), ("GRATUIT", "code:code_not_late"), ("RIEN", "code:code_unknown")):
        with pytest.raises(Refused) as refused:
            await entries.open_entry(edition, by=maker, entry=entry, code=code)
        assert refused.value.codes == (said,)
    assert await Submission.count().where(Submission.edition == edition.id) == 0

    submission = await entries.open_entry(edition, by=maker, entry=entry, code="re-tard")
    file = await an_upload(submission, edition, maker)
    await uploads.check_time(file, edition)

    # Whoever gives the code back gives back its time, too.
    await waiver_codes.give_back(submission, by=maker)
    assert not await entries.may_still_file(submission, edition)
    assert await waiver_codes.times_used(late["id"]) == 0
