"""Programmes that share their audience in an edition: computed from their films, corrected by hand."""

from typing import Annotated

import msgspec
from msgspec import Meta

from festival import desk
from festival.db import rows, transaction
from festival.errors import Conflict, Refused
from festival.shapes import Id, SeenVersion, VersionNumber
from festival.tables import Edition, Person
from screenings.guests import check_programmes
from screenings.likeness import (
    MOST_WEIGHT,
    AudiencePair,
    ProgrammeTraits,
    corrected,
    in_order,
    shared_audiences,
)
from screenings.tables import SharedAudience

MODES = ("computed", "hand", "none")
NO_LANGUAGE = "zxx"


class AudienceWeight(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says of the audience of two programmes: 0 is none. `version` 0: nothing was said before."""

    one: Id
    other: Id
    weight: Annotated[int, Meta(ge=0, le=MOST_WEIGHT)]
    version: SeenVersion = 0


class ShownPair(msgspec.Struct, frozen=True, kw_only=True):
    """Two programmes: what is computed (0: not alike enough), what somebody has set, and what holds."""

    one: str
    other: str
    computed: int
    points: int
    because: list[tuple[str, str]]
    by_hand: int | None = None
    version: int = 0

    @property
    def weight(self) -> int:
        return self.computed if self.by_hand is None else self.by_hand


async def pairs_of(edition: Edition, mode: str) -> list[tuple[str, str, int]]:
    """As the planner reads them."""
    if mode == "none":
        return []
    computed = shared_audiences(await traits_of(edition)) if mode == "computed" else []
    return corrected(computed, {pair: row.weight for pair, row in (await by_hand(edition)).items()})


async def by_hand(edition: Edition) -> dict[tuple[str, str], SharedAudience]:
    return {in_order(row.one, row.other): row for row in await desk.all_of(SharedAudience, edition)}


async def shown_pairs(edition: Edition) -> list[ShownPair]:
    """Every pair that is computed or was set, the most alike first, then those of the hand alone."""
    computed = {(p.one, p.other): p for p in shared_audiences(await traits_of(edition))}
    hand = await by_hand(edition)
    shown = [
        shown_pair(pair, computed.get(pair), hand.get(pair))
        for pair in [*computed, *(pair for pair in sorted(hand) if pair not in computed)]
    ]
    return sorted(shown, key=lambda one: -one.weight)


def shown_pair(
    pair: tuple[str, str], computed: AudiencePair | None, row: SharedAudience | None
) -> ShownPair:
    return ShownPair(
        one=pair[0],
        other=pair[1],
        computed=computed.weight if computed else 0,
        points=computed.points if computed else 0,
        because=computed.because if computed else [],
        by_hand=row.weight if row else None,
        version=row.version if row else 0,
    )


async def traits_of(edition: Edition) -> list[ProgrammeTraits]:
    """What the films of each programme are; of an event nothing but its section is known."""
    selected = await rows(
        """SELECT p.id, coalesce(x.letter, '') AS section, p.demand,
             coalesce(jsonb_agg(DISTINCT c.value) FILTER (WHERE c.value IS NOT NULL), '[]') AS countries,
             coalesce(jsonb_agg(DISTINCT l.value) FILTER (WHERE l.value NOT IN ('', {})), '[]') AS languages,
             coalesce(jsonb_agg(DISTINCT h.theme) FILTER (WHERE h.theme <> ''), '[]') AS themes
           FROM programme p LEFT JOIN section x ON x.id = p.section
           LEFT JOIN programme_film q ON q.programme = p.id
           LEFT JOIN submission s ON s.id = q.submission LEFT JOIN film f ON f.id = s.film
           LEFT JOIN film_traits h ON h.submission = s.id
           LEFT JOIN LATERAL jsonb_array_elements_text(f.countries) c(value) ON true
           LEFT JOIN LATERAL jsonb_array_elements_text(f.languages) l(value) ON true
           WHERE p.edition = {} GROUP BY p.id, x.letter ORDER BY p.id""",
        NO_LANGUAGE,
        edition.id,
    )
    return msgspec.convert(selected, list[ProgrammeTraits])


# What programmers do


async def set_weight(edition: Edition, given: AudienceWeight, *, by: Person) -> int:
    """Say how much of their audience two programmes share. Returns the version that stands."""
    if given.one == given.other:
        raise Refused("other:audience_of_one")
    one, other = in_order(given.one, given.other)
    await check_programmes(edition, [one, other])
    async with transaction():
        await desk.hold_edition(edition.id)
        row = (await by_hand(edition)).get((one, other))
        if row is None:
            if given.version:
                raise Conflict("gone_meanwhile")
            made = SharedAudience(edition=edition.id, one=one, other=other, weight=given.weight)
            await desk.add(made, act="audience_set", by=by)
            return 1
        return await desk.amend(
            row, {"weight": given.weight}, version=given.version, act="audience_set", by=by
        )


async def put_back(
    edition: Edition, one: str, other: str, *, version: VersionNumber, by: Person
) -> None:
    """What is computed holds again; twice is once."""
    async with transaction():
        await desk.hold_edition(edition.id)
        row = (await by_hand(edition)).get(in_order(one, other))
        if row is not None:
            await desk.remove(row, version=version, act="audience_put_back", by=by)
