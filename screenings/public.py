"""What the public reads of an edition at this moment: the last publication, less what has left since."""

import hashlib
from functools import partial
from typing import Any

import msgspec

from festival.access import Viewer, in_scope
from festival.clock import in_zone, now
from festival.db import rows
from festival.editions import edition_called
from festival.errors import Missing
from festival.language import moment
from festival.site import written
from festival.tables import Edition, Role
from festival.texts import Texts
from screenings.document import (
    Document,
    PublicProgramme,
    frozen_bytes,
    thawed,
    without,
    without_pictures,
)
from screenings.live.kept import lives_of
from screenings.live.overlay import as_it_runs
from submissions import trailers

SAID_OF_EDITION = ("id", "slug", "name", "phase", "first_day", "days", "opens_at", "places", "zone")
"""What public pages say of an edition beside its publication; a change of it draws them again."""


class Public(msgspec.Struct, frozen=True, kw_only=True):
    """All that a public page may say, and nothing else. `words` are the site's own texts, by kind.

    `document` is there before the opening too: `open_document` is what everybody may read.
    `films` are all that the publication froze, `trailers` what their makers show beside those that are
    still there, by submission; `mark` tells whether anything has moved since.
    """

    edition: Edition
    document: Document | None
    is_open: bool
    words: dict[str, Texts] = {}
    films: list[str] = []
    trailers: dict[str, str] = {}
    mark: str = ""

    @property
    def open_document(self) -> Document | None:
        return self.document if self.is_open else None

    def readable(self, viewer: Viewer | None = None) -> Document:
        """What this reader may read; `Missing` before the first publication, and before the opening."""
        may = self.is_open or may_look_inside(viewer)
        if not may and self.edition.opens_at is not None:
            opening = self.edition.opens_at
            raise Missing("programme_not_open", when=partial(moment, when=opening))
        if self.document is None:
            raise Missing("programme_not_published")
        return self.document

    def programme(self, programme_id: str, viewer: Viewer | None = None) -> PublicProgramme:
        """One programme that is public; of no other is it told whether there is one."""
        for programme in self.readable(viewer).programmes:
            if programme.id == programme_id:
                return programme
        raise Missing("programme_missing")

    @property
    def key(self) -> str:
        """The name of exactly these words: who says the same, on whichever machine, has the same."""
        said = {name: getattr(self.edition, name) for name in SAID_OF_EDITION}
        told = [said, self.open_document, self.is_open, self.words, self.trailers]
        return hashlib.sha256(frozen_bytes(told)).hexdigest()[:32]


def is_open(edition: Edition) -> bool:
    """Whether the public may read what is published: it may from the opening on, where there is one."""
    return edition.opens_at is None or edition.opens_at <= now()


def may_look_inside(viewer: Viewer | None) -> bool:
    """Before the opening only those read it who make it, or who set its hour."""
    return (
        viewer is not None
        and viewer.has(Role.PROGRAMMER, Role.OPERATOR)
        and (in_scope(viewer, "programme") or in_scope(viewer, "operate"))
    )


async def newest(slug: str, known: Public | None = None) -> Public | None:
    """What the public reads of the edition with this address; `known` itself while that is still so.

    One short statement where nothing has moved. Whatever moves meanwhile is found at the next look.
    """
    films = [] if known is None else known.films
    looked = await rows(GLANCE, films, films, films, slug)
    if not looked:
        return None
    mark = str(looked[0]["mark"])
    if known is not None and mark == known.mark and known.is_open == is_open(known.edition):
        return known
    edition = await edition_called(slug)
    return None if edition is None else await all_of(edition, mark)


GLANCE = """SELECT concat_ws(' ', e.xmin, g.id, g.xmin,
  (SELECT string_agg(concat(t.kind, t.xmin), ' ' ORDER BY t.kind) FROM site_text t WHERE t.edition = e.id),
  (SELECT string_agg(s.id, ' ' ORDER BY s.id) FROM submission s
   WHERE s.id = ANY({}) AND s.status <> 'accepted'),
  (SELECT count(*) FROM film_picture p WHERE p.submission = ANY({})),
  (SELECT string_agg(t.id, ' ' ORDER BY t.id) FROM trailer t
   WHERE t.submission = ANY({}) AND t.state = 'released'),
  (SELECT concat(count(*), ' ', max(l.changed_at)) FROM live_screening l
   WHERE l.edition = e.id AND NOT l.rehearsed)) AS mark
FROM edition e LEFT JOIN LATERAL (SELECT o.id, o.xmin FROM grid o
  WHERE o.edition = e.id AND o.number IS NOT NULL ORDER BY o.number DESC LIMIT 1) g ON true
WHERE e.slug = {}"""
"""Changes with every row that a public page is drawn from."""


async def all_of(edition: Edition, mark: str = "") -> Public:
    document = await newest_publication(edition)
    films = films_in(document)
    shown = None if document is None else await as_it_is(edition, document, films)
    return Public(
        edition=edition,
        document=shown,
        is_open=is_open(edition),
        words=await written(edition),
        films=films,
        trailers=await trailers.released(films_in(shown)),
        mark=mark,
    )


async def as_it_is(edition: Edition, document: Document, films: list[str]) -> Document:
    """Less what has left since, and as it runs on its day."""
    kept = await less_what_left(document, films)
    with in_zone(document.zone):
        return as_it_runs(kept, await lives_of(edition.id))


async def standing_document(edition: Edition) -> Document | None:
    """The last publication, less the films that have left since, opened or not, as it was published."""
    document = await newest_publication(edition)
    return None if document is None else await less_what_left(document, films_in(document))


async def newest_publication(edition: Edition) -> Document | None:
    """As it was frozen; none before the first, and none after the first was taken back."""
    selected = await rows(
        """SELECT document, published_at FROM grid WHERE edition = {} AND number IS NOT NULL
           ORDER BY number DESC LIMIT 1""",
        edition.id,
    )
    return read_row(selected[0]) if selected and selected[0]["document"]["screenings"] else None


def read_row(row: dict[str, Any]) -> Document:
    return msgspec.structs.replace(thawed(row["document"]), published_at=row["published_at"])


def films_in(document: Document | None) -> list[str]:
    """The submissions that it shows."""
    if document is None:
        return []
    return sorted({film.submission for shown in document.programmes for film in shown.films})


async def less_what_left(document: Document, films: list[str]) -> Document:
    """Films that are chosen no more, and pictures that their makers have taken away."""
    return without_pictures(without(document, await left(films)), await gone_pictures(document))


async def gone_pictures(document: Document) -> set[str]:
    shown = sorted(
        {one.id for p in document.programmes for film in p.films for one in film.pictures}
    )
    if not shown:
        return set()
    there = await rows("SELECT attachment FROM film_picture WHERE attachment = ANY({})", shown)
    return set(shown) - {row["attachment"] for row in there}


async def left(films: list[str]) -> set[str]:
    """Those that their makers have taken back, or that are chosen no more."""
    gone = await rows(
        "SELECT id FROM submission WHERE id = ANY({}) AND status <> 'accepted'", films
    )
    return {row["id"] for row in gone}
