"""A maker's own list of films: tried, made drafts of theirs alone, brought again, taken back; nobody else's to see."""

import pytest

from festival.closing import archive
from festival.db import rows
from festival.errors import Missing, Refused
from festival.tables import Edition, Person
from keeping import erasure
from submissions import entries, exporting
from submissions.entry import Entry
from submissions.exporting import Filters
from submissions.importing import imports, lists, own
from submissions.importing.imports import ColumnMapping
from submissions.lists import my_submissions
from submissions.office.reach import NAMED
from submissions.tables import Import, Member
from tests.builders import a_person, an_edition, sign_in, the_viewer
from tests.submissions.importing.test_imports import World
from workers import tasks

HEADS = ["Number", "Title", "Director", "Country", "Email"]
FILMS = [
    ["7", "La Lune", "Ada Lovelace", "France", "eve@"],
    ["8", "Mars", "Ada Lovelace", "Frnce", ""],
    ["", "Vénus", "Grace Hopper", "", ""],
]


class OwnWorld(World):
    """Lists that `maker` brings for herself."""

    def __init__(self, edition: Edition, operator: Person, maker: Person, other: Person) -> None:
        super().__init__(edition, operator)
        self.maker, self.other = maker, other

    async def tried(self, raw: bytes, by: Person | None = None, **given: object) -> Import:
        by = by or self.maker
        one = await imports.bring(raw, edition=self.edition, name="films.csv", by=by, is_own=True)
        columns = ["tracking", *one.columns[1:]]
        wanted = ColumnMapping(**{"columns": columns, "version": 1, "categories": {}, **given})
        await imports.choose(one, wanted, edition=self.edition, by=by)
        return await self.worked(one)

    async def moved(self, one: Import, way: str) -> Import:
        await imports.move(one, way, edition=self.edition, by=self.maker)
        return await self.worked(one)

    async def applied(self, raw: bytes, by: Person | None = None, **given: object) -> Import:
        return await self.moved(await self.tried(raw, by, **given), "apply")

    async def worked(self, one: Import) -> Import:
        for line in await rows(
            "SELECT id FROM outbox WHERE args->>'brought' = {} AND done_at IS NULL", one.id
        ):
            await tasks.work(line["id"], worker="test")
        return await Import.objects().get(Import.id == one.id)

    def films(self, *lines: list[str]) -> bytes:
        return self.text(*lines, heads=HEADS)


@pytest.fixture
async def world(house) -> OwnWorld:
    edition = await an_edition()
    people = [await a_person(part, edition=edition) for part in ("operator", "filmmaker", "filmmaker")]
    return OwnWorld(edition, *people)


def told(one: Import) -> dict[str, int]:
    return {name: n for name, n in one.counts.items() if n}


async def test_a_dry_run_names_faults_by_column_and_writes_nothing(world) -> None:
    one = await world.tried(world.films(*FILMS, ["9", "VENUS", "grace hopper", "", ""]))

    assert (one.state, told(one)) == ("checked", {"new": 3, "faulty": 1, "remarks": 1})
    assert [(f.number, f.fault.column, f.fault.code, f.stops) for f in await lists.faults_of(one)] == [
        (3, 3, "country_unknown", False), (5, -1, "film_twice", True),
    ]  # fmt: skip
    assert one.columns[4] == ""  # nobody else is named as a maker
    assert await world.titles() == []


async def test_a_dry_run_says_of_each_row_what_would_become_of_it_and_why(world, client) -> None:
    first = await world.applied(world.films(*FILMS))
    [theirs] = await rows(
        "SELECT submission FROM imported_entry WHERE edition = {} AND tracking = '8'", world.edition.id
    )
    await rows("UPDATE submission SET version = 9 WHERE id = {} RETURNING id", theirs["submission"])
    one = await world.tried(world.films(
        ["7", "La Lune", "Ada Lovelace", "Italie", ""], ["8", "Mars encore", "Ada Lovelace", "", ""], FILMS[2],
        ["9", "Pluton", "Eve", "Frnce", ""], ["9", "Pluton bis", "Eve", "", ""],
    ))  # fmt: skip

    sheet = await lists.tried_rows(one)
    assert [(row.number, row.title, row.outcome) for row in sheet.lines] == [
        (2, "La Lune", "changed"), (3, "Mars encore", "kept"), (4, "Vénus", "same"), (5, "Pluton", "new"),
        (6, "Pluton bis", "faulty"),
    ]  # fmt: skip
    assert [row.number for row in (await lists.tried_rows(one, what="remarks", number=9)).lines] == [5]
    await sign_in(client, world.maker)
    here = f"{world.edition.slug}/submissions/imports/{one.id}"
    page, narrow = [(await client.get(f"/fr/{here}{more}")).text for more in ("", "?rows=kept")]
    assert ["laissée" in page, "il ne change pas" in page, "Pluton bis" in page, "Pluton bis" in narrow] == [
        True, True, True, False,
    ]  # fmt: skip
    told = (await client.get(f"/api/v1/{here}/rows?what=faulty")).json()
    assert [row["faults"][0]["code"] for row in told["lines"]] == ["tracking_twice"]
    before = (await client.get(f"/en/{world.edition.slug}/submissions/imports/{first.id}")).text
    assert ["Row by row" in text for text in (before, page.replace("Ligne par ligne", "Row by row"))] == [False, True]


async def test_drafts_are_their_makers_alone_and_nobody_is_written_to(world) -> None:
    await world.applied(world.films(*FILMS))

    members = await rows(
        """SELECT m.person, m.entry_right, s.status FROM member m JOIN submission s ON s.id = m.submission
           WHERE s.edition = {}""",
        world.edition.id,
    )
    assert members == [{"person": world.maker.id, "entry_right": "own", "status": "draft"}] * 3
    assert await rows("SELECT id FROM letter WHERE edition = {}", world.edition.id) == []
    assert await rows("SELECT id FROM person WHERE email_key LIKE {}", f"eve@{world.edition.slug}%") == []


async def test_operators_read_no_more_of_these_drafts_than_of_any(world) -> None:
    one = await world.applied(world.films(*FILMS))

    viewer = await the_viewer(world.operator, world.edition)
    assert [row async for row in exporting.found(viewer, world.edition, Filters())] == []
    assert await rows(f"SELECT s.id FROM submission s WHERE s.edition = {{}} AND {NAMED}", world.edition.id) == []
    assert await lists.imports_of(world.edition) == []
    with pytest.raises(Missing):
        await imports.import_in(world.edition, one.id)


async def test_a_list_is_seen_by_whoever_brought_it_alone(world) -> None:
    one = await world.tried(world.films(*FILMS))

    maker, *strangers = [
        await the_viewer(person, world.edition) for person in (world.maker, world.other, world.operator)
    ]
    assert (await imports.own_import(world.edition, one.id, maker)).id == one.id
    assert [o.id for o in await lists.own_imports(world.edition, maker)] == [one.id]
    for stranger in strangers:
        assert await lists.own_imports(world.edition, stranger) == []
        with pytest.raises(Missing):
            await imports.own_import(world.edition, one.id, stranger)


async def test_the_same_list_twice_doubles_nothing(world) -> None:
    await entries.open_entry(
        world.edition, by=world.maker, entry=Entry(title="Vénus", directors=["Grace Hopper"])
    )
    first = await world.applied(world.films(*FILMS))
    again = await world.applied(world.films(*FILMS))
    unnumbered = await world.applied(world.films(*(["", *film[1:]] for film in FILMS)))

    assert told(first)["new"] == 2
    assert "new" not in told(again)
    assert "changed" not in told(again)
    assert "new" not in told(unnumbered)
    assert "changed" not in told(unnumbered)
    assert await world.titles() == ["La Lune", "Mars", "Vénus"]


async def test_numbers_of_two_makers_and_of_the_office_never_meet(world) -> None:
    office = World(world.edition, world.operator)
    await office.applied(office.text(["7", "Du bureau", "", "", ""]), source="FilmFreeway")
    await world.applied(world.films(FILMS[0]))
    await world.applied(world.films(["7", "Une autre", "Eve", "", ""]), by=world.other)

    assert await world.titles() == ["Du bureau", "La Lune", "Une autre"]
    assert len(await my_submissions(await the_viewer(world.other, world.edition))) == 1


async def test_what_was_touched_or_handed_on_is_neither_changed_nor_taken_back(world) -> None:
    one = await world.applied(world.films(*FILMS))
    known = await rows("SELECT tracking, submission FROM imported_entry WHERE owner = {}", world.maker.id)
    by_number = {row["tracking"]: row["submission"] for row in known}
    mars, moon = by_number["8"], by_number["7"]
    await rows("UPDATE submission SET version = version + 1 WHERE id = {} RETURNING id", mars)
    await Member(submission=moon, person=world.other.id).save()
    await Member.delete().where((Member.submission == moon) & (Member.person == world.maker.id))

    again = await world.applied(world.films(["7", "Volée", "Ada Lovelace", "", ""], ["8", "Volée aussi", "A", "", ""]))
    undone = await world.moved(one, "undo")

    assert told(again) == {"kept": 2}
    assert (undone.counts["back"], undone.counts["stays"]) == (1, 2)
    assert [(row["why"], row["title"]) for row in await lists.staying(undone)] == [
        ("makers", None), ("changed", "Mars"),
    ]  # fmt: skip
    assert await world.titles() == ["La Lune", "Mars"]


async def test_a_list_changes_what_nobody_touched_and_gives_it_back(world) -> None:
    await world.applied(world.films(*FILMS))
    other = await world.applied(world.films(["7", "La Lune, remontée", "Ada Lovelace", "France", ""]))

    assert told(other) == {"changed": 1}
    await world.moved(other, "undo")
    assert await world.titles() == ["La Lune", "Mars", "Vénus"]


async def test_what_an_office_alone_sets_is_refused(world) -> None:
    for given in ({"invites": True}, {"keep_as": "Mine"}, {"source": "FilmFreeway"}):
        with pytest.raises(Refused) as refused:
            await world.tried(world.films(*FILMS), **given)
        assert refused.value.codes == (f"{next(iter(given))}:of_the_office",)
    with pytest.raises(Refused):
        await world.tried(world.films(*FILMS), columns=["tracking", "title", "", "", "email"])


async def test_rows_lists_a_day_and_drafts_have_their_limit(world, monkeypatch) -> None:
    monkeypatch.setattr(own, "MOST_ENTRIES", 2)
    one = await world.applied(world.films(*FILMS))
    assert told(one)["new"] == 2
    assert told(one)["faulty"] == 1
    assert (await lists.faults_of(one))[-1].fault.code == "entries_many"

    monkeypatch.setattr(own, "MOST_ROWS", 2)
    with pytest.raises(Refused):
        await world.tried(world.films(*FILMS))
    monkeypatch.setattr(own, "MOST_A_DAY", 1)
    with pytest.raises(Refused):
        await world.tried(world.films(FILMS[0]))


async def test_nothing_is_made_once_entries_are_closed_and_all_is_refused_in_an_archived_edition(world) -> None:
    tried = await world.tried(world.films(*FILMS))
    await imports.move(tried, "apply", edition=world.edition, by=world.maker)
    await rows("UPDATE edition SET deadline_at = now() - interval '1 day' WHERE id = {} RETURNING id", world.edition.id)

    stopped = await world.worked(tried)

    assert (stopped.state, stopped.fault, await world.titles()) == ("stopped", "deadline_passed", [])
    with pytest.raises(Refused):
        await world.tried(world.films(*FILMS))
    await archive(world.edition, by=world.operator)
    with pytest.raises(Refused):
        await imports.move(stopped, "undo", edition=world.edition, by=world.maker)
    with pytest.raises(Refused):
        await imports.drop(stopped, edition=world.edition, by=world.maker)


async def test_lists_of_own_films_go_with_whoever_is_erased_and_make_nothing_for_whoever_is_shut_out(world) -> None:
    await World(world.edition, world.operator).applied(world.films(*FILMS), columns=["tracking", "title", "", "", ""])
    tried = await world.tried(world.films(*FILMS))
    await imports.move(tried, "apply", edition=world.edition, by=world.maker)
    await rows("UPDATE person SET disabled_at = now() WHERE id = {} RETURNING id", world.maker.id)
    assert (await world.worked(tried)).state == "stopped"

    assert await erasure.forget_own_lists(world.maker) == 1

    assert await rows("SELECT id FROM import_row WHERE brought = {}", tried.id) == []
    assert len(await lists.imports_of(world.edition)) == 1
