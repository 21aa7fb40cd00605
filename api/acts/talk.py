"""What members say to each other about a film: said, said otherwise, taken back, read."""

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act
from api.acts.decisions import FILM
from api.forms import filled
from api.guards import COMMITTEE
from api.pages.talk import OVERVIEW, talk_page
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.desk import Seen
from festival.tables import Edition, Person
from reviews import talk
from reviews.lists import open_film
from reviews.talk import NewTalk, TalkChange, TalkRead

ALL = f"{FILM}/talk"
ONE = f"{ALL}/{{remark_id:str}}"


class DigestForm(msgspec.Struct, frozen=True, kw_only=True):
    """A box that is not ticked is not sent."""

    is_on: Annotated[str, Meta(max_length=8)] = ""


class DigestWanted(msgspec.Struct, frozen=True, kw_only=True):
    is_on: bool


async def digest_in(request: AnyRequest) -> DigestWanted:
    return DigestWanted(is_on=(await filled(request, DigestForm)).is_on == "yes")


def to_talk(request: AnyRequest, _: Any) -> str:
    return f"/committee/submissions/{request.path_params['submission_id']}/talk"


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await talk_page(
        request,
        request.state["viewer"],
        request.state["edition"],
        request.path_params["submission_id"],
        error=refused.error,
        which=request.path_params.get("remark_id", "new"),
        typed=refused.last("text"),
    )


@act(
    ALL,
    json=ALL,
    guards=COMMITTEE,
    again=again,
    goes=to_talk,
    says="talk.done.said",
)
async def say(
    submission_id: FromPath[str],
    data: NewTalk,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """Say something to all who hear the talk about a film; `@` and a name calls one of them."""
    submission, _ = await open_film(submission_id, viewer, edition_row, Act.WATCH)
    return {"id": await talk.say(submission, data, by=person)}


@act(
    ONE,
    json=ONE,
    method="put",
    status=200,
    guards=COMMITTEE,
    again=again,
    goes=to_talk,
    says="talk.done.changed",
)
async def change_remark(
    submission_id: FromPath[str],
    remark_id: FromPath[str],
    data: TalkChange,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """One's own words, said otherwise."""
    submission, _ = await open_film(submission_id, viewer, edition_row, Act.WATCH)
    return {"version": await talk.amend(submission, remark_id, data, by=person)}


@act(
    f"{ONE}/removal",
    json=f"{ONE}/removal",
    status=204,
    guards=COMMITTEE,
    again=again,
    goes=to_talk,
    says="talk.done.removed",
)
async def take_back(
    submission_id: FromPath[str],
    remark_id: FromPath[str],
    data: Seen,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """One's own words, taken back: nobody keeps them."""
    submission, _ = await open_film(submission_id, viewer, edition_row, Act.WATCH)
    await talk.remove(submission, remark_id, version=data.version, by=person)


@act(
    f"{ALL}/reading",
    json=f"{ALL}/reading",
    status=204,
    guards=COMMITTEE,
    again=again,
    goes=to_talk,
    says="talk.done.read",
)
async def read_talk(
    submission_id: FromPath[str],
    data: TalkRead,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """All up to this remark has been read."""
    submission, _ = await open_film(submission_id, viewer, edition_row, Act.WATCH)
    await talk.mark_read(submission, data.newest, by=person)


@act(
    f"{OVERVIEW}/letters",
    json=f"{OVERVIEW}/letters",
    method="put",
    status=200,
    guards=COMMITTEE,
    reads=digest_in,
    goes=OVERVIEW,
    says="talk.done.letters",
)
async def set_digest(
    data: DigestWanted, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, bool]:
    """Whether the caller gets a letter a day of what is said about films."""
    await talk.set_digest(edition_row, is_on=data.is_on, by=person)
    return {"is_on": data.is_on}


ACTS = [say, change_remark, take_back, read_talk, set_digest]
