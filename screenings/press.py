"""The door's press, for whoever is no door: in a process of its own, which knows templates and addresses.

A worker that publishes at a moment has every page printed as the door would have, and before the number is out.
"""

import msgspec

from festival.apart import answered
from festival.settings import Settings
from festival.tables import Edition
from festival.texts import Texts
from screenings.document import Document
from screenings.printing import Printed, domain_at
from screenings.public import Public


class PrintOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A `Public` on its way; the edition's row is read again where it arrives."""

    slug: str
    document: Document | None
    is_open: bool
    words: dict[str, Texts]
    films: list[str]
    trailers: dict[str, str] = {}


class PrintedPages(msgspec.Struct, frozen=True, kw_only=True):
    """What comes back: every page, and the key that they are kept under."""

    key: str
    pages: list[Printed]


class PressApart:
    """Is a `screenings.printing.Press`; raises `RuntimeError` where nothing came of it."""

    def __init__(self, settings: Settings) -> None:
        self.url = settings.public_url

    def domain(self, edition: Edition) -> str:
        return domain_at(self.url, edition)

    async def print(self, public: Public) -> tuple[str, list[Printed]]:
        order = PrintOrder(
            slug=public.edition.slug,
            document=public.document,
            is_open=public.is_open,
            words=public.words,
            films=public.films,
            trailers=public.trailers,
        )
        made = msgspec.msgpack.decode(
            await answered("api.press", msgspec.msgpack.encode(order)), type=PrintedPages
        )
        return made.key, made.pages
