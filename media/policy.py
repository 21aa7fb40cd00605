"""The festival's technical rules as data: facts and a policy in, a verdict with codes out. Pure."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from media.facts import Facts, Picture, Run, Sound, Text

FOLDER = Path(__file__).parent / "policies"

CODES = (
    "FILE_EMPTY", "EXTENSION_MISMATCH", "HOSTILE_REFERENCE", "CONTAINER_NOT_ALLOWED",
    "CONTAINER_UNREADABLE", "CONTAINER_FRAGMENTED", "CONTAINER_TRAILING_DATA", "CONTENT_TRUNCATED",
    "CONTENT_ENCRYPTED", "STREAM_COUNT", "SAMPLE_TABLE_ABSURD", "DIMENSIONS_TOO_LARGE",
    "TIMESTAMP_GAP", "TRACK_EMPTY", "TRACK_UNREADABLE", "DATA_TRACKS",
    "DURATION_SHORT", "DURATION_LONG", "DURATION_UNLIKE_DECLARED", "AV_DURATION_MISMATCH",
    "AV_START_OFFSET",
    "VIDEO_MISSING", "VIDEO_CODEC", "VIDEO_RES_LOW", "VIDEO_RES_HIGH", "VIDEO_ASPECT",
    "VIDEO_NON_SQUARE_PIXELS", "VIDEO_FRAME_RATE", "VIDEO_VFR", "VIDEO_INTERLACED",
    "VIDEO_TELECINE", "VIDEO_BITRATE_LOW", "VIDEO_BURNED_BARS", "VIDEO_BLACK", "VIDEO_ALL_BLACK",
    "VIDEO_FREEZE", "VIDEO_SPHERICAL", "PSE_RISK", "DECODE_ERRORS",
    "COLOUR_UNTAGGED", "COLOUR_HDR", "COLOUR_FULL_RANGE", "COLOUR_TAGS_INCONSISTENT",
    "COLOUR_UNSUPPORTED",
    "AUDIO_MISSING", "AUDIO_CODEC", "AUDIO_SAMPLE_RATE", "AUDIO_MONO", "AUDIO_MONO_TRACKS",
    "AUDIO_MULTIPLE_TRACKS", "AUDIO_CHANNEL_SILENT", "AUDIO_ALL_SILENT", "AUDIO_SILENCE",
    "AUDIO_OUT_OF_PHASE", "LOUDNESS_LOW", "LOUDNESS_HIGH", "TRUE_PEAK_OVER",
    "SUBTITLE_SOFT", "SUBTITLE_UNREADABLE", "SUBTITLE_PAST_END", "SUBTITLE_LANGUAGE_MISSING",
    "DCP_INCOMPLETE_VF", "DCP_HASH", "DCP_STRUCTURE", "DCP_ENCRYPTED", "DCP_NAMING",
    "ARCHIVE_ABSURD",
)  # fmt: skip
FAMILIES = {
    "mp4": {"mov", "mp4"}, "mov": {"mov", "mp4"}, "m4v": {"mov", "mp4"}, "qt": {"mov", "mp4"},
    "3gp": {"mov", "mp4"}, "3g2": {"mov", "mp4"}, "mkv": {"mkv"}, "webm": {"mkv"}, "mxf": {"mxf"},
    "avi": {"avi"}, "ts": {"mpegts"}, "m2ts": {"mpegts"}, "mts": {"mpegts"}, "mpg": {"mpeg"},
    "mpeg": {"mpeg"}, "vob": {"mpeg"},
}  # fmt: skip
GAMUTS = {  # transfer → the primaries and matrices that belong to it
    "bt709": ({"bt709"}, {"bt709"}),
    "smpte2084": ({"bt2020", "smpte432"}, {"bt2020nc", "bt2020c", "ictcp"}),
    "arib-std-b67": ({"bt2020"}, {"bt2020nc", "bt2020c"}),
}


class Severity(StrEnum):
    QUARANTINE = "quarantine"
    REJECT = "reject"
    WARN = "warn"


class Outcome(StrEnum):
    SOUND = "sound"
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


class DecodeErrors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    most_share: float


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


class Texts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    readable: tuple[str, ...]
    past_end: float


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`severities` makes a code weigh more or less than it does by itself, or `off`."""

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
    texts: Texts
    severities: dict[str, Literal["quarantine", "reject", "warn", "off"]] = {}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One broken rule; its words stand in the locale under `finding.<code>`."""

    code: str
    severity: Severity
    measured: str = ""
    limit: str = ""
    where: tuple[Run, ...] = ()


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    policy: str = ""
    policy_version: int = 0

    @property
    def is_accepted(self) -> bool:
        return self.outcome in {Outcome.SOUND, Outcome.REMARKS}


@cache
def load(name: str, section: str = "") -> Policy:
    """The festival's policy of this name, with what it says of a section of its own (a letter)."""
    known = {path.stem: path for path in FOLDER.glob("*.yaml")}
    if name not in known:
        raise BadPolicy(f"no policy {name!r}; there is {', '.join(sorted(known))}")
    return load_file(known[name], section)


def load_file(path: Path, section: str = "") -> Policy:
    """A policy from any YAML file; `BadPolicy` names the field that is wrong."""
    return parsed(_read(path), section, path.name)


def parsed(given: dict[str, Any], section: str, name: str) -> Policy:
    """The rules as data, checked field by field."""
    sections = given.pop("sections", {})
    if not isinstance(sections, dict):
        raise BadPolicy(f"{name}: sections must map letters to rules")
    try:
        policy = msgspec.convert(merged(given, sections.get(section, {})), Policy)
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
    held = (f for f in findings(facts, policy, declared_seconds) if f.code not in waivers)
    return verdict_of_findings(held, policy)


def verdict_of_findings(held: Iterable[Finding], policy: Policy) -> Verdict:
    """Each finding as heavy as this policy makes it, worst first."""
    found = [weighed for finding in held if (weighed := weigh(finding, policy)) is not None]
    order = list(Severity)
    found.sort(key=lambda finding: order.index(finding.severity))
    worst = found[0].severity if found else None
    outcome = {
        None: Outcome.SOUND,
        Severity.WARN: Outcome.REMARKS,
        Severity.REJECT: Outcome.REFUSED,
        Severity.QUARANTINE: Outcome.QUARANTINED,
    }[worst]
    return Verdict(
        outcome=outcome, findings=tuple(found), policy=policy.id, policy_version=policy.version
    )


def weigh(finding: Finding, policy: Policy) -> Finding | None:
    severity = policy.severities.get(finding.code, finding.severity.value)
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
    code: str, measured: object = "", limit: object = "", where: tuple[Run, ...] = ()
) -> Finding:
    return Finding(
        code=code, severity=Severity.REJECT, measured=str(measured), limit=str(limit), where=where
    )


def warn(
    code: str, measured: object = "", limit: object = "", where: tuple[Run, ...] = ()
) -> Finding:
    return Finding(
        code=code, severity=Severity.WARN, measured=str(measured), limit=str(limit), where=where
    )


def about_file(facts: Facts, policy: Policy) -> Iterator[Finding]:
    if facts.container in policy.containers.warn:
        yield warn(
            "CONTAINER_NOT_ALLOWED", facts.container, ", ".join(map(str, policy.containers.accept))
        )
    elif facts.container not in policy.containers.accept:
        yield reject(
            "CONTAINER_NOT_ALLOWED", facts.container or "?", ", ".join(map(str, policy.containers.accept))
        )
    if facts.is_encrypted:
        yield reject("CONTENT_ENCRYPTED")
    if facts.is_truncated:
        yield reject("CONTENT_TRUNCATED", seconds(facts.duration))
    if facts.streams > policy.most_streams:
        yield reject("STREAM_COUNT", facts.streams, policy.most_streams)
    if facts.trailing_bytes > 16:
        yield warn("CONTAINER_TRAILING_DATA", facts.trailing_bytes, 0)
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
    if facts.duration < policy.duration.least:
        yield reject("DURATION_SHORT", seconds(facts.duration), seconds(policy.duration.least))
    if facts.duration > policy.duration.most:
        yield reject("DURATION_LONG", seconds(facts.duration), seconds(policy.duration.most))
    tolerance = policy.duration.unlike_declared
    if (
        tolerance is not None
        and declared is not None
        and abs(facts.duration - declared) > tolerance
    ):
        yield warn("DURATION_UNLIKE_DECLARED", seconds(facts.duration), seconds(declared))
    picture, sound = facts.picture, facts.sound
    if picture is None or sound is None or not picture.frames or sound.duration <= 0:
        return
    start = abs(sound.start - picture.start)
    if start > policy.sound.start_offset:
        yield warn("AV_START_OFFSET", seconds(start), seconds(policy.sound.start_offset))
    end = abs(sound.start + sound.duration - picture.start - picture.duration)
    if end > policy.sound.end_offset:
        yield warn("AV_DURATION_MISMATCH", seconds(end), seconds(policy.sound.end_offset))


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
        yield warn(
            "VIDEO_ASPECT", f"{width / height:.2f}", f"{policy.aspect.least} – {policy.aspect.most}"
        )
    if picture.sar[0] != picture.sar[1]:
        yield warn("VIDEO_NON_SQUARE_PIXELS", f"{picture.sar[0]}:{picture.sar[1]}", "1:1")
    yield from about_cadence(picture, policy)
    yield from about_colour(picture)
    if (
        picture.codec in policy.bitrate.codecs
        and lines >= policy.bitrate.lines
        and 0 < picture.bit_rate < policy.bitrate.least
    ):
        yield warn("VIDEO_BITRATE_LOW", rate(picture.bit_rate), rate(policy.bitrate.least))
    if picture.is_spherical:
        yield warn("VIDEO_SPHERICAL")
    yield from about_bars(picture, policy)
    share = facts.decode_errors / max(picture.frames, 1)
    if share > policy.decode_errors.most_share:
        yield reject("DECODE_ERRORS", facts.decode_errors, 0)
    yield from about_runs(facts, picture, policy)


def rate(bits: int) -> str:
    return f"{bits / 1e6:.1f} Mbit/s"


def about_colour(picture: Picture) -> Iterator[Finding]:
    """Tags that contradict each other deceive every projector; no tags leave it to guess."""
    if picture.dolby_vision == 5:
        yield reject("COLOUR_UNSUPPORTED", picture.hdr, "bt709")
    elif picture.hdr:
        yield warn("COLOUR_HDR", picture.hdr, "bt709")
    tags = [
        tag
        for tag in (picture.primaries, picture.transfer, picture.matrix)
        if tag not in {"", "unknown", "reserved"}
    ]
    belong = GAMUTS.get(picture.transfer)
    if picture.pixel_format.startswith(("rgb", "gbr", "bgr", "xyz")):
        return
    if not tags:
        yield warn("COLOUR_UNTAGGED", "", "bt709")
    elif belong and not (
        {picture.primaries} <= {*belong[0], "", "unknown"}
        and {picture.matrix} <= {*belong[1], "", "unknown"}
    ):
        yield warn("COLOUR_TAGS_INCONSISTENT", " / ".join(tags))
    if picture.full_range:
        yield warn("COLOUR_FULL_RANGE")


def about_bars(picture: Picture, policy: Policy) -> Iterator[Finding]:
    bars = picture.bars
    if bars is None or not picture.height:
        return
    upright = (bars.top + bars.bottom) / picture.height
    across = (bars.left + bars.right) / max(picture.width, 1)
    if max(upright, across) > policy.bars.most:
        told = f"{bars.top} + {bars.bottom}" if upright >= across else f"{bars.left} + {bars.right}"
        yield warn("VIDEO_BURNED_BARS", f"{told} px", f"{policy.bars.most:.0%}")


def about_cadence(picture: Picture, policy: Policy) -> Iterator[Finding]:
    cadence = Fraction(*picture.rate) if picture.rate[0] else Fraction(0)
    accepted, warned = rates(policy.rates.accept), rates(policy.rates.warn)
    if picture.longest_gap > policy.longest_gap:
        yield reject("TIMESTAMP_GAP", seconds(picture.longest_gap), seconds(policy.longest_gap))
    elif picture.is_variable:
        yield warn("VIDEO_VFR", f"{float(cadence):.3f}")
    elif cadence in warned:
        yield warn("VIDEO_FRAME_RATE", f"{float(cadence):.3f}", listed(accepted))
    elif cadence not in accepted:
        yield reject("VIDEO_FRAME_RATE", f"{float(cadence):.3f}", listed(accepted))
    if picture.is_telecined:
        yield warn("VIDEO_TELECINE", f"{picture.combed:.0%}", "24000/1001")
    elif picture.combed is not None and picture.combed >= policy.combed_share:
        yield warn("VIDEO_INTERLACED", f"{picture.combed:.0%}", f"{policy.combed_share:.0%}")


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
    elif long := tuple(run for run in blacks if run.length > policy.black.inside):
        yield warn(
            "VIDEO_BLACK", seconds(max(r.length for r in long)), seconds(policy.black.inside), long
        )
    if long := tuple(run for run in facts.freezes or () if run.length > policy.freeze.inside):
        yield warn(
            "VIDEO_FREEZE",
            seconds(max(r.length for r in long)),
            seconds(policy.freeze.inside),
            long,
        )
    if long := tuple(run for run in facts.flashes or () if run.length >= policy.flash.least):
        yield warn("PSE_RISK", len(long), 0, long)


def about_sound(facts: Facts, policy: Policy) -> Iterator[Finding]:
    rules, sound = policy.sound, facts.sound
    if sound is None or sound.duration <= 0:
        if rules.required:
            yield reject("AUDIO_MISSING")
        return
    if sound.loudness is not None and sound.loudness <= rules.all_silent:
        yield reject("AUDIO_ALL_SILENT", f"{sound.loudness:.1f} LUFS", f"{rules.all_silent} LUFS")
        return
    yield from about_level(facts, sound, rules)
    yield from about_channels(facts, sound, rules)
    if sound.codec and not sound.codec.startswith("pcm_") and sound.codec not in rules.codecs:
        yield warn("AUDIO_CODEC", sound.codec, ", ".join(rules.codecs))
    if sound.sample_rate not in rules.rates:
        yield warn("AUDIO_SAMPLE_RATE", sound.sample_rate, ", ".join(map(str, rules.rates)))


def about_channels(facts: Facts, sound: Sound, rules: SoundRules) -> Iterator[Finding]:
    """How many tracks, how many sides, and whether each side is heard."""
    mono = sum(one.channels == 1 for one in facts.sounds)
    if mono > 1:
        yield warn("AUDIO_MONO_TRACKS", mono, 1)
    elif len(facts.sounds) > 1:
        yield warn("AUDIO_MULTIPLE_TRACKS", len(facts.sounds), 1)
    elif mono:
        yield warn("AUDIO_MONO", 1, 2)
    if sound.channels > 1 and (
        dead := [value for value in speaking(sound) if value < rules.dead_channel]
    ):
        yield warn("AUDIO_CHANNEL_SILENT", f"{min(dead):.0f} dB", f"{rules.dead_channel:.0f} dB")
    if sound.phase is not None and sound.phase < rules.phase:
        yield warn("AUDIO_OUT_OF_PHASE", f"{sound.phase:+.2f}", f"{rules.phase:+.2f}")


def speaking(sound: Sound) -> list[float]:
    """Levels of the channels that should be heard: the deep one of 5.1 and 7.1 may rest."""
    deep = 3 if "5.1" in sound.layout or "7.1" in sound.layout else None
    return [value for index, value in enumerate(sound.levels) if index != deep]


def about_level(facts: Facts, sound: Sound, rules: SoundRules) -> Iterator[Finding]:
    if sound.loudness is not None and sound.loudness < rules.loudness.low:
        yield warn("LOUDNESS_LOW", f"{sound.loudness:.1f} LUFS", f"{rules.loudness.low:.0f} LUFS")
    if sound.loudness is not None and sound.loudness > rules.loudness.high:
        yield warn("LOUDNESS_HIGH", f"{sound.loudness:.1f} LUFS", f"{rules.loudness.high:.0f} LUFS")
    if sound.true_peak is not None and sound.true_peak > rules.true_peak:
        yield warn("TRUE_PEAK_OVER", f"{sound.true_peak:+.1f} dBTP", f"{rules.true_peak:.0f} dBTP")
    if long := tuple(run for run in facts.silences if run.length > rules.silence):
        yield warn(
            "AUDIO_SILENCE", seconds(max(r.length for r in long)), seconds(rules.silence), long
        )


def seconds(value: float) -> str:
    """`1:44:07`, `2:05`, `3.2 s` below a minute."""
    if value < 60:
        return f"{value:.1f} s"
    whole = round(value)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


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
        yield warn("SUBTITLE_PAST_END", seconds(max(t.end for t in late)), seconds(facts.duration))
