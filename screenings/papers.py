"""Sheets for those who work at the screens: doors, booth, guests, juries, subtitles.

Each is a few tables of words in one language, the same for the page, the paper and a spreadsheet.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from festival.clock import festival_day
from festival.db import rows
from festival.errors import Missing
from festival.language import day, hour, number, t, text_in, tongues, track
from festival.tables import Edition
from festival.texts import Texts, film_title, texts_of
from media.facts import Facts, Picture, Sound
from screenings.guests import kept_guests
from screenings.lists import Item, Placed, items, placed_in, screens, venues, working_grid
from screenings.shared import all_shared
from screenings.shorts import aspect_of, facts_of
from screenings.tables import Grid, Guest, Jury, Screen
from units.times import timecode

NOTHING = "–"


class PaperTable(msgspec.Struct, frozen=True):
    """One group of lines: a day on a screen, a guest, a film."""

    title: str
    about: str
    lines: list[list[str]]


class WorkingSheets(msgspec.Struct, frozen=True):
    """`heads` are its columns, as `papers.head.<name>` calls them; every line has one word for each."""

    kind: str
    heads: tuple[str, ...]
    tables: list[PaperTable]


class FilmSheet(msgspec.Struct, frozen=True, kw_only=True):
    """What the booth knows of one film; `seconds` of the file that was released, 0 where there is none."""

    id: str
    title: str
    titles: Texts
    director: str
    languages: list[str]
    subtitles: list[str]
    tracks: list[tuple[str, str]]
    rating: int
    name: str = ""
    sha256: str = ""
    seconds: float = 0.0
    facts: Facts | None = None
    checked_at: datetime | None = None
    is_rotten: bool = False

    @property
    def picture(self) -> Picture | None:
        return self.facts.picture if self.facts else None

    @property
    def sound(self) -> Sound | None:
        return self.facts.sound if self.facts else None


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """A grid laid out for reading, with all that its sheets may tell."""

    lang: str
    placed: list[Placed]
    items: dict[str, Item]
    screens: list[Screen]
    venues: dict[str, str]
    guests: list[Guest]
    juries: list[Jury]
    films: dict[str, FilmSheet]

    def title(self, placed: Placed) -> str:
        return self.items[placed.programme].title(self.lang)

    def films_of(self, programme: str) -> list[FilmSheet]:
        return [self.films[film["submission"]] for film in self.items[programme].films]

    def where(self, screen_id: str) -> str:
        screen = next(screen for screen in self.screens if screen.id == screen_id)
        return f"{screen.name}, {self.venues[str(screen.venue)]}"

    def on_stage(self, placed: Placed) -> list[str]:
        """Whoever comes to a first showing."""
        if placed.number:
            return []
        return [guest.name for guest in self.guests if placed.programme in guest.programmes]


async def grid_numbered(edition: Edition, wanted: int | None) -> Grid:
    """A publication by its number, or the working grid."""
    if wanted is None:
        return await working_grid(edition)
    grid = await Grid.objects().get((Grid.edition == edition.id) & (Grid.number == wanted))
    if grid is None:
        raise Missing("publication_missing")
    return grid


async def paper_of(edition: Edition, kind: str, lang: str, *, grid: Grid) -> WorkingSheets:
    """One of `PAPERS`; `Missing` where there is no such sheet."""
    if kind not in PAPERS:
        raise Missing("paper_missing")
    heads, tables = PAPERS[kind]
    return WorkingSheets(kind, heads, list(tables(await desk_of(edition, lang, grid))))


async def desk_of(edition: Edition, lang: str, grid: Grid) -> Desk:
    known = {item.id: item for item in await items(edition)}
    shown = [film["submission"] for item in known.values() for film in item.films]
    return Desk(
        lang=lang,
        placed=[placed for placed in await placed_in(grid) if placed.programme in known],
        items=known,
        screens=await screens(edition),
        venues={venue["id"]: venue["name"] for venue in await venues(edition)},
        guests=await kept_guests(edition),
        juries=(await all_shared(edition))["jury"],
        films=await film_sheets(shown),
    )


async def film_sheets(submissions: list[str]) -> dict[str, FilmSheet]:
    found = await rows(
        """SELECT s.id, f.title, f.titles, f.director, f.languages, f.subtitles,
             coalesce(x.rating, 0) AS rating, coalesce(n.name, '') AS name,
             coalesce(n.sha256, '') AS sha256, coalesce((n.facts->>'duration')::float, 0) AS seconds,
             n.checked_at, n.rotten_at IS NOT NULL AS is_rotten,
             jsonb_build_object('pictures', n.facts->'pictures', 'sounds', n.facts->'sounds',
               'mix', n.facts->'mix', 'heard', n.facts->'heard') AS facts,
             coalesce((SELECT jsonb_agg(jsonb_build_array(b.language, b.kind)
                         ORDER BY b.language, b.kind)
               FROM subtitle b WHERE b.submission = s.id AND b.confirmed_at IS NOT NULL), '[]') AS tracks
           FROM submission s JOIN film f ON f.id = s.film
           LEFT JOIN film_traits x ON x.submission = s.id
           LEFT JOIN film_file n ON n.submission = s.id AND n.state = 'released'
           WHERE s.id = ANY({})""",
        submissions,
    )
    return {row["id"]: film_sheet(row) for row in found}


def film_sheet(row: dict[str, Any]) -> FilmSheet:
    return msgspec.convert({**row, "facts": facts_of(row["facts"])}, FilmSheet)


# The sheets


def doors(desk: Desk) -> Iterator[PaperTable]:
    """Who opens the doors: what is shown, to whom, until when, and who will be on stage."""
    for title, about, shown in by_screen_and_day(desk):
        yield PaperTable(title, about, [door_line(desk, placed) for placed in shown])


def door_line(desk: Desk, placed: Placed) -> list[str]:
    item = desk.items[placed.programme]
    strictest = max((film.rating for film in desk.films_of(item.id)), default=0)
    return [
        hour(placed.starts_at),
        desk.title(placed),
        t(desk.lang, f"blocks.rating.{strictest}"),
        hour(placed.film_ends_at),
        hour(placed.ends_at),
        hour(placed.clears_at),
        ", ".join(desk.on_stage(placed)) or NOTHING,
    ]


def projection(desk: Desk) -> Iterator[PaperTable]:
    """Who runs the films: each of them at its own minute, and what its file asks for."""
    for title, about, shown in by_screen_and_day(desk):
        yield PaperTable(title, about, [line for placed in shown for line in reels(desk, placed)])


def reels(desk: Desk, placed: Placed) -> Iterator[list[str]]:
    """The films of a screening, one after the other."""
    films = desk.films_of(placed.programme)
    if not films:
        yield [hour(placed.starts_at), desk.title(placed), *[NOTHING] * 6]
    for place, film in enumerate(films):
        yield [
            hour(placed.starts_at) if place == 0 else "",
            film_title(desk.lang, film),
            timecode(round(film.seconds)) if film.seconds else NOTHING,
            *technical(desk.lang, film),
            film.name or NOTHING,
            state_of(desk.lang, film),
        ]


def technical(lang: str, film: FilmSheet) -> list[str]:
    """Frame, rate, sound."""
    picture, sound = film.picture, film.sound
    frame = aspect_of(picture) if picture else ""
    rate = picture.rate[0] / picture.rate[1] if picture and picture.rate[0] else 0.0
    return [
        number(lang, float(frame), digits=2) if frame else NOTHING,
        number(lang, rate, digits=0 if rate == round(rate) else 3) if rate else NOTHING,
        sound_of(lang, sound) if sound else NOTHING,
    ]


def sound_of(lang: str, sound: Sound) -> str:
    layout = sound.layout or t(lang, "papers.channels", n=sound.channels)
    if sound.loudness is None:
        return layout
    return f"{layout} · {number(lang, sound.loudness, digits=1)} LUFS".replace("-", "−")


def state_of(lang: str, film: FilmSheet) -> str:
    """Whether the file that will be shown is the one that came."""
    if not film.name:
        return t(lang, "papers.state.none")
    if film.is_rotten:
        return t(lang, "papers.state.rotten")
    if film.checked_at is None:
        return t(lang, "papers.state.unchecked")
    return t(lang, "papers.state.checked", day=day(lang, film.checked_at, style="short"))


def technique(desk: Desk) -> Iterator[PaperTable]:
    """Each screen with what it has, and every film that it will be asked to show."""
    for screen in desk.screens:
        here = [placed for placed in desk.placed if placed.screen == screen.id]
        films = {film.id: film for placed in here for film in desk.films_of(placed.programme)}
        if films:
            yield PaperTable(
                desk.where(screen.id),
                about_screen(desk.lang, screen),
                [film_line(desk.lang, film) for film in films.values()],
            )


def about_screen(lang: str, screen: Screen) -> str:
    has = [
        t(lang, "papers.seats", n=screen.seats),
        *(one.upper() for one in screen.equipment),
        t(lang, "papers.turnaround", n=screen.turnaround),
        *([t(lang, "papers.step_free")] if screen.step_free else []),
        *([t(lang, "papers.captions")] if screen.captions else []),
    ]
    return " · ".join(has)


def film_line(lang: str, film: FilmSheet) -> list[str]:
    return [
        film_title(lang, film),
        film.director or NOTHING,
        timecode(round(film.seconds)) if film.seconds else NOTHING,
        *technical(lang, film),
        film.name or NOTHING,
        film.sha256[:12] or NOTHING,
        state_of(lang, film),
    ]


def guests(desk: Desk) -> Iterator[PaperTable]:
    """Everybody on stage, with what they present."""
    for guest in desk.guests:
        shown = [p for p in desk.placed if not p.number and p.programme in guest.programmes]
        yield PaperTable(
            guest.name,
            text_in(desk.lang, texts_of(guest.qualities))
            or t(desk.lang, f"papers.kind.{guest.kind}"),
            [stage_line(desk, placed) for placed in shown],
        )


def stage_line(desk: Desk, placed: Placed) -> list[str]:
    """When somebody presents, and when they answer."""
    return [
        evening_of(desk.lang, placed),
        hour(placed.starts_at),
        hour(placed.film_ends_at) if placed.ends_at > placed.film_ends_at else NOTHING,
        hour(placed.ends_at),
        desk.title(placed),
        desk.where(placed.screen),
    ]


def juries(desk: Desk) -> Iterator[PaperTable]:
    """What each jury sees together, in order."""
    for jury in desk.juries:
        shown = [p for p in desk.placed if not p.number and p.programme in jury.programmes]
        about = t(desk.lang, "papers.jury", n=len(shown), of=len(jury.programmes))
        yield PaperTable(jury.name, about, [jury_line(desk, placed) for placed in shown])


def jury_line(desk: Desk, placed: Placed) -> list[str]:
    return [
        evening_of(desk.lang, placed),
        hour(placed.starts_at),
        hour(placed.ends_at),
        desk.title(placed),
        desk.where(placed.screen),
    ]


def subtitles(desk: Desk) -> Iterator[PaperTable]:
    """Every film that is shown: what is spoken, what can be read, and the tracks that were brought."""
    shown: dict[str, list[Placed]] = defaultdict(list)
    for placed in desk.placed:
        for film in desk.films_of(placed.programme):
            shown[film.id].append(placed)
    lines = [subtitle_line(desk, desk.films[film], places) for film, places in shown.items()]
    if lines:
        yield PaperTable("", "", sorted(lines, key=lambda line: line[0].casefold()))


def subtitle_line(desk: Desk, film: FilmSheet, places: list[Placed]) -> list[str]:
    lang = desk.lang
    return [
        film_title(lang, film),
        tongues(lang, film.languages) or NOTHING,
        tongues(lang, film.subtitles) or NOTHING,
        ", ".join(track(lang, language, kind) for language, kind in film.tracks) or NOTHING,
        " · ".join(
            f"{evening_of(lang, p)} {hour(p.starts_at)}, {desk.where(p.screen)}" for p in places
        ),
    ]


PAPERS: dict[str, tuple[tuple[str, ...], Callable[[Desk], Iterable[PaperTable]]]] = {
    "doors": (("start", "title", "age", "film_ends", "ends", "clears", "guests"), doors),
    "projection": (
        ("start", "title", "length", "frame", "rate", "sound", "file", "state"),
        projection,
    ),
    "technique": (
        ("title", "director", "length", "frame", "rate", "sound", "file", "hash", "state"),
        technique,
    ),
    "guests": (("day", "start", "debate", "ends", "title", "where"), guests),
    "juries": (("day", "start", "ends", "title", "where"), juries),
    "subtitles": (("title", "spoken", "subtitles", "tracks", "showings"), subtitles),
}
"""Each sheet by its name: its columns, and how it is filled."""


def by_screen_and_day(desk: Desk) -> Iterator[tuple[str, str, list[Placed]]]:
    """A page for each day of each screen: the screen, the day, and what is shown."""
    for screen in desk.screens:
        days: dict[Any, list[Placed]] = defaultdict(list)
        for placed in desk.placed:
            if placed.screen == screen.id:
                days[festival_day(placed.starts_at)].append(placed)
        for date, shown in sorted(days.items()):
            seats = t(desk.lang, "papers.seats", n=screen.seats)
            yield f"{day(desk.lang, date)} · {desk.where(screen.id)}", seats, shown


def evening_of(lang: str, placed: Placed) -> str:
    return day(lang, festival_day(placed.starts_at), style="short")
