"""How to export a film so that a policy takes it, from the programs that people cut with. Pure.

What each program offers is what its makers document: Premiere Pro and DaVinci Resolve write ProRes, DNxHR, H.264
and HEVC; Final Cut Pro writes ProRes, H.264 and HEVC.
"""

import msgspec

from media.policy import Policy


class ExportWay(msgspec.Struct, frozen=True):
    """A way to write pictures and sound. `codec`, `container` and `sound` are called as ffprobe calls them;
    `words` are what ffmpeg is asked for.
    """

    codec: str
    container: str
    sound: str
    words: tuple[str, ...]


BEST_FIRST = (
    ExportWay("prores", "mov", "pcm_s24le", ("-c:v", "prores_ks", "-profile:v", "3", "-pix_fmt", "yuv422p10le")),
    ExportWay("dnxhd", "mov", "pcm_s24le", ("-c:v", "dnxhd", "-profile:v", "dnxhr_hqx", "-pix_fmt", "yuv422p10le")),
    ExportWay("h264", "mp4", "aac", ("-c:v", "libx264", "-crf", "14", "-preset", "slow", "-pix_fmt", "yuv420p")),
    ExportWay("hevc", "mp4", "aac", ("-c:v", "libx265", "-crf", "16", "-tag:v", "hvc1", "-pix_fmt", "yuv420p10le")),
)  # fmt: skip
PROGRAMS = {
    "premiere": ("prores", "dnxhd", "h264", "hevc"),
    "resolve": ("prores", "dnxhd", "h264", "hevc"),
    "finalcut": ("prores", "h264", "hevc"),
    "ffmpeg": ("prores", "dnxhd", "h264", "hevc"),
}
SOUND_WORDS = {"pcm_s24le": ("-c:a", "pcm_s24le"), "aac": ("-c:a", "aac", "-b:a", "320k")}
FEWEST_HZ = 48_000


class Export(msgspec.Struct, frozen=True):
    """What to choose in one program; `command` is the whole of it where the program is ffmpeg."""

    program: str
    codec: str
    container: str
    sound: str
    hertz: int
    most_size: tuple[int, int]
    rates: tuple[str | int, ...]
    loudness: tuple[float, float]
    command: str = ""


def exports(policy: Policy) -> list[Export]:
    """The best way that each program has and the policy takes without a remark; a program that has none is
    left out.
    """
    found = ((program, best(policy, codecs)) for program, codecs in PROGRAMS.items())
    return [export(policy, program, way) for program, way in found if way is not None]


def best(policy: Policy, codecs: tuple[str, ...]) -> ExportWay | None:
    return next((way for way in BEST_FIRST if way.codec in codecs and is_taken(policy, way)), None)


def is_taken(policy: Policy, way: ExportWay) -> bool:
    is_heard = way.sound.startswith("pcm_") or way.sound in policy.sound.codecs
    return (
        way.codec in policy.codecs.accept and way.container in policy.containers.accept and is_heard
    )


def export(policy: Policy, program: str, way: ExportWay) -> Export:
    hertz = FEWEST_HZ if FEWEST_HZ in policy.sound.rates else min(policy.sound.rates)
    return Export(
        program=program,
        codec=way.codec,
        container=way.container,
        sound=way.sound,
        hertz=hertz,
        most_size=policy.most_size,
        rates=policy.rates.accept,
        loudness=(policy.sound.loudness.low, policy.sound.loudness.high),
        command=command(policy, way, hertz) if program == "ffmpeg" else "",
    )


def command(policy: Policy, way: ExportWay, hertz: int) -> str:
    """One line to paste: square pixels, and never larger than the policy takes."""
    width, height = policy.most_size
    within = f"scale='min({width},iw)':'min({height},ih)':force_original_aspect_ratio=decrease"
    fits = f"scale=iw*sar:ih,{within}:force_divisible_by=2,setsar=1"
    words = [
        "ffmpeg", "-i", "film.mov", "-map", "0:v:0", "-map", "0:a:0", "-vf", f'"{fits}"', *way.words,
        *SOUND_WORDS[way.sound], "-ar", str(hertz), f"export.{way.container}",
    ]  # fmt: skip
    return " ".join(words)
