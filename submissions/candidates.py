"""Films as the rules of sections see them: which a film breaks, which section would take it, and whom a
change of rules would touch.
"""

from datetime import datetime

import msgspec

from festival.clock import now
from festival.db import rows
from festival.deadlines import deadlines_of, line_of
from festival.tables import Deadline, Edition, Section
from submissions.eligibility import (
    Candidate,
    Ineligibility,
    SectionRules,
    SectionTerms,
    findings,
    fitting,
    may_open,
    refusals,
)
from submissions.lists import sections_of
from submissions.status import Status
from submissions.tables import Submission

FILED = [
    one.value for one in (Status.SUBMITTED, Status.ACCEPTED, Status.WAITLISTED, Status.DECLINED)
]
# Names are compared as people read them: without regard to case, or to spaces around them.
NAME = "lower(btrim(normalize({}, NFKC)))"
SEEN = f"""
WITH mine AS (
  SELECT s.id, s.edition, s.section, s.status, f.title, f.declared_seconds, f.year, f.countries,
    f.languages, f.premiere, f.directors,
    f.subtitles || coalesce((SELECT jsonb_agg(DISTINCT b.language) FROM subtitle b
      WHERE b.submission = s.id AND b.confirmed_at IS NOT NULL), '[]') AS subtitles
  FROM submission s JOIN film f ON f.id = s.film
  WHERE s.edition = {{}} AND ({{}} IN ('', s.id)) AND ({{}} IN ('', s.section)) AND s.status <> 'withdrawn'),
made AS (
  SELECT m.id, {NAME.format("d.name")} AS director, {NAME.format("m.title")} AS title
  FROM mine m, jsonb_array_elements_text(m.directors) AS d(name)),
filed AS (
  SELECT s.id, s.edition, s.section, {NAME.format("d.name")} AS director, {NAME.format("f.title")} AS title
  FROM submission s JOIN film f ON f.id = s.film, jsonb_array_elements_text(f.directors) AS d(name)
  WHERE s.status = ANY({{}}) AND director_keys(f.directors) && ARRAY(SELECT director FROM made)),
beside AS (
  SELECT id, jsonb_object_agg(section, n) AS others FROM (
    SELECT made.id, section, max(n) AS n FROM made JOIN (
      SELECT m.id AS one, filed.section, m.director, count(DISTINCT filed.id) AS n
      FROM made m JOIN filed USING (director)
      WHERE filed.edition = {{}} AND filed.id <> m.id AND filed.section IS NOT NULL
      GROUP BY 1, 2, 3) c ON c.one = made.id
    GROUP BY 1, 2) x GROUP BY 1),
earlier AS (
  SELECT DISTINCT made.id FROM made JOIN filed USING (director, title)
  WHERE filed.edition <> {{}} AND title <> '')
SELECT mine.id, mine.status, mine.declared_seconds AS seconds, mine.year, mine.countries,
  mine.languages, mine.subtitles, mine.premiere, coalesce(beside.others, jsonb_build_object()) AS others,
  earlier.id IS NOT NULL AS was_here
FROM mine LEFT JOIN beside USING (id) LEFT JOIN earlier USING (id) ORDER BY mine.id
"""


class SeenEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry with all that rules ask of it; `others` are by section."""

    id: str
    status: str
    seconds: int | None
    year: int | None
    countries: list[str]
    languages: list[str]
    subtitles: list[str]
    premiere: str
    others: dict[str, int]
    was_here: bool

    def in_section(self, section: str) -> Candidate:
        """As this section counts it."""
        return Candidate(
            seconds=self.seconds, year=self.year, countries=self.countries, languages=self.languages,
            subtitles=self.subtitles, premiere=self.premiere, was_here=self.was_here,
            others=self.others.get(section, 0),
        )  # fmt: skip


class EntryStanding(msgspec.Struct, frozen=True):
    """How an entry stands in its section, which may have closed; `fits` are the letters of those that
    would take it.
    """

    findings: list[Ineligibility] = []
    fits: list[str] = []
    is_closed: bool = False

    @property
    def refused(self) -> list[Ineligibility]:
        return [one for one in self.findings if one.is_refused]

    @property
    def remarks(self) -> list[Ineligibility]:
        return [one for one in self.findings if not one.is_refused]


class ChangeEffect(msgspec.Struct, frozen=True):
    """How many entries new terms would no longer take, and the old ones did: drafts, and filed ones that
    stay. Which they are is nobody's business before they are filed.
    """

    drafts: int = 0
    filed: int = 0

    @property
    def count(self) -> int:
        return self.drafts + self.filed


def terms_of(section: Section) -> SectionTerms:
    """What a section's row asks of films."""
    return SectionTerms(
        letter=section.letter,
        least_seconds=section.least_seconds,
        most_seconds=section.most_seconds,
        is_open=section.is_open,
        rules=msgspec.convert(section.rules, SectionRules),
    )


async def seen(edition: str, *, submission: str = "", section: str = "") -> list[SeenEntry]:
    selected = await rows(SEEN, edition, submission, section, FILED, edition, edition)
    return msgspec.convert(selected, list[SeenEntry])


async def standing_of(submission: Submission, edition: Edition) -> EntryStanding:
    """What the chosen section says of the entry, and where else it would be taken today."""
    sections = await sections_of(edition)
    found = await seen(edition.id, submission=submission.id)
    if not found:
        return EntryStanding()
    film = found[0]
    chosen = next((one for one in sections if one.id == submission.section), None)
    broken = [] if chosen is None else findings(film.in_section(chosen.id), terms_of(chosen))
    known = await deadlines_of(edition)
    today = [one for one in sections if is_in_time(one, now(), edition, known)]
    films = {one.letter: film.in_section(one.id) for one in today}
    is_closed = chosen is not None and not chosen.is_open
    return EntryStanding(broken, fitting(films, map(terms_of, today)), is_closed)


def is_in_time(section: Section, moment: datetime, edition: Edition, known: list[Deadline]) -> bool:
    """Whether the section still takes entries at this moment."""
    return may_open(moment, line_of(edition, known, section.id)[-1].at)


async def effect_of(section: Section, wanted: SectionTerms) -> ChangeEffect:
    """Whom these terms would turn away that the standing ones take."""
    drafts = filed = 0
    before = terms_of(section)
    for entry in await seen(str(section.edition), section=section.id):
        film = entry.in_section(section.id)
        if takes(before, film) and not takes(wanted, film):
            is_draft = entry.status == Status.DRAFT
            drafts, filed = drafts + is_draft, filed + (not is_draft)
    return ChangeEffect(drafts, filed)


def takes(terms: SectionTerms, film: Candidate) -> bool:
    return terms.is_open and not refusals(film, terms)
