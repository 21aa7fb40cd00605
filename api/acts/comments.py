"""Comments on screenings: said, said otherwise, taken back, settled, opened again."""

from typing import Any

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act
from api.forms import filled
from api.guards import PLAN
from api.pages._lists import stood
from api.pages.comments import PAGE, CommentForm, comments_page
from api.request import AnyRequest
from festival.desk import Seen
from festival.tables import Edition, Person
from screenings import comments
from screenings.comments import CommentChange, NewComment

ONE = f"{PAGE}/{{comment_id:str}}"
JSON = "/comments/{comment_id:str}"


async def new_one(request: AnyRequest) -> NewComment:
    form = await filled(request, CommentForm)
    programme, _, number = form.showing.rpartition(":")
    return NewComment(programme=programme, number=int(number), text=form.text)


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    which = request.path_params.get("comment_id", "new")
    return await comments_page(
        request, request.state["edition"], refused.error, which, refused.sent
    )


@act(
    PAGE,
    json="/comments",
    guards=PLAN,
    reads=new_one,
    again=again,
    goes=PAGE,
    says="comments.done.added",
)
async def add_comment(
    data: NewComment, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, str]:
    """Programmers who have the grid open see it within a second."""
    return {"id": await comments.add(edition_row, data, by=person)}


def where_it_stood(request: AnyRequest, _: Any) -> str:
    return stood(request, PAGE, "shown", "programme")


@act(
    ONE,
    json=JSON,
    method="put",
    status=200,
    guards=PLAN,
    again=again,
    goes=where_it_stood,
    says="comments.done.changed",
)
async def change_comment(
    comment_id: FromPath[str],
    data: CommentChange,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """One's own words, said otherwise."""
    return {"version": await comments.amend(edition_row, comment_id, data, by=person)}


@act(
    f"{ONE}/removal",
    json=f"{JSON}/removal",
    status=204,
    guards=PLAN,
    again=again,
    goes=where_it_stood,
    says="comments.done.removed",
)
async def remove_comment(
    comment_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """One's own words, taken back: nobody keeps them."""
    await comments.remove(edition_row, comment_id, version=data.version, by=person)


@act(
    f"{ONE}/settling",
    json=f"{JSON}/settling",
    status=200,
    guards=PLAN,
    again=again,
    goes=where_it_stood,
    says="comments.done.settled",
)
async def settle_comment(
    comment_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, bool]:
    """Done with, whoever had said it."""
    await comments.settle(edition_row, comment_id, by=person)
    return {"settled": True}


@act(
    f"{ONE}/reopening",
    json=f"{JSON}/reopening",
    status=200,
    guards=PLAN,
    again=again,
    goes=where_it_stood,
    says="comments.done.reopened",
)
async def reopen_comment(
    comment_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, bool]:
    """Not done with after all."""
    await comments.reopen(edition_row, comment_id, by=person)
    return {"settled": False}


ACTS = [add_comment, change_comment, remove_comment, settle_comment, reopen_comment]
