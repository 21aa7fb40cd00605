"""What leaves the committee as a list: its sheets and its decisions, for spreadsheets and other machines.

A chair takes away what their board shows: sheets of films whose votes they read, decisions of films that they
decide on. No maker is named, and of a blind section nothing that tells who they are.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from festival.access import Viewer
from festival.db import rows, transaction
from festival.errors import Missing
from festival.language import t, text_in
from festival.record import record
from festival.tables import Edition, Person
from festival.texts import film_title
from reviews.evidence import counts, seated
from reviews.lists import CHAIR, IN_SCOPE, scope_values
from reviews.rubrics import Rubrics, rubrics_of
from reviews.scoring import Rubric, given_total
from reviews.standing import open_films

LISTS = ("sheets", "decisions")
FORMATS = ("csv", "xlsx", "json")
SHEET_HEADS = (
    "film",
    "title",
    "section",
    "member",
    "total",
    "out_of",
    "counts",
    "seen",
    "opinion",
    "given_at",
)
DECISION_HEADS = (
    "film",
    "title",
    "section",
    "wanted",
    "sentence",
    "member",
    "decided_at",
    "status",
    "announced_at",
)


async def note_export(edition: Edition, *, which: str, kind: str, by: Person) -> None:
    """Taking the committee's words out of the house stands on the record."""
    async with transaction():
        await record(
            "committee_exported", edition.id, by=by, edition=edition.id, list=which, kind=kind
        )


async def given_sheets(edition: Edition, viewer: Viewer) -> list[dict[str, Any]]:
    """Every sheet that the chair reads, by those who still have a voice; `scores` by the key of the criterion."""
    opened = [film.id for film in await open_films(viewer)]
    rubrics = await rubrics_of(edition.id)
    found = await rows(
        f"""SELECT s.id AS film, f.title, f.titles, s.section AS section_id, x.letter AS section, p.name AS member,
              r.scores, r.opinion, r.seen, r.given_at, coalesce({counts("r")}, false) AS counts
            FROM review r JOIN submission s ON s.id = r.submission JOIN film f ON f.id = s.film
            JOIN section x ON x.id = s.section JOIN edition e ON e.id = s.edition JOIN person p ON p.id = r.person
            JOIN film_file n ON n.submission = s.id AND n.state = 'released'
            WHERE s.id = ANY({{}}) AND r.given_at IS NOT NULL AND {seated("r.person")}
            ORDER BY x.position, x.letter, f.title, s.id, r.given_at, r.id""",
        opened,
    )
    return [sheet_out(row, rubrics) for row in found]


def sheet_out(row: dict[str, Any], rubrics: Rubrics) -> dict[str, Any]:
    rubric = rubrics.rubric(row.pop("section_id"))
    return {**row, "total": given_total(row["scores"], rubric), "out_of": rubric.steps}


async def made_decisions(viewer: Viewer) -> list[dict[str, Any]]:
    """Every decision with its sentence, the older ones too, film by film."""
    return await rows(
        f"""SELECT s.id AS film, f.title, f.titles, x.letter AS section, d.wanted, d.note AS sentence,
              p.name AS member, d.created_at AS decided_at, s.status, s.announced_at
            FROM decision d JOIN submission s ON s.id = d.submission JOIN film f ON f.id = s.film
            JOIN section x ON x.id = s.section JOIN person p ON p.id = d.person
            JOIN film_file n ON n.submission = s.id AND n.state = 'released'
            WHERE {IN_SCOPE} ORDER BY x.position, x.letter, f.title, s.id, d.created_at, d.id""",
        *scope_values(viewer, CHAIR),
    )


class CommitteeList:
    """One list, its heads in words, and its lines as a spreadsheet has them."""

    def __init__(
        self, which: str, found: list[dict[str, Any]], rubrics: Rubrics, lang: str
    ) -> None:
        self.which, self.found, self.lang = which, found, lang
        criteria = {one.key: one for rubric in rubric_sheets(rubrics) for one in rubric.criteria}
        self.criteria = criteria if which == "sheets" else {}
        self.names = SHEET_HEADS if which == "sheets" else DECISION_HEADS

    @property
    def heads(self) -> list[str]:
        own = [text_in(self.lang, one.names) or key for key, one in self.criteria.items()]
        return [*(t(self.lang, f"figures.column.{name}") for name in self.names), *own]

    async def lines(self) -> AsyncIterator[Sequence[Any]]:
        for row in self.found:
            yield self.line(row)

    def line(self, row: dict[str, Any]) -> list[Any]:
        told = row | {"title": film_title(self.lang, film=row)}
        return [
            *(told[name] for name in self.names),
            *(row["scores"].get(key) for key in self.criteria),
        ]


def rubric_sheets(rubrics: Rubrics) -> list[Rubric]:
    """The sheets by which an edition scores: its own, or the house's where it has none."""
    return [*rubrics.own.values()] or [rubrics.rubric(None)]


async def list_of(which: str, edition: Edition, viewer: Viewer, lang: str) -> CommitteeList:
    if which not in LISTS:
        raise Missing("export_missing")
    found = (
        await given_sheets(edition, viewer) if which == "sheets" else await made_decisions(viewer)
    )
    return CommitteeList(which, found, await rubrics_of(edition.id), lang)


async def decisions_about(submission_id: str) -> list[dict[str, Any]]:
    """What was decided of one film, the newest first; the caller may know it."""
    return await rows(
        """SELECT d.wanted, d.note, p.name AS by, d.created_at FROM decision d JOIN person p ON p.id = d.person
           WHERE d.submission = {} ORDER BY d.created_at DESC, d.id""",
        submission_id,
    )
