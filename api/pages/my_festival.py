"""`Plan my festival`: a visitor's wishes, and the days that the planner proposes for them."""

from typing import Any

import msgspec
from litestar import Response, route

from api.doors import held_of
from api.etags import READ
from api.limits import rate_limit_visits
from api.pages._page import page
from api.pages._public import OWN_ALONE, asked_by, choices
from api.pages.selection import noted_days, reckoned
from api.request import AnyRequest
from festival.errors import Busy, Refused
from festival.language import t, text_in
from screenings import selection, visits
from screenings.document import Document
from screenings.schools import school_sessions
from screenings.visits import Visit, VisitWishes
from units.times import clock_face

HOURS = [60 * hour for hour in range(8, 21)]
ENDS = [60 * hour for hour in range(14, 27)]
PAUSES = (0, 10, 15, 30, 45, 60)
ADULT = 18
AGES = (ADULT, 16, 12, 6)
MOST_A_DAY = 6
MOST_MUST = 40
NUMBERS = {
    "stay": "0",
    "earliest": "480",
    "latest": "1560",
    "most": "4",
    "pause": "15",
    "age": "18",
}


@route("/my-festival", http_method=READ, status_code=200, include_in_schema=False)
async def my_festival(request: AnyRequest) -> Response[str]:
    """The form, and below it what was found: its address can be sent on, and asked again."""
    held = await held_of(request)
    asked = asked_by(request, held)
    document, lang = asked.document(), asked.lang
    offered, given = choices(document, lang), request.query_params
    wishes = wishes_of(document, offered, {name: given.getall(name, []) for name in given})
    found: Visit | None = None
    busy: Busy | None = None
    if "go" in given:
        key = held.public.key
        if not visits.is_known(key, wishes):
            await rate_limit_visits(request)
        try:
            found = await visits.visit(document, wishes, key=key)
        except Busy as refusal:
            busy = refusal
    shown = selection.kept(document, found.seen) if found else []
    titles = {one.id: text_in(lang, one.titles) for one in document.programmes}
    return page(
        request,
        "public/my_festival.html",
        theme="screening",
        headers=OWN_ALONE,
        error=busy,
        wishes=wishes,
        offered=offered,
        numbers=numbers_offered(document, lang),
        chosen_days=[
            day for day, _ in offered["day"] if visits.day_number(document, day) in wishes.days
        ],
        films=films_of(document, titles),
        has_schools=bool(school_sessions(document)),
        found=found,
        missed=[titles[one] for one in found.missed if one in titles] if found else [],
        count=len(shown),
        asked="&".join(f"s={one.id}" for one in shown),
        days=noted_days(document, shown, lang),
        ways=reckoned(document, lang),
    )


def numbers_offered(document: Document, lang: str) -> dict[str, list[tuple[int, str]]]:
    """What may be chosen of each number, with its words."""
    stays = [(n, t(lang, "visit.stay.days", n=n)) for n in range(1, document.days)]
    return {
        "stay": [(0, t(lang, "visit.stay.any")), *stays],
        "earliest": [(minute, clock_face(minute)) for minute in HOURS],
        "latest": [(minute, clock_face(minute)) for minute in ENDS],
        "most": [(n, t(lang, "public.count", n=n)) for n in range(1, MOST_A_DAY + 1)],
        "pause": [(n, t(lang, "visit.minutes", n=n)) for n in PAUSES],
        "age": [
            (n, t(lang, "visit.age.from", n=n) if n < ADULT else t(lang, "visit.age.all"))
            for n in AGES
        ],
    }


def films_of(document: Document, titles: dict[str, str]) -> list[dict[str, Any]]:
    """What may be asked for by name, with its screenings: the script ticks what is kept already."""
    shown: dict[str, list[str]] = {}
    for one in document.screenings:
        shown.setdefault(one.programme, []).append(one.id)
    films = [
        {"id": one.id, "title": titles[one.id], "screenings": " ".join(shown[one.id])}
        for one in document.programmes
        if one.id in shown
    ]
    return sorted(films, key=lambda film: film["title"].casefold())


def wishes_of(
    document: Document, offered: dict[str, list[tuple[str, str]]], given: dict[str, list[str]]
) -> VisitWishes:
    """As the form sends them; refused where no form of ours would say so."""
    if len(given.get("must", [])) > MOST_MUST:
        raise Refused("must:visit_must_too_many", most=MOST_MUST)
    days = [value for value, _ in offered["day"]]
    numbers = {name: (given.get(name) or [usual])[-1] for name, usual in NUMBERS.items()}
    known = {
        "must": {one.id for one in document.programmes},
        "sections": {value for value, _ in offered["section"]},
        "languages": {value for value, _ in offered["language"]},
        "days": set(days),
    }
    lists = {name: sorted(set(given.get(name, [])) & among) for name, among in known.items()}
    try:
        wishes = msgspec.convert(
            {
                **lists,
                **{name: int(value) for name, value in numbers.items()},
                "days": [visits.day_number(document, day) for day in lists["days"]],
                "captions": bool(given.get("captions")),
                "school": bool(given.get("school")),
            },
            VisitWishes,
        )
    except (ValueError, msgspec.ValidationError):
        raise Refused("visit_unreadable") from None
    if wishes.earliest >= wishes.latest:
        raise Refused("visit_hours_backwards")
    return wishes


HANDLERS: list[Any] = [my_festival]
