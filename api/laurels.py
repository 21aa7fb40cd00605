"""A laurel to stand on a poster: two branches of leaves around a few words, as SVG. Pure."""

from math import cos, radians, sin

from markupsafe import escape

SIZE = 600, 360
LEAVES = 10
RADIUS = 150
FOOT, TIP, LEAN = 118, -40, 26  # degrees
INKS = {"dark": "#0b0d14", "light": "#ffffff"}


def laurel(lines: list[str], *, ink: str) -> str:
    """`lines` are read from above to below, the second as the largest; `ink` is one of `INKS`."""
    width, height = SIZE
    colour = INKS[ink]
    drawn = "".join(branch(side) for side in (-1, 1)) + "".join(
        line(words, place) for place, words in enumerate(lines[:4])
    )
    title = escape(" · ".join(lines))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img" fill="{colour}"><title>{title}</title>{drawn}</svg>\n'
    )


def branch(side: int) -> str:
    """Leaves along an arc, in pairs that grow smaller towards the tip; `side` is -1 left, 1 right."""
    return "".join(
        leaf(side, n / (LEAVES - 1), outside) for n in range(LEAVES) for outside in (False, True)
    )


def leaf(side: int, along: float, outside: bool) -> str:
    """Along the branch, leaning out of it or into it; drawn for the right one, mirrored for the left."""
    angle = FOOT + (TIP - FOOT) * along
    x, y = (
        SIZE[0] / 2 + 95 + RADIUS * cos(radians(angle)),
        SIZE[1] / 2 + RADIUS * sin(radians(angle)),
    )
    long, wide = 44 - 18 * along, 11 - 4 * along
    turn = angle + (LEAN if outside else -LEAN)
    mirrored = "" if side > 0 else f"translate({SIZE[0]} 0) scale(-1 1) "
    return (
        f'<path d="M0 0Q{wide:.1f} {-long / 2:.1f} 0 {-long:.1f}Q{-wide:.1f} {-long / 2:.1f} 0 0"'
        f' transform="{mirrored}translate({x:.1f} {y:.1f}) rotate({turn:.1f})"/>'
    )


HEIGHTS = (118, 172, 214, 250)
LETTERS = (20, 40, 22, 17)
WIDEST = 330


def line(words: str, place: int) -> str:
    """One line in the middle; a long one is smaller, never over the leaves."""
    size = min(LETTERS[place], WIDEST / (0.6 * max(1, len(words))))
    return (
        f'<text x="{SIZE[0] / 2:g}" y="{HEIGHTS[place]}" text-anchor="middle" font-size="{size:.1f}"'
        f' font-family="Bricolage Grotesque, Inter, Helvetica, Arial, sans-serif"'
        f' font-weight="{700 if place == 1 else 500}">{escape(words)}</text>'
    )
