"""Where the demo's scenes are drawn: a picture in heights, skies, stars, fog, and a pen that draws fine.

All lengths are heights of the picture: y runs from 0 to 1, x from 0 to `aspect`.
"""

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageChops, ImageColor, ImageDraw

FINE = 2  # a pen's points for one of the picture, in each direction

Field = np.ndarray  # float32, (height, width), of 0 to 1 unless its maker says otherwise
Ink = str | tuple[int, ...] | int
Shot = Callable[[float], Image.Image]
"""The picture at a moment of the film, from 0 to 1."""


class Pen:
    """Shapes on a ground of their own, which may be glass."""

    def __init__(self, width: int, height: int, mode: str) -> None:
        self.unit = height * FINE
        self.image = Image.new(mode, (width * FINE, height * FINE), 0)
        self.draw = ImageDraw.Draw(self.image)

    def points(self, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(x * self.unit, y * self.unit) for x, y in points]

    def shape(self, *points: tuple[float, float], ink: Ink = 255) -> None:
        self.draw.polygon(self.points(points), fill=ink)

    def line(self, *points: tuple[float, float], width: float = 0.004, ink: Ink = 255) -> None:
        wide = max(1, round(width * self.unit))
        self.draw.line(self.points(points), fill=ink, width=wide, joint="curve")

    def box(self, x: float, y: float, width: float, height: float, ink: Ink = 255) -> None:
        self.shape((x, y), (x + width, y), (x + width, y + height), (x, y + height), ink=ink)

    def disc(self, x: float, y: float, r: float, ink: Ink = 255, *, flat: float = 1.0) -> None:
        self.draw.ellipse(self.points([(x - r, y - r * flat), (x + r, y + r * flat)]), fill=ink)

    def ring(
        self,
        x: float,
        y: float,
        r: float,
        ink: Ink = 255,
        *,
        width: float = 0.004,
        flat: float = 1.0,
    ) -> None:
        around = self.points([(x - r, y - r * flat), (x + r, y + r * flat)])
        self.draw.ellipse(around, outline=ink, width=max(1, round(width * self.unit)))

    def somebody(
        self, x: float, y: float, tall: float, ink: Ink = 255, *, stride: float = 0.0
    ) -> None:
        """A small figure whose feet stand at (x, y)."""
        hip, neck = y - 0.46 * tall, y - 0.82 * tall
        step, thick = 0.16 * stride * tall, 0.085 * tall
        self.line((x - step, y), (x, hip), (x + step, y), width=thick, ink=ink)
        self.line((x, hip), (x, neck), width=2 * thick, ink=ink)
        self.line((x + step, hip), (x, neck), (x - step - 0.1 * tall, hip), width=thick, ink=ink)
        self.disc(x, y - 0.91 * tall, 0.085 * tall, ink)

    def done(self) -> Image.Image:
        return self.image.reduce(FINE)


class SceneStage:
    """One film's picture: its size, and the chance that is its own."""

    def __init__(self, width: int, height: int, seed: int) -> None:
        self.width, self.height = width, height
        self.size = (width, height)
        self.aspect = width / height
        self.chance = np.random.default_rng(seed)

    def grid(self, *, coarse: int = 1) -> tuple[Field, Field]:
        """Where each point is, x and y in heights; of every `coarse`-th one."""
        y, x = np.mgrid[0 : self.height : coarse, 0 : self.width : coarse].astype(np.float32)
        return x / self.height, y / self.height

    def glass(self) -> Pen:
        return Pen(self.width, self.height, "RGBA")

    def mask(self) -> Pen:
        return Pen(self.width, self.height, "L")

    def black(self) -> Image.Image:
        return Image.new("RGB", self.size)

    def sky(self, *colours: str) -> Image.Image:
        """From top to bottom, with a grain so fine that no step is seen."""
        rows = np.linspace(0, len(colours) - 1, self.height)
        inks = np.array([ImageColor.getrgb(colour) for colour in colours], np.float32)
        bands = [np.interp(rows, range(len(colours)), inks[:, c]) for c in range(3)]
        picture = np.repeat(np.stack(bands, -1)[:, None], self.width, axis=1)
        picture += self.chance.uniform(-0.9, 0.9, (*picture.shape[:2], 1))
        return painted(picture)

    def fog(self, cells: int = 3, layers: int = 5) -> Field:
        """Clouds: chance at ever finer scales; what leaves at one side comes in at the other."""
        sum_of = np.zeros((self.height, self.width), np.float32)
        for layer in range(layers):
            fine = cells * 2**layer
            across = max(2, round(fine * self.aspect))
            seeds = self.chance.random((fine, across), np.float32)
            around = Image.fromarray(np.concatenate([seeds[:, -2:], seeds, seeds[:, :2]], axis=1))
            cloud = around.resize(self.size, Image.Resampling.BICUBIC, (2, 0, 2 + across, fine))
            sum_of += np.asarray(cloud) / 2**layer
        low, high = float(sum_of.min()), float(sum_of.max())
        return (sum_of - low) / (high - low)

    def stars(self, count: int, *, gain: float = 1.0, until: float = 1.0) -> Image.Image:
        """Points of every magnitude, warm and cold, down to the height `until`; the largest glow."""
        picture = np.zeros((self.height, self.width, 3), np.float32)
        ys = (self.chance.random(count) * (self.height * until - 1)).astype(int)
        xs = (self.chance.random(count) * self.width).astype(int)
        shine = gain * np.minimum(255, 40 / (self.chance.random(count) + 0.12))
        warmth = self.chance.uniform(-0.2, 0.2, count)
        tints = np.stack([1 + warmth, np.ones(count), 1 - warmth], -1)
        picture[ys, xs] = shine[:, None] * tints
        lights = painted(picture)
        for place in np.argsort(shine)[-max(3, count // 60) :]:
            colour = painted_ink(255 * tints[place])
            add_at(lights, glow(self.height * 0.014, colour), xs[place], ys[place])
        return lights


def painted(picture: np.ndarray) -> Image.Image:
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def painted_ink(ink: Sequence[float]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*(int(min(255, max(0, c))) for c in ink))


def coloured(field: Field, *colours: str) -> Image.Image:
    """A field of 0 to 1 in the colours that run from low to high."""
    inks = np.array([ImageColor.getrgb(colour) for colour in colours], np.float32)
    table = [
        np.interp(np.linspace(0, len(colours) - 1, 256), range(len(colours)), inks[:, c])
        for c in range(3)
    ]
    steps = np.clip(field * 255, 0, 255).astype(np.uint8)
    return Image.fromarray(np.stack(table, -1).astype(np.uint8)[steps])


def glow(radius: float, colour: str, *, core: float = 0.12) -> Image.Image:
    """Light that falls off to nothing at `radius` points; added to what is there."""
    size = max(3, 2 * round(radius) + 1)
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    away = np.sqrt(x * x + y * y)
    light = np.clip(core / (away + core) - core / (1 + core), 0, None) * (1 + core)
    return painted(light[..., None] * np.array(ImageColor.getrgb(colour)))


def add_at(frame: Image.Image, light: Image.Image, x: float, y: float) -> None:
    """Light onto a picture, its middle at this point."""
    left, top = round(x - light.width / 2), round(y - light.height / 2)
    box = (
        max(0, left),
        max(0, top),
        min(frame.width, left + light.width),
        min(frame.height, top + light.height),
    )
    if box[0] >= box[2] or box[1] >= box[3]:
        return
    part = light.crop((box[0] - left, box[1] - top, box[2] - left, box[3] - top))
    frame.paste(ImageChops.add(frame.crop(box), part), box)


def dimmed(picture: Image.Image, share: float) -> Image.Image:
    return picture.point(lambda level: round(level * share))


def over(ground: Image.Image, glass: Image.Image, x: float = 0, y: float = 0) -> None:
    """What was drawn on glass, laid on a picture."""
    ground.paste(glass, (round(x), round(y)), glass)


def inked(ground: Image.Image, ink: str, mask: Image.Image, share: float = 1.0) -> None:
    """One ink through a mask: a quarter of the work of glass, for what is drawn anew each time."""
    ground.paste(ink, mask=mask if share == 1.0 else dimmed(mask, share))


def rolled(picture: Image.Image, x: float) -> Image.Image:
    return ImageChops.offset(picture, round(x), 0)
