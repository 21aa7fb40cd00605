"""A first look while the film still arrives: what its headers alone settle, and nothing else."""

from pathlib import Path

import msgspec

from media import boxes
from media.facts import Facts
from media.policy import Finding, Policy, Severity, judge
from media.probe import headers
from media.runner import PermanentFault
from media.sandbox import Sandbox
from media.scan import LOOKING, beyond, by_bytes, read_headers

HEAD_BYTES = 16 * 1024 * 1024
SHOWN = {
    "HOSTILE_REFERENCE", "CONTAINER_NOT_ALLOWED", "CONTENT_ENCRYPTED", "STREAM_COUNT",
    "SAMPLE_TABLE_ABSURD", "DIMENSIONS_TOO_LARGE", "VIDEO_CODEC", "VIDEO_RES_LOW",
    "COLOUR_UNSUPPORTED",
}  # fmt: skip
ABSENT = {"VIDEO_MISSING", "AUDIO_MISSING"}
SEGMENT, TRACKS = 0x18538067, 0x1654AE6B


def look(
    sandbox: Sandbox,
    policy: Policy,
    *,
    size: int,
    name: str = "",
    waivers: frozenset[str] = frozenset(),
) -> tuple[Finding, ...]:
    """The reasons for which a file of `size` bytes is refused, of whom `sandbox.source` is the head.

    No reason says nothing: the verdict comes when everything is here. A track counts as missing
    only where the whole list of tracks has arrived.
    """
    facts = by_bytes(sandbox.source, name, size)
    if not facts.refusal:
        facts = headed(msgspec.structs.replace(sandbox, memory=LOOKING), facts)
    settled = SHOWN | (ABSENT if has_tracks(sandbox.source, facts.container) else set())
    verdict = judge(promised(facts), policy, waivers=waivers)
    return tuple(
        finding
        for finding in verdict.findings
        if finding.code in settled and finding.severity is not Severity.WARN
    )


def headed(sandbox: Sandbox, facts: Facts) -> Facts:
    """What ffprobe reads in the head; where it cannot, nothing is known yet."""
    try:
        listing = headers(sandbox)
    except PermanentFault as fault:
        return beyond(facts, fault.detail) or msgspec.structs.replace(facts, refusal="UNKNOWN_YET")
    facts = read_headers(facts, listing)
    if not facts.is_encrypted and any(
        not picture.codec or not picture.width for picture in facts.pictures
    ):
        refused = beyond(facts, "\n".join(listing["log"]))
        return refused or msgspec.structs.replace(facts, refusal="UNKNOWN_YET")
    return facts


def promised(facts: Facts) -> Facts:
    """The headers taken at their word until the packets are read."""
    return msgspec.structs.replace(
        facts,
        pictures=tuple(
            msgspec.structs.replace(picture, frames=max(picture.frames_promised, 1))
            for picture in facts.pictures
        ),
        sounds=tuple(
            msgspec.structs.replace(track, duration=track.duration or 1.0) for track in facts.sounds
        ),
    )


def has_tracks(head: Path, container: str) -> bool:
    """Whether the whole list of tracks is in the head."""
    if container in {"mov", "mp4"}:
        return boxes.walk(head).has_tracks
    return container == "mkv" and has_ebml_tracks(head.read_bytes())


def has_ebml_tracks(head: bytes) -> bool:
    """Matroska: the `Tracks` element begins and ends within these bytes."""
    at = 0
    while (element := ebml_element(head, at)) is not None:
        name, begins, length = element
        if name == TRACKS:
            return begins + length <= len(head)
        at = begins if name == SEGMENT else begins + length
    return False


def ebml_element(head: bytes, at: int) -> tuple[int, int, int] | None:
    """(name, where the content begins, its length), or None where the bytes end."""
    name = ebml_number(head, at, keeps_mark=True)
    length = ebml_number(head, name[1], keeps_mark=False) if name else None
    return (name[0], length[1], length[0]) if name and length else None


def ebml_number(head: bytes, at: int, *, keeps_mark: bool) -> tuple[int, int] | None:
    """A number that tells its own width in its first bits, and where the next byte is."""
    if at >= len(head) or head[at] == 0:
        return None
    width = 9 - head[at].bit_length()
    if at + width > len(head):
        return None
    value = int.from_bytes(head[at : at + width], "big")
    return (value if keeps_mark else value & ((1 << 7 * width) - 1)), at + width
