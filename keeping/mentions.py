"""Where a name stands in all that the house keeps, and how it is put out of sight there.

The database looks with folded letters, so that only rows that may hold the name are read: in tables of many rows for
all words of the name (`words_in`, of which it keeps an index), else for the letters one after another (`folded`).
What is a mention, `keeping/naming.py` decides.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec

from festival.db import rows, transaction
from keeping import naming
from keeping.held import FREE, HELD

MOST = 500  # mentions that are shown at once
BATCH = 500  # rows of a table that are read at once
LIKE = str.maketrans(
    {"\\": "%", "%": r"\%", "_": r"\_", **dict.fromkeys("-.'’\"", "%")}
)  # what may be spelt otherwise, or is written otherwise in JSON, may be anything
APART = frozenset({"person", "erasure", "answer", "record"})  # each has a way of its own
BY_WORDS = frozenset(
    {
        "attachment",
        "conflict_of_interest",
        "credit",
        "decision",
        "delivery",
        "entry_answer",
        "entry_tag",
        "fee",
        "film",
        "fix_request",
        "grid",
        "guest",
        "invitation",
        "invitation_list",
        "letter",
        "meeting_line",
        "note",
        "office_note",
        "recusal",
        "review",
        "review_version",
        "submission",
        "subtitle",
        "talk_remark",
        "told_screening",
    }
)
"""Tables of many rows, or of long texts, with an index of their words."""
PRIMARY = {
    "knock": "id",
    "outage": "part",
    "watcher": "person",
    "pulse": "part",
    "pause": "queue",
    "alert": "part",
}
# A film is public once it was announced as chosen, or stands in a published programme.
IS_PUBLIC = """(s.status = 'accepted' OR EXISTS (
  SELECT FROM programme_film pf JOIN screening c ON c.programme = pf.programme
  JOIN grid g ON g.id = c.grid WHERE pf.submission = s.id AND g.number IS NOT NULL))"""
PUBLIC = {
    "film": f"EXISTS (SELECT FROM submission s WHERE s.film = t.id AND {IS_PUBLIC})",
    "credit": f"EXISTS (SELECT FROM submission s WHERE s.film = t.film AND {IS_PUBLIC})",
    **dict.fromkeys(
        ("subtitle", "delivery"),
        f"EXISTS (SELECT FROM submission s WHERE s.id = t.submission AND {IS_PUBLIC})",
    ),
    "grid": "t.number IS NOT NULL",
    "guest": """EXISTS (SELECT FROM grid g WHERE g.edition = t.edition AND g.number IS NOT NULL)""",
}
VERSIONED = frozenset(
    {
        "note",
        "review",
        "talk_remark",
        "retention_rule",
        "venue",
        "screen",
        "guest",
        "section",
        "question",
        "material",
        "entry_answer",
        "delivery",
        "visitor",
        "told_screening",
        "ticket_wish",
    }
)


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """One row that holds the name. `where` is `table.row`; `around` are the words beside it, none where they
    are the committee's. `is_public`: a fact about a work that the public has read.
    """

    table: str
    row: str
    edition: str
    columns: list[str]
    around: str = ""
    is_public: bool = False

    @property
    def where(self) -> str:
        return f"{self.table}.{self.row}"


async def search(
    names: Sequence[str],
    *,
    edition: str | None = None,
    public: bool = False,
    tables: Collection[str] = tuple(HELD),
    most: int | None = MOST,
) -> list[Mention]:
    """Everywhere but in accounts; `edition`: only in what belongs to it, else in the whole house; `public`:
    only in what the public has read. `most`: so many at most, table by table; None for every place.
    """
    sought = [name for name in names if naming.can_be_sought(name)]
    asked = [
        table
        for table, held in HELD.items()
        if held.texts
        and table in tables
        and table not in APART - {"record"}
        and (not public or table in PUBLIC)
    ]
    found: list[Mention] = []
    if not sought or not asked:
        return found
    first = await candidates(asked, sought, edition=edition, public=public)
    for table in asked:
        batch = first.get(table, [])
        found += mentions_in(table, batch, sought)
        while len(batch) == BATCH and (most is None or len(found) < most):
            after = batch[-1]["key"]
            more = await candidates([table], sought, edition=edition, public=public, after=after)
            batch = more.get(table, [])
            found += mentions_in(table, batch, sought)
        if most is not None and len(found) >= most:
            break
    return found[:most]


async def candidates(
    tables: Sequence[str],
    names: Sequence[str],
    *,
    edition: str | None,
    public: bool,
    after: str = "",
) -> dict[str, list[dict[str, Any]]]:
    """By table the first rows (of those whose key comes `after`) that may hold one of these names, with their texts."""
    parts: list[str] = []
    values: list[Any] = []
    for table in tables:
        columns, (may_hold, asked) = await text_columns(table), await holding(table, names)
        held, key = HELD[table], f"t.{key_of(table)}::text"
        conditions = [(may_hold, asked)]
        # Put together with nothing, and asked whether it is true: no other index is taken instead of that of words.
        within = f"{held.edition} || '' = {{}}" if table in BY_WORDS else f"{held.edition} = {{}}"
        conditions += [(within, [edition])] if edition is not None else []
        conditions += [(f"{key} > {{}}", [after])] if after else []
        is_public = PUBLIC.get(table, "false")
        # Letters are folded of what is public alone: `OFFSET 0` keeps the two conditions in their order.
        read = f'(SELECT * FROM "{table}" t WHERE {is_public} OFFSET 0)' if public else f'"{table}"'
        if public and table in BY_WORDS:
            read, conditions = f'"{table}"', [*conditions, (f"({is_public}) IS TRUE", [])]
        parts.append(
            f"""(SELECT '{table}' AS "table", {key} AS key, {held.edition} AS edition, {is_public} AS is_public,
                   jsonb_build_array({", ".join(f"t.{one}" for one in columns)}) AS texts
                 FROM {read} t WHERE {" AND ".join(sql for sql, _ in conditions)} ORDER BY 2 LIMIT {BATCH})"""
        )
        values += [value for _, given in conditions for value in given]
    found: dict[str, list[dict[str, Any]]] = {}
    for row in await rows(" UNION ALL ".join(parts), *values):
        texts = dict(zip(await text_columns(row["table"]), row["texts"], strict=True))
        found.setdefault(row["table"], []).append({**row, "texts": texts})
    return found


async def holding(table: str, names: Sequence[str]) -> tuple[str, list[Any]]:
    """SQL for the rows of a table that may hold one of these names, and its values."""
    words = list(dict.fromkeys(tuple(naming.words(name)) for name in names))
    if table in BY_WORDS and all(words):
        said = await words_of(table)
        either = " OR ".join(f"{said} @> {{}}::text[]" for _ in words)
        return f"({either})", [list(one) for one in words]
    columns = ", ".join(f"t.{one}::text" for one in await text_columns(table))
    return f"folded(concat_ws(' ', {columns})) LIKE ANY({{}}::text[])", [
        [like(name) for name in names]
    ]


async def words_of(table: str) -> str:
    """SQL for the words of a row, as its index has it (`keeping/piccolo_migrations`); where a column has come since,
    the database reads the rows themselves.
    """
    types = await types_of(table)
    texts = [
        f"coalesce({'unescaped(' if types[one][0] == 'jsonb' else '('}t.{one}), '')"
        for one in await text_columns(table)
    ]
    return "words_in(" + " || ' ' || ".join(texts) + ")"


def mentions_in(table: str, batch: list[dict[str, Any]], names: Sequence[str]) -> list[Mention]:
    """Of rows that may hold one of these names those that do."""
    found, held = [], HELD[table]
    for row in batch:
        texts = row["texts"]
        hits = [one for one in texts if naming.spans(told(texts[one], table), names)]
        if hits:
            found.append(
                Mention(
                    table=table,
                    row=row["key"],
                    edition=row["edition"] or "",
                    columns=hits,
                    around=""
                    if held.secrecy
                    else naming.around(told(texts[hits[0]], table), names),
                    is_public=row["is_public"],
                )
            )
    return found


def told(value: Any, table: str) -> str:
    """A value as one text: of JSON all its texts, of the record those that may be redacted."""
    if isinstance(value, dict) and table == "record":
        value = {key: one for key, one in value.items() if key in FREE}
    if isinstance(value, dict | list):
        return "\n".join(texts_in(value))
    return str(value or "")


def texts_in(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts_in(one)


def like(name: str) -> str:
    """The folded name, with anything for what may stand between its parts."""
    return "%" + "%".join(part.translate(LIKE) for part in naming.folded(name).split()) + "%"


def key_of(table: str) -> str:
    return PRIMARY.get(table, "id")


_types: dict[str, dict[str, tuple[str, int | None]]] = {}


async def types_of(table: str) -> dict[str, tuple[str, int | None]]:
    """Each column's type, and how many signs it holds."""
    if table not in _types:
        _types[table] = {
            row["name"]: (row["type"], row["most"])
            for row in await rows(
                """SELECT column_name AS name, data_type AS type, character_maximum_length AS most
                   FROM information_schema.columns
                   WHERE table_schema = 'public' AND table_name = {}""",
                table,
            )
        }
    return _types[table]


async def text_columns(table: str) -> list[str]:
    """Columns where a name may stand and that are text or JSON."""
    types = await types_of(table)
    return [one for one in HELD[table].texts if types[one][0] != "bytea"]


async def redact(
    mentions: Iterable[Mention], names: Sequence[str], *, by: str, why: str, edition: str = ""
) -> int:
    """Put the names out of sight in these rows; how many were changed. In the record only through its
    own door, which writes down that it did.
    """
    wanted: dict[str, list[str]] = {}
    for mention in mentions:
        wanted.setdefault(mention.table, []).append(mention.row)
    changed = 0
    async with transaction():
        for table, keys in wanted.items():
            if table == "record":
                changed += await redact_record(keys, names, by=by, why=why, edition=edition)
            else:
                changed += await redact_rows(table, keys, names)
    return changed


async def redact_rows(table: str, keys: list[str], names: Sequence[str]) -> int:
    columns, types = await text_columns(table), await types_of(table)
    changed = 0
    for row in await rows(
        f"""SELECT {key_of(table)} AS key, {", ".join(columns)} FROM "{table}"
            WHERE {key_of(table)}::text = ANY({{}}) ORDER BY 1 FOR UPDATE""",
        keys,
    ):
        after = {one: cleaned(row[one], names, types[one][1]) for one in columns}
        after = {one: value for one, value in after.items() if value != row[one]}
        if after:
            await write(table, row["key"], after, types)
            changed += 1
    return changed


def cleaned(value: Any, names: Sequence[str], most: int | None) -> Any:
    if isinstance(value, str):
        return naming.redacted(value, names, most=most)
    return naming.without(value, names)


async def write(
    table: str, key: str, values: dict[str, Any], types: dict[str, tuple[str, int | None]]
) -> None:
    """Somebody who has the row open in a window is told that it has changed."""
    holes = ", ".join(
        f"{one} = {{}}::jsonb" if types[one][0] == "jsonb" else f"{one} = {{}}" for one in values
    )
    more = ", version = version + 1" if table in VERSIONED and "version" in types else ""
    await rows(
        f'UPDATE "{table}" SET {holes}{more} WHERE {key_of(table)} = {{}} RETURNING 1 AS one',
        *(
            json.dumps(value) if types[one][0] == "jsonb" else value
            for one, value in values.items()
        ),
        key,
    )
    if table in {"film", "credit"}:
        await rows(
            f"""UPDATE submission SET version = version + 1 WHERE film =
                  {"{}" if table == "film" else "(SELECT film FROM credit WHERE id = {})"}
                RETURNING id""",
            key,
        )


async def redact_record(
    lines: Iterable[str], names: Sequence[str], *, by: str, why: str, edition: str = ""
) -> int:
    """Lines of the record by their numbers."""
    ids, given = [], []
    for row in await rows(
        "SELECT id, details FROM record WHERE id = ANY({}) ORDER BY id", [int(one) for one in lines]
    ):
        details = {
            key: naming.without(value, names) if key in FREE else value
            for key, value in row["details"].items()
        }
        if details != row["details"]:
            ids.append(row["id"])
            given.append(json.dumps(details))
    return await redact_lines(ids, given, by=by, why=why, edition=edition)


async def redact_lines(
    ids: list[int], given: list[str], *, by: str, why: str, edition: str = ""
) -> int:
    """New details of lines of the record; the database refuses all that is no redaction."""
    if not ids:
        return 0
    done = await rows(
        "SELECT redact_record({}::bigint[], {}::text[]::jsonb[], {}, {}, {}) AS n",
        ids, given, by, why, edition,
    )  # fmt: skip
    return int(done[0]["n"])
