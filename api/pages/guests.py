"""The programmers' room of guests: everybody on stage, one of them, and what makers say of them."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import SEE
from api.pages._desk import planning_page
from api.pages._form import strings, unless_late
from api.pages._page import language_of
from api.pages._shared import GUESTS, bare, last_change, picks_of, removed
from api.pages._stays import days_of, stay_typed, strip, told_moment, told_stay, typed_again
from api.pages.committee import sheet_of
from api.request import AnyRequest
from festival.errors import FestivalError, Missing
from festival.language import t, text_in, tongue, tongues
from festival.tables import Edition
from festival.texts import film_title, flat
from screenings.guests import MISSING
from screenings.stage import Stage, StageGuest, stage_of
from screenings.stays import stay_of
from submissions.visitors import AnnouncedVisitor

ROWS = 40
STATES = ("no_window", "missed", "said", "moderator")


def in_state(guest: StageGuest, state: str) -> bool:
    """Those whom a filter asks for."""
    match state:
        case "no_window":
            return not guest.windows
        case "missed":
            return bool(guest.misses)
        case "said":
            return not guest.is_kept or bool(guest.changes)
        case "moderator":
            return guest.kind == "moderator"
    return True


@get(GUESTS, guards=SEE)
async def all_guests(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    """Everybody on stage, with the hours in which they are there and what they present."""
    return await guests_page(request, edition_row)


async def guests_page(
    request: AnyRequest, edition: Edition, error: FestivalError | None = None
) -> Response[str]:
    lang, asked = language_of(request), request.query_params
    stage = await stage_of(edition)
    sought, state = asked.get("q", "")[:200], asked.get("state", "")
    shown = [
        guest
        for guest in stage.guests
        if in_state(guest, state) and bare(sought) in bare(words_of(guest, stage, lang))
    ]
    sheet = sheet_of(shown, asked.get("page", "1"), of=ROWS)
    return planning_page(
        request,
        "programmer/guests.html",
        error=error,
        at=GUESTS,
        sheet=sheet,
        cards=[card_of(guest, stage, edition, lang) for guest in sheet.rows],
        counts={one: sum(in_state(guest, one) for guest in stage.guests) for one in STATES},
        all=len(stage.guests),
        sought=sought,
        state=state,
        removed=await removed(edition, "guest_removed"),
    )


def words_of(guest: StageGuest, stage: Stage, lang: str) -> str:
    titles = [stage.items[one].title(lang) for one in guest.programmes if one in stage.items]
    return " ".join([guest.name, *guest.qualities.values(), *titles])


def card_of(guest: StageGuest, stage: Stage, edition: Edition, lang: str) -> dict[str, Any]:
    """One guest as the list and their own page show them."""
    shows = [
        {
            "title": stage.items[show.programme].title(lang),
            "letter": stage.items[show.programme].section_letter,
            "when": told_moment(edition, lang, show.begins) if show.begins is not None else "",
            "begins": show.begins,
            "ends": show.ends,
            "screen": show.screen,
            "is_there": show.is_there,
        }
        for show in guest.shows
        if show.programme in stage.items
    ]
    placed = [show for show in shows if show["begins"] is not None]
    return {
        "guest": guest,
        "quality": text_in(lang, guest.qualities),
        "stays": told_stay(edition, lang, guest.windows),
        "shows": shows,
        "strip": strip(edition, lang, guest.windows, placed),
        "films": [film_title(lang, one) for one in guest.visitors],
    }


@get(f"{GUESTS}/new", guards=SEE)
async def new_guest(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    return await guest_page(request, edition_row, None)


@get(f"{GUESTS}/{{guest_id:str}}", guards=SEE)
async def one_guest(
    request: AnyRequest, guest_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """Somebody's form; of whoever is announced only, what their makers say and a way to take it over."""
    return await guest_page(request, edition_row, guest_id)


async def guest_page(
    request: AnyRequest,
    edition: Edition,
    guest_id: str | None,
    error: FestivalError | None = None,
) -> Response[str]:
    """`error`: the form was refused, and shows what was typed into it."""
    lang = language_of(request)
    stage = await stage_of(edition)
    guest = next((one for one in stage.guests if one.id == guest_id), None)
    if guest_id is not None and guest is None:
        raise Missing(MISSING)
    typed = typed_guest(guest, lang)
    if error is not None:
        typed |= unless_late(await sent_again(request), error)
    return planning_page(
        request,
        "programmer/guest.html",
        error=error,
        at=f"{GUESTS}/{guest_id or 'new'}",
        card=card_of(guest, stage, edition, lang) if guest else None,
        guest=guest,
        typed=typed,
        days=days_of(edition, lang),
        picks=picks_of(stage.items, typed["programmes"], lang),
        said=[said_of(one, guest, edition, lang) for one in guest.visitors] if guest else [],
        withdrawn=sum(1 for one in guest.changes.values() if not one) if guest else 0,
        others=[(one.id, one.name) for one in stage.guests if one.is_kept and one.id != guest_id],
        alike=next((o.id for o in stage.guests if guest and o.is_kept and is_alike(o, guest)), ""),
        last=await last_change(guest.id) if guest and guest.is_kept else None,
    )


def is_alike(one: StageGuest, other: StageGuest) -> bool:
    return one.id != other.id and bare(one.name) == bare(other.name)


def typed_guest(guest: StageGuest | None, lang: str) -> dict[str, Any]:
    """The fields of the form as the guest stands; of nobody yet, empty ones."""
    return {
        "name": guest.name if guest else "",
        "kind": guest.kind if guest else "guest",
        **flat("qualities", guest.qualities if guest else {}),
        "programmes": guest.programmes if guest else [],
        "step_free": bool(guest and guest.step_free),
        "languages": tongues(lang, guest.languages) if guest else "",
        "joins_debate": guest is None or guest.joins_debate,
        "version": str(guest.version if guest else 1),
        **stay_typed(stay_of(guest.windows if guest else [])),
    }


async def sent_again(request: AnyRequest) -> dict[str, Any]:
    form = await request.form()
    plain = ("name", "kind", "version", "languages", *flat("qualities", {}))
    return {
        **{name: strings(form, name)[-1] for name in plain if strings(form, name)},
        "programmes": strings(form, "programmes"),
        "step_free": bool(strings(form, "step_free")),
        "joins_debate": bool(strings(form, "joins_debate")),
        **typed_again(form),
    }


def said_of(
    visitor: AnnouncedVisitor, guest: StageGuest, edition: Edition, lang: str
) -> dict[str, Any]:
    """What makers say of a guest beside what holds: a line for each field, with whether it differs."""
    was = guest.changes.get(visitor.id, {})
    holds = stay_of(guest.windows)
    standing = {
        "name": guest.name,
        "qualities": guest.qualities,
        "arrives": holds.arrives,
        "leaves": holds.leaves,
        "step_free": guest.step_free,
        "languages": guest.languages,
        "joins_debate": guest.joins_debate,
    }

    def told(name: str, value: Any) -> str:
        if name == "qualities":
            return " · ".join(f"{tongue(lang, one)} : {text}" for one, text in value.items())
        if name in {"arrives", "leaves"}:
            return "" if value is None else told_moment(edition, lang, value)
        if name == "languages":
            return tongues(lang, value)
        if name in {"step_free", "joins_debate"}:
            return t(lang, "guests.yes" if value else "guests.no")
        return str(value)

    return {
        "id": visitor.id,
        "film": film_title(lang, visitor),
        "is_new": bool(was),
        "lines": [
            {
                "name": name,
                "said": told(name, value),
                "holds": told(name, standing[name]),
                "before": told(name, was[name][0]) if name in was else "",
                "differs": value != standing[name],
            }
            for name, value in visitor.said.items()
        ],
    }


HANDLERS: list[Any] = [all_guests, new_guest, one_guest]
