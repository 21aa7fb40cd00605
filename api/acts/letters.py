"""Letters that are written: sent on their way again, held, let go, changed, given up."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import DualHandler, Refusal, Still, Verb, act
from api.guards import OPERATOR
from api.pages.letters import desk_of_letters, letter_page, where_letters_stood
from api.request import AnyRequest
from festival import bounces, handling, mailbag
from festival.access import Viewer
from festival.bounces import BounceOutcome
from festival.errors import Missing
from festival.handling import Correction
from festival.settings import Settings
from festival.tables import Edition, Person
from submissions import mail

PAGE = "/operator/letters"
LETTER = f"{PAGE}/{{letter:str}}"
KIND = f"{PAGE}/kinds/{{kind:str}}"


class SeenAt(msgspec.Struct, frozen=True):
    """When the list was looked at: what is refused later stays."""

    seen: datetime


@act(
    f"{PAGE}/retry",
    json=f"{PAGE}/retry",
    status=200,
    guards=OPERATOR,
    goes=PAGE,
    says="operator.done.letters_retried",
    still=Still.WORK,
)
async def retry_all(
    person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, int]:
    """Send every refused letter on its way again."""
    return {"letters": await mailbag.retry_all(edition_row, by=person)}


@act(
    f"{PAGE}/cancellation",
    json=f"{PAGE}/cancellation",
    status=200,
    guards=OPERATOR,
    goes=PAGE,
    says="operator.done.letters_given_up",
    still=Still.WORK,
)
async def give_up_all(
    data: SeenAt, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, int]:
    """Give up every letter that stood refused when the list was looked at."""
    return {"letters": await mailbag.give_up_all(edition_row, seen=data.seen, by=person)}


# One letter


async def letter_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    """The letter as it stands by now, with what was typed into its form; the list, where it is gone."""
    typed = {name: refused.last(name).replace("\r\n", "\n") for name in ("subject", "body")}
    viewer, edition = request.state["viewer"], request.state["edition"]
    try:
        return await letter_page(
            request, request.path_params["letter"], viewer, edition, error=refused.error,
            typed=typed if "body" in refused.sent else None,
        )  # fmt: skip
    except Missing:
        return await desk_of_letters(request, viewer, edition, refused.error)


def to_letter(request: AnyRequest, _: object) -> str:
    """Its page; the desk, for who pressed the button there."""
    if request.query_params.get("from") == "letters":
        return where_letters_stood(request, None)
    return f"{PAGE}/{request.path_params['letter']}"


def on_letter(verb: Verb, address: str, *, says: str) -> DualHandler:
    """One of the acts on a letter that this operator may read."""

    async def done(
        letter: FromPath[str],
        person: NamedDependency[Person],
        viewer: NamedDependency[Viewer],
        edition_row: NamedDependency[Edition],
        settings: NamedDependency[Settings],
    ) -> None:
        await mail.open_letter(letter, viewer=viewer, edition=edition_row, settings=settings)
        await verb(letter, edition=edition_row, by=person)

    done.__name__, done.__doc__ = verb.__name__, verb.__doc__
    place = f"{LETTER}/{address}"
    return act(
        place, json=place, status=204, guards=OPERATOR, again=letter_again, goes=to_letter,
        says=says, still=Still.WORK,
    )(done)  # fmt: skip


@act(
    LETTER,
    json=LETTER,
    method="put",
    status=200,
    guards=OPERATOR,
    again=letter_again,
    goes=to_letter,
    says="operator.done.letter_corrected",
)
async def correct(
    letter: FromPath[str],
    data: Correction,
    person: NamedDependency[Person],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> dict[str, int]:
    """Other words for one letter that has not gone; a worker that has taken it was faster."""
    await mail.open_letter(letter, viewer=viewer, edition=edition_row, settings=settings)
    return {"version": await handling.correct(letter, data, edition=edition_row, by=person)}


# A kind of letters


async def list_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await desk_of_letters(
        request, request.state["viewer"], request.state["edition"], refused.error
    )


KindName = Annotated[str, Meta(max_length=32)]


@act(
    f"{KIND}/hold",
    json=f"{KIND}/hold",
    status=200,
    guards=OPERATOR,
    again=list_again,
    goes=where_letters_stood,
    says="operator.done.kind_held",
)
async def hold_kind(
    kind: FromPath[KindName],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Hold letters of this kind, those that wait and those to come, until somebody has read them."""
    return {"letters": await handling.hold_kind(kind, edition=edition_row, by=person)}


@act(
    f"{KIND}/flow",
    json=f"{KIND}/flow",
    status=204,
    guards=OPERATOR,
    again=list_again,
    goes=where_letters_stood,
    says="operator.done.kind_flows",
)
async def stop_holding(
    kind: FromPath[KindName],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Letters of this kind go at once again, from now on; what is held stays until it is let go."""
    await handling.stop_holding(kind, edition=edition_row, by=person)


@act(
    f"{KIND}/release",
    json=f"{KIND}/release",
    status=200,
    guards=OPERATOR,
    again=list_again,
    goes=where_letters_stood,
    says="operator.done.kind_released",
)
async def release_kind(
    kind: FromPath[KindName],
    data: SeenAt,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Let every letter of this kind go that was held when the list was looked at."""
    gone = await handling.release_kind(kind, seen=data.seen, edition=edition_row, by=person)
    return {"letters": gone}


# Letters that come back


async def from_body(request: AnyRequest) -> bytes:
    """The message as the mail server has it."""
    return await request.body()


@act(
    json="/operator/bounces",
    status=200,
    guards=OPERATOR,
    brings=from_body,
    most=bounces.MOST_BYTES,
    still=Still.WORK,
)
async def take_bounce(
    data: bytes, edition_row: NamedDependency[Edition], settings: NamedDependency[Settings]
) -> dict[str, BounceOutcome]:
    """A message from the mailbox of returned letters, as a mail server's pipe sends it."""
    return {"outcome": await bounces.take(data, settings=settings, edition=edition_row)}


ACTS = [
    retry_all,
    give_up_all,
    on_letter(handling.hold, "hold", says="operator.done.letter_held"),
    on_letter(handling.release, "release", says="operator.done.letter_released"),
    on_letter(handling.send_now, "sending", says="operator.done.letter_sent_now"),
    correct,
    hold_kind,
    stop_holding,
    release_kind,
    take_bounce,
]
