"""The committee's copy, its poster and pictures: every byte is a question of access."""

import asyncio
import re
from contextlib import suppress
from functools import lru_cache, partial
from pathlib import PurePosixPath
from typing import Any

from litestar import Response, route
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from api.auth import signed_in
from api.believed import peer
from api.request import AnyRequest
from api.v1 import signing
from festival import people
from festival.access import Act, Viewer, in_scope, may
from festival.errors import Missing
from festival.language import inside, preferred, spoken
from media.hls import named, offered, only, spans
from media.mark import variants
from media.mark.making import MOST_LINES
from media.mark.variants import marked_key
from media.storage import NotPublished, PublishedFile, Store, early_key
from reviews import marks, watching
from reviews.marks import ShownVariants
from submissions.lists import subject_of_file
from submissions.status import WATCHED_BY_MAKERS

KINDS = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".vtt": "text/vtt; charset=utf-8",
    ".jpg": "image/jpeg",
    ".json": "application/json",
}
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
PICTURES = re.compile(r"v\d+")  # folders of the unmarked sizes
SEGMENT = re.compile(r"seg_(\d{5,})\.m4s")
SIGNED = re.compile(rf"{variants.DOOR}/(init\.mp4|seg_\d{{5,}}\.m4s)")  # what a name is put into


async def may_watch(file_id: str, viewer: Viewer) -> str:
    """Asked at every segment: a recusal or a lost role ends a film in the middle of a sentence.

    The submission, when it is the committee that watches; nothing for the film's own makers.
    """
    subject, file = await subject_of_file(file_id, viewer)
    own = may(viewer, Act.WATCH_OWN, subject) and file.state in WATCHED_BY_MAKERS
    seen = may(viewer, Act.WATCH, subject) and file.state == "released"
    if seen and in_scope(viewer, "committee"):
        return subject.id
    if own and in_scope(viewer, "entries"):
        return ""
    raise Missing("file_missing")


def wanted(header: str, size: int) -> tuple[int, int] | None:
    """(first byte, count) of a single range; None for the whole file; ValueError beyond its end."""
    match = RANGE.fullmatch(header.strip())
    if not match or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        count = min(int(last), size)
        if count == 0:
            raise ValueError(header)
        return size - count, count
    start, end = int(first), min(int(last) if last else size - 1, size - 1)
    if start >= size or end < start:
        raise ValueError(header)
    return start, end - start + 1


async def served(
    request: AnyRequest, file: PublishedFile, name: str, *, cache: str = "private, no-store"
) -> Response[Any]:
    """A published file, whole or in part, to somebody who was just allowed to see it."""
    size = file.size
    headers = {"accept-ranges": "bytes", "cache-control": cache}
    try:
        part = wanted(request.headers.get("range", ""), size)
    except ValueError:
        return Response(
            None, status_code=416, headers={**headers, "content-range": f"bytes */{size}"}
        )
    start, count = part or (0, size)
    if part:
        headers["content-range"] = f"bytes {start}-{start + count - 1}/{size}"
    headers["content-length"] = str(count)
    kind = KINDS.get(PurePosixPath(name).suffix, "application/octet-stream")
    if request.method == "HEAD":
        return Response(b"", status_code=206 if part else 200, headers=headers, media_type=kind)
    try:
        pieces = await file.pieces(start, count)
    except NotPublished:
        raise Missing("file_missing") from None
    return Stream(
        pieces,
        status_code=206 if part else 200,
        headers=headers,
        media_type=kind,
    )


async def found(store: Store, file_id: str, name: str) -> PublishedFile:
    """In the whole copy; while that is made, in the early one."""
    for key in (file_id, early_key(file_id)):
        with suppress(NotPublished):
            return await asyncio.to_thread(store.published, key, name)
    raise Missing("file_missing")


async def marked(store: Store, file_id: str, name: str, shown: ShownVariants) -> PublishedFile:
    """For the committee, where the edition marks its copies: pictures of one size, by this viewer's variants where
    there are any, and no others; sound, subtitles and the master are the copy's own.
    """
    folder, _, part = name.partition("/")
    if PICTURES.fullmatch(folder):
        raise Missing("file_missing")
    if folder != variants.DOOR:
        return await found(store, file_id, name)
    with suppress(NotPublished):
        key, folder = await asyncio.to_thread(place_of, store, file_id, part, shown)
        return await asyncio.to_thread(store.published, key, f"{folder}/{part}")
    raise Missing("file_missing")


def place_of(store: Store, file_id: str, part: str, shown: ShownVariants) -> tuple[str, str]:
    """(key, folder) where this part of the one size lies."""
    if not shown.bits:
        return file_id, unmarked(store, file_id)[1]
    number = SEGMENT.fullmatch(part)
    if number and int(number[1]) >= len(shown.bits):
        raise Missing("file_missing")
    return marked_key(file_id), variants.FOLDERS[shown.bits[int(number[1])] if number else 0]


@lru_cache(maxsize=256)
def unmarked(store: Store, file_id: str) -> tuple[str, str]:
    """(size, folder) of the one picture that is offered where names stand within it, of a copy without variants."""
    master = store.published(file_id, "master.m3u8")
    return offered(master.read_bytes().decode(), MOST_LINES)


async def size_of(store: Store, file_id: str, shown: ShownVariants) -> str:
    """Of the one picture that is offered."""
    with suppress(NotPublished):
        return shown.size or (await asyncio.to_thread(unmarked, store, file_id))[0]
    raise Missing("file_missing")


async def with_name(
    request: AnyRequest, store: Store, file_id: str, name: str, shown: ShownVariants, viewer: Viewer
) -> Response[Any]:
    """A segment, or what all begin with, as `signing` makes it, whole whatever was asked of it; never one without
    the name.
    """
    part = await marked(store, file_id, name, shown)
    head = await marked(store, file_id, f"{variants.DOOR}/init.mp4", shown)
    kind = KINDS[PurePosixPath(name).suffix]
    headers = {"cache-control": "private, no-store"}
    if request.method == "HEAD":
        return Response(b"", headers=headers, media_type=kind)
    number = SEGMENT.fullmatch(PurePosixPath(name).name)
    if number:
        made = await signing.segment(head, part, number=int(number[1]), of=viewer)
    else:
        first = await marked(store, file_id, f"{variants.DOOR}/seg_00000.m4s", shown)
        made = await signing.beginning(f"{file_id}{shown.size}", head, first)
    return Response(made, headers=headers, media_type=kind)


def is_whole(request: AnyRequest) -> bool:
    """A question about a segment, or a piece of it, is no segment."""
    return request.method == "GET" and request.headers.get("range", "bytes=0-") == "bytes=0-"


@lru_cache(maxsize=256)
def spans_of(
    store: Store, file_id: str, folder: str, *, has_variants: bool
) -> dict[str, tuple[float, float]]:
    """Segments of one rendition; a published copy never changes, so that each is read once."""
    key, own = file_id, folder
    if folder == variants.DOOR and has_variants:
        key, own = marked_key(file_id), variants.FOLDERS[0]
    elif folder == variants.DOOR:
        own = unmarked(store, file_id)[1]
    playlist = store.published(key, f"{own}/playlist.m3u8")
    return spans(playlist.read_bytes().decode())


async def keep_evidence(
    store: Store,
    file_id: str,
    name: str,
    shown: ShownVariants | None,
    *,
    submission: str,
    viewer: Viewer,
) -> None:
    """The door to the copy begins a viewing; each segment adds its stretch to what was handed out."""
    path = PurePosixPath(name)
    if name == "master.m3u8":
        await watching.begin(submission, file_id, viewer.id)
    elif path.suffix == ".m4s":
        with suppress(NotPublished):
            known = await asyncio.to_thread(
                spans_of, store, file_id, str(path.parent), has_variants=bool(shown and shown.bits)
            )
            if stretch := known.get(path.name):
                await watching.hand_out(file_id, viewer.id, stretch)


@route(
    "/files/{file_id:str}/screener/{name:path}",
    http_method=["GET", "HEAD"],
    guards=[signed_in()],
    status_code=200,
)
async def screener(
    request: AnyRequest,
    file_id: FromPath[str],
    name: FromPath[str],
    viewer: NamedDependency[Viewer],
    store: NamedDependency[Store],
) -> Response[Any]:
    """A playlist or a segment of the copy; what the committee is handed is kept as evidence."""
    judged = await may_watch(file_id, viewer)
    wanted_name = str(name).lstrip("/")
    shown = await marks.variants_for(viewer.edition, file_id, viewer.id) if judged else None
    file = await (
        marked(store, file_id, wanted_name, shown) if shown else found(store, file_id, wanted_name)
    )
    is_signed = bool(shown and shown.is_signed and SIGNED.fullmatch(wanted_name))
    answer = (
        await with_name(request, store, file_id, wanted_name, shown, viewer)
        if shown and is_signed
        else None
    )
    if judged and (is_whole(request) or (is_signed and request.method == "GET")):
        await keep_evidence(store, file_id, wanted_name, shown, submission=judged, viewer=viewer)
    if wanted_name == "master.m3u8" and request.method == "GET":
        by = await people.person(viewer.id)
        await watching.note_opening(file_id, edition=viewer.edition, peer=peer(request), by=by)
    if wanted_name == "master.m3u8":
        size = await size_of(store, file_id, shown) if shown else None
        return await door(request, file, viewer_language(request), size=size)
    return answer or await served(request, file, wanted_name)


def viewer_language(request: AnyRequest) -> str:
    """Of the page that shows the copy; a program may ask by header."""
    asked = request.query_params.get("lang", "")
    return asked if asked in spoken() else preferred(request.headers.get("accept-language", ""))


async def door(
    request: AnyRequest, file: PublishedFile, lang: str, *, size: str | None
) -> Response[Any]:
    """The master, in which the subtitles inside the film have names that a person would say; a marked
    copy is offered in the one `size` that has variants.
    """
    try:
        kept = await asyncio.to_thread(file.read_bytes)
    except NotPublished:
        raise Missing("file_missing") from None
    master = named(kept.decode(), partial(inside, lang))
    content = (only(master, size, variants.DOOR) if size else master).encode()
    headers = {"cache-control": "private, no-store", "content-length": str(len(content))}
    body = b"" if request.method == "HEAD" else content
    return Response(body, headers=headers, media_type=KINDS[".m3u8"])


@route(
    ["/files/{file_id:str}/poster.jpg", "/files/{file_id:str}/sprite.jpg"],
    http_method=["GET", "HEAD"],
    guards=[signed_in()],
    status_code=200,
)
async def picture(
    request: AnyRequest,
    file_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    store: NamedDependency[Store],
) -> Response[Any]:
    """The film's poster, or the small pictures along its length."""
    name = PurePosixPath(request.url.path).name
    await may_watch(file_id, viewer)
    return await served(request, await found(store, file_id, name), name)


HANDLERS: list[Any] = [screener, picture]
