"""Where public pages lie ready: printed once for each number and language, handed out as a file is.

What may have changed is asked of PostgreSQL every half second for the editions that are being read
(`screenings/public.py:newest`), and at once after every act at this door; what was not asked for so
long is asked before it is answered. So what is taken back is gone everywhere within that time.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from contextvars import copy_context
from functools import cache, partial
from pathlib import Path

from api.frozen import Frozen, printed_page
from api.leaves import Asked, Leaf
from festival.clock import in_zone
from festival.errors import FestivalError
from festival.readiness import AWAY
from festival.settings import Settings
from festival.tables import Edition
from media.storage import NotPublished, Store
from screenings.printing import Printed, domain_at, kept_pages, let_go, printed_once
from screenings.public import Public, newest
from submissions import pictures

log = logging.getLogger("door")

LONG_PRINTS = 2  # at once; they wait for each other, and nobody else does
LONG_WORK = ThreadPoolExecutor(LONG_PRINTS, thread_name_prefix="press")
READ_LATELY = 600.0  # seconds for which an edition that nobody reads is still looked after
MOST_EDITIONS = 32
ROOT = Path(__file__).parents[1]
DRAWN_FROM = ("api", "festival", "screenings", "units")
SUFFIXES = frozenset({".py", ".html", ".po", ".css", ".js", ".svg"})


class HeldEdition:
    """One edition on the shelf: what it says, and those of its pages that are at hand."""

    def __init__(self, public: Public, key: str, pages: dict[str, Frozen]) -> None:
        self.public, self.key, self.pages = public, key, pages
        self.looked_at = self.read_at = 0.0
        self.drawing: dict[str, asyncio.Lock] = {}


class Shelf:
    """Of one door. It is also the `screenings.printing.Press`: it prints what will be published."""

    def __init__(
        self, settings: Settings, leaves: Sequence[Leaf], store: Store | None = None
    ) -> None:
        self.leaves, self.store = leaves, store
        self.url = settings.public_url
        self.https = settings.public_url.startswith("https")
        self.fresh = settings.public_check_seconds
        self.build = f"{build()} {settings.public_url} {settings.mode} {settings.locales}"
        self.editions: dict[str, HeldEdition] = {}
        self.looking: dict[str, asyncio.Lock] = {}
        self.long_prints = asyncio.Semaphore(LONG_PRINTS)

    # What is asked for

    def at_hand(self, slug: str, address: str) -> Frozen | None:
        """A page that is known to be true at this moment; none where somebody must look first."""
        held = self.editions.get(slug)
        if held is None or not self.is_fresh(held):
            return None
        held.read_at = held.looked_at
        return held.pages.get(address)

    def is_fresh(self, held: HeldEdition) -> bool:
        return time.monotonic() - held.looked_at < self.fresh

    def doubt(self) -> None:
        """Somebody has done something: whoever asks next is told what is so then."""
        for held in self.editions.values():
            held.looked_at = 0.0

    async def held(self, slug: str) -> HeldEdition | None:
        """What the public reads of this edition now; nothing where there is no such edition."""
        held = self.editions.get(slug)
        if held is None or not self.is_fresh(held):
            async with self.looking.setdefault(slug, asyncio.Lock()):
                held = self.editions.get(slug)
                if held is None or not self.is_fresh(held):
                    held = await self.look(slug)
        if held is not None:
            held.read_at = time.monotonic()
        return held

    async def page(self, held: HeldEdition, leaf: Leaf, lang: str, name: str) -> Frozen:
        """From the shelf, or drawn now and kept for all doors; `Missing` where there is none."""
        address = leaf.address(held.public.edition.slug, lang, name)
        if address not in held.pages:
            async with held.drawing.setdefault(address, asyncio.Lock()):
                if address not in held.pages:
                    asked = Asked(
                        public=held.public, url=self.url, lang=lang, name=name, stills=self.still
                    )
                    made = await self.made(held, leaf, asked, address)
                    held.pages[address] = Frozen(made, https=self.https)
        return held.pages[address]

    async def made(self, held: HeldEdition, leaf: Leaf, asked: Asked, address: str) -> Printed:
        edition, make = held.public.edition.id, partial(self.draw, leaf, asked)
        async with self.long_prints if leaf.takes_long else nullcontext():
            return await printed_once(edition, held.key, address, make)

    def still(self, file: str) -> bytes | None:
        """Of a film, for what draws with it; the press alone, which draws none of that, has no store."""
        with suppress(NotPublished):
            if self.store is not None:
                return pictures.still_in(self.store, file).read_bytes()
        return None

    async def draw(self, leaf: Leaf, asked: Asked) -> Printed:
        hands = LONG_WORK if leaf.takes_long else None
        work = partial(copy_context().run, drawn, leaf, asked)
        return await asyncio.get_running_loop().run_in_executor(hands, work)

    # Whether it is still so

    async def look(self, slug: str) -> HeldEdition | None:
        began, held = time.monotonic(), self.editions.get(slug)
        public = await newest(slug, None if held is None else held.public)
        if public is None:
            self.editions.pop(slug, None)
            return None
        if held is None or public is not held.public:
            held = await self.renewed(held, public)
            self.make_room()
            self.editions[slug] = held
        held.looked_at = began
        return held

    async def renewed(self, before: HeldEdition | None, public: Public) -> HeldEdition:
        """Every page that was printed for it comes along, so that none of its readers waits."""
        key = self.key_of(public)
        if before is not None and before.key == key:
            return HeldEdition(public, key, before.pages)
        kept = await kept_pages(public.edition.id, key)
        await let_go(public.edition.id, but=key)
        pages = {path: Frozen(page, https=self.https) for path, page in kept.items()}
        return HeldEdition(public, key, pages)

    def make_room(self) -> None:
        while len(self.editions) >= MOST_EDITIONS:
            del self.editions[min(self.editions, key=lambda slug: self.editions[slug].read_at)]

    async def watch(self) -> None:
        """For as long as the door is open. A database that is away is asked again."""
        while True:
            await asyncio.sleep(self.fresh / 2 or 1)
            for slug, held in list(self.editions.items()):
                if time.monotonic() - held.read_at > READ_LATELY:
                    del self.editions[slug]
                    continue
                try:
                    async with self.looking.setdefault(slug, asyncio.Lock()):
                        await self.look(slug)
                except AWAY as error:  # whoever asks meanwhile is told
                    log.warning("nobody knows what is public: %s", type(error).__name__)

    # The press

    def domain(self, edition: Edition) -> str:
        return domain_at(self.url, edition)

    async def print(self, public: Public) -> tuple[str, list[Printed]]:
        return self.key_of(public), await asyncio.to_thread(lambda: list(self.all_pages(public)))

    def all_pages(self, public: Public) -> Iterator[Printed]:
        for leaf in self.leaves:
            for name in leaf.each(public):
                for lang in leaf.languages():
                    with suppress(FestivalError):  # there is none as long as nothing is published
                        yield drawn(leaf, Asked(public=public, url=self.url, lang=lang, name=name))

    def key_of(self, public: Public) -> str:
        """Of what is said, and of how this release of ours says it."""
        return hashlib.sha256(f"{public.key} {self.build}".encode()).hexdigest()[:32]


def drawn(leaf: Leaf, asked: Asked) -> Printed:
    """In hours of the edition's walls."""
    slug = asked.public.edition.slug
    with in_zone(asked.public.edition.zone):
        made = leaf.draw(asked)
    return printed_page(
        leaf.address(slug, asked.lang, asked.name), made.body, made.media_type, made.disposition
    )


@cache
def build() -> str:
    """A name for exactly this release: whatever a page may be drawn from."""
    digest = hashlib.sha256()
    for folder in DRAWN_FROM:
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in SUFFIXES and file.is_file():
                digest.update(file.read_bytes())
    return digest.hexdigest()
