"""Scenes among people's things: a console, a helmet, a leaflet, a cat in a cabin, a clock, a port."""

import math

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from ops.scenes.stage import (
    Pen,
    SceneStage,
    Shot,
    add_at,
    coloured,
    dimmed,
    glow,
    inked,
    over,
    painted,
    rolled,
)


def console(s: SceneStage) -> Shot:
    """A village radio: lamps, a needle, a green trace that looks like an answer."""
    pen = s.glass()
    pen.box(0, 0, s.aspect, 1, "#5a432e")
    pen.box(0.04, 0.06, s.aspect - 0.08, 0.88, "#3b2a1d")
    pen.box(0.06, 0.08, s.aspect - 0.12, 0.84, "#4a3524")
    pen.box(0.1, 0.13, s.aspect * 0.56, 0.46, "#0b0f0c")
    for step in np.arange(0.1, 0.1 + s.aspect * 0.56, 0.0747):
        pen.line((step, 0.13), (step, 0.59), width=0.0016, ink="#123a26")
    for step in np.arange(0.13, 0.6, 0.0767):
        pen.line((0.1, step), (0.1 + s.aspect * 0.56, step), width=0.0016, ink="#123a26")
    mx, my = s.aspect * 0.82, 0.36
    pen.disc(mx, my, 0.155, "#1b130d")
    pen.disc(mx, my, 0.145, "#f3e2b8")
    for a in np.linspace(-2.5, -0.64, 11):
        pen.line(
            (mx + 0.1 * math.cos(a), my + 0.03 + 0.1 * math.sin(a)),
            (mx + 0.125 * math.cos(a), my + 0.03 + 0.125 * math.sin(a)),
            width=0.004,
            ink="#4a2c1a",
        )
    pen.line(
        *(
            (mx + 0.125 * math.cos(a), my + 0.03 + 0.125 * math.sin(a))
            for a in np.linspace(-1.1, -0.64, 8)
        ),
        width=0.008,
        ink="#b5301f",
    )
    for n in range(4):
        px = 0.2 + n * (s.aspect - 0.4) / 3
        pen.disc(px, 0.77, 0.075, "#17100b")
        pen.disc(px, 0.765, 0.064, "#6f5a44")
        pen.line(
            (px, 0.765),
            (px + 0.055 * math.cos(n * 1.7 - 2), 0.765 + 0.055 * math.sin(n * 1.7 - 2)),
            width=0.01,
            ink="#f0dfb4",
        )
    desk = pen.done().convert("RGB")
    lamps = [
        (
            0.12 + n * (s.aspect - 0.24) / 9,
            0.645,
            ("#ff7a3c", "#ffd257", "#6dff9a", "#ff4a3c")[n % 4],
        )
        for n in range(10)
    ]
    lights = [glow(s.height * 0.06, ink, core=0.3) for _, _, ink in lamps]
    rate = s.chance.uniform(5, 21, len(lamps))
    trace_glow = "#7dffb0"

    def shot(t: float) -> Image.Image:
        frame = desk.copy()
        for (x, y, _), light, fast in zip(lamps, lights, rate, strict=True):
            add_at(
                frame,
                dimmed(light, 0.25 + 0.75 * (math.sin(fast * t + fast) > 0)),
                x * s.height,
                y * s.height,
            )
        pen = s.mask()
        trace = []
        for u in np.linspace(0, 1, 150):
            call = math.exp(-(((u - 0.55 - 0.12 * math.sin(3 * t)) / 0.07) ** 2))
            wave = (
                0.015 * math.sin(40 * u + 31 * t)
                + 0.012 * math.sin(93 * u - 50 * t)
                + 0.16 * call * math.sin(150 * u + 20 * t)
            )
            trace.append((0.1 + u * s.aspect * 0.56, 0.36 + wave))
        pen.line(*trace, width=0.006)
        green = pen.done()
        inked(frame, trace_glow, green.filter(ImageFilter.BoxBlur(s.height / 60)))
        inked(frame, trace_glow, green)
        pen = s.mask()
        a = -1.9 + 0.5 * math.sin(7 * t) + 0.2 * math.sin(23 * t)
        pen.line(
            (mx, my + 0.06),
            (mx + 0.125 * math.cos(a), my + 0.03 + 0.125 * math.sin(a)),
            width=0.006,
        )
        inked(frame, "#2a1a10", pen.done())
        return frame

    return shot


def helmet(s: SceneStage) -> Shot:
    """Out of a helmet: breath on the glass, dust on the lens, a blue world that turns."""
    x, y = s.grid()
    cx, cy = s.aspect / 2, 0.52
    sea = coloured(s.fog(3, 6), "#0b2c55", "#1c6190", "#7fb6c9", "#f4f6f2")
    r = np.hypot(x - cx * 1.25, y - 1.35)
    day = np.clip((0.92 - r) * 5, 0, 1) * np.clip(1.25 - 1.1 * (x - cx), 0.15, 1)
    world = Image.fromarray((255 * np.clip(day, 0, 1)).astype(np.uint8))
    air = painted(np.exp(-np.abs(r - 0.92) / 0.018)[..., None] * (90, 160, 255))
    space = ImageChops.add(s.stars(500), air)
    rim = np.hypot((x - cx) / (s.aspect * 0.55), (y - cy) / 0.6)
    edge = Image.fromarray((255 * np.clip((rim - 0.9) * 12, 0, 1)).astype(np.uint8))
    lip = painted(np.exp(-(((rim - 0.885) / 0.02) ** 2))[..., None] * (140, 116, 80))
    breath = painted(
        (np.exp(-(((x - cx) / 0.5) ** 2) - ((y - 0.98) / 0.25) ** 2) * (0.5 + 0.5 * s.fog(8, 4)))[
            ..., None
        ]
        * (150, 165, 175)
    )
    lens = s.black()
    for _ in range(70):
        light = dimmed(
            glow(s.height * s.chance.uniform(0.004, 0.035), "#ffe3b5", core=0.9),
            s.chance.uniform(0.1, 0.5),
        )
        add_at(lens, light, s.chance.random() * s.width, s.chance.random() * s.height)
    flare = glow(s.height * 0.4, "#fff0cf", core=0.03)
    pen = s.glass()
    for n in range(5):
        pen.box(0.36 + 0.05 * n, 0.14, 0.035, 0.012, "#ffb04a" if n < 3 else "#5a4424")
    pen.line(
        *(
            (s.aspect - 0.46 + 0.14 * u, 0.15 + 0.02 * math.sin(17 * u))
            for u in np.linspace(0, 1, 40)
        ),
        width=0.003,
        ink="#7de0ff",
    )
    marks = pen.done()

    def shot(t: float) -> Image.Image:
        frame = space.copy()
        frame.paste(rolled(sea, -0.12 * t * s.width), mask=world)
        add_at(frame, flare, (0.5 + 0.3 * t) * s.height, (0.3 - 0.05 * t) * s.height)
        frame = ImageChops.add(frame, dimmed(breath, max(0.0, math.sin(7 * t))))
        frame = ImageChops.add(frame, lens)
        over(frame, marks)
        frame.paste("#0b0a0c", mask=edge)
        return ImageChops.add(frame, lip)

    return shot


def leaflet(s: SceneStage) -> Shot:
    """Safety instructions, for those who step outside for the first time."""
    page = Image.new("RGB", s.size, "#f4efe2")
    pen = s.glass()
    cell = s.aspect / 3
    for n in range(3):
        pen.box(0.04 + cell * n, 0.1, cell - 0.08, 0.8, ("#cfe3ea", "#f6d9a8", "#f0b9a4")[n])
        pen.disc(0.1 + cell * n, 0.17, 0.042, "#1d2a4a")
        for dot in range(n + 1):
            pen.disc(0.1 + cell * n + 0.018 * (dot - n / 2), 0.17, 0.008, "#f4efe2")
    pen.line(
        (cell + 0.16, 0.86), (cell + 0.16, 0.3), (2 * cell - 0.12, 0.3), width=0.014, ink="#1d2a4a"
    )
    pen.box(0.04 + 2 * cell, 0.72, cell - 0.08, 0.18, "#1d2a4a")
    over(page, pen.done())

    def diver(pen: Pen, x: float, y: float, wave: float) -> None:
        ink, line = "#ffffff", "#1d2a4a"
        for side in (-1, 1):
            pen.line(
                (x + side * 0.03, y + 0.12), (x + side * 0.07, y + 0.27), width=0.056, ink=line
            )
            pen.line((x + side * 0.03, y + 0.12), (x + side * 0.07, y + 0.26), width=0.04, ink=ink)
            arm = (x + side * 0.16, y - 0.02 - side * wave)
            pen.line((x + side * 0.06, y), arm, width=0.052, ink=line)
            pen.line((x + side * 0.06, y), arm, width=0.036, ink=ink)
        pen.disc(x, y + 0.05, 0.1, line, flat=1.2)
        pen.disc(x, y + 0.05, 0.09, ink, flat=1.2)
        pen.disc(x, y - 0.12, 0.088, line)
        pen.disc(x, y - 0.12, 0.078, ink)
        pen.disc(x, y - 0.115, 0.056, "#e0532f", flat=0.75)
        pen.disc(x + 0.02, y - 0.13, 0.012, "#ffd9c4")

    def shot(t: float) -> Image.Image:
        frame = page.copy()
        pen = s.glass()
        diver(pen, cell * 0.5, 0.55, 0.07 * math.sin(11 * t))
        far = 0.1 * math.sin(4 * t)
        pen.line(
            (cell + 0.2, 0.42),
            (cell * 1.35, 0.7 + 0.05 * math.sin(6 * t)),
            (cell * 1.6, 0.54 + far),
            width=0.01,
            ink="#e0532f",
        )
        diver(pen, cell * 1.6, 0.52 + far, -0.05)
        diver(pen, cell * 2.5, 0.4 - 0.06 * math.sin(5 * t), 0.1 * math.sin(9 * t))
        tip = 0.66 - 0.03 * math.sin(12 * t)
        pen.shape(
            (cell * 2.5 - 0.3, tip - 0.06),
            (cell * 2.5 - 0.22, tip - 0.06),
            (cell * 2.5 - 0.26, tip),
            ink="#e0532f",
        )
        pen.box(cell * 2.5 - 0.272, tip - 0.19, 0.024, 0.14, "#e0532f")
        over(frame, pen.done())
        return frame

    return shot


def cat(s: SceneStage) -> Shot:
    """A cat that cannot find which way is down."""
    room = s.sky("#f2c6b4", "#e89f97", "#b96a83")
    pen = s.glass()
    pen.disc(s.aspect * 0.5, 0.5, 0.4, "#6a3d5c")
    pen.disc(s.aspect * 0.5, 0.5, 0.365, "#16224d")
    for x, y, r in s.chance.random((70, 3)):
        a, far = math.tau * x, 0.35 * math.sqrt(y)
        pen.disc(
            s.aspect * 0.5 + far * math.cos(a),
            0.5 + far * math.sin(a),
            0.002 + 0.004 * r,
            "#fdf0cf",
        )
    pen.disc(s.aspect * 0.5 + 0.16, 0.66, 0.12, "#f2b15c")
    pen.disc(s.aspect * 0.5 + 0.15, 0.65, 0.1, "#f7cd86")
    for n in range(3):
        pen.box(0.06, 0.2 + 0.23 * n, 0.18, 0.17, "#a25677")
        pen.box(s.aspect - 0.24, 0.2 + 0.23 * n, 0.18, 0.17, "#a25677")
        pen.disc(0.15, 0.285 + 0.23 * n, 0.014, "#f2c6b4")
        pen.disc(s.aspect - 0.15, 0.285 + 0.23 * n, 0.014, "#f2c6b4")
    over(room, pen.done())
    side = round(0.74 * s.height)
    pen = SceneStage(side, side, 0).glass()
    ink, dark = "#f19a3e", "#3a1f2a"
    pen.line(
        *((0.72 + 0.22 * u, 0.62 - 0.3 * math.sin(3.4 * u)) for u in np.linspace(0, 1, 14)),
        width=0.05,
        ink=ink,
    )
    pen.disc(0.52, 0.56, 0.24, ink, flat=0.66)
    for x, y in ((0.34, 0.8), (0.46, 0.86), (0.62, 0.85), (0.72, 0.77)):
        pen.line((0.5 + (x - 0.5) * 0.6, 0.62), (x, y), width=0.062, ink=ink)
        pen.disc(x, y, 0.036, ink)
    for stripe in (0.42, 0.52, 0.62):
        pen.line((stripe, 0.42), (stripe + 0.02, 0.56), width=0.026, ink="#c9702a")
    pen.disc(0.5, 0.66, 0.13, "#fbe3bd", flat=0.5)
    pen.disc(0.3, 0.4, 0.145, ink)
    for side_x in (-1, 1):
        pen.shape(
            (0.3 + side_x * 0.13, 0.38),
            (0.3 + side_x * 0.125, 0.2),
            (0.3 + side_x * 0.02, 0.28),
            ink=ink,
        )
        pen.disc(0.3 + side_x * 0.055, 0.39, 0.036, "#fff6d0")
        pen.disc(0.3 + side_x * 0.055, 0.395, 0.018, dark, flat=1.7)
        for whisker in (-0.03, 0.01):
            pen.line(
                (0.3 + side_x * 0.05, 0.455),
                (0.3 + side_x * 0.19, 0.45 + whisker),
                width=0.006,
                ink="#fff3e0",
            )
    pen.shape((0.285, 0.44), (0.315, 0.44), (0.3, 0.46), ink=dark)
    animal = pen.done()
    balls = [
        (
            s.chance.uniform(0.3, s.aspect - 0.3),
            s.chance.uniform(0.2, 0.8),
            s.chance.uniform(0.012, 0.03),
        )
        for _ in range(7)
    ]

    def shot(t: float) -> Image.Image:
        frame = room.copy()
        pen = s.mask()
        for n, (x, y, r) in enumerate(balls):
            pen.disc(x + 0.05 * math.sin(3 * t + n), y + 0.05 * math.cos(2 * t + n), r)
        inked(frame, "#fff3d9", pen.done())
        turned = animal.rotate(25 - 210 * t, Image.Resampling.BILINEAR)
        place = (s.aspect * 0.5 + 0.14 * math.sin(3 * t) - 0.37, 0.13 + 0.07 * math.sin(5 * t))
        over(frame, turned, place[0] * s.height, place[1] * s.height)
        return frame

    return shot


def docking(s: SceneStage) -> Shot:
    """A port comes nearer; a cross must meet a cross."""
    side = round(1.1 * s.height)
    pen = SceneStage(side, side, 0).glass()
    for ring, ink in (
        (0.49, "#39414d"),
        (0.46, "#c7ccd2"),
        (0.4, "#8b939e"),
        (0.36, "#454e5b"),
        (0.28, "#20262f"),
    ):
        pen.disc(0.5, 0.5, ring, ink)
    for bolt in range(24):
        a = math.tau * bolt / 24
        pen.disc(0.5 + 0.43 * math.cos(a), 0.5 + 0.43 * math.sin(a), 0.011, "#5c6570")
    for petal in range(3):
        a = math.tau * petal / 3 - 0.5
        pen.shape(*((0.5 + far * math.cos(a + turn), 0.5 + far * math.sin(a + turn)) for far, turn in
                    ((0.39, -0.3), (0.39, 0.3), (0.25, 0.16), (0.25, -0.16))), ink="#e0b45a")  # fmt: skip
    pen.line((0.5, 0.36), (0.5, 0.64), width=0.016, ink="#f4f6f8")
    pen.line((0.36, 0.5), (0.64, 0.5), width=0.016, ink="#f4f6f8")
    port = pen.done()
    sea = coloured(s.fog(3, 6), "#0a2a4d", "#23668f", "#a9c7cf", "#ffffff")
    pen = s.glass()
    cx, cy = s.aspect / 2, 0.5
    for side_x in (-1, 1):
        pen.line((cx + side_x * 0.08, cy), (cx + side_x * 0.34, cy), width=0.004, ink="#6dffb0")
        pen.line((cx, cy + side_x * 0.08), (cx, cy + side_x * 0.34), width=0.004, ink="#6dffb0")
        for tick in range(1, 6):
            pen.line(
                (cx + side_x * 0.05 * tick + side_x * 0.05, cy - 0.012),
                (cx + side_x * 0.05 * tick + side_x * 0.05, cy + 0.012),
                width=0.003,
                ink="#6dffb0",
            )
    pen.ring(cx, cy, 0.2, "#6dffb0", width=0.003)
    for corner_x in (0.06, s.aspect - 0.06):
        for corner_y in (0.08, 0.92):
            pen.line(
                (corner_x, corner_y),
                (corner_x + (0.08 if corner_x < 1 else -0.08), corner_y),
                width=0.005,
                ink="#6dffb0",
            )
            pen.line(
                (corner_x, corner_y),
                (corner_x, corner_y + (0.08 if corner_y < 0.5 else -0.08)),
                width=0.005,
                ink="#6dffb0",
            )
    marks = pen.done()

    def shot(t: float) -> Image.Image:
        frame = dimmed(rolled(sea, 0.1 * t * s.width), 0.8)
        size = round(s.height * (0.34 + 0.5 * t**1.3))
        near = port.resize((size, size), Image.Resampling.BILINEAR)
        drift = ((0.13 * math.cos(6 * t)) * (1 - t), (0.09 * math.sin(7 * t)) * (1 - t))
        over(
            frame,
            near,
            (cx + drift[0]) * s.height - size / 2,
            (cy + drift[1]) * s.height - size / 2,
        )
        over(frame, marks)
        return frame

    return shot


def clock(s: SceneStage) -> Shot:
    """Sixty-one seconds."""
    room = s.sky("#f0e4cc", "#d9bd93")
    pen = s.glass()
    cx, cy = s.aspect / 2, 0.5
    pen.disc(cx, cy, 0.42, "#2a2320")
    pen.disc(cx, cy, 0.39, "#fffaf0")
    for tick in range(61):
        a = math.tau * tick / 61
        pen.line(
            (cx + 0.33 * math.cos(a), cy + 0.33 * math.sin(a)),
            (cx + 0.37 * math.cos(a), cy + 0.37 * math.sin(a)),
            width=0.008,
            ink="#2a2320",
        )
    over(room, pen.done())

    def shot(t: float) -> Image.Image:
        frame = room.copy()
        pen = s.mask()
        a = math.tau * t - math.pi / 2
        pen.line((cx, cy), (cx + 0.34 * math.cos(a), cy + 0.34 * math.sin(a)), width=0.012)
        inked(frame, "#d1402c", pen.done())
        return frame

    return shot


def silence(s: SceneStage) -> Shot:
    """A room of foam wedges, and a trace that stays flat."""
    pen = s.glass()
    size = 0.17
    inks = ("#20232c", "#2f3440", "#454c5c", "#151820")
    for row in range(7):
        for column in range(12):
            x, y = column * size, row * size
            middle = (x + size / 2, y + size / 2)
            corners = ((x, y), (x + size, y), (x + size, y + size), (x, y + size))
            for n in range(4):
                ink = inks[(n + 2 * ((row + column) % 2)) % 4]
                pen.shape(corners[n], corners[(n + 1) % 4], middle, ink=ink)
    foam = pen.done().convert("RGB")
    pen = s.glass()
    x0 = s.aspect * 0.5
    pen.line((x0, 1.0), (x0, 0.46), width=0.012, ink="#0a0b0f")
    pen.box(x0 - 0.035, 0.26, 0.07, 0.22, "#0a0b0f")
    pen.disc(x0, 0.26, 0.035, "#8f97a6")
    pen.disc(x0, 0.33, 0.035, "#0a0b0f")
    for n in range(5):
        pen.line(
            (x0 - 0.03, 0.25 + 0.014 * n), (x0 + 0.03, 0.25 + 0.014 * n), width=0.003, ink="#3a404c"
        )
    microphone = pen.done()
    lamp = glow(s.height * 0.7, "#d9b98a", core=0.15)

    def shot(t: float) -> Image.Image:
        frame = foam.copy()
        add_at(frame, dimmed(lamp, 0.7), (0.3 + (s.aspect - 0.6) * t) * s.height, 0.35 * s.height)
        over(frame, microphone)
        return frame

    return shot
