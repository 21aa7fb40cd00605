"""Reminders: once for each thing, while it is still to be done, and never about nothing."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from festival import outages
from festival.clock import closes, now
from festival.db import rows
from festival.errors import Conflict, Missing
from festival.letters import write_key
from festival.record import record
from festival.settings import Settings
from festival.tables import Deadline, Edition, Letter
from reviews import reviewing
from submissions import reminders
from submissions.eligibility import may_file
from submissions.entries import release, withdraw
from submissions.lists import submission_in
from submissions.materials import MaterialForm, add_material, bring_text
from submissions.reminders import ReminderWanted, due_now, remind, set_rule, standings
from submissions.tables import Fee, FilmFile, Reminder, Submission
from tests.builders import a_film, a_person, a_section, an_edition, the_viewer
from tests.postbox import postbox
from workers import tasks


async def switched(rule: str, edition: Edition, *, days: int = 3, is_on: bool = True, version: int = 0) -> str:
    by = await a_person("operator", edition=edition)
    await set_rule(rule, ReminderWanted(days=days, is_on=is_on, version=version), edition=edition, by=by)
    row = await Reminder.objects().get((Reminder.edition == edition.id) & (Reminder.rule == rule))
    assert row is not None
    return row.id


async def carried_out(edition: Edition) -> int:
    """One hour's work for this edition."""
    return sum([await remind(row["id"]) for row in await rows("SELECT id FROM reminder WHERE edition = {}", edition.id)])


async def a_draft(edition: Edition, *, days_old: int = 5, ready: int | None = None, section: str = "C") -> str:
    """An entry that somebody began; `ready`: so many days ago its copy was."""
    film, file = await a_film(edition, await a_person("filmmaker", edition=edition), status="draft", section=section,
                              file="receiving" if ready is None else "ready")
    await Submission.update({Submission.created_at: now() - timedelta(days=days_old)}).where(Submission.id == film)
    await FilmFile.update({FilmFile.created_at: now() - timedelta(days=days_old),
                           FilmFile.ready_at: None if ready is None else now() - timedelta(days=ready)}).where(FilmFile.id == file)
    return film


async def an_edition_closing(*, in_days: float = 2, **given) -> Edition:
    return await an_edition(deadline_at=now() + timedelta(days=in_days), **given)


async def written(edition: Edition) -> list[tuple[str, str]]:
    return sorted((one.kind, one.about) for one in await Letter.objects().where(Letter.edition == edition.id))


async def test_whoever_has_not_filed_hears_of_it_once_before_the_deadline(house) -> None:
    edition = await an_edition_closing(in_days=2)
    film = await a_draft(edition)
    await a_film(edition, await a_person("filmmaker", edition=edition))  # filed
    row = await switched("draft_waits", edition, days=3)

    assert [await carried_out(edition) for _ in range(3)] == [1, 0, 0]

    assert await written(edition) == [("draft_waits", film)]
    (letter,) = await Letter.objects().where(Letter.edition == edition.id)
    assert (letter.link, "Nuit claire" in letter.subject) == (f"/submissions/{film}?step=next", True)
    done = await rows("SELECT details FROM record WHERE act = 'reminders_written' AND subject = {}", row)
    assert [line["details"] for line in done] == [{"rule": "draft_waits", "n": 1}]


async def test_several_hands_of_the_calendar_at_once_write_one_letter(house) -> None:
    edition = await an_edition_closing(in_days=2)
    await a_draft(edition)
    row = await switched("draft_waits", edition)

    done = await asyncio.gather(*(remind(row) for _ in range(4)))

    assert (sorted(done), len(await written(edition))) == ([0, 0, 0, 1], 1)


@pytest.mark.parametrize(("in_days", "days_old", "given", "n"), [
    (2, 5, {}, 1),
    (4, 5, {}, 0),  # too early
    (-1, 5, {}, 0),  # too late
    (2, 0, {}, 0),  # begun today
    (2, 5, {"phase": "selection"}, 0),
])  # fmt: skip
async def test_nobody_hears_too_early_too_late_or_on_the_day_that_they_began(house, in_days, days_old, given, n) -> None:
    edition = await an_edition_closing(in_days=in_days, **given)
    await a_draft(edition, days_old=days_old)
    await switched("draft_waits", edition, days=3)

    assert await carried_out(edition) == n


async def test_the_deadline_is_that_of_the_films_section(house) -> None:
    edition = await an_edition_closing(in_days=40)
    near, far = await a_draft(edition, section="S"), await a_draft(edition, section="C")
    section = await a_section(edition, "S")
    await Deadline(edition=edition.id, section=section.id, at=now() + timedelta(days=2)).save()
    await switched("draft_waits", edition, days=3)

    await carried_out(edition)

    assert await written(edition) == [("draft_waits", near)]
    assert far


async def test_a_copy_that_nobody_lets_go_is_told_after_its_days_and_a_newer_one_anew(house) -> None:
    edition = await an_edition_closing(in_days=40)
    film, fresh = await a_draft(edition, ready=4), await a_draft(edition, ready=1)
    await switched("copy_waits", edition, days=3)
    assert (await carried_out(edition), await written(edition)) == (1, [("copy_waits", film)])

    await FilmFile.update({FilmFile.state: "replaced"}).where(FilmFile.submission == film)
    newer = FilmFile(submission=film, number=2, state="receiving", name="b.mov", created_at=now() - timedelta(days=6))
    await newer.save()
    assert await carried_out(edition) == 0
    await FilmFile.update({FilmFile.state: "ready", FilmFile.ready_at: now() - timedelta(days=5)}).where(FilmFile.id == newer.id)

    assert (await carried_out(edition), await written(edition)) == (1, [("copy_waits", film)] * 2)
    assert fresh


async def test_whoever_was_invited_and_never_came_hears_once_and_gets_no_key(house) -> None:
    edition, settings = await an_edition(), Settings.read()
    silent, came, unsent, bounced = [await a_person("reviewer", edition=edition) for _ in range(4)]
    for one in (silent, came, unsent, bounced):
        await write_key("invitation", one, edition=edition, settings=settings, about="reviewer", part="comité", words="")
    await rows("UPDATE letter SET sent_at = now() - interval '8 days' WHERE edition = {} AND person <> {} RETURNING id",
               edition.id, unsent.id)
    await rows("UPDATE letter SET bounced_at = now() WHERE person = {} RETURNING id", bounced.id)
    await record("signed_in", by=came)
    await switched("invitation_waits", edition, days=7)

    assert [await carried_out(edition) for _ in range(2)] == [1, 0]

    (letter,) = await Letter.objects().where((Letter.edition == edition.id) & (Letter.kind == "invitation_waits"))
    assert (letter.person, letter.link) == (silent.id, "/account/sign-in")
    assert "comité" in letter.body


async def test_a_letter_that_waits_is_dropped_when_its_thing_is_done_in_between(house, monkeypatch) -> None:
    await outages.note_open()
    edition = await an_edition_closing(in_days=2)
    drafts = [await a_draft(edition, ready=4) for _ in range(3)]
    for rule in ("draft_waits", "copy_waits"):
        await switched(rule, edition, days=3)
    assert await carried_out(edition) == 6
    maker = await a_person("filmmaker", edition=edition)
    await withdraw(await submission_in(edition, drafts[0]), by=maker)
    await release(await submission_in(edition, drafts[1]), by=maker)

    with postbox() as box:
        settings = msgspec.structs.replace(Settings.read(), smtp_url=box.url)
        monkeypatch.setattr(tasks, "settings", lambda: settings)
        for line in await rows("SELECT id FROM outbox WHERE task = 'send_letter' AND edition = {}", edition.id):
            await tasks.work(line["id"], worker="test")

    stands = {(one.kind, one.about): (one.sent_at is not None, one.dropped_at is not None)
              for one in await Letter.objects().where(Letter.edition == edition.id)}  # fmt: skip
    sent, dropped = (True, False), (False, True)
    assert stands == {
        ("draft_waits", drafts[0]): dropped, ("copy_waits", drafts[0]): dropped,
        ("draft_waits", drafts[1]): sent, ("copy_waits", drafts[1]): dropped,
        ("draft_waits", drafts[2]): sent, ("copy_waits", drafts[2]): sent,
    }  # fmt: skip
    assert len(box.letters) == 3


async def test_a_rule_that_is_off_writes_nothing_and_the_preview_names_who_would_be_written_to(house) -> None:
    edition = await an_edition_closing(in_days=2)
    film = await a_draft(edition)
    viewer = await the_viewer(await a_person("operator", edition=edition), edition)

    found = {one.rule: one for one in await standings(edition, viewer)}
    assert (found["draft_waits"].is_on, found["draft_waits"].days, found["draft_waits"].due) == (False, 7, 1)
    assert found["draft_waits"].named[0]["title"] == "Nuit claire"
    await switched("draft_waits", edition, is_on=False)
    await reminders.carry_out()
    assert await written(edition) == []

    await switched("draft_waits", edition, version=1)
    assert await carried_out(edition) == 1
    after = await standings(edition, viewer)
    assert [one.due for one in after if one.rule == "draft_waits"] == [0]
    assert film


async def test_the_preview_does_not_name_a_film_from_which_the_operator_stepped_aside(house) -> None:
    edition = await an_edition_closing(in_days=2)
    film = await a_draft(edition)
    operator = await a_person("operator", "reviewer", edition=edition)
    await reviewing.recuse(await submission_in(edition, film), by=operator, reason="Un ami.")

    found = await standings(edition, await the_viewer(operator, edition))

    assert [(one.due, one.named) for one in found if one.rule == "draft_waits"] == [(1, [])]


async def test_a_rule_is_set_only_by_whoever_saw_what_stands(house) -> None:
    edition = await an_edition()
    row = await switched("draft_waits", edition, days=5)

    with pytest.raises(Conflict):
        await switched("draft_waits", edition, days=9)
    with pytest.raises(Missing):
        await switched("flowers", edition)
    await switched("draft_waits", edition, days=9, version=1)

    told = await rows("SELECT details FROM record WHERE subject = {} ORDER BY id", row)
    assert told[-1]["details"] == {"changes": {"days": [5, 9]}}


async def test_rules_of_one_edition_leave_others_alone(house) -> None:
    edition, other = await an_edition_closing(in_days=2), await an_edition_closing(in_days=2)
    await a_draft(other)
    await switched("draft_waits", edition)

    assert await carried_out(edition) == 0
    assert await due_now("draft_waits", 3, edition=other) != []
    assert await written(other) == []


async def test_an_accepted_film_is_reminded_of_its_material_once_for_each_day_that_it_is_due(house) -> None:
    edition = await an_edition(phase="selection")
    maker = await a_person("filmmaker", edition=edition)
    film, _ = await a_film(edition, maker, status="accepted")
    await a_film(edition, maker)  # not announced
    by = await a_person("operator", edition=edition)
    soon, later = now() + timedelta(days=2), now() + timedelta(days=30)
    forms = [MaterialForm(labels={"fr": name, "en": name}, accepts="text", due_at=at, is_required=True)
             for name, at in (("Affiche", soon), ("Synopsis", soon), ("Photos", later))]  # fmt: skip
    first, second, _ = [await add_material(edition, form, by=by) for form in forms]
    await switched("materials_wait", edition, days=3)

    assert [await carried_out(edition) for _ in range(2)] == [1, 0]

    (letter,) = await Letter.objects().where(Letter.edition == edition.id)
    assert (letter.kind, letter.link) == ("materials_wait", f"/submissions/{film}/materials")
    submission = await submission_in(edition, film)
    await bring_text(submission, first, "Un texte.", version=0, by=maker)
    assert await reminders.still_true(letter)
    await bring_text(submission, second, "Un texte.", version=0, by=maker)
    assert not await reminders.still_true(letter)


async def test_a_fee_that_is_due_is_told_after_its_days_and_a_paid_one_is_not(house) -> None:
    edition = await an_edition(phase="selection")
    films = [(await a_film(edition, await a_person("filmmaker", edition=edition)))[0] for _ in range(4)]
    states = [("due", 0), ("paid", 0), ("due", 2500), ("due", 0)]
    for film, (state, waived) in zip(films, states, strict=True):
        await Submission.update({Submission.filed_at: now() - timedelta(days=8)}).where(Submission.id == film)
        await Fee(edition=edition.id, submission=film, state=state, cents=2500, waived_cents=waived).save()
    await Submission.update({Submission.filed_at: now()}).where(Submission.id == films[3])
    await switched("fee_waits", edition, days=7)

    assert [await carried_out(edition) for _ in range(2)] == [1, 0]

    (letter,) = await Letter.objects().where(Letter.edition == edition.id)
    assert (letter.about, "25" in letter.body) == (films[0], True)
    assert letter.link == f"/submissions/{films[0]}#fees"
    await Fee.update({Fee.state: "paid"}).where(Fee.submission == films[0])
    assert not await reminders.still_true(letter)


async def test_who_may_still_file_is_one_rule_in_sql_and_in_python(house) -> None:
    grace, at = timedelta(hours=24), now()
    hours = (-30, -20, -1, 1)
    cases = [(at + timedelta(hours=ends), at + timedelta(hours=begun), at + timedelta(hours=ready))
             for ends in hours for begun in (-40, *hours[:3]) for ready in hours[:3]]  # fmt: skip

    told = await rows(
        f"""SELECT {reminders.MAY_FILE} AS may FROM unnest({{}}::timestamptz[], {{}}::timestamptz[], {{}}::timestamptz[])
            WITH ORDINALITY AS d (closes, begun, ready, place)
            CROSS JOIN LATERAL (SELECT d.begun AS created_at, d.ready AS ready_at) n ORDER BY place""",
        at, at, grace, *map(list, zip(*((closes(ends), *rest) for ends, *rest in cases), strict=True)),
    )  # fmt: skip

    assert [row["may"] for row in told] == [
        may_file(at, ends, begun=begun, ready=ready, grace=grace) for ends, begun, ready in cases
    ]
    assert {row["may"] for row in told} == {True, False}
