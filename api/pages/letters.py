"""The letters desk: what was written, where it stands, what it says, and who would be reminded."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.auth import settings_of
from api.guards import OPERATOR
from api.pages._desk import desk_page
from api.pages._lists import kept, said, stood
from api.pages._page import page
from api.request import AnyRequest
from festival import bounces, handling, mailbag, outages
from festival.access import Viewer
from festival.clock import now
from festival.errors import FestivalError
from festival.kinds import AT_ONCE, COMMITTEE, is_readable
from festival.language import has_words
from festival.mailbag import STATES, KindCounts
from festival.tables import Edition
from submissions import mail, reminders
from submissions.mail import Envelope

ON_THEIR_WAY = ("waiting", "put_off", "sending")


class KindLine(msgspec.Struct, frozen=True, kw_only=True):
    """A kind with its figures; `is_held`: what is written now waits for somebody."""

    kind: str
    held: int
    waiting: int
    parked: int
    bounced: int
    sent: int
    is_held: bool
    may_wait: bool


def kind_lines(counted: list[KindCounts], held: set[str]) -> list[KindLine]:
    """Kinds with letters, and those whose letters are to be held."""
    known = {one.kind: one.states for one in counted} | {
        kind: {} for kind in sorted(held) if all(one.kind != kind for one in counted)
    }
    return [
        KindLine(
            kind=kind,
            held=states.get("held", 0),
            waiting=sum(states.get(state, 0) for state in ON_THEIR_WAY),
            parked=states.get("parked", 0),
            bounced=states.get("bounced", 0),
            sent=states.get("sent", 0),
            is_held=kind in held,
            may_wait=is_readable(kind) and kind not in AT_ONCE,
        )
        for kind, states in known.items()
    ]


def kind_key(kind: str) -> str:
    return (
        f"operator.letter.{kind}"
        if has_words(f"operator.letter.{kind}")
        else "operator.letter.other"
    )


def chosen_in(request: AnyRequest) -> dict[str, str]:
    asked = request.query_params
    return {
        "address": asked.get("address", "").strip()[:254],
        "kind": asked.get("kind", "")[:32],
        "stands": asked.get("stands", "")[:16],
    }


def number_in(request: AnyRequest) -> int:
    asked = request.query_params.get("page", "1")
    return int(asked) if asked.isdecimal() and len(asked) < 7 else 1


def where_letters_stood(request: AnyRequest, _: object) -> str:
    """The desk, narrowed and at its page, as the address of a form on it says."""
    return stood(request, "/operator/letters", "address", "kind", "stands")


@get("/operator/letters", guards=OPERATOR)
async def letters(
    request: AnyRequest, viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> Response[str]:
    return await desk_of_letters(request, viewer, edition_row)


async def desk_of_letters(
    request: AnyRequest, viewer: Viewer, edition: Edition, error: FestivalError | None = None
) -> Response[str]:
    """What has not arrived, kind by kind and one by one; with a state or an address all others."""
    chosen, seen = chosen_in(request), now()
    counted = await mailbag.counts_by_kind(edition)
    kinds = kind_lines(counted, await handling.held_kinds(edition))
    sheet = await mail.letters_of(
        viewer,
        edition,
        kind=chosen["kind"],
        state=chosen["stands"],
        address=chosen["address"],
        number=number_in(request),
    )
    return page(
        request,
        "operator/letters.html",
        error=error,
        at="/operator/letters",
        sheet=sheet,
        more=said(**chosen),
        kept=kept(sheet.number, **chosen),
        chosen=chosen,
        states=STATES,
        kinds=kinds,
        committee=next((one for one in kinds if one.kind == COMMITTEE), None),
        counts=await mailbag.counts(edition.id),
        failing=[*(await bounces.failing(edition)).values()],
        closed=await outages.outage(),
        kind_key=kind_key,
        seen=seen.isoformat(),
    )


@get("/operator/letters/cancellation", guards=OPERATOR)
async def ask_to_give_up(
    request: AnyRequest, viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """Whose letters would never be sent: to be read before the button."""
    seen = now()
    standing = await mail.envelopes(viewer, edition_row, states=("parked",))
    return page(
        request,
        "operator/giving_up.html",
        letters=standing,
        most=mail.MOST_SHOWN,
        counts=await mailbag.counts(edition_row.id),
        seen=seen.isoformat(),
    )


async def letter_page(
    request: AnyRequest,
    letter: str,
    viewer: Viewer,
    edition: Edition,
    *,
    error: FestivalError | None = None,
    typed: dict[str, str] | None = None,
) -> Response[str]:
    """A letter as it will arrive, and what may be done about it."""
    settings = settings_of(request)
    found = await mail.open_letter(letter, viewer=viewer, edition=edition, settings=settings)
    return page(
        request,
        "operator/letter.html",
        error=error,
        at=f"/operator/letters/{letter}",
        letter=found,
        one=found.envelope,
        values=typed or {"subject": found.subject, "body": found.draft},
        sender=settings.mail_from,
        kind_key=kind_key,
        acts=acts_on(found.envelope, may_hold=found.may_hold),
    )


def acts_on(one: Envelope, *, may_hold: bool) -> list[tuple[str, str]]:
    """(address, key of the button) of what can be done with a letter that stands so."""
    acts = {
        "waiting": [("sending", "send_now")],
        "put_off": [("sending", "send_now")],
        "held": [("release", "release"), ("sending", "send_now")],
        "parked": [("sending", "send_again")],
        "given_up": [("sending", "send_again")],
        "bounced": [("sending", "send_again")],
    }.get(one.state, [])
    return [*acts, ("hold", "hold")] if may_hold else acts


@get("/operator/letters/{letter:str}", guards=OPERATOR)
async def letter(
    request: AnyRequest,
    letter: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    return await letter_page(request, letter, viewer, edition_row)


async def rules_page(
    request: AnyRequest,
    viewer: Viewer,
    edition: Edition,
    *,
    error: FestivalError | None = None,
    refused: str = "",
    typed: dict[str, str] | None = None,
) -> Response[str]:
    """Each rule, and who would be written to if it were on; what was typed into a refused one stays."""
    return desk_page(
        request,
        "operator/reminders.html",
        error=error,
        at="/operator/reminders",
        rules=await reminders.standings(edition, viewer),
        refused=refused,
        typed=typed or {},
    )


@get("/operator/reminders", guards=OPERATOR)
async def rules(
    request: AnyRequest,
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    return await rules_page(request, viewer, edition_row)


HANDLERS: list[Any] = [letters, ask_to_give_up, letter, rules]
