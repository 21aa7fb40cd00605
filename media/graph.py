"""The one graph of a screening copy: one decode, every rung, sound, peaks and checks.

Pure: facts in, ffmpeg arguments out. Names are fixed and paths are the cell's own.
"""

from fractions import Fraction

import ffmpeg
import msgspec

from media.facts import Facts, Picture
from media.probe import FORMATS

LADDER = (1080, 720, 360, 240, 144)
CEILING = {1080: 6000, 720: 3000, 360: 900, 240: 500, 144: 300}
GOP_SECONDS = 2
SEGMENT_SECONDS = 6
SPRITES = 100
PEAKS = 1000
HDR = {"smpte2084", "arib-std-b67"}
COMBED = 0.05
TARGET_LOUDNESS = -23.0
MOST_GAIN = 20.0
WATCHED = 640
STILL = 2.0
LAYOUTS = {2: "stereo", 6: "5.1"}
SOUND_RATE = {2: "160k", 6: "384k"}
FLASHING = 6  # three full flashes a second measure 12, a steady film stays below 3


class Rung(msgspec.Struct, frozen=True):
    """One size of the copy; `name` is its folder."""

    name: str
    width: int
    height: int
    kilobits: int


class Part(msgspec.Struct, frozen=True):
    """Some frames of the copy, by number: `frames` from `first` on, to the film's end when None.

    The film is opened at `seek` seconds, early enough for every filter to know what came before;
    seen from there, the first frame is number `at`.
    """

    index: int
    first: int
    frames: int | None
    seek: float = 0.0
    at: int = 0


def even(value: float) -> int:
    return max(2, round(value / 2) * 2)


def ladder(picture: Picture) -> tuple[Rung, ...]:
    """The film's own height first, never more than it has; then at most two smaller rungs."""
    width, height = picture.shown_size
    top = min(even(height), 1080)
    heights = [top, *[h for h in LADDER if h <= top * 0.75][:2]]
    return tuple(
        Rung(f"v{i}", even(width * h / height), h, ceiling(h)) for i, h in enumerate(heights)
    )


def ceiling(height: int) -> int:
    return next(rate for lines, rate in CEILING.items() if height >= lines or lines == 144)


def cadence(picture: Picture) -> Fraction:
    """What the copy plays at: the film's exact rate; a variable one is made steady."""
    return Fraction(24000, 1001) if picture.is_telecined else Fraction(*picture.rate)


def gain(facts: Facts) -> float:
    """One linear gain for the screener, so that the committee never reaches for the volume."""
    sound = facts.sound
    if sound is None or sound.loudness is None or sound.loudness < -70:
        return 0.0
    room = -1.0 - (sound.true_peak if sound.true_peak is not None else 0.0)
    return max(-MOST_GAIN, min(TARGET_LOUDNESS - sound.loudness, room, MOST_GAIN))


def has_sound(facts: Facts) -> bool:
    return facts.sound is not None and facts.sound.duration > 0


def most_bytes(facts: Facts, rungs: tuple[Rung, ...]) -> int:
    """What a copy with these rungs may weigh while it is made, its sound and notes included."""
    kilobits = sum(rung.kilobits for rung in rungs) + 600
    return int(facts.duration * kilobits * 125 * 1.5) + 128 * 1024 * 1024


def sprite_every(facts: Facts) -> float:
    return max(1.0, facts.duration / SPRITES)


def arguments(facts: Facts, *, film: str, job: str, threads: int = 2) -> list[str]:
    """Everything after `ffmpeg` and its global options."""
    picture = facts.picture
    if picture is None:
        raise ValueError("a film without a picture has no copy")
    film_open, rungs = opened(film, threads), ladder(picture)
    small = watched_rung(rungs)
    taps = [1 + (i == small) for i in range(len(rungs))]
    sizes = cascade(prepared(film_open["v:0"], picture), rungs, taps)
    outputs = [video_output(sizes[i].pop(), rung, picture, job) for i, rung in enumerate(rungs)]
    outputs.append(watched_output(sizes[small].pop(), picture, job))
    outputs += sound_outputs(film_open, facts, job) + peaks_outputs(film_open, facts, job)
    return [str(argument) for argument in ffmpeg.merge_outputs(*outputs).get_args()]


def part_arguments(facts: Facts, part: Part, *, film: str, job: str, threads: int = 2) -> list[str]:
    """The pictures of one part in every size, and the checks on them."""
    picture = facts.picture
    if picture is None:
        raise ValueError("a film without a picture has no copy")
    rungs = ladder(picture)
    small = watched_rung(rungs)
    shown = prepared(opened(film, threads, seek=part.seek)["v:0"], picture, part=part)
    sizes = cascade(shown, rungs, [1 + (i == small) for i in range(len(rungs))])
    outputs = [
        sizes[i].pop().output(
            f"{job}/{rung.name}.mp4", **encoder(rung, picture),
            video_track_timescale=timescale(picture),
        )
        for i, rung in enumerate(rungs)
    ]  # fmt: skip
    brief = 2 / float(cadence(picture))
    outputs.append(watched_output(sizes[small].pop(), picture, job, still=brief))
    return [str(argument) for argument in ffmpeg.merge_outputs(*outputs).get_args()]


def timescale(picture: Picture) -> int:
    """Ticks a second in which every frame of the cadence is whole, as fine as MP4's own."""
    ticks = cadence(picture).numerator
    while ticks < 10_000:
        ticks *= 2
    return ticks


def early_rung(picture: Picture) -> Rung:
    height = min(even(picture.shown_size[1]), 360)
    width, whole = picture.shown_size
    return Rung("v0", even(width * height / whole), height, ceiling(height))


def early_arguments(facts: Facts, *, film: str, job: str, threads: int = 2) -> list[str]:
    """One small rung with its sound: what can be watched while the rest is made."""
    picture = facts.picture
    if picture is None:
        raise ValueError("a film without a picture has no copy")
    rung, film_open = early_rung(picture), opened(film, threads)
    shown = prepared(film_open["v:0"], picture, top=rung)
    outputs = [video_output(shown, rung, picture, job), *sound_outputs(film_open, facts, job)]
    return [str(argument) for argument in ffmpeg.merge_outputs(*outputs).get_args()]


def watched_rung(rungs: tuple[Rung, ...]) -> int:
    """The rung that the checks look at: the smallest that is still 640 wide, else the film itself."""
    return max((i for i, rung in enumerate(rungs) if rung.width >= WATCHED), default=0)


def cascade(
    top: ffmpeg.nodes.FilterableStream, rungs: tuple[Rung, ...], taps: list[int]
) -> list[list[ffmpeg.nodes.FilterableStream]]:
    """`taps[i]` streams of each rung's size, each size scaled from the one above it.

    Scaling the whole picture again for every rung and every check costs more than the checks.
    """
    sizes = []
    for place, (rung, wanted) in enumerate(zip(rungs, taps, strict=True)):
        if place:
            top = top.filter("scale", rung.width, rung.height, flags="bicubic")
        is_last = place == len(rungs) - 1
        split = top.filter_multi_output("split", wanted + (not is_last))
        sizes.append([split[i] for i in range(wanted)])
        if not is_last:
            top = split[wanted]
    return sizes


def opened(film: str, threads: int, *, seek: float = 0.0) -> ffmpeg.nodes.FilterableStream:
    return ffmpeg.input(
        film,
        protocol_whitelist="file,pipe",
        format_whitelist=FORMATS,
        max_pixels=36_000_000,
        threads=threads,
        **({"ss": f"{seek:.6f}"} if seek else {}),
    )


def prepared(
    stream: ffmpeg.nodes.FilterableStream,
    picture: Picture,
    *,
    top: Rung | None = None,
    part: Part | None = None,
    pixels: str = "yuv420p",
) -> ffmpeg.nodes.FilterableStream:
    """Undo what a projector would not show: combing, uneven cadence, HDR, odd pixel shapes."""
    if picture.is_telecined:
        stream = stream.filter("pullup")
    elif picture.combed is not None and picture.combed >= COMBED:
        stream = stream.filter("bwdif", mode="send_frame")
    rate = cadence(picture)
    stream = stream.filter("fps", fps=f"{rate.numerator}/{rate.denominator}")
    if part is not None:
        stream = cut(stream, part)
    if picture.transfer in HDR:
        stream = (
            stream.filter("zscale", transfer="linear", npl=100)
            .filter("format", "gbrpf32le")
            .filter("tonemap", "hable")
            .filter("zscale", primaries="bt709", transfer="bt709", matrix="bt709", range="tv")
        )
    top = top or ladder(picture)[0]
    return (
        stream.filter("scale", top.width, top.height, flags="bicubic")
        .filter("setsar", 1)
        .filter("format", pixels)
    )


def cut(stream: ffmpeg.nodes.FilterableStream, part: Part) -> ffmpeg.nodes.FilterableStream:
    """Exact frames: behind `fps` a time stamp is a frame's number, so nothing is rounded."""
    limits = {"start_pts": part.at} if part.index else {}
    if part.frames is not None:
        limits["end_pts"] = part.at + part.frames
    return stream.filter("trim", **limits).filter("setpts", "PTS-STARTPTS")


def video_output(
    stream: ffmpeg.nodes.FilterableStream, rung: Rung, picture: Picture, job: str
) -> ffmpeg.nodes.OutputStream:
    return stream.output(
        f"{job}/{rung.name}/playlist.m3u8",
        **encoder(rung, picture), **segments(f"{job}/{rung.name}", picture),
    )  # fmt: skip


def encoder(rung: Rung, picture: Picture) -> dict[str, object]:
    """The same for a whole film and for a part of it: closed groups of exactly two seconds.

    One thread: with more, x264 under a ceiling gives other bytes at every run (measured), and a
    film made twice could not be told from a film made once. Several films, or parts, run at once.
    The cadence is steady already: left to itself, ffmpeg would fill a late start with frames.
    """
    gop = group(picture)
    return {
        "vcodec": "libx264", "preset": "veryfast", "crf": 22, "profile": "high",
        "maxrate": f"{rung.kilobits}k", "bufsize": f"{rung.kilobits * 3 // 2}k",
        "g": gop, "keyint_min": gop, "sc_threshold": 0, "flags": "+cgop", "threads": 1,
        "fps_mode": "passthrough", "map_metadata": -1, "map_chapters": -1,
    }  # fmt: skip


def group(picture: Picture) -> int:
    """Frames from one key frame to the next."""
    return max(1, round(cadence(picture) * GOP_SECONDS))


def channels(facts: Facts) -> tuple[int, ...]:
    """Stereo for everybody; beside it 5.1 where the film has it, each in a group of its own."""
    if facts.sound is None or not has_sound(facts):
        return ()
    return (2, 6) if facts.sound.channels >= 6 else (2,)


def sound_outputs(
    film: ffmpeg.nodes.FilterableStream, facts: Facts, job: str
) -> list[ffmpeg.nodes.OutputStream]:
    """The first track at one measured level; only the screener is levelled, never the master."""
    wanted = channels(facts)
    if not wanted:
        return []
    level = film["a:0"].filter("volume", f"{gain(facts):.2f}dB")
    split = level.filter_multi_output("asplit", len(wanted))
    return [
        split[place].filter("aformat", channel_layouts=LAYOUTS[count]).output(
            f"{job}/a{place}/playlist.m3u8",
            acodec="aac", audio_bitrate=SOUND_RATE[count], ar=48000,
            map_metadata=-1, map_chapters=-1, **segments(f"{job}/a{place}", facts.picture),
        )
        for place, count in enumerate(wanted)
    ]  # fmt: skip


def peaks_outputs(
    film: ffmpeg.nodes.FilterableStream, facts: Facts, job: str
) -> list[ffmpeg.nodes.OutputStream]:
    """The film's own loudest sample in each of `PEAKS` stretches, before any levelling."""
    if facts.sound is None or not has_sound(facts):
        return []
    each = max(1024, round(facts.sound.sample_rate * facts.sound.duration / PEAKS))
    told = (
        film["a:0"].filter("asetnsamples", n=each)
        .filter("astats", metadata=1, reset=1, measure_perchannel="none",
                measure_overall="Peak_level")
        .filter("ametadata", mode="print", file=f"{job}/peaks.txt")
    )  # fmt: skip
    return [told.output("-", format="null")]


def sound_arguments(facts: Facts, *, film: str, job: str) -> list[str]:
    """All sound and nothing else; empty for a silent film."""
    film_open = opened(film, 2)
    outputs = sound_outputs(film_open, facts, job) + peaks_outputs(film_open, facts, job)
    return [str(a) for a in ffmpeg.merge_outputs(*outputs).get_args()] if outputs else []


def segment(picture: Picture) -> int:
    """Frames of one segment."""
    return group(picture) * SEGMENT_SECONDS // GOP_SECONDS


def segment_time(picture: Picture | None) -> str:
    """Seconds of one segment, to the microsecond and never too long.

    The muxer counts from the film's beginning: six seconds of a film at 23.976 would lose a group
    of pictures after half an hour.
    """
    if picture is None:
        return str(SEGMENT_SECONDS)
    return f"{int(segment(picture) / cadence(picture) * 1_000_000) / 1_000_000:.6f}"


def segments(folder: str, picture: Picture | None) -> dict[str, object]:
    return {
        "format": "hls",
        "hls_time": segment_time(picture),
        "hls_playlist_type": "vod",
        "hls_segment_type": "fmp4",
        "hls_fmp4_init_filename": "init.mp4",
        "hls_segment_filename": f"{folder}/seg_%05d.m4s",
    }


def sheet(facts: Facts) -> tuple[float, int]:
    """(seconds from one picture to the next, rows of ten)."""
    every = sprite_every(facts)
    count = max(1, min(SPRITES, int(facts.duration / every)))
    return every, -(-count // 10)


def watching(facts: Facts, *, film: str, job: str, threads: int = 2) -> list[str]:
    """The picture checks alone, for a judgement without a copy."""
    picture = facts.picture
    if picture is None:
        raise ValueError("a film without a picture cannot be watched")
    shown = prepared(opened(film, threads)["v:0"], picture)
    return [str(argument) for argument in watched_output(shown, picture, job).get_args()]


def watched_output(
    stream: ffmpeg.nodes.FilterableStream, picture: Picture, job: str, *, still: float = STILL
) -> ffmpeg.nodes.OutputStream:
    """Black, freeze and flashes on a small branch; the last tells only frames that flash."""
    return (
        stream.filter("scale", f"min({WATCHED},iw)", -2)
        .filter("blackdetect", d=1, pic_th=0.98).filter("freezedetect", n="-50dB", d=f"{still:.3f}")
        .filter("metadata", mode="print", file=f"{job}/checks.txt")
        .filter("photosensitivity", bypass=1, skip=4, frames=max(2, round(float(cadence(picture)))))
        .filter("metadata", mode="print", key="lavfi.photosensitivity.badness", value=FLASHING,
                function="greater", file=f"{job}/flashes.txt")
        .output("-", format="null")
    )  # fmt: skip
