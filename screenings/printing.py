"""Pages of a publication as they were printed: once for everybody, under the key of what they say."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from festival.clock import in_zone, now
from festival.db import rows
from festival.editions import edition_called
from festival.site import written
from festival.tables import Edition, new_id
from screenings.document import Document
from screenings.live.kept import lives_of
from screenings.live.overlay import as_it_runs
from screenings.public import Public, films_in, is_open


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
