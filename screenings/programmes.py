"""What is shown in one go: a film, a block of shorts, or an event."""

from typing import Annotated

import msgspec
from msgspec import Meta

from festival import texts
from festival.db import rows, transaction
from festival.errors import Missing, Refused
from festival.language import OFFICIAL, is_visible, spoken
from festival.record import record
from festival.tables import Edition, Person, Section
from festival.texts import film_title
from screenings.acts import hold_grid, lay, places
from screenings.defaults import PROGRAMME
from screenings.lists import is_gone, items, screens
from screenings.tables import Programme, ProgrammeFilm
from screenings.venues import Id, ShortText

TITLE = texts.field_of("titles", OFFICIAL[0])
OwnMinutes = Annotated[int, Meta(ge=1, le=600)]
AudienceSize = Annotated[int, Meta(ge=0, le=100_000)]  # people who would come
LengthMinutes = Annotated[int, Meta(ge=0, le=600)]
CAN_STAND = ["submitted", "waitlisted", "accepted"]


class ProgrammeForm(msgspec.Struct, frozen=True, kw_only=True):
    """`films` are submissions, in order; an event has none, and minutes of its own."""

    kind: Annotated[str, Meta(pattern="^(film|block|event)$")] = "film"
    titles: texts.ShortTexts = {}
    section: Annotated[str, Meta(max_length=1)] = ""
    films: Annotated[list[Id], Meta(max_length=30)] = []
    own_minutes: OwnMinutes | None = None
    intro: LengthMinutes = PROGRAMME.intro
    debate: LengthMinutes = PROGRAMME.debate
    demand: AudienceSize = PROGRAMME.demand
    prestige: Annotated[int, Meta(ge=1, le=10)] = PROGRAMME.prestige
    premiere: Annotated[str, Meta(pattern="^(world|international|european|national|none)$")] = (
        PROGRAMME.premiere
    )
    showings: Annotated[int, Meta(ge=1, le=10)] = PROGRAMME.showings
    least_seats: Annotated[int, Meta(ge=0, le=100_000)] = PROGRAMME.least_seats
    equipment: Annotated[list[ShortText], Meta(max_length=20)] = []
    earliest: Annotated[int, Meta(ge=0, le=1800)] | None = None
    latest: Annotated[int, Meta(ge=0, le=1800)] | None = None


async def add_programme(edition: Edition, form: ProgrammeForm, *, by: Person) -> Programme:
    """A programme of films that may stand in the grid, decided or still in pencil."""
    if faults := faults_of(form):
        raise Refused(*faults)
    section = await Section.objects().get(
        (Section.edition == edition.id) & (Section.letter == form.section)
    )
    if form.section and section is None:
        raise Refused("section:section_missing")
    async with transaction():
        await check_films(edition, form.films)
        programme = Programme(
            edition=edition.id,
            section=None if section is None else section.id,
            titles=texts.settled("titles", form.titles),
            **{
                name: getattr(form, name)
                for name in form.__struct_fields__
                if name not in {"section", "films", "titles"}
            },
        )
        await programme.save()
        for position, submission in enumerate(form.films):
            await ProgrammeFilm(
                programme=programme.id, submission=submission, position=position
            ).save()
        await record("programme_added", programme.id, by=by, edition=edition.id)
    return programme


def faults_of(form: ProgrammeForm) -> list[str]:
    """Every field that says what no programme can be."""
    has_hours = form.earliest is not None and form.latest is not None
    wrong = {
        f"{TITLE}:field_missing": not any(map(is_visible, form.titles.values())),
        "own_minutes:minutes_missing": form.kind == "event" and form.own_minutes is None,
        "films:event_has_films": form.kind == "event" and bool(form.films),
        "films:films_missing": form.kind != "event" and not form.films,
        "films:film_alone": form.kind == "film" and len(form.films) > 1,
        "films:film_twice": len(set(form.films)) < len(form.films),
        "latest:latest_before_earliest": has_hours and (form.earliest or 0) > (form.latest or 0),
    }
    return [fault for fault, is_so in wrong.items() if is_so]


async def check_films(edition: Edition, films: list[str]) -> None:
    known = await rows(
        "SELECT id FROM submission WHERE edition = {} AND id = ANY({}) AND status = ANY({})",
        edition.id,
        films,
        CAN_STAND,
    )
    if len(known) != len(set(films)):
        raise Missing("submission_missing")


async def from_selection(edition: Edition, *, by: Person) -> list[str]:
    """One programme for each chosen film, announced or in pencil, that stands in none yet."""
    async with transaction():
        chosen = await rows(
            """SELECT s.id, f.title, f.titles, x.letter, f.premiere
               FROM submission s JOIN film f ON f.id = s.film LEFT JOIN section x ON x.id = s.section
               WHERE s.edition = {} AND coalesce(s.pending, s.status) = 'accepted'
                 AND s.status <> 'withdrawn'
                 AND NOT EXISTS (SELECT 1 FROM programme_film p WHERE p.submission = s.id)
               ORDER BY f.title FOR UPDATE OF s""",
            edition.id,
        )
        made = [
            await add_programme(
                edition,
                ProgrammeForm(
                    titles={
                        language: film_title(language, row)
                        for language in spoken()
                        if language in OFFICIAL or language in row["titles"]
                    },
                    section=row["letter"] or "",
                    films=[row["id"]],
                    premiere=row["premiere"],
                ),
                by=by,
            )
            for row in chosen
        ]
    return [programme.id for programme in made]


async def remove_programme(edition: Edition, programme_id: str, *, by: Person) -> None:
    """Only while it stands in no grid, working or published.

    The grid is held: whoever places the programme meanwhile comes before, or finds it gone.
    """
    async with transaction():
        await hold_grid(edition)
        used = await rows("SELECT 1 FROM screening WHERE programme = {} LIMIT 1", programme_id)
        if used:
            raise Refused("programme_is_placed")
        gone = (
            await Programme.delete()
            .where((Programme.id == programme_id) & (Programme.edition == edition.id))
            .returning(Programme.id)
        )
        if not gone:
            raise Missing("programme_missing")
        await record("programme_removed", programme_id, by=by, edition=edition.id)


async def let_go(edition: Edition, programme_id: str, *, by: Person) -> None:
    """The films that have left leave the programme; its screenings are as long as what stays.

    A programme of nothing else is refused: its screening is what has to leave.
    """
    async with transaction():
        grid = await hold_grid(edition)
        before = next((item for item in await items(edition) if item.id == programme_id), None)
        if before is None:
            raise Missing("programme_missing")
        if before.has_left:
            raise Refused("programme_has_left")
        gone = [film["submission"] for film in before.films if is_gone(film)]
        if not gone:
            return  # twice is once
        await rows(
            "DELETE FROM programme_film WHERE programme = {} AND submission = ANY({}) RETURNING id",
            programme_id,
            gone,
        )
        known = {item.id: item for item in await items(edition)}
        rooms = {screen.id: screen for screen in await screens(edition)}
        for name, place in (await places(edition, grid)).items():
            if name[0] == programme_id:
                await lay(edition, grid, name, place, known=known, rooms=rooms)
        for submission in gone:
            await record(
                "film_let_go", submission, by=by, edition=edition.id, programme=programme_id
            )
