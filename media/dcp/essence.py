"""An MXF file by its own header: is it locked, and does it hold what the lists promise?"""

from pathlib import Path

from media.dcp.package import Essence
from media.probe import headers
from media.runner import PermanentFault
from media.sandbox import Sandbox
from media.scan import ratio

HEAD_BYTES = 2 * 1024 * 1024
PARTITION = bytes.fromhex("060e2b34020501010d010201")
CRYPTOGRAPHIC_CONTEXT = bytes.fromhex("060e2b34025301010d01040102020000")  # SMPTE ST 429-6
ENCRYPTED_TRIPLET = bytes.fromhex("060e2b34020401070d010301027e0100")


def is_mxf(path: Path) -> bool:
    return PARTITION in head_of(path)[: 64 * 1024]


def is_locked(path: Path) -> bool:
    head = head_of(path)
    return CRYPTOGRAPHIC_CONTEXT in head or ENCRYPTED_TRIPLET in head


def head_of(path: Path) -> bytes:
    with path.open("rb") as film:
        return film.read(HEAD_BYTES)


def look(sandbox: Sandbox, kind: str) -> Essence | None:
    """What of this kind (`picture`, `sound`) ffprobe finds in the sandbox; None when there is none."""
    if is_locked(sandbox.source):
        return Essence("locked", is_encrypted=True)
    try:
        streams = headers(sandbox).get("streams", [])
    except PermanentFault:
        return None
    for stream in streams:
        if (stream.get("codec_type"), kind) == ("video", "picture"):
            rate = ratio(stream.get("r_frame_rate", "0/1"))
            return Essence(
                "picture",
                codec=stream.get("codec_name", ""),
                width=int(stream.get("width", 0)),
                height=int(stream.get("height", 0)),
                rate=(rate.numerator, rate.denominator),
                frames=frames_of(stream, float(rate)),
            )
        if (stream.get("codec_type"), kind) == ("audio", "sound"):
            return Essence(
                "sound",
                codec=stream.get("codec_name", ""),
                channels=int(stream.get("channels", 0)),
                sample_rate=int(stream.get("sample_rate", 0) or 0),
            )
    return None


def frames_of(stream: dict[str, object], rate: float) -> int:
    try:
        return round(float(str(stream.get("duration"))) * rate)
    except ValueError:
        return 0
