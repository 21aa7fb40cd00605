"""T2: a few short windows at full height, before any graph is built; what they show chooses filters.

A scaled picture hides combing, and one dark scene invents bars: so several windows, every line.
"""

from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray

from media.facts import Bars, Facts, Picture
from media.probe import GUARDS
from media.runner import PermanentFault, run
from media.sandbox import Sandbox

WHOLE_BELOW_S = 4.0
FRAMES = 24  # looked at in each window
NARROW, FLAT = 480, 270  # as wide, and as high, as one direction needs while the other is whole
FASTEST_FIELDS = 30.5  # pictures a second; faster ones are no pairs of fields
LEAST_FRAMES = 12
MOVES = 10  # luma by which a point has moved from one frame to the next
LEAST_MOVING = 0.001  # of the points; where fewer move, nothing is said
FARTHER = 1.4  # times as far: measured 1.9 to 3 in interlaced films, 1.0 to 1.2 in others
LIKE_OWN = 0.75  # how near to the field of its own frame the next one's is
AGREED = 3  # pairs of a window at the least
AGREE = (
    0.6  # of a window's pairs that say the same: interlaced films 0.9 and more, slow letters 0.48
)
AGREE_REPEATED, REPEATED = 1 / 3, 1 / 8  # telecined films 0.4 and more, whose fields come again
SAME = 0.15  # of what changes in one field, what may change in a repeated one
BLACK = 24  # luma: brighter is no bar
STRAY = 0.005  # of a line may be brighter all the same
STRAIGHT, FRAMED = 0.6, 0.9  # of its length an edge must be lit: between two sides, or on all four
FLOATING = 0.5  # of an edge, what a line of letters in a bar may fill in one window
THIN = 0.15  # of the lines: less is a rule under a title, not a picture between bars
EVEN = 0.1  # bars are alike on both sides, but for this share of the picture

Luma = NDArray[np.uint8]


class WindowSums(msgspec.Struct):
    """What the windows showed, added up."""

    rows: list[Luma] = []
    columns: list[Luma] = []
    orders: list[int] = []
    repeated: int = 0
    windows: int = 0


def look(sandbox: Sandbox, facts: Facts, *, cancelled: Callable[[], bool] = lambda: False) -> Facts:
    """Combing, repeated fields and bars of the first picture."""
    picture = facts.picture
    if picture is None or picture.frames < 2:
        return facts
    seen = WindowSums()
    for start, length in places(picture.duration):
        with suppress(PermanentFault):  # what cannot be decoded is counted when all of it is
            run(argv(sandbox, picture, start, length), deadline=120, cancelled=cancelled)
            add(seen, sandbox, picture)
    fields = picture.fps <= FASTEST_FIELDS and picture.frames >= LEAST_FRAMES
    decided = max(len(seen.orders), 1)
    first = msgspec.structs.replace(
        picture,
        combed=round(abs(sum(seen.orders)) / decided, 3) if fields and seen.windows else None,
        repeated=round(seen.repeated / decided, 3) if fields and seen.windows else None,
        bars=bars(seen, picture),
    )
    method = f"{seen.windows} windows, every line"
    return msgspec.structs.replace(
        facts,
        pictures=(first, *facts.pictures[1:]),
        how={**facts.how, "combed": f"fields compared, {method}", "bars": f"edges, {method}"},
    )


def places(duration: float) -> list[tuple[float, float]]:
    """(start, length) in seconds: spread over the film, away from its titles."""
    if duration <= WHOLE_BELOW_S:
        return [(0.0, max(duration, 0.5))]
    count, length = (3, 0.8) if duration < 60 else (6, 1.5)
    step = duration * 0.9 / count
    return [(duration * 0.05 + step * (i + 0.5), length) for i in range(count)]


def sizes(picture: Picture) -> tuple[tuple[int, int], tuple[int, int]]:
    """(width, height) of what is looked at line by line, and column by column."""
    width, height = picture.width, picture.height
    return (min(width, NARROW), height), (width, min(height, FLAT))


def argv(sandbox: Sandbox, picture: Picture, start: float, length: float) -> list[str]:
    (narrow, height), (width, flat) = sizes(picture)
    graph = (
        "[0:V:0]format=yuv420p,extractplanes=y,setpts=N/TB/25,split[a][b];"  # from the key before
        f"[a]scale={narrow}:{height}:flags=area[rows];[b]scale={width}:{flat}:flags=area[columns]"
    )
    raw = [
        "-frames:v",
        str(FRAMES),
        "-fps_mode",
        "passthrough",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "gray",
    ]
    return sandbox.argv([
        sandbox.tools.ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-y", "-loglevel", "error", *GUARDS,
        "-ss", f"{start:.3f}", "-t", f"{length:.3f}", "-noautorotate", "-noaccurate_seek",
        "-threads", "2", "-i", sandbox.film, "-filter_complex", graph,
        "-map", "[rows]", *raw, f"{sandbox.job}/rows.gray",
        "-map", "[columns]", *raw, f"{sandbox.job}/columns.gray",
    ])  # fmt: skip


def add(seen: WindowSums, sandbox: Sandbox, picture: Picture) -> None:
    """One window's lines."""
    rows, columns = (
        read(sandbox, name, size)
        for name, size in zip(("rows", "columns"), sizes(picture), strict=True)
    )
    if not len(rows) or not len(columns):
        return
    seen.windows += 1
    seen.rows.append(rows.max(axis=0))
    seen.columns.append(columns.max(axis=0))
    compared = [fields for a, b in pairwise(rows) if (fields := fields_of(a, b)) is not None]
    seen.orders += in_agreement(compared)
    seen.repeated += sum(fields.is_repeated for fields in compared)


def in_agreement(compared: list["Fields"]) -> list[int]:
    """Of one film the order never changes; some pairs that say something are chance.

    Letters that roll by one line a frame look like fields in every other pair.
    """
    orders = [fields.order for fields in compared]
    is_repeating = sum(fields.is_repeated for fields in compared) >= REPEATED * max(
        len(compared), 1
    )
    share = AGREE_REPEATED if is_repeating else AGREE
    agree = abs(sum(orders)) >= max(AGREED, share * len(orders))
    return orders if agree else [0] * len(orders)


def read(sandbox: Sandbox, name: str, size: tuple[int, int]) -> Luma:
    path = sandbox.work / f"{name}.gray"
    width, height = size
    flat = np.fromfile(path, dtype=np.uint8)
    path.unlink()
    whole = len(flat) // (width * height)
    return flat[: whole * width * height].reshape(whole, height, width)


class Fields(msgspec.Struct, frozen=True):
    """What two neighbouring frames say of their fields.

    `order` is 1 or −1 when a frame holds two moments, the upper or the lower field first, and 0
    when it holds one; `is_repeated` when both frames share one field and not the other.
    """

    order: int
    is_repeated: bool


def fields_of(earlier: Luma, later: Luma) -> Fields | None:
    """Compared where something moves; None where too little does.

    The fields of one frame with each other, and each with the other field of the next frame. In a
    progressive film those of one frame are alike, and both others differ as much. In an interlaced
    one a field is as near to its next neighbour in the next frame as to the one in its own, and
    three times as far from the other one.
    """
    height = len(earlier) // 2 * 2
    a, b = earlier[:height].astype(np.int16), later[:height].astype(np.int16)
    changed = np.abs(a - b)
    upper, lower = changed[2::2], changed[1:-1:2]
    moving = (upper > MOVES) | (lower > MOVES)
    if moving.mean() < LEAST_MOVING:
        return None

    def apart(bottom: NDArray[np.int16], top: NDArray[np.int16]) -> float:
        between = (top[:-2:2] + top[2::2]) // 2
        return float(np.abs(bottom[1:-1:2] - between)[moving].mean())

    within, first, second = min(apart(a, a), apart(b, b)), apart(a, b), apart(b, a)
    near, far = sorted((first, second))
    least = min(within, near)
    is_combed = far >= FARTHER * near and far - near > LIKE_OWN * (far - least)
    still, changes = sorted((float(upper[moving].mean()), float(lower[moving].mean())))
    return Fields(
        order=(1 if first < second else -1) if is_combed else 0,
        is_repeated=still < SAME * changes,
    )


def bars(seen: WindowSums, picture: Picture) -> Bars | None:
    """Black borders with straight edges around everything that was ever lit.

    A planet, letters, a horizon on black are no bars: their edge is round, or lies on one side.
    Subtitles or a logo in a border are no picture: they fill little of a line.
    """
    if not seen.rows:
        return None
    rows, columns = lit(seen.rows, axis=1), lit(seen.columns, axis=0)
    if not rows.extent or not columns.extent:
        return None
    top, bottom, upright = edges(rows, share=columns.extent)
    left, right, across = edges(columns, share=rows.extent)
    measured = Bars(
        top=top, bottom=picture.height - 1 - bottom, left=left, right=picture.width - 1 - right
    )
    is_thin = min((bottom - top) / len(rows.ever), (right - left) / len(columns.ever)) < THIN
    has_upright = not is_thin and is_pair(measured.top, measured.bottom, picture.height)
    has_across = not is_thin and is_pair(measured.left, measured.right, picture.width)
    if has_upright and has_across and min(upright, across) >= FRAMED:
        return measured
    if (
        has_upright
        and not measured.left + measured.right > EVEN * picture.width
        and upright >= STRAIGHT
    ):
        return Bars(top=measured.top, bottom=measured.bottom)
    if (
        has_across
        and not measured.top + measured.bottom > EVEN * picture.height
        and across >= STRAIGHT
    ):
        return Bars(left=measured.left, right=measured.right)
    return Bars()


class Lit(msgspec.Struct, frozen=True):
    """How much of each line is brighter than a bar: ever, and in the one window that shows most."""

    ever: NDArray[np.float64]
    once: NDArray[np.float64]

    @property
    def extent(self) -> float:
        """The share of the lines between the first and the last in which anything is lit."""
        occupied = np.flatnonzero(self.ever > STRAY)
        return float(occupied[-1] - occupied[0] + 1) / len(self.ever) if len(occupied) else 0.0


def lit(windows: list[Luma], *, axis: int) -> Lit:
    ever = (np.max(windows, axis=0) > BLACK).mean(axis=axis)
    once = np.max([(window > BLACK).mean(axis=axis) for window in windows], axis=0)
    return Lit(ever, once)


def edges(lines: Lit, *, share: float) -> tuple[int, int, float]:
    """(first line of the picture, last one, how much of the shorter of its two edges is lit).

    `share` is how long the picture's lines are.
    """
    first, begins = edge(lines, share)
    turned, ends = edge(Lit(lines.ever[::-1], lines.once[::-1]), share)
    return first, len(lines.ever) - 1 - turned, min(begins, ends)


def edge(lines: Lit, share: float) -> tuple[int, float]:
    """Where the picture begins, and how much of it is lit there, within three lines.

    That is the first lit line; or, where something floats in the border, the first that is lit
    along its length beside one that is not, if nothing before it fills half as much.
    """
    outermost = int(np.argmax(lines.ever > STRAY))
    begins = float(lines.ever[outermost : outermost + 4].max()) / share
    straight = int(np.argmax(lines.ever >= STRAIGHT * share))
    if begins >= STRAIGHT or straight <= outermost:
        return outermost, begins
    brightest = float(lines.ever[straight : straight + 4].max())
    if lines.once[: max(straight - 3, 0)].max(initial=0.0) > FLOATING * brightest:
        return outermost, begins
    return straight, brightest / share


def is_pair(first: int, second: int, whole: int) -> bool:
    return min(first, second) > 0 and abs(first - second) <= EVEN * whole
