"""What stands of an entry that an import knows, and what a row of a list would make of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from festival.db import rows
from festival.people import email_key
from submissions.entry import BETWEEN_NAMES
from submissions.importing.columns import SPOKEN_OF
from submissions.status import Status

FILM = ("title", "titles", "synopses", "year", "countries", "languages", "subtitles", "directors",
        "declared_seconds", "premiere")  # fmt: skip
EMPTY: dict[str, Any] = {
    "title": "", "titles": {}, "synopses": {}, "year": None, "countries": [], "languages": [], "subtitles": [],
    "directors": [], "declared_seconds": None, "premiere": "", "section": "", "unread": {},
    "answers": {},
}  # fmt: skip
BY_KEY = frozenset({"titles", "synopses", "answers"})
"""What has a value a language, or a question: a list speaks of some of them."""


class Read(msgspec.Struct, kw_only=True):
    """A row as the dry run has read it."""

    number: int
    tracking: str
    entry: dict[str, Any]
    unread: dict[str, str]
    email: str = ""
    maker: str = ""


class StandingEntry(msgspec.Struct, kw_only=True):
    """An entry that an import has written before; `known` is its version then."""

    tracking: str
    submission: str
    film: str
    known: int
    version: int
    status: str
    values: dict[str, Any]
    makers: list[str]

    @property
    def is_touched(self) -> bool:
        """Whether somebody has worked on it since: their work is not written over."""
        return self.version != self.known or self.status != Status.DRAFT


ANSWERS = """coalesce((SELECT jsonb_object_agg(w.question, w.value) FROM entry_answer w
  JOIN question q ON q.id = w.question AND q.asks = 'makers'
  WHERE w.submission = s.id AND w.value IS NOT NULL), jsonb_build_object())"""
"""Question → value, of the entry `s`: what its makers are asked, files left out."""


STANDS = (
    """s.id AS submission, s.film, s.version, s.status,
  jsonb_build_object('title', f.title, 'titles', f.titles, 'synopses', f.synopses, 'year', f.year,
    'countries', f.countries, 'languages', f.languages, 'subtitles', f.subtitles,
    'directors', f.directors, 'declared_seconds', f.declared_seconds, 'premiere', f.premiere,
    'section', coalesce(x.letter, ''), 'unread', s.unread, 'answers', """
    + ANSWERS
    + """) AS values,
  coalesce((SELECT jsonb_agg(p.email_key) FROM member m JOIN person p ON p.id = m.person
            WHERE m.submission = s.id), '[]') AS makers"""
)
"""What a `StandingEntry` is read of, of the entry `s`, its film `f` and its section `x`."""


async def standing_of(
    edition: str,
    source: str,
    trackings: Sequence[str],
    *,
    owner: str | None = None,
    hold: bool = False,
) -> dict[str, StandingEntry]:
    """Entries by tracking number, those of lists of the office, or of its `owner`; `hold` keeps everybody else from
    changing them until this act ends.
    """
    if hold:
        await rows(
            """SELECT s.id FROM submission s JOIN imported_entry i ON i.submission = s.id
               WHERE i.edition = {} AND i.source = {} AND i.tracking = ANY({})
                 AND i.owner IS NOT DISTINCT FROM {}::text
               ORDER BY s.id FOR UPDATE OF s""",
            edition,
            source,
            list(trackings),
            owner,
        )
    selected = await rows(
        """SELECT i.tracking, i.version AS known, """
        + STANDS
        + """
           FROM imported_entry i JOIN submission s ON s.id = i.submission JOIN film f ON f.id = s.film
           LEFT JOIN section x ON x.id = s.section
           WHERE i.edition = {} AND i.source = {} AND i.tracking = ANY({})
             AND i.owner IS NOT DISTINCT FROM {}::text""",
        edition,
        source,
        list(trackings),
        owner,
    )
    return {row["tracking"]: msgspec.convert(row, StandingEntry) for row in selected}


def merged(values: Mapping[str, Any], row: Read) -> dict[str, Any]:
    """What would stand after the row: columns that the list does not have are left as they are."""
    made = dict(values)
    for name, value in row.entry.items():
        if name in BY_KEY:
            told = {**made[name], **value}
            made[name] = {key: one for key, one in told.items() if one not in ("", None)}
        else:
            made[name] = value
    left = {field: words for field, words in made["unread"].items() if not speaks_of(row, field)}
    made["unread"] = left | row.unread
    return made


def speaks_of(row: Read, field: str) -> bool:
    """Whether the list has a column for what is kept as typed."""
    if field.startswith("q_"):
        return field.split("_")[1] in row.entry.get("answers", {})
    name = SPOKEN_OF.get(field, field)
    column = {"title": "titles", "synopsis": "synopses"}.get(field.partition("_")[0], name)
    return name in row.entry or column in row.entry


def outcome_of(row: Read, stands: StandingEntry | None) -> str:
    """`new`, `same`, `changed`, or `kept`: it differs, but somebody has worked on it since."""
    if stands is None:
        return "new"
    is_maker_known = not row.email or email_key(row.email) in stands.makers
    if merged(stands.values, row) == stands.values and is_maker_known:
        return "same"
    return "kept" if stands.is_touched else "changed"


def film_row(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a film, `director` with them."""
    return {name: values[name] for name in FILM} | {
        "director": BETWEEN_NAMES.join(values["directors"])
    }


def answers_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What is to be written so that one becomes the other: nothing where an answer goes."""
    return {
        question: after.get(question)
        for question in {**before, **after}
        if before.get(question) != after.get(question)
    }
