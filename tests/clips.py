"""Small films for tests, drawn once a session with ffmpeg; and the ways in which files lie."""

import hashlib
import struct
import subprocess
from pathlib import Path

MOVING = "testsrc2"
STEREO = "sine=frequency=440:sample_rate=48000,volume=0.3"
SILENCE = "anullsrc=channel_layout=stereo:sample_rate=48000"
REC709 = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709")
X264 = (
    "-c:v", "libx264", "-preset", "ultrafast", "-crf", "28", "-pix_fmt", "yuv420p", "-g", "12",
    *REC709,
)  # fmt: skip


def film(
    *,
    size: str = "320x180",
    rate: str = "24",
    seconds: float = 2,
    picture: str | None = MOVING,
    look: str | None = None,
    sound: str | None = STEREO,
    channels: int = 2,
    video: tuple[str, ...] = X264,
    audio: tuple[str, ...] = ("-c:a", "aac"),
    more: tuple[str, ...] = (),
) -> list[str]:
    """Arguments for one small film; `look` is a filter over the picture."""
    argv = []
    if picture:
        mark = ":" if "=" in picture else "="
        graph = f"{picture}{mark}size={size}:rate={rate}" + (f",{look}" if look else "")
        argv += ["-f", "lavfi", "-i", graph]
    if sound:
        argv += ["-f", "lavfi", "-i", sound]
    argv += ["-t", str(seconds), "-threads", "1"]
    argv += video if picture else ()
    argv += (*audio, "-ac", str(channels)) if sound else ()
    return [*argv, *more]


class Clips:
    """A folder of clips; the same arguments are drawn once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def draw(self, argv: list[str], *, kind: str = "mp4") -> Path:
        name = hashlib.sha256("\0".join(argv).encode()).hexdigest()[:16]
        path = self.folder / f"{name}.{kind}"
        if not path.exists():
            subprocess.run(
                ["ffmpeg", "-nostdin", "-v", "error", "-y", *argv, str(path)],
                check=True, stdin=subprocess.DEVNULL, timeout=60,
            )  # fmt: skip
        return path

    def written(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def cut(self, whole: Path, *, share: float) -> Path:
        """The first part of a film, as after an upload that somebody called finished."""
        content = whole.read_bytes()
        return self.written(f"cut-{whole.name}", content[: int(len(content) * share)])

    def with_bytes(self, whole: Path, tail: bytes) -> Path:
        return self.written(f"tail-{whole.name}", whole.read_bytes() + tail)

    def claiming(self, whole: Path, *, width: int, height: int) -> Path:
        """An MP4 whose headers promise another size than its pictures have."""
        content = bytearray(whole.read_bytes())
        at = content.index(b"avc1", content.index(b"stsd")) + 28
        content[at : at + 4] = struct.pack(">HH", width, height)
        return self.written(f"claiming-{width}-{whole.name}", bytes(content))
