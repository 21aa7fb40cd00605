"""Which films a section takes, and until when: rules as data, read without a database. Pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival import codes
from festival.clock import closes
from festival.language import country, length, listed, t, tongue
from units.times import timecode

# Until when


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """The terms under which an entry stands, or its upload began: the last deadline of its section, or of
    the waiver code on it, and the grace.
    """

    section: str = ""
    code: str = ""
    deadline: datetime | None = None
    grace_hours: int = 0


def may_open(moment: datetime, deadline: datetime) -> bool:
    """An entry, or an upload, is begun before the deadline."""
    return moment < closes(deadline)


def may_finish(begun: datetime, moment: datetime, deadline: datetime, grace: timedelta) -> bool:
    """An upload begun before the deadline may end within the grace."""
    deadline = closes(deadline)
    return begun < deadline and moment < deadline + grace


def may_file(
    moment: datetime,
    deadline: datetime,
    *,
    begun: datetime | None,
    ready: datetime | None,
    grace: timedelta,
) -> bool:
    """Filed before the deadline; or, when its upload had `begun` by then, within the grace of the
    deadline or of the moment its copy was `ready`: nobody is late because we were slow.
    """
    deadline = closes(deadline)
    if moment < deadline:
        return True
    counted = max(deadline, ready or deadline)
    return begun is not None and begun < deadline and moment < counted + grace


def kept_promise(promise: Promise, today: Promise) -> tuple[datetime, timedelta]:
    """(deadline, grace) of one upload: those of today, or those that it began under, if they are better.

    What was promised to one section, or to one code, says nothing of another.
    """
    deadline, grace_hours = today.deadline or datetime.min.replace(tzinfo=UTC), today.grace_hours
    if promise.deadline is not None and (promise.section, promise.code) == (
        today.section,
        today.code,
    ):
        deadline = max(deadline, promise.deadline)
        grace_hours = max(grace_hours, promise.grace_hours)
    return deadline, timedelta(hours=grace_hours)


# Which films


class RuleWeight(StrEnum):
    """What a rule does with a film that breaks it."""

    OFF = "off"
    REMARK = "remark"
    REFUSED = "refused"


RuleNumber = Annotated[int, Meta(ge=1, le=2100)]
RuleWords = Annotated[list[Annotated[str, Meta(min_length=1, max_length=100)]], Meta(max_length=60)]
PremiereTier = Annotated[str, Meta(pattern="^(world|international|european|national|none)$")]
TIERS = ("world", "international", "european", "national", "none")


class RuleSetting(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of one section: whether it is asked, and its number, its codes or its tier."""

    weight: RuleWeight = RuleWeight.OFF
    value: RuleNumber | RuleWords | PremiereTier | None = None


SectionRules = dict[str, RuleSetting]


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """What rules ask of a film. `subtitles` are also those that its maker brought beside it; `others`
    are the section's other entries by one of its directors, the most; `was_here` says that an earlier
    edition had a film of this title by one of them.
    """

    seconds: int | None = None
    year: int | None = None
    countries: list[str] = []
    languages: list[str] = []
    subtitles: list[str] = []
    premiere: str = ""
    others: int = 0
    was_here: bool = False


class SectionTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What a section asks of its films. `rules` are by their names; a missing one is off."""

    letter: str
    least_seconds: int
    most_seconds: int
    is_open: bool = True
    rules: SectionRules = {}


class Ineligibility(msgspec.Struct, frozen=True):
    """A rule that a film breaks: `field:code`, as the form's own faults, and the values of its words."""

    rule: str
    code: str
    is_refused: bool
    values: dict[str, Any]


BreachTest = Callable[[Candidate, SectionTerms, Any], bool]
BreachWords = Callable[[Any, SectionTerms], dict[str, Any]]


class EntryRule(msgspec.Struct, frozen=True):
    """One rule: the field that it speaks of, the code of its words, the kind of its value (`number`,
    `countries`, `languages`, `tier`, or nothing), when a film breaks it, and what its words are told.

    A film of which the field is still empty breaks nothing: that it is empty is said elsewhere.
    """

    name: str
    field: str
    code: str
    kind: str
    breaks: BreachTest
    told: BreachWords
    weight: RuleWeight = RuleWeight.OFF


def breaks_length(film: Candidate, terms: SectionTerms, _: Any) -> bool:
    return film.seconds is not None and not (
        terms.least_seconds <= film.seconds <= terms.most_seconds
    )


def tells_length(_: Any, terms: SectionTerms) -> dict[str, Any]:
    return {
        "shortest": lambda lang: exactly(lang, terms.least_seconds),
        "longest": lambda lang: exactly(lang, terms.most_seconds),
    }


def exactly(lang: str, seconds: int) -> str:
    """A bound as it is: rounded to minutes it would name another film's length."""
    whole, rest = divmod(seconds, 60)
    if not rest:
        return length(lang, seconds)
    if whole >= 60:  # `1 h 00 5 s` says nothing
        return timecode(seconds)
    return f"{length(lang, whole * 60)} {length(lang, rest)}" if whole else length(lang, rest)


def bases(tags: Iterable[str]) -> set[str]:
    """`fr-CA` is French, too."""
    return {tag.partition("-")[0].lower() for tag in tags}


def understood_in(film: Candidate) -> set[str]:
    return (bases(film.languages) | bases(film.subtitles)) - {codes.NONE}


def breaks_readable(film: Candidate, _: SectionTerms, wanted: list[str]) -> bool:
    """Neither spoken nor subtitled in one of these; where nobody speaks nothing is to be read."""
    return bool(film.languages) and film.languages != [codes.NONE] and not (
        understood_in(film) & bases(wanted)
    )  # fmt: skip


def breaks_readable_each(film: Candidate, _: SectionTerms, wanted: list[str]) -> bool:
    return bool(film.languages) and film.languages != [codes.NONE] and not (
        bases(wanted) <= understood_in(film)
    )  # fmt: skip


def in_countries(key: str) -> BreachWords:
    return lambda wanted, _: {
        key: lambda lang: listed(lang, (country(lang, code) for code in wanted))
    }


def in_tongues(key: str) -> BreachWords:
    return lambda wanted, _: {key: lambda lang: listed(lang, (tongue(lang, one) for one in wanted))}


def tells_premiere(wanted: str, _: SectionTerms) -> dict[str, Any]:
    return {"tier": lambda lang: t(lang, f"filmmaker.premiere.{wanted}")}


RULES = (
    EntryRule("length", "declared_seconds", "runtime_outside_section", "",
         breaks_length, tells_length, RuleWeight.REFUSED),
    EntryRule("year", "year", "year_too_early", "number",
         lambda film, _, least: film.year is not None and film.year < least,
         lambda least, _: {"year_least": str(least)}),
    EntryRule("countries", "countries", "countries_not_among", "countries",
         lambda film, _, wanted: bool(film.countries) and not set(film.countries) & set(wanted),
         in_countries("countries_wanted")),
    EntryRule("countries_not", "countries", "countries_excluded", "countries",
         lambda film, _, wanted: bool(set(film.countries) & set(wanted)),
         in_countries("countries_unwanted")),
    EntryRule("readable", "subtitles", "film_not_readable", "languages",
         breaks_readable, in_tongues("one_of")),
    EntryRule("readable_each", "subtitles", "film_not_readable_each", "languages",
         breaks_readable_each, in_tongues("each_of")),
    EntryRule("premiere", "premiere", "premiere_too_low", "tier",
         lambda film, _, least: film.premiere in TIERS
         and TIERS.index(film.premiere) > TIERS.index(least),
         tells_premiere),
    EntryRule("per_director", "directors", "director_has_entered", "number",
         lambda film, _, most: film.others >= most,
         lambda most, _: {"most_films": partial(of_films, most)}),
    EntryRule("new", "title", "film_was_here", "",
         lambda film, _, __: film.was_here,
         lambda _, __: {}),
)  # fmt: skip
"""In the order in which a page asks for them and tells of them."""
BY_NAME = {rule.name: rule for rule in RULES}


def of_films(most: int, lang: str) -> str:
    return t(lang, "eligibility.films", n=most)


def setting_of(rule: EntryRule, terms: SectionTerms) -> RuleSetting:
    """What a section says of a rule; of its length every section says that it is refused."""
    return terms.rules.get(rule.name) or RuleSetting(weight=rule.weight)


def is_asked(rule: EntryRule, setting: RuleSetting) -> bool:
    """A rule without the value that it needs asks nothing."""
    return setting.weight is not RuleWeight.OFF and (not rule.kind or bool(setting.value))


def findings(film: Candidate, terms: SectionTerms) -> list[Ineligibility]:
    """Every rule of the section that the film breaks, refusals and remarks, in their order."""
    found = []
    for rule in RULES:
        setting = setting_of(rule, terms)
        if is_asked(rule, setting) and rule.breaks(film, terms, setting.value):
            found.append(
                Ineligibility(
                    rule.name,
                    f"{rule.field}:{rule.code}",
                    setting.weight is RuleWeight.REFUSED,
                    rule.told(setting.value, terms),
                )
            )
    return found


def refusals(film: Candidate, terms: SectionTerms) -> list[Ineligibility]:
    return [finding for finding in findings(film, terms) if finding.is_refused]


def fitting(films: Mapping[str, Candidate], sections: Iterable[SectionTerms]) -> list[str]:
    """The letters of open sections that would take it; `films` is it as each section counts it."""
    return [
        terms.letter
        for terms in sections
        if terms.is_open and not refusals(films[terms.letter], terms)
    ]


def wrong_settings(rules: Mapping[str, RuleSetting]) -> list[str]:
    """`field:code` of settings that no film could be held against, each under its rule's own field."""
    wrong = []
    for name, setting in rules.items():
        rule = BY_NAME.get(name)
        if rule is None:
            wrong.append("rules:section_rule_unknown")
        elif setting.weight is not RuleWeight.OFF and rule.kind and not setting.value:
            wrong.append(f"{field_of(name)}:rule_without_value")
        elif setting.value is not None and not fits(rule, setting.value):
            wrong.append(f"{field_of(name)}:rule_value_unfit")
    return wrong


def field_of(rule: str) -> str:
    """How the form calls the value of a rule."""
    return f"rule_{rule}"


def fits(rule: EntryRule, value: int | list[str] | str) -> bool:
    """Whether a rule's value is of its kind."""
    if rule.kind == "number":
        return isinstance(value, int) and (rule.name != "year" or value >= 1888)
    if rule.kind == "tier":
        return value in TIERS
    return rule.kind in {"countries", "languages"} and isinstance(value, list)
