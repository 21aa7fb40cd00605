"""The public site as a folder that opens from a disk, in one zip: it needs no server, and no link of it leads nowhere.

Pages are drawn for it once more (`Asked.apart`), without whatever asks the house for something. From its door
every link is followed until nothing new is found: nothing is missing, and nothing else comes along.
Trailers stay at home: who has the folder has them for ever, and their makers may take them away (`film.html`).
It is made while it is sent, one file after the other, so that memory stays flat; the same words are the same bytes.
"""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import PurePosixPath
from posixpath import dirname, relpath
from urllib.parse import urldefrag, urljoin
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import msgspec
from litestar.response import Stream

from api import assets
from api.drawing import environment
from api.frozen import Frozen
from api.hues import hue_sheet
from api.leaves import Asked, Leaf
from api.shelf import HeldEdition, Shelf
from festival.clock import in_zone
from festival.language import moment, spoken, t
from media.storage import NotPublished, PublishedFile, Store
from screenings.document import Document, PublicFilm, stills_of
from screenings.public import Public
from submissions import pictures

DOOR = "/"
IN_A_SHEET = re.compile(r"url\(\"?([^\")#]+)\"?\)")
IN_A_TAG = re.compile(r'(?<=\s)(href|src|action)="([^"]*)"')
PACKED = frozenset({".jpg", ".woff2", ".pdf", ".xlsx"})  # they do not become smaller


class LeadsNowhere(Exception):
    """A page asks for something that is not public, or is of no use in a folder: a mistake of ours."""


class FolderFile(msgspec.Struct, frozen=True):
    """One file of it: its name below the folder, and all of it."""

    name: str
    body: bytes


class Folder:
    """Of what the public reads at this moment."""

    def __init__(self, shelf: Shelf, held: HeldEdition, store: Store) -> None:
        self.shelf, self.held, self.store = shelf, held, store
        self.public = held.public
        self.slug = held.public.edition.slug
        self.static = f"{assets.prefix()}/"
        self.api = f"/api/v1/{self.slug}"
        self.hues = f"{self.api}/sections.css"
        self.stills: dict[str, PublishedFile] = {}
        self.names: dict[str, str] = {}
        self.places = [
            (leaf, lang, *leaf.address(self.slug, lang, "\0").partition("\0")[::2])
            for leaf in shelf.leaves
            for lang in leaf.languages()
            if not leaf.stays
        ]

    @property
    def document(self) -> Document:
        return self.public.readable()

    async def prepare(self) -> None:
        """What may be refused, or takes long, before the first byte: `Missing` where nothing is public."""
        self.stills = await asyncio.to_thread(self.stills_there)
        self.public = without_lost_stills(self.held.public, self.document, set(self.stills))
        slow = [leaf for leaf in self.shelf.leaves if leaf.takes_long and not leaf.stays]
        await asyncio.gather(*(
            self.shelf.page(self.held, leaf, lang, "") for leaf in slow for lang in leaf.languages()
        ))  # fmt: skip

    def stills_there(self) -> dict[str, PublishedFile]:
        there: dict[str, PublishedFile] = {}
        for programme in self.document.programmes:
            for key in stills_of(programme):
                with suppress(NotPublished):
                    there[key] = pictures.still_in(self.store, key)
        return there

    async def files(self) -> AsyncIterator[FolderFile]:
        """From the door on, each once, in the order in which they are found."""
        waiting = deque([DOOR, *self.unlinked()])
        known = set(waiting)
        while waiting:
            address = waiting.popleft()
            body, leads_to = await self.read(address)
            yield FolderFile(self.name(address), body)
            new = [one for one in leads_to if one not in known]
            known.update(new)
            waiting.extend(new)

    def unlinked(self) -> Iterable[str]:
        """Leaves of the number to which no page needs to lead: feeds for other machines."""
        for leaf in self.shelf.leaves:
            for lang in () if leaf.stays else leaf.languages():
                for name in leaf.each(self.public):
                    yield leaf.address(self.slug, lang, name)

    # Where something lies

    def name(self, address: str) -> str:
        """Below the folder; `LeadsNowhere` for what it does not hold."""
        if address not in self.names:
            self.names[address] = self.name_of(address)
        return self.names[address]

    def name_of(self, address: str) -> str:
        if address == DOOR:
            return "index.html"
        if address.startswith(self.static):
            return address.removeprefix(self.static)
        if address == self.hues:
            return "css/sections.css"
        if self.still(address):
            return f"stills/{PurePosixPath(address).name}"
        leaf, lang, _ = self.leaf(address)
        if leaf.is_json:
            return f"{address.removeprefix(self.api).lstrip('/')}.json"
        below = address.removeprefix(f"/{lang}/{self.slug}")
        return f"{lang}{below or '/index'}.html" if leaf.own else f"{lang}{below}"

    def still(self, address: str) -> PublishedFile | None:
        folder, _, name = address.rpartition("/")
        return (
            self.stills.get(name.removesuffix(".jpg"))
            if folder == f"{self.api}/programme/stills"
            else None
        )

    def leaf(self, address: str) -> tuple[Leaf, str, str]:
        """Which, in which language, and which one of its kind."""
        for leaf, lang, before, after in self.places:
            name = address[len(before) : len(address) - len(after)]
            is_whole = address == before + name + after and "/" not in name
            if is_whole and bool(name) == bool(leaf.parameter):
                return leaf, lang, name
        raise LeadsNowhere(address)

    # What it says

    async def read(self, address: str) -> tuple[bytes, list[str]]:
        """The file, and the addresses to which it leads."""
        if address == DOOR:
            return self.relinked(address, await asyncio.to_thread(self.door))
        if address.startswith(self.static):
            return static_file(address, assets.read(address.removeprefix(self.static)))
        if address == self.hues:
            return await hue_sheet(self.public.edition), []
        if still := self.still(address):
            return await asyncio.to_thread(still.read_bytes), []
        leaf, lang, name = self.leaf(address)
        if leaf.own is None:
            return (await self.shelf.page(self.held, leaf, lang, name)).body(""), []
        asked = Asked(public=self.public, url=self.shelf.url, lang=lang, name=name, apart=True)
        page = await self.shelf.draw(leaf, asked)
        return self.relinked(address, Frozen(page, https=False).body("").decode())

    def door(self) -> str:
        document, url = self.document, self.shelf.url
        published = document.published_at or datetime(2000, 1, 1, tzinfo=UTC)
        with in_zone(document.zone):
            doors = [
                (lang, t(lang, "public.copy", n=document.number, when=moment(lang, published)))
                for lang in spoken()
            ]
        template = environment(spoken()[0]).get_template("public/folder.html")
        return template.render(lang=spoken()[0], document=document, doors=doors, url=url)

    def relinked(self, address: str, html: str) -> tuple[bytes, list[str]]:
        """With each address as the way from this file to that one; what only the house has, at the house."""
        here, leads_to = dirname(self.name(address)), []

        def way(tag: str, given: str) -> str:
            to, fragment = urldefrag(given)
            if not to.startswith("/"):
                return given
            to = to.partition("?")[0].rstrip("/") or DOOR
            try:
                there = relpath(self.name(to), here or ".")
            except LeadsNowhere:
                if tag != "a":
                    raise
                return f"{self.shelf.url}{given}"
            leads_to.append(to)
            return f"{there}#{fragment}" if fragment else there

        return Relinking(way).done(html).encode(), leads_to


class Relinking(HTMLParser):
    """Passes a page on as it stands, but for the addresses in its tags: `way` is asked of each."""

    def __init__(self, way: Callable[[str, str], str]) -> None:
        super().__init__(convert_charrefs=False)
        self.way = way
        self.made: list[str] = []

    def done(self, html: str) -> str:
        self.feed(html)
        self.close()
        return "".join(self.made)

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 (they are read as they stand)
        def relinked(found: re.Match[str]) -> str:
            return f'{found[1]}="{escape(self.way(tag, unescape(found[2])))}"'

        self.made.append(IN_A_TAG.sub(relinked, self.get_starttag_text() or ""))

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag: str) -> None:
        self.made.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.made.append(data)

    def handle_entityref(self, name: str) -> None:
        self.made.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.made.append(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.made.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.made.append(f"<!{decl}>")


def static_file(address: str, body: bytes) -> tuple[bytes, list[str]]:
    """A sheet leads to its fonts; a script is read from a folder as no module, and keeps its names to itself."""
    if address.endswith(".js"):
        return b"(() => {\n" + body + b"})();\n", []
    if not address.endswith(".css"):
        return body, []
    named = IN_A_SHEET.findall(body.decode())
    return body, [urljoin(address, one) for one in named if not one.startswith("data:")]


def without_lost_stills(public: Public, document: Document, there: set[str]) -> Public:
    """A picture whose file is lost leaves its place empty, as where there never was one."""

    def seen(film: PublicFilm) -> PublicFilm:
        kept = [one for one in film.pictures if one.id in there]
        file = film.file if film.file in there else None
        return msgspec.structs.replace(film, pictures=kept, file=file)

    programmes = [
        msgspec.structs.replace(one, films=[seen(film) for film in one.films])
        for one in document.programmes
    ]
    return msgspec.structs.replace(
        public, document=msgspec.structs.replace(document, programmes=programmes)
    )


class Outlet:
    """Where a zip writes that nobody can wind back: what has come is taken at once."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def write(self, piece: bytes) -> int:
        self.waiting += piece
        return len(piece)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def taken(self) -> bytes:
        piece = bytes(self.waiting)
        self.waiting.clear()
        return piece


async def zipped(folder: Folder) -> AsyncIterator[bytes]:
    """Piece by piece, a file at a time, each dated as the number was published."""
    outlet, document = Outlet(), folder.document
    dated = (document.published_at or datetime(2000, 1, 1, tzinfo=UTC)).timetuple()[:6]
    with ZipFile(outlet, "w") as archive:  # type: ignore[call-overload]
        async for file in folder.files():
            about = ZipInfo(f"{document.edition}-{document.number}/{file.name}", dated)
            about.create_system, about.external_attr = 3, 0o100644 << 16
            is_packed = PurePosixPath(file.name).suffix in PACKED
            about.compress_type = ZIP_STORED if is_packed else ZIP_DEFLATED
            await asyncio.to_thread(archive.writestr, about, file.body)
            yield outlet.taken()
    yield outlet.taken()


async def site_zip(shelf: Shelf, held: HeldEdition, store: Store) -> Stream:
    """The answer of a door: refused in words before its first byte, or whole."""
    folder = Folder(shelf, held, store)
    await folder.prepare()
    name = f"{folder.slug}-{folder.document.number}.zip"
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "private, no-store",
    }
    return Stream(zipped(folder), media_type="application/zip", headers=headers)
