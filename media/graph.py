"""The one graph of a screening copy: one decode, every rung, sound, peaks and checks.

Pure: facts in, ffmpeg arguments out. Names are fixed and paths are the sandbox's own.
"""

import math
from fractions import Fraction

import ffmpeg
import msgspec

from media import checks, colour
from media.facts import Facts, HeardTracks, Picture
from media.probe import FORMATS
from media.runner import PermanentFault

LADDER = (1080, 720, 360, 240, 144)
CEILING = {1080: 6000, 720: 3000, 360: 900, 240: 500, 144: 300}
GOP_SECONDS = 2
SEGMENT_SECONDS = 6
SPRITES = 100  # pictures at the most
PEAKS = 1000  # points of the sound curve
COMBED = 0.05  # share of the frames looked at, from which a film is called interlaced
TARGET_LUFS = -23.0
MOST_GAIN_DB = 20.0
WATCHED = 640  # pixels wide: what black, still and flashing are looked for in
LAYOUTS = {2: "stereo", 6: "5.1"}
SOUND_RATE = {2: "160k", 6: "384k"}
# AAC begins with a packet before its first sample, and pictures that wait for a later one are shown
# late. Edit lists would say so; no two readers do as they say, so nothing has to be said.
FROM_ZERO = {
    "bsf:a": "noise=drop=abs(pts)-pts"
}  # a plain -pts would lose a packet by chance, now and then
NO_EDITS = "use_editlist=0"
SOUND_HZ = 48_000
HALF = 0.5001  # ffmpeg rounds halves up, and tells times to the microsecond
PRIMING = 0.025  # an encoder's first packet, before the sound itself: no late picture
FLASHING = 6  # three full flashes a second measure 12, a steady film stays below 3


class Rung(msgspec.Struct, frozen=True):
    """One size of the copy; `name` is its folder."""

    name: str
    width: int
    height: int
    kilobits: int


class Chunk(msgspec.Struct, frozen=True):
    """Some frames of the copy, by number: `frames` from `first` on, to the film's end when None.

    The film is opened at `seek` seconds, early enough for every filter to know what came before;
    seen from there, the first frame is number `at`.
    """

    index: int
    first: int
    frames: int | None
    seek: float = 0.0
    at: int = 0


class CopyClock(msgspec.Struct, frozen=True):
    """Where the copy begins to count: picture and sound share this one zero.

    `opened` is the file's own beginning, from which ffmpeg counts, and `zero` that of the copy,
    both in seconds of the film's time stamps. For `held` frames the first picture is shown before
    its time, because something is heard already.
    """

    opened: float = 0.0
    zero: float = 0.0
    held: int = 0

    @property
    def offset(self) -> float:
        """What is added to ffmpeg's count."""
        return self.opened - self.zero


def clock(facts: Facts, opened: float) -> CopyClock:
    """The zero nearest to the file's beginning from which every picture is a whole frame away.

    Otherwise each picture would be rounded to a frame, and the sound would not.
    """
    picture = facts.picture
    if picture is None:
        return CopyClock(opened, opened)
    rate, late = cadence(picture), max(0.0, picture.start - opened)
    held = math.floor(late * rate + HALF) if late > PRIMING else 0
    return CopyClock(opened, opened + late - float(held / rate), held)


def frames(picture: Picture, clock: CopyClock) -> float:
    """How many the whole copy has."""
    return clock.held + picture.duration * float(cadence(picture))


def sound_end(facts: Facts, clock: CopyClock) -> float:
    """When the last sound ends, on the copy's clock."""
    return (
        max(facts.sounds[n].start + facts.sounds[n].duration for n in heard(facts).tracks)
        - clock.zero
    )


def heard(facts: Facts) -> HeardTracks:
    """Which tracks are played; a film judged before that was asked plays its first."""
    return facts.heard or HeardTracks((0,))


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
    headroom = -1.0 - (sound.true_peak if sound.true_peak is not None else 0.0)
    return max(-MOST_GAIN_DB, min(TARGET_LUFS - sound.loudness, headroom, MOST_GAIN_DB))


def has_sound(facts: Facts) -> bool:
    return facts.sound is not None and facts.sound.duration > 0


def most_bytes(facts: Facts, rungs: tuple[Rung, ...]) -> int:
    """What a copy with these rungs may weigh while it is made, its sound and notes included."""
    kilobits = sum(rung.kilobits for rung in rungs) + 600
    return int(facts.duration * kilobits * 125 * 1.5) + 128 * 1024 * 1024


def sprite_every(facts: Facts) -> float:
    return max(1.0, facts.duration / SPRITES)


def known_picture(facts: Facts) -> Picture:
    if facts.picture is None:
        raise PermanentFault("VIDEO_MISSING")
    return facts.picture


def arguments(
    facts: Facts, clock: CopyClock, *, film: str, job: str, threads: int = 2
) -> list[str]:
    """Everything after `ffmpeg` and its global options."""
    picture = known_picture(facts)
    film_open, rungs = opened(film, threads, clock), ladder(picture)
    sizes = cascade(prepared(film_open["V:0"], picture), rungs, wanted(rungs))
    outputs = [video_output(sizes[i].pop(), rung, picture, job) for i, rung in enumerate(rungs)]
    outputs += watched_outputs(sizes[0].pop(), sizes[watched_rung(rungs)].pop(), picture, job)
    outputs += sound_outputs(film_open, facts, clock, job, peaks=True)
    return [str(argument) for argument in ffmpeg.merge_outputs(*outputs).get_args()]


def chunk_arguments(
    facts: Facts, clock: CopyClock, chunk: Chunk, *, film: str, job: str, threads: int = 2
) -> list[str]:
    """The pictures of one chunk in every size, and the checks on them."""
    picture = known_picture(facts)
    rungs = ladder(picture)
    film_open = opened(film, threads, clock, seek=chunk.seek)
    shown = prepared(film_open["V:0"], picture, chunk=chunk)
    sizes = cascade(shown, rungs, wanted(rungs))
    outputs = [
        sizes[i].pop().output(
            f"{job}/{rung.name}.mp4", **encoder(rung, picture),
            video_track_timescale=timescale(picture),
        )
        for i, rung in enumerate(rungs)
    ]  # fmt: skip
    brief = 2 / float(cadence(picture))
    outputs += watched_outputs(
        sizes[0].pop(), sizes[watched_rung(rungs)].pop(), picture, job, still=brief
    )
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


def early_arguments(
    facts: Facts, clock: CopyClock, *, film: str, job: str, threads: int = 2
) -> list[str]:
    """One small rung with its sound: what can be watched while the rest is made."""
    picture = known_picture(facts)
    rung, film_open = early_rung(picture), opened(film, threads, clock)
    shown = prepared(film_open["V:0"], picture, top=rung)
    outputs = [
        video_output(shown, rung, picture, job),
        *sound_outputs(film_open, facts, clock, job),
    ]
    return [str(argument) for argument in ffmpeg.merge_outputs(*outputs).get_args()]


def watched_rung(rungs: tuple[Rung, ...]) -> int:
    """The rung that the checks look at: the smallest that is still 640 wide, else the film itself."""
    return max((i for i, rung in enumerate(rungs) if rung.width >= WATCHED), default=0)


def wanted(rungs: tuple[Rung, ...]) -> list[int]:
    """How often each size is wanted: for its rung, and for the checks on the largest and a small one."""
    small = watched_rung(rungs)
    return [1 + (place == 0) + (place == small) for place in range(len(rungs))]


def cascade(
    top: ffmpeg.nodes.FilterableStream, rungs: tuple[Rung, ...], taps: list[int]
) -> list[list[ffmpeg.nodes.FilterableStream]]:
    """`taps[i]` streams of each rung's size, each size scaled from the one above it.

    Scaling the whole picture again for every rung and every check costs more than the checks.
    """
    sizes = []
    for place, (rung, wanted) in enumerate(zip(rungs, taps, strict=True)):
        if place:
            top = top.filter("scale", rung.width, rung.height, flags="bicubic").filter("setsar", 1)
        is_last = place == len(rungs) - 1
        split = top.filter_multi_output("split", wanted + (not is_last))
        sizes.append([split[i] for i in range(wanted)])
        if not is_last:
            top = split[wanted]
    return sizes


def opened(
    film: str, threads: int, clock: CopyClock, *, seek: float = 0.0
) -> ffmpeg.nodes.FilterableStream:
    """The film on the copy's clock, or `seek` seconds later."""
    return ffmpeg.input(
        film,
        protocol_whitelist="file,pipe",
        format_whitelist=FORMATS,
        max_pixels=36_000_000,
        err_detect="crccheck",
        threads=threads,
        itsoffset=f"{clock.offset:.6f}",
        **({"ss": f"{seek:.6f}"} if seek else {}),
    )


def prepared(
    stream: ffmpeg.nodes.FilterableStream,
    picture: Picture,
    *,
    top: Rung | None = None,
    chunk: Chunk | None = None,
    pixels: str = "yuv420p",
) -> ffmpeg.nodes.FilterableStream:
    """Undo what a projector would not show: combing, uneven cadence, odd colours and pixel shapes.

    A late picture is shown from the beginning: no player agrees with another on what is there
    before it.
    """
    if picture.is_telecined:
        stream = stream.filter("pullup")
    elif picture.combed is not None and picture.combed >= COMBED:
        stream = stream.filter("bwdif", mode="send_frame")
    rate = cadence(picture)
    stream = stream.filter("fps", fps=f"{rate.numerator}/{rate.denominator}", start_time=0)
    if chunk is not None:
        stream = cut(stream, chunk)
    top = top or ladder(picture)[0]
    return colour.converted(stream, picture, width=top.width, height=top.height, pixels=pixels)


def cut(stream: ffmpeg.nodes.FilterableStream, chunk: Chunk) -> ffmpeg.nodes.FilterableStream:
    """Exact frames: behind `fps` a time stamp is a frame's number, so nothing is rounded."""
    limits = {"start_pts": chunk.at} if chunk.index else {}
    if chunk.frames is not None:
        limits["end_pts"] = chunk.at + chunk.frames
    return stream.filter("trim", **limits).filter("setpts", "PTS-STARTPTS")


def video_output(
    stream: ffmpeg.nodes.FilterableStream, rung: Rung, picture: Picture, job: str
) -> ffmpeg.nodes.OutputStream:
    return stream.output(
        f"{job}/{rung.name}/playlist.m3u8",
        **encoder(rung, picture), **segments(f"{job}/{rung.name}", picture),
    )  # fmt: skip


def encoder(rung: Rung, picture: Picture) -> dict[str, object]:
    """The same for a whole film and for a chunk of it: closed groups of exactly two seconds.

    One thread: with more, x264 under a ceiling gives other bytes at every run (measured), and a
    film made twice could not be told from a film made once. Several films, or chunks, run at once.
    The cadence is steady already: left to itself, ffmpeg would fill a late start with frames.
    """
    gop = group(picture)
    return {
        "vcodec": "libx264", "preset": "veryfast", "crf": 22, "profile": "high",
        "maxrate": f"{rung.kilobits}k", "bufsize": f"{rung.kilobits * 3 // 2}k",
        "g": gop, "keyint_min": gop, "sc_threshold": 0, "flags": "+cgop", "bf": 0, "threads": 1,
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


def played(
    film: ffmpeg.nodes.FilterableStream, facts: Facts, clock: CopyClock
) -> ffmpeg.nodes.FilterableStream:
    """What is heard, on the copy's clock; mono tracks are joined, each as long as the longest."""
    chosen = heard(facts)
    tracks = [steady(film[f"a:{n}"]) for n in chosen.tracks]
    if not chosen.layout:
        return tracks[0]
    until = sound_end(facts, clock)
    return ffmpeg.filter(
        [track.filter("apad", whole_dur=f"{until:.6f}") for track in tracks], "join",
        inputs=len(tracks), channel_layout=chosen.layout, map=chosen.route,
    )  # fmt: skip


def steady(track: ffmpeg.nodes.FilterableStream) -> ffmpeg.nodes.FilterableStream:
    """Every sample at its time: silence before a late sound and in a hole, none of it shifted.

    What is off by more than 20 ms is filled or cut at once, less is caught up unheard. The resampler
    runs from the start (`res`): begun at the first step, it would forget where it was, and put
    silence as long as the film so far before it.
    """
    return track.filter(
        "aresample", SOUND_HZ, flags="res", first_pts=0,
        **{"async": 1000}, min_comp=0.005, min_hard_comp=0.02,
    )  # fmt: skip


def sound_outputs(
    film: ffmpeg.nodes.FilterableStream,
    facts: Facts,
    clock: CopyClock,
    job: str,
    *,
    peaks: bool = False,
) -> list[ffmpeg.nodes.OutputStream]:
    """The sound at one measured level; only the screener is levelled, never the master.

    With `peaks`, its loudest samples before any levelling are noted beside it.
    """
    wanted = channels(facts)
    if not wanted:
        return []
    split = played(film, facts, clock).filter_multi_output("asplit", len(wanted) + peaks)
    outputs = [
        split[place]
        .filter("volume", f"{gain(facts):.2f}dB")
        .filter("aformat", channel_layouts=LAYOUTS[count])
        .output(
            f"{job}/a{place}/playlist.m3u8",
            acodec="aac", audio_bitrate=SOUND_RATE[count], ar=SOUND_HZ, **FROM_ZERO,
            map_metadata=-1, map_chapters=-1, **segments(f"{job}/a{place}", facts.picture),
        )
        for place, count in enumerate(wanted)
    ]  # fmt: skip
    return [*outputs, peaks_output(split[len(wanted)], facts, clock, job)] if peaks else outputs


def peaks_output(
    stream: ffmpeg.nodes.FilterableStream, facts: Facts, clock: CopyClock, job: str
) -> ffmpeg.nodes.OutputStream:
    """The film's own loudest sample in each of `PEAKS` stretches."""
    each = max(1024, round(SOUND_HZ * sound_end(facts, clock) / PEAKS))
    return (
        stream.filter("asetnsamples", n=each)
        .filter("astats", metadata=1, reset=1, measure_perchannel="none",
                measure_overall="Peak_level")
        .filter("ametadata", mode="print", file=f"{job}/peaks.txt")
        .output("-", format="null")
    )  # fmt: skip


def sound_arguments(facts: Facts, clock: CopyClock, *, film: str, job: str) -> list[str]:
    """All sound and nothing else; empty for a silent film."""
    outputs = sound_outputs(opened(film, 2, clock), facts, clock, job, peaks=True)
    return [str(a) for a in ffmpeg.merge_outputs(*outputs).get_args()] if outputs else []


def segment(picture: Picture, seconds: int = SEGMENT_SECONDS) -> int:
    """Frames of one segment."""
    return group(picture) * seconds // GOP_SECONDS


def segment_time(picture: Picture | None, seconds: int = SEGMENT_SECONDS) -> str:
    """Seconds of one segment, to the microsecond and never too long.

    The muxer counts from the film's beginning: six seconds of a film at 23.976 would lose a group
    of pictures after half an hour.
    """
    if picture is None:
        return str(seconds)
    return f"{int(segment(picture, seconds) / cadence(picture) * 1_000_000) / 1_000_000:.6f}"


def segments(
    folder: str, picture: Picture | None, seconds: int = SEGMENT_SECONDS
) -> dict[str, object]:
    return {
        "format": "hls",
        "hls_time": segment_time(picture, seconds),
        "hls_playlist_type": "vod",
        "hls_segment_type": "fmp4",
        "hls_segment_options": NO_EDITS,
        "hls_fmp4_init_filename": "init.mp4",
        "hls_segment_filename": f"{folder}/seg_%05d.m4s",
    }


def sheet(facts: Facts) -> tuple[float, int]:
    """(seconds from one picture to the next, rows of ten)."""
    every = sprite_every(facts)
    count = max(1, min(SPRITES, int(facts.duration / every)))
    return every, -(-count // 10)


def watching(facts: Facts, clock: CopyClock, *, film: str, job: str, threads: int = 2) -> list[str]:
    """The picture checks alone, for a judgement without a copy."""
    picture = facts.picture
    if picture is None:
        raise ValueError("a film without a picture cannot be watched")
    shown = prepared(opened(film, threads, clock)["V:0"], picture).filter_multi_output("split", 2)
    outputs = watched_outputs(shown[0], shown[1], picture, job)
    return [str(argument) for argument in ffmpeg.merge_outputs(*outputs).get_args()]


def watched_outputs(
    large: ffmpeg.nodes.FilterableStream,
    stream: ffmpeg.nodes.FilterableStream,
    picture: Picture,
    job: str,
    *,
    still: float = checks.STILL_LEAST,
) -> list[ffmpeg.nodes.OutputStream]:
    """Black, freeze and flashes on a small branch, and beside it what moves in half a second.

    Flashes and black note only the frames that flash or are dark: few, in most films. That no point of
    a frame is brighter than dark is asked first, for a tenth of what its statistics take.
    """
    small = stream.filter("scale", f"min({WATCHED},iw)", -2).filter_multi_output("split", 2)
    glowing = (
        brightest(large.filter("fps", fps=1 / checks.STEP), ladder(picture)[0])
        .filter("signalstats").filter("metadata", mode="print", file=f"{job}/glow.txt")
        .filter("tblend", all_mode="difference")
        .filter("signalstats").filter("metadata", mode="print", file=f"{job}/stir.txt")
    )  # fmt: skip
    rate = min(max(2, round(float(cadence(picture)))), 240)  # more, the filter does not take
    noted = (
        small[0].filter("freezedetect", n="-50dB", d=f"{still:.3f}")
        .filter("metadata", mode="print", file=f"{job}/checks.txt")
        .filter("photosensitivity", bypass=1, skip=4, frames=rate)
        .filter("metadata", mode="print", key="lavfi.photosensitivity.badness", value=FLASHING,
                function="greater", file=f"{job}/flashes.txt")
        .filter("blackframe", amount=100, threshold=checks.DARK + 1)
        .filter("metadata", mode="select", key="lavfi.blackframe.pblack")
        .filter("signalstats").filter("metadata", mode="print", file=f"{job}/dark.txt")
        .filter("tpad", start=1)  # ffmpeg tells no progress while an output has had no picture yet
    )  # fmt: skip
    moving = (
        small[1].filter("fps", fps=1 / checks.STEP).filter("tblend", all_mode="difference")
        .filter("signalstats").filter("metadata", mode="print", file=f"{job}/moves.txt")
    )  # fmt: skip
    return [branch.output("-", format="null") for branch in (noted, moving, glowing)]


def brightest(stream: ffmpeg.nodes.FilterableStream, top: Rung) -> ffmpeg.nodes.FilterableStream:
    """A small picture that keeps the brightest point of each place: a mean would drown a star."""
    if top.width <= WATCHED:
        return stream
    luma_alone = dict.fromkeys(("threshold1", "threshold2", "threshold3"), 0)
    return stream.filter("dilation", **luma_alone).filter("scale", WATCHED, -2, flags="neighbor")
