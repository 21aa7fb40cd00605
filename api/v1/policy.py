"""JSON: the technical rules, for who sets them and for who must keep them."""

from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.di import NamedDependency
from msgspec import Meta

from api.guards import MAKER, OPERATOR
from api.queries import FromQuery
from festival.tables import Edition
from media import rulebook
from media.policy import Policy
from media.rulebook import GROUPS, Measure, Pick, TechnicalRule
from submissions import rejudging, technical

OfSection = FromQuery[Annotated[str, Meta(max_length=8)]]


class LimitStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A number within bounds, in `unit`; or what is taken of `known`, and what with a remark."""

    name: str
    value: float | list[str] | None
    remarked: list[str] = []
    unit: str = ""
    least: float | None = None
    most: float | None = None
    known: list[str] = []


class RuleStanding(msgspec.Struct, frozen=True, kw_only=True):
    """One rule as it stands: `level` as it was set, `weighs` what comes of it (`reject`, `warn`)."""

    code: str
    group: str
    level: str
    weighs: list[str]
    is_fixed: bool
    limits: list[LimitStanding]


class RulesStanding(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of a place. `own` are the settings that differ from what lies `below`, by name."""

    section: str
    base: str
    version: int
    own: dict[str, list[Any]]
    rules: list[RuleStanding]


def limit_of(policy: Policy, limit: Measure | Pick) -> LimitStanding:
    if isinstance(limit, Measure):
        least, most = limit.bounds
        value = limit.shown(policy)
        return LimitStanding(name=limit.path, value=value, unit=limit.unit, least=least, most=most)
    return LimitStanding(
        name=limit.path, value=list(limit.taken(policy)), remarked=list(limit.remarked(policy)),
        known=[str(one) for one in limit.values],
    )  # fmt: skip


def standing_of(policy: Policy, group: str, rule: TechnicalRule) -> RuleStanding:
    return RuleStanding(
        code=rule.code, group=group, level=rulebook.level_of(policy, rule),
        weighs=list(rulebook.weighs(policy, rule)), is_fixed=rule.is_fixed,
        limits=[limit_of(policy, limit) for limit in rule.limits],
    )  # fmt: skip


def all_of(policy: Policy) -> list[RuleStanding]:
    return [standing_of(policy, group, rule) for group, rules in GROUPS.items() for rule in rules]


@get("/rules", guards=MAKER)
async def rules_to_keep(
    edition_row: NamedDependency[Edition], section: OfSection = ""
) -> list[RuleStanding]:
    """By which a film of this section (a letter) is judged; without one, by those of the edition."""
    book = await technical.book_of(edition_row.id)
    return all_of(book.policy(book.called(section)))


@get("/operator/policy/rules", guards=OPERATOR)
async def rules(edition_row: NamedDependency[Edition], section: OfSection = "") -> RulesStanding:
    """The rules of the edition or of a section: `version` goes with what is set next."""
    book = await technical.book_of(edition_row.id)
    place = book.called(section)
    policy = book.policy(place)
    return RulesStanding(
        section=section, base=book.base, version=book.layer(place).version,
        own=rulebook.changes(book.below(place), policy), rules=all_of(policy),
    )  # fmt: skip


@get("/operator/policy", guards=OPERATOR)
async def preview_policy(
    edition_row: NamedDependency[Edition], policy: FromQuery[str]
) -> list[rejudging.VerdictChange]:
    """What another policy of the house would change, judged from what was measured; nothing is written."""
    return await rejudging.preview(edition_row, policy)


HANDLERS: list[Any] = [rules_to_keep, rules, preview_policy]
