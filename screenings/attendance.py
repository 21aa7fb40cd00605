"""How many came to each screening, as it is counted at the door or told by the box office; and the public's prize.

Makers read it of their own screenings alone, and only where the edition says so.
"""

import csv
import io
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival import desk
from festival.clock import now
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.people import plain
from festival.shapes import SeenVersion
from festival.tables import Edition, Person
from festival.texts import Texts, film_title
from screenings.document import Document, PublicScreening
from screenings.public import newest_publication, standing_document
from screenings.tables import Attendance, MakersTerms
from screenings.tickets import terms_of
from submissions.lists import submission_in
from submissions.status import Status
from submissions.tables import Submission

MOST_PEOPLE = 20_000
MOST_BYTES = 512 * 1024
FIELDS = ("seats", "tickets", "heads")
People = Annotated[int, Meta(ge=0, le=MOST_PEOPLE)]


class AttendanceForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one screening: `seats` that were on offer where it is not the room's, `tickets` that
    went, `heads` that were counted. `version` is what was seen, 0 where there was nothing.
    """

    seats: People | None = None
    tickets: People | None = None
    heads: People | None = None
    version: SeenVersion = 0


class CountedScreening(msgspec.Struct, frozen=True, kw_only=True):
    """A published screening and who came; `room_seats` are the room's."""

    id: str
    programme: str
    titles: Texts
    starts_at: datetime
    room: str
    room_seats: int
    films: list[str]
    is_cancelled: bool
    seats: int | None = None
    tickets: int | None = None
    heads: int | None = None
    version: int = 0

    @property
    def came(self) -> int | None:
        """Heads are surer than tickets."""
        return self.tickets if self.heads is None else self.heads

    @property
    def is_over(self) -> bool:
        return self.starts_at <= now()


async def counted_in(edition: Edition) -> list[CountedScreening]:
    """Every screening that is public, in the order of the days; none before the first publication."""
    document = await standing_document(edition)
    if document is None:
        return []
    kept = {
        row["stable"]: row
        for row in await rows(
            "SELECT stable, seats, tickets, heads, version FROM attendance WHERE edition = {}",
            edition.id,
        )
    }
    found = [counted(document, one, kept.get(one.id, {})) for one in document.screenings]
    return sorted(found, key=lambda one: (one.starts_at, one.id))


def counted(
    document: Document, screening: PublicScreening, kept: dict[str, Any]
) -> CountedScreening:
    programme = next(one for one in document.programmes if one.id == screening.programme)
    screen = next(one for one in document.screens if one.id == screening.screen)
    return CountedScreening(
        id=screening.id,
        programme=programme.id,
        titles=programme.titles,
        starts_at=screening.starts_at,
        room=screen.name,
        room_seats=screen.seats,
        films=[film.submission for film in programme.films],
        is_cancelled=screening.live is not None and screening.live.cancelled,
        **{name: value for name, value in kept.items() if name != "stable"},
    )


async def count(edition: Edition, stable: str, form: AttendanceForm, *, by: Person) -> int:
    """Say who came, or say it otherwise; nothing at all takes it back. Returns the version that stands."""
    document = await newest_publication(edition)
    if document is None or all(one.id != stable for one in document.screenings):
        raise Missing("screening_missing")
    given = msgspec.structs.asdict(form)
    version = given.pop("version")
    async with transaction():
        await desk.hold_edition(edition.id)
        its = (Attendance.edition == edition.id) & (Attendance.stable == stable)
        kept = await Attendance.objects().get(its)
        if kept is not None:
            return await desk.amend(kept, given, version=version, act="people_counted", by=by)
        if version:
            raise Conflict("gone_meanwhile")
        row = Attendance(edition=edition.id, stable=stable, **given)
        await desk.add(row, act="people_counted", by=by)
    return 1


class CountsBrought(msgspec.Struct, frozen=True):
    """How many screenings a list has changed."""

    changed: int


async def bring(edition: Edition, raw: bytes, *, by: Person) -> CountsBrought:
    """A list as it was taken away, filled in: columns `screening`, and any of `seats`, `tickets`, `heads`.

    All of it or none: `Refused` names the first line that cannot be meant. An empty cell says nothing.
    """
    known = {one.id: one for one in await counted_in(edition)}
    changed = 0
    async with transaction():
        for number, line in enumerate(lines_of(raw), start=2):
            standing = known.get((line.get("screening") or "").strip())
            if standing is None:
                raise Refused("file:counts_line_unknown", line=number)
            form = form_of(line, standing, number)
            if form != form_of({}, standing, number):
                await count(edition, standing.id, form, by=by)
                changed += 1
    return CountsBrought(changed)


def lines_of(raw: bytes) -> list[dict[str, str]]:
    if len(raw) > MOST_BYTES:
        raise Refused("file:counts_large")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("file:counts_unreadable") from None
    head = text.partition("\n")[0]
    reader = csv.DictReader(
        io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ","
    )
    if "screening" not in (reader.fieldnames or []):
        raise Refused("file:counts_unreadable")
    return [
        line
        for line in reader
        if any((value or "") for value in line.values() if isinstance(value, str))
    ]


def form_of(line: dict[str, str], standing: CountedScreening, number: int) -> AttendanceForm:
    given: dict[str, int | None] = {name: getattr(standing, name) for name in FIELDS}
    for name in FIELDS:
        text = (line.get(name) or "").strip()
        if not text:
            continue
        if not (text.isascii() and text.isdigit()) or len(text) > 5 or int(text) > MOST_PEOPLE:
            raise Refused("file:counts_line_unfit", line=number)
        given[name] = int(text)
    return AttendanceForm(**given, version=standing.version)


# What makers read


class MakersFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Who came to the screenings of one film; `won`: it has the public's prize, and that is told."""

    screenings: list[CountedScreening] = []
    won: bool = False

    @property
    def came(self) -> int:
        return sum(one.came or 0 for one in self.screenings)


async def figures_for(submission: Submission, edition: Edition) -> MakersFigures:
    """Of what was counted and is over, where the edition lets its makers read it; of nothing else."""
    if submission.status != Status.ACCEPTED:
        return MakersFigures()
    terms = await terms_of(edition)
    won = terms.prize_told and terms.public_prize == submission.id
    if not terms.figures_told:
        return MakersFigures(won=won)
    its = [
        one
        for one in await counted_in(edition)
        if submission.id in one.films and one.is_over and one.came is not None
    ]
    return MakersFigures(screenings=its, won=won)


# The public's prize


class PrizeForm(msgspec.Struct, frozen=True, kw_only=True):
    """Which film has it, none where nobody has said; `told`: its makers may read it."""

    film: Annotated[str, Meta(max_length=16)] = ""
    told: bool = False
    version: SeenVersion = 0


async def chosen(edition: Edition, lang: str) -> dict[str, str]:
    """Films whose acceptance is announced, by their ids, in the order of their titles: of a choice in pencil nothing
    is told here.
    """
    found = await rows(
        """SELECT s.id, f.title, f.titles FROM submission s JOIN film f ON f.id = s.film
           WHERE s.edition = {} AND s.status = 'accepted' ORDER BY f.title, s.id""",
        edition.id,
    )
    return dict(
        sorted(((row["id"], film_title(lang, row)) for row in found), key=lambda one: plain(one[1]))
    )


async def give_prize(edition: Edition, form: PrizeForm, *, by: Person) -> int:
    """To a film that was chosen and announced. Returns the version of the edition's terms that stands."""
    if form.film and (await submission_in(edition, form.film)).status != Status.ACCEPTED:
        raise Refused("film:prize_for_chosen")
    given = {"public_prize": form.film or None, "prize_told": form.told and bool(form.film)}
    async with transaction():
        await desk.hold_edition(edition.id)
        kept = await terms_of(edition)
        if kept.version:
            return await desk.amend(
                kept, given, version=form.version, act="public_prize_given", by=by
            )
        row = MakersTerms(
            edition=edition.id,
            version=1,
            public_prize=given["public_prize"],
            prize_told=given["prize_told"],
        )
        await desk.add(row, act="public_prize_given", by=by)
    return 1
