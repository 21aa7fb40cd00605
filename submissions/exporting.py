"""Lists of entries for elsewhere: what an operator may know of them, in columns of their choice.

Drafts are their makers' own, and so is a film whose copy they have not released: only what was filed and
released stands here, and what an import has brought. Nothing of the committee does: `status` is what
makers know, and no decision, score or vote is read. Whoever sits in the committee of a blind section reads no
name of its makers, nor a synopsis, which may say one.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import msgspec

from festival.access import COMMITTEE, Viewer
from festival.db import rows
from festival.language import captions, country, length, spoken, t, text_in, tongues
from festival.record import record
from festival.tables import Edition, Person
from festival.texts import fields_of, translated
from submissions.importing.columns import field_name

AT_ONCE = 1_000
COLUMNS = ("id", "tracking", "source", "title", "titles", "section", "status", "directors", "year", "countries",
           "languages", "subtitles", "runtime", "premiere", "synopses", "makers", "emails", "filed_at",
           "answers")  # fmt: skip
USUAL = (
    "tracking",
    "title",
    "titles",
    "section",
    "status",
    "directors",
    "year",
    "countries",
    "runtime",
)
FORMATS = ("csv", "xlsx", "json")
STATUSES = ("submitted", "accepted", "waitlisted", "declined", "draft", "withdrawn")
KNOWN = """(s.status NOT IN ('draft', 'withdrawn')
    AND EXISTS (SELECT 1 FROM film_file n WHERE n.submission = s.id AND n.state = 'released')
  OR i.id IS NOT NULL)"""


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """`section` is a letter, `source` where an import came from, `ids` are entries; empty ones hold nothing back."""

    section: str = ""
    status: str = ""
    source: str = ""
    ids: tuple[str, ...] | None = None


SELECT = f"""
SELECT s.id, s.status, s.filed_at, coalesce(i.tracking, '') AS tracking, coalesce(i.source, '') AS source,
  f.title, f.titles, CASE WHEN veil.yes THEN jsonb_build_object() ELSE f.synopses END AS synopses,
  f.year, f.countries, f.languages, f.subtitles,
  CASE WHEN veil.yes THEN '[]' ELSE f.directors END AS directors, f.declared_seconds AS runtime, f.premiere,
  coalesce(x.letter, '') AS letter, x.names AS section,
  CASE WHEN veil.yes THEN '[]' ELSE m.makers END AS makers, CASE WHEN veil.yes THEN '[]' ELSE m.emails END AS emails,
  g.answers
FROM submission s JOIN film f ON f.id = s.film LEFT JOIN section x ON x.id = s.section
CROSS JOIN LATERAL (SELECT coalesce(x.is_blind, false) AND {{}} AS yes) veil
LEFT JOIN LATERAL (SELECT * FROM imported_entry i WHERE i.submission = s.id AND i.owner IS NULL
  ORDER BY id LIMIT 1) i ON true
LEFT JOIN LATERAL (SELECT coalesce(jsonb_agg(p.name ORDER BY m.created_at, m.id), '[]') AS makers,
    coalesce(jsonb_agg(p.email ORDER BY m.created_at, m.id), '[]') AS emails
  FROM member m JOIN person p ON p.id = m.person WHERE m.submission = s.id) m ON true
LEFT JOIN LATERAL (SELECT coalesce(jsonb_agg(jsonb_build_object('question', q.id, 'labels', q.labels,
    'options', q.options, 'value', w.value, 'file', a.name) ORDER BY q.position, q.id), '[]') AS answers
  FROM entry_answer w JOIN question q ON q.id = w.question LEFT JOIN attachment a ON a.id = w.attachment
  WHERE w.submission = s.id AND (w.value IS NOT NULL OR a.id IS NOT NULL)
    AND NOT (q.identifies AND veil.yes)) g ON true
WHERE s.edition = {{}} AND NOT s.id = ANY({{}}) AND {KNOWN}
  AND ({{}} = '' OR x.letter = {{}}) AND ({{}} = '' OR s.status = {{}}) AND ({{}} = '' OR i.source = {{}})
  AND ({{}}::text[] IS NULL OR s.id = ANY({{}}))
"""


async def found(
    viewer: Viewer, edition: Edition, filters: Filters
) -> AsyncIterator[dict[str, Any]]:
    """Every entry that the viewer may know of, a film that they stepped aside from left out."""
    after = ""
    while batch := await rows(
        f"{SELECT} AND s.id > {{}} ORDER BY s.id LIMIT {AT_ONCE}",
        *asked(viewer, edition, filters),
        after,
    ):
        for row in batch:
            yield row
        after = batch[-1]["id"]


def asked(viewer: Viewer, edition: Edition, filters: Filters) -> list[Any]:
    pairs = [filters.section, filters.status, filters.source]
    is_committee = viewer.has(*COMMITTEE)
    return [
        is_committee,
        edition.id,
        sorted(viewer.recused),
        *(value for value in pairs for _ in range(2)),
        *[None if filters.ids is None else list(filters.ids)] * 2,
    ]


async def how_many(viewer: Viewer, edition: Edition, filters: Filters) -> int:
    counted = await rows(
        f"SELECT count(*) AS n FROM ({SELECT}) AS listed", *asked(viewer, edition, filters)
    )
    return int(counted[0]["n"])


async def sources_in(edition: Edition) -> list[str]:
    known = await rows(
        "SELECT DISTINCT source FROM imported_entry WHERE edition = {} AND owner IS NULL ORDER BY 1",
        edition.id,
    )
    return [row["source"] for row in known]


def heads(columns: Sequence[str], lang: str) -> list[str]:
    """What stands above each column; texts have one a language."""
    return [
        field_name(lang, field) if field else t(lang, f"export.column.{column}")
        for column in columns
        for field in fields_in(column)
    ]


def fields_in(column: str) -> list[str]:
    languages = {"titles": translated(), "synopses": spoken()}.get(column)
    return [""] if languages is None else list(fields_of(column, languages))


async def lines(
    found_rows: AsyncIterator[dict[str, Any]], columns: Sequence[str], lang: str
) -> AsyncIterator[list[Any]]:
    async for row in found_rows:
        yield [
            row[column].get(language, "") if language else in_words(row, column, lang)
            for column in columns
            for language in languages_in(column)
        ]


def languages_in(column: str) -> tuple[str, ...]:
    return {"titles": translated(), "synopses": spoken()}.get(column, ("",))


def in_words(row: dict[str, Any], column: str, lang: str) -> Any:
    """One cell as a person reads it: names of countries, not their codes."""
    value = row[column]
    return WORDS[column](lang, value) if column in WORDS and value else value or ""


def people_in(_: str, names: Sequence[str]) -> str:
    return "; ".join(name for name in names if name)


def answers_in(lang: str, given: Sequence[dict[str, Any]]) -> str:
    """Each question with its answer; a file by its name, options by theirs."""
    return "; ".join(f"{text_in(lang, one['labels'])}: {answer_in(lang, one)}" for one in given)


def answer_in(lang: str, one: dict[str, Any]) -> str:
    value = one["value"]
    if isinstance(value, list):
        names = {option["key"]: option["names"] for option in one["options"]}
        return ", ".join(text_in(lang, names.get(key)) or key for key in value)
    return str(one["file"] if value is None else value)


WORDS: dict[str, Callable[[str, Any], str]] = {
    "section": text_in,
    "status": lambda lang, value: t(lang, f"filmmaker.status.{value}"),
    "countries": lambda lang, value: "; ".join(country(lang, code) for code in value),
    "languages": tongues,
    "subtitles": captions,
    "runtime": length,
    "answers": answers_in,
    "directors": people_in,
    "makers": people_in,
    "emails": people_in,
    "premiere": lambda lang, value: t(lang, f"filmmaker.premiere.{value}"),
}


def plain(row: dict[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    """One entry as a program reads it: codes, seconds and ISO moments."""
    told = {column: row[column] for column in columns}
    if "section" in told:
        told["section"] = row["letter"]
    return told


async def note(edition: Edition, *, by: Person, columns: Sequence[str], kind: str) -> None:
    """Names and addresses leave the house: the record says which, and by whom."""
    await record("entries_exported", by=by, edition=edition.id, columns=list(columns), kind=kind)
