"""Make the committee's copy of a film that passed: one ffmpeg in its sandbox, verified before it counts."""

import re
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import msgspec

from media import checks, colour, graph, hls, stamps, stills, subtitles
from media.damage import LOUD
from media.facts import Facts
from media.graph import CopyClock, Rung
from media.hls import Voice
from media.probe import GUARDS, headers
from media.runner import DiskQuota, PermanentFault, Ran, run
from media.sandbox import Sandbox
from media.scan import number
from media.stamps import Stamps
from media.subtitles import TextTrack

SLACK, UNEVEN_SLACK = 0.001, 0.01  # of the frames: what a film may lose at its two ends
SOUND_SLACK = 0.022  # seconds: what broadcasters allow
HALF_SECOND = 0.5
AAC = 1024  # samples of a packet
AT_ONCE = 2  # programs that read a finished copy: as many as the decoder has threads


class Damaged(PermanentFault):
    """No copy can be made because the film itself is broken: `facts` are what its verdict needs."""

    def __init__(self, facts: Facts, detail: str = "") -> None:
        super().__init__("film_damaged", detail)
        self.facts = facts

    def __reduce__(self) -> tuple[type["Damaged"], tuple[Facts, str]]:
        return Damaged, (self.facts, self.detail)


class Screener(msgspec.Struct, frozen=True, kw_only=True):
    """What was made, and in what kind of sandbox; `facts` now know the whole picture."""

    rungs: tuple[Rung, ...]
    has_sound: bool
    sandbox: str
    sprite_every: float
    gain: float
    facts: Facts
    texts: tuple[TextTrack, ...] = ()
    chunks: int = msgspec.field(default=1, name="parts")
    posters: int = 0


def make(
    sandbox: Sandbox,
    facts: Facts,
    *,
    on_progress: Callable[[float], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    threads: int = 2,
) -> Screener:
    """Everything lands in `sandbox.work`; the caller publishes it as one."""
    picture = graph.known_picture(facts)
    rungs, clock = graph.ladder(picture), clock_of(sandbox, facts)
    make_folders(sandbox, facts, rungs)
    arguments = graph.arguments(facts, clock, film=sandbox.film, job=sandbox.job, threads=threads)
    facts = decode(
        sandbox, facts, arguments, cancelled=cancelled, threads=threads, on_progress=on_progress
    )
    texts = subtitles.extract(sandbox, facts, cancelled=cancelled)
    try:
        return whole(sandbox, facts, clock, rungs, texts, cancelled=cancelled)
    except PermanentFault as fault:
        raise blaming(facts, fault) from None


def make_early(
    sandbox: Sandbox,
    facts: Facts,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    threads: int = 2,
) -> Screener:
    """One small rung of its own with the sound, verified like the whole: watched while that is made."""
    rungs, clock = (graph.early_rung(graph.known_picture(facts)),), clock_of(sandbox, facts)
    make_folders(sandbox, facts, rungs)
    arguments = graph.early_arguments(
        facts, clock, film=sandbox.film, job=sandbox.job, threads=threads
    )
    facts = decode(sandbox, facts, arguments, cancelled=cancelled, threads=threads)
    try:
        return whole(sandbox, facts, clock, rungs, (), cancelled=cancelled)
    except PermanentFault as fault:
        raise blaming(facts, fault) from None


def clock_of(sandbox: Sandbox, facts: Facts) -> CopyClock:
    """Where ffmpeg begins to count in this file, and where its copy does."""
    return graph.clock(facts, number(headers(sandbox).get("format", {}).get("start_time")) or 0.0)


def make_folders(sandbox: Sandbox, facts: Facts, rungs: tuple[Rung, ...]) -> None:
    for name in [rung.name for rung in rungs] + [v.folder for v in voices(facts)]:
        (sandbox.work / name).mkdir(exist_ok=True)


def voices(facts: Facts) -> tuple[Voice, ...]:
    groups = {2: "sound", 6: "surround"}
    return tuple(Voice(f"a{i}", groups[n], n) for i, n in enumerate(graph.channels(facts)))


def whole(
    sandbox: Sandbox,
    facts: Facts,
    clock: CopyClock,
    rungs: tuple[Rung, ...],
    texts: tuple[TextTrack, ...],
    *,
    chunks: int = 1,
    cancelled: Callable[[], bool] = lambda: False,
) -> Screener:
    """Verify all that lies in the work folder, and only then write the door to it.

    Small programs, each of which fills no processor: they run side by side.
    """
    picture = graph.known_picture(facts)
    rate = graph.cadence(picture)
    key_every = float(graph.group(picture) / rate)
    seconds = graph.frames(picture, clock) / float(rate)
    every, rows = graph.sheet(facts)
    with ThreadPoolExecutor(AT_ONCE) as beside:
        read = [beside.submit(read_back, sandbox, rung.name) for rung in rungs]
        posters = beside.submit(
            stills.posters, sandbox, rungs[0].name, seconds=seconds, key_every=key_every
        )
        sheet = beside.submit(
            stills.sheet, sandbox, rungs[-1].name, every=every, rows=rows, key_every=key_every,
            cancelled=cancelled,
        )  # fmt: skip
        _verify(sandbox, facts, clock, rungs, read)
        made = posters.result()
        sheet.result()
    heard = graph.sound_end(facts, clock) if graph.has_sound(facts) else 0.0
    stills.keep_peaks(sandbox.work, seconds=heard)
    hls.write_master(sandbox.work, rungs, rate=rate, voices=voices(facts), texts=texts)
    checks.forget(sandbox.work)
    return Screener(
        rungs=rungs,
        has_sound=graph.has_sound(facts),
        sandbox=sandbox.name,
        sprite_every=graph.sprite_every(facts),
        gain=graph.gain(facts),
        facts=facts,
        texts=texts,
        chunks=chunks,
        posters=made,
    )


def watch(
    sandbox: Sandbox,
    facts: Facts,
    *,
    on_progress: Callable[[float], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    threads: int = 2,
) -> Facts:
    """Decode the whole picture and make nothing: what only T3 can know."""
    if facts.picture is None:
        return facts
    arguments = graph.watching(
        facts, clock_of(sandbox, facts), film=sandbox.film, job=sandbox.job, threads=threads
    )
    try:
        return decode(
            sandbox, facts, arguments, cancelled=cancelled, threads=threads, on_progress=on_progress
        )
    except Damaged as found:
        return found.facts


def decode(
    sandbox: Sandbox,
    facts: Facts,
    arguments: list[str],
    *,
    cancelled: Callable[[], bool],
    threads: int,
    on_progress: Callable[[float], None] = lambda _: None,
    length: float = 0.0,
) -> Facts:
    """Run the graph; black, frozen, flashing and damaged stretches join the facts.

    `length` is how many seconds the run makes, when that is not the whole film.
    """
    is_chunk, length = length > 0, length or max(facts.duration, 0.1)
    argv = [
        sandbox.tools.ffmpeg, "-nostdin", "-hide_banner", "-y", "-loglevel", "level+warning", "-nostats", *LOUD,
        "-progress", "pipe:1", "-stats_period", "0.5", "-filter_threads", str(threads), *arguments,
    ]  # fmt: skip
    try:
        ran = run(
            sandbox.argv(argv),
            deadline=300 + length * 30,
            cancelled=cancelled,
            quota=DiskQuota(
                sandbox.work, graph.most_bytes(facts, graph.ladder(graph.known_picture(facts)))
            ),
            on_seconds=lambda seconds: on_progress(min(seconds / length, 0.99)),
        )
    except PermanentFault as fault:
        raise blamed(sandbox, facts, fault, cancelled) from fault
    facts = seen(facts, sandbox, length, is_chunk=is_chunk)
    return msgspec.structs.replace(facts, decode_errors=facts.decode_errors + broken(ran, facts))


def seen(facts: Facts, sandbox: Sandbox, length: float, *, is_chunk: bool) -> Facts:
    """What the checks of a whole decode wrote down; in a chunk a brief run may go on in the next."""
    frame = float(1 / graph.cadence(graph.known_picture(facts)))
    brief = 2 * frame
    return msgspec.structs.replace(
        facts,
        blacks=checks.blacks(
            sandbox.work, frame=frame, least=brief if is_chunk else checks.BLACK_LEAST
        ),
        freezes=checks.stills(
            sandbox.work, length=length, least=brief if is_chunk else checks.STILL_LEAST
        ),
        flashes=checks.flashing(sandbox.work / "flashes.txt"),
        how={
            **facts.how,
            **dict.fromkeys(("blacks", "freezes", "flashes", "decode_errors"), "full decode"),
        },
    )


def blamed(
    sandbox: Sandbox, facts: Facts, fault: PermanentFault, cancelled: Callable[[], bool]
) -> PermanentFault:
    """Whose fault it was that the graph has failed: the picture is decoded alone, into nothing."""
    argv = [
        sandbox.tools.ffmpeg, "-nostdin", "-hide_banner", "-loglevel", "level+warning", "-nostats",
        *LOUD, "-progress", "pipe:1", *GUARDS, "-i", sandbox.film, "-map", "0:V:0", "-f", "null", "-",
    ]  # fmt: skip
    try:
        ran = run(sandbox.argv(argv), deadline=300 + facts.duration * 30, cancelled=cancelled)
    except PermanentFault as stopped:
        return Damaged(msgspec.structs.replace(facts, is_undecodable=True), stopped.detail)
    errors = broken(ran, facts)
    return Damaged(msgspec.structs.replace(facts, decode_errors=errors)) if errors else fault


def blaming(facts: Facts, fault: PermanentFault) -> PermanentFault:
    """A copy that is not whole is the film's fault where the film is broken, in picture or sound."""
    return Damaged(facts, fault.detail) if is_broken(facts) else fault


def is_broken(facts: Facts) -> bool:
    return facts.decode_errors > 0 or any(
        facts.sounds[n].damaged for n in graph.heard(facts).tracks if n < len(facts.sounds)
    )


def broken(ran: Ran, facts: Facts) -> int:
    """Damaged pictures, without those at the head of a cut stream that nobody can decode."""
    picture = graph.known_picture(facts)
    return max(0, ran.damage.of(picture.stream, picture.codec) - picture.unkeyed)


def _verify(
    sandbox: Sandbox,
    facts: Facts,
    clock: CopyClock,
    rungs: tuple[Rung, ...],
    read: list[Future[int]],
) -> None:
    """Every file, every frame, one zero for all: a copy that is not whole or not in time is no copy.

    `read` are the frames of each rung, as a second reader counts them meanwhile.
    """
    picture = graph.known_picture(facts)
    expected = graph.frames(picture, clock)
    is_uneven = picture.is_variable or picture.is_telecined
    slack = max(3, expected * (UNEVEN_SLACK if is_uneven else SLACK))
    begins = set()
    for rung, counted_frames in zip(rungs, read, strict=True):
        seen = in_time(sandbox, rung.name)
        frames = counted_frames.result()
        if abs(frames - expected) > slack or frames != seen.count:
            raise not_whole(rung.name, f"{frames} of {expected:.0f} frames")
        if seen.end * graph.cadence(picture) != frames * seen.scale:
            raise not_whole(rung.name, f"{frames} frames in {seen.seconds[1]:.3f} s")
        begins.add((seen.scale, seen.begins, seen.end))
    if len(begins) > 1:
        raise not_whole("rungs", "they do not change at the same times")
    for voice in voices(facts):
        verify_sound(sandbox, facts, clock, voice)


def verify_sound(sandbox: Sandbox, facts: Facts, clock: CopyClock, voice: Voice) -> None:
    """Packet after packet without a gap, from zero to the end of the film's own sound."""
    heard, expected = in_time(sandbox, voice.folder), graph.sound_end(facts, clock)
    if not 0 <= heard.count * AAC - heard.end < AAC:
        raise not_whole(voice.folder, f"{heard.count} packets in {heard.seconds[1]:.3f} s")
    less, more = sound_slack(facts)
    if not expected - less <= heard.seconds[1] <= expected + more:
        raise not_whole(voice.folder, f"{heard.seconds[1]:.3f} of {expected:.3f} s of sound")


def not_whole(name: str, why: str) -> PermanentFault:
    return PermanentFault("copy_not_whole", f"{name}: {why}")


def in_time(sandbox: Sandbox, name: str) -> Stamps:
    """The rendition begins at zero, and no segment is late or early against the one before it."""
    stamped = stamps.read(sandbox.work / name)
    if stamped.first or stamped.torn:
        raise not_whole(name, f"begins at {stamped.seconds[0]:.3f} s, torn at {stamped.torn[:3]}")
    return stamped


def sound_slack(facts: Facts) -> tuple[float, float]:
    """By how much the end of the sound may come earlier and later than was said, in seconds.

    The last packet of a film may be padded, and a broken one is lost.
    """
    tracks = [facts.sounds[n] for n in graph.heard(facts).tracks]
    packet = max(track.duration / track.packets if track.packets else 0.0 for track in tracks)
    broken = HALF_SECOND if any(track.damaged for track in tracks) else 0.0
    return SOUND_SLACK + packet + broken, SOUND_SLACK + packet


def read_back(sandbox: Sandbox, name: str) -> int:
    """Frames of one rung by a second reader, which must find it tagged as what it is."""
    listing = probed(sandbox, f"{name}/playlist.m3u8")
    for tag, value in colour.TOLD.items():
        if f"{tag}={value}\n" not in listing:
            raise not_whole(name, f"not tagged {tag}={value}")
    return frames_in(listing)


def counted(sandbox: Sandbox, name: str) -> int:
    """Frames of one chunk or projection copy, read back from what was written."""
    return frames_in(probed(sandbox, name))


def frames_in(listing: str) -> int:
    match = re.search(r"^nb_read_packets=(\d+)$", listing, re.MULTILINE)
    return int(match[1]) if match else 0


def probed(sandbox: Sandbox, name: str) -> str:
    """What ffprobe reads of the picture: `color_space=…`, `nb_read_packets=…`, each on a line."""
    argv = [
        sandbox.tools.ffprobe, "-v", "error", "-protocol_whitelist", "file",
        *(("-allowed_extensions", "ALL") if name.endswith(".m3u8") else ()), "-count_packets",
        "-select_streams", "v:0", "-show_entries",
        "stream=nb_read_packets,color_space,color_primaries,color_transfer,color_range",
        "-of", "default=nw=1", f"{sandbox.job}/{name}",
    ]  # fmt: skip
    return run(sandbox.argv(argv), deadline=600, stall=300).output
