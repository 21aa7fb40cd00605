"""Scenes with a ground under the sky: dishes, a launch pad, Mars, a greenhouse, a mast."""

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


def hills(s: SceneStage, pen: Pen, base: float, rough: float, ink: str) -> None:
    """A ridge along the whole width, its height near `base`."""
    phases = s.chance.uniform(0, math.tau, 5)
    xs = np.linspace(-0.1, s.aspect + 0.1, 90)
    ridge = [
        (
            float(x),
            base
            - rough
            * sum(math.sin((2.1 * n + 1.3) * x + p) / (n + 1) for n, p in enumerate(phases)),
        )
        for x in xs
    ]
    pen.shape((-0.1, 1.1), *ridge, (s.aspect + 0.1, 1.1), ink=ink)


def dishes(s: SceneStage) -> Shot:
    """Four dishes in a row under the galaxy; a lamp on the first."""
    x, y = s.grid()
    band = np.exp(-(((x - 0.4) * 0.5 + (y - 0.35)) ** 2) / 0.03) * s.fog(4, 6) ** 1.6
    sky = ImageChops.add(s.sky("#040d1c", "#0d3350", "#3c7f86"), s.stars(900, until=0.85))
    sky = ImageChops.add(sky, painted(band[..., None] * (120, 130, 165)))
    row = s.glass()
    hills(s, row, 0.83, 0.012, "#04090f")
    spots = [(0.36, 0.80, 0.25), (0.83, 0.82, 0.15), (1.14, 0.825, 0.1), (1.36, 0.83, 0.065)]
    for x0, y0, r in spots:
        row.shape((x0 - 0.28 * r, y0 + 0.04), (x0 - 0.1 * r, y0 - 0.55 * r), (x0 + 0.1 * r, y0 - 0.55 * r),
                  (x0 + 0.28 * r, y0 + 0.04), ink="#04090f")  # fmt: skip
        bowl(row, x0, y0 - 0.72 * r, r, -0.85)
    ground = row.done()
    lamp = glow(s.height * 0.09, "#ff5a36", core=0.15)
    feed = (spots[0][0] + 0.75 * 0.25 * math.sin(0.85), 0.80 - 0.18 - 0.75 * 0.25 * math.cos(0.85))
    echo = glow(s.height * 0.03, "#bfe6ff", core=0.4)

    def shot(t: float) -> Image.Image:
        frame = rolled(sky, -0.035 * t * s.width)
        over(frame, ground)
        add_at(
            frame, dimmed(lamp, max(0.15, math.sin(16 * t))), feed[0] * s.height, feed[1] * s.height
        )
        for step in range(5):
            along = (t * 1.4 - 0.05 * step) % 1
            add_at(
                frame,
                dimmed(echo, 1 - step / 5),
                (1.6 - 0.95 * along) * s.height,
                (0.02 + 0.42 * along) * s.height,
            )
        return frame

    return shot


def bowl(pen: Pen, x: float, y: float, r: float, tilt: float) -> None:
    """A dish seen from the side, its rim lit; `tilt` from straight up, leftwards below zero."""

    def turned(u: float, v: float) -> tuple[float, float]:
        return x + u * math.cos(-tilt) - v * math.sin(-tilt), y + u * math.sin(
            -tilt
        ) + v * math.cos(-tilt)

    rim = [turned(r * u, 0.42 * r * (1 - u * u)) for u in np.linspace(-1, 1, 30)]
    pen.shape(*rim, ink="#050b12")
    pen.line(turned(-r, 0), turned(r, 0), width=0.006, ink="#7fb9bd")
    for side in (-0.6, 0.6):
        pen.line(turned(side * r, 0), turned(0, -0.75 * r), width=0.005, ink="#0a1620")
    pen.disc(*turned(0, -0.75 * r), 0.05 * r, "#0a1620")


def launchpad(s: SceneStage) -> Shot:
    """A rocket waits by its tower, and rain falls and falls."""
    sky = s.sky("#0c1f1d", "#1d4a43", "#6d7f5c", "#e8a45c")
    sky = ImageChops.add(sky, dimmed(coloured(s.fog(3, 5), "#000000", "#35463c"), 0.8))
    pen = s.glass()
    x0 = s.aspect * 0.6
    hills(s, pen, 0.83, 0.02, "#10251f")
    for level in range(11):
        y = 0.25 + 0.052 * level
        pen.line((x0 - 0.2, y), (x0 - 0.12, y + 0.052), width=0.005, ink="#0a1512")
        pen.line((x0 - 0.12, y), (x0 - 0.2, y + 0.052), width=0.005, ink="#0a1512")
        pen.line((x0 - 0.2, y), (x0 - 0.12, y), width=0.005, ink="#0a1512")
    for x in (x0 - 0.2, x0 - 0.12):
        pen.line((x, 0.2), (x, 0.85), width=0.008, ink="#0a1512")
    for y in (0.36, 0.52, 0.68):
        pen.line((x0 - 0.12, y), (x0 - 0.03, y + 0.01), width=0.009, ink="#0a1512")
    for side in (-0.055, 0.055):
        pen.shape((x0 + side - 0.02, 0.82), (x0 + side - 0.02, 0.5), (x0 + side, 0.45), (x0 + side + 0.02, 0.5),
                  (x0 + side + 0.02, 0.82), ink="#c9c2ac")  # fmt: skip
    pen.shape((x0 - 0.036, 0.82), (x0 - 0.036, 0.33), (x0 - 0.02, 0.27), (x0, 0.235), (x0 + 0.02, 0.27),
              (x0 + 0.036, 0.33), (x0 + 0.036, 0.82), ink="#f1eadb")  # fmt: skip
    pen.box(x0 - 0.036, 0.4, 0.072, 0.012, "#b5472e")
    pen.box(x0 + 0.012, 0.33, 0.024, 0.49, "#d3c8af")
    hills(s, pen, 0.9, 0.035, "#06120f")
    for who, tall in ((0.34, 0.2), (0.43, 0.23), (0.52, 0.15)):
        pen.somebody(who, 0.97, tall, "#030806")
    pad = pen.done()
    drops = s.chance.random((170, 3))
    lamp = glow(s.height * 0.11, "#ff6a3a", core=0.12)
    light = glow(s.height * 0.5, "#ffcf8a", core=0.05)

    def shot(t: float) -> Image.Image:
        frame = sky.copy()
        add_at(frame, dimmed(light, 0.8), x0 * s.height, 0.84 * s.height)
        over(frame, pad)
        for n, y in enumerate((0.2, 0.42)):
            add_at(
                frame,
                dimmed(lamp, max(0.1, math.sin(11 * t + 2 * n))),
                (x0 - 0.16) * s.height,
                y * s.height,
            )
        pen = s.mask()
        for x, y, fast in drops:
            top = (y + t * (2.2 + 1.6 * fast)) % 1.1 - 0.08
            left = x * (s.aspect + 0.2) - 0.12 * top
            pen.line((left, top), (left - 0.008, top + 0.05 + 0.03 * fast), width=0.0018, ink=110)
        inked(frame, "#dcebe6", pen.done())
        return frame

    return shot


def terminator(s: SceneStage) -> Shot:
    """Somebody walks along the line where the sun never quite sets."""
    x, y = s.grid()
    sun_x, sun_y = s.aspect * 0.3, 0.7
    away = np.hypot((x - sun_x) * 0.55, (y - sun_y) * 1.6)
    sky = coloured(
        np.clip(1.12 - away * 1.5, 0, 1), "#14122e", "#4a1f4f", "#c2443f", "#f79a4b", "#ffe7b0"
    )
    pen = s.glass()
    pen.disc(sun_x, sun_y, 0.17, "#fff1c9")
    over(sky, pen.done())
    pen = s.glass()
    pen.disc(s.aspect * 0.5, 5.76, 5.0, "#180d1c")
    land = pen.done()
    streaks = painted(
        (np.clip((y - 0.77) * 5, 0, 1) * s.fog(7, 4) * np.exp(-((x - sun_x) ** 2) / 0.5))[..., None]
        * (150, 66, 40)
    )
    strides = []
    for phase in range(8):
        pen = s.glass()
        stride = math.sin(math.tau * phase / 8)
        pen.shape((0.5, 0.78), (0.53, 0.785), (1.25, 0.97), (1.02, 0.97), ink=(8, 3, 10, 150))
        pen.somebody(0.5, 0.785, 0.2, "#0b0610", stride=stride)
        pen.box(0.512, 0.64, 0.045, 0.06, "#0b0610")
        strides.append(pen.done())

    def shot(t: float) -> Image.Image:
        frame = sky.copy()
        over(frame, land)
        frame = ImageChops.add(frame, streaks)
        over(frame, strides[int(t * 40) % 8], (0.55 * t + s.aspect * 0.22 - 0.1) * s.height, 0)
        return frame

    return shot


def observatory(s: SceneStage) -> Shot:
    """The dome stays shut; the stars draw their circles without it."""
    night = s.sky("#070f22", "#10284a", "#7c4d57", "#d98a55")
    pole = (s.aspect * 0.66, 0.3)
    far = s.chance.uniform(0.03, 1.5, 170)
    begun, bright = s.chance.uniform(0, math.tau, 170), s.chance.uniform(60, 255, 170)
    warm = s.chance.uniform(-0.25, 0.25, 170)
    pen = s.glass()
    hills(s, pen, 0.88, 0.03, "#0b0a12")
    x0, y0, r = s.aspect * 0.34, 0.8, 0.25
    pen.disc(x0, y0, r, "#171a2a")
    pen.disc(x0 + 0.012, y0, r * 0.975, "#232840")
    for u in (-0.6, -0.25, 0.12, 0.5):
        pen.line(*((x0 + r * u * math.cos(a), y0 - r * math.sin(a)) for a in np.linspace(0, math.pi / 2, 16)),
                 width=0.003, ink="#11141f")  # fmt: skip
    pen.shape(
        (x0 + 0.03, y0 - r * 0.985),
        (x0 + 0.07, y0 - r * 0.96),
        (x0 + 0.19, y0 - 0.02),
        (x0 + 0.13, y0 - 0.02),
        ink="#090b14",
    )
    pen.box(x0 - r * 1.03, y0 - 0.02, 2.06 * r, 0.2, "#12131f")
    pen.box(x0 - 0.02, y0 + 0.05, 0.045, 0.13, "#e9a866")
    for n, x in enumerate((0.62, 0.68, 0.735, 0.82, 0.86)):
        pen.somebody(x0 + x - 0.1, 0.93, 0.11 + 0.012 * (n % 3), "#05050a")
    house = pen.done()
    trails = s.black()
    drawn = 0.0

    def shot(t: float) -> Image.Image:
        """Every moment is drawn onto those before it: a plate that is exposed for hours."""
        nonlocal trails, drawn
        points = np.asarray(trails).copy()
        for when in np.arange(drawn, t, 0.0015):
            a = begun + 1.15 * when
            xs = ((pole[0] + far * np.cos(a)) * s.height).astype(int)
            ys = ((pole[1] + far * np.sin(a)) * s.height).astype(int)
            seen = (xs >= 0) & (xs < s.width) & (ys >= 0) & (ys < s.height)
            inks = bright[seen, None] * np.stack(
                [1 + warm[seen], np.ones(seen.sum()), 1 - warm[seen]], -1
            )
            points[ys[seen], xs[seen]] = np.clip(inks, 0, 255)
        trails, drawn = Image.fromarray(points), max(drawn, t)
        frame = ImageChops.add(night, trails)
        over(frame, house)
        return frame

    return shot


def steppe(s: SceneStage) -> Shot:
    """Children on a wall watch a light that climbs."""
    sky = s.sky("#0d1636", "#2d2a5c", "#a04a5a", "#f2a15e")
    clouds = dimmed(coloured(s.fog(2, 5) ** 2, "#000000", "#7a3a44"), 0.6)
    sky = ImageChops.add(ImageChops.add(sky, clouds), s.stars(200, until=0.4))
    pen = s.glass()
    hills(s, pen, 0.83, 0.012, "#2a1a2c")
    for n in range(26):
        pole = 0.1 * n
        pen.line((pole, 0.8), (pole, 0.84), width=0.004, ink="#20121f")
    pen.box(0, 0.89, s.aspect, 0.2, "#0c0710")
    for who, tall in ((0.3, 0.17), (0.39, 0.2), (0.47, 0.155), (0.58, 0.19), (0.9, 0.15)):
        pen.somebody(who, 0.895, tall, "#0c0710")
    wall = pen.done()
    flame, halo = (
        glow(s.height * 0.1, "#fff3d6", core=0.25),
        glow(s.height * 0.9, "#ffb46a", core=0.04),
    )
    smoke = glow(s.height * 0.12, "#c98a78", core=0.9)

    def shot(t: float) -> Image.Image:
        rise = 0.02 + 0.72 * t**1.4
        at = (s.aspect * 0.66 + 0.18 * rise**2, 0.8 - rise)
        frame = sky.copy()
        add_at(frame, dimmed(halo, 0.9 - 0.5 * t), at[0] * s.height, at[1] * s.height)
        for puff in range(24):
            back = rise * puff / 24
            spot = (
                s.aspect * 0.66 + 0.18 * (rise - back) ** 2 + 0.01 * math.sin(puff * 2.4),
                0.8 - rise + back,
            )
            add_at(
                frame, dimmed(smoke, 0.28 - 0.007 * puff), spot[0] * s.height, spot[1] * s.height
            )
        add_at(frame, flame, at[0] * s.height, at[1] * s.height)
        over(frame, wall)
        return frame

    return shot


def dust(s: SceneStage) -> Shot:
    """Dunes of Mars, five columns of dust that sing."""
    sky = s.sky("#7a3a22", "#b9673a", "#e0a26a", "#efc48d")
    sky = ImageChops.add(sky, dimmed(coloured(s.fog(2, 4), "#000000", "#5a3018"), 0.6))
    pen = s.glass()
    hills(s, pen, 0.74, 0.03, "#8a4526")
    back = pen.done()
    pen = s.glass()
    hills(s, pen, 0.84, 0.04, "#5c2a17")
    hills(s, pen, 0.93, 0.03, "#3a170d")
    front = pen.done()
    columns = [
        (0.22, 0.5, 1.0),
        (0.52, 0.62, 1.3),
        (0.83, 0.42, 0.8),
        (1.15, 0.6, 1.2),
        (1.52, 0.47, 0.9),
    ]
    pebbles = s.chance.random((160, 3))

    def shot(t: float) -> Image.Image:
        frame = sky.copy()
        over(frame, back)
        veil = s.mask()
        for turn, (x0, tall, wide) in enumerate(columns):
            sides: list[list[tuple[float, float]]] = [[], []]
            for up in np.linspace(0, 1, 26):
                sway = 0.03 * math.sin(4 * up + 9 * t + turn) + 0.03 * (t - 0.5) * (1 + up)
                half = wide * (0.018 + 0.055 * up**1.7 + 0.006 * math.sin(20 * up - 30 * t + turn))
                y = 0.8 - tall * up
                sides[0].append((x0 + sway - half, y))
                sides[1].append((x0 + sway + half, y))
            veil.shape(*sides[0], *reversed(sides[1]), ink=190 - 14 * turn)
        soft = veil.done().filter(ImageFilter.BoxBlur(s.height / 90))
        frame.paste("#ffe9c4", mask=soft)
        over(frame, front)
        pen = s.mask()
        for x, y, size in pebbles:
            place = (
                (x * 1.3 + t * (0.3 + size)) % 1.1 * s.aspect,
                0.45 + 0.5 * y + 0.02 * math.sin(9 * t + 20 * x),
            )
            pen.disc(*place, 0.0015 + 0.003 * size, 150)
        inked(frame, "#ffe0b4", pen.done())
        return frame

    return shot


def greenhouse(s: SceneStage) -> Shot:
    """Under a dome in the desert something grows, leaf by leaf."""
    sky = ImageChops.add(s.sky("#141038", "#3b2262", "#96456f", "#e58b6a"), s.stars(420, until=0.6))
    pen = s.glass()
    hills(s, pen, 0.76, 0.035, "#3a1c3c")
    hills(s, pen, 0.86, 0.012, "#1f0f24")
    over(sky, pen.done())
    cx, cy, r = s.aspect / 2, 0.87, 0.56
    add_at(sky, glow(s.height * 0.75, "#ffd9a0", core=0.12), cx * s.height, 0.72 * s.height)
    pen = s.glass()
    for a in np.linspace(math.pi, math.tau, 9):
        pen.line(
            (cx, cy - 0.0),
            (cx + r * math.cos(a), cy + r * math.sin(a)),
            width=0.0025,
            ink=(255, 240, 215, 90),
        )
    for part in (0.36, 0.7, 1.0):
        arc = [
            (cx + r * part * math.cos(a), cy + r * part * math.sin(a))
            for a in np.linspace(math.pi, math.tau, 9)
        ]
        pen.line(*arc, width=0.003 + 0.004 * (part == 1.0), ink=(255, 244, 224, 200))
    pen.box(cx - r - 0.03, cy, 2 * r + 0.06, 0.03, "#140a18")
    glass = pen.done()
    plants = [(cx + u * r * 0.9, 0.09 + 0.3 * (1 - u * u) * s.chance.uniform(0.5, 1.0), s.chance.uniform(-0.5, 0.5))
              for u in np.linspace(-0.85, 0.85, 13)]  # fmt: skip

    def shot(t: float) -> Image.Image:
        frame = sky.copy()
        pen = s.glass()
        grown = 0.25 + 0.75 * min(1.0, 1.15 * t)
        for n, (x, tall, lean) in enumerate(plants):
            up = tall * grown
            stem = [
                (x + 0.05 * lean * v * v * math.sin(2 + 2 * t), cy - up * v)
                for v in np.linspace(0, 1, 7)
            ]
            pen.line(*stem, width=0.006, ink="#1f5a3c")
            for leaf in range(1, 7):
                side, (lx, ly) = (-1) ** (leaf + n), stem[leaf]
                size = 0.05 * grown * (1 - 0.09 * leaf)
                ink = ("#2f8a55", "#4fae62", "#8fce6e")[(leaf + n) % 3]
                corners = ((0, 0), (0.6, -0.7), (1.3, -0.5), (0.7, 0.1))
                pen.shape(*((lx + side * size * u, ly + size * v) for u, v in corners), ink=ink)
        over(frame, pen.done())
        over(frame, glass)
        return frame

    return shot


def mast(s: SceneStage) -> Shot:
    """A relay calls in the fog; one window is lit."""
    sky = s.sky("#12161d", "#2d353e", "#59656d", "#8b9497")
    pen = s.glass()
    hills(s, pen, 0.87, 0.02, "#14181d")
    x0 = s.aspect * 0.48
    pen.shape(
        (x0 - 0.016, 0.87), (x0 - 0.006, 0.3), (x0 + 0.006, 0.3), (x0 + 0.016, 0.87), ink="#0a0c0f"
    )
    for side in (-1, 1):
        for top, foot in ((0.36, 0.34), (0.55, 0.24)):
            pen.line((x0, top), (x0 + side * foot, 0.88), width=0.003, ink="#0a0c0f")
    hx = s.aspect * 0.79
    pen.shape(
        (hx - 0.09, 0.89),
        (hx - 0.09, 0.79),
        (hx, 0.73),
        (hx + 0.09, 0.79),
        (hx + 0.09, 0.89),
        ink="#0a0c0f",
    )
    pen.box(hx - 0.02, 0.81, 0.035, 0.035, "#ffd98c")
    ground = pen.done()
    mist = s.fog(2, 4)
    fog = dimmed(coloured(mist, "#000000", "#5a646a"), 0.55)
    lamp = glow(s.height * 0.14, "#ff5436", core=0.12)

    def shot(t: float) -> Image.Image:
        frame = ImageChops.add(sky, rolled(fog, 0.15 * t * s.width))
        pen = s.mask()
        for ring in range(5):
            r = (0.6 * t + 0.14 * ring) % 0.7
            pen.ring(x0, 0.29, r, round(150 * (1 - r / 0.7)), width=0.0035)
        inked(frame, "#ffffff", pen.done())
        over(frame, ground)
        add_at(frame, dimmed(lamp, 0.6 + 0.4 * math.sin(10 * t)), x0 * s.height, 0.29 * s.height)
        return frame

    return shot


def paper_moon(s: SceneStage) -> Shot:
    """1929: a moon of cardboard on its thread, grain, and an iris that breathes."""
    x, y = s.grid()
    cx, cy = s.aspect / 2, 0.46
    card = s.fog(24, 4)
    sky = coloured(0.10 + 0.14 * s.fog(3, 4), "#0c0b09", "#d6cfbb")
    pen = s.glass()
    for n in range(9):
        px, py, r = (
            s.chance.uniform(0.1, s.aspect - 0.1),
            s.chance.uniform(0.08, 0.6),
            s.chance.uniform(0.02, 0.035),
        )
        star = [
            (
                px + (r if k % 2 else r * 0.42) * math.cos(math.pi * k / 5 + n),
                py + (r if k % 2 else r * 0.42) * math.sin(math.pi * k / 5 + n),
            )
            for k in range(10)
        ]
        pen.shape(*star, ink="#b9b09a")
        pen.line((px, 0), (px, py - r), width=0.0015, ink="#5c5749")
    over(sky, pen.done())
    pen = s.glass()
    for n, base in enumerate((0.82, 0.9)):
        for k in range(-1, 12):
            pen.disc(0.17 * k + 0.08 * n, base + 0.1, 0.12, ("#6f6a5c", "#3a372f")[n])
    waves = pen.done()
    pen = s.glass()
    pen.disc(cx, cy, 0.29, "#e9e2cd")
    for px, py, r in (
        (-0.15, -0.13, 0.04),
        (0.17, 0.12, 0.05),
        (0.08, -0.19, 0.028),
        (-0.17, 0.12, 0.03),
    ):
        pen.disc(cx + px, cy + py, r, "#cdc5ae")
    for side in (-1, 1):
        pen.disc(cx + side * 0.1, cy - 0.05, 0.034, "#26231c")
        pen.disc(cx + side * 0.1 + 0.01, cy - 0.06, 0.01, "#e9e2cd")
        pen.line(
            *(
                (cx + side * 0.1 + u, cy - 0.115 - 0.025 + 3 * u * u)
                for u in np.linspace(-0.05, 0.05, 7)
            ),
            width=0.011,
            ink="#26231c",
        )
    pen.shape((cx, cy - 0.04), (cx + 0.035, cy + 0.06), (cx - 0.012, cy + 0.06), ink="#b5ac93")
    pen.line(
        *((cx + u, cy + 0.15 - 3 * u * u) for u in np.linspace(-0.1, 0.1, 11)),
        width=0.015,
        ink="#26231c",
    )
    pen.line((cx, -0.2), (cx, cy - 0.29), width=0.003, ink="#8a836f")
    moon = pen.done()
    grain = painted((card * 46)[..., None] * (1, 0.97, 0.88))
    iris = Image.fromarray(
        (255 * np.clip(1.32 - 1.5 * np.hypot((x - cx) / 1.15, y - 0.5), 0, 1)).astype(np.uint8)
    )
    paper = Image.new("RGB", s.size, "#2e2b25")
    scratches = s.chance.random((60, 2))

    def shot(t: float) -> Image.Image:
        frame = sky.copy()
        over(frame, moon, 0, (0.03 * math.sin(5 * t) - 0.01) * s.height)
        over(frame, waves, 0.05 * math.sin(6 * t) * s.height)
        frame = ImageChops.subtract(frame, rolled(grain, 37 * round(24 * t)))
        pen = s.mask()
        for x, bent in scratches[int(t * 29) % 58 :][:2]:
            pen.line((x * s.aspect, 0), (x * s.aspect + 0.01 * bent, 1), width=0.0016, ink=130)
        inked(frame, "#e6dec8", pen.done())
        return Image.composite(frame, paper, iris)

    return shot


def cardboard(s: SceneStage) -> Shot:
    """A rocket made in the yard, of boxes and string, that takes off in a child's head."""
    ground = s.sky("#3aa0c9", "#7cc7d8", "#f6dfb0")
    pen = s.glass()
    pen.disc(s.aspect * 0.82, 0.2, 0.1, "#ffd34d")
    for a in np.arange(12) * math.tau / 12:
        px, py = s.aspect * 0.82, 0.2
        pen.line(
            (px + 0.125 * math.cos(a), py + 0.125 * math.sin(a)),
            (px + 0.165 * math.cos(a), py + 0.165 * math.sin(a)),
            width=0.012,
            ink="#ffd34d",
        )
    for n in range(4):
        px = 0.12 + 0.42 * n
        pen.box(px, 0.62, 0.3, 0.3, ("#e9795d", "#f2b15c", "#5aa27e", "#d95d6a")[n])
        pen.shape((px - 0.02, 0.63), (px + 0.15, 0.5), (px + 0.32, 0.63), ink="#7a3d38")
        for k in (0.05, 0.17):
            pen.box(px + k, 0.69, 0.08, 0.09, "#fdf3d7")
    pen.box(0, 0.88, s.aspect, 0.2, "#6b8f47")
    for n in range(60):
        px = n * s.aspect / 60
        pen.shape((px, 0.89), (px + 0.01, 0.862), (px + 0.02, 0.89), ink="#6b8f47")
    over(ground, pen.done())
    pen = s.glass()
    x0 = s.aspect * 0.42
    pen.shape((x0 - 0.1, 0.8), (x0 - 0.19, 0.92), (x0 - 0.1, 0.9), ink="#b5522f")
    pen.shape((x0 + 0.1, 0.8), (x0 + 0.19, 0.92), (x0 + 0.1, 0.9), ink="#b5522f")
    pen.box(x0 - 0.1, 0.4, 0.2, 0.5, "#c99a62")
    pen.box(x0 + 0.03, 0.4, 0.07, 0.5, "#b58650")
    pen.shape((x0 - 0.11, 0.41), (x0, 0.2), (x0 + 0.11, 0.41), ink="#d9482f")
    pen.line((x0 - 0.1, 0.62), (x0 + 0.1, 0.62), width=0.018, ink="#e8d7ae")
    pen.disc(x0, 0.51, 0.058, "#fdf3d7")
    pen.disc(x0, 0.51, 0.044, "#26415e")
    pen.disc(x0, 0.522, 0.026, "#f0c39a")
    pen.disc(x0 - 0.009, 0.517, 0.004, "#26211c")
    pen.disc(x0 + 0.009, 0.517, 0.004, "#26211c")
    rocket = pen.done()
    flames = []
    for n in range(3):
        pen = s.glass()
        long, short = 1.0 + 0.03 * n, 1.08 - 0.03 * n
        tips = (
            (-0.09, 0.9),
            (-0.05, long),
            (-0.02, 0.94),
            (0, short),
            (0.03, 0.94),
            (0.06, long),
            (0.09, 0.9),
        )
        pen.shape(*((x0 + u, v) for u, v in tips), ink="#f7a21b")
        flames.append(pen.done())

    def shot(t: float) -> Image.Image:
        frame = ground.copy()
        lift = 0.75 * max(0.0, t - 0.42) ** 1.6
        shake = 0.004 * math.sin(70 * t) * (t > 0.3)
        if t > 0.34:
            over(frame, flames[int(t * 60) % 3], shake * s.height, -lift * s.height)
        over(frame, rocket, shake * s.height, -lift * s.height)
        return frame

    return shot
