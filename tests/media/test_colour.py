"""Colours are shown as they were meant, by readers that trust the tags and by those that assume Rec. 709."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from media import colour, mezzanine, scan, screener
from media.colour import Colour, meant
from media.facts import Picture
from tests.clips import Clips

PATCHES = (
    (200, 30, 30), (30, 200, 30), (30, 30, 200), (200, 200, 30),
    (30, 200, 200), (200, 30, 200), (128, 128, 128), (235, 235, 235),
)  # fmt: skip
SIDE = 80
RAW = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{SIDE * len(PATCHES)}x{2 * SIDE}", "-r", "24")
BY_709 = "scale=in_color_matrix=bt709:in_range=tv:flags=accurate_rnd+full_chroma_int,format=rgb24"
BY_TAGS = "zscale=matrix=gbr:range=full:primaries=bt709,format=gbrp,format=rgb24"
NEAR = 4


def ways(matrix: str, primaries: str, transfer: str = "bt709", limits: str = "tv") -> tuple[str, ...]:
    return (
        "-colorspace", matrix, "-color_primaries", primaries, "-color_trc", transfer, "-color_range", limits
    )  # fmt: skip


def patches(clips: Clips, look: str, *more: str, kind: str = "mkv", size: str = "") -> Path:
    """The patches, turned by `look` into what the film is made of."""
    row = b"".join(bytes(patch) * SIDE for patch in PATCHES)
    raw = clips.written("patches.rgb", row * 2 * SIDE * 12)
    scaled = f"scale={size}:flags=neighbor," if size else ""
    graph = f"{scaled}format=gbrp,setparams=color_primaries=bt709:color_trc=bt709:colorspace=gbr:range=pc{look}"
    return clips.draw([*RAW, "-i", str(raw), "-vf", graph, "-c:v", "ffv1", *more], kind=kind)


def to(matrix: str, primaries: str, *, limits: str = "tv", pixels: str = "yuv444p10le") -> str:
    return f",zscale=matrix={matrix}:primaries={primaries}:transfer=bt709:range={limits},format={pixels}"


def read(path: Path, look: str) -> list[tuple[int, ...]]:
    """The middle of each patch, in eight bits; its edges are blurred."""
    listed = ("-allowed_extensions", "ALL") if path.suffix == ".m3u8" else ()
    line = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", *listed, "-i", str(path), "-frames:v", "1",
         "-vf", f"{look},crop=iw:1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        capture_output=True, check=True, timeout=60,
    ).stdout  # fmt: skip
    width = len(line) // 3
    middles = [int((place + 0.5) * width / len(PATCHES)) for place in range(len(PATCHES))]
    return [tuple(line[3 * at : 3 * at + 3]) for at in middles]


def off(found: list[tuple[int, ...]], wanted: Any = PATCHES) -> int:
    assert len(found) == len(wanted)
    return max(abs(a - b) for one, other in zip(found, wanted, strict=True) for a, b in zip(one, other, strict=True))


SOURCES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "709": (to("709", "709"), ways("bt709", "bt709"), ""),
    "full": (to("709", "709", limits="full"), ways("bt709", "bt709", limits="pc"), ""),
    "RGB": (",format=gbrp", (), ""),
    "RGB of ten bits": (",format=gbrp10le", (), ""),
    "packed RGB": (",format=bgra", (), ""),
    "2020": (to("2020_ncl", "2020"), ways("bt2020nc", "bt2020", "bt2020-10"), ""),
    "P3": (to("709", "smpte432"), ways("bt709", "smpte432"), ""),
    "P3 in RGB": (",zscale=primaries=smpte432:transfer=bt709,format=gbrp16le", ways("rgb", "smpte432", limits="pc"), ""),
    "625": (to("470bg", "bt470bg"), ways("bt470bg", "bt470bg", "gamma28"), "720x576"),
    "625 of QuickTime": (to("170m", "bt470bg"), ways("smpte170m", "bt470bg"), "720x576"),
    "525": (to("170m", "170m"), ways("smpte170m", "smpte170m", "smpte170m"), "720x480"),
    "601 in HD": (to("170m", "709"), ways("smpte170m", "bt709"), "1280x720"),
    "601, full": (to("470bg", "709", limits="full"), ways("bt470bg", "bt709", limits="pc"), ""),
    "SD untagged": (to("170m", "709", pixels="yuv420p"), (), "720x576"),
    "HD untagged": (to("709", "709", pixels="yuv420p"), (), "1280x720"),
}  # fmt: skip


KINDS = ("full", "packed RGB", "2020", "P3", "625", "525", "SD untagged")  # the others say the same again


@pytest.mark.parametrize("name", [n if n in KINDS else pytest.param(n, marks=pytest.mark.slow) for n in SOURCES])
def test_patches_come_back_as_they_were_meant(clips: Clips, sandbox_for, name: str) -> None:
    look, tags, size = SOURCES[name]
    bare = ",setparams=color_primaries=unknown:color_trc=unknown:colorspace=unknown" if "untagged" in name else ""
    sandbox = sandbox_for(patches(clips, look + bare, *tags, size=size))

    made = screener.make(sandbox, scan.inspect(sandbox))

    for rung in made.rungs:
        playlist = sandbox.work / rung.name / "playlist.m3u8"
        assert off(read(playlist, BY_709)) <= NEAR
        assert off(read(playlist, BY_TAGS)) <= NEAR
    assert off(read(sandbox.work / "poster.jpg", "format=rgb24")) <= NEAR + 2


@pytest.mark.parametrize("curve", ["smpte2084", "arib-std-b67"])
def test_a_tone_mapped_film_is_read_alike_by_everybody(clips: Clips, sandbox_for, curve: str) -> None:
    look = f",zscale=matrix=2020_ncl:primaries=2020:transfer={curve}:range=tv:npl=100,format=yuv420p10le"
    sandbox = sandbox_for(patches(clips, look, *ways("bt2020nc", "bt2020", curve)))

    screener.make(sandbox, scan.inspect(sandbox))

    playlist = sandbox.work / "v0/playlist.m3u8"
    shown = read(playlist, BY_709)
    assert off(read(playlist, BY_TAGS), shown) <= 2
    assert all(max(patch) - min(patch) <= 3 for patch in shown[6:])  # grey stays grey
    assert [patch.index(max(patch)) for patch in shown[:3]] == [0, 1, 2]
    assert off(toned(sandbox.source), shown) <= NEAR


def toned(film: Path) -> list[tuple[int, ...]]:
    """The same tone map, looked at before any matrix."""
    return read(film, "zscale=transfer=linear:npl=100,format=gbrpf32le,tonemap=hable,"
                "zscale=primaries=bt709:transfer=bt709,format=gbrp,format=rgb24")  # fmt: skip


@pytest.mark.parametrize("name", ["RGB", "SD untagged"])
def test_the_projection_copy_has_the_same_colours(clips: Clips, sandbox_for, name: str) -> None:
    look, tags, size = SOURCES[name]
    bare = ",setparams=color_primaries=unknown:color_trc=unknown:colorspace=unknown" if "untagged" in name else ""
    sandbox = sandbox_for(patches(clips, look + bare, *tags, size=size))

    mezzanine.make(sandbox, scan.inspect(sandbox))

    assert off(read(sandbox.work / mezzanine.NAME, BY_709)) <= NEAR
    assert off(read(sandbox.work / mezzanine.NAME, BY_TAGS)) <= NEAR
    told = screener.probed(sandbox, mezzanine.NAME)
    assert [f"{tag}={colour.BT709}" in told for tag in ("color_space", "color_primaries", "color_transfer")] == [True] * 3


HD, SD = {"width": 1920, "height": 1080}, {"width": 720, "height": 576}


@pytest.mark.parametrize(
    ("picture", "wanted"),
    [
        ({**HD}, Colour()),
        ({**SD}, Colour("smpte170m")),
        ({**SD, "matrix": "bt709"}, Colour()),
        ({"width": 576, "height": 1024}, Colour("smpte170m")),
        ({"width": 1280, "height": 534}, Colour()),
        ({**HD, "primaries": "bt2020"}, Colour("bt2020nc", "bt2020")),
        ({**HD, "matrix": "bt2020nc"}, Colour("bt2020nc", "bt2020")),
        ({**HD, "transfer": "smpte2084"}, Colour("bt2020nc", "bt2020", "smpte2084")),
        ({**HD, "transfer": "iec61966-2-1"}, Colour()),
        ({**HD, "primaries": "bt470bg"}, Colour("smpte170m", "bt470bg")),
        ({**HD, "pixel_format": "gbrp10le"}, Colour("gbr", full_range=True)),
        ({**HD, "pixel_format": "xyz12le", "primaries": "smpte428"}, Colour("gbr", full_range=True)),
        ({**HD, "pixel_format": "yuvj420p"}, Colour(full_range=True)),
        ({**HD, "matrix": "gbr", "pixel_format": "yuv444p"}, Colour()),
    ],
)  # fmt: skip
def test_tags_that_are_missing_are_implied(picture: dict[str, Any], wanted: Colour) -> None:
    assert meant(Picture(**picture)) == wanted
