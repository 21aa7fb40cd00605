"""The festival's technical rules as data: facts and a policy in, a verdict with codes out. Pure."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from fractions import Fraction
from functools import cache, reduce
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from media import cadence, colour, tracks
from media.facts import Facts, HeardTracks, Interval, Picture, Sound, Text
from units.times import timecode

FOLDER = Path(__file__).parent / "policies"

CODES = (
    "FILE_EMPTY", "EXTENSION_MISMATCH", "HOSTILE_REFERENCE", "CONTAINER_NOT_ALLOWED", "CONTAINER_UNUSUAL",
    "CONTAINER_UNREADABLE", "CONTAINER_FRAGMENTED", "CONTAINER_TRAILING_DATA", "CONTAINER_DAMAGED",
    "CONTENT_TRUNCATED", "CONTENT_ENCRYPTED", "STREAM_COUNT", "SAMPLE_TABLE_ABSURD", "DIMENSIONS_TOO_LARGE",
    "TIMESTAMP_GAP", "TIMESTAMP_RESTART", "VIDEO_HOLE", "AUDIO_HOLE", "TRACK_EMPTY",
    "TRACK_UNREADABLE", "DATA_TRACKS",
    "DURATION_SHORT", "DURATION_LONG", "DURATION_UNLIKE_DECLARED", "AV_DURATION_MISMATCH",
    "AV_START_OFFSET",
    "VIDEO_MISSING", "VIDEO_CODEC", "VIDEO_RES_LOW", "VIDEO_RES_HIGH", "VIDEO_ASPECT",
    "VIDEO_NON_SQUARE_PIXELS", "VIDEO_FRAME_RATE", "VIDEO_VFR", "VIDEO_INTERLACED",
    "VIDEO_TELECINE", "VIDEO_BITRATE_LOW", "VIDEO_BURNED_BARS", "VIDEO_BLACK", "VIDEO_ALL_BLACK",
    "VIDEO_FREEZE", "VIDEO_SPHERICAL", "PSE_RISK", "DECODE_ERRORS", "VIDEO_UNDECODABLE", "COPY_IMPOSSIBLE",
    "COLOUR_UNTAGGED", "COLOUR_HDR", "COLOUR_WIDE", "COLOUR_FULL_RANGE",
    "COLOUR_TAGS_INCONSISTENT", "COLOUR_UNSUPPORTED",
    "AUDIO_MISSING", "AUDIO_CODEC", "AUDIO_SAMPLE_RATE", "AUDIO_MONO", "AUDIO_MONO_TRACKS",
    "AUDIO_MULTIPLE_TRACKS", "AUDIO_CHANNEL_SILENT", "AUDIO_ALL_SILENT", "AUDIO_SILENCE",
    "AUDIO_TRACK_SILENT", "AUDIO_TOO_SHORT", "AUDIO_DAMAGED", "AUDIO_OUT_OF_PHASE",
    "LOUDNESS_LOW", "LOUDNESS_HIGH", "TRUE_PEAK_OVER",
    "SUBTITLE_SOFT", "SUBTITLE_UNREADABLE", "SUBTITLE_PAST_END", "SUBTITLE_LANGUAGE_MISSING",
    "DCP_INCOMPLETE_VF", "DCP_HASH", "DCP_STRUCTURE", "DCP_ENCRYPTED", "DCP_NAMING",
    "ARCHIVE_ABSURD", "PACKAGE_NO_TAR",
)  # fmt: skip
FAMILIES = {
    "mp4": {"mov", "mp4"}, "mov": {"mov", "mp4"}, "m4v": {"mov", "mp4"}, "qt": {"mov", "mp4"},
    "3gp": {"mov", "mp4"}, "3g2": {"mov", "mp4"}, "mkv": {"mkv"}, "webm": {"mkv"}, "mxf": {"mxf"},
    "avi": {"avi"}, "ts": {"mpegts"}, "m2ts": {"mpegts"}, "mts": {"mpegts"}, "mpg": {"mpeg"},
    "mpeg": {"mpeg"}, "vob": {"mpeg"},
}  # fmt: skip
WIDE = ({"bt2020"}, {"bt2020nc", "bt2020c", "ictcp"})
GAMUTS = {  # transfer → the pairs of primaries and matrices that belong together under it
    "bt709": (
        ({"bt709"}, {"bt709"}),
        ({"smpte170m", "bt470bg", "bt470m"}, {"smpte170m", "bt470bg"}),  # PAL and NTSC
        ({"smpte432", "smpte431"}, {"bt709"}),  # P3
        WIDE,
    ),
    "smpte2084": (WIDE, ({"smpte432"}, {"bt2020nc", "bt709"})),
    "arib-std-b67": (WIDE,),
}
PQ_BITS = 10
SHORT_TERM = 3.0  # seconds, over which loudness is heard
NEAR = 0.1  # dB
MOST_PLACES = 100
ALWAYS = frozenset({"COPY_IMPOSSIBLE"})  # no rule can wish it away: nobody could watch the film


class Severity(StrEnum):
    QUARANTINE = "quarantine"
    REJECT = "reject"
    WARN = "warn"


LFE = 3  # number of the low-frequency effects channel in 5.1 and 7.1: L R C LFE …


class Outcome(StrEnum):
    PASSED = "sound"  # the word that rows and programs know
    REMARKS = "remarks"
    REFUSED = "refused"
    QUARANTINED = "quarantined"


class BadPolicy(Exception):
    """The YAML names a rule wrongly; the message says which."""


class Duration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    least: float
    most: float
    unlike_declared: float | None


class Accepted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    accept: tuple[str | int, ...]
    warn: tuple[str | int, ...] = ()


class Height(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    least: int
    recommended: int


class Aspect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    least: float
    most: float


class Black(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    inside: float
    all: float


class Freeze(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    inside: float


class Holes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds without a new picture, or without sound, that are remarked on.

    `share` is how much of the film its holes may take before it is no film any more.
    """

    picture: float = 1.0
    sound: float = 0.25
    share: float = 0.8


class DecodeErrors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Share of the pictures, or of the packets of the sound that is heard; `few` are a remark."""

    most_share: float
    few: int = 2


class Loudness(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    low: float
    high: float


class SoundRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    required: bool
    codecs: tuple[str, ...]
    rates: tuple[int, ...]
    loudness: Loudness
    true_peak: float
    silence: float
    all_silent: float
    dead_channel: float
    phase: float
    start_offset: float
    end_offset: float


class Bitrate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bits per second below which long-GOP pictures of `lines` and more are remarked on."""

    codecs: tuple[str, ...]
    lines: int
    least: int


class Flash(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    least: float


class Bordered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Share of the height or width that may be black border."""

    most: float


class TextRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    readable: tuple[str, ...]
    past_end: float


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`severities` makes a code weigh more or less than it does by itself, or `off`; `usual` is as it
    does by itself, where rules below say otherwise.
    """

    id: str
    version: int
    containers: Accepted
    most_streams: int
    most_bytes: int
    duration: Duration
    codecs: Accepted
    height: Height
    most_size: tuple[int, int]
    hard_most_pixels: int
    aspect: Aspect
    rates: Accepted
    combed_share: float
    longest_gap: float
    black: Black
    freeze: Freeze
    decode_errors: DecodeErrors
    bitrate: Bitrate
    flash: Flash
    bars: Bordered
    sound: SoundRules
    texts: TextRules
    holes: Holes = Holes()
    severities: dict[str, Literal["quarantine", "reject", "warn", "off", "usual"]] = {}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One broken rule; its words stand in the locale under `finding.<code>`."""

    code: str
    severity: Severity
    measured: str = ""
    limit: str = ""
    where: tuple[Interval, ...] = ()


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    policy: str = ""
    policy_version: int = 0

    @property
    def is_accepted(self) -> bool:
        return self.outcome in {Outcome.PASSED, Outcome.REMARKS}


@cache
def load(name: str, section: str = "") -> Policy:
    """The festival's policy of this name, with what it says of a section of its own (a letter)."""
    return laid_over(name, section)


def laid_over(name: str, section: str, *own: dict[str, Any]) -> Policy:
    """The policy of this name, with rules of one's own over it: each layer says only what differs from
    those below.
    """
    return parsed(dict(house(name)), section, f"{name}.yaml", *own)


def names() -> list[str]:
    """What the house's own policies are called."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


@cache
def house(name: str) -> dict[str, Any]:
    """A policy of the house as it is written, with what it extends; nobody changes what is handed out."""
    if name not in names():
        raise BadPolicy(f"no policy {name!r}; there is {', '.join(names())}")
    return _read(FOLDER / f"{name}.yaml")


def load_file(path: Path, section: str = "") -> Policy:
    """A policy from any YAML file; `BadPolicy` names the field that is wrong."""
    return parsed(_read(path), section, path.name)


def parsed(given: dict[str, Any], section: str, name: str, *own: dict[str, Any]) -> Policy:
    """The rules as data, checked field by field."""
    sections = given.pop("sections", {})
    if not isinstance(sections, dict):
        raise BadPolicy(f"{name}: sections must map letters to rules")
    rules = reduce(merged, (sections.get(section, {}), *own), given)
    try:
        policy = msgspec.convert(rules, Policy)
    except msgspec.ValidationError as error:
        raise BadPolicy(f"{name}: {error}") from error
    if unknown := sorted(set(policy.severities) - set(CODES)):
        raise BadPolicy(f"{name}: severities: no such code {unknown[0]}")
    return policy


def merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """What `above` does not name stays as `below` has it, at every depth."""
    both = dict(below)
    for key, value in above.items():
        old = both.get(key)
        both[key] = (
            merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
        )
    return both


def _read(path: Path, deep: int = 0) -> dict[str, Any]:
    try:
        own = yaml.safe_load(path.read_text())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadPolicy(f"{path.name}: {error}") from error
    if not isinstance(own, dict):
        raise BadPolicy(f"{path.name}: a policy is a list of named rules")
    below = own.pop("extends", None)
    if below is None:
        return own
    parent = FOLDER / f"{below}.yaml"
    if deep > 4 or not parent.is_file():
        raise BadPolicy(f"{path.name}: extends: no policy {below!r}")
    return merged(_read(parent, deep + 1), own)


def judge(
    facts: Facts,
    policy: Policy,
    *,
    declared_seconds: float | None = None,
    waivers: frozenset[str] = frozenset(),
) -> Verdict:
    """Every rule at once, worst first; a code in `waivers` is not held against the film."""
    waived = waivers - ALWAYS
    held = (f for f in findings(facts, policy, declared_seconds) if f.code not in waived)
    return verdict_of_findings(held, policy)


def verdict_of_findings(held: Iterable[Finding], policy: Policy) -> Verdict:
    """Each finding as heavy as this policy makes it, worst first."""
    findings = [weighed for finding in held if (weighed := weigh(finding, policy)) is not None]
    order = list(Severity)
    findings.sort(key=lambda finding: order.index(finding.severity))
    worst = findings[0].severity if findings else None
    outcome = {
        None: Outcome.PASSED,
        Severity.WARN: Outcome.REMARKS,
        Severity.REJECT: Outcome.REFUSED,
        Severity.QUARANTINE: Outcome.QUARANTINED,
    }[worst]
    return Verdict(
        outcome=outcome, findings=tuple(findings), policy=policy.id, policy_version=policy.version
    )


def weigh(finding: Finding, policy: Policy) -> Finding | None:
    severity = policy.severities.get(finding.code, "usual")
    if finding.code in ALWAYS or severity == "usual":
        return finding
    if severity == "off":
        return None
    return msgspec.structs.replace(finding, severity=Severity(severity))


def findings(facts: Facts, policy: Policy, declared: float | None) -> Iterator[Finding]:
    """A refused container says nothing more: nothing else of it can be believed."""
    if facts.refusal:
        yield refusal(facts, policy)
        return
    yield from about_file(facts, policy)
    yield from about_time(facts, policy, declared)
    if facts.picture is None or facts.picture.frames == 0:
        yield reject("VIDEO_MISSING")
    else:
        yield from about_picture(facts, facts.picture, policy)
    yield from about_sound(facts, policy)
    yield from about_texts(facts, policy)


def refusal(facts: Facts, policy: Policy) -> Finding:
    hostile = facts.refusal == "HOSTILE_REFERENCE"
    measured, limit = facts.container or "?", ""
    if facts.refusal == "STREAM_COUNT":
        measured, limit = str(facts.streams), str(policy.most_streams)
    elif facts.refusal == "DIMENSIONS_TOO_LARGE" and facts.picture:
        measured = f"{facts.picture.width} × {facts.picture.height}"
    elif facts.refusal == "CONTAINER_NOT_ALLOWED":
        limit = ", ".join(map(str, policy.containers.accept))
    return Finding(
        code=facts.refusal,
        severity=Severity.QUARANTINE if hostile else Severity.REJECT,
        measured=measured,
        limit=limit,
    )


def reject(
    code: str, measured: object = "", limit: object = "", where: tuple[Interval, ...] = ()
) -> Finding:
    return Finding(
        code=code, severity=Severity.REJECT, measured=str(measured), limit=str(limit), where=where
    )


def warn(
    code: str, measured: object = "", limit: object = "", where: tuple[Interval, ...] = ()
) -> Finding:
    return Finding(
        code=code, severity=Severity.WARN, measured=str(measured), limit=str(limit), where=where
    )


def about_file(facts: Facts, policy: Policy) -> Iterator[Finding]:
    if facts.container in policy.containers.warn:
        yield warn(
            "CONTAINER_UNUSUAL", facts.container, ", ".join(map(str, policy.containers.accept))
        )
    elif facts.container not in policy.containers.accept:
        yield reject(
            "CONTAINER_NOT_ALLOWED",
            facts.container or "?",
            ", ".join(map(str, policy.containers.accept)),
        )
    if facts.is_encrypted:
        yield reject("CONTENT_ENCRYPTED")
    if facts.is_truncated:
        where = (Interval(facts.duration, facts.duration),)
        yield reject("CONTENT_TRUNCATED", seconds(facts.duration), where=where)
    if facts.streams > policy.most_streams:
        yield reject("STREAM_COUNT", facts.streams, policy.most_streams)
    if facts.trailing_bytes > 16:
        yield warn("CONTAINER_TRAILING_DATA", facts.trailing_bytes, 0)
    if facts.torn:
        yield warn("CONTAINER_DAMAGED", facts.torn, 0)
    if facts.is_fragmented:
        yield warn("CONTAINER_FRAGMENTED")
    yield from about_tracks(facts)


def about_tracks(facts: Facts) -> Iterator[Finding]:
    """The name against the bytes, and tracks that carry no film."""
    if facts.extension and facts.container not in FAMILIES.get(facts.extension, set()):
        yield warn("EXTENSION_MISMATCH", f".{facts.extension}", facts.container)
    if facts.unknown_tracks:
        yield warn("TRACK_UNREADABLE", facts.unknown_tracks, 0)
    if facts.empty_tracks and facts.duration:
        yield warn("TRACK_EMPTY", facts.empty_tracks, 0)
    if facts.data_tracks:
        yield warn("DATA_TRACKS", facts.data_tracks, 0)


def about_time(facts: Facts, policy: Policy, declared: float | None) -> Iterator[Finding]:
    least, most = policy.duration.least, policy.duration.most
    if facts.duration < least:
        yield reject("DURATION_SHORT", *beside(facts.duration, least, seconds))
    if facts.duration > most:
        yield reject("DURATION_LONG", *beside(facts.duration, most, seconds))
    tolerance = policy.duration.unlike_declared
    if (
        tolerance is not None
        and declared is not None
        and abs(facts.duration - declared) > tolerance
    ):
        yield warn("DURATION_UNLIKE_DECLARED", *beside(facts.duration, declared, seconds))
    picture, sound = facts.picture, facts.sound
    if picture is None or sound is None or not picture.frames or sound.duration <= 0:
        return
    start = abs(sound.start - picture.start)
    if start > policy.sound.start_offset:
        where = (Interval(0.0, start),)
        yield warn("AV_START_OFFSET", *beside(start, policy.sound.start_offset, seconds), where)
    end = abs(sound.start + sound.duration - picture.start - picture.duration)
    if end > policy.sound.end_offset:
        where = (Interval(facts.duration - end, facts.duration),)
        yield warn("AV_DURATION_MISMATCH", *beside(end, policy.sound.end_offset, seconds), where)
    if long := longer(sound.holes, policy.holes.sound):
        yield warn("AUDIO_HOLE", *beside(longest(long), policy.holes.sound, seconds), long)


def longer(runs: Iterable[Interval], most: float) -> tuple[Interval, ...]:
    return tuple(run for run in runs if run.length > most)


def longest(runs: Iterable[Interval]) -> float:
    return max(run.length for run in runs)


def about_picture(facts: Facts, picture: Picture, policy: Policy) -> Iterator[Finding]:  # noqa: C901
    width, height = picture.shown_size
    if len(facts.pictures) > 1:
        yield warn("STREAM_COUNT", len(facts.pictures), 1)
    if width * height > policy.hard_most_pixels:
        yield reject("DIMENSIONS_TOO_LARGE", f"{width} × {height}")
    elif width > policy.most_size[0] or height > policy.most_size[1]:
        yield warn("VIDEO_RES_HIGH", f"{width} × {height}", "{} × {}".format(*policy.most_size))
    if picture.codec not in policy.codecs.accept:
        yield reject("VIDEO_CODEC", picture.codec, ", ".join(map(str, policy.codecs.accept)))
    lines = min(width, height)
    if lines < policy.height.least:
        yield reject("VIDEO_RES_LOW", f"{width} × {height}", policy.height.least)
    elif lines < policy.height.recommended:
        yield warn("VIDEO_RES_LOW", f"{width} × {height}", policy.height.recommended)
    if height and not policy.aspect.least <= width / height <= policy.aspect.most:
        shape, (low, high) = width / height, (policy.aspect.least, policy.aspect.most)
        ratio, _ = beside(shape, low if shape < low else high, plain, digits=2)
        yield warn("VIDEO_ASPECT", ratio, f"{low} – {high}")
    if picture.sar[0] != picture.sar[1]:
        yield warn("VIDEO_NON_SQUARE_PIXELS", f"{picture.sar[0]}:{picture.sar[1]}", "1:1")
    yield from about_cadence(picture, policy)
    yield from about_flow(picture, policy)
    yield from about_colour(picture)
    if (
        picture.codec in policy.bitrate.codecs
        and lines >= policy.bitrate.lines
        and 0 < picture.bit_rate < policy.bitrate.least
    ):
        yield warn("VIDEO_BITRATE_LOW", *beside(picture.bit_rate, policy.bitrate.least, megabits))
    if picture.is_spherical:
        yield warn("VIDEO_SPHERICAL")
    yield from about_bars(picture, policy)
    yield from about_whole(facts, picture, policy)
    yield from about_runs(facts, picture, policy)


def about_whole(facts: Facts, picture: Picture, policy: Policy) -> Iterator[Finding]:
    """Damaged pictures, and that no copy could be made of them, however few they are."""
    if facts.is_undecodable:
        yield reject("VIDEO_UNDECODABLE")
    elif facts.decode_errors / max(picture.frames, 1) > policy.decode_errors.most_share:
        yield reject("DECODE_ERRORS", facts.decode_errors, 0)
    if facts.is_uncopied:
        yield reject("COPY_IMPOSSIBLE", facts.decode_errors or "", 0)


def beside(
    value: float, limit: float, show: Callable[[float, int], str], *, digits: int = 1
) -> tuple[str, str]:
    """A measured value and the limit that it breaks, with as many digits as tell them apart."""
    exact = next((n for n in range(4) if round(limit, n) == limit), 3)
    digits = max(digits, exact)
    while digits < 9 and show(value, digits) == show(limit, digits):
        digits += 1
    return show(value, digits), show(limit, exact)


def percent(share: float, digits: int) -> str:
    """`digits` of the share itself, two of which are whole per cents."""
    return f"{share:.{max(digits - 2, 0)}%}"


def plain(value: float, digits: int) -> str:
    return f"{value:.{digits}f}"


def megabits(bits: float, digits: int) -> str:
    return f"{bits / 1e6:.{digits}f} Mbit/s"


def lufs(value: float, digits: int) -> str:
    return f"{value:.{digits}f} LUFS"


def decibels(value: float, digits: int) -> str:
    return f"{value:.{digits}f} dB"


def true_peak(value: float, digits: int) -> str:
    return f"{value:+.{digits}f} dBTP" if value else "0 dBTP"


def about_colour(picture: Picture) -> Iterator[Finding]:
    """Tags that contradict each other deceive every projector; no tags leave it to guess."""
    if picture.dolby_vision == 5:
        yield reject("COLOUR_UNSUPPORTED", picture.hdr, "bt709")
    elif picture.hdr:
        yield warn("COLOUR_HDR", picture.hdr, "bt709")
    elif is_coherent(picture) and (wide := colour.WIDE.get(colour.meant(picture).primaries)):
        yield warn("COLOUR_WIDE", wide, "bt709")
    tags = [
        tag
        for tag in (picture.primaries, picture.transfer, picture.matrix)
        if tag not in {"", "unknown", "reserved"}
    ]
    if picture.pixel_format.startswith(("rgb", "gbr", "bgr", "xyz")):
        return
    if not tags:
        read = colour.meant(picture).matrix
        yield warn("COLOUR_UNTAGGED", "", "bt601" if read == colour.BT601 else read)
    elif not is_coherent(picture):
        yield warn("COLOUR_TAGS_INCONSISTENT", " / ".join(tags))
    if picture.full_range:
        yield warn("COLOUR_FULL_RANGE")


def is_coherent(picture: Picture) -> bool:
    """Whether the tags belong together; what is not told contradicts nothing."""
    if picture.transfer == "smpte2084" and picture.pixel_format and picture.bit_depth < PQ_BITS:
        return False
    primaries, matrix = colour.told(picture.primaries), colour.told(picture.matrix)
    pairs = GAMUTS.get(picture.transfer, ())
    return not pairs or any(
        (not primaries or primaries in known_primaries) and (not matrix or matrix in known_matrices)
        for known_primaries, known_matrices in pairs
    )


def about_bars(picture: Picture, policy: Policy) -> Iterator[Finding]:
    bars = picture.bars
    if bars is None or not picture.height:
        return
    upright = (bars.top + bars.bottom) / picture.height
    across = (bars.left + bars.right) / max(picture.width, 1)
    if max(upright, across) > policy.bars.most:
        widths = (
            f"{bars.top} + {bars.bottom}" if upright >= across else f"{bars.left} + {bars.right}"
        )
        share, most = beside(max(upright, across), policy.bars.most, percent, digits=0)
        yield warn("VIDEO_BURNED_BARS", f"{widths} px ({share})", most)


def about_cadence(picture: Picture, policy: Policy) -> Iterator[Finding]:
    shown = cadence.nearest(Fraction(*picture.rate)) if picture.rate[0] else Fraction(0)
    accepted, warned = rates(policy.rates.accept), rates(policy.rates.warn)
    if picture.is_variable:
        yield warn("VIDEO_VFR", f"{float(shown):.3f}")
    elif shown in warned:
        yield warn("VIDEO_FRAME_RATE", f"{float(shown):.3f}", listed(accepted))
    elif shown not in accepted:
        yield reject("VIDEO_FRAME_RATE", f"{float(shown):.3f}", listed(accepted))
    if picture.is_telecined:
        yield warn("VIDEO_TELECINE", f"{picture.combed:.0%}", "24000/1001")
    elif picture.combed is not None and picture.combed > policy.combed_share:
        yield warn(
            "VIDEO_INTERLACED", *beside(picture.combed, policy.combed_share, percent, digits=0)
        )


def about_flow(picture: Picture, policy: Policy) -> Iterator[Finding]:
    """A hole is no fault by itself, a screen on which nothing moves is written so; none is endless."""
    holes = longer(picture.holes, policy.holes.picture)
    missing = sum(hole.length for hole in holes)
    if picture.longest_gap > policy.longest_gap:
        yield reject(
            "TIMESTAMP_GAP", *beside(picture.longest_gap, policy.longest_gap, seconds), holes
        )
    elif missing > (most := policy.holes.share * picture.duration):
        yield reject("TIMESTAMP_GAP", *beside(missing, round(most, 1), seconds), holes)
    elif holes:
        yield warn("VIDEO_HOLE", *beside(longest(holes), policy.holes.picture, seconds), holes)


def rates(given: tuple[str | int, ...]) -> list[Fraction]:
    return [Fraction(str(rate)) for rate in given]


def listed(given: list[Fraction]) -> str:
    return ", ".join(f"{float(rate):.5g}" for rate in given)


def about_runs(facts: Facts, picture: Picture, policy: Policy) -> Iterator[Finding]:
    """Only after the whole film was decoded are black and frozen pictures known."""
    blacks = facts.blacks or ()
    black = sum(run.length for run in blacks)
    if picture.duration and black / picture.duration >= policy.black.all:
        yield reject("VIDEO_ALL_BLACK", f"{black / picture.duration:.0%}", where=blacks)
    elif long := longer(blacks, policy.black.inside):
        yield warn("VIDEO_BLACK", *beside(longest(long), policy.black.inside, seconds), long)
    still = [run for run in facts.freezes or () if not is_told(run, picture.holes)]
    if long := longer(still, policy.freeze.inside):
        yield warn("VIDEO_FREEZE", *beside(longest(long), policy.freeze.inside, seconds), long)
    if long := tuple(run for run in facts.flashes or () if run.length >= policy.flash.least):
        yield warn("PSE_RISK", len(long), 0, long)


def is_told(still: Interval, holes: tuple[Interval, ...]) -> bool:
    """A picture that stands because no other comes is told as the hole that it is."""
    shared = sum(max(0.0, min(still.end, h.end) - max(still.start, h.start)) for h in holes)
    return shared > 0.8 * still.length


def about_sound(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """What will be heard is measured; the other tracks are named."""
    rules, sound = policy.sound, facts.sound
    if sound is None or not any(track.duration > 0 for track in facts.sounds):
        if rules.required:
            yield reject("AUDIO_MISSING")
        return
    if is_all_silent(sound, rules):
        level = sound.loudness if sound.loudness is not None else -120.0
        yield reject("AUDIO_ALL_SILENT", *beside(level, rules.all_silent, lufs))
        return
    if sound.loudness is None and 0 < sound.duration < tracks.MEASURABLE:
        yield warn("AUDIO_TOO_SHORT", *beside(sound.duration, tracks.MEASURABLE, seconds))
    yield from about_damage(facts, policy)
    yield from about_level(facts, sound, rules)
    yield from about_choice(facts)
    yield from about_channels(sound, rules, is_joined=len(chosen(facts).tracks) > 1)
    if sound.codec and not sound.codec.startswith("pcm_") and sound.codec not in rules.codecs:
        yield warn("AUDIO_CODEC", sound.codec, ", ".join(rules.codecs))
    if sound.sample_rate not in rules.rates:
        yield warn("AUDIO_SAMPLE_RATE", sound.sample_rate, ", ".join(map(str, rules.rates)))


def is_all_silent(sound: Sound, rules: SoundRules) -> bool:
    """Below the meter's gate; where it was too short for the meter, without a level on any side."""
    if sound.loudness is not None:
        return sound.loudness <= rules.all_silent
    return bool(sound.levels) and max(sound.levels) < rules.dead_channel


def about_damage(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Broken packets of what is heard refuse a film; of another track, or very few, they are told."""
    played = chosen(facts).tracks
    broken = [number for number, track in enumerate(facts.sounds) if track.damaged]
    if not broken:
        return
    rules = policy.decode_errors
    is_heard = any(
        facts.sounds[n].damaged > max(rules.few, rules.most_share * facts.sounds[n].packets)
        for n in broken
        if n in played
    )
    make = reject if is_heard else warn
    yield make("AUDIO_DAMAGED", sum(facts.sounds[n].damaged for n in broken), numbered(broken))


def chosen(facts: Facts) -> HeardTracks:
    return facts.heard or tracks.heard(facts.sounds) or HeardTracks((0,))


def numbered(places: Iterable[int]) -> str:
    """Tracks as people count them: from one."""
    return " + ".join(str(place + 1) for place in places)


def about_choice(facts: Facts) -> Iterator[Finding]:
    """Where there are several tracks, which of them the copy plays."""
    played = chosen(facts)
    silent = [n for n, track in enumerate(facts.sounds) if tracks.is_silent(track)]
    if silent:
        yield warn("AUDIO_TRACK_SILENT", numbered(silent), numbered(played.tracks))
    elif len(played.tracks) > 1:
        yield warn("AUDIO_MONO_TRACKS", len(facts.sounds), numbered(played.tracks))
    elif len(facts.sounds) > 1:
        yield warn("AUDIO_MULTIPLE_TRACKS", len(facts.sounds), numbered(played.tracks))


def about_channels(sound: Sound, rules: SoundRules, *, is_joined: bool) -> Iterator[Finding]:
    """How many sides are heard, and whether each of them is."""
    if sound.channels == 1 and not is_joined:
        yield warn("AUDIO_MONO", 1, 2)
    dead = [value for value in non_lfe_levels(sound) if value < rules.dead_channel]
    if sound.channels > 1 and dead:
        yield warn("AUDIO_CHANNEL_SILENT", *beside(min(dead), rules.dead_channel, decibels))
    if sound.phase is not None and sound.phase < rules.phase:
        yield warn("AUDIO_OUT_OF_PHASE", *beside(sound.phase, rules.phase, signed, digits=2))


def signed(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}"


def non_lfe_levels(sound: Sound) -> list[float]:
    """Levels of the channels that should be heard: the LFE channel of 5.1 and 7.1 may be silent."""
    lfe = LFE if "5.1" in sound.layout or "7.1" in sound.layout else None
    return [level for channel, level in enumerate(sound.levels) if channel != lfe]


def about_level(facts: Facts, sound: Sound, rules: SoundRules) -> Iterator[Finding]:
    loudness = sound.loudness
    if loudness is not None and loudness < rules.loudness.low:
        yield warn("LOUDNESS_LOW", *beside(loudness, rules.loudness.low, lufs))
    if loudness is not None and loudness > rules.loudness.high:
        where = loudest(facts.curve)
        yield warn("LOUDNESS_HIGH", *beside(loudness, rules.loudness.high, lufs), where)
    if sound.true_peak is not None and sound.true_peak > rules.true_peak:
        where = clipped(facts.peaks, rules.true_peak)
        yield warn("TRUE_PEAK_OVER", *beside(sound.true_peak, rules.true_peak, true_peak), where)
    if long := longer(facts.silences, rules.silence):
        yield warn("AUDIO_SILENCE", *beside(longest(long), rules.silence, seconds), long)


def loudest(curve: tuple[float, ...]) -> tuple[Interval, ...]:
    """The three seconds that are the loudest: each figure of the curve looks back so far."""
    if not curve:
        return ()
    at = float(max(range(len(curve)), key=curve.__getitem__))
    return (Interval(max(at - SHORT_TERM, 0.0), max(at, 1.0)),)


def clipped(peaks: tuple[float, ...], most: float) -> tuple[Interval, ...]:
    """Where a sample reaches the limit; a true peak between samples is near the highest of them."""
    if not peaks:
        return ()
    reached = min(most, max(peaks)) - NEAR
    runs: list[Interval] = []
    for second in (n for n, peak in enumerate(peaks) if peak >= reached):
        if runs and runs[-1].end == second:
            runs[-1] = Interval(runs[-1].start, second + 1.0)
        else:
            runs.append(Interval(float(second), second + 1.0))
    return tuple(runs[:MOST_PLACES])


def seconds(value: float, digits: int = 0) -> str:
    """`1:44:07`, `2:05`, `3.2 s` below a minute; `digits` more where a limit is that near."""
    if value < 60:
        return f"{value:.{max(digits, 1)}f} s"
    digits = max(digits - 1, 0)
    return timecode(round(value, digits), digits)


def about_texts(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Subtitles inside the file: the committee's copy shows them only when we can read them."""
    if not facts.texts:
        return
    yield warn("SUBTITLE_SOFT", len(facts.texts), 0)
    unread = [text for text in facts.texts if text.codec not in policy.texts.readable]
    if unread:
        yield warn("SUBTITLE_UNREADABLE", ", ".join(text.codec or "?" for text in unread))
    if any(not text.language for text in facts.texts):
        yield warn("SUBTITLE_LANGUAGE_MISSING")
    late: list[Text] = [t for t in facts.texts if t.end > facts.duration + policy.texts.past_end]
    if late:
        last = max(text.end for text in late)
        where = (Interval(facts.duration, last),)
        yield warn("SUBTITLE_PAST_END", *beside(last, round(facts.duration, 1), seconds), where)
