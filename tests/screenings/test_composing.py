"""Blocks composed on a paper, taken in one act, and had back."""

import json

import pytest

from festival.db import rows
from festival.errors import Conflict, Refused
from screenings import composing, programmes, shorts
from screenings.composing import (
    BlockForm,
    CompositionForm,
    PaperSeen,
    ShortHold,
    ShortMove,
    TakingLine,
)
from screenings.lists import items
from screenings.problem import problem_of
from screenings.programmes import ProgrammeForm, add_programme
from screenings.shorts import TraitsChange, TraitsForm
from submissions.tables import Film, FilmFile
from tests.builders import a_film, a_person, an_edition


class Bench:
    """An edition with chosen shorts of so many minutes, each by somebody else."""

    async def build(self, *minutes: int, section: str = "S") -> "Bench":
        self.edition = await an_edition()
        self.by = await a_person("programmer", edition=self.edition, name="Pia")
        self.maker = await a_person("filmmaker", edition=self.edition)
        self.films = []
        for n, long in enumerate(minutes):
            film, file = await a_film(
                self.edition, self.maker, title=f"Court {n}", section=section, status="accepted"
            )
            await rows(
                """UPDATE film SET declared_seconds = {}, director = {}, directors = {}::jsonb WHERE id =
                   (SELECT film FROM submission WHERE id = {}) RETURNING id""",
                long * 60, f"d{n}", json.dumps([f"d{n}"]), film,
            )  # fmt: skip
            await FilmFile.update({FilmFile.facts: facts(long * 60, -23.0 - n, 1920)}).where(
                FilmFile.id == file
            )
            self.films.append(film)
        return self

    async def paper(self) -> composing.Paper:
        return await composing.paper_of(self.edition)

    async def move(self, n: int, block: int, position: int | None = None) -> None:
        version = (await self.paper()).version
        where = ShortMove(block=block, position=position, version=version)
        await composing.move_short(self.edition, self.films[n], where, by=self.by)

    async def add(self) -> None:
        form = BlockForm(section="S", version=(await self.paper()).version)
        await composing.add_block(self.edition, form, by=self.by)

    async def take(self) -> composing.Taken:
        seen = PaperSeen(version=(await self.paper()).version)
        return await composing.take(self.edition, seen, by=self.by)

    def names(self, shorts_of: list[str]) -> list[int]:
        return [self.films.index(one) for one in shorts_of]


def facts(seconds: float, loudness: float, width: int) -> dict:
    picture = {"width": width, "height": 1080, "sar": [1, 1], "rate": [24, 1]}
    return {"duration": seconds, "pictures": [picture], "sounds": [{"loudness": loudness}]}


async def test_a_proposal_keeps_its_range_and_is_on_the_paper_alone(house) -> None:
    bench = await Bench().build(20, 25, 30, 20, 25, 30)
    form = CompositionForm(section="S", shortest=60, longest=90)

    await composing.compose(bench.edition, form, version=0, by=bench.by)

    paper = await bench.paper()
    assert sorted(one for block in paper.blocks for one in block.shorts) == sorted(bench.films)
    assert all(60 <= composing.minutes_of(paper, block) <= 90 for block in paper.blocks)
    assert [block.titles["fr"] for block in paper.blocks] == ["Courts 1", "Courts 2"]
    assert await items(bench.edition) == []


async def test_as_many_blocks_as_are_asked_for(house) -> None:
    bench = await Bench().build(20, 25, 30, 20)
    form = CompositionForm(section="S", shortest=0, longest=90, count=3)

    await composing.compose(bench.edition, form, version=0, by=bench.by)

    assert len([b for b in (await bench.paper()).blocks if b.shorts]) == 3


async def test_what_is_pinned_stays_where_it_is(house) -> None:
    bench = await Bench().build(20, 25, 30, 20)
    await bench.add()
    await bench.move(3, 0)
    hold = ShortHold(held="place", version=(await bench.paper()).version)
    await composing.hold_short(bench.edition, bench.films[3], hold, by=bench.by)
    form = CompositionForm(section="S", shortest=0, longest=100)

    await composing.compose(
        bench.edition, form, version=(await bench.paper()).version, by=bench.by
    )

    assert bench.names((await bench.paper()).blocks[0].shorts)[0] == 3


async def test_a_composition_that_cannot_be_says_what_can(house) -> None:
    bench = await Bench().build(50, 50, 50)
    form = CompositionForm(section="S", shortest=0, longest=60, count=2)

    with pytest.raises(Refused) as refused:
        await composing.compose(bench.edition, form, version=0, by=bench.by)

    assert refused.value.codes == ("count:blocks_count_impossible",)
    assert (refused.value.values["least"], refused.value.values["most"]) == (3, 3)


async def test_shorts_move_between_blocks_and_a_step_is_undone(house) -> None:
    bench = await Bench().build(10, 11, 12)
    await bench.add()
    await bench.add()
    for n in range(3):
        await bench.move(n, 0)
    await bench.move(2, 0, 0)
    await bench.move(1, 1)
    paper = await bench.paper()
    assert [bench.names(block.shorts) for block in paper.blocks] == [[2, 0], [1]]

    await composing.go_back(bench.edition, PaperSeen(version=paper.version), by=bench.by)

    assert [bench.names(b.shorts) for b in (await bench.paper()).blocks] == [[2, 0, 1], []]


async def test_whoever_saw_an_older_paper_changes_nothing(house) -> None:
    bench = await Bench().build(10, 11)
    await bench.add()

    with pytest.raises(Conflict):
        await composing.move_short(
            bench.edition, bench.films[0], ShortMove(block=0, version=0), by=bench.by
        )

    assert (await bench.paper()).blocks[0].shorts == []


async def test_taking_makes_programmes_and_what_stood_alone_leaves_its_own(house) -> None:
    bench = await Bench().build(10, 11, 12)
    alone = ProgrammeForm(titles={"fr": "Court 2"}, section="S", films=[bench.films[2]])
    single = (await add_programme(bench.edition, alone, by=bench.by)).id
    await bench.add()
    for n in range(3):
        await bench.move(n, 0)

    taken = await bench.take()

    [block] = await items(bench.edition)
    assert (block.kind, block.minutes, [f["submission"] for f in block.films]) == ("block", 33, bench.films)
    assert (taken.made, [one["id"] for one in taken.gone]) == ([block.id], [single])
    assert not (await bench.paper()).has_news

    last = await composing.last_taking(bench.edition)
    assert last is not None
    await composing.put_back(bench.edition, TakingLine(line=last[0]), by=bench.by)

    assert [(one.id, one.kind) for one in await items(bench.edition)] == [(single, "film")]
    assert await composing.last_taking(bench.edition) is None


async def test_a_block_that_is_a_programme_is_reordered_and_put_back(house) -> None:
    bench = await Bench().build(10, 11, 12)
    form = ProgrammeForm(kind="block", titles={"fr": "Orbites"}, section="S", films=bench.films)
    name = (await add_programme(bench.edition, form, by=bench.by)).id
    await bench.move(2, 0, 0)

    await bench.take()
    assert bench.names(await programmes.films_in(name)) == [2, 0, 1]

    last = await composing.last_taking(bench.edition)
    assert last is not None
    await composing.put_back(bench.edition, TakingLine(line=last[0]), by=bench.by)
    assert bench.names(await programmes.films_in(name)) == [0, 1, 2]


async def test_a_paper_from_before_somebody_elses_change_is_not_taken(house) -> None:
    bench = await Bench().build(10, 11, 12)
    form = ProgrammeForm(kind="block", titles={"fr": "Orbites"}, section="S", films=bench.films)
    name = (await add_programme(bench.edition, form, by=bench.by)).id
    await bench.move(2, 0, 0)
    await programmes.drop_film(bench.edition, name, bench.films[1], version=1, by=bench.by)

    with pytest.raises(Conflict) as refused:
        await bench.take()

    assert refused.value.values["titles"]("fr") == "Orbites"


async def test_an_emptied_programme_is_not_taken(house) -> None:
    bench = await Bench().build(10)
    form = ProgrammeForm(kind="block", titles={"fr": "Orbites"}, section="S", films=bench.films)
    await add_programme(bench.edition, form, by=bench.by)
    await bench.move(0, -1)

    with pytest.raises(Refused) as refused:
        await bench.take()

    assert refused.value.codes == ("blocks_emptied",)


async def test_what_the_booth_has_measured_makes_the_steps(house) -> None:
    bench = await Bench().build(10, 11)
    await FilmFile.update({FilmFile.facts: facts(660, -30.0, 2581)}).where(
        FilmFile.submission == bench.films[1]
    )
    known = await shorts.shorts_of(bench.edition)

    [step] = shorts.steps_of([known[one] for one in bench.films])

    assert [film.aspect for film in known.values()] == ["1.78", "2.39"]
    assert (step.loudness, step.is_loud, step.frames) == (-7.0, True, ("1.78", "2.39"))


async def test_an_unmeasured_film_claims_no_step(house) -> None:
    bench = await Bench().build(10, 11)
    await FilmFile.update({FilmFile.facts: None}).where(FilmFile.submission == bench.films[1])
    known = await shorts.shorts_of(bench.edition)

    [step] = shorts.steps_of([known[one] for one in bench.films])

    assert (step.loudness, step.frames, step.cost) == (None, None, 0)


async def test_what_the_office_says_of_a_film_reaches_composer_and_planner(house) -> None:
    bench = await Bench().build(10, 11)
    said = TraitsForm(theme="Lune", tone=9, opens=3, rating=16, earliest=1320)
    await shorts.say_of(bench.edition, bench.films[0], TraitsChange(traits=said), by=bench.by)
    form = ProgrammeForm(kind="block", titles={"fr": "Orbites"}, section="S", films=bench.films)
    await add_programme(bench.edition, form, by=bench.by)

    short = (await shorts.shorts_of(bench.edition))[bench.films[0]].short()
    [programme] = (await problem_of(bench.edition)).programmes

    assert (short.theme, short.tone, short.opens, short.rating) == ("Lune", 9, 3, 16)
    assert [(film.theme, film.earliest) for film in programme.films] == [("Lune", 1320), ("", None)]
    with pytest.raises(Conflict):
        await shorts.say_of(bench.edition, bench.films[0], TraitsChange(traits=TraitsForm()), by=bench.by)


async def test_a_long_film_is_no_short_and_a_placed_one_stays(house) -> None:
    bench = await Bench().build(10, 75)

    assert list(await shorts.shorts_of(bench.edition)) == [bench.films[0]]
    assert await Film.count() >= 2
