"""The technical rules in words: what a file must be, how heavy it weighs, and the fields that change it."""

from collections.abc import Iterator
from typing import Any

import msgspec

from api.pages._report import decimals
from festival.language import decimal, has_words, listed, number, t
from media import rulebook
from media.exporting import Export, exports
from media.policy import Policy, seconds
from media.rulebook import GROUPS, LEVELS, Measure, Pick, TechnicalRule

NAMES = {
    "prores": "ProRes", "dnxhd": "DNxHD", "jpeg2000": "JPEG 2000", "h264": "H.264", "hevc": "HEVC",
    "mpeg2video": "MPEG-2", "mpeg1video": "MPEG-1", "mpeg4": "MPEG-4", "mjpeg": "MJPEG", "cfhd": "CineForm",
    "theora": "Theora", "rawvideo": "YUV", "qtrle": "QuickTime RLE", "opus": "Opus", "vorbis": "Vorbis",
    "eac3": "E-AC-3", "ac3": "AC-3", "truehd": "TrueHD", "mpegts": "MPEG-TS", "mpeg": "MPEG-PS",
    "subrip": "SubRip", "webvtt": "WebVTT", "mov_text": "MP4", "text": "QuickTime text", "v210": "v210",
}  # fmt: skip
RATES = {"24000/1001": 23.976, "30000/1001": 29.97, "60000/1001": 59.94}
LONG = 120  # seconds, from which on they are read as hours and minutes
GRADES = ("accept", "warn", "no")


def one_name(lang: str, path: str, value: str) -> str:
    """One of several that may be taken, as people call it."""
    if path == "rates":
        return decimal(lang, RATES.get(value) or float(value))
    if path == "sound.rates":
        return decimal(lang, int(value) / 1000)
    return NAMES.get(value, value.upper())


def shown(lang: str, limit: Measure, value: float | None) -> str:
    """A limit inside a sentence: seconds bring their unit, all others stand beside it."""
    if value is None:
        return "–"
    if limit.unit == "second":
        return decimals(lang, seconds(value)) if value >= LONG else f"{decimal(lang, value)}\u00a0s"
    if limit.is_whole and value >= 10000:
        return number(lang, value)
    return decimals(lang, f"{value:g}")


def taken_in_words(lang: str, path: str, values: tuple[str, ...]) -> str:
    if not values:
        return t(lang, "rule.nothing")
    return ", ".join(one_name(lang, path, value) for value in values)


def values_of(lang: str, policy: Policy, rule: TechnicalRule) -> Iterator[tuple[str, str]]:
    for limit in rule.limits:
        name = limit.path.replace(".", "_")
        if isinstance(limit, Measure):
            yield name, shown(lang, limit, limit.shown(policy))
        else:
            yield name, taken_in_words(lang, limit.path, limit.taken(policy))
            yield f"{name}_warn", taken_in_words(lang, limit.path, limit.remarked(policy))


def sentence(lang: str, policy: Policy, rule: TechnicalRule) -> str:
    """What a film must be by this rule."""
    values = dict(values_of(lang, policy, rule))
    if is_idle(policy, rule):
        return t(lang, f"rule.{rule.code}.none")
    return t(lang, f"rule.{rule.code}", **values)


def is_idle(policy: Policy, rule: TechnicalRule) -> bool:
    """Whether the rule asks for nothing, because its limit was left empty."""
    return any(isinstance(one, Measure) and one.shown(policy) is None for one in rule.limits)


def weight(lang: str, weighs: tuple[str, ...]) -> str:
    """Refused, a remark, either, or nothing."""
    return t(lang, f"rule.level.{'both' if len(weighs) > 1 else weighs[0] if weighs else 'off'}")


class GroupTold(msgspec.Struct, frozen=True):
    """What a maker reads of one group before sending: what refuses a film, and what is remarked on."""

    group: str
    refused: list[str]
    remarked: list[str]


def told_before(lang: str, policy: Policy) -> list[GroupTold]:
    groups = []
    for group, rules in GROUPS.items():
        told = GroupTold(group, [], [])
        for rule in rules:
            weighs = rulebook.weighs(policy, rule)
            is_read = rule.is_told or rulebook.level_of(policy, rule) == "reject"
            if not weighs or not is_read or is_idle(policy, rule):
                continue
            place = told.refused if "reject" in weighs else told.remarked
            place.append(sentence(lang, policy, rule))
        groups.append(told)
    return groups


class ExportTold(msgspec.Struct, frozen=True):
    """How to export a film from one program: what to do there, step by step, and what to paste."""

    program: str
    lines: list[str]
    command: str


def exports_told(lang: str, policy: Policy) -> list[ExportTold]:
    return [
        ExportTold(one.program, export_lines(lang, one), one.command) for one in exports(policy)
    ]


def export_lines(lang: str, one: Export) -> list[str]:
    """The steps, and the limits of the film itself, which no setting of an export keeps."""
    said = {
        **{
            name: t(lang, f"filmmaker.export.{name}.{getattr(one, name)}")
            for name in ("codec", "container", "sound")
        },
        "hertz": number(lang, one.hertz),
        "width": one.most_size[0],
        "height": one.most_size[1],
        "rates": taken_in_words(lang, "rates", tuple(map(str, one.rates))),
        "low": decimals(lang, f"{one.loudness[0]:g}"),
        "high": decimals(lang, f"{one.loudness[1]:g}"),
    }
    keys = [f"filmmaker.export.{one.program}.{n}" for n in range(1, 4)]
    return [t(lang, key, **said) for key in (*keys, "filmmaker.export.limits") if has_words(key)]


class Option(msgspec.Struct, frozen=True):
    value: str
    words: str
    grade: str = ""
    is_on: bool = False


class LimitField(msgspec.Struct, frozen=True):
    """One field of the form, or one group of boxes."""

    path: str
    says: str
    unit: str = ""
    value: Any = ""
    least: float = 0
    most: float = 0
    is_whole: bool = False
    may_be_empty: bool = False
    options: tuple[Option, ...] = ()
    is_graded: bool = False


class RuleRow(msgspec.Struct, frozen=True):
    """One rule as its form shows it. `below` is the sentence of the rules beneath, where it differs."""

    code: str
    name: str
    words: str
    weight: str
    fields: list[LimitField]
    level: str
    levels: list[Option]
    is_fixed: bool
    is_noted: bool
    below: str = ""


def rows_of(
    lang: str, policy: Policy, below: Policy, given: dict[str, Any]
) -> list[tuple[str, list[RuleRow]]]:
    """The whole form; `given` are the values that stand in it, as they are or as they were typed."""
    own = {name.removesuffix(".warn") for name in rulebook.changes(below, policy)}
    return [
        (group, [row_of(lang, policy, below, given, rule, own) for rule in rules])
        for group, rules in GROUPS.items()
    ]


def row_of(
    lang: str,
    policy: Policy,
    below: Policy,
    given: dict[str, Any],
    rule: TechnicalRule,
    own: set[str],
) -> RuleRow:
    is_own = bool(own & {rule.level_path, *(limit.path for limit in rule.limits)})
    usual = t(lang, "rule.level.usual", what=weight(lang, rule.usual))
    return RuleRow(
        code=rule.code,
        name=t(lang, f"rule.{rule.code}.name"),
        words=sentence(lang, policy, rule),
        weight=weight(lang, rulebook.weighs(policy, rule)),
        fields=[field_of(lang, limit, given) for limit in rule.limits],
        level=str(given.get(rule.level_path, "usual")),
        levels=[
            Option(one, usual if one == "usual" else t(lang, f"rule.level.{one}"))
            for one in LEVELS
        ],
        is_fixed=rule.is_fixed,
        is_noted=not rule.is_told,
        below=before_of(lang, below, rule) if is_own else "",
    )  # fmt: skip


def before_of(lang: str, below: Policy, rule: TechnicalRule) -> str:
    return f"{sentence(lang, below, rule)} ({weight(lang, rulebook.weighs(below, rule))})"


def field_of(lang: str, limit: Measure | Pick, given: dict[str, Any]) -> LimitField:
    value = given.get(limit.path)
    if isinstance(limit, Measure):
        least, most = limit.bounds
        return LimitField(
            limit.path, t(lang, f"rule.says.{limit.says}"), unit=t(lang, f"rule.unit.{limit.unit}"),
            value="" if value is None else value, least=least, most=most, is_whole=limit.is_whole,
            may_be_empty=limit.may_be_empty,
        )  # fmt: skip
    taken = [str(one) for one in value or ()]
    warned = [str(one) for one in given.get(f"{limit.path}.warn") or ()]
    offered = dict.fromkeys((*map(str, limit.values), *taken, *warned))
    return LimitField(
        limit.path, t(lang, "rule.says.taken"), is_graded=limit.is_graded,
        options=tuple(
            Option(one, one_name(lang, limit.path, one), is_on=one in taken,
                   grade="warn" if one in warned else "accept" if one in taken else "no")
            for one in offered
        ),
    )  # fmt: skip


def called(lang: str, name: str) -> str:
    """A limit or a level as the record names it; nothing where it is none."""
    code = name.removeprefix("level.")
    if name != code and code in rulebook.RULES:
        return t(lang, "operator.rules.level_of", what=t(lang, f"rule.{code}.name"))
    for rule in rulebook.RULES.values():
        for limit in rule.limits:
            if name in {limit.path, f"{limit.path}.warn"}:
                return f"{t(lang, f'rule.{rule.code}.name')}, {says_of(lang, limit, name)}"
    return ""


def says_of(lang: str, limit: Measure | Pick, name: str) -> str:
    if isinstance(limit, Measure):
        words = t(lang, f"rule.says.{limit.says}")
        return f"{words[0].lower()}{words[1:]} ({t(lang, f'rule.unit.{limit.unit}')})"
    return t(lang, "rule.grade.warn" if name != limit.path else "rule.grade.accept")


def settings_told(lang: str, before: Policy, after: Policy) -> list[tuple[str, str, str]]:
    """(what, before, after) of everything that a draft sets otherwise."""
    return [
        (called(lang, name), value_told(lang, name, old), value_told(lang, name, new))
        for name, (old, new) in rulebook.changes(before, after).items()
    ]


def value_told(lang: str, name: str, value: Any) -> str:
    if name.startswith("level."):
        rule = rulebook.RULES[name.removeprefix("level.")]
        return weight(lang, rule.usual) if value == "usual" else t(lang, f"rule.level.{value}")
    if isinstance(value, list):
        path = name.removesuffix(".warn")
        return listed(lang, [one_name(lang, path, one) for one in value]) or "–"
    return "–" if value is None else decimals(lang, f"{value:g}")
