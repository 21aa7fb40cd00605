"""People are counted, screening by screening or by a list; the public's prize is given."""

from typing import Any

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act
from api.guards import FILMS
from api.pages._lists import stood
from api.pages.attendance import PAGE, attendance_page
from api.request import AnyRequest
from festival.errors import Missing, Refused
from festival.tables import Edition, Person
from screenings import attendance
from screenings.attendance import MOST_BYTES, AttendanceForm, PrizeForm


class CountsFile(msgspec.Struct, frozen=True):
    """A list as it came."""

    raw: bytes


async def file_from(request: AnyRequest) -> CountsFile:
    file = (await request.form()).get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Refused("file:sheet_missing")
    return CountsFile(await file.read())


async def from_body(request: AnyRequest) -> CountsFile:
    return CountsFile(await request.body())


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    if isinstance(refused.error, Missing):
        raise refused.error
    which = request.path_params.get("stable") or request.url.path.rpartition("/")[2]
    sent = refused.typed
    return await attendance_page(
        request, request.state["viewer"], request.state["edition"], refused.error, which, sent
    )


def where_it_stood(request: AnyRequest, _: Any) -> str:
    return stood(request, PAGE)


@act(
    f"{PAGE}/screenings/{{stable:str}}",
    json="/attendance/{stable:str}",
    method="put",
    status=200,
    guards=FILMS,
    again=again,
    goes=where_it_stood,
    says="attendance.done.counted",
    at="stable",
)
async def count_people(
    stable: FromPath[str],
    data: AttendanceForm,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Who came to one public screening; nothing at all takes it back."""
    return {"version": await attendance.count(edition_row, stable, data, by=person)}


@act(
    f"{PAGE}/list",
    json="/attendance",
    status=200,
    guards=FILMS,
    reads=file_from,
    brings=from_body,
    again=again,
    goes=PAGE,
    says="attendance.done.brought",
    most=MOST_BYTES,
)
async def bring_counts(
    data: CountsFile, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, int]:
    """The list as CSV, filled in: all of it or none. How many screenings it has changed."""
    return {"changed": (await attendance.bring(edition_row, data.raw, by=person)).changed}


@act(
    f"{PAGE}/prize",
    json="/public-prize",
    method="put",
    status=200,
    guards=FILMS,
    again=again,
    goes=PAGE,
    says="attendance.done.prize",
)
async def give_public_prize(
    data: PrizeForm, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, int]:
    """Which film the public has chosen, and whether its makers may read it yet."""
    return {"version": await attendance.give_prize(edition_row, data, by=person)}


ACTS = [count_people, bring_counts, give_public_prize]
