"""What operators set up is added, amended, moved and removed in one way, and all of it is on the record."""

import asyncio

import pytest

from festival import desk
from festival.db import rows
from festival.desk import Way
from festival.errors import Conflict, Missing
from festival.record import record
from festival.tables import Section
from tests.builders import a_person, a_section, an_edition


async def told(section: Section) -> list[dict]:
    return [
        row["details"]
        for row in await rows("SELECT details FROM record WHERE subject = {} ORDER BY id", section.id)
    ]


async def test_a_change_is_kept_with_what_stood_before(house) -> None:
    edition = await an_edition()
    by, section = await a_person("operator", edition=edition), await a_section(edition)

    version = await desk.amend(
        section, {"names": {"fr": "Concours"}, "letter": "C"}, version=1, act="section_changed", by=by
    )

    again = await desk.one_of(Section, section.id, edition=edition, missing="section_missing")
    before = {"en": "Competition", "fr": "Compétition"}
    assert (version, again.version, again.names) == (2, 2, {"fr": "Concours"})
    assert await told(section) == [{"changes": {"names": [before, {"fr": "Concours"}]}}]


async def test_whoever_saw_an_older_version_is_told_what_stands(house) -> None:
    edition = await an_edition()
    by, section = await a_person("operator", edition=edition), await a_section(edition)
    await desk.amend(section, {"is_blind": True}, version=1, act="section_changed", by=by)

    with pytest.raises(Conflict) as told_no:
        await desk.amend(section, {"is_blind": False}, version=1, act="section_changed", by=by)

    assert told_no.value.codes == ("changed_meanwhile",)
    assert told_no.value.values["standing"]["is_blind"] is True


async def test_a_change_that_changes_nothing_leaves_no_trace(house) -> None:
    edition = await an_edition()
    by, section = await a_person("operator", edition=edition), await a_section(edition)

    version = await desk.amend(section, {"letter": "C"}, version=1, act="section_changed", by=by)

    assert (version, await told(section)) == (1, [])


async def test_a_row_changes_places_with_its_neighbour_and_none_at_the_end(house) -> None:
    edition = await an_edition()
    by, section = await a_person("operator", edition=edition), await a_section(edition, "C")
    third = Section(edition=edition.id, letter="Z", names={"fr": "Fin"})
    await desk.add(third, act="section_added", by=by)

    await desk.move(third, Way.UP, act="section_moved", by=by)
    await desk.move(third, Way.UP, act="section_moved", by=by)
    await desk.move(third, Way.UP, act="section_moved", by=by)

    first, *_ = await desk.all_of(Section, edition)
    assert first.letter == "Z"
    assert len(await told(third)) == 3  # added, and moved twice: the third time it was there
    assert section.position == 0


async def test_what_was_removed_is_still_on_the_record(house) -> None:
    edition = await an_edition()
    by, section = await a_person("operator", edition=edition), await a_section(edition)

    await desk.remove(section, version=1, act="section_removed", by=by)

    assert (await told(section))[0]["gone"]["letter"] == "C"
    with pytest.raises(Missing):
        await desk.one_of(Section, section.id, edition=edition, missing="section_missing")


async def test_no_row_of_another_edition_is_found(house) -> None:
    edition, other = await an_edition(), await an_edition()
    section = await a_section(edition)

    with pytest.raises(Missing):
        await desk.one_of(Section, section.id, edition=other, missing="section_missing")


# Taking back


async def test_what_a_line_of_the_record_changed_is_read_from_it(house) -> None:
    edition = await an_edition()
    by, section = await a_person("operator", edition=edition, name="Ada"), await a_section(edition)
    await desk.amend(
        section, {"letter": "D"}, version=1, act="section_changed", by=by, beside={"rules": [[1], [2]]}
    )

    last = (await desk.last_changes([section.id]))[section.id]

    assert (last.act, last.by) == ("section_changed", "Ada")
    assert await desk.before(section, last.line) == {"letter": "C", "rules": [1]}


async def test_other_acts_count_under_the_same_word_and_are_no_changes(house) -> None:
    edition = await an_edition()
    by, section = await a_person("operator", edition=edition), await a_section(edition)
    await desk.amend(section, {"letter": "D"}, version=1, act="section_changed", by=by)
    for changes in (3, "three", [1], None):
        await record("plan_applied", section.id, by=by, edition=edition.id, changes=changes)

    last = (await desk.last_changes([section.id]))[section.id]

    assert last.act == "section_changed"


async def test_what_was_changed_again_since_is_not_put_back(house) -> None:
    edition = await an_edition()
    by, section = await a_person("operator", edition=edition), await a_section(edition)
    await desk.amend(section, {"letter": "D"}, version=1, act="section_changed", by=by)
    line = (await desk.last_changes([section.id]))[section.id].line
    await desk.move(section, Way.UP, act="section_moved", by=by)  # an order is no change
    assert await desk.before(section, line) == {"letter": "C"}
    await desk.amend(section, {"is_blind": True}, version=2, act="section_changed", by=by)

    with pytest.raises(Conflict) as told_no:
        await desk.before(section, line)

    assert told_no.value.codes == ("changed_since",)


async def test_what_was_taken_away_comes_back_once_and_under_its_own_name(house) -> None:
    edition = await an_edition()
    by, section = await a_person("operator", edition=edition), await a_section(edition)
    await desk.remove(section, version=1, act="section_removed", by=by)
    [line] = await desk.removals(edition, "section_removed")

    await desk.bring_back(
        Section, await desk.gone(edition, line.line, act="section_removed"),
        edition=edition, act="section_added", by=by,
    )  # fmt: skip

    again = await desk.one_of(Section, section.id, edition=edition, missing="section_missing")
    assert (again.letter, again.names) == (section.letter, section.names)
    assert again.version > 1  # nobody has seen it yet
    with pytest.raises(Conflict):
        await desk.gone(edition, line.line, act="section_removed")


async def test_of_two_who_bring_it_back_at_once_the_second_finds_it_there(house) -> None:
    edition = await an_edition()
    by, section = await a_person("operator", edition=edition), await a_section(edition)
    await desk.remove(section, version=1, act="section_removed", by=by)
    [line] = await desk.removals(edition, "section_removed")

    async def back() -> None:
        gone = await desk.gone(edition, line.line, act="section_removed")
        await desk.bring_back(Section, gone, edition=edition, act="section_added", by=by)

    told = await asyncio.gather(*(back() for _ in range(4)), return_exceptions=True)

    assert [type(one) for one in told if one is not None] == [Conflict] * 3
    assert await Section.count().where(Section.id == section.id) == 1
