"""What a digital cinema package holds, as far as it could be read. Frames, bytes and exact rates."""

from fractions import Fraction

import msgspec


class PackageProblem(msgspec.Struct, frozen=True):
    """Something that is not as it must be: a code of the policy, and what it is about."""

    code: str
    detail: str = ""


class Asset(msgspec.Struct, frozen=True):
    """One file of the package: what the lists say of it, and what is on the disk (None: nothing)."""

    id: str
    path: str
    size: int | None = None
    promised_size: int | None = None
    promised_sha1: str = ""


class ReelTrack(msgspec.Struct, frozen=True):
    """One picture, sound or text of a reel, as the composition plays it."""

    kind: str
    asset: str
    rate: tuple[int, int]
    entry: int
    frames: int
    aspect: tuple[int, int] | None = None
    is_encrypted: bool = False

    @property
    def seconds(self) -> float:
        return float(self.frames / Fraction(*self.rate)) if self.rate[0] else 0.0


class Composition(msgspec.Struct, frozen=True):
    """One version that a projector can play: its reels, each with its tracks."""

    id: str
    title: str
    kind: str = ""
    reels: tuple[tuple[ReelTrack, ...], ...] = ()

    def tracks(self, kind: str) -> tuple[ReelTrack, ...]:
        return tuple(track for reel in self.reels for track in reel if track.kind == kind)

    @property
    def seconds(self) -> float:
        return sum(track.seconds for track in self.tracks("picture"))


class Essence(msgspec.Struct, frozen=True):
    """What an MXF file itself says: held against what the lists say of it."""

    kind: str
    codec: str = ""
    width: int = 0
    height: int = 0
    rate: tuple[int, int] = (0, 1)
    channels: int = 0
    sample_rate: int = 0
    frames: int = 0
    is_encrypted: bool = False


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """`standard` is SMPTE or Interop; `problems` were met while reading."""

    container: str = "dcp"
    standard: str = ""
    compositions: tuple[Composition, ...] = ()
    assets: dict[str, Asset] = {}
    essences: dict[str, Essence] = {}
    problems: tuple[PackageProblem, ...] = ()

    @property
    def main(self) -> Composition | None:
        """The longest composition is the film."""
        return max(self.compositions, key=lambda composition: composition.seconds, default=None)
