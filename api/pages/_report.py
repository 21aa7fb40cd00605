"""The technical report as it is drawn: phases, checks in words, the film along its length. Pure."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

import msgspec

from festival.codes import language_tag
from festival.language import as_read, has_words, number, size, t, tongue
from media.facts import Facts, Interval, Picture, Sound
from media.policy import Finding, Policy, Severity, Verdict, listed, rates, seconds
from submissions import verdicts
from submissions.status import DECISIONS, FileState, Status
from submissions.tables import FilmFile, Step
from submissions.verdicts import SoundTrack
from units.times import timecode

GROUPS = {
    "file": ("container", "size", "whole"),
    "time": ("duration", "sync"),
    "picture": (
        "definition",
        "shape",
        "codec",
        "cadence",
        "scan",
        "colour",
        "black",
        "freeze",
        "flash",
    ),
    "sound": ("tracks", "rate", "loudness", "peak", "silence", "phase"),
    "texts": ("texts",),
}
CHECK_OF = {
    "FILE_EMPTY": "size", "HOSTILE_REFERENCE": "container", "CONTAINER_NOT_ALLOWED": "container",
    "CONTAINER_UNREADABLE": "container", "CONTAINER_TRAILING_DATA": "container",
    "STREAM_COUNT": "container", "CONTENT_TRUNCATED": "whole", "CONTENT_ENCRYPTED": "whole",
    "DECODE_ERRORS": "whole", "COPY_IMPOSSIBLE": "whole", "DURATION_SHORT": "duration", "DURATION_LONG": "duration",
    "DURATION_UNLIKE_DECLARED": "duration", "AV_START_OFFSET": "sync",
    "AV_DURATION_MISMATCH": "sync", "VIDEO_MISSING": "definition", "VIDEO_CODEC": "codec",
    "VIDEO_RES_LOW": "definition", "VIDEO_RES_HIGH": "definition",
    "DIMENSIONS_TOO_LARGE": "definition", "VIDEO_ASPECT": "shape",
    "VIDEO_NON_SQUARE_PIXELS": "shape", "VIDEO_FRAME_RATE": "cadence", "VIDEO_VFR": "cadence",
    "TIMESTAMP_GAP": "cadence", "TIMESTAMP_RESTART": "whole", "VIDEO_INTERLACED": "scan", "COLOUR_HDR": "colour",
    "COLOUR_WIDE": "colour",
    "COLOUR_FULL_RANGE": "colour", "VIDEO_ALL_BLACK": "black", "VIDEO_BLACK": "black",
    "VIDEO_FREEZE": "freeze", "AUDIO_MISSING": "tracks", "AUDIO_MONO": "tracks",
    "AUDIO_CHANNEL_SILENT": "tracks", "AUDIO_MULTIPLE_TRACKS": "tracks",
    "AUDIO_SAMPLE_RATE": "rate", "AUDIO_ALL_SILENT": "loudness", "LOUDNESS_LOW": "loudness",
    "LOUDNESS_HIGH": "loudness", "TRUE_PEAK_OVER": "peak", "AUDIO_SILENCE": "silence",
    "EXTENSION_MISMATCH": "container", "CONTAINER_FRAGMENTED": "container",
    "CONTAINER_DAMAGED": "whole",
    "SAMPLE_TABLE_ABSURD": "container", "TRACK_EMPTY": "container",
    "TRACK_UNREADABLE": "container", "DATA_TRACKS": "container", "VIDEO_TELECINE": "scan",
    "VIDEO_BITRATE_LOW": "codec", "VIDEO_BURNED_BARS": "shape", "VIDEO_SPHERICAL": "shape",
    "PSE_RISK": "flash", "COLOUR_UNTAGGED": "colour", "COLOUR_TAGS_INCONSISTENT": "colour",
    "COLOUR_UNSUPPORTED": "colour", "AUDIO_CODEC": "tracks", "AUDIO_MONO_TRACKS": "tracks",
    "AUDIO_OUT_OF_PHASE": "phase", "SUBTITLE_SOFT": "texts", "SUBTITLE_UNREADABLE": "texts",
    "SUBTITLE_PAST_END": "texts", "SUBTITLE_LANGUAGE_MISSING": "texts",
    "CONTAINER_UNUSUAL": "container", "VIDEO_HOLE": "cadence", "AUDIO_HOLE": "silence",
    "VIDEO_UNDECODABLE": "whole", "AUDIO_TRACK_SILENT": "tracks", "AUDIO_TOO_SHORT": "loudness",
    "AUDIO_DAMAGED": "tracks",
    "DCP_INCOMPLETE_VF": "whole", "DCP_HASH": "whole", "DCP_STRUCTURE": "container",
    "DCP_ENCRYPTED": "whole", "DCP_NAMING": "container", "ARCHIVE_ABSURD": "container",
    "PACKAGE_NO_TAR": "container",
}  # fmt: skip

AT_MOST = frozenset(
    {"AUDIO_HOLE", "AUDIO_SILENCE", "AV_DURATION_MISMATCH", "AV_START_OFFSET", "DURATION_LONG",
     "LOUDNESS_HIGH", "STREAM_COUNT", "TIMESTAMP_GAP", "TRUE_PEAK_OVER", "VIDEO_BLACK",
     "VIDEO_BURNED_BARS", "VIDEO_FREEZE", "VIDEO_HOLE", "VIDEO_INTERLACED", "VIDEO_RES_HIGH"}
)  # fmt: skip
AT_LEAST = frozenset(
    {"AUDIO_ALL_SILENT", "AUDIO_CHANNEL_SILENT", "AUDIO_OUT_OF_PHASE", "AUDIO_TOO_SHORT",
     "DURATION_SHORT", "LOUDNESS_LOW", "VIDEO_BITRATE_LOW", "VIDEO_RES_LOW"}
)  # fmt: skip
SPOKEN_OF = frozenset(
    {"AUDIO_DAMAGED", "AUDIO_MONO_TRACKS", "AUDIO_MULTIPLE_TRACKS", "AUDIO_TRACK_SILENT",
     "COLOUR_UNTAGGED", "SUBTITLE_PAST_END"}
)  # fmt: skip

EXPORTED = frozenset(
    {"container", "whole", "sync", "definition", "shape", "codec", "cadence", "scan", "colour", "tracks",
     "rate", "loudness", "peak"}
)  # fmt: skip


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table; `number` ties a finding to its place on the timeline."""

    check: str
    tone: str
    measured: str
    expected: str
    remark: str = ""
    repair: str = ""
    code: str = ""
    number: int = 0

    @property
    def is_of_export(self) -> bool:
        """Whether other settings of the export mend it."""
        return self.check in EXPORTED


def words(lang: str, finding: Finding, *, repair: bool = False) -> str:
    return decimals(lang, verdicts.words(lang, finding, repair=repair))


def decimals(lang: str, text: str) -> str:
    """The policy writes numbers as machines do; a reader wants their own point and a true minus."""
    text = re.sub(r"(?<![\w.])-(?=\d)", "−", text)
    return as_read(lang, text)


def found_rows(lang: str, verdict: Verdict) -> list[Row]:
    """What is to be looked at, worst first, as the verdict orders it."""
    return [
        Row(
            check=CHECK_OF.get(finding.code, "whole"),
            tone="warn" if finding.severity is Severity.WARN else "bad",
            measured=decimals(lang, finding.measured) + _places(lang, finding),
            expected=decimals(lang, allowed(lang, finding)),
            remark=words(lang, finding),
            repair=words(lang, finding, repair=True),
            code=finding.code,
            number=place,
        )
        for place, finding in enumerate(verdict.findings, 1)
    ]


def allowed(lang: str, finding: Finding) -> str:
    """The rule's limit as a person would say it; what only its words speak of is no limit."""
    if finding.code in SPOKEN_OF:
        return ""
    side = "most" if finding.code in AT_MOST else "least" if finding.code in AT_LEAST else ""
    return t(lang, f"filmmaker.measure.{side}", value=finding.limit) if side else finding.limit


def _places(lang: str, finding: Finding) -> str:
    if not finding.where:
        return ""
    longest = max(finding.where, key=lambda run: run.length)
    return " " + t(lang, "filmmaker.report.at", place=timecode(longest.start))


def good_groups(
    lang: str, facts: Facts | None, policy: Policy, verdict: Verdict | None
) -> list[tuple[str, list[Row]]]:
    """The checks that passed, by kind; nothing is said of what was not measured."""
    if facts is None or facts.refusal:
        return []
    wrong = {CHECK_OF.get(f.code) for f in verdict.findings} if verdict else set()
    rows = {row.check: row for row in measured(lang, facts, policy) if row.check not in wrong}
    groups = [(name, [rows[c] for c in checks if c in rows]) for name, checks in GROUPS.items()]
    return [(name, members) for name, members in groups if members]


def measured(lang: str, facts: Facts, policy: Policy) -> Iterator[Row]:
    """Numbers as this language writes them; `5.1` is the name of a layout, and stays."""
    for row in _measured(lang, facts, policy):
        if row.check == "tracks":
            yield row
        else:
            yield msgspec.structs.replace(
                row, measured=decimals(lang, row.measured), expected=decimals(lang, row.expected)
            )


def _measured(lang: str, facts: Facts, policy: Policy) -> Iterator[Row]:
    say: Callable[..., str] = lambda key, **v: t(lang, f"filmmaker.measure.{key}", **v)  # noqa: E731
    n: Callable[..., str] = lambda value, digits=0: number(lang, value, digits=digits)  # noqa: E731
    yield good(
        "container",
        say(
            "container",
            name=facts.container.upper(),
            pictures=len(facts.pictures),
            sounds=len(facts.sounds),
        ),
        ", ".join(str(name).upper() for name in policy.containers.accept),
    )
    yield good("size", size(lang, facts.size), say("most", value=size(lang, policy.most_bytes)))
    low, high = seconds(policy.duration.least), seconds(policy.duration.most)
    yield good("duration", seconds(facts.duration), say("between", low=low, high=high))
    if facts.picture is not None:
        yield from of_picture(facts, facts.picture, policy, say, n)
    if facts.sound is not None and facts.sound.duration > 0:
        yield from of_sound(facts, facts.sound, policy, say, n)


def of_picture(
    facts: Facts, picture: Picture, policy: Policy, say: Callable[..., str], n: Callable[..., str]
) -> Iterator[Row]:
    width, height = picture.shown_size
    yield good(
        "definition", f"{n(width)} × {n(height)}", say("lines", value=policy.height.recommended)
    )
    if height:
        yield good(
            "shape",
            f"{n(width / height, 2)} : 1",
            say("between", low=n(policy.aspect.least, 1), high=n(policy.aspect.most, 1)),
        )
    yield good("codec", picture.codec.upper(), "")
    yield good(
        "cadence",
        say("rate", value=n(picture.fps, 3).rstrip("0").rstrip(",.")),
        listed(rates(policy.rates.accept)).replace(", ", " · "),
    )
    if picture.combed is not None:
        yield good("scan", say("progressive"), say("progressive"))
    yield good("colour", (picture.primaries or "bt709").upper(), "BT709")
    if facts.blacks is not None:  # the whole picture was decoded
        yield good(
            "whole",
            say("frames", frames=n(picture.frames), errors=n(facts.decode_errors)),
            say("no_loss"),
        )
    for check, runs, most in (
        ("black", facts.blacks, policy.black.inside),
        ("freeze", facts.freezes, policy.freeze.inside),
        ("flash", facts.flashes, policy.flash.least),
    ):
        if runs is not None:
            yield good(check, stretches(say, runs), say("most", value=seconds(most)))


def of_sound(
    facts: Facts, sound: Sound, policy: Policy, say: Callable[..., str], n: Callable[..., str]
) -> Iterator[Row]:
    rules = policy.sound
    yield good("tracks", f"{sound.layout or sound.channels}, {sound.codec.upper()}", say("stereo"))
    yield good(
        "rate",
        f"{n(sound.sample_rate / 1000)} kHz",
        ", ".join(n(rate / 1000) for rate in rules.rates) + " kHz",
    )
    if facts.picture is not None:
        gap = abs(sound.start + sound.duration - facts.picture.start - facts.picture.duration)
        yield good(
            "sync", say("apart", value=n(gap, 2)), say("most", value=seconds(rules.end_offset))
        )
    if sound.loudness is not None:
        yield good(
            "loudness",
            f"{n(sound.loudness, 1)} LUFS",
            say("between", low=f"{n(rules.loudness.low)}", high=f"{n(rules.loudness.high)} LUFS"),
        )
    if sound.true_peak is not None:
        yield good(
            "peak", f"{n(sound.true_peak, 1)} dBTP", say("most", value=f"{n(rules.true_peak)} dBTP")
        )
    yield good("silence", stretches(say, facts.silences), say("most", value=seconds(rules.silence)))
    if sound.phase is not None:
        yield good("phase", n(sound.phase, 2), say("least", value=n(rules.phase, 1)))


def sound_rows(lang: str, facts: Facts | None) -> list[Row]:
    """Every sound track by its number and language, what it measures, and whether it is heard."""
    return [sound_row(lang, track) for track in verdicts.tracks_of(facts)]


def sound_row(lang: str, track: SoundTrack) -> Row:
    stands = "heard" if track.is_heard else "unheard"
    state = "silent" if track.is_silent else "damaged" if track.is_damaged else ""
    keys = [f"filmmaker.track.{name}" for name in (state, stands) if name]
    name = t(lang, "filmmaker.track", n=track.number)
    levels = [
        decimals(lang, f"{number(lang, value, digits=1)}\N{NO-BREAK SPACE}{unit}")
        for value, unit in ((track.loudness, "LUFS"), (track.true_peak, "dBTP"))
        if value is not None and not track.is_silent
    ]
    shape = [track.layout or str(track.channels), track.codec.upper()]
    if track.sample_rate:
        kilohertz = number(lang, track.sample_rate / 1000, digits=1).rstrip("0").rstrip(",.")
        shape.append(f"{kilohertz}\N{NO-BREAK SPACE}kHz")
    return Row(
        check=f"{name}, {spoken(lang, track.language)}" if track.language else name,
        tone="warn" if state else "ok" if track.is_heard else "",
        measured=" · ".join([", ".join(shape), *levels]),
        expected="",
        remark=", ".join(t(lang, key) for key in keys),
    )


def spoken(lang: str, code: str) -> str:
    """A language as a file writes it, `fra` or `fr-CA`, in words; what is no code stands as it is."""
    try:
        return tongue(lang, language_tag(code))
    except ValueError:
        return code


def good(check: str, measured: str, expected: str) -> Row:
    return Row(check=check, tone="ok", measured=measured, expected=expected)


def stretches(say: Callable[..., str], runs: tuple[Interval, ...]) -> str:
    if not runs:
        return say("none")
    return say("runs", n=len(runs), longest=seconds(max(run.length for run in runs)))


# The film along its length: places in per cent, so that the drawing stretches, its words do not.


class Mark(msgspec.Struct, frozen=True):
    """A stretch of a lane."""

    x: float
    width: float
    tone: str


class Marker(msgspec.Struct, frozen=True):
    """`at` is where its longest place begins, in seconds."""

    x: float
    number: int
    tone: str
    code: str
    words: str
    at: float


class Lane(msgspec.Struct, frozen=True):
    name: str
    told: str
    marks: list[Mark]
    pins: list[Marker]


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    lanes: list[Lane]
    curve: str
    span: int
    low: float
    high: float
    ticks: list[tuple[float, str]]
    end: str
    tiles: list[tuple[float, float, int, int]]
    tile_height: int


TOP, BOTTOM = -10.0, -50.0
POINTS = 480
RUNS = frozenset({"black", "freeze", "flash", "silence"})
STEPS_OF_TIME = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)


def timeline(
    lang: str, facts: Facts | None, verdict: Verdict | None, policy: Policy, *, every: float | None
) -> Timeline | None:
    """`every` is the time between two pictures of the sprite sheet, when there is one."""
    if facts is None or facts.duration <= 0 or facts.refusal:
        return None
    length = facts.duration
    runs = {
        "black": facts.blacks,
        "freeze": facts.freezes,
        "flash": facts.flashes,
        "silence": facts.silences,
    }
    lanes = [
        lane(lang, name, stretches, verdict, length)
        for name, stretches in runs.items()
        if stretches is not None
    ]
    lanes += [lane(lang, name, (), verdict, length) for name in other_lanes(verdict)]
    curve = thinned(facts.curve)
    return Timeline(
        lanes=lanes,
        curve=path(curve),
        span=max(len(curve) - 1, 1),
        low=level(policy.sound.loudness.low),
        high=level(policy.sound.loudness.high),
        ticks=ticks(length),
        end=timecode(length),
        tiles=tiles(length, every),
        tile_height=tile_height(facts),
    )


def other_lanes(verdict: Verdict | None) -> list[str]:
    """Checks that have a lane only where they have found something, in the order of the table."""
    placed = (
        {CHECK_OF.get(f.code, "whole") for f in verdict.findings if f.where} if verdict else set()
    )
    return [check for checks in GROUPS.values() for check in checks if check in placed - RUNS]


def lane(
    lang: str, name: str, runs: tuple[Interval, ...], verdict: Verdict | None, length: float
) -> Lane:
    marks = [Mark(share(r.start, length), max(share(r.length, length), 0.14), "fine") for r in runs]
    pins: list[Marker] = []
    for place, finding in enumerate(verdict.findings if verdict else (), 1):
        if CHECK_OF.get(finding.code, "whole") != name or not finding.where:
            continue
        tone = "warn" if finding.severity is Severity.WARN else "bad"
        marks += [
            Mark(share(r.start, length), max(share(r.length, length), 0.14), tone)
            for r in finding.where
        ]
        longest = max(finding.where, key=lambda run: run.length)
        middle = (longest.start + longest.end) / 2
        pins.append(
            Marker(
                min(max(share(middle, length), 1), 99),
                place,
                tone,
                finding.code,
                words(lang, finding),
                longest.start,
            )
        )
    return Lane(name, told(lang, runs) if name in RUNS else pins[0].words, marks, pins)


def told(lang: str, runs: tuple[Interval, ...]) -> str:
    if not runs:
        return t(lang, "filmmaker.measure.none")
    longest = max(runs, key=lambda run: run.length)
    words = t(
        lang,
        "filmmaker.measure.runs_at",
        n=len(runs),
        longest=seconds(longest.length),
        place=timecode(longest.start),
    )
    return decimals(lang, words)


def share(at: float, length: float) -> float:
    return round(min(max(100 * at / length, 0), 100), 2)


def level(loudness: float) -> float:
    """Where a loudness lies between −10 (0) and −50 (40)."""
    return round(min(max(TOP - loudness, 0), TOP - BOTTOM), 1)


def thinned(curve: tuple[float, ...]) -> list[float]:
    """At most `POINTS` values, each the mean of its stretch."""
    if len(curve) <= POINTS:
        return list(curve)
    edges = [round(i * len(curve) / POINTS) for i in range(POINTS + 1)]
    return [sum(curve[a:b]) / (b - a) for a, b in pairwise(edges)]


def path(curve: list[float]) -> str:
    return "M" + "L".join(f"{x} {level(value)}" for x, value in enumerate(curve)) if curve else ""


def ticks(length: float) -> list[tuple[float, str]]:
    step = next((s for s in STEPS_OF_TIME if length / s <= 8), 7200)
    return [(share(at, length), timecode(at)) for at in range(0, int(length * 0.94) + 1, step)]


def tiles(
    length: float, every: float | None, wanted: int = 18
) -> list[tuple[float, float, int, int]]:
    """(x, width, column, row) of some pictures of the sprite sheet, ten in a row."""
    if not every:
        return []
    count = max(1, min(100, int(length / every)))
    shown = min(wanted, count)
    width = round(100 / shown, 3)
    picked = [int((i + 0.5) * count / shown) for i in range(shown)]
    return [(round(i * width, 3), width, p % 10, p // 10) for i, p in enumerate(picked)]


def tiles_at(length: float, every: float | None, at: float) -> list[tuple[float, float, int, int]]:
    """The same for the five pictures around a moment."""
    if not every:
        return []
    last = max(1, min(100, int(length / every))) - 1
    middle = min(int(at / every), last)
    first = max(0, min(middle - 2, last - 4))
    return [
        (i * 20.0, 20.0, p % 10, p // 10)
        for i, p in enumerate(range(first, min(first + 5, last + 1)))
    ]


def tile_height(facts: Facts, width: int = 160) -> int:
    """As ffmpeg makes it: the shape of the film, and even."""
    shown = facts.picture.shown_size if facts.picture else (16, 9)
    return max(2, 2 * round(width * shown[1] / max(shown[0], 1) / 2))


# The way through the booth.


class PhaseRow(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    mark: str = ""
    at: datetime | None = None
    fraction: float | None = None
    kind: str = ""


# Each with the kinds of its steps; the first is the long one, whose share is told.
BOOTH = {"receive": ("receive",), "look": ("packets", "sniff"), "listen": ("sound",),
         "judge": ("policy",), "copy": ("screener", "publish")}  # fmt: skip
STUCK = frozenset({FileState.FAULTY, FileState.QUARANTINED, FileState.FAILED})


def phases(file: FilmFile, steps: dict[str, Step], status: Status) -> list[PhaseRow]:
    """Five of the booth, one of the maker, one of the committee; `status` is the entry's."""
    state = FileState(file.state)
    made = [booth_phase(name, steps) for name in BOOTH]
    if state in STUCK:
        made = _stopped(made)
    released = state is FileState.RELEASED
    release = PhaseRow(
        name="release",
        mark="done" if released else ("now" if state is FileState.READY else ""),
        at=file.released_at or file.ready_at,
    )
    waits = released and status in {Status.DRAFT, Status.SUBMITTED}
    seen = "now" if waits else "done" if released and status in DECISIONS else ""
    return [*made, release, PhaseRow(name="committee", mark=seen)]


def booth_phase(name: str, steps: dict[str, Step]) -> PhaseRow:
    kinds = BOOTH[name]
    known = [steps[kind] for kind in kinds if kind in steps]
    if not known:
        return PhaseRow(name=name, kind=kinds[0])
    if len(known) == len(kinds) and all(step.state == "done" for step in known):
        return PhaseRow(
            name=name,
            mark="done",
            kind=kinds[0],
            at=max(step.ended_at or step.started_at for step in known),
        )
    return PhaseRow(
        name=name,
        mark="now",
        kind=kinds[0],
        fraction=steps[kinds[0]].fraction if kinds[0] in steps else 0.0,
    )


def _stopped(made: list[PhaseRow]) -> list[PhaseRow]:
    """Where it stopped: the first that is not done, else the verdict itself."""
    at = next((i for i, phase in enumerate(made) if phase.mark != "done"), len(made) - 1)
    judged = next((i for i, phase in enumerate(made) if phase.name == "judge"), at)
    at = min(at, judged) if made[judged].mark == "done" else at
    return [
        msgspec.structs.replace(phase, mark="bad", fraction=None)
        if i == at
        else (msgspec.structs.replace(phase, mark="", fraction=None) if i > at else phase)
        for i, phase in enumerate(made)
    ]


def journal(lang: str, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The record in the maker's words; an act without words is left out."""
    told_lines = []
    for line in lines:
        key = f"filmmaker.journal.{line['act']}"
        if not has_words(key):
            continue
        details = line["details"] or {}
        bytes_told = size(lang, details["size"]) if "size" in details else ""
        found = len(details.get("codes", []))
        if line["act"] == "file_judged" and not found:
            key += ".clean"
        told_lines.append({"at": line["at"], "words": t(lang, key, size=bytes_told, n=found)})
    return told_lines
