"""Scenes without a ground: planets, rings, nebulae, auroras, an eclipse."""

import math

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from ops.scenes.stage import (
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


def starfield(s: SceneStage) -> Shot:
    """Two depths of stars that drift apart."""
    far, near = s.stars(round(500 * s.aspect)), s.stars(round(70 * s.aspect), gain=1.6)
    night = s.sky("#060a14", "#0e1a2e", "#24364a")

    def shot(t: float) -> Image.Image:
        frame = ImageChops.add(night, rolled(far, -0.05 * t * s.width))
        return ImageChops.add(frame, rolled(near, -0.2 * t * s.width))

    return shot


def limb(s: SceneStage) -> Shot:
    """The sun comes along the limb of a planet."""
    cx, cy, r = s.aspect / 2, 1.98, 1.34
    x, y = s.grid()
    away = np.hypot(x - cx, y - cy) - r
    ahead = np.clip(away, 0, None)[..., None]
    light = (
        np.exp(-ahead / 0.010) * (255, 214, 150)
        + np.exp(-ahead / 0.045) * (90, 150, 255)
        + np.exp(-ahead / 0.22) * (22, 44, 110)
    )
    light *= np.exp(-(((x - cx) / 0.85) ** 2))[..., None]
    dark = Image.fromarray((255 * np.clip(-away * s.height, 0, 1)).astype(np.uint8))
    sky = ImageChops.add(s.stars(900, gain=0.7), painted(light))
    ground = painted(np.exp(away / 0.02)[..., None].clip(0, 1) * (66, 44, 26))
    sun = glow(s.height * 0.8, "#ffe9c4", core=0.09)

    def shot(t: float) -> Image.Image:
        frame = sky.copy()
        angle = math.radians(-104 + 17 * t)
        add_at(
            frame,
            sun,
            *(n * s.height for n in (cx + r * math.cos(angle), cy + r * math.sin(angle))),
        )
        frame.paste(ground, mask=dark)
        return frame

    return shot


def nebula(s: SceneStage) -> Shot:
    """A nursery of stars: rose and teal clouds slide over each other."""
    glow_of, veil = s.fog(2, 6), s.fog(3, 6)
    clouds = coloured(
        np.clip(glow_of * 1.25 - 0.12, 0, 1), "#04050d", "#1b1440", "#7c2a6e", "#f0837a", "#ffe9c9"
    )
    teal = dimmed(coloured(veil**2.2, "#000000", "#0a3d4f", "#2fb3a8"), 0.75)
    stars = s.stars(700, gain=1.3)
    young = glow(s.height * 0.3, "#fff2e0", core=0.04)
    births = [
        (s.chance.uniform(0.1, 0.9) * s.width, s.chance.uniform(0.15, 0.85) * s.height)
        for _ in range(5)
    ]

    def shot(t: float) -> Image.Image:
        frame = ImageChops.add(clouds, rolled(teal, 0.06 * t * s.width))
        frame = ImageChops.add(frame, stars)
        for turn, (x, y) in enumerate(births):
            add_at(frame, dimmed(young, 0.45 + 0.3 * math.sin(6 * t + 1.7 * turn)), x, y)
        return frame

    return shot


def aurora(s: SceneStage) -> Shot:
    """Curtains of green and violet, seen through the round window of a cabin."""
    coarse = 4
    x, y = s.grid(coarse=coarse)
    night = s.sky("#020611", "#06152a", "#0d2b3e")
    stars = s.stars(500, gain=0.8)
    wall = s.glass()
    wall.box(0, 0, s.aspect, 1, "#12151c")
    wall.ring(s.aspect / 2, 0.5, 0.475, "#2b3140", width=0.035)
    wall.disc(s.aspect / 2, 0.5, 0.44, (0, 0, 0, 0))
    wall.ring(s.aspect / 2, 0.5, 0.445, "#596378", width=0.008)
    for bolt in range(12):
        a = math.tau * bolt / 12
        wall.disc(s.aspect / 2 + 0.458 * math.cos(a), 0.5 + 0.458 * math.sin(a), 0.008, "#8a94a8")
    wall.shape((0.1, 1), (0.16, 0.84), (0.3, 0.8), (0.36, 0.9), (0.38, 1), ink="#05070b")
    wall.disc(0.23, 0.74, 0.075, "#05070b")
    cabin = wall.done()
    colours = np.array(((70, 255, 150), (60, 220, 190), (170, 90, 255)), np.float32)

    def shot(t: float) -> Image.Image:
        light = np.zeros((*x.shape, 3), np.float32)
        for turn, colour in enumerate(colours):
            foot = (
                0.62
                - 0.09 * turn
                + 0.08 * np.sin(3.1 * x + 2 * turn + 3 * t)
                + 0.04 * np.sin(7.7 * x - 4 * t)
            )
            rise = np.clip(foot - y, 0, None)
            folds = 0.55 + 0.45 * np.sin(26 * x + 5 * np.sin(2.3 * x + turn) + 7 * t + turn)
            light += (
                np.exp(-np.clip(y - foot, 0, None) / 0.012)
                * np.exp(-rise / 0.16)
                * folds
                * (0.75 - 0.12 * turn)
            )[..., None] * colour
        curtains = painted(light).resize(s.size, Image.Resampling.BICUBIC)
        frame = ImageChops.add(ImageChops.add(night, stars), curtains)
        over(frame, cabin)
        return frame

    return shot


def rings(s: SceneStage) -> Shot:
    """A ringed planet passes, larger than the picture can hold; a child's moons follow."""
    x, y = s.grid()
    cx, cy, r = 1.1, 0.52, 0.3
    tilt = math.radians(-16)
    u = (x - cx) * math.cos(tilt) + (y - cy) * math.sin(tilt)
    v = -(x - cx) * math.sin(tilt) + (y - cy) * math.cos(tilt)
    around = np.hypot(u, v / 0.26)
    ball = np.hypot(u, v)
    grooves = 0.55 + 0.45 * np.sin(
        np.interp(around, (0.38, 0.72), (0, 40)) + 3 * np.sin(around * 47)
    )
    ring = np.clip((around - 0.37) * 90, 0, 1) * np.clip((0.72 - around) * 90, 0, 1) * grooves
    ring *= 1 - 0.9 * (np.abs(around - 0.585) < 0.012)
    inside = np.clip((r - ball) * s.height, 0, 1)
    bands = 0.75 + 0.16 * np.sin(38 * v + 0.8 * np.sin(9 * v)) + 0.05 * np.sin(90 * v)
    day = np.clip(
        0.25 + 1.15 * np.sqrt(np.clip(1 - (ball / r) ** 2, 0, 1)) * 0.8 - (u + v) * 1.1, 0.06, 1.2
    )
    body = (bands * day * inside)[..., None] * (244, 205, 148)
    lit = ring * np.where(
        (np.abs(v) < r) & (u > 0.12) & (u < 0.62) & (v < 0.06) & (v > -0.1) & (ball < 0.5), 0.35, 1
    )
    rim = lit[..., None] * (230, 208, 176)
    behind = (v < 0)[..., None] * (inside[..., None] > 0.5)
    planet = painted(
        body * (1 - ring[..., None] * ~behind * (inside[..., None] > 0)) + rim * ~behind
    )
    sky = ImageChops.add(s.sky("#0b0d22", "#1d1740", "#352056"), s.stars(600))
    moons = [(0.92, 0.018, 0.4), (1.15, 0.011, 1.9), (0.8, 0.014, 3.6), (1.3, 0.02, 5.0)]
    covers = Image.fromarray(
        (255 * np.maximum(inside, ring * ~behind[..., 0] * 0.9)).clip(0, 255).astype(np.uint8)
    )

    def shot(t: float) -> Image.Image:
        frame = rolled(sky, -0.03 * t * s.width)
        slide = round((0.06 - 0.12 * t) * s.height)
        frame.paste(planet, (slide, 0), covers)
        for far, size, phase in moons:
            a = phase + 1.1 * t / far
            px, py = (
                cx + far * math.cos(a) * 0.9,
                cy + far * 0.24 * math.sin(a) - 0.27 * far * math.cos(a) * 0.9,
            )
            moon = glow(s.height * size * 2.6, "#ffe6b8", core=0.5)
            add_at(frame, moon, slide + px * s.height, py * s.height)
        return frame

    return shot


def eclipse(s: SceneStage) -> Shot:
    """The corona, and the last bead of light."""
    x, y = s.grid()
    cx, cy, r = s.aspect / 2, 0.5, 0.2
    away, around = np.hypot(x - cx, y - cy), np.arctan2(y - cy, x - cx)
    rays = (
        0.55
        + 0.25 * np.sin(5 * around + 1)
        + 0.14 * np.sin(13 * around)
        + 0.06 * np.sin(47 * around)
    )
    corona = np.exp(-np.clip(away - r, 0, None) / (0.05 + 0.16 * rays)) * (away > r)
    sky = ImageChops.add(
        s.sky("#0a1020", "#1a2136", "#4a3a44"), painted(corona[..., None] * (236, 240, 255))
    )
    moon = s.mask()
    moon.disc(cx, cy, r)
    disc = moon.done()
    bead = glow(s.height * 0.34, "#fff6e2", core=0.03)

    def shot(t: float) -> Image.Image:
        frame = sky.copy()
        frame.paste("#020308", mask=disc)
        a = math.radians(-52 + 16 * t)
        add_at(frame, bead, (cx + r * math.cos(a)) * s.height, (cy + r * math.sin(a)) * s.height)
        return frame

    return shot


def crossing(s: SceneStage) -> Shot:
    """A lame moon like a potato passes before the red planet."""
    x, y = s.grid()
    cx, cy, r = s.aspect * 0.72, 0.95, 0.82
    ball = np.hypot(x - cx, y - cy) / r
    height = np.sqrt(np.clip(1 - ball**2, 0, 1))
    soil = s.fog(4, 6)
    day = np.clip(height * 0.9 - (x - cx) * 0.75 - 0.05, 0.03, 1)
    mars = coloured(np.clip(soil * 0.8 + 0.12, 0, 1), "#5a2616", "#b4512c", "#e99a5e")
    lit = painted(np.asarray(mars, np.float32) * day[..., None])
    edge = Image.fromarray((255 * np.clip((1 - ball) * r * s.height, 0, 1)).astype(np.uint8))
    sky = ImageChops.add(s.sky("#0a0608", "#120b10"), s.stars(420))
    sky.paste(lit, mask=edge)
    moon = s.mask()
    lumps = []
    for a in np.linspace(0, math.tau, 60):
        wide = 0.115 * (1 + 0.2 * math.sin(2 * a + 1) + 0.09 * math.sin(5 * a))
        lumps.append(
            (0.5 + wide * math.cos(a), 0.3 + 0.088 * (1 + 0.16 * math.sin(3 * a)) * math.sin(a))
        )
    moon.shape(*lumps)
    shape = moon.done()
    craters = s.fog(16, 4)
    shade = np.clip(1.0 - (x - 0.4) * 3.2, 0.05, 1) * (0.35 + 0.75 * craters)
    rock = painted(shade[..., None] * (205, 180, 160))

    def shot(t: float) -> Image.Image:
        frame = sky.copy()
        place = (round((-0.12 + 0.62 * t) * s.height), round((0.06 - 0.05 * t) * s.height))
        frame.paste(rock, place, shape)
        return frame

    return shot


def debris(s: SceneStage) -> Shot:
    """Two glints pass over the cities of the night side."""
    x, y = s.grid()
    r, cy = 2.4, 3.05
    down = r - np.hypot(x - s.aspect / 2, y - cy)
    land = s.fog(5, 5)
    towns = (
        (s.chance.random(x.shape) > 0.96)
        * np.clip(land * 2.6 - 1.15, 0, 1)
        * np.clip(down * 9, 0, 1)
    )
    cities = painted(towns[..., None] * (255, 190, 110)).filter(ImageFilter.BoxBlur(s.height / 900))
    ground = painted((0.35 + np.clip(down, 0, 0.3) * land * 2)[..., None] * (30, 58, 96))
    for _ in range(4):
        ground = ImageChops.add(ground, cities)
    air = painted(np.exp(-np.abs(down) / 0.012)[..., None] * (70, 160, 190))
    inside = Image.fromarray((255 * (down > 0)).astype(np.uint8))
    space = s.stars(500)
    frame_of = space.copy()
    frame_of.paste(ground, mask=inside)
    sky = ImageChops.add(frame_of, air)
    shards = [
        (s.chance.normal(0, 0.05), s.chance.normal(0, 0.03), s.chance.uniform(0.006, 0.016))
        for _ in range(26)
    ]
    lights = [(glow(s.height * 0.13, "#ffd9a0"), 1), (glow(s.height * 0.13, "#a0d4ff"), -1)]
    speck = {1: "#ffc46b", -1: "#8fc7ff"}
    crumbs = {
        (way, n): glow(s.height * shard[2], speck[way], core=0.6)
        for way in speck
        for n, shard in enumerate(shards)
    }

    def shot(t: float) -> Image.Image:
        frame = sky.copy()
        for light, way in lights:
            at = s.aspect / 2 + way * (1.5 * t - 0.75) * s.aspect * 0.62
            bow = 0.36 + 0.2 * ((at - s.aspect / 2) / s.aspect) ** 2 + 0.03 * way
            for n, (dx, dy, _) in enumerate(shards):
                lag = -way * (0.05 + 0.012 * n)
                add_at(
                    frame,
                    crumbs[way, n],
                    (at + dx + lag) * s.height,
                    (bow + dy * (0.4 + t)) * s.height,
                )
            add_at(frame, light, at * s.height, bow * s.height)
        return frame

    return shot


def pale_dot(s: SceneStage) -> Shot:
    """The Earth from far away: a point in a ray of light."""
    x, y = s.grid()
    ray = np.exp(-(((x - s.aspect * 0.62 - 0.25 * y) / 0.05) ** 2))
    haze = painted(ray[..., None] * (110, 84, 66) + 30 * s.fog(2, 4)[..., None])
    dot = glow(max(3.0, s.height * 0.05), "#cfe4ff", core=0.3)

    def shot(t: float) -> Image.Image:
        frame = rolled(haze, 0.05 * t * s.width)
        add_at(frame, dot, (0.62 * s.aspect + 0.1 + 0.02 * t) * s.height, 0.46 * s.height)
        return frame

    return shot


def nothing(s: SceneStage) -> Shot:
    """Black, as the inside of a cup."""
    return lambda _: s.black()


def lagrange(s: SceneStage) -> Shot:
    """For a dome: two bodies, five points, and the level lines around them."""
    cx, cy = s.aspect / 2, 0.5
    x, y = s.grid(coarse=2)
    sun, earth = (cx - 0.04, cy), (cx + 0.2, cy)
    one, two = (np.hypot(x - px, y - py) + 0.012 for px, py in (sun, earth))
    level = 0.028 / one + 0.006 / two + 2.1 * ((x - cx) ** 2 + (y - cy) ** 2)
    dome = np.clip((0.475 - np.hypot(x - cx, y - cy)) * s.height, 0, 1)
    teal = (np.clip(1.6 - 3.4 * np.hypot(x - cx, y - cy), 0, 1) * dome)[..., None] * (10, 62, 92)
    points = [(0.09, 0), (0.31, 0), (-0.3, 0), (0.08, -0.208), (0.08, 0.208)]
    gold, blue = (
        glow(s.height * 0.2, "#ffd27a", core=0.08),
        glow(s.height * 0.06, "#8fd0ff", core=0.3),
    )
    small = glow(s.height * 0.05, "#fff4d8", core=0.3)

    def shot(t: float) -> Image.Image:
        lines = np.exp(-(((level * 26 - 2 * t) % 1 - 0.5) ** 2) / 0.006)
        plan = painted(teal + (lines * dome * 0.7)[..., None] * (80, 190, 205))
        frame = plan.rotate(-25 * t, Image.Resampling.BILINEAR).resize(
            s.size, Image.Resampling.BICUBIC
        )
        turn = math.radians(25 * t)
        for light, px, py in (
            (gold, -0.04, 0),
            (blue, 0.2, 0),
            *((small, *point) for point in points),
        ):
            ux, uy = (
                px * math.cos(turn) - py * math.sin(turn),
                px * math.sin(turn) + py * math.cos(turn),
            )
            add_at(frame, light, (cx + ux) * s.height, (cy + uy) * s.height)
        return frame

    return shot


def constellations(s: SceneStage) -> Shot:
    """Stars that a child's finger joins to a bear."""
    sky = ImageChops.add(s.sky("#0a1440", "#16307a", "#4a5fb0"), s.stars(500))
    bear = [
        (0.3, 0.5),
        (0.42, 0.42),
        (0.53, 0.43),
        (0.66, 0.47),
        (0.7, 0.6),
        (0.9, 0.62),
        (0.92, 0.46),
        (0.66, 0.47),
    ]
    bear = [(x * s.aspect * 0.9, y) for x, y in bear]
    star = glow(s.height * 0.07, "#fff3c4", core=0.15)

    def shot(t: float) -> Image.Image:
        frame = sky.copy()
        drawn = min(len(bear) - 1.0, t * 1.6 * (len(bear) - 1))
        pen = s.mask()
        whole = int(drawn)
        line = bear[: whole + 1]
        if whole < len(bear) - 1:
            (ax, ay), (bx, by) = bear[whole], bear[whole + 1]
            line.append((ax + (bx - ax) * (drawn - whole), ay + (by - ay) * (drawn - whole)))
        if len(line) > 1:
            pen.line(*line, width=0.006)
        inked(frame, "#ffe9a8", pen.done())
        for x, y in bear:
            add_at(frame, star, x * s.height, y * s.height)
        return frame

    return shot


def orbits(s: SceneStage) -> Shot:
    """An old green screen: the ellipses of everything up there, and one that does not answer."""
    cx, cy = s.aspect * 0.52, 0.52
    plan = s.glass()
    plan.box(0, 0, s.aspect, 1, "#03120d")
    for step in np.arange(0.1, s.aspect, 0.1):
        plan.line((step, 0), (step, 1), width=0.0015, ink="#0a2c20")
        plan.line((0, step), (s.aspect, step), width=0.0015, ink="#0a2c20")
    shapes = [
        (0.2, 0.9, 0.3),
        (0.3, 0.55, 1.2),
        (0.4, 0.35, 2.2),
        (0.5, 0.62, 0.7),
        (0.62, 0.3, 2.7),
    ]

    def place(far: float, flat: float, turn: float, a: float) -> tuple[float, float]:
        u, v = far * math.cos(a), far * flat * math.sin(a)
        return cx + u * math.cos(turn) - v * math.sin(turn), cy + u * math.sin(turn) + v * math.cos(
            turn
        )

    for shape in shapes:
        plan.line(
            *(place(*shape, a) for a in np.linspace(0, math.tau, 160)), width=0.0028, ink="#2f8f68"
        )
    plan.disc(cx, cy, 0.105, "#0f4a35")
    for flat in (0.25, 0.6):
        plan.ring(cx, cy, 0.105, "#49c79a", width=0.003, flat=flat)
    plan.ring(cx, cy, 0.105, "#7df0c0", width=0.004)
    screen = plan.done().convert("RGB")
    lamp, lost = (
        glow(s.height * 0.05, "#9dffd6", core=0.3),
        glow(s.height * 0.1, "#ff8a5c", core=0.25),
    )

    def shot(t: float) -> Image.Image:
        frame = screen.copy()
        for turn, shape in enumerate(shapes):
            is_lost = turn == 3
            for back in range(1 if is_lost else 7):
                a = 1.3 * turn + (2.2 - 0.3 * turn) * t - 0.05 * back
                light = (
                    dimmed(lost, 0.55 + 0.45 * math.sin(14 * t))
                    if is_lost
                    else dimmed(lamp, 1 - back / 7)
                )
                add_at(frame, light, *(n * s.height for n in place(*shape, a)))
        return frame

    return shot


def mirrors(s: SceneStage) -> Shot:
    """Eighteen golden mirrors; a glint goes over them."""
    r = 0.102
    cells = [
        (q, p) for q in range(-2, 3) for p in range(-2, 3) if abs(q + p) <= 2 and (q, p) != (0, 0)
    ]
    cx, cy = s.aspect * 0.5, 0.5
    middles = [
        (cx + 1.5 * r * 1.03 * q, cy + math.sqrt(3) * r * 1.03 * (p + q / 2)) for q, p in cells
    ]
    sky = ImageChops.add(s.sky("#05060c", "#140f22", "#2b1522"), s.stars(600))

    def corners(x: float, y: float, size: float) -> list[tuple[float, float]]:
        return [
            (x + size * math.cos(a), y + size * math.sin(a)) for a in np.arange(6) * math.pi / 3
        ]

    whole = s.mask()
    back = s.glass()
    for x, y in middles:
        back.shape(*corners(x, y, r * 1.02), ink="#3a2a12")
        whole.shape(*corners(x, y, r * 0.955))
    for x in (-1, 1):
        back.line((cx, cy), (cx + x * 0.62, 1.05), width=0.01, ink="#201a24")
    frame_of = back.done()
    shape = whole.done()
    gx, gy = s.grid()
    tilt = np.zeros((s.height, s.width), np.float32)
    for x, y in middles:
        tilt[np.hypot(gx - x, gy - y) < r] = s.chance.uniform(-0.12, 0.12)
    base = (gx - cx) * 0.55 + (gy - cy) * 0.8 + tilt
    strut = s.glass()
    for a in (-90, 30, 150):
        tip = (cx + 0.5 * math.cos(math.radians(a)), cy + 0.5 * math.sin(math.radians(a)))
        strut.line((cx, cy), tip, width=0.008, ink="#0d0b10")
    strut.disc(cx, cy, 0.045, "#0d0b10")
    struts = strut.done()

    def shot(t: float) -> Image.Image:
        frame = sky.copy()
        over(frame, frame_of)
        shine = np.exp(-((base - 1.0 * t + 0.5) ** 2) / 0.05)
        gold = coloured(0.3 + 0.7 * shine, "#2a1704", "#a86a16", "#f0b845", "#fff3cf")
        frame.paste(gold, mask=shape)
        over(frame, struts)
        return frame

    return shot


def station(s: SceneStage) -> Shot:
    """A wheel that turns too slowly, in broad daylight."""
    cx, cy = s.aspect * 0.56, 0.5
    side = round(s.height * 0.94)
    pen = SceneStage(side, side, 0).glass()
    pen.disc(0.5, 0.5, 0.48, "#8f8a7d")
    pen.disc(0.5, 0.5, 0.472, "#f7f2e6")
    pen.disc(0.5, 0.5, 0.4, "#6d6a63")
    pen.disc(0.5, 0.5, 0.392, (0, 0, 0, 0))
    for spoke in range(6):
        a = math.tau * spoke / 6
        far = (0.5 + 0.4 * math.cos(a), 0.5 + 0.4 * math.sin(a))
        pen.line((0.5, 0.5), far, width=0.034, ink="#a8a293")
        pen.line((0.5, 0.5), far, width=0.02, ink="#efe9da")
    for window in range(48):
        a = math.tau * window / 48
        pen.disc(
            0.5 + 0.436 * math.cos(a),
            0.5 + 0.436 * math.sin(a),
            0.011,
            "#c9542f" if window % 12 == 0 else "#4a4a50",
        )
    pen.disc(0.5, 0.5, 0.1, "#8f8a7d")
    pen.disc(0.5, 0.5, 0.094, "#f7f2e6")
    pen.disc(0.5, 0.5, 0.03, "#c9542f")
    wheel = pen.done()
    ground = s.sky("#d9e4e6", "#efe6d2", "#e3c9a0")
    ball = s.glass()
    ball.disc(s.aspect * 0.1, 1.28, 0.72, "#c08a55")
    ball.disc(s.aspect * 0.1 - 0.03, 1.31, 0.72, "#d9a76c")
    over(ground, ball.done())
    shade = wheel.getchannel("A").point(lambda a: a * 0.16)
    dancer = s.glass()
    dancer.somebody(cx, cy - 0.07, 0.34, "#23252c", stride=0.9)
    dancer.line(
        (cx - 0.14, cy - 0.33), (cx, cy - 0.28), (cx + 0.14, cy - 0.37), width=0.022, ink="#23252c"
    )
    pose = dancer.done()

    def shot(t: float) -> Image.Image:
        frame = ground.copy()
        turned = wheel.rotate(-28 * t, Image.Resampling.BILINEAR)
        left, top = round(cx * s.height - side / 2), round(cy * s.height - side / 2)
        frame.paste("#5d4a30", (left + side // 22, top + side // 18), shade.rotate(-28 * t))
        over(frame, turned, left, top)
        over(frame, pose, 0, (0.02 * math.sin(5 * t)) * s.height)
        return frame

    return shot


def panels(s: SceneStage) -> Shot:
    """Wings of blue cells, and the sun that wanders over them."""
    pen = s.glass()
    for row in range(-1, 9):
        for column in range(-1, 14):
            x, y = 0.21 * column - 0.08 * row, 0.115 * row + 0.03 * column
            ink = ("#122a5c", "#173571", "#0f2350")[(row * 7 + column * 5) % 3]
            pen.shape(
                (x, y),
                (x + 0.2, y + 0.028),
                (x + 0.125, y + 0.136),
                (x - 0.075, y + 0.108),
                ink=ink,
            )
            for cut in (0.25, 0.5, 0.75):
                pen.line((x + 0.2 * cut, y + 0.028 * cut), (x + 0.2 * cut - 0.075, y + 0.108 + 0.028 * cut),
                         width=0.0022, ink="#4d6ea8")  # fmt: skip
    wing = pen.done()
    ground = s.sky("#0a0d16", "#1f2b3e", "#5b6d7c")
    over(ground, wing)
    boom = s.glass()
    boom.shape((0, 0.42), (s.aspect, 0.66), (s.aspect, 0.72), (0, 0.48), ink="#c8b98c")
    boom.line((0, 0.445), (s.aspect, 0.685), width=0.006, ink="#8a7a4e")
    for step in np.arange(0, s.aspect, 0.12):
        top = 0.42 + 0.24 * step / s.aspect
        zigzag = ((step, top), (step + 0.06, top + 0.07), (step + 0.12, top + 0.02))
        boom.line(*zigzag, width=0.005, ink="#6f6238")
    mast = boom.done()
    along, down = s.grid(coarse=2)

    def shot(t: float) -> Image.Image:
        sweep = np.exp(-((along * 0.8 + down - 2.3 * t + 0.2) ** 2) / 0.05)
        light = painted(sweep[..., None] * (200, 170, 120)).resize(
            s.size, Image.Resampling.BILINEAR
        )
        frame = ImageChops.add(
            ground, ImageChops.multiply(light, ImageChops.add(ground, ground, 0.5))
        )
        over(frame, mast, 0, 0.012 * math.sin(9 * t) * s.height)
        return frame

    return shot


def windows(s: SceneStage) -> Shot:
    """A neighbourhood of lit windows; below, the sea goes by."""
    sea = coloured(s.fog(3, 6), "#0d3050", "#1c5f86", "#8fb9c9", "#f3f3ee")
    block = s.glass()
    block.box(0, 0, s.aspect, 0.68, "#232a3a")
    for beam in np.arange(0, s.aspect, 0.34):
        block.box(beam, 0, 0.012, 0.68, "#38425a")
    block.box(0, 0.655, s.aspect, 0.03, "#4a5672")
    rooms = [(c, r) for r in range(3) for c in range(int(s.aspect / 0.17))]
    inks = ("#ffcf7a", "#ff9d66", "#9ad3e0", "#f3e6c8", "#d987a4")
    spots = [(0.035 + 0.17 * c, 0.06 + 0.2 * r) for c, r in rooms]
    for x, y in spots:
        block.box(x, y, 0.11, 0.13, "#0e1320")
    flats = block.done()
    lamps = []
    for x, y in spots:
        pen = s.glass()
        ink = inks[int(s.chance.integers(len(inks)))]
        pen.box(x, y, 0.11, 0.13, ink)
        if s.chance.random() < 0.5:
            pen.somebody(x + s.chance.uniform(0.03, 0.08), y + 0.13, 0.1, "#1c1822")
        else:
            pen.box(x, y, 0.11, s.chance.uniform(0.02, 0.09), "#00000055")
        left, top, right, foot = (
            round(n * s.height) for n in (x - 0.005, y - 0.005, x + 0.115, y + 0.135)
        )
        lamps.append((pen.done().crop((left, top, right, foot)), (left, top)))
    hours = s.chance.uniform(-0.9, 1.1, len(lamps))

    def shot(t: float) -> Image.Image:
        frame = rolled(sea, -0.1 * t * s.width)
        over(frame, flats)
        for (lamp, place), hour in zip(lamps, hours, strict=True):
            if hour < t < hour + 1.2:
                over(frame, lamp, *place)
        return frame

    return shot
