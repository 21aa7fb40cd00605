"""tus 1.0.0: creation, creation-with-upload, checksum, expiration, termination. Strict."""

import asyncio
import base64
import binascii
import hashlib
import re
from collections.abc import AsyncIterator
from email.utils import format_datetime
from functools import partial
from typing import Any, TypeVar

from litestar import Response, delete, head, patch, post, route
from litestar.datastructures import MutableScopeHeaders
from litestar.di import NamedDependency
from litestar.exceptions import ClientException, InternalServerException
from litestar.params import FromPath
from litestar.types import Message, Scope

from api.auth import refuse_archived
from api.guards import MAKER
from api.patience import Silent
from api.request import AnyRequest
from festival.access import Act, Viewer, in_scope, may
from festival.errors import Missing
from festival.language import has_words, spoken, t
from festival.settings import Settings
from festival.tables import Edition, Person
from media.storage import StorageFull, Store, UploadLocked, WrongOffset
from submissions import packages, receiving, trailers, uploads, verdicts
from submissions.lists import subject_of, subject_of_upload, submission_in
from submissions.receiving import Hopeless, Incoming, TooLong, WrongChecksum
from submissions.tables import FilmFile, PackageUpload, Trailer

VERSION = "1.0.0"
ALGORITHMS = {"sha1": "sha1", "sha256": "sha256", "md5": "md5"}
OCTETS = "application/offset+octet-stream"
ADDRESS = re.compile(r"/api/v1/[^/]+/uploads(/|$)")
DECIMAL = re.compile(r"(0|[1-9][0-9]{0,99})")
KINDS: dict[str, Any] = {"film": uploads, "trailer": trailers, "package": packages}
WAYS: dict[type, Any] = {FilmFile: uploads, Trailer: trailers, PackageUpload: packages}
"""The modules that `begin`, `finish`, `refuse`, `abandon` and `sweep` uploads, each of its kind."""
MOST_METADATA = 8192  # characters
ALWAYS = {"Tus-Resumable": VERSION, "Cache-Control": "no-store"}

CHANGES = [*MAKER, refuse_archived]

T = TypeVar("T")


class TusError(Exception):
    """One refusal of the protocol: its number, its code, and the headers that help."""

    def __init__(self, status: int, code: str, **headers: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def tus_error(_: AnyRequest, error: TusError) -> Response[Any]:
    words = {
        lang: [t(lang, f"error.{error.code}")]
        for lang in spoken()
        if has_words(f"error.{error.code}")
    }
    return Response(
        {
            "type": f"about:blank#{error.code}",
            "status": error.status,
            "codes": [error.code],
            "words": words,
        },
        status_code=error.status,
        media_type="application/problem+json",
        headers={**ALWAYS, **error.headers},
    )


async def versioned(message: Message, scope: Scope) -> None:
    """Whatever is answered at these addresses names the version, also where others refused the request."""
    if message["type"] == "http.response.start" and ADDRESS.match(scope["path"]):
        MutableScopeHeaders.from_message(message)["Tus-Resumable"] = VERSION


def storage_full(_: AnyRequest, __: StorageFull) -> Response[Any]:
    return tus_error(_, TusError(507, "storage_full", Retry_After="600"))


def locked(_: AnyRequest, __: UploadLocked) -> Response[Any]:
    return tus_error(_, TusError(423, "upload_busy", Retry_After="1"))


def hopeless(_: AnyRequest, error: Hopeless) -> Response[Any]:
    """Every reason at once, with what to do, in both languages."""
    findings = [verdicts.told(finding) for finding in error.findings]
    return Response(
        {
            "type": f"about:blank#{error.findings[0].code}",
            "status": 422,
            "codes": [finding.code for finding in error.findings],
            "words": {
                lang: [
                    f"{in_words[lang]['words']} {in_words[lang]['repair']}".strip()
                    for in_words in findings
                ]
                for lang in spoken()
            },
        },
        status_code=422,
        media_type="application/problem+json",
        headers=ALWAYS,
    )


def one(request: AnyRequest, name: str) -> str | None:
    """A header given twice is an attack or a mistake: neither is guessed at."""
    values = request.headers.getall(name, [])
    if len(values) > 1:
        raise TusError(400, "header_twice")
    return values[0] if values else None


def check_version(request: AnyRequest) -> None:
    """Nothing of a request in another version is processed."""
    if one(request, "tus-resumable") != VERSION:
        raise TusError(412, "tus_version", Tus_Version=VERSION)


def decimal(request: AnyRequest, name: str) -> int:
    """Digits and nothing else: Python's `int` would take `+5`, `1_000` and foreign digits."""
    text = one(request, name)
    if text is None or not DECIMAL.fullmatch(text):
        raise TusError(400, f"{name.replace('-', '_')}_invalid")
    return int(text)


def metadata(request: AnyRequest) -> dict[str, str]:
    """`key base64, key base64`: every key once, every value UTF-8 text."""
    fields: dict[str, str] = {}
    header = one(request, "upload-metadata") or ""
    if len(header) > MOST_METADATA:
        raise TusError(400, "upload_metadata_invalid")
    for pair in header.split(","):
        key, _, value = pair.strip().partition(" ")
        if not key:
            continue
        try:
            text = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            raise TusError(400, "upload_metadata_invalid") from None
        if key in fields or not key.isascii() or any(ord(c) < 32 for c in text):
            raise TusError(400, "upload_metadata_invalid")
        fields[key] = text
    return fields


def checksum(request: AnyRequest) -> tuple[str, bytes] | None:
    given = one(request, "upload-checksum")
    if given is None:
        return None
    name, _, value = given.partition(" ")
    try:
        algorithm, digest = ALGORITHMS[name], base64.b64decode(value, validate=True)
    except (KeyError, binascii.Error):
        raise TusError(400, "upload_checksum_invalid") from None
    if len(digest) != hashlib.new(algorithm).digest_size:
        raise TusError(400, "upload_checksum_invalid")
    return algorithm, digest


def expires(file: Incoming) -> dict[str, str]:
    if file.expires_at is None:
        return {}
    return {"Upload-Expires": format_datetime(file.expires_at, usegmt=True)}


def metadata_of(file: Incoming) -> dict[str, str]:
    return {"Upload-Metadata": file.told} if file.told else {}


def announced(request: AnyRequest) -> int:
    """How long the sender says that this piece is; 0 when it does not say."""
    length = request.headers.get("content-length", "")
    return int(length) if DECIMAL.fullmatch(length) else 0


async def pieces(request: AnyRequest) -> AsyncIterator[bytes]:
    """The body as it comes; a sender who vanishes or falls silent has simply said enough."""
    try:
        async for piece in request.stream():
            if piece:
                yield piece
    except (ClientException, InternalServerException, Silent):
        return


def ways_of(file: Incoming) -> Any:
    return WAYS[type(file)]


async def own(upload_id: str, viewer: Viewer) -> Incoming:
    """The upload, if this viewer may write to its film; else there is none."""
    subject, file = await subject_of_upload(upload_id, viewer)
    if not in_scope(viewer, "entries") or not may(viewer, Act.UPLOAD, subject):
        raise Missing("upload_missing")
    return file


@route("/uploads", http_method=["OPTIONS"], status_code=204)
async def offer(settings: NamedDependency[Settings]) -> Response[None]:
    """What this server can do."""
    return Response(
        None,
        status_code=204,
        headers={
            **ALWAYS,
            "Tus-Version": VERSION,
            "Tus-Extension": "creation,creation-with-upload,checksum,expiration,termination",
            "Tus-Max-Size": str(settings.max_upload_bytes),
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        },
    )


@post("/uploads", guards=CHANGES, status_code=201, request_max_body_size=None)
async def create(
    request: AnyRequest,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
    store: NamedDependency[Store],
) -> Response[None]:
    """Begin an upload for a submission; `Upload-Metadata` names `submission` and `filename`. Its `kind` is `film`,
    or else `trailer`, or `package` for the `material` that is to be brought of an accepted film.
    """
    check_version(request)
    size, known = announced_size(request, settings.max_upload_bytes), metadata(request)
    subject = await subject_of(known.get("submission", ""), viewer)
    if not may(viewer, Act.UPLOAD, subject) or not in_scope(viewer, "entries"):
        raise Missing("submission_missing")
    with_body = (one(request, "content-type") or "") == OCTETS
    given = checksum(request)
    file: Incoming = await beginning(known)(
        await submission_in(edition_row, subject.id),
        edition=edition_row,
        name=uploads.shown_name(known.get("filename", "")),
        size=size,
        by=person,
        store=store,
        settings=settings,
        told=one(request, "upload-metadata") or "",
    )
    offset = await take(request, file, 0, store, given) if with_body else 0
    if size == 0:
        await ways_of(file).refuse(file, (receiving.hopeless("FILE_EMPTY"),), store=store)
    return Response(
        None,
        status_code=201,
        headers={
            **ALWAYS,
            **expires(file),
            "Location": f"/api/v1/{edition_row.slug}/uploads/{file.id}",
            "Upload-Offset": str(offset),
        },
    )


def beginning(known: dict[str, str]) -> Any:
    """How an upload of its kind begins; a word that nobody knows must not pass for a film."""
    ways = KINDS.get(known.get("kind", "film"))
    if ways is None:
        raise TusError(400, "upload_metadata_invalid")
    if ways is packages:
        return partial(packages.begin, material=known.get("material", ""))
    return ways.begin


def announced_size(request: AnyRequest, most: int) -> int:
    """Bytes of the whole film, said before the first of them comes."""
    if one(request, "upload-defer-length") is not None:
        raise TusError(400, "upload_length_invalid")
    if one(request, "upload-concat") is not None:
        raise TusError(400, "upload_concat_unknown")  # a part of a film must not pass for a film
    size = decimal(request, "upload-length")
    if size > most:
        raise TusError(413, "file_too_large", Tus_Max_Size=str(most))
    return size


@head("/uploads/{upload_id:str}", guards=MAKER)
async def how_far(
    request: AnyRequest,
    upload_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    store: NamedDependency[Store],
    edition_row: NamedDependency[Edition],
) -> Response[None]:
    """How many bytes are safely kept; of an upload that was refused, why."""
    check_version(request)
    file = await own(upload_id, viewer)
    check_refused(file)
    if file.state == "receiving":
        await in_time(file, edition_row)
    try:
        offset = await receiving.offset_of(file, store)
        if offset == file.size and file.state == "receiving":
            await whole(file, store)
    except FileNotFoundError:
        check_refused(await uploads.as_it_stands(file))
        raise TusError(410, "upload_gone") from None
    return Response(
        None,
        status_code=200,
        headers={
            **ALWAYS,
            **expires(file),
            **metadata_of(file),
            "Upload-Offset": str(offset),
            "Upload-Length": str(file.size),
        },
    )


@patch("/uploads/{upload_id:str}", guards=CHANGES, status_code=204, request_max_body_size=None)
async def append(
    request: AnyRequest,
    upload_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    store: NamedDependency[Store],
    edition_row: NamedDependency[Edition],
) -> Response[None]:
    """Keep the bytes that come at `Upload-Offset`; 204 only once they are on the disk."""
    check_version(request)
    if one(request, "content-type") != OCTETS:
        raise TusError(415, "content_type_invalid")
    offset, given = decimal(request, "upload-offset"), checksum(request)
    file = await own(upload_id, viewer)
    check_refused(file)
    if file.state != "receiving":  # whoever has missed the last answer may ask for it at any time
        kept = await ended(file, offset, announced(request), store)
    else:
        await in_time(file, edition_row)
        kept = await take(request, file, offset, store, given)
    return Response(
        None, status_code=204, headers={**ALWAYS, **expires(file), "Upload-Offset": str(kept)}
    )


async def whole(file: Incoming, store: Store) -> None:
    """The last byte is here, and safe."""
    await uploads.soon(file.id, partial(ways_of(file).finish, file, store=store), store)


async def in_time(file: Incoming, edition: Edition) -> None:
    """Of an upload that has expired the house still knows: it is gone, not unknown."""
    try:
        await uploads.check_time(file, edition)
    except Missing as error:
        raise TusError(410, str(error)) from None


def check_refused(file: Incoming) -> None:
    """Whoever asks after a refused upload is told why, as often as they ask: never to begin anew."""
    if reasons := uploads.reasons(file):
        raise Hopeless(reasons)


async def ended(file: Incoming, offset: int, length: int, store: Store) -> int:
    """A whole upload takes no more; repeating its end is no fault."""
    try:
        is_whole = file.received_at or await asyncio.to_thread(store.size, file.id) == file.size
    except FileNotFoundError:
        is_whole = False
    if not is_whole:
        raise TusError(410, "upload_gone")
    if offset != file.size:
        raise TusError(409, "wrong_offset", Upload_Offset=str(file.size))
    if length:
        raise TusError(413, "upload_too_long")
    return offset


async def take(
    request: AnyRequest,
    file: Incoming,
    offset: int,
    store: Store,
    given: tuple[str, bytes] | None,
) -> int:
    """Receive, and finish when whole; every fault of the way has its own number."""
    length = announced(request)
    try:
        kept = await receiving.receive(
            file, pieces(request), offset=offset, store=store, length=length, checksum=given
        )
        if kept == file.size:
            await whole(file, store)
    except WrongOffset as error:
        raise TusError(409, "wrong_offset", Upload_Offset=str(error.actual)) from None
    except WrongChecksum:
        raise TusError(460, "checksum_wrong") from None
    except TooLong:
        raise TusError(413, "upload_too_long") from None
    except Hopeless as error:
        await ways_of(file).refuse(file, error.findings, store=store)
        raise
    except FileNotFoundError:  # ended meanwhile: refused, given up, or made whole by another
        file = await uploads.as_it_stands(file)
        check_refused(file)
        return await ended(file, offset, length, store)
    return kept


@delete("/uploads/{upload_id:str}", guards=CHANGES, status_code=204)
async def abandon(
    request: AnyRequest,
    upload_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    store: NamedDependency[Store],
) -> Response[None]:
    """Give up an upload that is not whole yet."""
    check_version(request)
    file = await own(upload_id, viewer)
    check_refused(file)
    if file.state != "receiving" or not await ways_of(file).abandon(file, by=person, store=store):
        raise TusError(410, "upload_gone")
    return Response(None, status_code=204, headers=ALWAYS)


HANDLERS: list[Any] = [offer, create, how_far, append, abandon]
FAULTS: dict[Any, Any] = {
    TusError: tus_error,
    StorageFull: storage_full,
    Hopeless: hopeless,
    UploadLocked: locked,
}
