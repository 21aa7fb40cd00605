"""A leaf is one kind of thing that everybody reads: what it says is drawn from a `Public` alone.

Whoever adds one names its address, what it draws and, for each number, which of it there are: the
press prints all of them when a number is published (`api/shelf.py`), and the door only hands them out.
A leaf knows no request and no clock: what depends on its reader, or on the hour, is no leaf.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import msgspec

from festival.access import Viewer
from festival.errors import Missing
from festival.language import spoken
from screenings.document import Document, PublicProgramme
from screenings.public import Public

PARAMETER = re.compile(r"\{(\w+):str\}")


def no_still(_: str) -> bytes | None:
    """Pages lead to stills, and draw without them."""
    return None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a leaf: of which public words, in which language, which one of its kind.

    `url` is `https://host`; `viewer` is there only for whoever may read more than everybody.
    `stills` has the still of a file of a film, none where it is lost: for what draws with it.
    `apart`: it is drawn to be read from a folder, where there is no house to ask (`api/folder.py`).
    """

    public: Public
    url: str
    lang: str = ""
    name: str = ""
    viewer: Viewer | None = None
    apart: bool = False
    stills: Callable[[str], bytes | None] = no_still

    @property
    def prefix(self) -> str:
        return f"/{self.lang}/{self.public.edition.slug}"

    def document(self) -> Document:
        """What this reader may read; `Missing`, in words, where that is nothing."""
        return self.public.readable(self.viewer)

    def document_or_none(self) -> Document | None:
        """The same, for the page that says so itself where there is nothing to read."""
        try:
            return self.document()
        except Missing:
            return None

    def programme(self) -> PublicProgramme:
        """The one that is named."""
        return self.public.programme(self.name, self.viewer)


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    body: bytes
    media_type: str
    disposition: str = ""


class Own(Protocol):
    """Draws for one reader, who is named on the page: never kept."""

    def __call__(self, request: Any, asked: Asked, /) -> Any: ...


def once(_: Public) -> Iterable[str]:
    return [""]


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """`path` stands behind `/{lang}/{edition}`, or behind `/api/v1/{edition}` where it `is_json`.

    What stands in its braces is one of `each`. `own` draws it for somebody who has signed in.
    One that `takes_long` is drawn beside the others, which do not wait for it. One that `stays` is of no
    use without the house, and is not taken along in a folder.
    """

    path: str
    draw: Callable[[Asked], Drawing]
    each: Callable[[Public], Iterable[str]] = once
    own: Own | None = None
    is_json: bool = False
    takes_long: bool = False
    stays: bool = False

    @property
    def parameter(self) -> str:
        found = PARAMETER.search(self.path)
        return found[1] if found else ""

    def languages(self) -> tuple[str, ...]:
        return ("",) if self.is_json else spoken()

    def address(self, slug: str, lang: str, name: str) -> str:
        """As the door sees it, without a slash at its end."""
        begins = f"/api/v1/{slug}" if self.is_json else f"/{lang}/{slug}"
        return (begins + PARAMETER.sub(lambda _: name, self.path)).rstrip("/")


def when_asked(_: Public) -> Iterable[str]:
    """None is printed with the number: small, many, and each asked for by few. Its first reader has it drawn."""
    return []


def programmes(public: Public) -> list[str]:
    document = public.open_document
    return [] if document is None else [shown.id for shown in document.programmes]


def venues(public: Public) -> list[str]:
    """Those in which something is shown."""
    document = public.open_document
    if document is None:
        return []
    used = {shown.screen for shown in document.screenings}
    return sorted({screen.venue for screen in document.screens if screen.id in used})


def days(public: Public) -> list[str]:
    document = public.open_document
    return [] if document is None else sorted({shown.day for shown in document.screenings})
