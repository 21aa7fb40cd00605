"""Small films for tests, made by the real ffmpeg: each names only what is odd about it."""

import subprocess
from pathlib import Path

from tests.clips import REC709

PICTURE = "testsrc2=size=320x180:rate=25"
SOUND = "sine=frequency=440:sample_rate=48000,volume=0.5"


def a_clip(
    path: Path,
    *,
    seconds: float = 2,
    picture: str | None = PICTURE,
    sound: str | None = SOUND,
    channels: int = 2,
    extra: tuple[str, ...] = (),
) -> Path:
    """An H.264 and AAC film of `seconds`, pictures and sound from lavfi."""
    argv = ["ffmpeg", "-v", "error", "-y", "-nostdin"]
    for source in (picture, sound):
        if source is not None:
            argv += ["-f", "lavfi", "-i", source]
    if picture is not None:
        argv += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", *REC709]
    if sound is not None:
        argv += ["-c:a", "aac", "-ac", str(channels)]
    subprocess.run([*argv, "-t", str(seconds), *extra, str(path)], check=True, timeout=60)
    return path
