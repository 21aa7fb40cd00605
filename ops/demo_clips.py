"""Draw the demo's clips with ffmpeg: a few seconds each, all different, some broken on purpose."""

import subprocess
from pathlib import Path

from ops.demo_films import Clip

CODECS = {
    "libx264": ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "26", "-pix_fmt", "yuv420p"],
    "mpeg2video": ["-c:v", "mpeg2video", "-b:v", "3M", "-pix_fmt", "yuv420p"],
    "libvpx-vp9": ["-c:v", "libvpx-vp9", "-cpu-used", "8", "-deadline", "realtime", "-b:v", "600k"],
}
REC709 = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]
SOUNDS = {
    "stereo": ["sine=frequency=220:sample_rate=48000,tremolo=f=0.4:d=0.6,volume=0.5", "2"],
    "mono": ["sine=frequency=180:sample_rate=48000,volume=0.5", "1"],
    "5.1": ["sine=frequency=110:sample_rate=48000,tremolo=f=0.7:d=0.5,volume=0.5", "6"],
    "silent": ["anullsrc=channel_layout=stereo:sample_rate=48000", "2"],
}
NIGHTS = [
    ("0x081222", "0x3f6871"), ("0x0b1a2c", "0xe6b06c"), ("0x171a22", "0x8b97a6"),
    ("0x11151f", "0x6b2b26"), ("0x04060a", "0x1f5a6b"), ("0x2a2f45", "0xf0b46a"),
    ("0x0e1016", "0x6b5a48"), ("0x122032", "0xc9c6bf"), ("0x1a1014", "0xa8506a"),
]  # fmt: skip


def draw(clip: Clip, folder: Path, name: str, *, seed: int) -> Path:
    """The finished file; a defect is done to it last."""
    path = folder / f"{name}.{clip.container}"
    seconds = "0.6" if clip.defect == "short" else str(clip.seconds)
    argv = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", picture(clip, seed)]
    if clip.sound != "none":
        source, channels = SOUNDS[clip.sound]
        argv += ["-f", "lavfi", "-i", source, "-c:a", "aac", "-ac", channels]
    argv += ["-t", seconds, *CODECS[clip.codec], *REC709, "-threads", "1"]
    if clip.container in {"mp4", "mov"}:
        argv += ["-movflags", "+faststart"]
    subprocess.run([*argv, str(path)], check=True, stdin=subprocess.DEVNULL)
    if clip.defect == "cut":
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) * 2 // 3])
    return path


def picture(clip: Clip, seed: int) -> str:
    """One lavfi source with its size and rate; a gradient without colours gets a night of its own."""
    name, _, rest = clip.picture.partition("=")
    options = [rest] if rest else []
    if name == "gradients" and "c0=" not in rest:
        dark, light = NIGHTS[seed % len(NIGHTS)]
        options.append(f"c0={dark}:c1={light}:speed=0.02")
    if "s=" not in rest and "size=" not in rest:
        options.append(f"size={clip.size}")
    options.append(f"rate={clip.rate}")
    if name == "gradients":
        options += [f"seed={seed}", "nb_colors=2"]
    grain = "" if name == "color" else ",format=yuv420p,noise=alls=6:allf=t"
    return f"{name}={':'.join(options)}{grain}"
