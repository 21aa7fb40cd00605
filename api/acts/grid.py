"""The working grid by hand: screenings are placed, moved, locked and taken out; an act is undone."""

from typing import Annotated, Any, cast

import msgspec
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import act
from api.grid import grid_state, left_row, names_of
from api.guards import PLAN
from api.presence import while_there
from api.request import AnyRequest
from festival.access import Viewer
from festival.errors import Refused
from festival.language import spoken, t
from festival.shapes import Id
from festival.tables import Edition, Person
from screenings import accepting, days, dividing, questions
from screenings import grid as grids
from screenings.days import DayCopy
from screenings.dividing import MergeWith, SplitAt
from screenings.grid import NewScreening, ScreenStart
from screenings.hands import Hands
from screenings.holding import HeldParts

SCREENING = "/screenings/{screening_id:str}"


class Closure(msgspec.Struct, frozen=True):
    """A screen shut for one day, the first being 0; neither of them: mend what clashes."""

    screen: Annotated[str, Meta(max_length=64)] | None = None
    day: Annotated[int, Meta(ge=0, le=30)] | None = None


def version_of(request: AnyRequest) -> int:
    """`If-Match: "12"`: the grid that the programmer was looking at when they made up their mind.

    Only what somebody has done to the same screening since is in the way.
    """
    text = request.headers.get("if-match", "").strip().removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise Refused("version_missing")
    return int(text)


def version_if_any(request: AnyRequest) -> int | None:
    return version_of(request) if "if-match" in request.headers else None


@act(json="/grid/screenings", guards=PLAN)
async def place(
    data: NewScreening,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """From the tray into the grid; `act` takes it back."""
    made, version = await grids.place(edition_row, data, by=person)
    return {"id": made, "act": version, **await grid_state(edition_row)}


@act(json=f"{SCREENING}/placement", method="put", guards=PLAN)
async def move(
    request: AnyRequest,
    screening_id: FromPath[str],
    data: ScreenStart,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Move a screening; the answer holds the new clashes of the whole grid."""
    version = await grids.move(
        edition_row, screening_id, data, version=version_of(request), by=person
    )
    return {"act": version, **await grid_state(edition_row)}


@act(json=SCREENING, method="delete", status=200, guards=PLAN)
async def take_out(
    request: AnyRequest,
    screening_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Back from the grid into the tray; `act` puts it where it stood."""
    version = await grids.remove(edition_row, screening_id, version=version_of(request), by=person)
    return {"act": version, **await grid_state(edition_row)}


@act(json=f"{SCREENING}/lock", status=200, guards=PLAN)
async def lock(
    request: AnyRequest,
    screening_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Where it stands; with `If-Match`, only where it stood when that version was seen."""
    seen = version_if_any(request)
    version = await grids.lock(edition_row, screening_id, locked=True, version=seen, by=person)
    return {"act": version, **await grid_state(edition_row)}


@act(json=f"{SCREENING}/lock", method="delete", status=200, guards=PLAN)
async def free(
    request: AnyRequest,
    screening_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """The next plan may move it again."""
    seen = version_if_any(request)
    version = await grids.lock(edition_row, screening_id, locked=False, version=seen, by=person)
    return {"act": version, **await grid_state(edition_row)}


@act(json=f"{SCREENING}/holds", method="put", status=200, guards=PLAN)
async def hold(
    request: AnyRequest,
    screening_id: FromPath[str],
    data: HeldParts,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """The day, the hour or the screen where it stands stays, for hands and plans alike."""
    await grids.hold(edition_row, screening_id, data, version=version_of(request), by=person)
    return await grid_state(edition_row)


@act(json="/grid/days", status=200, guards=PLAN)
async def copy_day(
    data: DayCopy, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, Any]:
    """One day's pattern onto another, as one act; `left` is what could not be copied, and why."""
    version, copied, left = await days.copy_day(edition_row, data, by=person)
    names = await names_of(edition_row)
    return {
        "act": version,
        "copied": len(copied),
        "says": {lang: t(lang, "day_copy.done", n=len(copied)) for lang in spoken()},
        "left": [left_row(one, names) for one in left],
        **await grid_state(edition_row),
    }


@act(json="/grid/blocks/{programme:str}/split", status=200, guards=PLAN)
async def split(
    request: AnyRequest,
    programme: FromPath[str],
    data: SplitAt,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """A block becomes two at a film; the second half follows as soon as the room is clear."""
    version = await dividing.split(
        edition_row, programme, data, version=version_of(request), by=person
    )
    return {"act": version, **await grid_state(edition_row)}


@act(json="/grid/blocks/{programme:str}/merging", status=200, guards=PLAN)
async def merge(
    request: AnyRequest,
    programme: FromPath[str],
    data: MergeWith,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Another block's films come behind this one's; that other has none any more."""
    version = await dividing.merge(
        edition_row, programme, data, version=version_of(request), by=person
    )
    return {"act": version, **await grid_state(edition_row)}


@act(json="/grid/acts/{act:int}/undoing", status=200, guards=PLAN)
async def undo(
    act: FromPath[int], person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, Any]:
    """Take a whole act back, be it a move, a lock or a plan, if nothing of it was touched since."""
    version = await accepting.undo(edition_row, act, by=person)
    return {"act": version, **await grid_state(edition_row)}


@act(json="/grid/acts/{act:int}/redoing", status=200, guards=PLAN)
async def redo(
    act: FromPath[int], person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, Any]:
    """Do an act again that was taken back, if all of it still stands where that has put it."""
    version = await accepting.redo(edition_row, act, by=person)
    return {"act": version, **await grid_state(edition_row)}


class HeldName(msgspec.Struct, frozen=True):
    programme: Id
    number: Annotated[int, Meta(ge=0, le=99)] = 0


@act(json="/grid/hand", status=204, guards=PLAN)
async def take_in_hand(
    request: AnyRequest,
    data: HeldName,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Colleagues see who carries or edits a screening, for half a minute from each word of it."""
    hands: Hands = request.app.state.hands
    await hands.hold(edition_row, (data.programme, data.number), by=person)


@act(json="/grid/hand", method="delete", status=204, guards=PLAN)
async def let_go(
    request: AnyRequest,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    hands: Hands = request.app.state.hands
    await hands.let_go(edition_row, by=person)


@act(json="/grid/repair", status=200, guards=PLAN)
async def mend(
    request: AnyRequest,
    data: Closure,
    edition_row: NamedDependency[Edition],
    viewer: NamedDependency[Viewer],
) -> dict[str, Any]:
    """The fewest moves that mend the working grid: a proposal, which changes nothing."""
    asked = questions.proposal(edition_row, screen=data.screen, day=data.day, by=viewer.id)
    found = await while_there(request, asked)
    return cast("dict[str, Any]", msgspec.to_builtins(found))


ACTS = [
    place,
    move,
    take_out,
    lock,
    free,
    hold,
    copy_day,
    split,
    merge,
    undo,
    redo,
    take_in_hand,
    let_go,
    mend,
]
