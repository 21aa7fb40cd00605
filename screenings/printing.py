"""Pages of a publication as they were printed: once for everybody, under the key of what they say."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

from festival.clock import in_zone, now
from festival.db import rows, transaction
from festival.editions import edition_called
from festival.site import written
from festival.tables import Edition, new_id
from screenings.document import FIRST_DOMAIN, Document
from screenings.live.kept import lives_of
from screenings.live.overlay import as_it_runs
from screenings.public import Public, films_in, is_open
from submissions import trailers

GLANCE_S = 0.1  # between two looks whether the press is free


class Printed(msgspec.Struct, frozen=True, kw_only=True):
    """One page, feed or file: its bytes in the codings that are worth keeping. `tag` is their hash.

    Where it was worth compressing, `plain` is empty: it is what `gzip` opens to.
    """

    path: str
    media_type: str
    disposition: str = ""
    tag: str
    plain: bytes = b""
    gzip: bytes = b""
    brotli: bytes = b""


class Press(Protocol):
    """Who prints: the door, which alone knows templates and addresses."""

    def domain(self, edition: Edition) -> str:
        """Of the names in an edition's calendars, where it has published nothing yet."""

    async def print(self, public: Public) -> tuple[str, list[Printed]]:
        """Everything that the public reads, and the key under which it is kept."""


class PrintedProof(msgspec.Struct, frozen=True, kw_only=True):
    """Pages that wait for their number to be published."""

    document: Document
    key: str
    pages: list[Printed]


def domain_at(url: str, edition: Edition) -> str:
    """What a press at this address says of `domain`."""
    host = urlsplit(url).hostname or FIRST_DOMAIN
    with suppress(ValueError):
        ip_address(host)
        host = FIRST_DOMAIN  # an address is nobody's name
    return f"{edition.slug}.{host}"


@asynccontextmanager
async def only_print(of: str) -> AsyncIterator[None]:
    """Nobody else in the house prints the same meanwhile, in whichever process; who comes later waits.

    By the database's own lock, so that a process that falls holds nobody up.
    """
    while True:
        async with transaction():
            asked = await rows(
                "SELECT pg_try_advisory_xact_lock(hashtextextended({}, 1)) AS ours", of
            )
            if asked[0]["ours"]:
                yield
                return
        await asyncio.sleep(GLANCE_S)


async def printed(edition: Edition, document: Document, press: Press) -> PrintedProof:
    """As the public reads it from this moment on, if nobody changes the site's words meanwhile."""
    edition = await edition_called(edition.slug) or edition
    dated = msgspec.structs.replace(document, published_at=now())
    key, pages = await press.print(
        Public(
            edition=edition,
            document=await as_it_will_run(edition, dated) if dated.screenings else None,
            is_open=is_open(edition),
            words=await written(edition),
            films=films_in(dated),
            trailers=await trailers.released(films_in(dated)),
        )
    )
    return PrintedProof(document=dated, key=key, pages=pages)


async def as_it_will_run(edition: Edition, document: Document) -> Document:
    """With what was said of screenings that this number leaves where they were."""
    with in_zone(document.zone):
        return as_it_runs(document, await lives_of(edition.id))


async def keep_pages(edition_id: str, key: str, pages: Sequence[Printed]) -> None:
    """Whoever was first stays: the same key says the same."""
    columns = [[getattr(page, name) for page in pages] for name in Printed.__struct_fields__]
    await rows(
        """INSERT INTO printed_page
             (id, edition, key, path, media_type, disposition, tag, plain, gzip, brotli)
           SELECT made.id, {}, {}, made.path, made.media_type, made.disposition, made.tag,
             made.plain, made.gzip, made.brotli
           FROM unnest({}::text[], {}::text[], {}::text[], {}::text[], {}::text[],
             {}::bytea[], {}::bytea[], {}::bytea[])
             AS made (id, path, media_type, disposition, tag, plain, gzip, brotli)
           ON CONFLICT (edition, key, path) DO NOTHING RETURNING id""",
        edition_id, key, [new_id() for _ in pages], *columns,
    )  # fmt: skip


async def printed_once(
    edition_id: str, key: str, path: str, make: Callable[[], Awaitable[Printed]]
) -> Printed:
    """As another door has printed it, else as `make` prints it now, for all doors."""
    async with only_print(f"{key} {path}"):
        columns = ", ".join(Printed.__struct_fields__)
        kept = await rows(
            f"SELECT {columns} FROM printed_page WHERE edition = {{}} AND key = {{}} AND path = {{}}",
            edition_id, key, path,
        )  # fmt: skip
        if kept:
            return Printed(**kept[0])
        page = await make()
        await keep_pages(edition_id, key, [page])
    return page


async def kept_pages(edition_id: str, key: str) -> dict[str, Printed]:
    """By their path; what nobody has asked for yet is not among them."""
    columns = ", ".join(Printed.__struct_fields__)
    selected = await rows(
        f"SELECT {columns} FROM printed_page WHERE edition = {{}} AND key = {{}}", edition_id, key
    )
    return {row["path"]: Printed(**row) for row in selected}


async def let_go(edition_id: str, *, but: str) -> None:
    """Pages that say what is not so any more; a house that still opens with them draws them again."""
    await rows(
        """DELETE FROM printed_page WHERE edition = {} AND key <> {}
           AND made_at < now() - interval '1 hour' RETURNING id""",
        edition_id,
        but,
    )
