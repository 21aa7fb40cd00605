"""The picture that stands for a page where its address is sent on: 1200 by 630, the still behind, words in front.

Whatever is behind them, words keep their contrast: the ground is darkened where they stand, and nowhere else.
"""

import io
import random
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from pathlib import Path

import msgspec
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageOps

SIZE = (1200, 630)
MARGIN = 64
WIDTH = SIZE[0] - 2 * MARGIN
VENDOR = Path(__file__).parents[2] / "api" / "static" / "vendor"
DISPLAY = ("bricolage-latin.woff2", "bricolage-latin-ext.woff2")
TEXT = ("inter-latin.woff2", "inter-latin-ext.woff2")
OTHER = "DejaVuSans-Bold.ttf"  # of the system: scripts that our own hands do not write
NIGHT, IVORY, PALE = "#090b12", "#f1ede4", "#cfcdc9"
SIZES = (108, 96, 84, 74, 64, 56, 48)
MOST_LINES = 3
MEASURED_AT = 100
SHADE = 0.68  # of the night, laid over whatever is behind words: white becomes a grey on which ivory reads
LIGHT = 0.18  # elsewhere
FEATHER = 150
QUALITY = 86


class SentCard(msgspec.Struct, frozen=True, kw_only=True):
    """What it says: `lines` stand below the title, the first of them larger."""

    title: str
    lines: tuple[str, ...] = ()
    house: str = "Cinéma for Space"
    when: str = ""


def drawn(card: SentCard, still: bytes | None) -> bytes:
    """A JPEG; the same words and the same still are the same bytes."""
    lines = titled(card.title)
    tall = sum(line.height for line in lines)
    below = [*(40 for _ in card.lines)]
    top = SIZE[1] - MARGIN - sum(below) - (16 if below else 0) - tall
    plate = plate_of(still)
    ground = orbit(card.title) if plate is None else shaded(plate, top)
    pen = ImageDraw.Draw(ground)
    is_rtl = any(line.is_rtl for line in lines)
    head(pen, card)
    y = float(top)
    for line in lines:
        y += line.height
        line.write(pen, y - 0.24 * line.height, IVORY, to_the_right=is_rtl)
    y += 16
    for n, words in enumerate(card.lines):
        y += 40
        for line in set_in(words, TEXT, 30, most=1):
            line.write(pen, y - 10, IVORY if n == 0 else PALE, to_the_right=is_rtl)
    out = io.BytesIO()
    ground.save(out, "JPEG", quality=QUALITY, progressive=True)
    return out.getvalue()


# What is behind


def plate_of(still: bytes | None) -> Image.Image | None:
    """The still on the whole card; none where there is none that can be read."""
    try:
        with Image.open(io.BytesIO(still or b"")) as picture:
            return ImageOps.fit(picture.convert("RGB"), SIZE, Image.Resampling.LANCZOS)
    except OSError:
        return None


def orbit(title: str) -> Image.Image:
    """The festival's own: a disc, its orbit, and stars that are each title's own."""
    twice = (2 * SIZE[0], 2 * SIZE[1])
    ground, chance = Image.new("RGB", twice, NIGHT), random.Random(title)  # noqa: S311 (stars)
    pen = ImageDraw.Draw(ground)
    for _ in range(160):
        x, y, light = (
            chance.randrange(twice[0]),
            chance.randrange(twice[1]),
            chance.randrange(60, 190),
        )
        size = chance.choice((2, 2, 3, 4))
        pen.ellipse((x, y, x + size, y + size), (light, light, light))
    ring = Image.new("L", (1900, 1900))
    drawing = ImageDraw.Draw(ring)
    drawing.ellipse((100, 590, 1800, 1310), outline=90, width=5)
    drawing.ellipse((770, 770, 1130, 1130), fill=255)
    ring = ring.rotate(24, Image.Resampling.BICUBIC)
    ground.paste(IVORY, (1150, -550), ring)
    return ground.resize(SIZE, Image.Resampling.LANCZOS)


def shaded(picture: Image.Image, top: float) -> Image.Image:
    """With the night laid over it where words stand: in the head, and from `top` down."""
    column = Image.new("L", (1, SIZE[1]))
    for y in range(SIZE[1]):
        near_head = min(1.0, max(0.0, (100 + FEATHER - y) / FEATHER))
        near_words = min(1.0, max(0.0, (y - top + 24 + FEATHER) / FEATHER))
        share = LIGHT + (SHADE - LIGHT) * max(near_head, near_words)
        column.putpixel((0, y), round(255 * share))
    return Image.composite(Image.new("RGB", SIZE, NIGHT), picture, column.resize(SIZE))


def head(pen: ImageDraw.ImageDraw, card: SentCard) -> None:
    """Whose festival it is, and when."""
    disc = Image.new("L", (208, 208))
    drawing = ImageDraw.Draw(disc)
    drawing.ellipse((8, 67, 200, 141), outline=255, width=11)
    disc = ImageChops.lighter(disc.rotate(24, Image.Resampling.BICUBIC), ball())
    pen.bitmap((MARGIN - 4, 42), disc.resize((52, 52), Image.Resampling.LANCZOS), IVORY)
    for line in set_in(card.house, TEXT, 30, most=1):
        line.at(pen, MARGIN + 60, 80, IVORY)
    for line in set_in(card.when, TEXT, 26, most=1):
        line.at(pen, SIZE[0] - MARGIN - line.width, 80, IVORY)


def ball() -> Image.Image:
    made = Image.new("L", (208, 208))
    ImageDraw.Draw(made).ellipse((60, 60, 148, 148), fill=255)
    return made


# Words


class CardLine(msgspec.Struct, frozen=True, kw_only=True):
    """Words of one direction, at one size; `runs` are its parts, each with the file of its hand."""

    runs: tuple[tuple[str, str], ...]
    size: float
    width: float
    is_rtl: bool = False

    @property
    def height(self) -> float:
        return 1.08 * self.size

    def write(
        self, pen: ImageDraw.ImageDraw, y: float, ink: str, *, to_the_right: bool = False
    ) -> None:
        """At the margin where the title's reader begins."""
        self.at(pen, SIZE[0] - MARGIN - self.width if to_the_right else MARGIN, y, ink)

    def at(self, pen: ImageDraw.ImageDraw, x: float, y: float, ink: str) -> None:
        way = "rtl" if self.is_rtl else "ltr"
        for words, file in self.runs:
            font = face(file, self.size)
            pen.text((x, y), words, ink, font, "ls", direction=way)
            x += font.getlength(words, direction=way)


def titled(title: str) -> list[CardLine]:
    """As large as it can be on three lines; a word that is wider than the card is parted."""
    for size in SIZES:
        lines = set_in(title, DISPLAY, size, most=MOST_LINES + 1, whole_words=size > SIZES[-1])
        if lines and len(lines) <= MOST_LINES and all(line.width <= WIDTH for line in lines):
            return lines
    return set_in(title, DISPLAY, SIZES[-1], most=MOST_LINES)


def set_in(
    words: str, hands: Sequence[str], size: float, *, most: int, whole_words: bool = False
) -> list[CardLine]:
    """On lines of the card's width, the last one cut with a sign where there were more than `most`; none
    where no hand at all can write them.
    """
    words = " ".join(words.split())
    known = hands_for(words, hands)
    if not words or not known:
        return []
    broken = [line_of(part, known, size) for part in parted(words, known, size, whole_words)]
    if len(broken) <= most:
        return broken
    last = "".join(part for part, _ in broken[most - 1].runs)
    while last and width_of(f"{last}…", known, size) > WIDTH:
        last = last[:-1]
    return [*broken[: most - 1], line_of(f"{last.rstrip()}…", known, size)]


def parted(words: str, hands: Sequence[str], size: float, whole_words: bool) -> list[str]:
    made = [""]
    for word in words.split():
        longer = f"{made[-1]} {word}".strip()
        if width_of(longer, hands, size) <= WIDTH:
            made[-1] = longer
            continue
        made.append("")
        for letter in [word] if whole_words else word:
            if made[-1] and width_of(made[-1] + letter, hands, size) > WIDTH:
                made.append("")
            made[-1] += letter
    return [part for part in made if part]


def line_of(words: str, hands: Sequence[str], size: float) -> CardLine:
    first = next(
        (way for c in words if (way := unicodedata.bidirectional(c)) in {"L", "R", "AL"}), "L"
    )
    return CardLine(
        runs=tuple(runs_of(words, hands)),
        size=size,
        width=width_of(words, hands, size),
        is_rtl=first != "L",
    )


def hands_for(words: str, hands: Sequence[str]) -> tuple[str, ...]:
    """Ours where they write all of it, else the system's; none where that one cannot, either."""
    letters = {c for c in words if not c.isspace() and c != "…"}
    if letters <= frozenset().union(*(letters_of(file) for file in hands)):
        return tuple(hands)
    return (OTHER,) if letters <= letters_of(OTHER) else ()


def runs_of(words: str, hands: Sequence[str]) -> list[tuple[str, str]]:
    """Each part with the first hand that writes it; a space goes with what stands before it."""
    chosen = hands[0]
    marked = []
    for letter in words:
        if not letter.isspace():
            chosen = next((file for file in hands if letter in letters_of(file)), hands[0])
        marked.append((letter, chosen))
    return [
        ("".join(letter for letter, _ in run), file)
        for file, run in groupby(marked, key=lambda one: one[1])
    ]


def width_of(words: str, hands: Sequence[str], size: float) -> float:
    return (
        sum(face(file, MEASURED_AT).getlength(part) for part, file in runs_of(words, hands))
        * size
        / MEASURED_AT
    )


@cache
def face(file: str, size: float) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(VENDOR / file) if file != OTHER else OTHER, size)
    if file != OTHER:
        font.set_variation_by_axes([800 if file in DISPLAY else 600])
    return font


@cache
def letters_of(file: str) -> frozenset[str]:
    place = VENDOR / file if file != OTHER else face(OTHER, MEASURED_AT).path
    with TTFont(place, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))
