"""What programmers say to each other about a showing: it follows its name wherever that is put.

Whoever wrote it changes or removes it; anybody settles it or opens it again. The record keeps who did
what, and not the words: they are read by programmers alone.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.language import is_visible
from festival.paging import numbers_of, paged
from festival.record import record
from festival.shapes import Id, VersionNumber
from festival.tables import Edition, Person, new_id
from screenings.lists import items
from screenings.planner.model import Name

PAGE = 30
CommentState = Literal["open", "settled", "all"]
CommentText = Annotated[str, Meta(min_length=1, max_length=600)]


class NewComment(msgspec.Struct, frozen=True, kw_only=True):
    """`number` is the showing, the first being 0."""

    programme: Id
    number: Annotated[int, Meta(ge=0, le=99)] = 0
    text: CommentText


class CommentChange(msgspec.Struct, frozen=True, kw_only=True):
    text: CommentText
    version: VersionNumber


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """`person` wrote it; the names are empty where an account is gone."""

    id: str
    programme: str
    number: int
    text: str
    person: str
    by: str
    created_at: datetime
    changed_at: datetime | None
    settled_at: datetime | None
    settled_by: str
    version: int


class CommentSheet(msgspec.Struct, frozen=True, kw_only=True):
    """One page of them, the newest first; `count` are all that were asked for."""

    comments: list[Comment]
    count: int
    number: int
    last: int


COLUMNS = """c.id, c.programme, c.number, c.text, c.person, coalesce(p.name, '') AS by, c.created_at, c.changed_at,
  c.settled_at, coalesce(s.name, '') AS settled_by, c.version"""
JOINED = """screening_comment c LEFT JOIN person p ON p.id = c.person LEFT JOIN person s ON s.id = c.settled_by"""


async def open_comments(edition: Edition) -> list[Comment]:
    """Of the whole grid, the oldest first: they are read as a talk."""
    found = await rows(
        f"""SELECT {COLUMNS} FROM {JOINED} WHERE c.edition = {{}} AND c.settled_at IS NULL
            ORDER BY c.created_at, c.id""",
        edition.id,
    )
    return msgspec.convert(found, list[Comment])


async def sheet(
    edition: Edition, *, state: CommentState = "open", programme: str = "", page: int = 1
) -> CommentSheet:
    meant = """SELECT c.id, c.created_at FROM screening_comment c WHERE c.edition = {} AND {} IN ('', c.programme)
               AND ({} = 'all' OR (c.settled_at IS NULL) = ({} = 'open'))"""
    told = await rows(
        f"""WITH {paged(meant, order="created_at DESC, id", of=PAGE)}
            SELECT page.place, page.found, {COLUMNS} FROM page JOIN ({JOINED}) ON c.id = page.id ORDER BY page.place""",
        edition.id, programme, state, state, page,
    )  # fmt: skip
    here = numbers_of(told, of=PAGE)
    return CommentSheet(
        comments=msgspec.convert(told, list[Comment]),
        count=here["found"],
        number=here["number"],
        last=here["last"],
    )


async def add(edition: Edition, new: NewComment, *, by: Person) -> str:
    await check_showing(edition, (new.programme, new.number))
    text = settled_text(new.text)
    async with transaction():
        [row] = await rows(
            """INSERT INTO screening_comment (id, edition, programme, number, person, text)
               VALUES ({}, {}, {}, {}, {}, {}) RETURNING id""",
            new_id(), edition.id, new.programme, new.number, by.id, text,
        )  # fmt: skip
        await record(
            "comment_added", row["id"], by=by, edition=edition.id,
            programme=new.programme, number=new.number,
        )  # fmt: skip
    return str(row["id"])


async def check_showing(edition: Edition, name: Name) -> None:
    """It is promised; whether it stands in the grid or in the tray is the same."""
    programme, number = name
    showings = {item.id: item.showings for item in await items(edition)}
    if programme not in showings:
        raise Refused("programme:programme_missing")
    if number >= showings[programme]:
        raise Refused("programme:showing_missing")


def settled_text(text: str) -> str:
    if not is_visible(text):
        raise Refused("text:field_missing")
    return text.strip()


async def amend(edition: Edition, comment: str, change: CommentChange, *, by: Person) -> int:
    """One's own words, said otherwise. Returns the version that stands."""
    text = settled_text(change.text)
    async with transaction():
        standing = await own(edition, comment, version=change.version, by=by)
        if standing["text"] == text:
            return change.version
        [row] = await rows(
            """UPDATE screening_comment SET text = {}, changed_at = now(), version = version + 1
               WHERE id = {} RETURNING version""",
            text,
            comment,
        )
        await record("comment_changed", comment, by=by, edition=edition.id)
    return int(row["version"])


async def remove(edition: Edition, comment: str, *, version: int, by: Person) -> None:
    """One's own words, taken back."""
    async with transaction():
        await own(edition, comment, version=version, by=by)
        await rows("DELETE FROM screening_comment WHERE id = {} RETURNING id", comment)
        await record("comment_removed", comment, by=by, edition=edition.id)


async def own(edition: Edition, comment: str, *, version: int, by: Person) -> dict[str, Any]:
    """The comment as it stands, held until the act ends; nobody writes over another's words."""
    found = await rows(
        "SELECT * FROM screening_comment WHERE id = {} AND edition = {} FOR UPDATE",
        comment,
        edition.id,
    )
    if not found:
        raise Missing("comment_missing")
    if found[0]["person"] != by.id:
        raise Refused("comment_of_another")
    if found[0]["version"] != version:
        raise Conflict("changed_meanwhile", version=found[0]["version"])
    return found[0]


async def settle(edition: Edition, comment: str, *, by: Person) -> None:
    """Done with, by whomever; twice is once."""
    await turn(
        edition, comment, "comment_settled",
        """UPDATE screening_comment SET settled_at = now(), settled_by = {}, version = version + 1
           WHERE id = {} AND settled_at IS NULL RETURNING id""",
        by.id, comment, by=by,
    )  # fmt: skip


async def reopen(edition: Edition, comment: str, *, by: Person) -> None:
    await turn(
        edition, comment, "comment_reopened",
        """UPDATE screening_comment SET settled_at = NULL, settled_by = NULL, version = version + 1
           WHERE id = {} AND settled_at IS NOT NULL RETURNING id""",
        comment, by=by,
    )  # fmt: skip


async def turn(
    edition: Edition, comment: str, act: str, sql: str, *values: str, by: Person
) -> None:
    async with transaction():
        known = await rows(
            "SELECT id FROM screening_comment WHERE id = {} AND edition = {}", comment, edition.id
        )
        if not known:
            raise Missing("comment_missing")
        if await rows(sql, *values):
            await record(act, comment, by=by, edition=edition.id)
