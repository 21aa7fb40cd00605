"""A screen is taken for something else than a programme: set up, changed, let go."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act
from api.acts.venues import typed_of
from api.forms import collected, filled, outcome
from api.guards import PLAN
from api.pages._typed import FewSigns, span_of
from api.pages.venues import RESERVATIONS, reservations_page
from api.request import AnyRequest
from festival import texts
from festival.desk import RecordLine, Seen
from festival.shapes import Id, VersionNumber
from festival.tables import Edition, Person
from screenings import reservations
from screenings.reservations import ReservationChange, ReservationForm
from units.times import DAY

ONE = f"{RESERVATIONS}/{{reservation_id:str}}"
SAVED = "rooms.done.changed"


class TypedReservation(msgspec.Struct, frozen=True, kw_only=True):
    """A day, the first being 0, and its hours as they are written."""

    titles: texts.ShortTexts
    screen: Id
    day: Annotated[int, Meta(ge=0, le=14)]
    begins: FewSigns = ""
    ends: FewSigns = ""
    version: VersionNumber = 1


async def form_in(request: AnyRequest) -> ReservationForm:
    sent = await request.form()
    hours = [str(sent.get(name, "")) for name in ("begins", "ends")]
    read = collected(
        form=await outcome(filled(request, TypedReservation)),
        span=lambda: span_of(*hours, fields=("begins", "ends")),
    )
    typed, (begins, ends) = read["form"], read["span"]
    return ReservationForm(
        titles=typed.titles,
        screen=typed.screen,
        begins=typed.day * DAY + begins,
        ends=typed.day * DAY + ends,
    )


async def change_in(request: AnyRequest) -> ReservationChange:
    form = await form_in(request)
    version = (await filled(request, TypedReservation)).version
    return ReservationChange(version=version, **msgspec.structs.asdict(form))


async def new_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await drawn(request, refused, "new")


async def one_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await drawn(request, refused, request.path_params["reservation_id"])


async def list_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await reservations_page(request, request.state["edition"], refused.error)


async def drawn(request: AnyRequest, refused: Refusal, which: str) -> Response[str]:
    edition = request.state["edition"]
    return await reservations_page(
        request, edition, refused.error, which=which, sent=typed_of(refused)
    )


@act(
    RESERVATIONS,
    json="/reservations",
    guards=PLAN,
    reads=form_in,
    again=new_again,
    goes=RESERVATIONS,
    says="rooms.done.reservation_added",
)
async def add_reservation(
    data: ReservationForm,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """A screen is taken from … to …; whatever stands there clashes, and is not moved."""
    return {"id": await reservations.add_reservation(edition_row, data, by=person)}


@act(
    ONE,
    json="/reservations/{reservation_id:str}",
    method="patch",
    guards=PLAN,
    reads=change_in,
    again=one_again,
    goes=RESERVATIONS,
    says=SAVED,
)
async def change_reservation(
    reservation_id: FromPath[str],
    data: ReservationChange,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """What is not named stays."""
    version = await reservations.change_reservation(edition_row, reservation_id, data, by=person)
    return {"version": version}


@act(
    f"{ONE}/removal",
    json="/reservations/{reservation_id:str}/removal",
    status=204,
    guards=PLAN,
    again=list_again,
    goes=RESERVATIONS,
    says="rooms.done.removed",
)
async def remove_reservation(
    reservation_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """The screen is free again."""
    await reservations.remove_reservation(
        edition_row, reservation_id, version=data.version, by=person
    )


@act(
    f"{ONE}/back",
    json="/reservations/{reservation_id:str}/back",
    status=200,
    guards=PLAN,
    again=list_again,
    goes=RESERVATIONS,
    says="rooms.done.back",
)
async def put_reservation_back(
    reservation_id: FromPath[str],
    data: RecordLine,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """As it stood before its last change, if nobody has changed it since; `line` of the record names that."""
    version = await reservations.put_back(edition_row, reservation_id, data.line, by=person)
    return {"version": version}


ACTS = [add_reservation, change_reservation, remove_reservation, put_reservation_back]
