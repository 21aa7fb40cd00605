"""What programmers say of two programmes: orders, and pairs that never run at once."""

import re
from typing import Any

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act, sent
from api.guards import PLAN
from api.pages._programmes import FieldReader
from api.pages.programmes import PAGE, programme_page, programmes_page
from api.request import AnyRequest
from festival.desk import RecordLine, Seen
from festival.errors import Refused
from festival.tables import Edition, Person
from screenings import relations
from screenings.relations import ApartForm, OrderChange, OrderForm

ORDERS, APARTS = "/programmer/orders", "/programmer/aparts"
FIELDS = ("first", "then", "least", "most", "one", "other")
NAME = re.compile("[A-Za-z0-9]{1,32}")
LONGEST_BETWEEN = 15 * 1440  # minutes


def about(request: AnyRequest) -> str:
    """The programme on whose page the form stood; nothing on the list's."""
    named = request.query_params.get("about", "")
    return named if NAME.fullmatch(named) else ""


def where(request: AnyRequest, _: Any) -> str:
    named = about(request)
    return f"{PAGE}/{named}" if named else PAGE


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    """The page that the form stood on, with what was typed."""
    edition, named = request.state["edition"], about(request)
    given = {name: refused.last(name) for name in (*FIELDS, *refused.sent)}
    if named:
        return await programme_page(request, edition, named, error=refused.error, given=given)
    return await programmes_page(request, edition, refused.error, given)


async def order_in(request: AnyRequest) -> OrderForm:
    """Minutes as they were typed: none between is 0, none at most is no bound."""
    given = {name: values[-1] for name, values in (await sent(request)).items() if values}
    reader = FieldReader(dict(given))
    least = reader.whole("least", 0, LONGEST_BETWEEN)
    most = reader.whole("most", 0, LONGEST_BETWEEN)
    first, then = (chosen(reader, name) for name in ("first", "then"))
    if reader.wrong:
        raise Refused(*reader.wrong, **reader.values)
    return OrderForm(first=first, then=then, least=least or 0, most=most)


def chosen(reader: FieldReader, name: str) -> str:
    named = reader.text(name)
    if not named:
        reader.fault(name, "programme_unchosen")
    return named[:32]


async def change_in(request: AnyRequest) -> OrderChange:
    version = (await sent(request)).get("version", [""])[-1]
    known = int(version) if version.isdecimal() and 0 < len(version) < 9 else 1
    return OrderChange(order=await order_in(request), version=max(known, 1))


async def apart_in(request: AnyRequest) -> ApartForm:
    reader = FieldReader(
        {name: values[-1] for name, values in (await sent(request)).items() if values}
    )
    one, other = (chosen(reader, name) for name in ("one", "other"))
    if reader.wrong:
        raise Refused(*reader.wrong, **reader.values)
    return ApartForm(one=one, other=other)


@act(
    ORDERS,
    json="/orders",
    guards=PLAN,
    reads=order_in,
    again=again,
    goes=where,
    says="programmer.done.added",
)
async def add_order(
    data: OrderForm, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, str]:
    """One programme before another."""
    return {"id": await relations.add_order(edition_row, data, by=person)}


@act(
    f"{ORDERS}/{{order_id:str}}",
    json="/orders/{order_id:str}",
    method="put",
    guards=PLAN,
    reads=change_in,
    again=again,
    goes=where,
    says="programmes.done.changed",
)
async def change_order(
    order_id: FromPath[str],
    data: OrderChange,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Other programmes, or other minutes between them."""
    return {"version": await relations.change_order(edition_row, order_id, data, by=person)}


@act(
    f"{ORDERS}/{{order_id:str}}/removal",
    json="/orders/{order_id:str}/removal",
    status=204,
    guards=PLAN,
    again=again,
    goes=where,
    says="programmer.done.removed",
)
async def remove_order(
    order_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """They come in any order again."""
    await relations.remove_order(edition_row, order_id, version=data.version, by=person)


@act(
    APARTS,
    json="/aparts",
    guards=PLAN,
    reads=apart_in,
    again=again,
    goes=where,
    says="programmer.done.added",
)
async def add_apart(
    data: ApartForm, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, str]:
    """Two programmes that never run at once."""
    return {"id": await relations.add_apart(edition_row, data, by=person)}


@act(
    f"{APARTS}/{{apart_id:str}}/removal",
    json="/aparts/{apart_id:str}/removal",
    status=204,
    guards=PLAN,
    again=again,
    goes=where,
    says="programmer.done.removed",
)
async def remove_apart(
    apart_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """They may run at once again."""
    await relations.remove_apart(edition_row, apart_id, version=data.version, by=person)


@act(
    "/programmer/relations/restoration",
    json="/relations/restoration",
    status=204,
    guards=PLAN,
    again=again,
    goes=where,
    says="programmes.done.restored",
)
async def restore(
    data: RecordLine, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """An order or a pair that was taken away is told again."""
    await relations.restore(edition_row, data.line, by=person)


ACTS = [add_order, change_order, remove_order, add_apart, remove_apart, restore]
