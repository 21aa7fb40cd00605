"""Blocks of shorts: proposed, changed by hand on the paper, taken as programmes, and taken back."""

from typing import Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act, sent
from api.forms import filled
from api.guards import PLAN
from api.pages._programmes import FieldReader
from api.pages.blocks import PAGE, blocks_page
from api.presence import while_there
from api.request import AnyRequest
from festival.errors import Refused
from festival.shapes import SeenVersion
from festival.tables import Edition, Person
from screenings import composing, shorts
from screenings.composing import (
    MOST_BLOCKS,
    BlockForm,
    CompositionForm,
    PaperSeen,
    ShortHold,
    ShortMove,
    TakingLine,
)
from screenings.shorts import TraitsChange, TraitsForm
from screenings.visas import RATINGS

ONE = f"{PAGE}/{{number:int}}"
SHORT = f"{PAGE}/shorts/{{short:str}}"


class CompositionAsked(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of the composer, and the version of the paper that was read."""

    composition: CompositionForm
    version: SeenVersion = 0


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    """The paper as it stands, and why."""
    return await blocks_page(request, request.state["edition"], refused.error)


async def composer_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    given = {name: refused.last(name) for name in refused.sent}
    return await blocks_page(request, request.state["edition"], refused.error, given)


async def film_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    given = {name: refused.last(name) for name in refused.sent}
    film = request.path_params["short"]
    return await blocks_page(request, request.state["edition"], refused.error, given, film)


async def reader_of(request: AnyRequest) -> FieldReader:
    fields = await sent(request)
    return FieldReader({name: values[-1] for name, values in fields.items() if values})


async def asked_in(request: AnyRequest) -> CompositionAsked:
    reader = await reader_of(request)
    shortest = reader.whole("shortest", 0, 300)
    longest = reader.whole("longest", 5, 300)
    count = reader.whole("count", 1, MOST_BLOCKS)
    pause = reader.whole("pause", 0, 10)
    if longest is None and not reader.text("longest"):
        reader.fault("longest", "field_missing")
    if reader.wrong or longest is None:
        raise Refused(*reader.wrong, **reader.values)
    form = CompositionForm(
        section=reader.text("section")[:1],
        shortest=shortest or 0,
        longest=longest,
        count=count,
        pause=pause or 0,
        again=bool(reader.text("again")),
    )
    return CompositionAsked(composition=form, version=(await filled(request, PaperSeen)).version)


def rating_in(reader: FieldReader) -> Any:
    """An age of the law; nothing chosen is nothing said."""
    age = reader.whole("rating", 0, 18)
    if age is not None and age not in RATINGS:
        reader.fault("rating", "choice_missing")
    return age


async def traits_in(request: AnyRequest) -> TraitsChange:
    reader = await reader_of(request)
    given: dict[str, Any] = {"theme": reader.text("theme")}
    if len(given["theme"]) > 60:
        reader.fault("theme", "field_long")
    for name, most in (("tone", 10), ("opens", 3), ("closes", 3)):
        given[name] = reader.whole(name, 0, most) or 0
    given["rating"] = rating_in(reader)
    given["earliest"] = reader.hour("earliest")
    if reader.wrong:
        raise Refused(*reader.wrong, **reader.values)
    seen = await filled(request, PaperSeen)
    return TraitsChange(traits=TraitsForm(**given), version=seen.version)


@act(
    f"{PAGE}/composition",
    json="/blocks/composition",
    status=200,
    guards=PLAN,
    reads=asked_in,
    again=composer_again,
    goes=PAGE,
    says="blocks.done.composed",
)
async def compose(
    data: CompositionAsked,
    request: AnyRequest,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """A proposal onto the paper, for one section or for each; whoever leaves meanwhile ends the thinking."""
    asked = composing.compose(edition_row, data.composition, version=data.version, by=person)
    return {"version": await while_there(request, asked)}


@act(
    f"{SHORT}/move",
    json="/blocks/shorts/{short:str}/move",
    status=200,
    guards=PLAN,
    again=again,
    goes=PAGE,
    at="short",
)
async def move_short(
    short: FromPath[str],
    data: ShortMove,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """To a block, before the short at `position`; to −1, and it is free."""
    return {"version": await composing.move_short(edition_row, short, data, by=person)}


@act(
    f"{SHORT}/hold",
    json="/blocks/shorts/{short:str}/hold",
    status=200,
    guards=PLAN,
    again=again,
    goes=PAGE,
    at="short",
)
async def hold_short(
    short: FromPath[str],
    data: ShortHold,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Pinned to its block, to its very place, or to nothing."""
    return {"version": await composing.hold_short(edition_row, short, data, by=person)}


@act(
    f"{SHORT}/traits",
    json="/blocks/shorts/{short:str}/traits",
    method="put",
    guards=PLAN,
    reads=traits_in,
    again=film_again,
    goes=PAGE,
    says="blocks.done.said",
    at="short",
)
async def say_of(
    short: FromPath[str],
    data: TraitsChange,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Theme, tone, how well it opens or closes, from which age, and from which hour."""
    return {"version": await shorts.say_of(edition_row, short, data, by=person)}


@act(PAGE, json="/blocks", guards=PLAN, again=again, goes=PAGE, says="blocks.done.added")
async def add_block(
    data: BlockForm, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, int]:
    """An empty block on the paper; without a title it is called after its section."""
    return {"version": await composing.add_block(edition_row, data, by=person)}


@act(
    ONE,
    json="/blocks/{number:int}",
    method="put",
    guards=PLAN,
    again=again,
    goes=PAGE,
    says="blocks.done.changed",
    at="number",
)
async def change_block(
    number: FromPath[int],
    data: BlockForm,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Another name or another section, on the paper."""
    return {"version": await composing.change_block(edition_row, number, data, by=person)}


@act(
    f"{ONE}/order",
    json="/blocks/{number:int}/order",
    status=200,
    guards=PLAN,
    again=again,
    goes=PAGE,
    says="blocks.done.ordered",
    at="number",
)
async def order_block(
    number: FromPath[int],
    data: PaperSeen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """The order that carries best, around what is pinned to its place."""
    return {"version": await composing.order_block(edition_row, number, data, by=person)}


@act(
    f"{ONE}/removal",
    json="/blocks/{number:int}/removal",
    status=200,
    guards=PLAN,
    again=again,
    goes=PAGE,
    says="blocks.done.dropped",
)
async def drop_block(
    number: FromPath[int],
    data: PaperSeen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Off the paper: its shorts are free again."""
    return {"version": await composing.drop_block(edition_row, number, data, by=person)}


@act(
    f"{PAGE}/undoing",
    json="/blocks/undoing",
    status=200,
    guards=PLAN,
    again=again,
    goes=PAGE,
    says="blocks.done.undone",
)
async def go_back(
    data: PaperSeen, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, int]:
    """The paper as it was before its last change."""
    return {"version": await composing.go_back(edition_row, data, by=person)}


@act(
    f"{PAGE}/discarding",
    json="/blocks/discarding",
    status=204,
    guards=PLAN,
    again=again,
    goes=PAGE,
    says="blocks.done.discarded",
)
async def throw_away(data: PaperSeen, edition_row: NamedDependency[Edition]) -> None:
    """The paper is as what stands again."""
    await composing.throw_away(edition_row, data)


@act(
    f"{PAGE}/taking",
    json="/blocks/taking",
    status=200,
    guards=PLAN,
    again=again,
    goes=PAGE,
    says="blocks.done.taken",
)
async def take(
    data: PaperSeen, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> composing.Taken:
    """Every block of the paper becomes a programme, or changes the one that it is, in one act."""
    return await composing.take(edition_row, data, by=person)


@act(
    f"{PAGE}/taking/undoing",
    json="/blocks/taking/undoing",
    status=204,
    guards=PLAN,
    again=again,
    goes=PAGE,
    says="blocks.done.put_back",
)
async def put_back(
    data: TakingLine, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """All that the last taking did, if nobody has touched any part of it since."""
    await composing.put_back(edition_row, data, by=person)


ACTS = [
    compose, move_short, hold_short, say_of, add_block, change_block, order_block, drop_block,
    go_back, throw_away, take, put_back,
]  # fmt: skip
