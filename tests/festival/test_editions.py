"""Founding an edition, moving it on, giving it the front page: an act each, and none by the way."""

import re
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path

import httpx
import pytest
from piccolo.columns import ForeignKey

from festival import copying, editions, people, site
from festival.clock import in_zone, now
from festival.db import rows
from festival.editions import (
    NewEdition,
    Rules,
    change,
    found,
    found_called,
    move_on,
    take_front_page,
)
from festival.errors import Conflict, Refused
from festival.jobs import verb_at
from festival.site import NewText, SiteKind
from festival.tables import Deadline, Edition, LetterText, Phase, Role, Section, SiteText, new_id
from keeping.tables import RetentionRule
from reviews.tables import Criterion, ScoreSheet
from screenings.editions import change_rules, remove
from screenings.rooms import ScreenForm, add_screen
from screenings.tables import Screen
from screenings.venues import VenueForm, add_venue
from submissions.entries import open_entry
from submissions.entry import Entry
from submissions.questions import AI_USE
from submissions.tables import FieldRule, Material, Question, Reminder, TechnicalRules
from tests.builders import a_film, a_person, a_section, an_edition


def a_slug() -> str:
    return f"n{new_id()[:8]}"


def another(**given) -> NewEdition:
    return NewEdition(**{"slug": a_slug(), "name": "Cinéma for Space", "first_day": date(2029, 11, 23), **given})


async def current() -> list[str]:
    return [row["slug"] for row in await rows("SELECT slug FROM edition WHERE is_current")]


async def the_acts(subject: str) -> list[str]:
    return [row["act"] for row in await rows("SELECT act FROM record WHERE subject = {} ORDER BY id", subject)]


# The front page


async def test_founding_next_years_edition_leaves_the_front_page_as_it_is(house, client) -> None:
    this = await an_edition()
    by = await a_person("operator", edition=this)
    await take_front_page(this, by=by)

    await found(another(), by=by)
    await found_called(a_slug())
    await copying.found_like(another(), this, list(copying.KINDS), by=by)
    front = await client.get("/")

    assert await current() == [this.slug]
    assert front.headers["location"] == f"/fr/{this.slug}/"


async def test_one_edition_at_a_time_has_the_front_page(house) -> None:
    this, other = await an_edition(), await an_edition()
    by = await a_person("operator", edition=this)

    await take_front_page(this, by=by)
    await take_front_page(other, by=by)
    await take_front_page(other, by=by)

    assert await current() == [other.slug]
    assert (await the_acts(this.id))[-2:] == ["front_page_taken", "front_page_left"]
    assert await the_acts(other.id) == ["front_page_taken"]


async def test_not_even_the_first_edition_of_a_house_takes_the_front_page(house, client) -> None:
    await Edition.update({Edition.is_current: False}, force=True)

    first = await found_called(a_slug())
    front = await client.get("/")
    page = await client.get("/en")

    assert (await current(), first.phase) == ([], Phase.PREPARING)
    assert front.headers["location"] == "/fr"
    assert (page.status_code, "being prepared" in page.text) == (200, True)


# Founding


async def test_who_founds_an_edition_is_its_operator_and_it_waits_in_preparation(house) -> None:
    here = await an_edition()
    by = await a_person("operator", edition=here)

    made = await found(another(), by=by)

    assert (await editions.again(made)).phase == Phase.PREPARING
    assert made.id in {one.id for one in await editions.operated_by(by.id)}
    assert await Section.count().where(Section.edition == made.id) == len(editions.SECTIONS)
    [asked] = await Question.objects().where(Question.edition == made.id)
    assert (asked.labels, asked.wanted) == (AI_USE.labels, "optional")


@pytest.mark.parametrize(("given", "code"), [
    ({"slug": "Deux mille"}, "slug:slug_invalid"),
    ({"slug": "-x"}, "slug:slug_invalid"),
    ({"slug": "../etc"}, "slug:slug_invalid"),
    ({"slug": "founding"}, "slug:slug_taken"),
    ({"name": " \u200b "}, "name:field_missing"),
    ({"zone": "Europe/Cannes"}, "zone:zone_unknown"),
    ({"zone": "../../etc/passwd"}, "zone:zone_unknown"),
    ({"zone": "localtime"}, "zone:zone_unknown"),
])  # fmt: skip
async def test_what_cannot_be_an_edition_is_named(house, given, code) -> None:
    by = await a_person("operator", edition=await an_edition())

    with pytest.raises(Refused) as told:
        await found(another(**given), by=by)

    assert told.value.codes == (code,)


async def test_an_address_is_taken_once_and_nothing_of_a_refused_founding_stays(house) -> None:
    here = await an_edition()
    by = await a_person("operator", edition=here)

    with pytest.raises(Refused, match="slug_taken"):
        await copying.found_like(another(slug=here.slug), here, ["sections"], by=by)

    assert [one.id for one in await editions.operated_by(by.id)] == [here.id]


# Copies


async def test_a_copy_takes_what_is_ticked_and_moves_its_days(house) -> None:
    last = await an_edition(deadline_at=datetime(2027, 9, 30, 21, 59, tzinfo=UTC))
    by = await a_person("operator", edition=last)
    chair = await a_person("chair", edition=last, sections=[(await a_section(last)).id])
    maker = await a_person("filmmaker", edition=last)
    await a_film(last, maker)
    await Section.update({Section.is_blind: True, Section.version: 7}).where(Section.edition == last.id)
    own = Deadline(edition=last.id, section=(await a_section(last, "S")).id, at=datetime(2027, 8, 31, 21, 59, tzinfo=UTC))
    await own.save()
    venue = await add_venue(last, VenueForm(name="Palais"), by=by)
    await add_screen(last, ScreenForm(venue=venue.id, name="Bazin", seats=280, hours=[(600, 1440)] * 3), by=by)
    await site.write_text(last, SiteKind.LEGAL, NewText(texts={"fr": "Éditeur"}), by=by)

    made = await copying.found_like(another(days=4), last, list(copying.KINDS), by=by)

    made = await editions.again(made)
    sections = await Section.objects().where(Section.edition == made.id).order_by(Section.letter)
    assert [(one.letter, one.is_blind, one.version) for one in sections] == [("C", True, 1), ("S", True, 1)]
    assert made.deadline_at == datetime(2029, 9, 27, 21, 59, tzinfo=UTC)  # 57 days before the first
    [deadline] = await Deadline.objects().where(Deadline.edition == made.id)
    assert (deadline.section, deadline.at) == (sections[1].id, datetime(2029, 8, 28, 21, 59, tzinfo=UTC))
    [screen] = await rows(
        "SELECT x.name, x.hours, x.id FROM screen x JOIN venue v ON v.id = x.venue WHERE v.edition = {}", made.id
    )
    assert (screen["name"], screen["hours"]) == ("Bazin", [[600, 1440]] * 4)
    [text] = await SiteText.objects().where(SiteText.edition == made.id)
    assert (text.kind, text.texts, text.version) == ("legal", {"fr": "Éditeur"}, 1)
    held = await rows("SELECT person, part, sections FROM role WHERE edition = {} ORDER BY part", made.id)
    assert held == [
        {"person": chair.id, "part": "chair", "sections": [sections[0].id]},
        {"person": by.id, "part": "operator", "sections": []},
    ]
    assert await rows("SELECT id FROM submission WHERE edition = {}", made.id) == []
    assert await Screen.count().where(Screen.venue == venue.id) == 1


async def test_what_is_not_ticked_stays_behind(house) -> None:
    last = await an_edition(policy="festival", coverage=0.5)
    by = await a_person("operator", edition=last)
    await a_person("chair", edition=last)

    made = await copying.found_like(another(), last, ["rules"], by=by)

    made = await editions.again(made)
    assert (made.policy, made.coverage) == ("festival", 0.5)
    assert await Section.count().where(Section.edition == made.id) == len(editions.SECTIONS)
    assert len(await rows("SELECT id FROM role WHERE edition = {}", made.id)) == 1


async def test_a_founder_who_chaired_last_year_is_not_made_chair_by_a_copy(house) -> None:
    last = await an_edition()
    by = await a_person("operator", "chair", edition=last)

    made = await copying.found_like(another(), last, ["sections", "team"], by=by)

    assert [row["part"] for row in await rows("SELECT part FROM role WHERE edition = {}", made.id)] == ["operator"]


async def test_whose_sections_are_not_copied_gets_no_part_over_all(house) -> None:
    last = await an_edition()
    section = Section(edition=last.id, letter="Z", names={"fr": "Zénith"})
    await section.save()
    by = await a_person("operator", edition=last)
    await a_person("reviewer", edition=last, sections=[section.id])

    made = await copying.found_like(another(), last, ["team"], by=by)

    assert [row["part"] for row in await rows("SELECT part FROM role WHERE edition = {}", made.id)] == ["operator"]


# Phases


async def test_nothing_is_entered_before_somebody_opens_the_edition(house) -> None:
    by = await a_person("operator", edition=await an_edition())
    made = await found(another(), by=by)

    with pytest.raises(Refused, match="entries_not_open"):
        await open_entry(made, by=by, entry=Entry(title="Aube"))
    await move_on(made, Phase.ENTRIES, by=by)
    await move_on(made, Phase.ENTRIES, by=by)
    await open_entry(made, by=by, entry=Entry(title="Aube"))

    told = await rows("SELECT details FROM record WHERE subject = {} AND act = 'phase_moved'", made.id)
    assert [row["details"] for row in told] == [{"changes": {"phase": ["preparing", "entries"]}}]


async def test_an_edition_opens_only_with_what_entries_need(house) -> None:
    by = await a_person("operator", edition=await an_edition())
    made = await found(another(first_day=now().date() + timedelta(days=20)), by=by, sections=False)

    with pytest.raises(Refused) as told:
        await move_on(made, Phase.SELECTION, by=by)

    assert told.value.codes == ("sections_none", "deadline_behind")
    assert (await editions.again(made)).phase == Phase.PREPARING


async def test_an_edition_does_not_go_back(house) -> None:
    edition = await an_edition(phase=Phase.SELECTION)

    with pytest.raises(Refused, match="phase_backwards"):
        await move_on(edition, Phase.ENTRIES, by=await a_person("operator", edition=edition))


async def test_nobody_registers_as_a_maker_before_entries_open(house, client: httpx.AsyncClient) -> None:
    made = await found(another(), by=None)

    answer = await client.post(f"/api/v1/{made.slug}/registration", json={"email": "a@example.org", "name": "Ada"})

    assert (answer.status_code, answer.json()["codes"]) == (422, ["entries_not_open"])
    assert await people.by_email("a@example.org") is None or not await rows(
        "SELECT id FROM role WHERE edition = {}", made.id
    )


# Rules


async def test_rules_keep_before_and_after_and_refuse_whoever_saw_an_older_version(house) -> None:
    edition = await an_edition()
    by = await a_person("operator", edition=edition)

    await change(edition, Rules(version=1, name="Autre nom", days=3), by=by)
    with pytest.raises(Conflict, match="changed_meanwhile"):
        await change(edition, Rules(version=1, name="Encore un"), by=by)

    [told] = await rows("SELECT details FROM record WHERE subject = {} AND act = 'edition_changed'", edition.id)
    assert told["details"] == {"changes": {"name": ["Cinéma for Space", "Autre nom"]}}


async def test_an_opening_can_be_set_and_taken_back(house) -> None:
    edition, when = await an_edition(), datetime(2027, 10, 20, 16, tzinfo=UTC)
    by = await a_person("operator", edition=edition)

    await change(edition, Rules(opens_at=when), by=by)
    await change(edition, Rules(days=4), by=by)
    assert (await editions.again(edition)).opens_at == when
    await change(edition, Rules(opens_at=None), by=by)

    assert (await editions.again(edition)).opens_at is None


async def test_another_zone_keeps_the_hours_on_the_wall(house) -> None:
    here = await an_edition()
    by = await a_person("operator", edition=here)
    made = await found(another(), by=by)
    section = await Section.objects().where(Section.edition == made.id).first()
    await Deadline(edition=made.id, section=section.id, at=datetime(2029, 8, 1, 21, 59, tzinfo=UTC)).save()
    before = made.deadline_at

    with in_zone("Europe/Paris"):
        await change_rules(made, Rules(zone="America/Montreal"), by=by)

    made = await editions.again(made)
    assert made.zone == "America/Montreal"
    assert made.deadline_at - before == timedelta(hours=6)
    [deadline] = await Deadline.objects().where(Deadline.edition == made.id)
    assert deadline.at == datetime(2029, 8, 2, 3, 59, tzinfo=UTC)


async def test_the_zone_stays_once_deadlines_are_told(house) -> None:
    edition = await an_edition()

    with pytest.raises(Refused, match="zone_late"):
        await change_rules(edition, Rules(zone="America/Montreal"), by=await a_person("operator", edition=edition))


# Taking away


async def test_an_empty_edition_goes_with_all_that_was_set_up_in_it(house) -> None:
    here = await an_edition()
    by = await a_person("operator", edition=here)
    made = await found(another(), by=by)
    await site.write_text(made, SiteKind.LEGAL, NewText(texts={"fr": "Éditeur"}), by=by)

    left = await remove(made, version=1, by=by)

    assert left.id == here.id
    assert await Edition.exists().where(Edition.id == made.id) is False
    assert await rows("SELECT id FROM section WHERE edition = {}", made.id) == []
    told = await rows("SELECT act, details FROM record WHERE edition = {} AND subject = {}", here.id, made.id)
    assert [(row["act"], row["details"]["slug"]) for row in told] == [("edition_removed", made.slug)]


async def test_an_edition_that_holds_something_stays(house) -> None:
    here = await an_edition()
    by = await a_person("operator", edition=here)
    made = await found(another(), by=by)
    await Section(edition=made.id, letter="Q", names={"fr": "?"}).save()
    maker = await a_person("filmmaker", edition=made)
    await a_film(made, maker, section="C")
    await take_front_page(made, by=by)

    with pytest.raises(Refused) as told:
        await remove(made, version=1, by=by)

    assert told.value.codes == ("edition_has_entries", "edition_has_people", "edition_on_front")
    assert await Edition.exists().where(Edition.id == made.id)


async def test_nobody_takes_away_the_only_edition_that_they_run(house) -> None:
    edition = await an_edition()
    by = await a_person("operator", edition=edition)

    with pytest.raises(Refused) as told:
        await remove(edition, version=1, by=by)

    assert told.value.codes == ("edition_only",)


async def test_a_person_alone_in_an_edition_may_not_be_somebody_else(house) -> None:
    """Two who run it: neither takes it away from the other."""
    here = await an_edition()
    by = await a_person("operator", edition=here)
    made = await found(another(), by=by)
    await people.grant(await a_person("operator", edition=here), Role.OPERATOR, edition=made, by=by)

    with pytest.raises(Refused, match="edition_has_people"):
        await remove(made, version=1, by=by)


def test_every_kind_that_can_be_copied_is_found_in_the_code() -> None:
    assert all(callable(verb_at(place)) for place in copying.KINDS.values())


STAYS_BEHIND = {
    "Submission", "Fee", "Import", "ImportMapping", "Archive", "Announcement", "Programme", "Guest", "Grid", "PlanRun",
    "ImportedEntry", "Token", "Letter", "Pause", "Consent", "Erasure", "RetentionRun", "WaiverCode", "Invitation",
    "InvitationList", "MergeRequest", "Jury", "Resource", "Apart", "ProgrammeOrder", "SharedAudience",
    "Reservation", "ScreeningHold", "Slot", "GridVariant", "ScreeningComment", "GridImport", "PlannedPublication",
    "PrintedPage", "SectionQuota", "Meeting", "FigureClock",
    "TalkWish", "ReceiptRule",
    "BlockDraft", "FilmPicture", "Trailer", "Visitor", "ToldScreening", "TicketWish", "Attendance", "FilmTraits", "LiveScreening", "LiveAct", "LiveRehearsal",
    "ReviewerProfile", "AssignmentPlan", "KeptLoad", "ConflictOfInterest", "ConflictSearch",
}  # fmt: skip
"""Films, what was done with them, what was promised to people, and codes that were given away."""


def test_every_table_of_an_edition_is_copied_or_said_to_stay_behind() -> None:
    packages = ("festival", "submissions", "reviews", "screenings", "keeping")
    its = {
        table.__name__
        for package in packages
        for table in import_module(f"{package}.piccolo_app").APP_CONFIG.table_classes
        if any(column._meta.name == "edition" and isinstance(column, ForeignKey) for column in table._meta.columns)
    }
    root = Path(copying.__file__).parents[1]
    copied = {
        word
        for package in packages
        if (file := root / package / "copying.py").exists()
        for word in re.findall(r"\b[A-Z]\w+", file.read_text())
    }

    assert its - copied - {"RoleGrant"} == STAYS_BEHIND  # the team is copied part by part


async def test_what_was_asked_last_year_is_asked_again_in_the_same_sections(house) -> None:
    last = await an_edition()
    by, section = await a_person("operator", edition=last), await a_section(last, "S")
    other = Section(edition=last.id, letter="Z", names={"fr": "Zénith"}, is_open=False)
    await other.save()
    when = datetime(2027, 8, 1, 10, 0, tzinfo=UTC)
    await FieldRule(edition=last.id, section=section.id, field="year", wanted="off").save()
    for n, more in enumerate([{"sections": [section.id]}, {"closed_at": now()}, {"frozen_from": when}]):
        await Question(edition=last.id, position=n, labels={"fr": str(n)}, **more).save()
    await Material(edition=last.id, labels={"fr": "Affiche"}, due_at=when).save()
    await TechnicalRules(edition=last.id, section=section.id, rules={"frame": {}}).save()
    await LetterText(edition=last.id, kind="submitted", subjects={"fr": "Reçu"}, bodies={"fr": "{link}"}).save()
    await Reminder(edition=last.id, rule="draft", is_on=True).save()
    await RetentionRule(edition=last.id, kind="masters", days=90).save()
    sheet = ScoreSheet(edition=last.id, section=section.id, steps=7)
    await sheet.save()
    for key, more in [("image", {}), ("sound", {"closed_at": now()})]:
        await Criterion(edition=last.id, sheet=sheet.id, key=key, names={"fr": key}, weight=2, **more).save()

    made = await copying.found_like(another(), last, list(copying.KINDS), by=by)

    there = await a_section(made, "S")
    assert (await a_section(made, "Z")).is_open is True
    [rule] = await FieldRule.objects().where(FieldRule.edition == made.id)
    assert (rule.section, rule.field, rule.wanted) == (there.id, "year", "off")
    questions = await Question.objects().where(Question.edition == made.id).order_by(Question.position)
    assert [(one.labels["fr"], one.sections) for one in questions] == [("0", [there.id]), ("2", [])]
    assert questions[1].frozen_from == datetime(2029, 7, 29, 10, 0, tzinfo=UTC)
    [material] = await Material.objects().where(Material.edition == made.id)
    assert material.due_at == datetime(2029, 7, 29, 10, 0, tzinfo=UTC)
    [technical] = await TechnicalRules.objects().where(TechnicalRules.edition == made.id)
    assert (technical.section, technical.rules) == (there.id, {"frame": {}})
    [criterion] = await rows(
        """SELECT c.key, c.weight, h.steps, h.section FROM criterion c JOIN score_sheet h ON h.id = c.sheet
           WHERE h.edition = {} AND h.section IS NOT NULL""", made.id,
    )  # fmt: skip
    assert criterion == {"key": "image", "weight": 2, "steps": 7, "section": there.id}
    for table in ("letter_text", "reminder", "retention_rule"):
        assert len(await rows(f"SELECT id FROM {table} WHERE edition = {{}}", made.id)) == 1, table
