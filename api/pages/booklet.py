"""The published programme on paper: a booklet of small pages, and a sheet a day for a wall.

They are leaves like the public's pages, but printed for the first who wants them: publishing waits for no printer.
"""

from collections import defaultdict
from functools import cache, partial
from pathlib import Path
from typing import Any

from markupsafe import Markup

from api.doors import doors_to
from api.drawing import environment, of_every_page
from api.leaves import Asked, Drawing, Leaf
from api.pages._paper import inline, paper_of
from api.pages._public import days_of, sections_in
from festival.language import text_in

VENDOR = Path(__file__).parents[1] / "static" / "vendor"
FONTS = {
    "Display": "bricolage-latin",
    "Display Ext": "bricolage-latin-ext",
    "Text": "inter-latin",
    "Text Ext": "inter-latin-ext",
}


def drawn_on(template: str, name: str, asked: Asked) -> Drawing:
    """A4 is the printer's to fold: each page of the booklet is half of it, each sheet two of it."""
    public, document, lang = asked.public, asked.document(), asked.lang
    days = days_of(document, lang)
    base = of_every_page(lang, public.edition, prefix=asked.prefix, path=f"/{public.edition.slug}/")
    text = environment(lang).get_template(template).render(
        **base,
        document=document,
        days=days,
        fonts=fonts(),
        sections=sections_in(document, lang),
        programmes=sorted(
            document.programmes, key=lambda one: (one.section or "~", text_in(lang, one.titles).casefold())
        ),
        shows=shows_of(days),
    )  # fmt: skip
    return Drawing(
        body=paper_of(text),
        media_type="application/pdf",
        disposition=f'inline; filename="{document.edition}-{document.number}-{name}.pdf"',
    )


def shows_of(days: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The screenings of each programme, in order of time."""
    by_programme: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for day in days:
        for show in day["shows"]:
            by_programme[show["programme"].id].append(show)
    return by_programme


@cache
def fonts() -> Markup:
    """The house's own, as paper may have them: a style of their faces."""
    faces = [
        f'@font-face {{ font-family: "{family}"; font-weight: 200 800; src: url("{font}"); }}'
        for family, file in FONTS.items()
        for font in [inline((VENDOR / f"{file}.woff2").read_bytes(), kind="font/woff2")]
    ]
    return Markup(f"<style>{' '.join(faces)}</style>")  # noqa: S704 (nothing in it is anybody's words)


LEAVES = [
    Leaf(
        path=f"/{name}.pdf",
        draw=partial(drawn_on, template, name),
        each=lambda _: (),
        takes_long=True,
    )
    for name, template in (("booklet", "paper/booklet.html"), ("days", "paper/days.html"))
]
HANDLERS: list[Any] = doors_to(LEAVES)
