"""How the films of an edition are scored: in each section by its own sheet, else by the edition's, else
by the house's.
"""

from functools import cache
from typing import Any

import msgspec

from festival.db import rows
from festival.language import spoken, t
from reviews.scoring import HOUSE, Rubric

EVERYWHERE = ""
"""Where the edition's sheet stands among those of its sections."""


class Rubrics(msgspec.Struct, frozen=True):
    """All the sheets of an edition that are its own, by section (an id)."""

    own: dict[str, Rubric] = {}

    def place(self, section: str | None) -> str:
        """Whose sheet a film of this section is scored by."""
        return section if section and section in self.own else EVERYWHERE

    def rubric(self, section: str | None) -> Rubric:
        return self.own.get(self.place(section)) or house()

    def with_rubric(self, rubric: Rubric) -> "Rubrics":
        """The same, where one sheet is another: written nowhere."""
        return Rubrics({**self.own, rubric.section: rubric})


def house() -> Rubric:
    """The house's own sheet, with its names in every language."""
    return house_in(tuple(spoken()))


@cache
def house_in(languages: tuple[str, ...]) -> Rubric:
    """Lists ask for it film by film."""
    named = (
        msgspec.structs.replace(
            one, names={lang: t(lang, f"committee.criterion.{one.key}") for lang in languages}
        )
        for one in HOUSE.criteria
    )
    return msgspec.structs.replace(HOUSE, criteria=tuple(named))


async def rubrics_of(edition: str, *, is_held: bool = False) -> Rubrics:
    """The sheets as they stand; `is_held`: nobody changes them before the act ends."""
    if is_held:
        await rows("SELECT id FROM edition WHERE id = {} FOR SHARE", edition)
    sheets = await rows(
        """SELECT h.id, coalesce(h.section, '') AS section, h.steps, h.labels,
             h.least_opinion, h.version,
             coalesce((SELECT jsonb_agg(jsonb_build_object(
                 'id', c.id, 'key', c.key, 'names', c.names, 'helps', c.helps, 'weight', c.weight,
                 'version', c.version, 'is_closed', c.closed_at IS NOT NULL)
                 ORDER BY c.position, c.id)
               FROM criterion c WHERE c.sheet = h.id), '[]') AS criteria
           FROM score_sheet h WHERE h.edition = {}""",
        edition,
    )
    return Rubrics({row["section"]: msgspec.convert(row, Rubric) for row in sheets})


class RubricUse(msgspec.Struct, frozen=True, kw_only=True):
    """How far a sheet has been filled in: sheets given, begun ones beside them, and criteria (keys)
    that carry a score somewhere, in an older version too. Numbers of sheets, and nothing of what they say.
    """

    given: int = 0
    begun: int = 0
    keys: frozenset[str] = frozenset()

    def __add__(self, other: "RubricUse") -> "RubricUse":
        return RubricUse(
            given=self.given + other.given, begun=self.begun + other.begun, keys=self.keys | other.keys
        )  # fmt: skip


async def uses_of(
    edition: str, rubrics: Rubrics, *, where: str = "true", values: tuple[Any, ...] = ()
) -> dict[str, RubricUse]:
    """By the place whose sheet was filled in; `where` is SQL about the films `s` whose sheets are counted."""
    found = await rows(
        f"""WITH here AS MATERIALIZED (
             SELECT s.id, s.section, (SELECT count(*) FROM review r WHERE r.submission = s.id) AS sheets
             FROM submission s WHERE s.edition = {{}} AND {where}),
           begun AS (SELECT h.section, count(*) AS sheets
             FROM here h JOIN review r ON r.submission = h.id AND r.given_at IS NULL GROUP BY h.section)
           SELECT coalesce(n.section, '') AS section, n.given, n.begun,
             coalesce((SELECT jsonb_agg(k.key) FROM unnest({{}}::text[]) AS k(key) WHERE EXISTS (
                 SELECT FROM here h JOIN review r ON r.submission = h.id
                 WHERE h.section IS NOT DISTINCT FROM n.section AND r.scores ? k.key)
               OR EXISTS (
                 SELECT FROM review_version v JOIN review r ON r.id = v.review JOIN here h ON h.id = r.submission
                 WHERE h.section IS NOT DISTINCT FROM n.section AND v.scores ? k.key)), '[]') AS keys
           FROM (SELECT h.section, (h.sheets - coalesce(b.sheets, 0))::int AS given, coalesce(b.sheets, 0)::int AS begun
                 FROM (SELECT section, sum(sheets) AS sheets FROM here GROUP BY section) h
                 LEFT JOIN begun b ON b.section IS NOT DISTINCT FROM h.section WHERE h.sheets > 0) n""",
        edition,
        *values,
        sorted({one.key for rubric in (house(), *rubrics.own.values()) for one in rubric.criteria}),
    )
    uses: dict[str, RubricUse] = {}
    for row in found:
        place = rubrics.place(row["section"])
        uses[place] = uses.get(place, RubricUse()) + use_of(row)
    return uses


def use_of(row: dict[str, Any]) -> RubricUse:
    return RubricUse(given=row["given"], begun=row["begun"], keys=frozenset(row["keys"]))
