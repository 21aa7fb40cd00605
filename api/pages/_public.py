"""What the public's pages say, reckoned from a publication; and the one way to draw one for everybody."""

import math
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from unicodedata import east_asian_width

import msgspec
from litestar import Response

from api.drawing import environment, of_every_page
from api.leaves import Asked, Drawing, Leaf, once
from api.pages._page import nav, page
from api.request import AnyRequest
from api.shelf import HeldEdition, Shelf
from festival import language
from festival.clock import festival_day, zone
from festival.language import t, text_in
from festival.site import OWN_PAGES
from festival.tables import Edition, Phase
from screenings.document import Document, PublicScreening, still_of
from screenings.exports.ical import one_line
from screenings.finding import tongues_in, tongues_of, words_of
from screenings.public import Public, is_open
from units.times import clock_face

ROW = 30  # pixels between two bars
SCALE = 880  # pixels that a day is wide on a desk
OWN_ALONE = {"cache-control": "private, no-store", "vary": "cookie"}

MOST_SENT = 200  # letters of a description; others cut it themselves


class SentAlong(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a page where its address is sent on, as far as it has words of its own: `picture` is the
    card of a film, or the edition's.
    """

    title: str = ""
    words: str = ""
    kind: str = "website"
    picture: str = "/card.jpg"


Context = Callable[[Asked], dict[str, Any]]


def page_leaf(
    path: str,
    template: str,
    *,
    each: Callable[[Public], Iterable[str]] = once,
    stays: bool = False,
) -> Callable[[Context], Leaf]:
    """A page of the public site: the function below says what its template needs.

    One that is drawn for everybody has no viewer, no form and no `now`: a template that asks for one fails.
    """

    def made(context: Context) -> Leaf:
        context = partial(with_along, context)
        return Leaf(
            path=path,
            each=each,
            stays=stays,
            draw=partial(draw_for_all, template, context),
            own=partial(draw_for_one, template, context),
        )

    return made


def with_along(context: Context, asked: Asked) -> dict[str, Any]:
    """What the template gets, and what goes along with the page's address, each address with its host."""
    said = context(asked)
    along, at = said.get("along", SentAlong()), said["at"]
    tagline = text_in(asked.lang, asked.public.words.get("tagline", {}))
    slug, host = asked.public.edition.slug, asked.url
    can_be_drawn = asked.public.open_document is not None
    return said | {
        "along": {
            "title": cut_short(along.title or asked.public.edition.name),
            "words": cut_short(along.words or tagline or t(asked.lang, "public.what")),
            "kind": along.kind,
            "url": f"{host}{asked.prefix}{at}",
            "picture": f"{host}{asked.prefix}{along.picture}" if can_be_drawn else "",
            "others": [(one, f"{host}/{one}/{slug}{at}") for one in language.spoken()],
        }
    }


def cut_short(text: str) -> str:
    """On one line, without signs that turn it round; cut at a word."""
    line = one_line(text)
    if len(line) <= MOST_SENT:
        return line
    return f"{line[:MOST_SENT].rsplit(' ', 1)[0]}…"


def draw_for_all(template: str, context: Context, asked: Asked) -> Drawing:
    public, lang = asked.public, asked.lang
    said = context(asked)
    at = said.pop("at")
    base = of_every_page(
        lang, public.edition, prefix=asked.prefix, path=f"/{public.edition.slug}{at}"
    )
    text = environment(lang).get_template(template).render(
        **base | {
            "viewer": None,
            "nav": nav(None, prefix=asked.prefix, path=asked.prefix + at),
            "site": own_pages(public),
            "flash": [],
            "theme": "screening",
            "told": {},
            "served": not asked.apart,
            "copied": asked.document() if asked.apart else None,
            "standing": f"{asked.url}{asked.prefix}{at}",
        },
        **said,
    )  # fmt: skip
    return Drawing(body=text.encode(), media_type="text/html; charset=utf-8")


def draw_for_one(
    template: str, context: Context, request: AnyRequest, asked: Asked
) -> Response[str]:
    """With their name in the bar, and what they alone may read before the opening."""
    said = context(asked)
    return page(request, template, theme="screening", headers=OWN_ALONE, at=said.pop("at"), **said)


def asked_by(request: AnyRequest, held: HeldEdition) -> Asked:
    """The same question from somebody whose answer depends on more than the address."""
    shelf: Shelf = request.app.state.shelf
    lang = request.path_params.get("lang", "")
    viewer = request.state.get("viewer")
    known = viewer if viewer is not None and viewer.is_known else None
    return Asked(public=held.public, url=shelf.url, lang=lang, viewer=known)


def own_pages(public: Public) -> list[str]:
    """The kinds that have a page of their own, and words on it: every foot leads there."""
    return [kind.value for kind in OWN_PAGES if public.words.get(kind)]


def hour_of(moment: datetime, day: date) -> float:
    """Hours of wall clock after the festival day's midnight: 25.5 is half past one at night."""
    local = moment.astimezone(zone())
    return (local.date() - day).days * 24 + local.hour + local.minute / 60


def night(lang: str, starts_at: datetime) -> str:
    """Beside an hour after midnight, which two days it lies between; nothing beside others."""
    if festival_day(starts_at) == language.wall_day(starts_at):
        return ""
    return language.evening(lang, starts_at, style="name")


LONGEST = (8, 10, 12, 14, 17, 20, 24, 30, 40)


def longest_word(title: str) -> int:
    """How wide the longest word is, in letters, a foreign wide one counted twice, in rough steps:
    the headline's size is chosen by it, so that no word leaves the screen.
    """
    widest = max(
        (
            sum(1 + (east_asian_width(c) in "WF") for c in word)
            for word in re.split(r"[\s-]+", title)
        ),
        default=0,
    )
    return next((step for step in LONGEST if widest <= step), LONGEST[-1])


def days_of(document: Document, lang: str) -> list[dict[str, Any]]:
    """Each festival day with its screenings in order, and its bars to scale."""
    first = date.fromisoformat(document.first_day)
    shown = shows_of(document, lang)
    shown_days = []
    for offset in range(document.days):
        day = first + timedelta(days=offset)
        shows = [show for show in shown if show["day"] == day.isoformat()]
        shown_days.append(
            {
                "id": f"d{offset + 1}",
                "iso": day.isoformat(),
                "name": language.day(lang, day, style="name"),
                "number": day.day,
                "date": language.day(lang, day, style="month"),
                "shows": shows,
                **scale(shows, day),
            }
        )
    return shown_days


def was_in(document: Document, screening: PublicScreening) -> str:
    """The screen that was published, where it is shown elsewhere."""
    if screening.live is None or not screening.live.was_in:
        return ""
    return next((one.name for one in document.screens if one.id == screening.live.was_in), "")


def shows_of(document: Document, lang: str) -> list[dict[str, Any]]:
    """Every screening in order, with all that a line of the programme says of it."""
    programmes = {p.id: p for p in document.programmes}
    screens = {s.id: (i, s) for i, s in enumerate(document.screens)}
    country = partial(language.country, lang)
    words = {p.id: words_of(p, country) for p in document.programmes}
    return [
        {"id": s.id, "starts_at": s.starts_at, "film_ends_at": s.film_ends_at, "day": s.day,
         "ends_at": s.ends_at, "debate": s.debate, "number": s.number,
         "programme": programmes[s.programme], "screen": screens[s.screen][1].name,
         "screen_id": s.screen, "venue": screens[s.screen][1].venue, "row": screens[s.screen][0],
         "title": text_in(lang, programmes[s.programme].titles),
         "still": still_of(programmes[s.programme]),
         "tongues": " ".join(tongues_of(programmes[s.programme])),
         "words": words[s.programme], "night": night(lang, s.starts_at), "note": None,
         "live": s.live, "was_in": was_in(document, s),
         "when": f"{language.evening(lang, s.starts_at)}, {language.hour(s.starts_at)}"}
        for s in sorted(document.screenings, key=lambda s: (s.starts_at, s.screen))
    ]  # fmt: skip


def only(
    days: list[dict[str, Any]], wanted: Callable[[dict[str, Any]], bool]
) -> list[dict[str, Any]]:
    """The days that have such screenings, with those alone."""
    cut = [day | {"shows": [show for show in day["shows"] if wanted(show)]} for day in days]
    return [day for day in cut if day["shows"]]


def scale(shows: list[dict[str, Any]], day: date) -> dict[str, Any]:
    """One bar a screening, in per cent of the day's opening, film and debate apart."""
    if not shows:
        return {"hours": [], "bars": []}
    opens = math.floor(min(hour_of(s["starts_at"], day) for s in shows))
    closes = math.ceil(max(hour_of(s["ends_at"], day) for s in shows))
    width = closes - opens
    bars = []
    for show in shows:
        start, film, end = (hour_of(show[k], day) for k in ("starts_at", "film_ends_at", "ends_at"))
        bars.append(
            {
                "x": f"{100 * (start - opens) / width:.2f}",
                "w": f"{100 * (end - start) / width:.2f}",
                "y": 24 + ROW * show["row"],
                "film": round(100 * (film - start) / (end - start), 1),
                "section": show["programme"].section or "E",
                "title": shortened(show["title"], SCALE * (film - start) / width),
            }
        )
    hours = [
        (f"{100 * (h - opens) / width:.2f}", clock_face(60 * h))
        for h in range(opens + 1, closes, 2)
    ]
    return {"hours": hours, "bars": bars}


def shortened(title: str, pixels: float) -> str:
    """As much of it as has room beside its section's letter; nothing, where that would be no word."""
    fits = int((pixels - 28) / 6.4)
    if len(title) <= fits:
        return title
    cut = title[: fits - 1].rstrip(" :,.")
    return f"{cut}…" if fits > 5 else ""


def dots(document: Document) -> list[tuple[str, str, str, str]]:
    """Every screening a point on the orbit, from the first evening to the last."""
    shows = sorted(document.screenings, key=lambda s: s.starts_at)
    points = []
    for i, show in enumerate(shows):
        angle = math.pi * (1 - (i + 0.5) / len(shows))
        x, y = 540 * math.cos(angle), 150 * math.sin(angle)
        turn = math.radians(-24)
        points.append(
            (
                f"{x * math.cos(turn) - y * math.sin(turn):.0f}",
                f"{x * math.sin(turn) + y * math.cos(turn):.0f}",
                "6.5",
                show.id,
            )
        )
    return points


def sections_in(document: Document, lang: str) -> list[tuple[str, str]]:
    return sorted(
        {(p.section, text_in(lang, p.section_names)) for p in document.programmes if p.section}
    )


def choices(document: Document, lang: str) -> dict[str, list[tuple[str, str]]]:
    """What the form offers, each with its words."""
    used = {screen.venue for screen in document.screens}
    tongues = [(code, language.tongue(lang, code)) for code in tongues_in(document)]
    return {
        "section": sections_in(document, lang),
        "venue": [(one.id, one.name) for one in document.venues if one.id in used],
        "language": sorted(tongues, key=lambda one: one[1]),
        "day": [
            (day["iso"], language.upper_first(f"{day['name']} {day['number']}"))
            for day in days_of(document, lang)
            if day["shows"]
        ],
    }


def waits(edition: Edition, document: Document | None) -> str:
    """Why the public reads no programme, as the end of a key of words; for who reads one before it
    opens, that they are alone; nothing where everybody reads it.
    """
    if not is_open(edition):
        return "opening" if document is None else "inside"
    if document is not None:
        return ""
    return "preparing" if edition.phase == Phase.PREPARING else "lead"
