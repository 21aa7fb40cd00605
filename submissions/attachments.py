"""Files beside an entry: what answers a question, what is brought once a film is accepted, and pictures that
the house has drawn anew (`pictures.py`).

The one module that knows where they lie: a folder of the store's published copies whose key is the
attachment's id, with one file in it. A backup so takes them with the films, on a disk or in a bucket.
They are small, come in one piece and are never opened by the house: what they are is read from their
first and last bytes, and they leave it as files to be kept, never as pages.
"""

import asyncio
import hashlib
import re
from pathlib import Path, PurePosixPath
from urllib.parse import quote

import msgspec

from festival.access import COMMITTEE, Act, Viewer, in_scope, may
from festival.db import later, rows
from festival.errors import Missing, Refused
from festival.language import size
from festival.tables import Person
from media.storage import FULL, StorageFull, Store
from submissions.answers import MAKERS
from submissions.lists import subject_of
from submissions.tables import Attachment, Submission
from submissions.uploads import shown_name

MOST_BYTES = 10_000_000
"""Of a file that answers a question."""
MOST_MATERIAL_BYTES = 32_000_000
"""Of a file that is brought after acceptance; an exhibition copy is a film, and comes as one."""
NAME = "file"
TAKES: dict[str, tuple[str, ...]] = {
    "document": ("pdf",),
    "picture": ("jpg", "png", "tif"),
    "any": ("pdf", "jpg", "png", "tif"),
    "subtitles": ("srt", "vtt"),
    "video": ("mp4", "mov"),
}
"""What may be asked for, and the kinds that are taken for it."""
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "tif": "image/tiff",
    "srt": "text/plain; charset=utf-8",
    "vtt": "text/plain; charset=utf-8",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "tar": "application/x-tar",
}
BEGINS = {
    "pdf": (b"%PDF-",),
    "jpg": (b"\xff\xd8\xff",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "tif": (b"II*\x00", b"MM\x00*"),
}
ENDS = {"pdf": b"%%EOF", "jpg": b"\xff\xd9", "png": b"IEND\xaeB`\x82"}
TAIL = 2048
_cue = re.compile(r"\d\d:\d\d[,.]\d{3}[ \t]*-->[ \t]*(\d\d:)?\d\d:\d\d[,.]\d{3}")


def kind_of(raw: bytes) -> str:
    """What the bytes are, by themselves; nothing where they are none of what is taken."""
    for kind, signs in BEGINS.items():
        if raw.startswith(signs):
            return kind
    if raw[4:8] == b"ftyp":
        return "mov" if raw[8:12] == b"qt  " else "mp4"
    return text_kind(raw)


def text_kind(raw: bytes) -> str:
    """Subtitles in UTF-8 that begin as such; any other text is none."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""
    if "\x00" in text or not _cue.search(text[:4096]):
        return ""
    if text.startswith("WEBVTT"):
        return "vtt"
    return "srt" if text.lstrip()[:1].isdigit() else ""


def checked(raw: bytes, accepts: str, *, most: int) -> str:
    """The kind of a file that may be kept; `Refused` with the one code that says why not."""
    if not raw:
        raise Refused("attachment_empty")
    if len(raw) > most:
        raise Refused("attachment_large", most=lambda lang: size(lang, most))
    kind = kind_of(raw)
    if kind not in TAKES[accepts]:
        raise Refused(f"attachment_no_{accepts}")
    if kind in ENDS and ENDS[kind] not in raw[-TAIL:]:
        raise Refused("attachment_cut")
    return kind


async def keep(
    submission: Submission,
    raw: bytes,
    *,
    name: str,
    accepts: str,
    most: int,
    by: Person,
    store: Store,
) -> Attachment:
    """The bytes first, then their row in the act's own transaction: a row always has its file."""
    kind = checked(raw, accepts, most=most)
    attachment = Attachment(
        submission=submission.id,
        person=by.id,
        name=named(name, kind),
        kind=kind,
        size=len(raw),
        sha256=hashlib.sha256(raw).hexdigest(),
    )
    await asyncio.to_thread(publish, store, attachment.id, raw)
    try:
        await attachment.save()
    except BaseException:
        await asyncio.to_thread(store.discard_copy, attachment.id)
        raise
    return attachment


def publish(store: Store, key: str, raw: bytes) -> None:
    folder = store.work_folder(key)
    try:
        Path(folder, NAME).write_bytes(raw)
    except OSError as error:
        if error.errno in FULL:
            raise StorageFull(error.errno, "storage_full") from error
        raise
    store.publish(folder, key)


def named(name: str, kind: str) -> str:
    """As its sender called it, with the ending of what it is."""
    stem = PurePosixPath(shown_name(name)).stem.strip(". ") or "file"
    return f"{stem[:200]}.{kind}"


async def let_go(attachment: str | None) -> None:
    """In the act that ends its use; the bytes go afterwards, and only if nothing uses them."""
    if attachment is not None:
        await later("discard_attachment", attachment=attachment)


async def discard(attachment: str, *, store: Store) -> None:
    """The job behind `let_go`: twice is once, and what is used by now stays."""
    used = await rows(
        """SELECT 1 AS one FROM entry_answer WHERE attachment = {}
           UNION ALL SELECT 1 FROM delivery WHERE attachment = {}
           UNION ALL SELECT 1 FROM film_picture WHERE attachment = {}""",
        attachment,
        attachment,
        attachment,
    )
    if used:
        return
    await asyncio.to_thread(store.discard_copy, attachment)
    await rows("DELETE FROM attachment WHERE id = {} RETURNING id", attachment)
    await rows(
        "DELETE FROM package_upload WHERE id = {} AND state = 'delivered' RETURNING id", attachment
    )


async def sweep(*, store: Store) -> None:
    """What a deleted answer or film has left behind; what is being brought right now is younger."""
    left = await rows(
        """SELECT a.id FROM attachment a WHERE a.created_at < now() - interval '1 day'
             AND NOT EXISTS (SELECT FROM entry_answer w WHERE w.attachment = a.id)
             AND NOT EXISTS (SELECT FROM delivery d WHERE d.attachment = a.id)
             AND NOT EXISTS (SELECT FROM film_picture p WHERE p.attachment = a.id) LIMIT 500"""
    )
    for row in left:
        await discard(row["id"], store=store)


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader is handed, after it was asked whether they may."""

    id: str
    name: str
    kind: str
    size: int

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.kind]

    @property
    def disposition(self) -> str:
        """To be kept as a file, under its name: never shown as a page of ours."""
        return f"attachment; filename=\"{self.id}.{self.kind}\"; filename*=UTF-8''{quote(self.name, safe='')}"


async def handed_to(viewer: Viewer, attachment: str) -> Handed:
    """The file, if this viewer may read it; else there is none."""
    selected = await rows(
        """SELECT a.id, a.name, a.kind, a.size, a.submission, q.asks, d.id IS NOT NULL AS is_material,
             coalesce(q.identifies AND x.is_blind, false) AS is_hidden
           FROM attachment a JOIN submission s ON s.id = a.submission
           LEFT JOIN section x ON x.id = s.section
           LEFT JOIN entry_answer w ON w.attachment = a.id LEFT JOIN question q ON q.id = w.question
           LEFT JOIN delivery d ON d.attachment = a.id
           WHERE a.id = {} AND s.edition = {} AND (w.id IS NOT NULL OR d.id IS NOT NULL)""",
        attachment,
        viewer.edition,
    )
    if not selected or not await may_read(viewer, msgspec.convert(selected[0], FileUse)):
        raise Missing("file_missing")
    return msgspec.convert(selected[0], Handed)


class FileUse(msgspec.Struct, frozen=True, kw_only=True):
    """What a file is for: which film, who was asked, and whether it is kept from a blind committee."""

    submission: str
    asks: str | None
    is_material: bool
    is_hidden: bool


async def may_read(viewer: Viewer, use: FileUse) -> bool:
    """Its makers what they were asked; the committee and operators what they may see of the film;
    programmers what an accepted film has brought.
    """
    subject = await subject_of(use.submission, viewer)
    is_makers = use.is_material or use.asks == MAKERS
    if is_makers and may(viewer, Act.SEE_ENTRY, subject) and in_scope(viewer, "entries"):
        return True
    if use.is_material:
        scope = "operate" if may(viewer, Act.OPERATE) else "programme"
        return may(viewer, Act.SEE_MATERIALS, subject) and in_scope(viewer, scope)
    if use.is_hidden and viewer.has(*COMMITTEE):
        return False
    if is_makers and may(viewer, Act.WATCH, subject) and in_scope(viewer, "committee"):
        return True
    scope = "operate" if may(viewer, Act.OPERATE) else "committee"
    return may(viewer, Act.SEE_ANSWERS, subject) and in_scope(viewer, scope)
