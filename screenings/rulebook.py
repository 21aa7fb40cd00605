"""The rules of an edition's plans: which hold, which only cost, and the numbers inside them.

What is kept is what differs from the usual (`PlanRules`). A rule of physics is never let go.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from festival import desk
from festival.db import rows, transaction
from festival.errors import Refused
from festival.shapes import VersionNumber
from festival.tables import Edition, Person, new_id
from screenings.lists import placed_in, together, working_grid
from screenings.planner import model
from screenings.planner.model import Measures, Problem, Setting
from screenings.planner.rules import PRICES, RULES
from screenings.planner.rules.facts import BY_DEFAULT, ProblemFacts
from screenings.planner.soundness import of_measures
from screenings.problem import measures_of, placement_of, problem_of, rules_of, settings_of
from screenings.tables import PlanRules

FIXED = frozenset({"H2", "H14"})
"""Two films in one room are no festival; a padlock is a promise to whoever put it on."""
RULE_CODES = (*(rule.code for rule in RULES), *(price.code for price in PRICES))
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("rooms", ("H1", "H2", "H3", "H4", "H5", "H6", "H15")),
    ("people", ("H7", "H8", "H9", "H16", "H19")),
    ("films", ("H10", "H11", "H12", "H13", "H14", "H17", "H18", "H20")),
    ("audience", ("S1", "S2", "S3", "S4", "S5", "S6", "S10")),
    ("days", ("S7", "S8", "S9", "S11", "S12", "S13", "S14")),
)
NUMBERS: dict[str, tuple[str, ...]] = {
    "H4": ("step",),
    "H8": ("travel",),
    "H10": ("premiere_first",),
    "H11": ("repeat_gap", "repeat_other_band"),
    "H13": ("visa_screenings", "visa_days"),
    "H17": ("block_minutes", "block_gap"),
    "S1": ("bands", "prestige_of_repeats"),
    "S2": ("divisor",),
    "S7": ("foyer",),
    "S8": ("meal", "late", "morning"),
    "S10": ("stroll",),
    "S14": ("long_debate", "slack", "free_slot"),
}
"""Which numbers stand in which rule."""


class PlanNumbers(msgspec.Struct, frozen=True):
    """Those that have a column of their own: fields of `Problem`; the others are of its `Measures`."""

    step: model.GridStep
    travel: model.Minutes
    repeat_gap: model.Minutes | None
    repeat_other_band: bool
    premiere_first: bool


COLUMNS = frozenset(PlanNumbers.__struct_fields__)
Weight = Annotated[int, Meta(ge=1, le=1000)]


class Mode(StrEnum):
    """What becomes of a plan that offends a rule."""

    OFF = "off"
    FORBIDS = "hard"
    COSTS = "soft"


class RuleChange(msgspec.Struct, frozen=True, kw_only=True):
    """How one rule shall hold. `level` none is the rule's own; `numbers` are those of `NUMBERS`,
    in minutes, as the planner's `Measures` has them.
    """

    version: VersionNumber
    mode: Mode
    weight: Weight = 1
    level: model.Level | None = None
    numbers: dict[str, Any] = {}


class RuleLine(msgspec.Struct, frozen=True):
    """A rule as it holds: `times` the standing grid offends it, `usual` while nobody has touched it."""

    code: str
    mode: Mode
    weight: int
    level: model.Level | None
    numbers: dict[str, Any]
    times: int
    usual: bool
    fixed: bool


async def kept(edition: Edition) -> PlanRules:
    """The edition's row, made when somebody first changes something."""
    await rows(
        """INSERT INTO plan_rules (id, edition) VALUES ({}, {})
           ON CONFLICT (edition) DO NOTHING RETURNING id""",
        new_id(),
        edition.id,
    )
    return await rules_of(edition)


def mode_of(code: str, setting: Setting) -> Mode:
    if not setting.on:
        return Mode.OFF
    return Mode.FORBIDS if code.startswith("H") and setting.hard is not False else Mode.COSTS


def usual_of(code: str) -> Setting:
    """A soft rule waits until it is switched on, save the three that every plan is priced by."""
    return Setting(on=code.startswith("H") or code in BY_DEFAULT)


def number(rules: PlanRules, name: str) -> Any:
    return getattr(rules if name in COLUMNS else measures_of(rules), name)


async def lines(edition: Edition) -> list[RuleLine]:
    """Every rule, and how often the standing grid offends it, whether it is on or not."""
    rules, offences = await rules_of(edition), await together(lambda: times(edition))
    settings, fresh = settings_of(rules), PlanRules(edition=edition.id, measures={}, settings={})
    made = []
    for code in RULE_CODES:
        setting = settings.get(code, usual_of(code))
        numbers = {name: number(rules, name) for name in NUMBERS.get(code, ())}
        is_usual = setting == usual_of(code) and all(
            value == number(fresh, name) for name, value in numbers.items()
        )
        made.append(
            RuleLine(
                code, mode_of(code, setting), setting.weight, setting.level, numbers,
                offences[code], is_usual, code in FIXED,
            )
        )  # fmt: skip
    return made


async def times(edition: Edition) -> dict[str, int]:
    """How often the working grid offends each rule; H1 counts what has no place."""
    problem = await problem_of(edition)
    known = {programme.id for programme in problem.programmes}
    placed = [p for p in await placed_in(await working_grid(edition)) if p.programme in known]
    plan = sorted((placement_of(p, edition) for p in placed), key=lambda p: p.start)
    facts = ProblemFacts(problem)
    found = {rule.code: sum(1 for _ in rule.broken(facts, plan)) for rule in RULES}
    found |= {price.code: price.units(facts, plan) for price in PRICES}
    found["H1"] = len(set(facts.names) - {(p.programme, p.number) for p in plan})
    return found


async def change_rule(edition: Edition, code: str, change: RuleChange, *, by: Person) -> int:
    """Returns the version of the edition's rules that stands now."""
    check(code, change)
    async with transaction():
        rules = await kept(edition)
        setting = Setting(
            on=change.mode is not Mode.OFF,
            hard=hardness(code, change.mode),
            weight=change.weight,
            level=change.level,
        )
        others = {name: one for name, one in rules_settings(rules).items() if name != code}
        chosen = {} if setting == usual_of(code) else {code: written(setting)}
        given = {"settings": others | chosen} | columns_of(rules, change.numbers)
        return await desk.amend(
            rules, given, version=change.version, act="plan_rule_changed", by=by
        )


def hardness(code: str, mode: Mode) -> bool | None:
    """Only a hard rule can be made soft; said only where it was."""
    return False if code.startswith("H") and mode is Mode.COSTS else None


def rules_settings(rules: PlanRules) -> dict[str, Any]:
    return {code: written(setting) for code, setting in settings_of(rules).items()}


def written(setting: Setting) -> dict[str, Any]:
    """As it is kept: only what differs from a setting that says nothing."""
    usual = msgspec.to_builtins(Setting())
    return {
        name: value for name, value in msgspec.to_builtins(setting).items() if value != usual[name]
    } | {"on": setting.on}


def check(code: str, change: RuleChange) -> None:
    if code not in RULE_CODES:
        raise Refused("rule_missing")
    if code in FIXED and change.mode is not Mode.FORBIDS:
        raise Refused("mode:rule_is_fixed")
    if code.startswith("S") and change.mode is Mode.FORBIDS:
        raise Refused("mode:rule_only_costs")
    if strange := change.numbers.keys() - set(NUMBERS.get(code, ())):
        raise Refused(*(f"{name}:field_unknown" for name in sorted(strange)))


def columns_of(rules: PlanRules, numbers: Mapping[str, Any]) -> dict[str, Any]:
    """What these numbers become in the row; `Refused` with every one that cannot be."""
    faults = list(faults_of(rules, numbers))
    if faults:
        raise Refused(*faults)
    inside = {name: value for name, value in numbers.items() if name not in COLUMNS}
    measures = msgspec.to_builtins(measures_of(rules)) | inside
    usual = msgspec.to_builtins(Measures())
    kept_measures = {name: value for name, value in measures.items() if value != usual[name]}
    beside = {name: value for name, value in numbers.items() if name in COLUMNS}
    return beside | {"measures": kept_measures}


def faults_of(rules: PlanRules, numbers: Mapping[str, Any]) -> Iterator[str]:
    types = {
        field.name: field.type
        for shape in (Measures, PlanNumbers)
        for field in msgspec.structs.fields(shape)
    }
    for name, value in numbers.items():
        try:
            msgspec.convert(value, types[name])
        except msgspec.ValidationError:
            yield f"{name}:number_unfit"
            return
    inside = {name: value for name, value in numbers.items() if name not in COLUMNS}
    measures = msgspec.convert(msgspec.to_builtins(measures_of(rules)) | inside, Measures)
    empty = Problem(days=1, screens=[], programmes=[])
    for fault in of_measures(replace(empty, measures=measures)):
        name = fault.partition(":")[0].rpartition(".")[2]
        yield f"{name}:{name}_unfit"


class AudienceMode(msgspec.Struct, frozen=True, kw_only=True):
    """Which shared audiences count: those that are computed and corrected, of the hand alone, or none."""

    audiences: Literal["computed", "hand", "none"]
    version: VersionNumber


async def choose_audiences(edition: Edition, chosen: AudienceMode, *, by: Person) -> int:
    """Returns the version of the edition's rules that stands now."""
    async with transaction():
        rules = await kept(edition)
        return await desk.amend(
            rules,
            {"audiences": chosen.audiences},
            version=chosen.version,
            act="audiences_chosen",
            by=by,
        )


async def put_back(edition: Edition, line: int, *, by: Person) -> int:
    """The rules as they stood before this line of the record, if nobody has changed them since."""
    async with transaction():
        rules = await kept(edition)
        stood, version = await desk.before(rules, line), rules.version
        return await desk.amend(rules, stood, version=version, act="plan_rule_changed", by=by)
