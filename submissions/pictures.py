"""Pictures that stand for a film in public: chosen among those of its copy, or sent; the first leads.

Whatever is sent is drawn anew in a sandbox before it is kept: nothing that a camera wrote into it, where it
stood or whose it was, leaves with it. Where there is none, the copy's own poster stands for the film.
"""

import asyncio
import shutil
from typing import Annotated

import msgspec
from msgspec import Meta

from festival import desk, texts
from festival.db import rows, transaction
from festival.desk import Way
from festival.errors import Missing, Refused
from festival.record import record
from festival.settings import Settings
from festival.shapes import VersionNumber
from festival.tables import Edition, Person, new_id
from festival.texts import ShortTexts, Texts
from media import pictures
from media.runner import Fault
from media.sandbox import Sandbox
from media.storage import NotPublished, PublishedFile, Store
from media.tools import find_tools
from submissions import attachments
from submissions.entries import held, refuse_closed
from submissions.status import FileState
from submissions.tables import FilmPicture, Submission

MOST_PICTURES = 9
MOST_BYTES = 25_000_000
"""Of a picture as it is sent."""
LEAST_WIDTH, LEAST_HEIGHT = 960, 540
POSTER = "poster.jpg"
COPIED = [FileState.READY.value, FileState.RELEASED.value]
Tenth = Annotated[int, Meta(ge=0, le=10)]


class PictureForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a picture: the point that stays in every crop, in tenths from the left and the top,
    a caption a language, and who made it.
    """

    focus_x: Tenth = 5
    focus_y: Tenth = 5
    labels: ShortTexts = {}
    credit: Annotated[str, Meta(max_length=160)] = ""


class PictureChange(PictureForm, frozen=True, kw_only=True):
    """All of it, and the version that its writer saw."""

    version: VersionNumber


class ShownPicture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture as its makers see it; width and height in pixels."""

    id: str
    attachment: str
    focus_x: int
    focus_y: int
    labels: Texts
    credit: str
    width: int
    height: int
    version: int


class CopyPosters(msgspec.Struct, frozen=True):
    """How many pictures the newest copy offers, and the file that they belong to."""

    file: str
    count: int


async def pictures_of(submission: str) -> list[ShownPicture]:
    """In their order."""
    selected = await rows(
        """SELECT id, attachment, focus_x, focus_y, labels, credit, width, height, version
           FROM film_picture WHERE submission = {} ORDER BY position, id""",
        submission,
    )
    return msgspec.convert(selected, list[ShownPicture])


async def offered(submission: str) -> CopyPosters | None:
    """Pictures that were cut from the newest copy that its makers may release; none before there is one."""
    selected = await rows(
        """SELECT id AS file, coalesce((screener->>'posters')::int, 0) AS count FROM film_file
           WHERE submission = {} AND state = ANY({}) AND screener IS NOT NULL
           ORDER BY number DESC LIMIT 1""",
        submission,
        COPIED,
    )
    return msgspec.convert(selected[0], CopyPosters) if selected and selected[0]["count"] else None


async def choose(
    submission: Submission, number: int, *, leads: bool, edition: Edition, by: Person, store: Store
) -> str:
    """The copy's picture of this number, before or behind those that are there. Returns its id."""
    copy = await offered(submission.id)
    if copy is None or not 1 <= number <= copy.count:
        raise Missing("picture_missing")
    try:
        file = await asyncio.to_thread(store.published, copy.file, poster_name(number))
        jpeg = await asyncio.to_thread(file.read_bytes)
    except NotPublished:
        raise Missing("picture_missing") from None
    async with transaction():
        made = await keep(
            submission, jpeg, name=f"{number}.jpg", edition=edition, by=by, store=store
        )
        if leads:
            await lead(submission, made, by=by)
    return made


async def send(
    submission: Submission,
    raw: bytes,
    *,
    name: str,
    edition: Edition,
    by: Person,
    store: Store,
    settings: Settings,
) -> str:
    """A picture that its makers bring, behind those that are there. Returns its id.

    Refused by name: no picture, cut short, too large, or too small for the page of a film.
    """
    refuse_closed(submission)
    kind = attachments.checked(raw, "picture", most=MOST_BYTES)
    jpeg = await asyncio.to_thread(drawn_anew, raw, kind, store, settings)
    width, height = pictures.size_of(jpeg)
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        raise Refused("picture_small", width=LEAST_WIDTH, height=LEAST_HEIGHT)
    return await keep(submission, jpeg, name=name, edition=edition, by=by, store=store)


def drawn_anew(raw: bytes, kind: str, store: Store, settings: Settings) -> bytes:
    work = store.work_folder(new_id())
    try:
        source = work / "sent"
        source.write_bytes(raw)
        sandbox = Sandbox(
            tools=find_tools(),
            source=source,
            work=work,
            allow_fallback=settings.allow_unsandboxed or not settings.in_production,
        )
        return pictures.drawn(sandbox, kind)
    except Fault:
        raise Refused("picture_unreadable") from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


async def keep(
    submission: Submission, jpeg: bytes, *, name: str, edition: Edition, by: Person, store: Store
) -> str:
    width, height = pictures.size_of(jpeg)
    async with transaction():
        await desk.hold_edition(edition.id)
        standing = await held(submission)
        refuse_closed(standing)
        its = FilmPicture.submission == standing.id
        if await FilmPicture.count().where(its) >= MOST_PICTURES:
            raise Refused("pictures_many", most=MOST_PICTURES)
        kept = await attachments.keep(
            standing, jpeg, name=name, accepts="picture", most=MOST_BYTES, by=by, store=store
        )
        picture = FilmPicture(
            edition=edition.id, submission=standing.id, attachment=kept.id, width=width, height=height
        )  # fmt: skip
        return await desk.add(picture, act="picture_added", by=by, among="submission")


async def change(
    submission: Submission, picture_id: str, given: PictureChange, *, by: Person
) -> int:
    """Set what is said of it. Returns the version that stands."""
    refuse_closed(submission)
    labels = texts.settled("labels", given.labels)
    values = {
        "focus_x": given.focus_x,
        "focus_y": given.focus_y,
        "labels": labels,
        "credit": given.credit.strip(),
    }
    picture = await one_of(submission, picture_id)
    return await desk.amend(picture, values, version=given.version, act="picture_changed", by=by)


async def move(submission: Submission, picture_id: str, way: Way, *, by: Person) -> None:
    refuse_closed(submission)
    picture = await one_of(submission, picture_id)
    await desk.move(picture, way, act="picture_moved", by=by, among="submission")


async def lead(submission: Submission, picture_id: str, *, by: Person) -> None:
    """It stands before all others, and so leads the film's page. Twice is once."""
    async with transaction():
        refuse_closed(await held(submission))
        picture = await one_of(submission, picture_id)
        moved = await rows(
            """UPDATE film_picture p SET position = o.first - 1
               FROM (SELECT min(position) AS first FROM film_picture WHERE submission = {}) o
               WHERE p.id = {} AND p.position > o.first RETURNING p.id""",
            submission.id,
            picture.id,
        )
        if moved:
            await record("picture_leads", picture.id, by=by, edition=picture.edition)


async def remove(submission: Submission, picture_id: str, *, version: int, by: Person) -> None:
    """Away, from the public pages too; its bytes go with it."""
    async with transaction():
        picture = await one_of(submission, picture_id)
        await desk.remove(picture, version=version, act="picture_removed", by=by)
        await attachments.let_go(str(picture.attachment))


async def one_of(submission: Submission, picture_id: str) -> FilmPicture:
    its = (FilmPicture.id == picture_id) & (FilmPicture.submission == submission.id)
    picture = await FilmPicture.objects().get(its)
    if picture is None:
        raise Missing("picture_missing")
    return picture


def poster_name(number: int) -> str:
    """What the copy calls its picture of this number."""
    return f"poster-{number}.jpg"


def still_in(store: Store, key: str) -> PublishedFile:
    """The bytes of a picture, or of the poster of a copy; `NotPublished` where they are gone."""
    try:
        return store.published(key, attachments.NAME)
    except NotPublished:
        return store.published(key, POSTER)
