"""Draw the demo's clips: a few seconds each, no two alike, some broken on purpose.

python -m ops.demo_clips FOLDER    all of them, and how long each took
"""

import subprocess
import sys
import time
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import IO

from PIL import Image, ImageDraw, ImageFont

from ops.demo_films import FILMS, Clip, DemoFilm
from ops.scenes import SCENES
from ops.scenes.sounds import HZ, composed
from ops.scenes.stage import SceneStage, dimmed

CODECS = {
    "libx264": ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "23"],
    "mpeg2video": ["-c:v", "mpeg2video", "-b:v", "6M"],
    "libvpx-vp9": [
        "-c:v",
        "libvpx-vp9",
        "-cpu-used",
        "8",
        "-deadline",
        "realtime",
        "-b:v",
        "1500k",
    ],
}
REC709 = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]
CHANNELS = {"mono": 1, "stereo": 2, "5.1": 6, "silent": 2}
FONTS = Path(__file__).parent.parent / "api/static/vendor"
IVORY = "#f4eee0"
TITLE = (
    0.25,
    1.75,
)  # seconds between which the title stands: a still is cut at 2, and shows the scene
CREDITS = 0.9  # seconds before the end
LEAST_WITH_CREDITS = 2.0
DRAWN = Fraction(25, 2)  # pictures a second


def draw(
    clip: Clip,
    folder: Path,
    name: str,
    *,
    seed: int,
    title: str = "",
    by: str = "",
    lang: str = "en",
) -> Path:
    """The finished file; a defect is done to it last. The same seed gives the same film."""
    path = folder / f"{name}.{clip.container}"
    sound = folder / f"{name}.pcm"
    argv = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24",
            "-s", clip.size, "-r", f"{drawn_rate(clip)}", "-i", "pipe:0"]  # fmt: skip
    if clip.sound != "none":
        channels = CHANNELS[clip.sound]
        sound.write_bytes(sounding(clip, seed))
        argv += [
            "-f",
            "s16le",
            "-ar",
            str(HZ),
            "-ac",
            str(channels),
            "-i",
            str(sound),
            "-c:a",
            "aac",
        ]
    argv += ["-vf", f"scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,fps={clip.rate}",
             *CODECS[clip.codec], *REC709, "-threads", "1", "-bitexact"]  # fmt: skip
    if clip.container in {"mp4", "mov"}:
        argv += ["-movflags", "+faststart"]
    with subprocess.Popen([*argv, str(path)], stdin=subprocess.PIPE) as ffmpeg:
        project(clip, pipe_of(ffmpeg), seed=seed, title=title, by=by, lang=lang)
    sound.unlink(missing_ok=True)
    if ffmpeg.returncode:
        raise subprocess.CalledProcessError(ffmpeg.returncode, argv)
    if clip.defect == "cut":
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) * 2 // 3])
    return path


def pipe_of(process: subprocess.Popen[bytes]) -> IO[bytes]:
    if process.stdin is None:
        raise RuntimeError("a pipe was asked for")
    return process.stdin


def lasting(clip: Clip) -> float:
    return 0.6 if clip.defect == "short" else float(clip.seconds)


def drawn_rate(clip: Clip) -> Fraction:
    """The part of its cadence that is drawn: each picture is shown twice or more, as animation is."""
    rate = Fraction(clip.rate)
    return rate / max(1, round(rate / DRAWN))


def sounding(clip: Clip, seed: int) -> bytes:
    """The sound, as ffmpeg reads it: 16 bits, channel by channel."""
    shape = {"seconds": lasting(clip), "channels": CHANNELS[clip.sound], "seed": seed}
    sound = composed(clip.score, **shape) * (clip.sound != "silent")  # type: ignore[arg-type]
    return (sound.T * 32767).astype("<i2").tobytes()


def project(clip: Clip, into: IO[bytes], *, seed: int, title: str, by: str, lang: str) -> None:
    """Every picture of the film: its title on the darkened scene, the scene, and who made it."""
    width, height = (int(n) for n in clip.size.split("x"))
    stage = SceneStage(width, height, seed)
    shot = SCENES[clip.scene](stage)
    seconds, rate = lasting(clip), float(drawn_rate(clip))
    card = lettering(stage, title, f"{MADE_BY[lang]} {by}")
    end = lettering(stage, title and by, ENDS[lang]) if seconds > LEAST_WITH_CREDITS else None
    for number in range(round(seconds * rate)):
        when = number / rate
        frame = shot(when / seconds)
        frame = lettered(frame, card, shown(when, *TITLE))
        frame = lettered(frame, end, shown(when, seconds - CREDITS, seconds + 1))
        into.write(frame.tobytes())
    into.close()


def shown(when: float, begins: float, ends: float) -> float:
    """How much of a card is seen, from 0 to 1: it comes and goes in a quarter of a second."""
    return max(0.0, min(1.0, 4 * (when - begins) + 0.5, 4 * (ends - when) + 0.5))


MADE_BY = {"fr": "un film de", "en": "a film by"}
ENDS = {
    "fr": "Film inventé, dessiné et mis en sons par calcul",
    "en": "An invented film, drawn and scored by code",
}


def lettering(stage: SceneStage, large: str, small: str) -> Image.Image | None:
    """A line in the festival's hand and one below it, as a mask; None where nothing is to be said."""
    if not large:
        return None
    mask = Image.new("L", stage.size)
    pen = ImageDraw.Draw(mask)
    for words, name, y, tall, ink in (
        (large, "bricolage", 0.47, 0.15, 255),
        (small, "inter", 0.57, 0.042, 190),
    ):
        size = max(9.0, tall * stage.height)
        wide = pen.textlength(words, font=face(name, size)) / (0.84 * stage.width)
        font = face(name, size / max(1.0, wide))
        pen.text((stage.width / 2, y * stage.height), words, ink, font, "ms")
    return mask


def face(name: str, size: float) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(FONTS / f"{name}-latin.woff2"), size)
    font.set_variation_by_axes([800 if name == "bricolage" else 500])
    return font


def lettered(frame: Image.Image, letters: Image.Image | None, share: float) -> Image.Image:
    if letters is None or share <= 0:
        return frame
    darkened = dimmed(frame, 1 - 0.8 * share)
    darkened.paste(IVORY, mask=dimmed(letters, share))
    return darkened


def draw_film(film: DemoFilm, folder: Path, name: str, *, seed: int) -> Path:
    """With its title and its maker's name, in French where the film speaks it."""
    lang = "fr" if "fr" in film.languages or "FR" in film.countries else "en"
    is_black = film.clip.scene == "nothing"  # letters would be something
    title = "" if is_black else film.title
    return draw(film.clip, folder, name, seed=seed, title=title, by=film.director, lang=lang)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    moments = [time.monotonic()]
    for index, film in enumerate(FILMS):
        path = draw_film(film, folder, f"{index:02d}", seed=index + 3)
        moments.append(time.monotonic())
        print(
            f"{moments[-1] - moments[-2]:6.2f} s {path.stat().st_size / 1e6:6.2f} MB  {film.title}"
        )
    print(
        f"{sum(after - before for before, after in pairwise(moments)):6.2f} s for all, one after the other"
    )


if __name__ == "__main__":
    main()
