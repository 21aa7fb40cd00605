"""A folder into a `Package`: lists, files, hashes, essences. What is wrong is told, never raised."""

import base64
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import msgspec
from lxml import etree

from media.dcp import essence, lists
from media.dcp.lists import BadList, child, elements, identity, name, text
from media.dcp.package import Asset, Composition, Essence, Package, PackageProblem, ReelTrack
from media.runner import Cancelled
from media.sandbox import Sandbox
from media.storage import PIECE_BYTES
from media.tools import Tools

MAPS = ("ASSETMAP.xml", "ASSETMAP")
VOLUMES = ("VOLINDEX.xml", "VOLINDEX")
MOST_ASSETS = 2000
KINDS = {
    "MainPicture": "picture", "MainStereoscopicPicture": "picture", "MainSound": "sound",
    "MainSubtitle": "text", "ClosedCaption": "text", "MainClosedCaption": "text",
    "AuxData": "data",
}  # fmt: skip

ProgressHook = Callable[[float], None]


def root_of(folder: Path) -> Path | None:
    """Where the package begins: here, or in the one folder that holds everything."""
    folders = [
        folder,
        *(path for path in sorted(folder.iterdir()) if path.is_dir() and path.name[:1] not in "._"),
    ]
    roots = [path for path in folders if any((path / known).is_file() for known in MAPS)]
    return roots[0] if roots else None


def read(
    folder: Path,
    tools: Tools,
    *,
    allow_fallback: bool = False,
    on_progress: ProgressHook = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Package:
    """Everything about the package in `folder`; every byte of it is hashed."""
    root = root_of(folder)
    if root is None:
        return Package(problems=(PackageProblem("DCP_STRUCTURE", "ASSETMAP"),))
    reader = _Reader(root)
    reader.read_map()
    reader.read_lists()
    reader.weigh(on_progress, cancelled)
    reader.look_inside(tools, allow_fallback=allow_fallback)
    return reader.package()


class _Reader:
    """Carries what is known from one list to the next; problems only grow."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.standard = ""
        self.assets: dict[str, Asset] = {}
        self.compositions: list[Composition] = []
        self.essences: dict[str, Essence] = {}
        self.problems: list[PackageProblem] = []
        self.packing: set[str] = set()

    def package(self) -> Package:
        return Package(
            standard=self.standard,
            compositions=tuple(self.compositions),
            assets=self.assets,
            essences=self.essences,
            problems=tuple(dict.fromkeys(self.problems)),
        )

    def wrong(self, detail: str, code: str = "DCP_STRUCTURE") -> None:
        self.problems.append(PackageProblem(code, detail))

    def list_at(self, path: Path) -> etree._Element | None:
        """A list that keeps its schema; one that does not is told and used as far as it goes."""
        try:
            root = lists.read(path)
        except (BadList, OSError) as error:
            self.wrong(f"{path.name}: {error}")
            return None
        if broken := lists.fault(root):
            self.wrong(f"{path.name}: {broken}")
        return root

    def read_map(self) -> None:
        path = next(self.root / known for known in MAPS if (self.root / known).is_file())
        if not any((self.root / known).is_file() for known in VOLUMES):
            self.wrong("VOLINDEX")
        root = self.list_at(path)
        if root is None:
            return
        self.standard = lists.standard(root)
        entries = child(root, "AssetList")
        for entry in elements(entries)[:MOST_ASSETS] if entries is not None else []:
            asset = identity(text(entry, "Id"))
            given = text(entry, "ChunkList", "Chunk", "Path").removeprefix("file:///")
            place = self.inside(given)
            if place is None:
                self.wrong(given[:120] or "Path", "HOSTILE_REFERENCE")
                continue
            if child(entry, "PackingList") is not None:
                self.packing.add(asset)
            size = place.stat().st_size if place.is_file() else None
            self.assets[asset] = Asset(asset, str(place.relative_to(self.root)), size=size)

    def inside(self, given: str) -> Path | None:
        """The file that a list names, if it lies in this package and nowhere else."""
        parts = PurePosixPath(given)
        if (
            not given
            or parts.is_absolute()
            or ".." in parts.parts
            or "\\" in given
            or "\0" in given
        ):
            return None
        place = self.root / parts
        try:
            is_inside = place.resolve().is_relative_to(self.root.resolve())
            place.is_file()
        except (OSError, RuntimeError):  # a loop of links, or a name that no disk takes
            return None
        return place if is_inside else None

    def read_lists(self) -> None:
        """Packing lists first: what they do not name is not part of the package."""
        for asset in [self.assets[asset_id] for asset_id in sorted(self.packing)]:
            root = self.list_at(self.root / asset.path) if asset.size is not None else None
            if root is None:
                self.wrong(f"PKL {asset.path}")
                continue
            self.read_packing(root)
        if not self.packing:
            self.wrong("PKL")
        for asset in list(self.assets.values()):
            if asset.id not in self.packing and asset.path.lower().endswith(".xml") and asset.size:
                root = self.list_at(self.root / asset.path)
                if root is not None and name(root) == "CompositionPlaylist":
                    self.compositions.append(composition(root))
        if not self.compositions:
            self.wrong("CPL")

    def read_packing(self, root: etree._Element) -> None:
        entries = child(root, "AssetList")
        for entry in elements(entries)[:MOST_ASSETS] if entries is not None else []:
            asset = identity(text(entry, "Id"))
            known = self.assets.get(asset)
            if known is None:
                self.wrong(f"PKL: {asset}")
                continue
            self.assets[asset] = msgspec.structs.replace(
                known, promised_size=whole(text(entry, "Size")), promised_sha1=text(entry, "Hash")
            )

    def weigh(self, on_progress: ProgressHook, cancelled: Callable[[], bool]) -> None:
        """Every file that the packing lists name is there, as long as promised, and not one bit off."""
        played = {
            t.asset for composition in self.compositions for reel in composition.reels for t in reel
        }
        for known in (self.assets[asset_id] for asset_id in sorted(played & set(self.assets))):
            if not known.promised_sha1:
                self.wrong(f"PKL: {known.path}")
        listed = [asset for asset in self.assets.values() if asset.promised_sha1]
        total = sum(asset.size or 0 for asset in listed) or 1
        done = 0
        for asset in listed:
            if asset.size is None:
                self.wrong(asset.path)
            elif asset.promised_size is not None and asset.size != asset.promised_size:
                self.wrong(f"{asset.path}: {asset.size} / {asset.promised_size}", "DCP_HASH")
            else:
                for sha1 in sha1_of(self.root / asset.path, cancelled):
                    if isinstance(sha1, int):
                        on_progress(min((done + sha1) / total, 0.99))
                    elif sha1 != asset.promised_sha1:
                        self.wrong(asset.path, "DCP_HASH")
            done += asset.size or 0

    def look_inside(self, tools: Tools, *, allow_fallback: bool) -> None:
        wanted = {
            track.asset: track.kind
            for composition in self.compositions
            for reel in composition.reels
            for track in reel
            if track.kind in {"picture", "sound"} and track.asset in self.assets
        }
        for asset, kind in sorted(wanted.items()):
            known = self.assets[asset]
            if known.size is None:
                continue
            if not essence.is_mxf(self.root / known.path):
                self.wrong(f"{known.path}: MXF")
                continue
            with tempfile.TemporaryDirectory(prefix="cfs-dcp-") as work:
                sandbox = Sandbox(tools=tools, source=(self.root / known.path).resolve(), work=Path(work),
                            allow_fallback=allow_fallback)  # fmt: skip
                seen = essence.look(sandbox, kind)
            if seen is None:
                self.wrong(f"{known.path}: MXF")
            else:
                self.essences[asset] = seen


def sha1_of(path: Path, cancelled: Callable[[], bool]) -> Iterator[int | str]:
    """Bytes read so far, again and again; at the end the hash as packing lists write it."""
    digest, read_so_far = hashlib.sha1(usedforsecurity=False), 0
    with path.open("rb") as film:
        while piece := film.read(16 * PIECE_BYTES):
            if cancelled():
                raise Cancelled
            digest.update(piece)
            read_so_far += len(piece)
            yield read_so_far
    yield base64.b64encode(digest.digest()).decode()


def composition(root: etree._Element) -> Composition:
    reels = child(root, "ReelList")
    return Composition(
        id=identity(text(root, "Id")),
        title=text(root, "ContentTitleText")[:300],
        kind=text(root, "ContentKind")[:40],
        reels=tuple(tracks_of(reel) for reel in (elements(reels) if reels is not None else [])),
    )


def tracks_of(reel: etree._Element) -> tuple[ReelTrack, ...]:
    tracks = child(reel, "AssetList")
    return tuple(
        track_of(entry) for entry in (elements(tracks) if tracks is not None else [])
        if name(entry) in KINDS
    )  # fmt: skip


def track_of(entry: etree._Element) -> ReelTrack:
    intrinsic, begin = (
        whole(text(entry, "IntrinsicDuration")) or 0,
        whole(text(entry, "EntryPoint")) or 0,
    )
    return ReelTrack(
        kind=KINDS[name(entry)],
        asset=identity(text(entry, "Id")),
        rate=pair(text(entry, "EditRate")) or (0, 1),
        entry=begin,
        frames=whole(text(entry, "Duration")) or max(0, intrinsic - begin),
        aspect=pair(text(entry, "ScreenAspectRatio")),
        is_encrypted=child(entry, "KeyId") is not None,
    )


def whole(words: str) -> int | None:
    return int(words) if words.isascii() and words.isdecimal() and len(words) < 16 else None


def pair(words: str) -> tuple[int, int] | None:
    """`24 1` or `1998 1080`; Interop writes an aspect as `1.85`, which is no pair."""
    parts = [whole(part) for part in words.split()]
    if len(parts) != 2 or parts[0] is None or not parts[1]:
        return None
    return parts[0], parts[1]
