"""A list of entries from elsewhere: tried, brought in, brought in again, stopped, and taken back."""

import csv
import io
from pathlib import Path

import pytest

from festival import people
from festival.db import rows
from festival.errors import Conflict, Refused
from festival.leases import take
from festival.tables import Edition, Person
from submissions import entries
from submissions.importing import imports, lists, work
from submissions.importing.imports import ColumnMapping
from submissions.lists import journal_of, submission_in
from submissions.oversight import record_lines
from submissions.tables import FilmFile, Import
from tests.builders import a_person, an_edition, the_viewer
from workers import tasks

FILM_LIST = next(
    (p for folder in Path(__file__).parents if (p := folder / "shared/data/film-list.csv").exists()), None
)
HEADS = ["Tracking Number", "Project Title", "Duration", "Country of Origin", "Email"]
LIST = [
    ["T1", "La Lune", "1:30:00", "France", "ada@"], ["T2", "Mars", "12", "Frnce", ""], ["T3", "Vénus", "100", "", ""],
    ["", "Sans numéro", "", "", ""], ["T3", "Vénus deux fois", "", "", ""],
]  # fmt: skip


class World:
    """An edition, its operator, and lists of theirs that a worker's own code works on."""

    def __init__(self, edition: Edition, operator: Person) -> None:
        self.edition, self.operator = edition, operator

    def text(self, *lines: list[str], heads: list[str] = HEADS) -> bytes:
        out = io.StringIO()
        csv.writer(out).writerows([heads, *lines])
        return out.getvalue().replace("@", f"@{self.edition.slug}.example.org").encode()

    async def tried(self, raw: bytes, **given: object) -> Import:
        one = await imports.bring(raw, edition=self.edition, name="list.csv", by=self.operator)
        wanted = ColumnMapping(**{"columns": list(one.columns), "source": "FilmFreeway", "version": 1, **given})
        await imports.choose(one, wanted, edition=self.edition, by=self.operator)
        return await self.worked(one)

    async def moved(self, one: Import, way: str) -> Import:
        await imports.move(one, way, edition=self.edition, by=self.operator)
        return await self.worked(one)

    async def worked(self, one: Import) -> Import:
        for line in await rows(
            "SELECT id FROM outbox WHERE args->>'brought' = {} AND done_at IS NULL", one.id
        ):
            await tasks.work(line["id"], worker="test")
        return await imports.import_in(self.edition, one.id)

    async def applied(self, raw: bytes, **given: object) -> Import:
        return await self.moved(await self.tried(raw, **given), "apply")

    async def titles(self) -> list[str]:
        found = await rows(
            """SELECT f.title FROM film f JOIN submission s ON s.film = f.id
               WHERE s.edition = {} ORDER BY f.title""",
            self.edition.id,
        )
        return [row["title"] for row in found]

    async def entry(self, tracking: str):
        found = await rows(
            "SELECT submission FROM imported_entry WHERE edition = {} AND tracking = {}",
            self.edition.id,
            tracking,
        )
        return await submission_in(self.edition, found[0]["submission"])


@pytest.fixture
async def world(house) -> World:
    edition = await an_edition()
    return World(edition, await a_person("operator", edition=edition))


def counted(one: Import, **given: int) -> bool:
    none = dict.fromkeys(("new", "changed", "same", "kept", "faulty", "remarks"), 0)
    return one.counts == none | given


async def test_a_dry_run_names_each_fault_by_row_and_writes_nothing(world) -> None:
    one = await world.tried(world.text(*LIST))

    assert one.state == "checked"
    assert counted(one, new=3, faulty=2, remarks=1)
    assert [(f.number, f.fault.column, f.fault.code, f.fault.value, f.stops) for f in await lists.faults_of(one)] == [
        (3, 3, "country_unknown", "Frnce", False),
        (5, 0, "tracking_missing", "", True),
        (6, -1, "tracking_twice", "T3 (4)", True),
    ]
    assert await world.titles() == []


async def test_entries_are_drafts_with_their_makers_and_no_letter(world) -> None:
    one = await world.applied(world.text(*LIST))

    assert counted(one, new=3, faulty=2, remarks=1)
    assert await world.titles() == ["La Lune", "Mars", "Vénus"]
    entry = await world.entry("T1")
    maker = await people.by_email(f"ada@{world.edition.slug}.example.org")
    assert (entry.status, (await entries.entry_of(entry)).countries) == ("draft", ["FR"])
    assert await rows("SELECT person FROM member WHERE submission = {}", entry.id) == [{"person": maker.id}]
    assert await rows("SELECT id FROM letter WHERE edition = {}", world.edition.id) == []
    assert (await world.entry("T2")).unread == {"countries": "Frnce"}


async def test_a_letter_goes_to_each_new_maker_where_it_was_asked_for(world) -> None:
    await world.applied(world.text(*LIST), invites=True)
    await world.applied(world.text(*LIST), invites=True)

    written = await rows("SELECT kind, about FROM letter WHERE edition = {}", world.edition.id)
    assert written == [{"kind": "imported", "about": (await world.entry("T1")).id}]


async def test_a_second_import_doubles_nothing_and_changes_what_differs(world) -> None:
    await world.applied(world.text(*LIST[:3]))

    again = await world.applied(world.text(*LIST[:3]))
    other = await world.applied(world.text(["T1", "La Lune, remontée", "1:30:00", "France", "ada@"], *LIST[1:3]))
    elsewhere = await world.applied(world.text(LIST[0]), source="Shortfilmdepot")

    assert counted(again, same=3, remarks=1)
    assert counted(other, changed=1, same=2, remarks=1)
    assert counted(elsewhere, new=1)
    assert await world.titles() == ["La Lune", "La Lune, remontée", "Mars", "Vénus"]


async def test_a_list_without_a_column_leaves_that_field_as_it_is(world) -> None:
    await world.applied(world.text(*LIST[:3]))

    one = await world.applied(world.text(["T1", "La Lune"], heads=HEADS[:2]))

    assert counted(one, same=1)
    assert (await entries.entry_of(await world.entry("T1"))).declared_seconds == 5400


async def touched(world, tracking: str) -> None:
    entry = await world.entry(tracking)
    known = await entries.entry_of(entry)
    from msgspec.structs import replace

    await entries.save_entry(entry, replace(known, title="Ma Lune"), version=entry.version, by=world.operator)


async def test_what_a_maker_has_worked_on_is_neither_written_over_nor_taken_back(world) -> None:
    first = await world.applied(world.text(*LIST[:3]))
    await touched(world, "T1")
    await FilmFile(submission=(await world.entry("T3")).id, state="receiving").save()

    again = await world.applied(world.text(*LIST[:3]))
    undone = await world.moved(first, "undo")

    assert counted(again, kept=1, same=2, remarks=1)
    assert (undone.state, undone.counts["back"], undone.counts["stays"]) == ("undone", 1, 2)
    assert [(row["tracking"], row["why"]) for row in await lists.staying(undone)] == [("T1", "changed"), ("T3", "film")]
    assert await world.titles() == ["Ma Lune", "Vénus"]


async def test_undoing_puts_back_what_stood_import_by_import(world) -> None:
    first = await world.applied(world.text(*LIST[:3]), invites=True)
    second = await world.applied(world.text(["T1", "Autre Lune", "12", "Japan", "ada@"]))
    maker = await people.by_email(f"ada@{world.edition.slug}.example.org")

    await world.moved(second, "undo")
    entry = await entries.entry_of(await world.entry("T1"))
    assert (entry.title, entry.countries, entry.declared_seconds) == ("La Lune", ["FR"], 5400)

    undone = await world.moved(first, "undo")
    assert undone.counts["back"] == 3
    assert await world.titles() == []
    assert await people.by_email(maker.email) is None
    assert await rows("SELECT id FROM letter WHERE edition = {}", world.edition.id) == []


async def test_who_died_in_the_middle_goes_on_and_who_stops_is_heard(world, monkeypatch) -> None:
    monkeypatch.setattr(work, "BATCH", 2)
    lines = [[f"N{n}", f"Film {n}", "", "", ""] for n in range(7)]
    one = await world.tried(world.text(*lines))
    await imports.move(one, "apply", edition=world.edition, by=world.operator)
    line = (await rows("SELECT id FROM outbox WHERE args->>'brought' = {} AND done_at IS NULL", one.id))[0]["id"]
    lease = await take(line, worker="dies")

    await work.apply_batch(one.id, lease)
    await imports.move(one, "stop", edition=world.edition, by=world.operator)
    assert await work.apply_batch(one.id, lease) is False
    assert len(await world.titles()) == 2
    await rows("UPDATE outbox SET done_at = now() WHERE id = {} RETURNING id", line)

    one = await world.moved(await imports.import_in(world.edition, one.id), "resume")
    assert (one.state, one.done) == ("applied", 7)
    assert counted(one, new=7)
    assert len(await world.titles()) == 7


async def test_work_that_is_given_up_says_so_and_goes_on_when_it_is_sent_again(world) -> None:
    from festival.leases import cancel
    from festival.work import let_go, send_again

    one = await world.tried(world.text(*LIST[:3]))
    await imports.move(one, "apply", edition=world.edition, by=world.operator)
    line = (await rows("SELECT id FROM outbox WHERE args->>'brought' = {} AND done_at IS NULL", one.id))[0]["id"]

    await let_go(line, edition=world.edition, by=world.operator)
    stopped = await imports.import_in(world.edition, one.id)
    await send_again(line, edition=world.edition, by=world.operator)
    done = await world.worked(one)

    assert (stopped.state, stopped.fault) == ("stopped", "cancelled")
    assert (done.state, done.fault) == ("applied", "")
    assert cancel


async def test_the_record_has_one_line_a_list_and_each_entry_shows_it(world) -> None:
    one = await world.applied(world.text(*LIST[:3]))
    entry = await world.entry("T1")

    viewer = await the_viewer(world.operator, world.edition)
    about = await record_lines(world.edition, viewer, about=entry.id)
    all_lines = await record_lines(world.edition, viewer, act="import_applied")

    assert "import_applied" in {line["act"] for line in about}
    assert [line["details"]["counts"]["new"] for line in all_lines] == [3]
    assert [(line["act"], line["details"]) for line in await journal_of(entry.id)] == [("import_applied", {})]
    assert one.swept_at is None


async def test_a_mapping_is_kept_under_a_name_for_the_next_list(world) -> None:
    heads = ["Code", "Nom", "Longueur"]
    wanted = {"columns": ["tracking", "title", "runtime"], "source": "Tableur", "keep_as": "Notre tableur"}
    await world.tried(world.text(["A1", "Io", "12"], heads=heads), **wanted)

    again = await imports.bring(world.text(["A2", "Callisto", "14"], heads=heads), edition=world.edition,
                                name="", by=world.operator)  # fmt: skip

    assert (again.columns, again.source) == (["tracking", "title", "runtime"], "Tableur")


async def test_what_came_is_forgotten_after_thirty_days_and_can_still_be_undone(world) -> None:
    one = await world.applied(world.text(*LIST[:3]))
    await rows("UPDATE import SET changed_at = now() - interval '31 days' WHERE id = {} RETURNING id", one.id)

    await imports.sweep()
    swept = await imports.import_in(world.edition, one.id)
    assert swept.swept_at is not None
    assert await rows("SELECT id FROM import_row WHERE brought = {}", one.id) == []

    assert (await world.moved(swept, "undo")).counts["back"] == 3


async def test_whoever_comes_second_is_told(world) -> None:
    one = await world.tried(world.text(*LIST[:3]))
    stale = ColumnMapping(columns=list(one.columns), source="FilmFreeway", version=1)

    with pytest.raises(Conflict):
        await imports.choose(one, stale, edition=world.edition, by=world.operator)
    await world.moved(one, "apply")
    with pytest.raises(Conflict):
        await imports.move(one, "apply", edition=world.edition, by=world.operator)


async def test_a_word_of_the_list_can_mean_a_section(world) -> None:
    heads = [*HEADS[:2], "Submission Categories"]
    raw = world.text(["T1", "Io", "Docs"], ["T2", "Callisto", "Shorts"], heads=heads)
    with pytest.raises(Refused, match="section_unknown"):
        await world.tried(raw, categories={"Docs": "Z"})

    one = await world.applied(raw, categories={"Docs": "C"})

    assert counted(one, new=2)
    sections = [(await entries.entry_of(await world.entry(name))).section for name in ("T1", "T2")]
    assert sections == ["C", "S"]


@pytest.mark.skipif(FILM_LIST is None, reason="../shared/data/film-list.csv is not there")
async def test_a_list_of_nine_thousand_films_is_brought_in_once(world) -> None:
    raw = FILM_LIST.read_bytes()

    first = await world.applied(raw)
    again = await world.tried(raw)

    assert counted(first, new=9348, remarks=2)
    assert counted(again, same=9348, remarks=2)
    assert [(f.number, f.fault.code) for f in await lists.faults_of(first)] == [
        (f.number, f.fault.code) for f in await lists.faults_of(again)
    ]
