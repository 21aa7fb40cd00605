"""What the law asks of a film before anybody may see it in a cinema: a visa, an age, a warning; and how it
can be followed by whoever sees or hears less.

French law, with its sources: docs/decisions/0046-visas-and-ages.md.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from festival import desk, texts
from festival.clock import festival_day
from festival.db import rows, transaction
from festival.errors import Missing, Refused
from festival.shapes import SeenVersion, VersionNumber
from festival.tables import Edition, Person
from festival.texts import Texts, film_title
from screenings.problem import rules_of
from screenings.rulebook import kept as kept_rules
from screenings.tables import FilmTraits

RATINGS = (0, 12, 16, 18)
"""The ages of the law, R. 211-12; 0 is everybody."""
ACCESS = ("audio_description", "sdh", "signed", "relaxed")
VISAS = ("full", "exceptional", "brief", "recording")
MOST_AHEAD = 90

AccessMark = Literal["audio_description", "sdh", "signed", "relaxed"]
Visa = Literal["", "full", "exceptional", "brief", "recording"]


class VisaLimits(msgspec.Struct, frozen=True):
    """How often, and over how many days at most, a film may be shown; none is no limit."""

    screenings: int | None = None
    days: int | None = None


def limits_of(visa: str, *, documentary: bool) -> VisaLimits:
    """R. 211-45, as it stands since 28 February 2022."""
    if visa == "exceptional":
        return VisaLimits(screenings=100 if documentary else 30)
    if visa == "brief":
        return VisaLimits(screenings=500, days=2)
    return VisaLimits()


class PapersForm(msgspec.Struct, frozen=True, kw_only=True):
    """A film's visa, ages and marks of access as a whole. `rating` none, `access` none: not said yet."""

    visa: Visa = ""
    visa_number: Annotated[str, Meta(max_length=20)] = ""
    visa_asked_on: date | None = None
    documentary: bool = False
    rating: Literal[0, 12, 16, 18] | None = None
    warnings: texts.ShortTexts = {}
    youth_from: Annotated[int, Meta(ge=2, le=17)] | None = None
    access: Annotated[list[AccessMark], Meta(max_length=len(ACCESS))] | None = None


class PapersChange(msgspec.Struct, frozen=True, kw_only=True):
    """`version` is the one that was read; 0 where nothing was said yet."""

    papers: PapersForm
    version: SeenVersion = 0


class FilmPapers(PapersForm, frozen=True, kw_only=True):
    """What is said of one film, with its titles, and on which days and how often the working grid shows it."""

    submission: str
    title: str
    titles: Texts
    director: str
    days: list[date] = []
    showings: int = 0
    version: int = 0

    @property
    def is_asked(self) -> bool:
        return self.visa_asked_on is not None or self.has_visa

    @property
    def has_visa(self) -> bool:
        return bool(self.visa_number)

    def told(self, lang: str) -> str:
        return film_title(lang, self)

    def due_on(self, ahead: int) -> date | None:
        """The last day on which its visa can be asked for; none as long as it is not placed."""
        return min(self.days) - timedelta(days=ahead) if self.days else None


class VisaAhead(msgspec.Struct, frozen=True, kw_only=True):
    """How many days before its first screening a film's visa is asked for at the latest."""

    visa_ahead: Annotated[int, Meta(ge=0, le=MOST_AHEAD)]
    version: VersionNumber


async def papers_of(edition: Edition, films: Sequence[str] | None = None) -> list[FilmPapers]:
    """Of every chosen film, announced or in pencil, or of these; by title."""
    selected = await rows(
        """SELECT s.id AS submission, f.title, f.titles, f.director, to_jsonb(t) AS traits,
             coalesce((SELECT jsonb_agg(c.starts_at) FROM screening c JOIN grid g ON g.id = c.grid
               JOIN programme_film q ON q.programme = c.programme
               WHERE g.edition = s.edition AND g.number IS NULL AND q.submission = s.id), '[]') AS starts
           FROM submission s JOIN film f ON f.id = s.film LEFT JOIN film_traits t ON t.submission = s.id
           WHERE s.edition = {} AND ({}::text[] IS NULL OR s.id = ANY({}))
             AND (({}::text[] IS NOT NULL) OR (coalesce(s.pending, s.status) = 'accepted'
               AND s.status <> 'withdrawn'))
           ORDER BY f.title, s.id""",
        edition.id,
        films,
        films or [],
        films,
    )
    return [papers_from(row) for row in selected]


def papers_from(row: Mapping[str, Any]) -> FilmPapers:
    traits = row["traits"] or {}
    said = {name: traits[name] for name in PapersForm.__struct_fields__ if name in traits}
    return msgspec.convert(
        {
            **{name: row[name] for name in ("submission", "title", "titles", "director")},
            **said,
            "days": sorted({festival_day(datetime.fromisoformat(one)) for one in row["starts"]}),
            "showings": len(row["starts"]),
            "version": traits.get("version", 0),
        },
        FilmPapers,
    )


async def say(edition: Edition, submission: str, change: PapersChange, *, by: Person) -> int:
    """Set all of it; on the record under the film. Returns the version that stands."""
    known = await rows(
        "SELECT 1 FROM submission WHERE id = {} AND edition = {}", submission, edition.id
    )
    if not known:
        raise Missing("submission_missing")
    given = settled(change.papers)
    async with transaction():
        await rows(
            """INSERT INTO film_traits (id, edition, submission) VALUES ({}, {}, {})
               ON CONFLICT (submission) DO NOTHING RETURNING id""",
            submission,
            edition.id,
            submission,
        )
        row = await desk.one_of(
            FilmTraits, submission, edition=edition, missing="submission_missing"
        )
        return await desk.amend(
            row, given, version=max(change.version, 1), act="film_papers_changed", by=by
        )


def settled(form: PapersForm) -> dict[str, Any]:
    """The columns; `Refused` where a number has no visa to belong to."""
    number = " ".join(form.visa_number.split())
    if number and not form.visa:
        raise Refused("visa:visa_kind_missing")
    columns = {name: getattr(form, name) for name in PapersForm.__struct_fields__}
    return columns | {
        "visa_number": number,
        "warnings": texts.settled("warnings", form.warnings),
        "access": None if form.access is None else [one for one in ACCESS if one in form.access],
    }


async def ahead_of(edition: Edition) -> tuple[int, int]:
    """How many days ahead visas are asked for, and the version of the rules that say so."""
    rules = await rules_of(edition)
    return rules.visa_ahead, rules.version


async def set_ahead(edition: Edition, change: VisaAhead, *, by: Person) -> int:
    async with transaction():
        rules = await kept_rules(edition)
        return await desk.amend(
            rules,
            {"visa_ahead": change.visa_ahead},
            version=change.version,
            act="visa_ahead_set",
            by=by,
        )
