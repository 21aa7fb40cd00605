"""A maker's many films in one table, as whoever distributes sixty reads them: what stands, what comes next, until when.

A page takes the same few statements whether it shows one film or fifty.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival.access import Act, Viewer
from festival.clock import closes, now
from festival.db import rows, transaction
from festival.directory import folded
from festival.errors import Conflict, FestivalError, Refused
from festival.kinds import KEYS
from festival.paging import nearest
from festival.tables import Edition, Person
from festival.texts import Texts
from submissions.entries import held, submit
from submissions.lists import own
from submissions.materials import IN_SECTION
from submissions.status import Status

PAGE = 50
MANY = 8
"""Of more films than so many their maker reads a table first."""
MOST_AT_ONCE = 60
LETTERS = 40
NEXT = ("fix", "replace", "release", "continue", "pay", "bring", "none")
STATUSES = ("draft", "submitted", "accepted", "waitlisted", "declined", "withdrawn")
OwnSeen = Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{1,16}\.[0-9]{1,9}$")]


class CatalogueQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What of one's films is looked for; anything unknown is as if it were not said."""

    q: str = ""
    state: str = ""
    next: str = ""
    section: str = ""

    @property
    def words(self) -> dict[str, str]:
        said = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: word for name, word in said.items() if word}


def query_of(asked: Mapping[str, str]) -> CatalogueQuery:
    state, following = asked.get("state", ""), asked.get("next", "")
    return CatalogueQuery(
        q=asked.get("q", "").strip()[:100],
        state=state if state in STATUSES else "",
        next=following if following in NEXT else "",
        section=asked.get("section", "")[:1],
    )


class CatalogueLine(msgspec.Struct, frozen=True, kw_only=True):
    """One film: `next` is what comes next, `due_at` until when where it has a day of its own.

    `cells` are the materials that are wanted of it, by their ids: whether each was brought.
    """

    id: str
    version: int
    title: str
    titles: Texts
    director: str
    status: str
    section_letter: str | None
    section_names: Texts | None
    declared_seconds: int | None
    file_state: str | None
    entry_right: str
    fix: str | None
    fix_field: str | None
    fix_labels: Texts | None
    due_at: datetime | None
    owed_cents: int
    cells: dict[str, bool]
    next: str
    changed_at: datetime

    @property
    def is_late(self) -> bool:
        return self.due_at is not None and closes(self.due_at) <= now()


class MaterialColumn(msgspec.Struct, frozen=True):
    """A column of the matrix."""

    id: str
    labels: Texts
    due_at: datetime | None


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """A page of films, how many wait for each next thing, and what is wanted of those that are accepted."""

    lines: list[CatalogueLine]
    materials: list[MaterialColumn]
    number: int
    last: int
    total: int
    by_next: dict[str, int]


_MINE = f"""WITH mine AS (
  SELECT s.id, s.version, f.title, f.titles, f.director, s.status, x.letter AS section_letter, x.names AS section_names,
    f.declared_seconds, n.state AS file_state, k.entry_right, r.id AS fix, r.field AS fix_field, q.labels AS fix_labels,
    coalesce(r.due_at, d.due_at) AS due_at, d.cells, s.changed_at,
    CASE WHEN e.state = 'due' THEN e.cents - e.waived_cents ELSE 0 END AS owed_cents,
    CASE WHEN s.status = 'withdrawn' OR k.entry_right = 'see' THEN 'none'
      WHEN r.id IS NOT NULL THEN 'fix'
      WHEN s.status = 'draft' AND n.state IN ('faulty', 'quarantined', 'failed') THEN 'replace'
      WHEN s.status = 'draft' AND n.state = 'ready' THEN 'release'
      WHEN s.status = 'draft' THEN 'continue'
      WHEN s.status IN ('submitted', 'accepted', 'waitlisted') AND e.state = 'due' AND e.cents > e.waived_cents
        THEN 'pay'
      WHEN s.status = 'accepted' AND d.missing > 0 THEN 'bring' ELSE 'none' END AS next
  FROM member k JOIN submission s ON s.id = k.submission JOIN film f ON f.id = s.film
  LEFT JOIN section x ON x.id = s.section LEFT JOIN fee e ON e.submission = s.id
  LEFT JOIN LATERAL (SELECT state FROM film_file WHERE submission = s.id AND state <> 'replaced'
    ORDER BY number DESC LIMIT 1) n ON true
  LEFT JOIN LATERAL (SELECT * FROM fix_request WHERE submission = s.id AND state = 'open'
    ORDER BY due_at, id LIMIT 1) r ON true
  LEFT JOIN question q ON 'q_' || q.id = r.field
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE m.is_required AND NOT brought.yes)::int AS missing,
      min(m.due_at) FILTER (WHERE m.is_required AND NOT brought.yes) AS due_at,
      coalesce(jsonb_object_agg(m.id, brought.yes) FILTER (WHERE m.id IS NOT NULL), jsonb_build_object()) AS cells
    FROM material m CROSS JOIN LATERAL (SELECT EXISTS (
      SELECT 1 FROM delivery v WHERE v.material = m.id AND v.submission = s.id) AS yes) brought
    WHERE s.status = 'accepted' AND m.edition = s.edition AND m.closed_at IS NULL AND {IN_SECTION}) d
  WHERE k.person = {{}} AND s.edition = {{}})
"""
_NAMES = (
    "concat_ws(' ', title, (SELECT string_agg(value, ' ') FROM jsonb_each_text(titles)), director)"
)
_SOUGHT = f"""({{}} = '' OR strpos({folded(_NAMES)}, {folded("{}::text")}) > 0) AND {{}} IN ('', section_letter)
  AND CASE WHEN {{}} = '' THEN status <> 'withdrawn' ELSE status = {{}} END"""


async def films(
    viewer: Viewer, edition: Edition, query: CatalogueQuery, *, number: int = 1
) -> Catalogue:
    """The viewer's films, what waits first; three statements, however many they are."""
    sought = (viewer.id, edition.id, query.q, query.q, query.section, query.state, query.state)
    counted = await rows(
        f"{_MINE} SELECT next, count(*)::int AS n FROM mine WHERE {_SOUGHT} GROUP BY next", *sought
    )
    by_next = {row["next"]: row["n"] for row in counted}
    total = sum(n for one, n in by_next.items() if query.next in ("", one))
    number, last = nearest(number, total, of=PAGE)
    found = await rows(
        f"""{_MINE} SELECT * FROM mine WHERE {_SOUGHT} AND {{}} IN ('', next)
            ORDER BY array_position({{}}::text[], next), due_at NULLS LAST, {folded("title")}, id
            LIMIT {PAGE} OFFSET {(number - 1) * PAGE}""",
        *sought,
        query.next,
        list(NEXT),
    )
    wanted = await rows(
        """SELECT id, labels, due_at FROM material WHERE edition = {} AND closed_at IS NULL
           ORDER BY position, id""",
        edition.id,
    )
    lines = msgspec.convert(found, list[CatalogueLine])
    asked = {material for line in lines for material in line.cells}
    return Catalogue(
        lines=lines,
        materials=[one for one in msgspec.convert(wanted, list[MaterialColumn]) if one.id in asked],
        number=number,
        last=last,
        total=total,
        by_next=by_next,
    )


class LeftAside(msgspec.Struct, frozen=True, kw_only=True):
    """A film with which it was not done, and all the reasons."""

    id: str
    title: str
    titles: Texts
    codes: tuple[str, ...]


class DoneForSeveral(msgspec.Struct, frozen=True):
    """With how many films it was done, and those that were left as they are."""

    n: int
    left: list[LeftAside]


async def file_each(
    viewer: Viewer, edition: Edition, seen: Sequence[OwnSeen], *, by: Person, language: str = ""
) -> DoneForSeveral:
    """File several of one's drafts, each by itself if it is whole and still what was seen."""

    async def file_this(entry: str, version: int) -> None:
        await file_one(viewer, edition, entry, version, by=by, language=language)

    return await with_each(viewer, edition, seen, file_this)


async def with_each(
    viewer: Viewer,
    edition: Edition,
    seen: Sequence[OwnSeen],
    do: Callable[[str, int], Awaitable[object]],
) -> DoneForSeveral:
    """Do it with several of one's films, each in an act of its own, with the version that was seen of it."""
    if not seen:
        raise Refused("chosen:films_none")
    versions = dict(one.split(".") for one in seen)
    done, left = 0, []
    for line in await chosen(viewer, edition, [*versions]):
        try:
            await do(line.id, int(versions[line.id]))
            done += 1
        except FestivalError as error:
            left.append(
                LeftAside(id=line.id, title=line.title, titles=line.titles, codes=error.codes)
            )
    return DoneForSeveral(done, left)


async def file_one(
    viewer: Viewer, edition: Edition, entry: str, version: int, *, by: Person, language: str
) -> None:
    async with transaction():
        submission = await held(await own(entry, viewer, edition, Act.FILE_ENTRY))
        if submission.version != version:
            raise Conflict("entry_changed_meanwhile")
        if submission.status != Status.DRAFT:
            raise Refused("entry_is_filed")
        await submit(submission, edition=edition, by=by, language=language)


async def chosen(viewer: Viewer, edition: Edition, ids: Sequence[str]) -> list[CatalogueLine]:
    """Those of one's films; a stranger's is not among them."""
    found = await rows(
        f"{_MINE} SELECT * FROM mine WHERE id = ANY({{}}) ORDER BY {folded('title')}, id",
        viewer.id,
        edition.id,
        list(ids)[:MOST_AT_ONCE],
    )
    return msgspec.convert(found, list[CatalogueLine])


# What was written to them, and asked of them, in all editions


class PostLine(msgspec.Struct, frozen=True, kw_only=True):
    """One letter to a maker about one of their films; `link` is its way, within its edition."""

    id: str
    kind: str
    subject: str
    body: str
    link: str
    title: str
    titles: Texts
    slug: str
    edition: str
    created_at: datetime


class AskedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that an office waits for."""

    id: str
    submission: str
    title: str
    titles: Texts
    field: str
    labels: Texts | None
    why: str
    due_at: datetime
    slug: str
    edition: str

    @property
    def is_late(self) -> bool:
        return closes(self.due_at) <= now()


class MakerPost(msgspec.Struct, frozen=True, kw_only=True):
    """A page of letters, the newest first, and all that is asked for."""

    letters: list[PostLine]
    asked: list[AskedLine]
    number: int
    last: int
    total: int


async def post_of(viewer: Viewer, *, number: int = 1) -> MakerPost:
    """Three statements, whatever the number of films and editions. Letters that open a door are not among them."""
    its = """FROM letter l JOIN submission s ON s.id = l.about JOIN film f ON f.id = s.film
      JOIN edition e ON e.id = s.edition JOIN member k ON k.submission = s.id AND k.person = l.person
      WHERE l.person = {} AND NOT l.kind = ANY({}) AND l.dropped_at IS NULL AND l.sent_at IS NOT NULL"""
    mine: tuple[Any, ...] = (viewer.id, sorted(KEYS))
    counted = await rows(f"SELECT count(*)::int AS n {its}", *mine)
    total = counted[0]["n"]
    number, last = nearest(number, total, of=LETTERS)
    letters = await rows(
        f"""SELECT l.id, l.kind, l.subject, l.body, l.link, f.title, f.titles, e.slug, e.name AS edition, l.created_at
            {its} ORDER BY l.created_at DESC, l.id LIMIT {LETTERS} OFFSET {(number - 1) * LETTERS}""",
        *mine,
    )
    asked = await rows(
        """SELECT r.id, r.submission, f.title, f.titles, r.field, q.labels, r.why, r.due_at, e.slug, e.name AS edition
           FROM fix_request r JOIN submission s ON s.id = r.submission JOIN film f ON f.id = s.film
           JOIN edition e ON e.id = s.edition AND e.phase <> 'archived'
           JOIN member k ON k.submission = s.id AND k.person = {} AND k.entry_right IN ('edit', 'own')
           LEFT JOIN question q ON 'q_' || q.id = r.field
           WHERE r.state = 'open' AND s.status <> 'withdrawn' ORDER BY r.due_at, r.id""",
        viewer.id,
    )
    return MakerPost(
        letters=msgspec.convert(letters, list[PostLine]),
        asked=msgspec.convert(asked, list[AskedLine]),
        number=number,
        last=last,
        total=total,
    )
