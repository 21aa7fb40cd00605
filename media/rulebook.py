"""The technical rules as people set them: by group, each with its limits, their bounds, and how heavy it
may weigh. Words stand in the locale under `rule.<CODE>`. Pure.

A limit is called by its path in a policy: `height.least`, `most_size.0`. A rule's level is called
`level.<CODE>`. What somebody set is kept as the difference from the rules below (`different`).
"""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from media.policy import Policy, Severity

RuleLevel = Literal["reject", "warn", "off", "usual"]
LEVELS: tuple[RuleLevel, ...] = ("usual", "reject", "warn", "off")
REFUSED, REMARKED = ("reject",), ("warn",)
BOTH = ("reject", "warn")


class Measure(msgspec.Struct, frozen=True):
    """One number. `least` and `most` bound it as the policy keeps it; people read it `times` as much,
    in `unit`. `says` is what kind of limit it is.
    """

    path: str
    says: str
    unit: str
    least: float
    most: float
    times: float = 1
    is_whole: bool = False
    may_be_empty: bool = False

    def shown(self, policy: Policy) -> float | None:
        value = read(policy, self.path)
        return None if value is None else tidy(value * self.times)

    def kept(self, shown: float) -> float:
        """What a person typed, as the policy keeps it."""
        value = round(shown / self.times, 0 if self.times < 1 else 9)
        return int(value) if value == int(value) else value

    @property
    def bounds(self) -> tuple[float, float]:
        """As people read them."""
        return tidy(self.least * self.times), tidy(self.most * self.times)


class Pick(msgspec.Struct, frozen=True):
    """Which of these are taken. `is_graded`: each is accepted, remarked on, or refused."""

    path: str
    values: tuple[str | int, ...]
    is_graded: bool = False

    def taken(self, policy: Policy) -> tuple[str, ...]:
        return tuple(map(str, read(policy, f"{self.path}.accept" if self.is_nested else self.path)))

    def remarked(self, policy: Policy) -> tuple[str, ...]:
        return tuple(map(str, read(policy, f"{self.path}.warn"))) if self.is_graded else ()

    @property
    def is_nested(self) -> bool:
        """Whether the policy keeps what is accepted beside what is remarked on."""
        return self.path in {"containers", "codecs", "rates"}


class TechnicalRule(msgspec.Struct, frozen=True):
    """One code, how it weighs by itself, and its limits. `is_fixed`: it holds whatever anybody wishes,
    because without it nothing could be believed or watched. `is_told`: makers read it before they send.
    """

    code: str
    usual: tuple[str, ...]
    limits: tuple[Measure | Pick, ...] = ()
    is_fixed: bool = False
    is_told: bool = True

    @property
    def level_path(self) -> str:
        return f"level.{self.code}"


def tidy(value: float) -> float:
    """Without the dust of binary fractions; whole where it is whole."""
    value = round(value, 6)
    return int(value) if value == int(value) else value


def fixed(code: str) -> TechnicalRule:
    return TechnicalRule(code, REFUSED, is_fixed=True, is_told=False)


def noted(code: str, *limits: Measure | Pick) -> TechnicalRule:
    """A remark that a maker reads when it concerns them, and not before."""
    return TechnicalRule(code, REMARKED, limits, is_told=False)


def seconds(path: str, says: str, least: float, most: float, **more: Any) -> Measure:
    return Measure(path, says, "second", least, most, **more)


def share(path: str, says: str, least: float = 0, most: float = 1) -> Measure:
    return Measure(path, says, "percent", least, most, times=100)


CONTAINERS = ("mov", "mp4", "mkv", "mxf", "mpegts", "avi", "mpeg")
CODECS = (
    "prores", "dnxhd", "ffv1", "jpeg2000", "h264", "hevc", "av1", "vp9", "vp8", "mpeg2video",
    "mpeg1video", "mpeg4", "mjpeg", "cfhd", "qtrle", "theora", "v210", "rawvideo",
)  # fmt: skip
RATES = ("24000/1001", 24, 25, "30000/1001", 30, 48, 50, "60000/1001", 60)
SOUND_CODECS = (
    "aac", "ac3", "eac3", "flac", "alac", "opus", "vorbis", "mp3", "mp2", "dts", "truehd",
)  # fmt: skip
SOUND_RATES = (32000, 44100, 48000, 88200, 96000, 192000)
TEXTS = ("subrip", "webvtt", "mov_text", "text", "ass", "ssa")

GROUPS: dict[str, tuple[TechnicalRule, ...]] = {
    "container": (
        TechnicalRule("CONTAINER_NOT_ALLOWED", BOTH, (Pick("containers", CONTAINERS, is_graded=True),),
             is_fixed=True),
        noted("EXTENSION_MISMATCH"),
        TechnicalRule("CONTENT_TRUNCATED", REFUSED),
        TechnicalRule("CONTENT_ENCRYPTED", REFUSED, is_fixed=True),
        TechnicalRule("STREAM_COUNT", BOTH, (Measure("most_streams", "most", "track", 2, 64, is_whole=True),),
             is_fixed=True, is_told=False),
        noted("CONTAINER_DAMAGED"), noted("CONTAINER_TRAILING_DATA"), noted("CONTAINER_FRAGMENTED"),
        noted("TRACK_UNREADABLE"), noted("TRACK_EMPTY"), noted("DATA_TRACKS"),
        fixed("FILE_EMPTY"), fixed("CONTAINER_UNREADABLE"), fixed("HOSTILE_REFERENCE"),
        fixed("SAMPLE_TABLE_ABSURD"), fixed("TIMESTAMP_RESTART"),
    ),
    "picture": (
        TechnicalRule("VIDEO_CODEC", REFUSED, (Pick("codecs", CODECS),)),
        TechnicalRule("VIDEO_RES_LOW", BOTH, (
            Measure("height.least", "least", "line", 16, 4320, is_whole=True),
            Measure("height.recommended", "wished", "line", 16, 4320, is_whole=True),
        )),
        TechnicalRule("VIDEO_RES_HIGH", REMARKED, (
            Measure("most_size.0", "wide", "pixel", 640, 8192, is_whole=True),
            Measure("most_size.1", "high", "pixel", 360, 8192, is_whole=True),
        )),
        TechnicalRule("VIDEO_ASPECT", REMARKED, (
            Measure("aspect.least", "least", "ratio", 0.4, 4),
            Measure("aspect.most", "most", "ratio", 0.4, 4),
        )),
        TechnicalRule("VIDEO_NON_SQUARE_PIXELS", REMARKED),
        TechnicalRule("VIDEO_FRAME_RATE", BOTH, (Pick("rates", RATES, is_graded=True),)),
        TechnicalRule("VIDEO_VFR", REMARKED),
        TechnicalRule("VIDEO_INTERLACED", REMARKED, (share("combed_share", "most", 0, 0.9),)),
        TechnicalRule("VIDEO_TELECINE", REMARKED),
        TechnicalRule("VIDEO_BITRATE_LOW", REMARKED, (
            Measure("bitrate.least", "least", "megabit", 0, 200_000_000, times=1e-6),
            Measure("bitrate.lines", "from", "line", 144, 4320, is_whole=True),
        )),
        TechnicalRule("VIDEO_BURNED_BARS", REMARKED, (share("bars.most", "most", 0, 0.5),)),
        TechnicalRule("VIDEO_ALL_BLACK", REFUSED, (share("black.all", "from", 0.5, 1),)),
        TechnicalRule("VIDEO_BLACK", REMARKED, (seconds("black.inside", "longer", 1, 600),)),
        TechnicalRule("VIDEO_FREEZE", REMARKED, (seconds("freeze.inside", "longer", 2, 600),)),
        TechnicalRule("PSE_RISK", REMARKED, (seconds("flash.least", "from", 0.5, 60),)),
        TechnicalRule("DECODE_ERRORS", REFUSED, (share("decode_errors.most_share", "most", 0, 0.2),)),
        noted("COLOUR_UNTAGGED"), TechnicalRule("COLOUR_HDR", REMARKED), noted("COLOUR_WIDE"),
        noted("COLOUR_FULL_RANGE"), noted("COLOUR_TAGS_INCONSISTENT"),
        TechnicalRule("COLOUR_UNSUPPORTED", REFUSED), noted("VIDEO_SPHERICAL"),
        fixed("VIDEO_MISSING"), fixed("VIDEO_UNDECODABLE"), fixed("COPY_IMPOSSIBLE"),
        fixed("DIMENSIONS_TOO_LARGE"),
    ),
    "sound": (
        TechnicalRule("AUDIO_MISSING", REFUSED),
        TechnicalRule("AUDIO_CODEC", REMARKED, (Pick("sound.codecs", SOUND_CODECS),)),
        TechnicalRule("AUDIO_SAMPLE_RATE", REMARKED, (Pick("sound.rates", SOUND_RATES),)),
        TechnicalRule("LOUDNESS_LOW", REMARKED, (Measure("sound.loudness.low", "below", "lufs", -70, 0),)),
        TechnicalRule("LOUDNESS_HIGH", REMARKED, (Measure("sound.loudness.high", "above", "lufs", -70, 0),)),
        TechnicalRule("TRUE_PEAK_OVER", REMARKED, (Measure("sound.true_peak", "above", "dbtp", -20, 6),)),
        TechnicalRule("AUDIO_ALL_SILENT", REFUSED, (Measure("sound.all_silent", "below", "lufs", -100, -40),)),
        TechnicalRule("AUDIO_SILENCE", REMARKED, (seconds("sound.silence", "longer", 2, 3600),)),
        TechnicalRule("AUDIO_MONO", REMARKED),
        TechnicalRule(
            "AUDIO_CHANNEL_SILENT", REMARKED, (Measure("sound.dead_channel", "below", "decibel", -120, -40),)
        ),
        noted("AUDIO_OUT_OF_PHASE", Measure("sound.phase", "below", "none", -1, 1)),
        TechnicalRule("AUDIO_DAMAGED", BOTH, (Measure("decode_errors.few", "most", "packet", 0, 1000, is_whole=True),),
             is_told=False),
        noted("AUDIO_TRACK_SILENT"), noted("AUDIO_MONO_TRACKS"), noted("AUDIO_MULTIPLE_TRACKS"),
        noted("AUDIO_TOO_SHORT"),
    ),
    "time": (
        TechnicalRule("DURATION_SHORT", REFUSED, (seconds("duration.least", "least", 0, 86400),)),
        TechnicalRule("DURATION_LONG", REFUSED, (seconds("duration.most", "most", 1, 86400),)),
        TechnicalRule("DURATION_UNLIKE_DECLARED", REMARKED,
             (seconds("duration.unlike_declared", "beyond", 0, 3600, may_be_empty=True),)),
        TechnicalRule("AV_START_OFFSET", REMARKED, (seconds("sound.start_offset", "beyond", 0, 60),)),
        TechnicalRule("AV_DURATION_MISMATCH", REMARKED, (seconds("sound.end_offset", "beyond", 0, 600),)),
        noted("VIDEO_HOLE", seconds("holes.picture", "longer", 0.25, 600)),
        noted("AUDIO_HOLE", seconds("holes.sound", "longer", 0.05, 600)),
        TechnicalRule("TIMESTAMP_GAP", REFUSED,
             (seconds("longest_gap", "longer", 1, 3600), share("holes.share", "beyond", 0.05, 1)), is_told=False),
    ),
    "subtitle": (
        noted("SUBTITLE_SOFT"),
        TechnicalRule("SUBTITLE_UNREADABLE", REMARKED, (Pick("texts.readable", TEXTS),)),
        TechnicalRule("SUBTITLE_LANGUAGE_MISSING", REMARKED),
        TechnicalRule("SUBTITLE_PAST_END", REMARKED, (seconds("texts.past_end", "beyond", 0, 600),)),
    ),
}  # fmt: skip
"""What is judged of a film's file, in the order in which people read it."""

RULES = {rule.code: rule for rules in GROUPS.values() for rule in rules}
FOLLOWS = {"CONTAINER_UNUSUAL": "CONTAINER_NOT_ALLOWED"}
"""Codes without a rule of their own: grading the containers says it all."""
ORDERED = (
    ("duration.least", "duration.most"), ("height.least", "height.recommended"),
    ("aspect.least", "aspect.most"), ("sound.loudness.low", "sound.loudness.high"),
)  # fmt: skip
"""Of two limits the first may not be beyond the second."""


def limits() -> Iterator[Measure | Pick]:
    return (limit for rule in RULES.values() for limit in rule.limits)


def read(policy: Policy, path: str) -> Any:
    value: Any = policy
    for part in path.split("."):
        value = value[int(part)] if part.isdecimal() else getattr(value, part)
    return value


def level_of(policy: Policy, rule: TechnicalRule) -> RuleLevel:
    """What was set for the rule; `usual` where nothing was."""
    set_to = policy.severities.get(rule.code, "usual")
    return "usual" if rule.is_fixed or set_to == "quarantine" else set_to


def weighs(policy: Policy, rule: TechnicalRule) -> tuple[str, ...]:
    """How the rule weighs: `reject`, `warn`, both (two limits, or by degree), or nothing at all."""
    level = level_of(policy, rule)
    return rule.usual if level == "usual" else () if level == "off" else (level,)


def refuses(policy: Policy, code: str) -> bool:
    return Severity.REJECT in weighs(policy, RULES[code])


def values(policy: Policy) -> dict[str, Any]:
    """Every limit and level by its name, as people read them: lists of what is taken, with
    `<path>.warn` for what is remarked on.
    """
    told: dict[str, Any] = {}
    for limit in limits():
        if isinstance(limit, Measure):
            told[limit.path] = limit.shown(policy)
        else:
            told[limit.path] = limit.taken(policy)
            if limit.is_graded:
                told[f"{limit.path}.warn"] = limit.remarked(policy)
    return told | {
        rule.level_path: level_of(policy, rule) for rule in RULES.values() if not rule.is_fixed
    }


class WrongValue(msgspec.Struct, frozen=True):
    """A value that cannot be: where, why (a code of `error.`), and what would do."""

    at: str
    code: str
    values: dict[str, Any] = {}


def rules_of(given: dict[str, Any], below: Policy) -> tuple[dict[str, Any], list[WrongValue]]:
    """What was set (values by name, as in `values`) as rules over the policy below, and what is wrong.

    What is not named stays as it is below. Numbers may come as words, with a point or a comma.
    """
    whole: dict[str, Any] = msgspec.to_builtins(below)
    before: dict[str, Any] = msgspec.to_builtins(below)
    known = {limit.path: limit for limit in limits()}
    faults = []
    for name, value in given.items():
        limit = known.get(name.removesuffix(".warn"))
        if name.startswith("level."):
            faults += set_level(whole, name, value)
        elif isinstance(limit, Measure) and name == limit.path:
            faults += set_measure(whole, limit, value)
        elif isinstance(limit, Pick) and (name == limit.path or limit.is_graded):
            faults += set_pick(whole, limit, value, is_remark=name != limit.path)
        else:
            faults.append(WrongValue(name[:64], "rule_unknown"))
    faults = faults or out_of_order(whole)
    own = different(before, whole)
    if not faults:
        msgspec.convert(whole, Policy)
    return own, faults


def set_level(whole: dict[str, Any], name: str, value: Any) -> list[WrongValue]:
    rule = RULES.get(name.removeprefix("level."))
    if rule is None:
        return [WrongValue(name[:64], "rule_unknown")]
    if rule.is_fixed:
        return [] if value == "usual" else [WrongValue(name, "rule_fixed")]
    if value not in LEVELS:
        return [WrongValue(name, "rule_level", {"known": ", ".join(LEVELS)})]
    if value == "usual" and rule.code not in whole["severities"]:
        return []
    whole["severities"][rule.code] = value
    return []


def set_measure(whole: dict[str, Any], limit: Measure, value: Any) -> list[WrongValue]:
    least, most = limit.bounds
    wrong = WrongValue(limit.path, "rule_beyond", {"least": least, "most": most})
    if value is None or value == "":
        if not limit.may_be_empty:
            return [wrong]
        put(whole, limit.path, None)
        return []
    number = number_of(value)
    if number is None or not least <= number <= most:
        return [wrong]
    if limit.is_whole and number != int(number):
        return [WrongValue(limit.path, "rule_broken", {"least": least, "most": most})]
    put(whole, limit.path, limit.kept(number))
    return []


def number_of(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(
            value.replace(",", ".").replace("\u2212", "-") if isinstance(value, str) else value
        )
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 1e12 else None  # neither a NaN nor anything endless


def set_pick(
    whole: dict[str, Any], limit: Pick, value: Any, *, is_remark: bool
) -> list[WrongValue]:
    """The values taken, in the order in which they are offered; one must be."""
    path = (
        f"{limit.path}.warn"
        if is_remark
        else f"{limit.path}.accept"
        if limit.is_nested
        else limit.path
    )
    at = f"{limit.path}.warn" if is_remark else limit.path
    offered = offered_by(limit, find(whole, path))
    if not isinstance(value, list | tuple) or set(map(str, value)) - set(offered):
        return [WrongValue(at, "rule_choice", {"known": ", ".join(offered)})]
    chosen = [one for text, one in offered.items() if text in set(map(str, value))]
    if not chosen and not is_remark:
        return [WrongValue(at, "rule_none_taken", {"known": ", ".join(offered)})]
    if {str(one) for one in chosen} != {str(one) for one in find(whole, path)}:
        put(whole, path, chosen)
    return []


def offered_by(limit: Pick, standing: Any) -> dict[str, str | int]:
    """What may be taken: what is known here, and whatever the rules below name beside it."""
    return {str(one): one for one in (*limit.values, *standing)}


def out_of_order(whole: dict[str, Any]) -> list[WrongValue]:
    known = {limit.path: limit for limit in limits() if isinstance(limit, Measure)}
    return [
        WrongValue(high, "rule_out_of_order", {"other": tidy(find(whole, low) * known[low].times)})
        for low, high in ORDERED
        if find(whole, low) > find(whole, high)
    ]


def find(whole: Any, path: str) -> Any:
    for part in path.split("."):
        whole = whole[int(part) if part.isdecimal() else part]
    return whole


def put(whole: dict[str, Any], path: str, value: Any) -> None:
    """Lists are made anew: nothing that was read is written into."""
    first, _, rest = path.rpartition(".")
    if rest.isdecimal():
        numbers = list(find(whole, first))
        numbers[int(rest)] = value
        return put(whole, first, numbers)
    holder = find(whole, first) if first else whole
    holder[rest] = value
    return None


def different(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """What `above` says otherwise; laid over `below` (`policy.merged`) it gives `above` again."""
    own: dict[str, Any] = {}
    for name, value in above.items():
        old = below.get(name)
        if isinstance(value, dict) and isinstance(old, dict):
            if inner := different(old, value):
                own[name] = inner
        elif name not in below or not is_same(old, value):
            own[name] = value
    return own


def is_same(old: Any, value: Any) -> bool:
    if isinstance(old, list | tuple) and isinstance(value, list | tuple):
        return list(old) == list(value)
    return bool(old == value)


def changes(before: Policy, after: Policy) -> dict[str, list[Any]]:
    """Name of a limit or a level → what it was and what it is, as people read them."""
    old, new = values(before), values(after)
    return {
        name: [list(old[name]) if isinstance(old[name], tuple) else old[name],
               list(value) if isinstance(value, tuple) else value]
        for name, value in new.items()
        if old[name] != value
    }  # fmt: skip
