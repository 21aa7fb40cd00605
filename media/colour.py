"""What the colours of a picture mean, and how they become those of every copy. Pure.

One decision for everybody: the copy is made by it, the report speaks of it.
"""

import re

import ffmpeg
import msgspec

from media.facts import HDR, Picture

UNTOLD = {"", "unknown", "unspecified", "reserved"}
BT709 = "bt709"
BT601 = "smpte170m"
BT2020 = "bt2020nc"
SD_LONG, SD_SHORT = 1279, 608  # pixels of the longer and of the shorter side, at most
RGB = re.compile(r"(x2)?(gbr|rgb|bgr|argb|abgr|0rgb|0bgr|pal8|xyz)")
WIDE = {"bt2020": "Rec. 2020", "smpte431": "DCI-P3", "smpte432": "P3-D65"}  # as people call them
OLD_PRIMARIES = {"smpte170m", "smpte240m", "bt470bg", "bt470m", "film", "ebu3213", "jedec-p22"}
SPELLING = {"ebu3213": "jedec-p22", "bt2020ncl": BT2020, "bt2020_ncl": BT2020}
TOLD = {
    "color_space": BT709,
    "color_primaries": BT709,
    "color_transfer": BT709,
    "color_range": "tv",
}


class Colour(msgspec.Struct, frozen=True):
    """By what the samples of a picture are to be read, in ffmpeg's words."""

    matrix: str = BT709
    primaries: str = BT709
    transfer: str = BT709
    full_range: bool = False

    @property
    def is_hdr(self) -> bool:
        return self.transfer in HDR

    @property
    def is_ours(self) -> bool:
        """Whether the samples stand for what a reader of Rec. 709 sees; the range is no matter."""
        return (self.matrix, self.primaries) == (BT709, BT709) and not self.is_hdr


def meant(picture: Picture) -> Colour:
    """What the tags say; where they are silent, what the others imply, and then the size.

    Standard-range curves are all one: every screen shows them alike, and a film that is called
    sRGB or gamma 2.2 was graded by eye on such a screen.
    """
    transfer = told(picture.transfer)
    curve = transfer if transfer in HDR else BT709
    if is_rgb(picture):
        xyz = picture.pixel_format.startswith("xyz")  # swscale makes Rec. 709 RGB of it
        primaries = "" if xyz else told(picture.primaries)
        return Colour("gbr", primaries or implied_primaries("", curve), curve, full_range=True)
    matrix = told(picture.matrix)
    if matrix == "gbr":
        matrix = ""  # no YUV is read by it
    primaries = told(picture.primaries) or implied_primaries(matrix, curve)
    return Colour(
        matrix or implied_matrix(picture, told(picture.primaries), curve),
        primaries,
        curve,
        picture.full_range or picture.pixel_format.startswith("yuvj"),
    )


def told(tag: str) -> str:
    return "" if tag in UNTOLD else SPELLING.get(tag, tag)


def is_rgb(picture: Picture) -> bool:
    return RGB.match(picture.pixel_format) is not None


def is_sd(picture: Picture) -> bool:
    """As large as a tube's picture: what was never tagged is BT.601 there."""
    sides = sorted((picture.width, picture.height))
    return sides[1] <= SD_LONG and sides[0] <= SD_SHORT


def implied_primaries(matrix: str, curve: str) -> str:
    return "bt2020" if curve in HDR or matrix.startswith("bt2020") else BT709


def implied_matrix(picture: Picture, primaries: str, curve: str) -> str:
    if curve in HDR or primaries == "bt2020":
        return BT2020
    if primaries in OLD_PRIMARIES:
        return "smpte240m" if primaries == "smpte240m" else BT601
    return BT601 if is_sd(picture) else BT709


def converted(
    stream: ffmpeg.nodes.FilterableStream,
    picture: Picture,
    *,
    width: int,
    height: int,
    pixels: str,
) -> ffmpeg.nodes.FilterableStream:
    """The picture in Rec. 709, limited range, in this size.

    Each filter tags its pictures as what it makes of them, and an encoder writes what they say.
    Only what has to be converted goes through zscale, which costs more; swscale keeps a matrix.
    """
    colour = meant(picture)
    if colour.matrix == "gbr":
        stream = stream.filter("format", "gbrp|gbrp10le|gbrp12le|gbrp16le")
    stream = stream.filter(
        "setparams", field_mode="prog", range="pc" if colour.full_range else "tv",
        color_primaries=colour.primaries, color_trc=colour.transfer, colorspace=colour.matrix,
    )  # fmt: skip
    ours = {"primaries": BT709, "transfer": BT709, "matrix": BT709, "range": "tv"}
    size = {"width": width, "height": height, "filter": "bicubic"}
    if colour.is_hdr:
        stream = (
            stream.filter("zscale", transfer="linear", npl=100)
            .filter("format", "gbrpf32le")
            .filter("tonemap", "hable")
            .filter("zscale", **ours, **size)
        )
    elif colour.is_ours:
        stream = stream.filter("scale", width, height, flags="bicubic", out_range="tv")
    else:
        stream = stream.filter("zscale", **ours, **size)
    return stream.filter("format", pixels).filter("setsar", 1)
