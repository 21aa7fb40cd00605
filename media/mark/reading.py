"""Reads which variant each segment of a leaked clip is, beside the film that it was taken from.

The film is at hand, so nothing is guessed: the clip is laid over it in time and in the picture, what the
picture explains is taken away, and what is left is held against each segment's clouds and against clouds
that nobody used.
"""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, optimize, signal  # type: ignore[import-untyped]

from media import hls
from media.mark import patterns
from media.mark.codes import ReadBits
from media.mark.patterns import GreyPicture
from media.probe import FORMATS
from media.sandbox import Sandbox

Grid64 = NDArray[np.float64]
PictureSpectrum = NDArray[np.complex128]

WIDE, HIGH = 320, 180
"""Size at which pictures are compared; a cloud is thirteen of its points wide."""
FEW, LOW = 32, 18
"""Size at which the clip's place in the film is looked for."""
LOOKS = 4
"""Pictures a second, for the same."""
LEAST_LOOKS = 20
"""Pictures that a clip must have to be looked for at all."""
STILLS = 5
"""Pictures by which the clip's frame is laid over the film's."""
DECOYS = 48
SURE = 4.0
"""Deviations of the decoys: what a segment's own clouds must stand out by to be read."""
ALIKE = 0.6
"""Correlation of the pictures below which the clip is not from this film."""


class NotFromHere(Exception):
    """The clip cannot be laid over this film; `correlation` says how far it came, 0 to 1."""

    def __init__(self, correlation: float) -> None:
        super().__init__(f"{correlation:.2f}")
        self.correlation = correlation


class ClipWindow(msgspec.Struct, frozen=True):
    """Which part of the film's picture the clip shows, in shares of its width and height."""

    left: float
    top: float
    width: float
    height: float


class LegibleMark(msgspec.Struct, frozen=True, kw_only=True):
    """What was read: `first` is the film's segment with which `bits` begin, `scores` are how far each
    stood out, in deviations, positive for variant 0.
    """

    first: int
    bits: tuple[int | None, ...]
    scores: tuple[float, ...]
    starts: float
    window: ClipWindow
    correlation: float


class LeakedClip(msgspec.Struct, frozen=True):
    """What has leaked: the film of the sandbox, a stranger's file."""

    def at(self, sandbox: Sandbox, frame: int, _rate: Fraction) -> tuple[list[str], int]:
        """What ffmpeg opens to see pictures from this frame on, and how many it must skip there."""
        guards = ["-protocol_whitelist", "file,pipe", "-format_whitelist", FORMATS]
        return [*guards, "-i", sandbox.film], frame


class PlainRendition(msgspec.Struct, frozen=True):
    """The copy in one size, a folder of the sandbox's own: begins with the segment in which the frame lies.

    `concat:` and not the playlist, in which ffmpeg 5 cannot seek when its segments are fragments of MP4.
    """

    folder: str
    rate: Fraction
    frames_of_segment: int

    def at(self, sandbox: Sandbox, frame: int, rate: Fraction) -> tuple[list[str], int]:
        first = int(frame / rate * self.rate) // self.frames_of_segment
        names = [name for name, _ in hls.durations(sandbox.work / self.folder / "playlist.m3u8")]
        parts = "|".join(
            f"{sandbox.job}/{self.folder}/{name}" for name in ("init.mp4", *names[first:])
        )
        begins = first * self.frames_of_segment / self.rate
        return ["-protocol_whitelist", "file,concat", "-i", f"concat:{parts}"], frame - round(
            begins * rate
        )


PictureSource = LeakedClip | PlainRendition
CLIP = LeakedClip()


class MarkedReference(msgspec.Struct, frozen=True, kw_only=True):
    """The unmarked copy, its exact rate, the frames and the number of its marked segments, their key."""

    copy: PlainRendition
    rate: Fraction
    frames_of_segment: int
    segments: int
    key: bytes


def read(
    sandbox: Sandbox,
    film: MarkedReference,
    *,
    on_progress: Callable[[float], None] = lambda _: None,
) -> LegibleMark:
    """Lay the sandbox's film over ours, and read its segments. `NotFromHere` when it is not from it."""
    found, correlation = place_of(sandbox, film)
    if correlation < ALIKE:
        raise NotFromHere(correlation)
    starts = exactly(sandbox, film, found)
    window, likeness = window_of(sandbox, film, starts)
    if likeness < ALIKE:
        raise NotFromHere(likeness)
    first = -(-starts // film.frames_of_segment)
    scores = tuple(told(sandbox, film, starts, window, first, on_progress))
    bits: ReadBits = tuple(None if abs(score) < SURE else int(score < 0) for score in scores)
    return LegibleMark(first=first, bits=tuple(bits), scores=scores, starts=float(starts / film.rate), window=window,
                   correlation=likeness)  # fmt: skip


# When


def place_of(sandbox: Sandbox, film: MarkedReference) -> tuple[float, float]:
    """(where in the film the clip begins, seconds; how alike the two are there, 0 to 1)."""
    short, whole = (
        sketched(pictures(sandbox, one, FEW, LOW, rate=Fraction(LOOKS)))
        for one in (CLIP, film.copy)
    )
    alike = signal.fftconvolve(whole, short[::-1], mode="full", axes=0).sum(1)
    lags = np.arange(len(alike)) - len(short) + 1
    overlap = np.minimum(len(whole), lags + len(short)) - np.maximum(0, lags)
    alike = np.where((lags >= 0) & (overlap * 2 >= len(short)), alike / overlap, 0.0)
    best = int(alike.argmax())
    return int(lags[best]) / LOOKS, float(alike[best])


def sketched(shown: Iterator[GreyPicture]) -> Grid64:
    """Each picture by its own light and dark alone, without the edge that a crop takes away; as loud as any other."""
    seen = list(shown)
    if len(seen) < LEAST_LOOKS:
        raise NotFromHere(0.0)
    stacked = np.stack(seen).astype(np.float64)
    edge = LOW // 6
    inner = stacked[:, edge:-edge, edge:-edge].reshape(len(stacked), -1)
    inner -= inner.mean(1, keepdims=True)
    return np.asarray(inner / (np.linalg.norm(inner, axis=1, keepdims=True) + 1.0))


def exactly(sandbox: Sandbox, film: MarkedReference, starts: float) -> int:
    """The very frame with which the clip begins: by how the pictures change in some twenty seconds of the clip."""
    seconds, slack = 20, 1.0
    begins = max(0, round((starts - slack) * film.rate))
    short = moving(pictures(sandbox, CLIP, FEW, LOW, rate=film.rate, seconds=seconds))
    whole = moving(
        pictures(
            sandbox, film.copy, FEW, LOW, rate=film.rate, frame=begins, seconds=seconds + 2 * slack
        )
    )
    most = max(1, len(whole) - len(short) + 1)
    fits = [
        float((whole[lag : lag + len(short)] * short[: len(whole) - lag]).sum())
        for lag in range(most)
    ]
    return begins + int(np.argmax(fits))


def moving(shown: Iterator[GreyPicture]) -> Grid64:
    """What changes from each picture to the next, each as loud as any other."""
    stacked = np.stack(list(shown)).astype(np.float64)
    edge = LOW // 6
    changes = np.diff(stacked[:, edge:-edge, edge:-edge], axis=0).reshape(len(stacked) - 1, -1)
    return np.asarray(changes / (np.linalg.norm(changes, axis=1, keepdims=True) + 1.0))


# Where


def window_of(sandbox: Sandbox, film: MarkedReference, starts: int) -> tuple[ClipWindow, float]:
    """The part of the film's picture that the clip shows, and how alike the two then are."""
    pairs = stills(sandbox, film, starts)
    outlined = [(outlines(shown), np.fft.rfft2(outlines(whole))) for shown, whole in pairs]
    sides = np.arange(0.86, 1.041, 0.02)
    best = max(
        (shifted(outlined, width, height) for width in sides for height in sides if abs(width - height) < 0.07),
        key=lambda found: found[1],
    )[0]  # fmt: skip

    def unlike(given: Grid64) -> float:
        return -likeness(pairs, ClipWindow(*given))

    step = np.array([0.004, 0.004, 0.004, 0.004])
    begin = np.array(msgspec.structs.astuple(best))
    corners = np.vstack([begin, *(begin + np.eye(4) * step)])
    closely = {"initial_simplex": corners, "xatol": 2e-4, "fatol": 1e-5, "maxfev": 160}
    found = optimize.minimize(unlike, begin, method="Nelder-Mead", options=closely)
    return ClipWindow(*(float(one) for one in found.x)), float(-found.fun)


def stills(
    sandbox: Sandbox, film: MarkedReference, starts: int
) -> list[tuple[GreyPicture, GreyPicture]]:
    """Some pictures of the clip beside the film's own, those with the most to see."""
    seconds = 120
    shown = zip(
        pictures(sandbox, CLIP, WIDE, HIGH, rate=Fraction(1), seconds=seconds),
        pictures(
            sandbox,
            film.copy,
            WIDE,
            HIGH,
            rate=Fraction(1),
            frame=round(starts / film.rate),
            seconds=seconds,
        ),
        strict=False,
    )
    known = sorted(shown, key=lambda pair: -float(pair[1].std()))
    return known[:STILLS]


def shifted(
    outlined: list[tuple[Grid64, PictureSpectrum]], width: float, height: float
) -> tuple[ClipWindow, float]:
    """The best place of a window of this size, by correlation at every shift at once; of the clip's pictures
    and the spectra of the film's.
    """
    total = np.zeros((HIGH, WIDE))
    sizes = max(2, round(HIGH * height)) / HIGH, max(2, round(WIDE * width)) / WIDE
    for shown, spectrum in outlined:
        patch = ndimage.zoom(shown, sizes, order=1)[:HIGH, :WIDE]
        laid = np.zeros((HIGH, WIDE))
        laid[: patch.shape[0], : patch.shape[1]] = patch / (np.linalg.norm(patch) + 1e-9)
        total += np.fft.irfft2(spectrum * np.conj(np.fft.rfft2(laid)), s=(HIGH, WIDE))
    down, across = divmod(int(total.argmax()), WIDE)
    top = down - HIGH if down > HIGH // 2 else down  # a shift around the edge is one the other way
    left = across - WIDE if across > WIDE // 2 else across
    return ClipWindow(left / WIDE, top / HIGH, float(width), float(height)), float(total.max())


def outlines(picture: GreyPicture) -> Grid64:
    """Edges alone, each picture as loud as any other."""
    high = picture - ndimage.gaussian_filter(picture, 4)
    return np.asarray((high - high.mean()) / (high.std() + 1.0), np.float64)


def likeness(pairs: list[tuple[GreyPicture, GreyPicture]], window: ClipWindow) -> float:
    """Mean correlation of the clip's pictures with that part of the film's, edges and all."""
    return float(
        np.mean([correlation(shown, seen_through(window, whole)) for shown, whole in pairs])
    )


def correlation(one: GreyPicture, other: GreyPicture) -> float:
    a, b = one - one.mean(), other - other.mean()
    return float((a * b).sum() / (np.linalg.norm(a) * np.linalg.norm(b) + 1e-9))


def seen_through(window: ClipWindow, picture: GreyPicture) -> GreyPicture:
    """That part of a picture of any size, at the clip's."""
    high, wide = picture.shape
    rows = (window.top + (np.arange(HIGH) + 0.5) / HIGH * window.height) * high - 0.5
    columns = (window.left + (np.arange(WIDE) + 0.5) / WIDE * window.width) * wide - 0.5
    grid = np.meshgrid(rows, columns, indexing="ij")
    return np.asarray(ndimage.map_coordinates(picture, grid, order=1, mode="nearest"), np.float32)


# Which


def told(
    sandbox: Sandbox,
    film: MarkedReference,
    starts: int,
    window: ClipWindow,
    first: int,
    on_progress: Callable[[float], None],
) -> Iterator[float]:
    """How far each whole segment's clouds stand out, in deviations of clouds that nobody used."""
    begins = first * film.frames_of_segment
    beside = zip(
        means(pictures(sandbox, CLIP, WIDE, HIGH, rate=film.rate, frame=begins - starts), film.frames_of_segment),
        means(pictures(sandbox, film.copy, WIDE, HIGH, rate=film.rate, frame=begins), film.frames_of_segment),
        strict=False,
    )  # fmt: skip
    nobody = [through(window, patterns.clouds(b"decoy", n)) for n in range(DECOYS)]
    for place, (shown, whole) in enumerate(beside):
        if first + place >= film.segments:
            return
        on_progress(place / max(1, film.segments - first))
        left = unexplained(shown, seen_through(window, whole))
        chance = np.array([projected(left, decoy) for decoy in nobody])
        own = projected(left, through(window, patterns.clouds(film.key, first + place)))
        yield float(own / (chance.std() + 1e-9))


def means(shown: Iterator[GreyPicture], frames: int) -> Iterator[GreyPicture]:
    """The mean picture of every whole segment."""
    total, count = np.zeros((HIGH, WIDE), np.float64), 0
    for picture in shown:
        total += picture
        count += 1
        if count == frames:
            yield (total / frames).astype(np.float32)
            total, count = np.zeros((HIGH, WIDE), np.float64), 0


def through(window: ClipWindow, clouds: GreyPicture) -> GreyPicture:
    """Clouds as the clip shows them."""
    wide = ndimage.zoom(
        clouds,
        (HIGH / patterns.HIGH, WIDE / patterns.WIDE),
        order=3,
        mode="nearest",
        grid_mode=True,
    )
    return seen_through(window, np.asarray(wide, np.float32))


def unexplained(shown: GreyPicture, whole: GreyPicture) -> GreyPicture:
    """What the film's picture, another brightness or contrast, and a vignette do not explain."""
    rows, columns = np.mgrid[-1 : 1 : HIGH * 1j, -1 : 1 : WIDE * 1j]
    level = whole / 128 - 1
    causes = np.stack(
        [
            np.ones_like(level),
            level,
            level**2,
            level**3,
            rows,
            columns,
            rows**2,
            columns**2,
            rows * columns,
        ]
    )
    known = causes.reshape(len(causes), -1).T
    fitted, *_ = np.linalg.lstsq(known, shown.ravel(), rcond=None)
    left = shown - (known @ fitted).reshape(shown.shape)
    limit = 6.0  # a subtitle, a logo, a finger: much louder than any cloud, and no news
    return np.asarray(np.clip(left - ndimage.gaussian_filter(left, 40), -limit, limit), np.float32)


def projected(left: GreyPicture, clouds: GreyPicture) -> float:
    return float((left * clouds).sum() / (np.linalg.norm(clouds) + 1e-9))


# Pictures


def pictures(
    sandbox: Sandbox,
    source: PictureSource,
    wide: int,
    high: int,
    *,
    rate: Fraction,
    frame: int = 0,
    seconds: float = 0.0,
) -> Iterator[GreyPicture]:
    """Grey pictures at a steady rate, from this frame of it on; the reader ends when it is left alone."""
    opened, skipped = source.at(sandbox, frame, rate)
    size = wide * high
    steady = f"fps={rate.numerator}/{rate.denominator}" + (
        f",trim=start_frame={skipped}" if skipped else ""
    )
    argv = [
        sandbox.tools.ffmpeg, "-nostdin", "-v", "error", *opened, "-map", "0:V:0",
        "-vf", f"{steady},scale={wide}:{high}:flags=area,format=gray",
        *(("-frames:v", str(round(seconds * rate))) if seconds else ()), "-f", "rawvideo", "-",
    ]  # fmt: skip
    with subprocess.Popen(
        sandbox.argv(argv),
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        bufsize=size * 8,
    ) as ran:
        try:
            while ran.stdout is not None and len(read := ran.stdout.read(size)) == size:
                yield np.frombuffer(read, np.uint8).reshape(high, wide).astype(np.float32)
        finally:
            with suppress(ProcessLookupError):
                ran.kill()
