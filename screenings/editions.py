"""An edition's rules change, and its grid with them; what stands in editions; and taking one away."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET

from festival import desk, editions
from festival.clock import use_zone
from festival.db import rows, transaction
from festival.editions import Rules, is_zone, operated_by
from festival.errors import Refused
from festival.record import record
from festival.tables import Edition, Person
from screenings import grid
from submissions import rejudging


class EditionStanding(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in an edition: drafts are entries too; `published` is the last number, or nothing."""

    entries: int
    people: int
    rooms: int
    published: int | None


async def change_rules(edition: Edition, rules: Rules, *, by: Person) -> None:
    """What is not named stays; another first day moves the grid along."""
    if rules.policy is not None:
        rejudging.checked(rules.policy)
    was = edition.first_day
    async with transaction():
        if moves(edition, rules):
            await keep_hours(edition, to=str(rules.zone))
        await editions.change(edition, on_the_wall(edition, rules), by=by)
        use_zone(edition.zone)
        await grid.follow(edition, was=was, by=by)


def moves(edition: Edition, rules: Rules) -> bool:
    """Whether these rules put the edition's clocks into another zone."""
    return rules.zone not in {None, edition.zone} and is_zone(str(rules.zone))


def on_the_wall(edition: Edition, rules: Rules) -> Rules:
    """In another zone the edition's own moments stay at their hours, unless others are given."""
    if not moves(edition, rules):
        return rules
    there = ZoneInfo(str(rules.zone))
    kept = {
        name: moment.astimezone(ZoneInfo(edition.zone)).replace(tzinfo=there)
        for name in ("deadline_at", "opens_at")
        if getattr(rules, name) in {None, UNSET} and (moment := getattr(edition, name)) is not None
    }
    return msgspec.structs.replace(rules, **kept)


MOMENTS = {
    "deadline": (("at",), "edition = {}"),
    "screening": (
        ("starts_at", "film_ends_at", "ends_at", "clears_at"),
        "grid IN (SELECT id FROM grid WHERE edition = {})",
    ),
    "slot": (
        ("starts_at", "ends_at"),
        "screen IN (SELECT x.id FROM screen x JOIN venue v ON v.id = x.venue WHERE v.edition = {})",
    ),
}


async def keep_hours(edition: Edition, *, to: str) -> None:
    """What was laid out by the old clock stands at the same hours of the new one."""
    for table, (columns, its) in MOMENTS.items():
        moves = ", ".join(f"{one} = ({one} AT TIME ZONE {{}}) AT TIME ZONE {{}}" for one in columns)
        await rows(
            f"UPDATE {table} SET {moves} WHERE {its} RETURNING id",
            *[edition.zone, to] * len(columns),
            edition.id,
        )


STANDING = """
SELECT e.id,
  (SELECT count(*) FROM submission s WHERE s.edition = e.id) AS entries,
  (SELECT count(DISTINCT r.person) FROM role r WHERE r.edition = e.id) AS people,
  (SELECT count(*) FROM screen x JOIN venue v ON v.id = x.venue WHERE v.edition = e.id) AS rooms,
  (SELECT max(g.number) FROM grid g WHERE g.edition = e.id) AS published
FROM edition e WHERE e.id = ANY({})
"""


async def standings(shown: Sequence[Edition]) -> dict[str, EditionStanding]:
    """By the edition's id."""
    found = await rows(STANDING, [edition.id for edition in shown])
    return {row.pop("id"): msgspec.convert(row, EditionStanding) for row in found}


def hindrances(edition: Edition, standing: EditionStanding) -> list[str]:
    """Why an edition cannot be taken away: it holds something, or the front page shows it."""
    return [
        code
        for code, holds in (
            ("edition_has_entries", standing.entries > 0),
            ("edition_has_people", standing.people > 1),
            ("edition_has_programme", standing.published is not None),
            ("edition_on_front", bool(edition.is_current)),
        )
        if holds
    ]


async def remove(edition: Edition, *, version: int, by: Person) -> Edition:
    """Take away an edition that holds nothing, with all that was set up in it.

    Returns another edition of the same operator, on whose record it stands: nobody takes away the
    last one that they have.
    """
    async with transaction():
        await rows("SELECT id FROM edition WHERE id = {} FOR UPDATE", edition.id)
        others = [one for one in await operated_by(by.id) if one.id != edition.id]
        standing = (await standings([edition]))[edition.id]
        reasons = hindrances(await editions.again(edition), standing)
        if not others:
            reasons.append("edition_only")
        if reasons:
            raise Refused(*reasons)
        await desk.remove(edition, version=version, act="edition_removed", by=by)
        await record(
            "edition_removed", edition.id, by=by, edition=others[0].id,
            slug=edition.slug, name=edition.name,
        )  # fmt: skip
    return others[0]


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happens to an edition: `what` is the end of a key of words, `letters` those of
    the sections that it is about, where not all of them.
    """

    what: str
    at: datetime
    letters: tuple[str, ...] = ()


async def moments_of(edition: Edition) -> list[Happening]:
    """What has happened to the edition, and what is planned, in its order on the line of time."""
    moved = await rows(
        """SELECT at, CASE act WHEN 'edition_archived' THEN 'archived' WHEN 'edition_reopened' THEN 'reopened'
             ELSE details->'changes'->'phase'->>1 END AS what FROM record
           WHERE edition = {} AND act IN ('phase_moved', 'edition_archived', 'edition_reopened')""",
        edition.id,
    )
    own = await rows(
        """SELECT d.at, d.kind, array_remove(array_agg(s.letter ORDER BY s.position), NULL) AS letters
           FROM deadline d LEFT JOIN section s ON s.id = d.section
           WHERE d.edition = {} GROUP BY d.at, d.kind, d.section IS NULL""",
        edition.id,
    )
    announced = await rows(
        "SELECT min(announced_at) AS at FROM submission WHERE edition = {}", edition.id
    )
    told = [
        *(Happening(what=row["what"], at=row["at"]) for row in moved),
        *(Happening(what=row["kind"], at=row["at"], letters=tuple(row["letters"])) for row in own),
        *(Happening(what="announcement", at=row["at"]) for row in announced if row["at"]),
    ]
    if all(row["letters"] for row in own):
        told.append(Happening(what="regular", at=edition.deadline_at))
    if edition.opens_at is not None:
        told.append(Happening(what="opening", at=edition.opens_at))
    return sorted(told, key=lambda moment: moment.at)
