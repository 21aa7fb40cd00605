"""A visitor's own selection: on its page it stays in their browser; as a list it is an address to share.

The page is a leaf with the whole programme on it, of which a script shows what is kept. Without one
it is where screenings are chosen, and the list says the same of any that its address names.
"""

from typing import Any

from litestar import Response, route

from api.doors import doors_to, held_of
from api.etags import READ, tagged
from api.leaves import Asked
from api.pages._page import page
from api.pages._public import OWN_ALONE, asked_by, days_of, only, page_leaf
from api.pages.feeds import diary
from api.request import AnyRequest
from festival.language import hour, t, text_in
from screenings import selection
from screenings.document import Document, PublicScreening
from screenings.selection import Leg

KINDS = ("clash", "hurry", "way")


@page_leaf("/selection", "public/selection.html", stays=True)
def own(asked: Asked) -> dict[str, Any]:
    document, lang = asked.document(), asked.lang
    return {
        "at": "/selection",
        "days": days_of(document, lang),
        "chosen": False,
        "count": 0,
        "gone": 0,
        "asked": "",
        "ways": reckoned(document, lang),
    }


@route("/selection/list", http_method=READ, status_code=200, include_in_schema=False)
async def listed(request: AnyRequest) -> Response[str]:
    """The screenings that the address names: for whoever has no script, and for whom it was sent to."""
    asked = asked_by(request, await held_of(request))
    document, lang = asked.document(), asked.lang
    ids = selection.named(request.query_params.getall("s", []))
    shown = selection.kept(document, ids)
    return page(
        request,
        "public/selection.html",
        theme="screening",
        headers=OWN_ALONE,
        days=noted_days(document, shown, lang),
        chosen=True,
        count=len(shown),
        gone=len(ids) - len(shown),
        asked="&".join(f"s={one.id}" for one in shown),
        ways=reckoned(document, lang),
    )


@route("/selection/programme.ics", http_method=READ, status_code=200, include_in_schema=False)
async def own_diary(request: AnyRequest) -> Response[bytes]:
    """All that is named and still in the programme, as one calendar that a diary may ask for again."""
    asked = asked_by(request, await held_of(request))
    ids = selection.named(request.query_params.getall("s", []))
    about = t(asked.lang, "public.mine")
    made = diary(asked, selection.kept(asked.document(), ids), about=about, of="selection")
    return tagged(
        request,
        made.body,
        media_type=made.media_type,
        headers={"content-disposition": made.disposition, "cache-control": "private, no-cache"},
    )


def noted_days(document: Document, shown: list[PublicScreening], lang: str) -> list[dict[str, Any]]:
    """The days of these screenings, each with what lies between it and the one before."""
    told = {leg.screening.id: note(document, leg, lang) for leg in selection.steps(document, shown)}
    days = only(days_of(document, lang), lambda show: show["id"] in told)
    return [
        day | {"shows": [show | {"note": told[show["id"]]} for show in day["shows"]]}
        for day in days
    ]


def note(document: Document, step: Leg, lang: str) -> tuple[str, str] | None:
    """What a visitor must know of the way to it: its kind and its words."""
    if step.after is None or not step.kind:
        return None
    programme = next(p for p in document.programmes if p.id == step.after.programme)
    words = t(
        lang,
        f"public.mine.{step.kind}",
        title=text_in(lang, programme.titles),
        hour=hour(step.after.ends_at),
        gap=step.gap,
        way=step.way,
    )
    return step.kind, words


def reckoned(document: Document, lang: str) -> dict[str, Any]:
    """What the script needs to say the same: ways, and words with places in them."""
    places = {name: f"{{{name}}}" for name in ("title", "hour", "gap", "way")}
    return {
        "travel": document.travel,
        "ways": [[way.one, way.other, way.minutes] for way in document.ways],
        "words": {kind: t(lang, f"public.mine.{kind}", **places) for kind in KINDS}
        | {"moved": t(lang, "public.mine.moved", when="{when}", where="{where}")},
        "most": selection.MOST,
    }


LEAVES = [own]
HANDLERS: list[Any] = [*doors_to(LEAVES), listed, own_diary]
