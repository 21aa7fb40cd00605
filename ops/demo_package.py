"""The demo's digital cinema package: one picture of a film, held for a second, as a cinema takes it."""

import base64
import hashlib
import io
import subprocess
import tarfile
from pathlib import Path
from uuid import uuid4

PACKAGE = "Perihelie_SHR-1_F_FR-XX_INT_20_2K_CFS_20271101_CFS_SMPTE_OV"
RATE, FRAMES, PICTURE_AT = 24, 30, "2.5"
ISSUED = "2027-11-01T00:00:00+00:00"
AM, PKL, CPL = (
    f"http://www.smpte-ra.org/schemas/{name}" for name in ("429-9/2007/AM", "429-8/2007/PKL", "429-7/2006/CPL")
)  # fmt: skip
CINEMA = ["-c:v", "libopenjpeg", "-profile:v", "cinema2k", "-cinema_mode", "2k_24", "-pix_fmt", "xyz12le"]  # fmt: skip
FLAT = "scale=1998:1080:force_original_aspect_ratio=decrease,pad=1998:1080:-1:-1"
Essences = dict[str, bytes]


def draw_package(clip: Path, folder: Path, title: str) -> Path:
    """A tar of the package, of a picture of this film; one that is there already stays."""
    packed = folder / f"{title}.tar"
    if packed.exists():
        return packed
    still, picture, sound = (
        folder / f"{title}-{name}.mxf" for name in ("still", "picture", "sound")
    )
    mxf(
        still,
        "-ss",
        PICTURE_AT,
        "-i",
        str(clip),
        "-frames:v",
        "1",
        "-vf",
        FLAT,
        "-r",
        str(RATE),
        "-an",
        *CINEMA,
    )
    mxf(picture, "-stream_loop", str(FRAMES - 1), "-i", str(still), "-c", "copy", "-r", str(RATE))
    length = str(FRAMES / RATE)
    # ffmpeg writes no MXF without a picture: a tiny one comes along
    mxf(sound, "-f", "lavfi", "-i", f"color=s=64x64:r={RATE}:d={length}", "-f", "lavfi", "-i",
        f"sine=r=48000:d={length}", "-c:v", "mpeg2video", "-c:a", "pcm_s24le", "-ac", "2")  # fmt: skip
    files = written({"picture.mxf": picture.read_bytes(), "sound.mxf": sound.read_bytes()}, title)
    for path in (still, picture, sound):
        path.unlink()
    packed.with_suffix(".part").write_bytes(tarred(files, title))
    return packed.with_suffix(".part").rename(packed)


def mxf(path: Path, *argv: str) -> None:
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *argv, "-f", "mxf", str(path)]
    subprocess.run(command, check=True, timeout=120)


def tarred(files: Essences, title: str) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(files):
            told = tarfile.TarInfo(f"{title}/{name}")
            told.size = len(files[name])
            tar.addfile(told, io.BytesIO(files[name]))
    return made.getvalue()


def written(essences: Essences, title: str) -> Essences:
    """The essences, with the lists that name them: who plays what, which bytes, where they lie."""
    ids = {name: f"urn:uuid:{uuid4()}" for name in (*essences, "cpl.xml", "pkl.xml")}
    files = essences | {"cpl.xml": playlist(ids, title).encode()}
    files["pkl.xml"] = packing_list(files, ids).encode()
    files["ASSETMAP.xml"] = asset_map(ids).encode()
    files["VOLINDEX.xml"] = xml("VolumeIndex", AM, "<Index>1</Index>").encode()
    return files


def xml(root: str, space: str, inner: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><{root} xmlns="{space}">{inner}</{root}>'


def playlist(ids: dict[str, str], title: str) -> str:
    screen = f"<FrameRate>{RATE} 1</FrameRate><ScreenAspectRatio>1998 1080</ScreenAspectRatio>"
    tracks = track("MainPicture", ids["picture.mxf"], screen) + track("MainSound", ids["sound.mxf"])
    reel = f"<Reel><Id>urn:uuid:{uuid4()}</Id><AssetList>{tracks}</AssetList></Reel>"
    version = (
        f"<ContentVersion><Id>urn:uuid:{uuid4()}</Id><LabelText>1</LabelText></ContentVersion>"
    )
    about = f"<Id>{ids['cpl.xml']}</Id><IssueDate>{ISSUED}</IssueDate><Issuer>demo</Issuer><Creator>demo</Creator>"
    kind = f"<ContentTitleText>{title}</ContentTitleText><ContentKind>short</ContentKind>"
    return xml(
        "CompositionPlaylist",
        CPL,
        f"{about}{kind}{version}<RatingList/><ReelList>{reel}</ReelList>",
    )


def track(name: str, asset: str, more: str = "") -> str:
    return (
        f"<{name}><Id>{asset}</Id><EditRate>{RATE} 1</EditRate><IntrinsicDuration>{FRAMES}</IntrinsicDuration>"
        f"<EntryPoint>0</EntryPoint><Duration>{FRAMES}</Duration>{more}</{name}>"
    )


def packing_list(files: Essences, ids: dict[str, str]) -> str:
    assets = "".join(
        f"<Asset><Id>{ids[name]}</Id><Hash>{sha1(raw)}</Hash><Size>{len(raw)}</Size>"
        f"<Type>{'text/xml' if name.endswith('xml') else 'application/mxf'}</Type></Asset>"
        for name, raw in files.items()
    )
    about = f"<Id>{ids['pkl.xml']}</Id><IssueDate>{ISSUED}</IssueDate><Issuer>demo</Issuer><Creator>demo</Creator>"
    return xml("PackingList", PKL, f"{about}<AssetList>{assets}</AssetList>")


def sha1(raw: bytes) -> str:
    """As packing lists have it."""
    return base64.b64encode(hashlib.sha1(raw, usedforsecurity=False).digest()).decode()


def asset_map(ids: dict[str, str]) -> str:
    assets = "".join(
        f"<Asset><Id>{one}</Id>{'<PackingList>true</PackingList>' if name == 'pkl.xml' else ''}"
        f"<ChunkList><Chunk><Path>{name}</Path></Chunk></ChunkList></Asset>"
        for name, one in ids.items()
    )
    volume = "<VolumeCount>1</VolumeCount>"
    about = (
        f"<Id>urn:uuid:{uuid4()}</Id><Creator>demo</Creator>{volume}<IssueDate>{ISSUED}</IssueDate>"
    )
    return xml("AssetMap", AM, f"{about}<Issuer>demo</Issuer><AssetList>{assets}</AssetList>")
