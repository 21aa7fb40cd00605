"""Makers want tickets of their screenings; the office sets how many they may want, and answers."""

from typing import Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act
from api.acts.confirming import to_screenings
from api.acts.entries import FILM, film_of
from api.forms import collected, faults
from api.guards import FILMS, MAKER
from api.pages._form import moment_from, sent_fields
from api.pages._lists import stood
from api.pages.confirming import screenings_page
from api.pages.tickets import PAGE, tickets_page
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.desk import Seen
from festival.errors import Missing, Refused
from festival.tables import Edition, Person
from screenings import tickets
from screenings.tickets import TermsForm, TicketAnswer, TicketForm
from submissions.lists import own

TICKETS = f"{FILM}/screenings/{{told_id:str}}/tickets"


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    if isinstance(refused.error, Missing):
        raise refused.error
    return await screenings_page(
        request,
        await film_of(request),
        request.state["edition"],
        refused.error,
        (request.path_params["told_id"], "tickets"),
        refused.typed,
    )


@act(
    TICKETS,
    json=TICKETS,
    method="put",
    status=200,
    guards=MAKER,
    again=again,
    goes=to_screenings,
    says="tickets.done.wanted",
    at="told_id",
)
async def want_tickets(
    submission_id: FromPath[str],
    told_id: FromPath[str],
    data: TicketForm,
    person: NamedDependency[Person],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """So many tickets of this screening, or other ones while nobody has answered; 409 when somebody was faster."""
    film = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    return {"version": await tickets.want(film, told_id, data, edition=edition_row, by=person)}


@act(
    f"{TICKETS}/removal",
    json=f"{TICKETS}/removal",
    status=204,
    guards=MAKER,
    again=again,
    goes=to_screenings,
    says="tickets.done.taken_back",
    at="told_id",
)
async def want_no_tickets(
    submission_id: FromPath[str],
    told_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> None:
    """Taken back, while nobody has answered."""
    film = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    await tickets.want_no_more(film, told_id, version=data.version, by=person)


# The office


async def terms_from(request: AnyRequest) -> TermsForm:
    sent = await sent_fields(request)
    read = collected(until=lambda: moment_from(sent, "tickets_until"))
    given = {
        "most_tickets": sent.get("most_tickets") or "0",
        "version": sent.get("version", "0"),
        "figures_told": bool(sent.get("figures_told")),
    }
    if wrong := faults(TermsForm, given, strict=False):
        raise Refused(*wrong)
    return msgspec.convert(given | {"tickets_until": read["until"]}, TermsForm, strict=False)


async def terms_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await office_again(request, refused, "terms")


async def answer_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await office_again(request, refused, request.path_params["wish_id"])


async def office_again(request: AnyRequest, refused: Refusal, which: str) -> Response[str]:
    if isinstance(refused.error, Missing):
        raise refused.error
    sent = refused.typed
    return await tickets_page(
        request, request.state["viewer"], request.state["edition"], refused.error, which, sent
    )


@act(
    f"{PAGE}/terms",
    json="/makers-terms",
    method="put",
    status=200,
    guards=FILMS,
    reads=terms_from,
    again=terms_again,
    goes=PAGE,
    says="tickets.done.terms",
)
async def set_makers_terms(
    data: TermsForm, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, int]:
    """How many tickets of a screening makers may want and until when; whether they read how many came."""
    return {"version": await tickets.set_terms(edition_row, data, by=person)}


def where_it_stood(request: AnyRequest, _: Any) -> str:
    return stood(request, PAGE, "shown")


@act(
    f"{PAGE}/{{wish_id:str}}/answer",
    json="/tickets/{wish_id:str}/answer",
    status=200,
    guards=FILMS,
    again=answer_again,
    goes=where_it_stood,
    says="tickets.done.answered",
    at="wish_id",
)
async def grant_tickets(
    wish_id: FromPath[str],
    data: TicketAnswer,
    person: NamedDependency[Person],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """All of them, some, or none: the makers get a letter. An answer can be another one later, with a letter again."""
    return {"version": await tickets.grant(edition_row, wish_id, data, viewer, by=person)}


ACTS: list[Any] = [want_tickets, want_no_tickets, set_makers_terms, grant_tickets]
