"""What is shown in one go: a film, a block of shorts, or an event; set up, changed in place, and put back."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival import desk, texts
from festival.db import rows, transaction
from festival.desk import ChangeLine, RowChanges
from festival.errors import Missing, Refused
from festival.language import OFFICIAL, has_words, is_visible, listed, spoken, t
from festival.record import record
from festival.shapes import Id, VersionNumber
from festival.tables import Edition, Person, Section
from festival.texts import film_title
from festival.uses import uses_of
from screenings.acts import Place, act, hold_grid, lay, places
from screenings.defaults import PROGRAMME
from screenings.lists import is_gone, items, screens
from screenings.planner.model import Name
from screenings.tables import Grid, Programme, ProgrammeFilm
from screenings.venues import ShortText
from submissions.entry import CODED, Codes, Unresolved, resolved

TITLE = texts.field_of("titles", OFFICIAL[0])
OwnMinutes = Annotated[int, Meta(ge=1, le=600)]
AudienceSize = Annotated[int, Meta(ge=0, le=100_000)]  # people who would come
LengthMinutes = Annotated[int, Meta(ge=0, le=600)]
LengthsMinutes = Annotated[list[LengthMinutes], Meta(max_length=10)]
CAN_STAND = ["submitted", "waitlisted", "accepted"]


class ProgrammeForm(msgspec.Struct, frozen=True, kw_only=True):
    """A programme as a whole. `films` are submissions, in order; an event has none, and minutes of its own.

    `intros` and `debates` speak for each showing in turn; past their end, `intro` holds for all and `debate`
    for the first. `earliest` and `latest` are minutes after the day's midnight. `languages` and `subtitles`
    that are null are those of its films. `press` is the number of the showing for the press, the first is 0.
    One that was merged into another has no `showings`.
    """

    kind: Annotated[str, Meta(pattern="^(film|block|event)$")] = "film"
    titles: texts.ShortTexts = {}
    section: Annotated[str, Meta(max_length=1)] = ""
    films: Annotated[list[Id], Meta(max_length=30)] = []
    own_minutes: OwnMinutes | None = None
    intro: LengthMinutes = PROGRAMME.intro
    debate: LengthMinutes = PROGRAMME.debate
    intros: LengthsMinutes = []
    debates: LengthsMinutes = []
    demand: AudienceSize = PROGRAMME.demand
    prestige: Annotated[int, Meta(ge=1, le=10)] = PROGRAMME.prestige
    premiere: Annotated[str, Meta(pattern="^(world|international|european|national|none)$")] = (
        PROGRAMME.premiere
    )
    showings: Annotated[int, Meta(ge=0, le=10)] = PROGRAMME.showings
    least_seats: Annotated[int, Meta(ge=0, le=100_000)] = PROGRAMME.least_seats
    equipment: Annotated[list[ShortText], Meta(max_length=20)] = []
    earliest: Annotated[int, Meta(ge=0, le=1800)] | None = None
    latest: Annotated[int, Meta(ge=0, le=1800)] | None = None
    languages: Codes | None = None
    subtitles: Codes | None = None
    step_free: bool = PROGRAMME.step_free
    captions: bool = PROGRAMME.captions
    press: Annotated[int, Meta(ge=1, le=9)] | None = None
    press_before: bool = PROGRAMME.press_before
    not_before: datetime | None = None
    most_screenings: Annotated[int, Meta(ge=1, le=99)] | None = None
    forbidden_days: Annotated[list[date], Meta(max_length=15)] = []
    visa: bool = PROGRAMME.visa


class ProgrammeChange(msgspec.Struct, frozen=True, kw_only=True):
    """A programme as it shall be, the version that was read, and how many of its showings that stand in the
    grid its editor knows that they leave it.
    """

    programme: ProgrammeForm
    version: VersionNumber
    leaves: Annotated[int, Meta(ge=0, le=10)] = 0


async def add_programme(edition: Edition, form: ProgrammeForm, *, by: Person) -> Programme:
    """A programme of films that may stand in the grid, decided or still in pencil."""
    given = settled(form)
    section = await section_called(edition, form.section)
    async with transaction():
        await check_films(edition, form.films)
        programme = Programme(edition=edition.id, section=section, **given)
        await programme.save()
        await write_films(programme.id, form.films)
        made = {**given, "section": section, "films": form.films}
        await record(
            "programme_added",
            programme.id,
            by=by,
            edition=edition.id,
            made={name: desk.plain(value) for name, value in made.items()},
        )
    return programme


def settled(form: ProgrammeForm) -> dict[str, Any]:
    """The columns of a programme but its section; `Refused` with everything that is wrong with them."""
    wrong: dict[str, Unresolved | None] = dict.fromkeys(faults_of(form))
    tongues: dict[str, list[str] | None] = {}
    for field in ("languages", "subtitles"):
        given = getattr(form, field)
        code_of, called, fault = CODED[field]
        tongues[field], unknown = resolved(given, code_of) if given is not None else (None, [])
        if unknown:
            wrong[f"{field}:{fault}"] = Unresolved(unknown, called)
    if wrong:
        words = {code.partition(":")[2]: told for code, told in wrong.items() if told}
        raise Refused(*wrong, **words)
    columns = {
        name: getattr(form, name)
        for name in form.__struct_fields__
        if name not in {"section", "films"}
    }
    return columns | tongues | {
        "titles": texts.settled("titles", form.titles),
        "equipment": list(dict.fromkeys(one.strip() for one in form.equipment if one.strip())),
        "forbidden_days": sorted({day.isoformat() for day in form.forbidden_days}),
    }  # fmt: skip


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
        "intros:lengths_beyond_showings": len(form.intros) > form.showings,
        "debates:lengths_beyond_showings": len(form.debates) > form.showings,
        "press:press_beyond_showings": form.press is not None and form.press >= form.showings,
        "most_screenings:rights_below_showings": form.most_screenings is not None
        and form.most_screenings < form.showings,
    }
    return [fault for fault, is_so in wrong.items() if is_so]


async def section_called(edition: Edition, letter: str) -> str | None:
    """Its id; none where no letter is given."""
    if not letter:
        return None
    its = (Section.edition == edition.id) & (Section.letter == letter)
    section = await Section.objects().get(its)
    if section is None:
        raise Refused("section:section_missing")
    return str(section.id)


async def check_films(edition: Edition, films: Iterable[str]) -> None:
    wanted = set(films)
    known = await rows(
        "SELECT id FROM submission WHERE edition = {} AND id = ANY({}) AND status = ANY({})",
        edition.id,
        sorted(wanted),
        CAN_STAND,
    )
    if len(known) != len(wanted):
        raise Missing("submission_missing")


async def write_films(programme: str, films: Iterable[str]) -> None:
    for position, submission in enumerate(films):
        await ProgrammeFilm(programme=programme, submission=submission, position=position).save()


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
                    titles=titles_of_film(row),
                    section=row["letter"] or "",
                    films=[row["id"]],
                    premiere=row["premiere"],
                ),
                by=by,
            )
            for row in chosen
        ]
    return [programme.id for programme in made]


def titles_of_film(film: Mapping[str, Any]) -> texts.Texts:
    """What a programme of this film alone is called."""
    return {
        language: film_title(language, film)
        for language in spoken()
        if language in OFFICIAL or language in film["titles"]
    }


async def films_offered(edition: Edition, lang: str) -> dict[str, str]:
    """Every chosen film, announced or in pencil, that may be put into a programme: id → title."""
    found = await rows(
        """SELECT s.id, f.title, f.titles FROM submission s JOIN film f ON f.id = s.film
           WHERE s.edition = {} AND coalesce(s.pending, s.status) = 'accepted' AND s.status = ANY({})
           ORDER BY f.title, s.id""",
        edition.id,
        CAN_STAND,
    )
    return {row["id"]: film_title(lang, row) for row in found}


# Changed in place


async def programme_in(edition: Edition, programme_id: str) -> Programme:
    return await desk.one_of(Programme, programme_id, edition=edition, missing="programme_missing")


async def films_in(programme_id: str) -> list[str]:
    found = await rows(
        "SELECT submission FROM programme_film WHERE programme = {} ORDER BY position, id",
        programme_id,
    )
    return [row["submission"] for row in found]


async def form_of(edition: Edition, programme_id: str) -> ProgrammeForm:
    """As it stands."""
    row = await programme_in(edition, programme_id)
    columns = {name: getattr(row, name) for name in COLUMNS}
    return await form_from(columns | {"section": row.section}, await films_in(programme_id))


COLUMNS = tuple(one for one in ProgrammeForm.__struct_fields__ if one not in {"section", "films"})


async def form_from(columns: Mapping[str, Any], films: list[str]) -> ProgrammeForm:
    """Columns of a row, or what the record keeps of them, as the form has them."""
    letters = await rows("SELECT letter FROM section WHERE id = {}", columns.get("section") or "")
    given = {name: columns[name] for name in COLUMNS if name in columns}
    letter = letters[0]["letter"] if letters else ""
    return msgspec.convert({**given, "section": letter, "films": films}, ProgrammeForm)


async def change_programme(
    edition: Edition,
    programme_id: str,
    change: ProgrammeChange,
    *,
    by: Person,
    act_name: str = "programme_changed",
) -> int:
    """Make it what the form says; what stands of it in the working grid follows. Returns its version.

    Where showings that stand there would leave, whoever changes it must have said how many: else `Refused`
    tells which. They leave the grid in the same act, and can be had back with it.
    """
    form = change.programme
    given = settled(form) | {"section": await section_called(edition, form.section)}
    async with transaction():
        row = await programme_in(edition, programme_id)
        before = await films_in(programme_id)
        await check_films(edition, set(form.films) - set(before))
        if not differs(row, given, before, change):
            return change.version
        grid = await hold_grid(edition)
        leaving = await leaving_of(edition, grid, programme_id, form.showings, change.leaves)
        version = await desk.amend(
            row,
            given,
            version=change.version,
            act=act_name,
            by=by,
            beside={"films": [before, form.films]},
        )
        if form.films != before:
            await rows("DELETE FROM programme_film WHERE programme = {} RETURNING id", programme_id)
            await write_films(programme_id, form.films)
        if leaving:
            await act(edition, grid, "remove", dict.fromkeys(leaving), by=by)
        await refit(edition, grid, {programme_id})
    return version


class FilmPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A film of a programme, and the version of the programme that was read."""

    film: Id
    version: VersionNumber


class FilmMove(msgspec.Struct, frozen=True, kw_only=True):
    way: desk.Way
    version: VersionNumber


async def add_film(edition: Edition, programme_id: str, wanted: FilmPlace, *, by: Person) -> int:
    """A film more, behind the others; a programme of two is a block."""
    form = await form_of(edition, programme_id)
    films = [*form.films, wanted.film]
    kind = "block" if form.kind == "film" and len(films) > 1 else form.kind
    form = msgspec.structs.replace(form, films=films, kind=kind)
    return await with_films(edition, programme_id, form, wanted.version, by=by)


async def move_film(
    edition: Edition, programme_id: str, film: str, move: FilmMove, *, by: Person
) -> int:
    """One place up or down; at the end nothing happens."""
    form = await form_of(edition, programme_id)
    films = list(form.films)
    if film not in films:
        raise Missing("submission_missing")
    here = films.index(film)
    there = here + (-1 if move.way is desk.Way.UP else 1)
    if 0 <= there < len(films):
        films[here], films[there] = films[there], films[here]
    form = msgspec.structs.replace(form, films=films)
    return await with_films(edition, programme_id, form, move.version, by=by)


async def drop_film(
    edition: Edition, programme_id: str, film: str, *, version: int, by: Person
) -> int:
    """The film leaves the programme, which is as long as what stays."""
    form = await form_of(edition, programme_id)
    if film not in form.films:
        raise Missing("submission_missing")
    form = msgspec.structs.replace(form, films=[one for one in form.films if one != film])
    return await with_films(edition, programme_id, form, version, by=by)


async def with_films(
    edition: Edition, programme_id: str, form: ProgrammeForm, version: int, *, by: Person
) -> int:
    change = ProgrammeChange(programme=form, version=version)
    return await change_programme(edition, programme_id, change, by=by)


def differs(
    row: Programme, given: Mapping[str, Any], films: list[str], change: ProgrammeChange
) -> bool:
    """A change of nothing, of what its editor had before them, leaves no trace, in the grid neither."""
    changes: RowChanges = desk.changed({name: getattr(row, name) for name in given}, given)
    is_old: bool = row.version != change.version
    return is_old or bool(changes) or films != change.programme.films


async def leaving_of(
    edition: Edition, grid: Grid, programme_id: str, showings: int, known: int
) -> list[Name]:
    """The showings in the grid that are not promised any more; a locked one is let go of first."""
    stand = await places(edition, grid)
    leaving = sorted(name for name in stand if name[0] == programme_id and name[1] >= showings)
    if any(stand[name].locked for name in leaving):
        raise Refused("showings:showing_locked")
    if len(leaving) > known:
        which = ", ".join(str(number + 1) for _, number in leaving)
        raise Refused("showings:showings_placed", n=len(leaving), which=which, leaves=len(leaving))
    return leaving


async def refit(edition: Edition, grid: Grid, programmes: Iterable[str]) -> None:
    """What stands of these programmes in the working grid is as long as they are by now."""
    named = set(programmes)
    stand: dict[Name, Place] = {
        name: place for name, place in (await places(edition, grid)).items() if name[0] in named
    }
    if not stand:
        return
    known = {item.id: item for item in await items(edition)}
    rooms = {screen.id: screen for screen in await screens(edition)}
    for name, place in stand.items():
        await lay(edition, grid, name, place, known=known, rooms=rooms)


# Put back


async def last_change(programme_id: str) -> ChangeLine | None:
    return (await desk.last_changes([programme_id])).get(programme_id)


async def put_back(edition: Edition, programme_id: str, line: int, *, by: Person) -> int:
    """As it stood before the newest change of it, which this line of the record tells. Returns its version."""
    async with transaction():
        row = await programme_in(edition, programme_id)
        before = await desk.before(row, line)
        columns = {name: getattr(row, name) for name in (*COLUMNS, "section")} | before
        films = before.get("films", await films_in(programme_id))
        form = await form_from(columns, films)
        change = ProgrammeChange(programme=form, version=row.version, leaves=10)
        return await change_programme(
            edition, programme_id, change, by=by, act_name="programme_put_back"
        )


# Taken away


async def remove_programme(edition: Edition, programme_id: str, *, by: Person) -> None:
    """Only while it stands in no grid, working or published, and nothing else names it.

    The grid is held: whoever places the programme meanwhile comes before, or finds it gone.
    """
    async with transaction():
        await hold_grid(edition)
        row = await programme_in(edition, programme_id)
        uses = await uses_of_programme(row)
        if "screening" in uses:
            raise Refused("programme_is_placed")
        if uses:
            raise Refused("programme_in_use", uses=ProgrammeUses(uses))
        kept = await kept_whole(programme_id)
        await Programme.delete().where(Programme.id == programme_id)
        gone = {name: value for name, value in kept.items() if name not in desk.UNTOLD}
        await record("programme_removed", programme_id, by=by, edition=edition.id, gone=gone)


async def uses_of_programme(row: Programme) -> dict[str, int]:
    """Table → how many of its rows name it: by a key, or in a list of programmes."""
    uses = await uses_of(row)
    uses.pop("programme_film", None)
    lists = await rows(
        """SELECT table_name AS name FROM information_schema.columns
           WHERE table_schema = current_schema() AND column_name = 'programmes' AND data_type = 'jsonb'"""
    )
    for one in lists:
        found = await rows(
            f"SELECT count(*) AS n FROM {one['name']} WHERE edition = {{}} AND programmes ? {{}}",
            row.edition,
            row.id,
        )
        if found[0]["n"]:
            uses[one["name"]] = uses.get(one["name"], 0) + int(found[0]["n"])
    return uses


class ProgrammeUses:
    """`2 guests, 1 order` in either language."""

    def __init__(self, uses: Mapping[str, int]) -> None:
        self.uses = uses

    def __call__(self, lang: str) -> str:
        return listed(
            lang,
            (
                t(lang, key if has_words(key) else "desk.used.other", n=n)
                for name, n in self.uses.items()
                for key in [f"desk.used.{name}"]
            ),
        )


async def kept_whole(programme_id: str) -> dict[str, Any]:
    """The row with its films, as the record keeps it."""
    found = await Programme.select().where(Programme.id == programme_id).first()
    if found is None:
        raise Missing("programme_missing")
    return {name: desk.plain(value) for name, value in found.items()} | {
        "films": await films_in(programme_id)
    }


async def removed_lately(edition: Edition) -> list[ChangeLine]:
    return await desk.removals(edition, "programme_removed")


async def restore(edition: Edition, line: int, *, by: Person) -> str:
    """A programme that was taken away stands again, under its own name."""
    async with transaction():
        await hold_grid(edition)
        gone = await desk.gone(edition, line, act="programme_removed")
        return await bring_back(edition, {"id": gone.subject, **gone.details["gone"]}, by=by)


async def bring_back(edition: Edition, kept: Mapping[str, Any], *, by: Person) -> str:
    """From what the record keeps of it; films that have left since do not come back."""
    form = await form_from(kept, list(kept["films"]))
    standing = await rows(
        "SELECT id FROM submission WHERE edition = {} AND id = ANY({}) AND status = ANY({})",
        edition.id,
        form.films,
        CAN_STAND,
    )
    films = [one for one in form.films if one in {row["id"] for row in standing}]
    form = msgspec.structs.replace(form, films=films)
    given = settled(form)
    async with transaction():
        section = await section_called(edition, form.section)
        await Programme(id=kept["id"], edition=edition.id, section=section, **given).save()
        await write_films(str(kept["id"]), films)
        made = {name: desk.plain(value) for name, value in given.items()}
        await record(
            "programme_added", str(kept["id"]), by=by, edition=edition.id,
            made=made | {"section": section, "films": films},
        )  # fmt: skip
    return str(kept["id"])


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
        await rows(
            "UPDATE programme SET version = version + 1 WHERE id = {} RETURNING id", programme_id
        )
        await refit(edition, grid, {programme_id})
        for submission in gone:
            await record(
                "film_let_go", submission, by=by, edition=edition.id, programme=programme_id
            )
