"""Answers that are the same for everybody, as bytes that are ready to go out.

A printed page has one strong tag for each coding of it; who holds the right one is sent nothing again.
It may be kept by anybody, and is asked about at every use (`no-cache`): what is taken back is gone then.
"""

import gzip
import hashlib
from functools import lru_cache

import brotli
import msgspec

from api.headers import ALWAYS, HSTS
from screenings.printing import Printed

WORTH_IT = 0.9  # of its length, that a coding must stay below
QUALITY = 9  # of brotli: a tenth longer than the best, in a hundredth of the time
CODINGS = ("br", "gzip")
FOR_ALL = "public, no-cache"

RawHeaders = list[tuple[bytes, bytes]]


class ReadyAnswer(msgspec.Struct, frozen=True):
    """What goes out: the number, raw headers, the body."""

    status: int
    headers: RawHeaders
    body: bytes


def printed_page(path: str, body: bytes, media_type: str, disposition: str = "") -> Printed:
    tag = hashlib.sha256(body).hexdigest()[:32]
    small = gzip.compress(body, 9, mtime=0)
    if len(small) > WORTH_IT * len(body):
        return Printed(
            path=path, media_type=media_type, disposition=disposition, tag=tag, plain=body
        )
    smaller = brotli.compress(body, quality=QUALITY)
    return Printed(
        path=path,
        media_type=media_type,
        disposition=disposition,
        tag=tag,
        gzip=small,
        brotli=smaller,
    )


class Frozen:
    """One printed page, with its answer in each coding, made for the first who wants it."""

    def __init__(self, page: Printed, *, https: bool) -> None:
        self.page, self.https = page, https
        self.names_its_reader = page.media_type.startswith("text/html")
        self.answers: dict[str, ReadyAnswer] = {}
        self.unchanged: dict[str, ReadyAnswer] = {}

    def answer(self, accepted: bytes, held: bytes) -> ReadyAnswer:
        """`accepted` and `held` are `Accept-Encoding` and `If-None-Match`, as they came."""
        coding = coding_of(accepted) if self.page.gzip else ""
        if coding not in self.answers:
            self.make(coding)
        if held and self.tag_of(coding) in tags_in(held):
            return self.unchanged[coding]
        return self.answers[coding]

    def tag_of(self, coding: str) -> str:
        return f'"{self.page.tag}-{coding}"' if coding else f'"{self.page.tag}"'

    def make(self, coding: str) -> None:
        body = self.body(coding)
        about = {
            "etag": self.tag_of(coding),
            "cache-control": FOR_ALL,
            "vary": "accept-encoding, cookie" if self.names_its_reader else "accept-encoding",
            **ALWAYS,
            **({"strict-transport-security": HSTS} if self.https else {}),
        }
        told = {
            "content-type": self.page.media_type,
            "content-length": str(len(body)),
            **({"content-encoding": coding} if coding else {}),
            **({"content-disposition": self.page.disposition} if self.page.disposition else {}),
        }
        self.answers[coding] = ReadyAnswer(200, raw(told | about), body)
        self.unchanged[coding] = ReadyAnswer(304, raw(about), b"")

    def body(self, coding: str) -> bytes:
        if coding:
            return self.page.brotli if coding == "br" else self.page.gzip
        return gzip.decompress(self.page.gzip) if self.page.gzip else self.page.plain


def raw(headers: dict[str, str]) -> RawHeaders:
    return [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]


@lru_cache(maxsize=256)
def coding_of(accepted: bytes) -> str:
    """The best coding that the reader takes; none, where they name none of ours."""
    wanted = {}
    for part in accepted.decode("latin-1").lower().split(","):
        name, _, weight = part.partition(";")
        wanted[name.strip()] = not is_nought(weight)
    return next((one for one in CODINGS if wanted.get(one, wanted.get("*", False))), "")


def is_nought(weight: str) -> bool:
    """`q=0`, or `q=0.000`: not at all."""
    name, _, value = weight.partition("=")
    return name.strip() == "q" and not value.strip().strip("0.")


@lru_cache(maxsize=256)
def tags_in(held: bytes) -> frozenset[str]:
    """What a reader says that it holds; a weak tag of ours names the same bytes."""
    return frozenset(
        tag.strip().removeprefix("W/") for tag in held.decode("latin-1").split(",") if tag.strip()
    )
