"""A long film in chunks, for many workers: the frames of one encode, made in pieces and joined.

Parts begin at segments of the whole and are counted in frames; sound is never cut.
"""

import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import msgspec

from media import checks, graph, hls, screener, subtitles
from media.facts import Facts, Interval, Picture
from media.graph import Chunk, CopyClock, Rung
from media.probe import CLOSED
from media.runner import PermanentFault, run
from media.sandbox import Sandbox
from media.screener import Screener
from media.subtitles import TextTrack
from units.spans import merged

LEAST, MOST = 30.0, 180.0
LONGEST_ALONE = 3600.0  # seconds at 1080 lines: two of the three hours that a task may last
SLOWER = {"jpeg2000": 4.0}  # its decoder takes twice as long as all encoders together
PAST = 4  # frames that a filter may want to have seen before
NOTES = "seen.json"


class ChunkNotes(msgspec.Struct, frozen=True):
    """What one chunk's checks noticed, on the film's clock, and how many frames it made."""

    frames: int
    blacks: tuple[Interval, ...]
    freezes: tuple[Interval, ...]
    flashes: tuple[Interval, ...]
    decode_errors: int


class EncodingPlan(msgspec.Struct, frozen=True):
    """How a film is shared out; `facts` are those that chose the filters, for every chunk alike."""

    facts: Facts
    chunks: tuple[Chunk, ...] = msgspec.field(
        name="parts"
    )  # as the steps of running editions tell it
    clock: CopyClock = CopyClock()


def can_share(facts: Facts, *, longer_than: float, workers: int) -> bool:
    """Only containers with an index are opened in the middle; telecine is undone in one go.

    A worker alone shares out what would outlast its own time in one go, and loses a part when it dies.
    """
    picture = facts.picture
    return (
        picture is not None
        and (workers > 1 or work(picture) > LONGEST_ALONE)
        and 0 < longer_than <= facts.duration
        and facts.container in CLOSED
        and not picture.is_telecined
    )


def work(picture: Picture) -> float:
    """How long a film of 1080 lines would be that takes as much to make."""
    large = max(1.0, picture.width * picture.height / (1920 * 1080))
    return picture.duration * large * SLOWER.get(picture.codec, 1.0)


def plan(facts: Facts, clock: CopyClock, *, seconds: float) -> EncodingPlan:
    """Chunks of about `seconds`, each a whole number of segments, by the scanned time stamps."""
    picture = graph.known_picture(facts)
    rate = graph.cadence(picture)
    segment = graph.segment(picture)
    size = max(1, round(seconds * rate / segment)) * segment
    count = max(1, round(graph.frames(picture, clock) / size))
    past = PAST + int(picture.longest_gap * rate) + 1
    chunks = []
    for index in range(count):
        first = index * size
        opened = max(0, first - past) if index else 0
        chunks.append(
            Chunk(
                index=index,
                first=first,
                frames=size if index < count - 1 else None,
                seek=float(opened / rate),
                at=first - opened,
            )
        )
    return EncodingPlan(facts, tuple(chunks), clock)


def chunk_seconds(duration: float, workers: int) -> float:
    """Three for each worker, neither so short that starts cost, nor so long that a death does."""
    return min(max(duration / (workers * 3), LEAST), MOST)


def encode(
    sandbox: Sandbox,
    facts: Facts,
    clock: CopyClock,
    chunk: Chunk,
    *,
    on_progress: Callable[[float], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    threads: int = 2,
) -> ChunkNotes:
    """Make one chunk in every size, count its frames, and leave its notes beside it."""
    picture = graph.known_picture(facts)
    rate = graph.cadence(picture)
    begin, whole = float(chunk.first / rate), graph.frames(picture, clock) / float(rate)
    length = float(chunk.frames / rate) if chunk.frames else max(whole - begin, 0.1)
    arguments = graph.chunk_arguments(
        facts, clock, chunk, film=sandbox.film, job=sandbox.job, threads=threads
    )
    clean = msgspec.structs.replace(facts, decode_errors=0)
    checked = screener.decode(
        sandbox, clean, arguments, cancelled=cancelled, threads=threads, on_progress=on_progress,
        length=length,
    )  # fmt: skip
    counts = {screener.counted(sandbox, f"{rung.name}.mp4") for rung in graph.ladder(picture)}
    frames = counts.pop()
    if counts or frames == 0 or (chunk.frames is not None and frames != chunk.frames):
        detail = f"part {chunk.index}: {frames} of {chunk.frames}"
        raise screener.blaming(checked, PermanentFault("copy_not_whole", detail))
    checks.forget(sandbox.work)
    seen = ChunkNotes(
        frames=frames,
        blacks=moved(checked.blacks, begin),
        freezes=moved(checked.freezes, begin),
        flashes=moved(checked.flashes, begin),
        decode_errors=checked.decode_errors,
    )
    (sandbox.work / NOTES).write_bytes(msgspec.json.encode(seen))
    return seen


def moved(intervals: tuple[Interval, ...] | None, by: float) -> tuple[Interval, ...]:
    return tuple(Interval(interval.start + by, interval.end + by) for interval in intervals or ())


def encode_sound(
    sandbox: Sandbox,
    facts: Facts,
    clock: CopyClock,
    *,
    on_progress: Callable[[float], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[TextTrack, ...]:
    """All sound in one go, and the subtitles: what is too small to share out."""
    if arguments := graph.sound_arguments(facts, clock, film=sandbox.film, job=sandbox.job):
        screener.make_folders(sandbox, facts, ())
        screener.decode(
            sandbox, facts, arguments, cancelled=cancelled, threads=2, on_progress=on_progress
        )
    texts = subtitles.extract(sandbox, facts, cancelled=cancelled)
    (sandbox.work / NOTES).write_bytes(msgspec.json.encode(texts))
    return texts


def join(
    sandbox: Sandbox, shared: EncodingPlan, *, cancelled: Callable[[], bool] = lambda: False
) -> Screener:
    """The whole copy out of `parts/0000…` and `sound/` in the work folder: nothing is encoded."""
    picture = graph.known_picture(shared.facts)
    rungs, rate = graph.ladder(picture), graph.cadence(picture)
    notes = [
        msgspec.json.decode((folder_of(sandbox.work, chunk) / NOTES).read_bytes(), type=ChunkNotes)
        for chunk in shared.chunks
    ]
    texts = msgspec.json.decode(
        (sandbox.work / "sound" / NOTES).read_bytes(), type=tuple[TextTrack, ...]
    )
    for made in sorted((sandbox.work / "sound").iterdir()):
        if made.is_dir() or made.name == "peaks.txt":
            made.rename(sandbox.work / made.name)
    screener.make_folders(sandbox, shared.facts, rungs)
    for rung in rungs:
        write_script(sandbox, rung, shared.chunks, notes, rate)
        _ffmpeg(sandbox, cancelled, *joining(sandbox, rung, picture))
        check_joints(sandbox, rung, notes, picture)
    facts = together(shared.facts, notes, frame=float(1 / rate))
    try:
        made_whole = screener.whole(
            sandbox,
            facts,
            shared.clock,
            rungs,
            texts,
            chunks=len(shared.chunks),
            cancelled=cancelled,
        )
    except PermanentFault as fault:  # only the whole shows what the last chunk lacks
        raise screener.blaming(facts, fault) from None
    for rung in rungs:
        (sandbox.work / f"{rung.name}.txt").unlink()
    for folder in ("parts", "sound"):
        shutil.rmtree(sandbox.work / folder)
    return made_whole


def folder_of(work: Path, chunk: Chunk) -> Path:
    return work / "parts" / f"{chunk.index:04d}"


def write_script(
    sandbox: Sandbox, rung: Rung, chunks: tuple[Chunk, ...], notes: list[ChunkNotes], rate: Fraction
) -> None:
    """The order of the chunks, each with its exact length: what a header rounds is not believed."""
    lines = ["ffconcat version 1.0"]
    for chunk, note in zip(chunks, notes, strict=True):
        lines.append(f"file '{sandbox.job}/parts/{chunk.index:04d}/{rung.name}.mp4'")
        lines.append(f"duration {float(note.frames / rate):.6f}")
    (sandbox.work / f"{rung.name}.txt").write_text("\n".join(lines) + "\n")


def opened(sandbox: Sandbox, rung: Rung) -> list[str]:
    return ["-protocol_whitelist", "file", "-f", "concat", "-safe", "0", "-i",
            f"{sandbox.job}/{rung.name}.txt"]  # fmt: skip


def joining(sandbox: Sandbox, rung: Rung, picture: Picture) -> list[str]:
    folder = f"{sandbox.job}/{rung.name}"
    return [
        *opened(sandbox, rung), "-map", "0:v:0", "-c", "copy",
        "-f", "hls", "-hls_time", graph.segment_time(picture), "-hls_playlist_type", "vod",
        "-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "init.mp4",
        "-hls_segment_options", graph.NO_EDITS,
        "-hls_segment_filename", f"{folder}/seg_%05d.m4s", f"{folder}/playlist.m3u8",
    ]  # fmt: skip


def check_joints(sandbox: Sandbox, rung: Rung, notes: list[ChunkNotes], picture: Picture) -> None:
    """Every frame is there, and every segment but the last is whole: no joint shows."""
    frames, made = sum(note.frames for note in notes), f"{rung.name}/playlist.m3u8"
    frames_read = screener.counted(sandbox, made)
    length = float(graph.segment(picture) / graph.cadence(picture))
    uneven = [s for _, s in hls.durations(sandbox.work / made)[:-1] if abs(s - length) > 0.001]
    if frames_read != frames or uneven:
        detail = f"{rung.name}: {frames_read} of {frames} frames, uneven {uneven[:3]}"
        raise PermanentFault("copy_not_whole", detail)


def together(facts: Facts, notes: list[ChunkNotes], *, frame: float) -> Facts:
    """What the chunks saw as one film saw it: a stretch goes on where the next chunk begins."""
    black = joined([run for note in notes for run in note.blacks], within=1.5 * frame)
    still = joined([run for note in notes for run in note.freezes], within=1.5 * frame)
    return msgspec.structs.replace(
        facts,
        blacks=tuple(run for run in black if run.length >= checks.BLACK_LEAST),
        freezes=tuple(run for run in still if run.length >= checks.STILL_LEAST),
        flashes=joined([run for note in notes for run in note.flashes], within=1.0),
        decode_errors=facts.decode_errors + sum(note.decode_errors for note in notes),
        how={
            **facts.how,
            **dict.fromkeys(
                ("blacks", "freezes", "flashes", "decode_errors"), "full decode, in chunks"
            ),
        },
    )


def joined(intervals: list[Interval], *, within: float) -> tuple[Interval, ...]:
    spans = merged(((run.start, run.end) for run in intervals), gap=within)
    return tuple(Interval(*span) for span in spans)


def _ffmpeg(sandbox: Sandbox, cancelled: Callable[[], bool], *arguments: str) -> None:
    argv = [
        sandbox.tools.ffmpeg, "-nostdin", "-hide_banner", "-y", "-loglevel", "warning", "-nostats",
        "-progress", "pipe:1", *arguments,
    ]  # fmt: skip
    run(sandbox.argv(argv), deadline=3600, stall=300, cancelled=cancelled)
