"""All entries of an edition, as its office looks for them: chosen, sorted, counted and paged by the database."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from festival.access import Viewer
from festival.db import rows
from festival.directory import folded
from festival.language import spoken
from festival.paging import nearest
from festival.tables import Edition
from festival.texts import Texts
from submissions.office.reach import NAMED, REACHED, reached
from submissions.office.tags import tags_in
from submissions.veil import is_veiled

PAGE = 50
MOST_AT_ONCE = 300  # entries of one act
STATUSES = ("draft", "submitted", "accepted", "waitlisted", "declined", "withdrawn")
SORTS = ("newest", "changed", "due", "title", "section", "oldest")
VERDICTS = ("sound", "remarks", "refused", "quarantined", "failed", "working", "none")
FEES = ("due", "paid", "waived", "none")
FIXES = ("any", "open", "late", "done", "mended", "wished")
ABSENT = {
    "file": "here.file_state IS NULL",
    "release": "here.file_state = 'ready'",
    "title": "here.is_named AND here.title = '' AND here.titles = jsonb_build_object()",
    "synopses": "here.is_named AND here.synopses = jsonb_build_object()",
    "directors": "here.is_named AND here.directors = '[]'",
    "year": "here.is_named AND here.year IS NULL",
    "declared_seconds": "here.is_named AND here.declared_seconds IS NULL",
    "countries": "here.is_named AND here.countries = '[]'",
    "languages": "here.is_named AND here.languages = '[]'",
    "subtitles": "here.is_named AND here.subtitles = '[]'",
}
"""What an entry may lack, in SQL; of what is not filed only whether there is a file."""


class InboxQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for; anything unknown is as if it were not said. An address says it in these words."""

    q: str = ""
    state: str = ""
    section: str = ""
    country: str = ""
    tongue: str = ""
    lacks: str = ""
    verdict: str = ""
    twins: str = ""
    fix: str = ""
    notes: str = ""
    fee: str = ""
    tag: str = ""
    sort: str = SORTS[0]

    @property
    def words(self) -> dict[str, str]:
        """What of it is said, for an address."""
        said = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: word for name, word in said.items() if word and word != SORTS[0]}

    @property
    def is_narrow(self) -> bool:
        return bool(set(self.words) - {"sort"})


KNOWN: dict[str, tuple[str, ...]] = {
    "state": STATUSES,
    "lacks": tuple(ABSENT),
    "verdict": VERDICTS,
    "twins": ("yes",),
    "fix": FIXES,
    "notes": ("yes",),
    "fee": FEES,
    "sort": SORTS,
}
LONGEST = {"q": 100, "section": 1, "country": 2, "tongue": 2, "tag": 40}


def query_of(asked: Mapping[str, str]) -> InboxQuery:
    """From the words of an address."""
    said = {name: asked.get(name, "").strip() for name in InboxQuery.__struct_fields__}
    kept = {
        name: word if word in KNOWN[name] else "" for name, word in said.items() if name in KNOWN
    } | {name: said[name][:most] for name, most in LONGEST.items()}
    return InboxQuery(**{name: word for name, word in kept.items() if word})


class EntryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One entry in one line. Who made it and in which language they read stays empty where the viewer may not
    know; `title` too, of what is not filed.
    """

    id: str
    version: int
    status: str
    title: str
    titles: Texts
    director: str
    makers: list[str]
    tongues: list[str]
    countries: list[str]
    section_letter: str | None
    section_names: Texts | None
    declared_seconds: int | None
    tracking: str
    file_state: str | None
    outcome: str | None
    fee: str
    owed_cents: int
    tags: list[str]
    notes: int
    fixes_open: int
    fixes_late: int
    fixes_done: int
    fixes_wished: int
    has_failed_trailer: bool
    due_at: datetime | None
    twins: int
    is_ownerless: bool
    is_named: bool
    is_veiled: bool
    created_at: datetime
    changed_at: datetime
    filed_at: datetime | None


class EntrySheet(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what was found, and how many there are of each state, whatever state is looked for."""

    lines: list[EntryLine]
    number: int
    last: int
    total: int
    by_state: dict[str, int]


def here(viewer: Viewer, *, after: str = "") -> str:
    """Every entry that the viewer may know of, with all that it is looked for by; `after` are tables before it.

    What is counted of an entry, or said of its newest file, stands as a question of its own in its column: only
    what a query names is asked, at each place where it names it. Its film is always there: joined as if it might
    not be, it is not read where nothing of it is asked.
    """
    veiled = is_veiled(viewer)
    fixes = {
        "fixes_open": "count(*)::int",
        "fixes_late": "(count(*) FILTER (WHERE due_at + interval '1 minute' <= now()))::int",
        "due_at": "min(due_at)",
    }
    open_fixes = ",\n    ".join(
        f"(SELECT {sql} FROM fix_request WHERE submission = s.id AND state = 'open') AS {name}"
        for name, sql in fixes.items()
    )
    waiting = ",\n    ".join(
        f"(SELECT count(*)::int FROM fix_request WHERE submission = s.id AND state = '{state}') AS {name}"
        for name, state in {"fixes_done": "done", "fixes_wished": "wished"}.items()
    )
    files = {"file_state": "state", "outcome": "verdict ->> 'outcome'", "sha256": "sha256"}
    newest = ",\n    ".join(
        f"(SELECT {sql} FROM film_file WHERE submission = s.id AND state <> 'replaced'"
        f" ORDER BY number DESC LIMIT 1) AS {name}"
        for name, sql in files.items()
    )
    return f"""WITH {after}here AS NOT MATERIALIZED (
  SELECT s.id, s.version, s.status, s.created_at, s.changed_at, s.filed_at, s.film, s.edition,
    x.letter AS section_letter, x.names AS section_names, x.position AS section_at, known.is_named, known.is_veiled,
    CASE WHEN known.is_named THEN f.title ELSE '' END AS title,
    CASE WHEN known.is_named THEN f.titles ELSE jsonb_build_object() END AS titles,
    CASE WHEN known.is_named THEN f.folded_title ELSE '' END AS folded_title,
    f.synopses, f.year, f.directors, f.languages, f.subtitles,
    CASE WHEN known.is_named THEN f.countries ELSE '[]' END AS countries,
    CASE WHEN known.is_named THEN f.declared_seconds END AS declared_seconds,
    CASE WHEN known.is_named AND NOT known.is_veiled THEN f.director ELSE '' END AS director,
    CASE WHEN known.is_veiled THEN '[]' ELSE (
      SELECT coalesce(jsonb_agg(coalesce(nullif(p.name, ''), p.email) ORDER BY m.created_at, m.id), '[]')
      FROM member m JOIN person p ON p.id = m.person WHERE m.submission = s.id) END AS makers,
    CASE WHEN known.is_veiled THEN '[]' ELSE (
      SELECT coalesce(jsonb_agg(DISTINCT p.language), '[]')
      FROM member m JOIN person p ON p.id = m.person WHERE m.submission = s.id) END AS tongues,
    coalesce((SELECT tracking FROM imported_entry WHERE submission = s.id AND owner IS NULL
      ORDER BY id LIMIT 1), '') AS tracking,
    {newest},
    coalesce(e.state, 'none') AS fee, CASE WHEN e.state = 'due' THEN e.cents - e.waived_cents ELSE 0 END AS owed_cents,
    (SELECT coalesce(jsonb_agg(t.name ORDER BY t.name), '[]') FROM entry_tag t WHERE t.submission = s.id) AS tags,
    (SELECT count(*)::int FROM office_note WHERE submission = s.id) AS notes,
    {open_fixes},
    {waiting},
    known.is_named AND s.status <> 'draft'
      AND EXISTS (SELECT FROM trailer WHERE submission = s.id AND state = 'failed')
      AS has_failed_trailer
  FROM submission s LEFT JOIN film f ON f.id = s.film LEFT JOIN section x ON x.id = s.section
  CROSS JOIN LATERAL (SELECT {NAMED} AS is_named, {veiled} AS is_veiled) known
  LEFT JOIN fee e ON e.submission = s.id
  WHERE {REACHED})"""


ALIKE = """alike AS MATERIALIZED (
    SELECT array_agg(s.id) AS ids, 'title' AS kind
    FROM submission s JOIN film f ON f.id = s.film CROSS JOIN unnest(f.keys) AS key
    WHERE s.edition = {} AND s.status <> 'withdrawn' GROUP BY key HAVING count(*) > 1
    UNION ALL SELECT array_agg(n.submission), 'file' FROM film_file n JOIN submission s ON s.id = n.submission
      WHERE s.edition = {} AND n.sha256 <> '' AND n.state <> 'replaced' GROUP BY n.sha256 HAVING count(*) > 1
    UNION ALL SELECT ARRAY[t.one, t.other], 'sound' FROM twin_pair t JOIN submission s ON s.id = t.one
      WHERE s.edition = {} AND t.sound IS NOT NULL), """
"""Before `here`: entries of an edition, three times its id, that may be one film, whoever may know of them."""
PAIRS = """, known AS MATERIALIZED (SELECT id, sha256, is_named AND NOT is_veiled AS is_told FROM here
    WHERE status <> 'withdrawn' AND id = ANY(ARRAY(SELECT unnest(ids) FROM alike))),
  pairs AS (
    SELECT one.id AS one, other.id AS other, array_agg(DISTINCT kind ORDER BY kind) AS kinds
    FROM alike CROSS JOIN unnest(ids) AS a CROSS JOIN unnest(ids) AS b
    JOIN known one ON one.id = a JOIN known other ON other.id = b AND one.id <> other.id
    WHERE CASE kind WHEN 'title' THEN one.is_told AND other.is_told
      WHEN 'file' THEN one.sha256 <> '' AND one.sha256 = other.sha256 ELSE true END
    GROUP BY one.id, other.id)"""
"""After `here`: of what is alike all that the viewer may know of, each pair both ways round."""


def paired(viewer: Viewer) -> str:
    """`here`, and `pairs` of it."""
    return here(viewer, after=ALIKE) + PAIRS


def paired_values(viewer: Viewer, edition: Edition) -> tuple[Any, ...]:
    return (edition.id, edition.id, edition.id, *reached(viewer, edition))


SAID_NO = """EXISTS (SELECT 1 FROM twin_pair t WHERE t.said = 'different' AND t.one = least({one}, {other})
  AND t.other = greatest({one}, {other}))"""
IN_A_PAIR = (
    "here.id IN (SELECT one FROM pairs WHERE NOT "
    + SAID_NO.format(one="pairs.one", other="pairs.other")
    + ")"
)
OWNERLESS = """(x.is_named AND x.status <> 'withdrawn' AND NOT EXISTS (
  SELECT 1 FROM member m JOIN person p ON p.id = m.person
  WHERE m.submission = x.id AND m.entry_right = 'own' AND p.disabled_at IS NULL))"""
"""Whether all accounts of its owners are closed: its letters reach nobody."""
TWINS = (
    """(SELECT count(*)::int FROM (
    SELECT o.id FROM film mine JOIN film g ON g.keys && mine.keys
      JOIN submission o ON o.film = g.id AND o.edition = x.edition AND o.status <> 'withdrawn'
      WHERE mine.id = x.film AND x.is_named AND NOT x.is_veiled AND EXISTS (
        SELECT 1 FROM film_file n WHERE n.submission = o.id AND n.state = 'released') AND o.status <> 'draft'
    UNION SELECT n.submission FROM film_file n JOIN submission o ON o.id = n.submission AND o.edition = x.edition
      AND o.status <> 'withdrawn' WHERE n.sha256 = x.sha256 AND n.sha256 <> '' AND n.state <> 'replaced'
    UNION SELECT other FROM twin_pair WHERE one = x.id AND sound IS NOT NULL
    UNION SELECT one FROM twin_pair WHERE other = x.id AND sound IS NOT NULL) o
  WHERE o.id <> x.id AND NOT o.id = ANY({}) AND NOT EXISTS (
    SELECT 1 FROM member m WHERE m.submission = o.id AND m.person = {}) AND NOT """
    + SAID_NO.format(one="x.id", other="o.id")
    + ")"
)
"""Of a line `x`: how many others may be the same film, but for those of which the office has said no, or of which
the viewer may not know: their values are the two of `apart`.
"""
HAYSTACK = folded(
    "concat_ws(' ', here.title, (SELECT string_agg(value, ' ') FROM jsonb_each_text(here.titles)), here.director,"
    " here.makers, here.id, here.tracking, here.tags)"
)
ORDERS = {
    "newest": "coalesce(here.filed_at, here.created_at) DESC",
    "oldest": "coalesce(here.filed_at, here.created_at)",
    "changed": "here.changed_at DESC",
    "due": "here.due_at NULLS LAST, here.fixes_done + here.fixes_wished DESC",
    "title": "here.title = '', here.folded_title",
    "section": "here.section_at NULLS LAST, here.section_letter, here.folded_title",
}
BY_VERDICT = {
    "failed": "here.file_state = 'failed' OR here.has_failed_trailer",
    "working": "here.file_state IN ('receiving', 'received', 'inspecting', 'sound', 'making')",
    "none": "here.file_state IS NULL",
}
BY_FIX = {
    "any": "here.fixes_open + here.fixes_done + here.fixes_wished > 0",
    "open": "here.fixes_open > 0",
    "late": "here.fixes_late > 0",
    "done": "here.fixes_done + here.fixes_wished > 0",
    "mended": "here.fixes_done > 0",
    "wished": "here.fixes_wished > 0",
}


HELD = {"countries": "country", "tongues": "tongue", "tags": "tag"}
"""Lists of a row, with the word of a query that must stand in each."""


def where(query: InboxQuery) -> tuple[str, list[Any]]:
    """SQL and its values: the rows of `here` that a query means, whatever their state."""
    asked: list[tuple[str, str]] = [
        (f"strpos({HAYSTACK}, {folded('{}::text')}) > 0", query.q),
        ("here.section_letter = {}", query.section),
        *(
            (f"here.{column} @> to_jsonb({{}}::text)", getattr(query, word))
            for column, word in HELD.items()
        ),
        ("here.outcome = {}", "" if query.verdict in BY_VERDICT else query.verdict),
        ("here.fee = {}", query.fee),
    ]
    said = [
        ABSENT.get(query.lacks),
        BY_VERDICT.get(query.verdict),
        BY_FIX.get(query.fix),
        "here.notes > 0" if query.notes else None,
        IN_A_PAIR if query.twins else None,
    ]
    parts = [sql for sql, word in asked if word] + [sql for sql in said if sql]
    return " AND ".join(["true", *(f"({part})" for part in parts)]), [
        word for _, word in asked if word
    ]


LINE = """SELECT here.id, here.version, here.status, here.title, here.titles, here.director, here.makers, here.tongues,
  here.countries, here.section_letter, here.section_names, here.declared_seconds, here.tracking, here.file_state,
  here.outcome, here.fee, here.owed_cents, here.tags, here.notes, here.fixes_open, here.fixes_late, here.fixes_done,
  here.fixes_wished, here.has_failed_trailer, here.due_at, here.is_named, here.is_veiled, here.created_at,
  here.changed_at, here.filed_at, here.film, here.edition, here.sha256
FROM here"""


def apart(viewer: Viewer) -> tuple[Any, ...]:
    """What they stepped aside from, and who they are."""
    return sorted(viewer.recused), viewer.id


def begun(viewer: Viewer, query: InboxQuery) -> str:
    """What a query begins with: pairs are looked for where it asks for them."""
    return paired(viewer) if query.twins else here(viewer)


def begun_values(viewer: Viewer, edition: Edition, query: InboxQuery) -> tuple[Any, ...]:
    return paired_values(viewer, edition) if query.twins else reached(viewer, edition)


def listed(viewer: Viewer, query: InboxQuery, means: str, tail: str) -> str:
    """SQL for the lines of a query in its order: what is costly is asked of those lines alone."""
    order = f"{ORDERS[query.sort]}, here.id"
    return f"""{begun(viewer, query)}, page AS MATERIALIZED (
        SELECT here.id FROM here WHERE {means} ORDER BY {order} {tail}),
      line AS MATERIALIZED ({LINE} WHERE here.id = ANY(ARRAY(SELECT id FROM page)))
      SELECT x.*, {TWINS} AS twins, {OWNERLESS} AS is_ownerless
      FROM line x ORDER BY array_position(ARRAY(SELECT id FROM page), x.id)"""


async def entries(
    edition: Edition, viewer: Viewer, query: InboxQuery, *, number: int = 1
) -> EntrySheet:
    """Fifty at a time; what was taken back is listed only where it is looked for."""
    means, values = where(query)
    counted = await rows(
        f"""{begun(viewer, query)}
            SELECT status, count(*)::int AS n FROM here WHERE {means} GROUP BY status""",
        *begun_values(viewer, edition, query),
        *values,
    )
    by_state = {row["status"]: row["n"] for row in counted}
    total = sum(n for state, n in by_state.items() if stands_in(state, query))
    number, last = nearest(number, total, of=PAGE)
    beyond = f"LIMIT {PAGE} OFFSET {(number - 1) * PAGE}"
    found = await rows(
        listed(viewer, query, f"{means} AND {IN_STATE}", beyond),
        *begun_values(viewer, edition, query),
        *values,
        query.state,
        query.state,
        *apart(viewer),
    )
    return EntrySheet(
        lines=msgspec.convert(found, list[EntryLine]),
        number=number,
        last=last,
        total=total,
        by_state=by_state,
    )


IN_STATE = "CASE WHEN {} = '' THEN here.status <> 'withdrawn' ELSE here.status = {} END"


def stands_in(state: str, query: InboxQuery) -> bool:
    return state == query.state if query.state else state != "withdrawn"


async def chosen(
    edition: Edition, viewer: Viewer, *, ids: list[str] | None = None, query: InboxQuery
) -> list[EntryLine]:
    """These entries, or all that a query means; `MOST_AT_ONCE` at most, and one more to tell that there are more."""
    means, values = where(query) if ids is None else ("here.id = ANY({})", [ids])
    narrow = IN_STATE if ids is None else "{} = {}"
    asked = InboxQuery(sort=query.sort) if ids is not None else query
    found = await rows(
        listed(viewer, asked, f"{means} AND {narrow}", f"LIMIT {MOST_AT_ONCE + 1}"),
        *begun_values(viewer, edition, asked),
        *values,
        query.state,
        query.state,
        *apart(viewer),
    )
    return msgspec.convert(found, list[EntryLine])


async def line_of(edition: Edition, viewer: Viewer, submission_id: str) -> EntryLine | None:
    found = await chosen(edition, viewer, ids=[submission_id], query=InboxQuery())
    return found[0] if found else None


class InboxWords(msgspec.Struct, frozen=True, kw_only=True):
    """What can be looked for in this edition: codes of countries and languages that stand there, tags."""

    countries: list[str]
    tongues: list[str]
    tags: list[str]


async def words_of(edition: Edition, viewer: Viewer) -> InboxWords:
    """Countries of films that are named, each list of them once; their makers' languages are those of the house."""
    found = await rows(
        f"""WITH listed AS MATERIALIZED (
              SELECT f.countries, array_agg(s.id) AS entries FROM submission s JOIN film f ON f.id = s.film
              WHERE s.status <> 'withdrawn' AND {REACHED} GROUP BY f.countries)
            SELECT DISTINCT jsonb_array_elements_text(countries) AS word FROM listed CROSS JOIN LATERAL (
              SELECT FROM unnest(entries) AS entry JOIN submission s ON s.id = entry WHERE {NAMED} LIMIT 1) named
            ORDER BY word""",
        *reached(viewer, edition),
    )
    return InboxWords(
        countries=[row["word"] for row in found],
        tongues=list(spoken()),
        tags=await tags_in(edition, viewer),
    )
