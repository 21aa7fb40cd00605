"""Who comes to the festival, and what the grid lets them see: some that every festival has, and one's own."""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import asdict, replace

from festival import codes, desk
from festival.db import rows, transaction
from festival.errors import Refused
from festival.shapes import Id
from festival.tables import Edition, Person
from screenings.lists import Item, items
from screenings.planner.answers.shapes import Lateness, Persona, Reach, Traits
from screenings.planner.model import JuryPanel, Problem
from screenings.planner.process import LateTask, ReachTask, delayed, reached
from screenings.questions import GridStanding, standing, thought
from screenings.tables import Audience
from screenings.venues import Minute

THINKING_S = 20.0
USUAL = ("family", "deaf", "journalist", "student")
"""Visitors whom every festival has; a jury comes for each that the edition has."""
MOST = 12  # of one's own: each is thought about whenever the page is opened
LATE = 26 * 60  # 02:00: later nothing ends
Tag = Annotated[str, Meta(min_length=2, max_length=20)]
Programmes = Annotated[list[Id], Meta(max_length=60)]
Sections = Annotated[list[Annotated[str, Meta(max_length=1)]], Meta(max_length=30)]
DayNumbers = Annotated[list[Annotated[int, Meta(ge=0, le=14)]], Meta(max_length=15)]
MostADay = Annotated[int, Meta(ge=1, le=12)]
PauseMinutes = Annotated[int, Meta(ge=0, le=240)]


class AudienceForm(msgspec.Struct, frozen=True, kw_only=True):
    """Minutes after a day's midnight; days from 0; empty lists ask for nothing."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    must: Programmes = []
    sections: Sections = []
    understands: Annotated[list[Tag], Meta(max_length=12)] = []
    captions: Annotated[list[Tag], Meta(max_length=12)] = []
    days: DayNumbers = []
    earliest: Minute = 0
    latest_end: Minute = LATE
    most_a_day: MostADay = 6
    pause: PauseMinutes = 0


class ImaginedVisitor(msgspec.Struct, frozen=True, kw_only=True):
    """What one visitor can see of `shown` programmes; `row` is one of one's own."""

    persona: Persona
    kind: str
    name: str = ""
    reach: Reach | None = None
    shown: int = 0
    row: Audience | None = None

    @property
    def wanted(self) -> int:
        """How many they have to see; or else all that are shown, whether they suit them or not."""
        return len(self.persona.must) or self.shown

    @property
    def share(self) -> float:
        """Of what is wanted; whoever is not counted yet comes last."""
        if self.reach is None:
            return 2.0
        if self.persona.must:
            return self.reach.share
        return len(self.reach.seen) / self.shown if self.shown else 1.0


async def add(edition: Edition, form: AudienceForm, *, by: Person) -> str:
    await check(edition, form)
    async with transaction():
        await desk.hold_edition(edition.id)
        await check_room(edition)
        row = Audience(edition=edition.id, **asdict(form))
        return await desk.add(row, act="audience_added", by=by)


async def bring_back(edition: Edition, line: int, *, by: Person) -> str:
    """One that was taken away comes again; programmes that have left meanwhile are not asked for."""
    gone = await desk.gone(edition, line, act="audience_removed")
    its, known = gone.details["gone"], {item.id for item in await items(edition)}
    its["must"] = [one for one in its["must"] if one in known]
    async with transaction():
        await desk.hold_edition(edition.id)
        await check_room(edition)
        row = await desk.bring_back(Audience, gone, edition=edition, act="audience_added", by=by)
    return str(row.id)


async def check_room(edition: Edition) -> None:
    """One more can be thought about; the edition is held."""
    if await Audience.count().where(Audience.edition == edition.id) >= MOST:
        raise Refused("audiences_enough", most=MOST)


async def amend(
    edition: Edition, audience: str, form: AudienceForm, *, version: int, by: Person
) -> int:
    await check(edition, form)
    row = await audience_in(edition, audience)
    return await desk.amend(row, asdict(form), version=version, act="audience_changed", by=by)


async def remove(edition: Edition, audience: str, *, version: int, by: Person) -> None:
    row = await audience_in(edition, audience)
    await desk.remove(row, version=version, act="audience_removed", by=by)


async def audience_in(edition: Edition, audience: str) -> Audience:
    return await desk.one_of(Audience, audience, edition=edition, missing="audience_missing")


async def check(edition: Edition, form: AudienceForm) -> None:
    if not form.name.strip():
        raise Refused("name:field_missing")
    if form.earliest >= form.latest_end:
        raise Refused("latest_end:hours_backwards")
    known = {item.id for item in await items(edition)}
    if not set(form.must) <= known:
        raise Refused("must:programme_missing")


async def reaches(edition: Edition, *, by: str = "") -> list[ImaginedVisitor]:
    """What each visitor can see of the working grid, as it stands; those served least come first."""
    problem, placements, _ = await standing(edition)
    visitors = [
        *(
            ImaginedVisitor(persona=of_jury(jury), kind="jury", name=jury.name)
            for jury in problem.juries
        ),
        *(ImaginedVisitor(persona=usual(kind, problem), kind=kind) for kind in USUAL),
        *(
            ImaginedVisitor(persona=persona_of(row), kind="own", name=row.name, row=row)
            for row in await desk.all_of(Audience, edition)
        ),
    ]
    personas = [one.persona for one in visitors]
    task = ReachTask(problem, placements, personas, await traits_of(edition), THINKING_S)

    def work(should_stop: Callable[[], bool]) -> list[Reach]:
        return reached(task, should_stop=should_stop)

    nothing: list[Reach] = []
    found = {reach.persona: reach for reach in await thought(task, work, nothing, by=by)}
    shown = len({p.programme for p in placements})
    seen = [replace(one, reach=found.get(one.persona.id), shown=shown) for one in visitors]
    return sorted(seen, key=lambda one: one.share)


def of_jury(jury: JuryPanel) -> Persona:
    """It comes for its films alone."""
    return Persona(
        id=f"jury:{jury.id}",
        must=jury.programmes,
        sections=["-"],
        pause=jury.pause,
        most_a_day=jury.most_a_day,
    )


def usual(kind: str, problem: Problem) -> Persona:
    match kind:
        case "family":
            return Persona(kind, earliest=10 * 60, latest_end=20 * 60 + 30, most_a_day=2, pause=30)
        case "deaf":
            return Persona(kind, captions=["fr"], most_a_day=4, pause=15)
        case "journalist":
            return Persona(kind, understands=["en"], most_a_day=5, pause=10)
    return Persona(kind, days=[min(1, problem.days - 1)], most_a_day=5)


def persona_of(row: Audience) -> Persona:
    fields = set(AudienceForm.__struct_fields__) - {"name"}
    return msgspec.convert({"id": row.id, **{name: getattr(row, name) for name in fields}}, Persona)


async def traits_of(edition: Edition) -> dict[str, Traits]:
    """What is spoken, read and captioned in each programme; nothing is where nobody speaks."""
    captioned = await captions_of(edition)
    return {
        item.id: Traits(
            languages=item.languages,
            subtitles=item.subtitles,
            captions=common([captioned.get(film["submission"], set()) for film in item.films]),
            wordless=is_wordless(item),
        )
        for item in await items(edition)
    }


def is_wordless(item: Item) -> bool:
    spoken: list[list[Any]] = [film["languages"] for film in item.films]
    return bool(spoken) and all(tags == [codes.NONE] for tags in spoken)


def common(sets: list[set[str]]) -> list[str]:
    return sorted(set.intersection(*sets)) if sets else []


async def captions_of(edition: Edition) -> dict[str, set[str]]:
    """The languages in which a film has subtitles for the deaf, by entry."""
    found = await rows(
        """SELECT t.submission, array_agg(DISTINCT split_part(t.language, '-', 1)) AS languages
           FROM subtitle t JOIN submission s ON s.id = t.submission
           WHERE s.edition = {} AND t.kind = 'sdh' AND t.confirmed_at IS NOT NULL
           GROUP BY t.submission""",
        edition.id,
    )
    return {row["submission"]: set(row["languages"]) for row in found}


async def lateness(
    edition: Edition, *, by: str = "", stands: GridStanding | None = None
) -> list[Lateness]:
    """How likely each screening of the working grid starts late; the worst first. `stands`: as it was just read."""
    problem, placements, _ = stands or await standing(edition)
    task = LateTask(problem, placements, THINKING_S)

    def work(should_stop: Callable[[], bool]) -> list[Lateness]:
        return delayed(task, should_stop=should_stop)

    nothing: list[Lateness] = []
    found = await thought(task, work, nothing, by=by)
    return sorted(found, key=lambda one: (-one.chance, -one.mean, one.programme, one.number))
