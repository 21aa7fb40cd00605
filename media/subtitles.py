"""Subtitles as text: whatever somebody wrote becomes WebVTT that can do no harm.

Pure but for `extract`. A cue is kept, or counted among those that could not be; none is invented.
SRT and WebVTT are read here, cue by cue; what pysubs2 reads better comes to us as its SRT.
"""

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import msgspec
import pysubs2

from media import encodings
from media.encodings import LOST, NoText
from media.facts import Facts
from media.probe import GUARDS
from media.runner import PermanentFault, run
from media.sandbox import Sandbox

MOST_BYTES = 8 * 1024 * 1024
MOST_CUES = 20_000
MOST_LETTERS = 2_000
MOST_LINES = 200_000
READABLE = frozenset({"subrip", "srt", "webvtt", "mov_text", "ass", "ssa", "text"})
SPAN_SECONDS = 60
SHOWN = 3
JUDGED_BY = 2_000

_clock = (
    r"(?:(\d{1,3})\s*:\s*)?(\d{1,2})\s*:\s*(\d{1,2})"
    r"(?:\s*(?:[.,]\s*|:\s*(?=\d{3}(?!\d)))(\d{1,6}))?"
)
_unseen = r"[\s\ufeff\u200b-\u200f\u202a-\u202e\u2066-\u2069]*"
_times = re.compile(
    rf"{_unseen}{_clock}{_unseen}(?:--?\s?>|[–—]>|→){_unseen}{_clock}(?:{_unseen}|\s.*)$"
)
_tag = re.compile(r"</?[A-Za-z!?][^<>]*>|</?\d[\d:.]*>|</>|\{\\[^{}]*\}|\{/?[yYcC]:[^{}]*\}")
_kept = re.compile(r"<(/?)([ibu])(?:[\s.][^<>]*)?>", re.IGNORECASE)
_controls = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\u202d\u202e]")
"""Embeddings, isolates and marks stay, as Arabic and Hebrew need them; an override turns words round."""
_entities = {"&lt;": "<", "&gt;": ">", "&nbsp;": "\u00a0", "&lrm;": "\u200e", "&rlm;": "\u200f"}
_others = (
    (
        "ass",
        re.compile(r"^\s*\[(?:Script Info|V4\+? Styles|Events)\]", re.IGNORECASE | re.MULTILINE),
    ),
    ("ttml", re.compile(r"<(?:\w{1,20}:)?tt[\s>]")),
    ("microdvd", re.compile(r"\s*\{ *\d+ *\} *\{ *\d+ *\}")),
    ("mpl2", re.compile(r"\s*\[-?\d+\] *\[-?\d+\]")),
    ("tmp", re.compile(r"\s*\d{1,2}:\d{2}:\d{2}:(?![\d:.,])")),
)
"""What the beginning of a file of each kind looks like."""


class Unreadable(Exception):
    """This is no text with times in it."""


class Cue(msgspec.Struct, frozen=True):
    """Words on the picture from one second to another; `text` is already WebVTT."""

    start: float
    end: float
    text: str


class Subtitles(msgspec.Struct, frozen=True):
    """What was read: `bad` cues could not be, `late` ones begin after the film has ended.

    `is_sure` when the bytes prove their encoding; `is_unlike` when this can hardly be the language
    that was named; `lost` holds the cues with a letter that could not be read.
    """

    cues: tuple[Cue, ...] = ()
    bad: int = 0
    late: int = 0
    encoding: str = "utf-8"
    format: str = "srt"
    is_sure: bool = True
    is_unlike: bool = False

    @property
    def lost(self) -> list[tuple[int, Cue]]:
        """(its number, the cue), counted from one as any editor counts them."""
        return [(place, cue) for place, cue in enumerate(self.cues, 1) if LOST in cue.text]

    @property
    def first(self) -> list[Cue]:
        """The first cues, and the first with a letter beyond ASCII: those show whether it was read right."""
        begin = list(self.cues[:SHOWN])
        telling = [cue for cue in self.cues[SHOWN:] if not plain(cue.text).isascii()]
        return begin + telling[:SHOWN]


class TextTrack(msgspec.Struct, frozen=True):
    """One subtitle rendition of a copy; `name` is its folder."""

    name: str
    language: str
    cues: int
    bad: int = 0
    late: int = 0


def read(raw: bytes, *, runtime: float, language: str = "", rate: float | None = None) -> Subtitles:
    """SRT, WebVTT, or what pysubs2 knows; `rate` is for kinds that count pictures.

    `language` (BCP 47) helps to tell how the text was saved. `Unreadable` when there is no cue.
    """
    if len(raw) > MOST_BYTES:
        raise Unreadable("too long")
    try:
        decoded = encodings.read(raw, language=language)
    except NoText:
        raise Unreadable("no text") from None
    kind, lines = lines_of(decoded.text, rate=rate)
    cues, bad = cues_of(lines)
    if not cues:
        raise Unreadable("no cue")
    inside = [
        msgspec.structs.replace(cue, end=min(cue.end, runtime))
        for cue in cues
        if cue.start < runtime
    ]
    spoken = "\n".join(plain(cue.text) for cue in inside[:JUDGED_BY])
    return Subtitles(
        cues=tuple(sorted(inside, key=lambda cue: (cue.start, cue.end))),
        bad=bad,
        late=len(cues) - len(inside),
        encoding=decoded.encoding,
        format=kind,
        is_sure=decoded.is_sure,
        is_unlike=bool(language) and encodings.is_unlike(spoken, language),
    )


def lines_of(text: str, *, rate: float | None) -> tuple[str, list[str]]:
    """(which kind of file it is, its lines); what is neither SRT nor WebVTT is rewritten as SRT."""
    begin = text[:4000].lstrip("\ufeff \t\r\n")
    is_vtt = begin.startswith("WEBVTT")
    lines = re.split(r"\r\n|\r|\n", text)
    if not is_vtt and not any(map(is_times, lines[:200])):
        for kind, looks in _others:
            if looks.match(begin) or (kind in {"ass", "ttml"} and looks.search(begin)):
                return kind, rewritten(lines, kind, rate=rate)
    return "vtt" if is_vtt else "srt", lines


def rewritten(lines: list[str], kind: str, *, rate: float | None) -> list[str]:
    """Through pysubs2, that answers a file which it cannot read in many ways."""
    if len(lines) > MOST_LINES or any(len(line) > 10 * MOST_LETTERS for line in lines):
        raise Unreadable("too long")
    if kind == "ttml" and any("<!" in line and "<!--" not in line for line in lines):
        raise Unreadable("declares entities")
    try:
        made = pysubs2.SSAFile.from_string("\n".join(lines), format_=kind, fps=rate)
    except (pysubs2.Pysubs2Error, ET.ParseError, ValueError, LookupError, TypeError, ArithmeticError,
            AttributeError, RuntimeError):  # fmt: skip
        raise Unreadable(kind) from None
    spoken = (event for event in made.events if is_said(event))
    return [line for event in spoken for line in as_srt(event)]


def is_said(event: pysubs2.SSAEvent) -> bool:
    return bool(event.text.strip()) and not event.is_comment and r"\p1" not in event.text


def as_srt(event: pysubs2.SSAEvent) -> list[str]:
    """Its times and its lines; of all that can be drawn, slant, weight and underline are kept."""
    text = re.sub(
        r"\{\\([ibu])([01])\}", lambda m: f"<{'' if m[2] == '1' else '/'}{m[1]}>", event.text
    )
    start, end = (clock(max(when, 0) / 1000) for when in (event.start, event.end))
    return [f"{start} --> {end}", *re.split(r"\\[Nn]|\n", text), ""]


def is_times(line: str) -> bool:
    return len(line) < MOST_LETTERS and _times.fullmatch(line) is not None


def plain(text: str) -> str:
    """The words of a cue alone, for a page that writes its own markup."""
    return html.unescape(re.sub(r"</?[ibu]>", "", text))


def cues_of(lines: list[str]) -> tuple[list[Cue], int]:
    """(cues, how many could not be read): a line with an arrow begins one, the next arrow ends it."""
    arrows = [at for at, line in enumerate(lines) if "-->" in line or is_times(line)]
    cues: list[Cue] = []
    bad = max(0, len(arrows) - MOST_CUES)
    for at, following in pairwise([*arrows, len(lines)]):
        if len(cues) >= MOST_CUES:
            break
        cue = cue_of(lines[at], said(lines[at + 1 : following], is_last=following == len(lines)))
        if cue is None:
            bad += 1
        else:
            cues.append(cue)
    return cues, bad


def said(lines: list[str], *, is_last: bool) -> list[str]:
    """The lines of one cue, without the number or name of the next, nor notes between the two."""
    if not is_last and lines and lines[-1].strip():
        is_alone = len(lines) > 1 and not lines[-2].strip()
        if is_alone or lines[-1].strip().isdigit():
            lines = lines[:-1]
    kept: list[str] = []
    for line in lines:
        if line.startswith(("NOTE", "STYLE", "REGION")) and kept and not kept[-1].strip():
            break
        kept.append(line)
    return [line for line in kept if line.strip()]


def cue_of(times: str, lines: list[str]) -> Cue | None:
    times_read = _times.fullmatch(times[:MOST_LETTERS])
    text = "\n".join(filter(None, (clean(line) for line in lines)))
    if not times_read or not text or len(text) > MOST_LETTERS:
        return None
    start, end = seconds(times_read.groups()[:4]), seconds(times_read.groups()[4:])
    return Cue(start, end, nested(text)) if end > start else None


def seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, whole, part = parts
    return (
        int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(whole or 0) + float(f"0.{part or 0}")
    )


def clean(line: str) -> str:
    """Plain words with italics, bold and underline alone; nothing else of a page survives.

    What is kept travels as control letters, that no line can bring along, until all is escaped.
    """
    line = _controls.sub("", line)
    line = _kept.sub(lambda m: f"\x02{m[1]}{m[2].lower()}\x03", line)
    line = _tag.sub("", line).replace(r"\N", " ").replace(r"\h", "\u00a0")
    for entity, letter in _entities.items():
        line = line.replace(entity, letter)
    line = line.replace("&amp;", "&")
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return line.replace("\x02", "<").replace("\x03", ">").strip()


def nested(text: str) -> str:
    """A cue whose tags do not close in order goes without any."""
    open_tags: list[str] = []
    for closes, name in re.findall(r"<(/?)([ibu])>", text):
        if not closes:
            open_tags.append(name)
        elif not open_tags or open_tags.pop() != name:
            return re.sub(r"</?[ibu]>", "", text)
    return text if not open_tags else re.sub(r"</?[ibu]>", "", text)


def webvtt(cues: tuple[Cue, ...]) -> str:
    """One WebVTT file on the film's own clock."""
    parts = ["WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n"]
    parts += [f"{clock(cue.start)} --> {clock(cue.end)}\n{cue.text}\n" for cue in cues]
    return "\n".join(parts)


def clock(when: float) -> str:
    minutes, thousandths = divmod(round(when * 1000), 60_000)
    return (
        f"{minutes // 60:02d}:{minutes % 60:02d}:{thousandths // 1000:02d}.{thousandths % 1000:03d}"
    )


def write(folder: Path, cues: tuple[Cue, ...], *, runtime: float) -> None:
    """A rendition: spans of one minute, each with every cue that is seen in it."""
    folder.mkdir()
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{SPAN_SECONDS}",
             "#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD"]  # fmt: skip
    for index in range(max(1, -int(-runtime // SPAN_SECONDS))):
        begin = index * SPAN_SECONDS
        end = min(begin + SPAN_SECONDS, runtime)
        shown = tuple(cue for cue in cues if cue.start < end and cue.end > begin)
        (folder / f"seg_{index:05d}.vtt").write_text(webvtt(shown), encoding="utf-8")
        lines += [f"#EXTINF:{end - begin:.6f},", f"seg_{index:05d}.vtt"]
    (folder / "playlist.m3u8").write_text("\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n")


def extract(
    sandbox: Sandbox, facts: Facts, *, cancelled: Callable[[], bool] = lambda: False
) -> tuple[TextTrack, ...]:
    """Every text track of the film as a rendition in `sandbox.work`; pictures of text stay behind.

    A track that cannot be read costs the film nothing: the facts name it, the copy goes without.
    """
    tracks: list[TextTrack] = []
    for index, text in enumerate(facts.texts):
        if text.codec not in READABLE or not text.packets:
            continue
        raw = sandbox.work / f"text{index}.srt"
        try:
            run(argv(sandbox, index), deadline=120 + facts.size / 20e6, cancelled=cancelled)
            subtitles = read(raw.read_bytes(), runtime=facts.duration)
        except (PermanentFault, Unreadable, FileNotFoundError):
            continue
        finally:
            raw.unlink(missing_ok=True)
        name = f"s{len(tracks)}"
        write(sandbox.work / name, subtitles.cues, runtime=facts.duration)
        tracks.append(
            TextTrack(name, text.language, len(subtitles.cues), subtitles.bad, subtitles.late)
        )
    return tuple(tracks)


def argv(sandbox: Sandbox, index: int) -> list[str]:
    return sandbox.argv([
        sandbox.tools.ffmpeg, "-nostdin", "-hide_banner", "-y", "-loglevel", "warning", "-nostats",
        "-progress", "pipe:1", *GUARDS, "-i", sandbox.film, "-map", f"0:s:{index}", "-vn", "-an",
        "-c:s", "srt", "-fs", str(MOST_BYTES), f"{sandbox.job}/text{index}.srt",
    ])  # fmt: skip
