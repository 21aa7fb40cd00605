"""Subtitles as text: whatever SRT or WebVTT somebody wrote becomes WebVTT that can do no harm.

Pure but for `extract`. A cue is kept, or counted among those that could not be; none is invented.
"""

import codecs
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import msgspec

from media.facts import Facts
from media.probe import GUARDS
from media.runner import PermanentFault, run
from media.sandbox import Cell

MOST_BYTES = 8 * 1024 * 1024
MOST_CUES = 20_000
MOST_LETTERS = 2_000
READABLE = frozenset({"subrip", "srt", "webvtt", "mov_text", "ass", "ssa", "text"})
SPAN_SECONDS = 60

_clock = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_times = re.compile(rf"\s*{_clock}\s*-->\s*{_clock}(?:\s.*)?$")
_tag = re.compile(r"</?[A-Za-z!?][^<>]*>|</?\d[\d:.]*>|</>|\{\\[^{}]*\}|\{/?[yYcC]:[^{}]*\}")
_kept = re.compile(r"<(/?)([ibu])(?:[\s.][^<>]*)?>", re.IGNORECASE)
_controls = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\u202a-\u202e\u2066-\u2069]")
_entities = {"&lt;": "<", "&gt;": ">", "&nbsp;": "\u00a0", "&lrm;": "\u200e", "&rlm;": "\u200f"}
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"),
         (codecs.BOM_UTF16_BE, "utf-16-be"))  # fmt: skip


class Unreadable(Exception):
    """This is no text with times in it."""


class Cue(msgspec.Struct, frozen=True):
    """Words on the picture from one second to another; `text` is already WebVTT."""

    start: float
    end: float
    text: str


class Subtitles(msgspec.Struct, frozen=True):
    """What was read: `bad` cues could not be, `late` ones begin after the film has ended."""

    cues: tuple[Cue, ...] = ()
    bad: int = 0
    late: int = 0
    encoding: str = "utf-8"


class Track(msgspec.Struct, frozen=True):
    """One subtitle rendition of a copy; `name` is its folder."""

    name: str
    language: str
    cues: int
    bad: int = 0
    late: int = 0


def read(raw: bytes, *, runtime: float) -> Subtitles:
    """SRT or WebVTT, told apart by nothing: both are times and the lines below them."""
    if len(raw) > MOST_BYTES:
        raise Unreadable("too long")
    text, encoding = decoded(raw)
    found, bad = cues_of(re.split(r"\r\n|\r|\n", text))
    if not found:
        raise Unreadable("no cue")
    inside = [
        msgspec.structs.replace(cue, end=min(cue.end, runtime))
        for cue in found
        if cue.start < runtime
    ]
    return Subtitles(
        cues=tuple(sorted(inside, key=lambda cue: (cue.start, cue.end))),
        bad=bad,
        late=len(found) - len(inside),
        encoding=encoding,
    )


def decoded(raw: bytes) -> tuple[str, str]:
    """By its mark, else UTF-8, else what Windows wrote in Western Europe."""
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace"), encoding
    if b"\0" in raw:
        raise Unreadable("no text")
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace"), "cp1252"


def cues_of(lines: list[str]) -> tuple[list[Cue], int]:
    """(cues, how many could not be read): a line with an arrow begins one, the next arrow ends it."""
    arrows = [at for at, line in enumerate(lines) if "-->" in line]
    found: list[Cue] = []
    bad = max(0, len(arrows) - MOST_CUES)
    for at, following in pairwise([*arrows, len(lines)]):
        if len(found) >= MOST_CUES:
            break
        cue = cue_of(lines[at], said(lines[at + 1 : following], is_last=following == len(lines)))
        if cue is None:
            bad += 1
        else:
            found.append(cue)
    return found, bad


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
    found = _times.fullmatch(times)
    text = "\n".join(filter(None, (clean(line) for line in lines)))
    if not found or not text or len(text) > MOST_LETTERS:
        return None
    start, end = seconds(found.groups()[:4]), seconds(found.groups()[4:])
    return Cue(start, end, nested(text)) if end > start else None


def seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, whole, part = parts
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(whole or 0) + float(f"0.{part}")


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
    cell: Cell, facts: Facts, *, cancelled: Callable[[], bool] = lambda: False
) -> tuple[Track, ...]:
    """Every text track of the film as a rendition in `cell.work`; pictures of text stay behind.

    A track that cannot be read costs the film nothing: the facts name it, the copy goes without.
    """
    tracks: list[Track] = []
    for index, text in enumerate(facts.texts):
        if text.codec not in READABLE or not text.packets:
            continue
        raw = cell.work / f"text{index}.srt"
        try:
            run(argv(cell, index), deadline=120 + facts.size / 20e6, cancelled=cancelled)
            found = read(raw.read_bytes(), runtime=facts.duration)
        except (PermanentFault, Unreadable, FileNotFoundError):
            continue
        finally:
            raw.unlink(missing_ok=True)
        name = f"s{len(tracks)}"
        write(cell.work / name, found.cues, runtime=facts.duration)
        tracks.append(Track(name, text.language, len(found.cues), found.bad, found.late))
    return tuple(tracks)


def argv(cell: Cell, index: int) -> list[str]:
    return cell.argv([
        cell.tools.ffmpeg, "-nostdin", "-hide_banner", "-y", "-loglevel", "warning", "-nostats",
        "-progress", "pipe:1", *GUARDS, "-i", cell.film, "-map", f"0:s:{index}", "-vn", "-an",
        "-c:s", "srt", "-fs", str(MOST_BYTES), f"{cell.job}/text{index}.srt",
    ])  # fmt: skip
