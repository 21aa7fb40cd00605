"""The festival linter: what a careful reader of proofs would say before a programme leaves the house. Pure.

A rule is one function over all that is known (`ProofSheet`), and stands in `RULES` with its level and the place
where what it finds is mended. `stop` keeps the programme from the public, `warn` asks for a look, `note` is
said and no more. Each code has its words: `lint.<code>` says what is so, `lint.<code>.next` what to do.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Literal

import msgspec

from festival.language import OFFICIAL
from festival.texts import Texts
from screenings.schools import in_school_hours
from screenings.visas import FilmPapers, limits_of

LintLevel = Literal["stop", "warn", "note"]
Home = Literal["film", "papers", "guest", "programme", "grid", "report"]
"""Where it is mended: a film's public data, its visa and ages, a guest, a programme, the grid, its file."""

LEVELS: tuple[LintLevel, ...] = ("stop", "warn", "note")
SYNOPSIS_MOST = 600  # signs that a page of the programme holds
TITLE_MOST = 60
FAR = 60  # seconds between the declared and the measured length of a film that somebody should look at
ENDS = (".", "!", "?", "…", "»", "”", '"', ")")
FRENCH = "fr"


class LintFilm(msgspec.Struct, frozen=True, kw_only=True):
    """A film that is shown. Seconds as declared, as measured, and as this edition counts them; `file` is
    its released version.
    """

    submission: str
    title: str
    titles: Texts
    synopses: Texts
    director: str
    languages: list[str]
    subtitles: list[str]
    declared: float
    measured: float
    seconds: float
    file: str | None = None
    has_still: bool = False
    is_checked: bool = False
    is_damaged: bool = False
    papers: FilmPapers


class LintProgramme(msgspec.Struct, frozen=True, kw_only=True):
    """`is_measured`: it is as long as its films, and not as somebody has typed."""

    id: str
    kind: str
    titles: Texts
    subtitles: list[str]
    is_measured: bool = True
    films: list[str] = []


class LintScreening(msgspec.Struct, frozen=True, kw_only=True):
    """One showing, by the clock of the edition; `day` is the festival day."""

    programme: str
    number: int
    day: date
    starts_at: datetime
    film_ends_at: datetime
    ends_at: datetime

    @property
    def has_debate(self) -> bool:
        return self.ends_at > self.film_ends_at


class LintGuest(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on stage; `stays` are the spans in which they are there, none where nobody knows."""

    id: str
    name: str
    programmes: list[str]
    stays: list[tuple[datetime, datetime]] = []


class ProofSheet(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """All that is read before a programme leaves. `ahead`: days in which a visa has to be asked for."""

    today: date
    ahead: int
    films: dict[str, LintFilm]
    programmes: dict[str, LintProgramme]
    screenings: list[LintScreening]
    guests: list[LintGuest] = []

    def shows(self, film: str) -> list[LintScreening]:
        """Every showing of a film, alone or in a block, in the order of time."""
        return self._by_film.get(film, [])

    @cached_property
    def _by_film(self) -> dict[str, list[LintScreening]]:
        """Laid out once: half of the rules ask for the showings of each film."""
        found: dict[str, list[LintScreening]] = {}
        for show in sorted(self.screenings, key=lambda s: s.starts_at):
            programme = self.programmes.get(show.programme)
            for film in dict.fromkeys(programme.films if programme else ()):
                found.setdefault(film, []).append(show)
        return found


class LintFinding(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule says of one thing. `details` are for its sentence; days and moments as ISO."""

    code: str
    level: LintLevel
    home: Home
    film: str = ""
    programme: str = ""
    number: int | None = None
    guest: str = ""
    details: dict[str, Any] = {}


LintMatches = Iterator[dict[str, Any]]


@dataclass(frozen=True)
class LintRule:
    code: str
    level: LintLevel
    home: Home
    says: Callable[[ProofSheet], LintMatches]

    def findings(self, proof: ProofSheet) -> list[LintFinding]:
        return [
            LintFinding(code=self.code, level=self.level, home=self.home, **one)
            for one in self.says(proof)
        ]


def each_film(
    test: Callable[[ProofSheet, LintFilm], bool | dict[str, Any]],
) -> Callable[[ProofSheet], LintMatches]:
    """A rule about one film: yes, or the details of its sentence."""

    def says(proof: ProofSheet) -> LintMatches:
        for film in proof.films.values():
            if found := test(proof, film):
                yield {"film": film.submission, "details": found if isinstance(found, dict) else {}}

    return says


# Texts and pictures


def has_no_still(_: ProofSheet, film: LintFilm) -> bool:
    return not film.has_still


def has_no_synopsis(_: ProofSheet, film: LintFilm) -> bool:
    return not any(text.strip() for text in film.synopses.values())


def is_in_one_language(_: ProofSheet, film: LintFilm) -> bool | dict[str, Any]:
    told = [one for one in OFFICIAL if film.synopses.get(one, "").strip()]
    missing = [one for one in OFFICIAL if one not in told]
    return {"languages": missing} if told and missing else False


def is_too_long(_: ProofSheet, film: LintFilm) -> bool | dict[str, Any]:
    long = {one: len(text) for one, text in film.synopses.items() if len(text) > SYNOPSIS_MOST}
    return (
        {"languages": sorted(long), "signs": max(long.values()), "most": SYNOPSIS_MOST}
        if long
        else False
    )


def ends_in_the_air(_: ProofSheet, film: LintFilm) -> bool | dict[str, Any]:
    bare = [
        one
        for one, text in film.synopses.items()
        if text.strip() and not text.rstrip().endswith(ENDS)
    ]
    return {"languages": sorted(bare)} if bare else False


def has_spaces_astray(_: ProofSheet, film: LintFilm) -> bool | dict[str, Any]:
    astray = [
        one for one, text in film.synopses.items() if "  " in text.strip() or text != text.strip()
    ]
    return {"languages": sorted(astray)} if astray else False


def title_is_too_long(proof: ProofSheet) -> LintMatches:
    for programme in proof.programmes.values():
        longest = max(map(len, programme.titles.values()), default=0)
        if longest > TITLE_MOST:
            yield {"programme": programme.id, "details": {"signs": longest, "most": TITLE_MOST}}


def names_nobody(_: ProofSheet, film: LintFilm) -> bool:
    return not film.director.strip()


# Languages and access


def has_no_french(proof: ProofSheet) -> LintMatches:
    """A film in another language, without French subtitles of its own or on the screen."""
    for programme in proof.programmes.values():
        for one in programme.films:
            film = proof.films[one]
            spoken = set(film.languages) - {"zxx"}
            readable = {*film.subtitles, *programme.subtitles}
            if spoken and not has_tongue(spoken, FRENCH) and not has_tongue(readable, FRENCH):
                yield {
                    "film": one,
                    "programme": programme.id,
                    "details": {"languages": sorted(spoken)},
                }


def has_tongue(tags: set[str], language: str) -> bool:
    return any(tag.split("-")[0] == language for tag in tags)


def access_is_unsaid(_: ProofSheet, film: LintFilm) -> bool:
    return film.papers.access is None


# Files


def copy_is_missing(_: ProofSheet, film: LintFilm) -> bool:
    return film.file is None


def copy_is_damaged(_: ProofSheet, film: LintFilm) -> bool:
    return film.is_damaged


def copy_is_unchecked(_: ProofSheet, film: LintFilm) -> bool:
    return film.file is not None and not film.is_checked and not film.is_damaged


def length_is_unknown(proof: ProofSheet, film: LintFilm) -> bool:
    """And nobody has typed how long the programme is that shows it."""
    return not film.seconds and any(
        one.is_measured for one in proof.programmes.values() if film.submission in one.films
    )


def length_is_only_declared(_: ProofSheet, film: LintFilm) -> bool:
    return not film.measured and bool(film.seconds)


def lengths_differ(_: ProofSheet, film: LintFilm) -> bool | dict[str, Any]:
    if not film.measured or not film.declared or abs(film.measured - film.declared) < FAR:
        return False
    return {"declared": film.declared, "measured": film.measured}


# People


def guest_misses_the_debate(proof: ProofSheet) -> LintMatches:
    """Guests answer at the first showing; a later one may have others."""
    for guest, show in debates(proof):
        if show.number == 0 and not is_there(guest, show):
            later = [comes for comes, _ in guest.stays if comes > show.film_ends_at]
            yield {
                "guest": guest.id, "programme": show.programme, "number": show.number,
                "details": {"guest": guest.name, "comes": min(later).isoformat() if later else ""},
            }  # fmt: skip


def nobody_knows_when_the_guest_comes(proof: ProofSheet) -> LintMatches:
    expected = {guest.id for guest, _ in debates(proof)}
    for guest in proof.guests:
        if not guest.stays and guest.id in expected:
            yield {"guest": guest.id, "details": {"guest": guest.name}}


def debate_has_nobody(proof: ProofSheet) -> LintMatches:
    """For whom nobody is expected; at a later showing, where nobody of them is there any more."""
    on_stage: dict[str, list[LintGuest]] = {}
    for guest in proof.guests:
        for programme in guest.programmes:
            on_stage.setdefault(programme, []).append(guest)
    for show in proof.screenings:
        expected = on_stage.get(show.programme, [])
        left = show.number > 0 and not any(is_there(guest, show) for guest in expected)
        if show.has_debate and (left or not expected):
            yield {"programme": show.programme, "number": show.number}


def debates(proof: ProofSheet) -> Iterator[tuple[LintGuest, LintScreening]]:
    shows = [show for show in proof.screenings if show.has_debate]
    for guest in proof.guests:
        for show in shows:
            if show.programme in guest.programmes:
                yield guest, show


def is_there(guest: LintGuest, show: LintScreening) -> bool:
    """For the whole debate, as far as anybody knows."""
    return not guest.stays or any(
        comes <= show.film_ends_at and show.ends_at <= goes for comes, goes in guest.stays
    )


# The law


def has_no_visa(proof: ProofSheet, film: LintFilm) -> bool | dict[str, Any]:
    due = due_on(proof, film)
    if film.papers.is_asked or due is None or due < proof.today:
        return False
    return {"due": due.isoformat()}


def visa_is_late(proof: ProofSheet, film: LintFilm) -> bool | dict[str, Any]:
    due = due_on(proof, film)
    if film.papers.is_asked or due is None or due >= proof.today:
        return False
    return {"due": due.isoformat()}


def visa_is_awaited(_: ProofSheet, film: LintFilm) -> bool | dict[str, Any]:
    asked = film.papers.visa_asked_on
    return {"asked": asked.isoformat()} if asked and not film.papers.has_visa else False


def due_on(proof: ProofSheet, film: LintFilm) -> date | None:
    days = [show.day for show in proof.shows(film.submission)]
    return min(days) - timedelta(days=proof.ahead) if days else None


def is_shown_too_often(proof: ProofSheet, film: LintFilm) -> bool | dict[str, Any]:
    most = limits_of(film.papers.visa, documentary=film.papers.documentary).screenings
    count = len(proof.shows(film.submission))
    return {"count": count, "most": most} if most is not None and count > most else False


def is_shown_too_long(proof: ProofSheet, film: LintFilm) -> bool | dict[str, Any]:
    most = limits_of(film.papers.visa, documentary=film.papers.documentary).days
    days = [show.day for show in proof.shows(film.submission)]
    span = (max(days) - min(days)).days + 1 if days else 0
    return {"days": span, "most": most} if most is not None and span > most else False


def age_is_unsaid(_: ProofSheet, film: LintFilm) -> bool:
    return film.papers.rating is None


def is_for_the_young_and_forbidden(_: ProofSheet, film: LintFilm) -> bool | dict[str, Any]:
    """Shown to children whom the law keeps out."""
    rating, youth = film.papers.rating or 0, film.papers.youth_from
    return {"rating": rating, "youth": youth} if youth is not None and rating > youth else False


def warning_is_in_one_language(_: ProofSheet, film: LintFilm) -> bool | dict[str, Any]:
    missing = [one for one in OFFICIAL if not film.papers.warnings.get(one)]
    return {"languages": missing} if film.papers.warnings and missing else False


def has_no_school_session(proof: ProofSheet, film: LintFilm) -> bool:
    """A film for the young that no class can come to: on a weekday, in school hours."""
    if film.papers.youth_from is None:
        return False
    return not any(in_school_hours(show.starts_at) for show in proof.shows(film.submission))


RULES: tuple[LintRule, ...] = (
    LintRule("copy_damaged", "stop", "report", each_film(copy_is_damaged)),
    LintRule("length_unknown", "stop", "film", each_film(length_is_unknown)),
    LintRule("visa_screenings_over", "stop", "papers", each_film(is_shown_too_often)),
    LintRule("visa_days_over", "stop", "papers", each_film(is_shown_too_long)),
    LintRule("youth_forbidden", "stop", "papers", each_film(is_for_the_young_and_forbidden)),
    LintRule("guest_misses_debate", "warn", "guest", guest_misses_the_debate),
    LintRule("no_french", "warn", "film", has_no_french),
    LintRule("visa_late", "warn", "papers", each_film(visa_is_late)),
    LintRule("still_missing", "warn", "report", each_film(has_no_still)),
    LintRule("copy_missing", "warn", "report", each_film(copy_is_missing)),
    LintRule("synopsis_missing", "warn", "film", each_film(has_no_synopsis)),
    LintRule("synopsis_one_language", "warn", "film", each_film(is_in_one_language)),
    LintRule("synopsis_long", "warn", "film", each_film(is_too_long)),
    LintRule("director_missing", "warn", "film", each_film(names_nobody)),
    LintRule("age_unsaid", "warn", "papers", each_film(age_is_unsaid)),
    LintRule("warning_one_language", "warn", "papers", each_film(warning_is_in_one_language)),
    LintRule("school_missing", "warn", "grid", each_film(has_no_school_session)),
    LintRule("visa_missing", "note", "papers", each_film(has_no_visa)),
    LintRule("visa_awaited", "note", "papers", each_film(visa_is_awaited)),
    LintRule("length_declared", "note", "report", each_film(length_is_only_declared)),
    LintRule("lengths_differ", "note", "film", each_film(lengths_differ)),
    LintRule("copy_unchecked", "note", "report", each_film(copy_is_unchecked)),
    LintRule("synopsis_no_stop", "note", "film", each_film(ends_in_the_air)),
    LintRule("synopsis_spaces", "note", "film", each_film(has_spaces_astray)),
    LintRule("title_long", "note", "programme", title_is_too_long),
    LintRule("access_unsaid", "note", "papers", each_film(access_is_unsaid)),
    LintRule("guest_hour_unknown", "note", "guest", nobody_knows_when_the_guest_comes),
    LintRule("debate_alone", "note", "programme", debate_has_nobody),
)


def findings(proof: ProofSheet) -> list[LintFinding]:
    """What every rule finds, the gravest first."""
    found = [finding for rule in RULES for finding in rule.findings(proof)]
    return sorted(found, key=lambda one: LEVELS.index(one.level))


def stops(proof: ProofSheet) -> list[LintFinding]:
    return [one for one in findings(proof) if one.level == "stop"]
