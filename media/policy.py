"""The festival's technical rules as data: facts and a policy in, a verdict with codes out. Pure."""

from collections.abc import Iterator
from enum import StrEnum
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

from media.facts import Facts, Picture, Run, Sound

FOLDER = Path(__file__).parent / "policies"


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
    rates: tuple[int, ...]
    loudness: Loudness
    true_peak: float
    silence: float
    all_silent: float
    dead_channel: float
    start_offset: float
    end_offset: float


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
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
    sound: SoundRules


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
def load(name: str) -> Policy:
    """Read `policies/<name>.yaml`, over the one that it extends."""
    known = {path.stem for path in FOLDER.glob("*.yaml")}
    if name not in known:
        raise BadPolicy(f"no policy {name!r}; there is {', '.join(sorted(known))}")
    try:
        return msgspec.convert(_read(name), Policy)
    except msgspec.ValidationError as error:
        raise BadPolicy(f"{name}.yaml: {error}") from error


def _read(name: str) -> dict[str, Any]:
    own: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    below = own.pop("extends", None)
    return {**_read(below), **own} if below else own


def judge(
    facts: Facts,
    policy: Policy,
    *,
    declared_seconds: float | None = None,
    waivers: frozenset[str] = frozenset(),
) -> Verdict:
    """Every rule at once, worst first; a code in `waivers` is not held against the film."""
    found = [f for f in findings(facts, policy, declared_seconds) if f.code not in waivers]
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


def refusal(facts: Facts, policy: Policy) -> Finding:
    hostile = facts.refusal == "HOSTILE_REFERENCE"
    measured, limit = facts.container, ""
    if facts.refusal == "STREAM_COUNT":
        measured, limit = str(facts.streams), str(policy.most_streams)
    elif facts.refusal == "DIMENSIONS_TOO_LARGE" and facts.picture:
        measured = f"{facts.picture.width} × {facts.picture.height}"
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
            "CONTAINER_NOT_ALLOWED", facts.container, ", ".join(map(str, policy.containers.accept))
        )
    if facts.is_encrypted:
        yield reject("CONTENT_ENCRYPTED")
    if facts.is_truncated:
        yield reject("CONTENT_TRUNCATED", seconds(facts.duration))
    if facts.streams > policy.most_streams:
        yield reject("STREAM_COUNT", facts.streams, policy.most_streams)
    if facts.trailing_bytes > 16:
        yield warn("CONTAINER_TRAILING_DATA", facts.trailing_bytes, 0)


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
    if picture.transfer in {"smpte2084", "arib-std-b67"}:
        yield warn("COLOUR_HDR", picture.transfer, "bt709")
    if picture.full_range and not picture.pixel_format.startswith(("rgb", "gbr")):
        yield warn("COLOUR_FULL_RANGE")
    share = facts.decode_errors / max(picture.frames, 1)
    if share > policy.decode_errors.most_share:
        yield reject("DECODE_ERRORS", facts.decode_errors, 0)
    yield from about_runs(facts, picture, policy)


def about_cadence(picture: Picture, policy: Policy) -> Iterator[Finding]:
    rate = Fraction(*picture.rate) if picture.rate[0] else Fraction(0)
    accepted, warned = rates(policy.rates.accept), rates(policy.rates.warn)
    if picture.longest_gap > policy.longest_gap:
        yield reject("TIMESTAMP_GAP", seconds(picture.longest_gap), seconds(policy.longest_gap))
    elif picture.is_variable:
        yield warn("VIDEO_VFR", f"{float(rate):.3f}")
    elif rate in warned:
        yield warn("VIDEO_FRAME_RATE", f"{float(rate):.3f}", listed(accepted))
    elif rate not in accepted:
        yield reject("VIDEO_FRAME_RATE", f"{float(rate):.3f}", listed(accepted))
    if picture.combed is not None and picture.combed >= policy.combed_share:
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
    if sound.channels == 1:
        yield warn("AUDIO_MONO", 1, 2)
    elif dead := [value for value in speaking(sound) if value < rules.dead_channel]:
        yield warn("AUDIO_CHANNEL_SILENT", f"{min(dead):.0f} dB", f"{rules.dead_channel:.0f} dB")
    if sound.sample_rate not in rules.rates:
        yield warn("AUDIO_SAMPLE_RATE", sound.sample_rate, ", ".join(map(str, rules.rates)))
    if len(facts.sounds) > 1:
        yield warn("AUDIO_MULTIPLE_TRACKS", len(facts.sounds), 1)


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
