"""The document of a publication, made from the working grid as it stands."""

import msgspec

from festival import desk
from festival.clock import festival_day
from festival.db import rows
from festival.language import OFFICIAL, text_in
from festival.tables import Edition
from festival.texts import Texts, texts_of
from screenings.document import (
    FIRST_DOMAIN,
    ROOM_ACCESS,
    Document,
    PublicFilm,
    PublicGuest,
    PublicProgramme,
    PublicScreen,
    PublicScreening,
    PublicVenue,
    PublicWay,
    as_kept,
    sequenced,
)
from screenings.guests import kept_guests
from screenings.lists import Item, Placed, items, placed_in, screens
from screenings.problem import rules_of
from screenings.public import read_row
from screenings.tables import Grid, Guest, Screen, Venue, VenueWay


async def newest_number(edition: Edition) -> int:
    selected = await rows(
        "SELECT coalesce(max(number), 0) AS n FROM grid WHERE edition = {}", edition.id
    )
    return int(selected[0]["n"])


async def document_numbered(edition: Edition, number: int) -> Document | None:
    """As it was frozen, with all that has left since."""
    selected = await rows(
        "SELECT document, published_at FROM grid WHERE edition = {} AND number = {}",
        edition.id,
        number,
    )
    return read_row(selected[0]) if selected else None


async def document_of(edition: Edition, grid: Grid, number: int, *, domain: str = "") -> Document:
    """What the working grid would say as this number. The first chooses the edition's `domain`."""
    before = await document_numbered(edition, number - 1)
    return await document_after(before, edition, grid, number, domain=domain)


async def next_documents(edition: Edition, grid: Grid) -> tuple[Document | None, Document]:
    """The newest that was frozen, if any was, and what the working grid would say as the next."""
    last = await newest_number(edition)
    before = await document_numbered(edition, last)
    return before, await document_after(before, edition, grid, last + 1)


async def document_after(
    before: Document | None, edition: Edition, grid: Grid, number: int, *, domain: str = ""
) -> Document:
    placed = await placed_in(grid)
    known = {item.id: item for item in await items(edition)}
    shown = {p.programme for p in placed}
    films = await films_of(edition, shown)
    stage = stage_of(await kept_guests(edition))
    document = Document(
        number=number,
        edition=edition.slug,
        name=edition.name,
        zone=edition.zone,
        domain=before.domain if before else domain or FIRST_DOMAIN,
        first_day=edition.first_day.isoformat(),
        days=edition.days,
        places=texts_of(edition.places),
        screens=[
            PublicScreen(
                id=s.id,
                name=s.name,
                seats=s.seats,
                venue=str(s.venue),
                access=access_of(s),
            )
            for s in await screens(edition)
        ],
        venues=[
            PublicVenue(id=v.id, name=v.name, address=v.address, commune=v.commune)
            for v in await desk.all_of(Venue, edition)
        ],
        programmes=[
            programme_of(known[p], films.get(p, []), stage.get(p, [])) for p in sorted(shown)
        ],
        screenings=[screening_of(p) for p in placed],
        ways=[
            PublicWay(one=way.one, other=way.other, minutes=way.minutes)
            for way in await desk.all_of(VenueWay, edition)
        ],
        travel=(await rules_of(edition)).travel,
    )
    return as_kept(sequenced(document, before))


def stage_of(guests: list[Guest]) -> dict[str, list[PublicGuest]]:
    """By the programme: who is on stage with it."""
    stage: dict[str, list[PublicGuest]] = {}
    for guest in guests:
        if guest.kind == "guest":
            shown = PublicGuest(name=guest.name, qualities=texts_of(guest.qualities))
            for programme in dict.fromkeys(guest.programmes):
                stage.setdefault(programme, []).append(shown)
    return stage


def access_of(screen: Screen) -> list[str]:
    has = {*screen.equipment, *(["step_free"] if screen.step_free else [])}
    return [one for one in ROOM_ACCESS if one in has]


def screening_of(placed: Placed) -> PublicScreening:
    return PublicScreening(
        id=placed.stable,
        programme=placed.programme,
        number=placed.number,
        screen=placed.screen,
        day=festival_day(placed.starts_at).isoformat(),
        starts_at=placed.starts_at,
        film_ends_at=placed.film_ends_at,
        ends_at=placed.ends_at,
        debate=placed.ends_at > placed.film_ends_at,
    )


def programme_of(item: Item, films: list[PublicFilm], stage: list[PublicGuest]) -> PublicProgramme:
    return PublicProgramme(
        id=item.id, kind=item.kind, titles=in_official(item.titles), section=item.section_letter,
        section_names=item.section_names or {}, minutes=item.minutes,
        debate=item.debate, premiere=item.premiere, films=films, guests=stage,
        rating=max((film.rating for film in films if film.rating is not None), default=None),
    )  # fmt: skip


async def films_of(edition: Edition, programmes: set[str]) -> dict[str, list[PublicFilm]]:
    """Accepted films only: `hindrances` has refused every other."""
    selected = await rows(
        """SELECT q.programme, s.id AS submission, f.title, f.titles, f.director, f.year,
             f.countries, f.languages, f.subtitles, f.synopses, f.premiere,
             t.rating, t.youth_from, coalesce(t.warnings, jsonb_build_object()) AS warnings,
             coalesce(nullif(t.access, 'null'), '[]') AS access,
             ARRAY(SELECT DISTINCT split_part(k.language, '-', 1) FROM subtitle k
                   WHERE k.submission = s.id AND k.kind = 'sdh' AND k.confirmed_at IS NOT NULL
                   ORDER BY 1) AS captions,
             (SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.attachment, 'focus_x', p.focus_x,
                  'focus_y', p.focus_y, 'labels', p.labels, 'credit', p.credit)
                ORDER BY p.position, p.id), '[]')
              FROM film_picture p WHERE p.submission = s.id) AS pictures,
             n.id AS file, CASE WHEN {} THEN coalesce((n.facts->>'duration')::float, 0)
                                ELSE coalesce(f.declared_seconds, 0) END AS seconds
           FROM programme_film q JOIN submission s ON s.id = q.submission AND s.status = 'accepted'
           JOIN film f ON f.id = s.film LEFT JOIN film_traits t ON t.submission = s.id
           LEFT JOIN film_file n ON n.submission = s.id AND n.state = 'released'
           WHERE q.programme = ANY({}) ORDER BY q.programme, q.position""",
        edition.measured_runtime,
        sorted(programmes),
    )
    films: dict[str, list[PublicFilm]] = {}
    for row in selected:
        films.setdefault(row.pop("programme"), []).append(msgspec.convert(row, PublicFilm))
    return films


def in_official(texts: Texts) -> Texts:
    """With words in every official language, whichever they are: programs read those two."""
    return {one: text_in(one, texts) for one in OFFICIAL} | texts
