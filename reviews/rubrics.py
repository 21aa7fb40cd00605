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
        f"""WITH here AS (SELECT r.id, r.scores, r.given_at, s.section
             FROM review r JOIN submission s ON s.id = r.submission WHERE s.edition = {{}} AND {where})
           SELECT coalesce(h.section, '') AS section,
             count(*) FILTER (WHERE h.given_at IS NOT NULL) AS given,
             count(*) FILTER (WHERE h.given_at IS NULL) AS begun,
             coalesce((SELECT jsonb_agg(DISTINCT k.key) FROM here q
               LEFT JOIN review_version v ON v.review = q.id
               CROSS JOIN LATERAL jsonb_object_keys(q.scores || coalesce(v.scores, jsonb_build_object())) AS k(key)
               WHERE q.section IS NOT DISTINCT FROM h.section), '[]') AS keys
           FROM here h GROUP BY h.section""",
        edition,
        *values,
    )
    uses: dict[str, RubricUse] = {}
    for row in found:
        place = rubrics.place(row["section"])
        uses[place] = uses.get(place, RubricUse()) + use_of(row)
    return uses


def use_of(row: dict[str, Any]) -> RubricUse:
    return RubricUse(given=row["given"], begun=row["begun"], keys=frozenset(row["keys"]))
