"""The office corrects what the public reads of a film: on the record, told to its makers, in the next number."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival import desk, texts
from festival.access import COMMITTEE, Act, Viewer, may
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, NotAllowed, Refused
from festival.language import is_visible, t
from festival.record import record
from festival.shapes import VersionNumber
from festival.tables import Edition, Person
from festival.texts import texts_of
from screenings.acts import hold_grid
from screenings.programmes import ProgrammeChange, change_programme, form_of, refit, titles_of_film
from screenings.tables import Programme
from submissions.entries import held
from submissions.entry import BETWEEN_NAMES, Codes, Entry, ShownNames, Title, settled
from submissions.lists import section_of, subject_of, submission_in
from submissions.tables import Film, Submission
from submissions.telling import tell_members
from submissions.told import line_of, told_both

FIELDS = (
    "title", "titles", "synopses", "year", "countries", "languages", "subtitles", "directors",
    "declared_seconds", "premiere",
)  # fmt: skip
"""What a publication shows of a film."""
NEEDED = ("title", "directors", "countries", "languages", "declared_seconds")


class FilmForm(msgspec.Struct, frozen=True, kw_only=True):
    """A film's public data as a whole, as its entry has them."""

    title: Title
    titles: texts.ShortTexts = {}
    synopses: texts.LongTexts = {}
    year: Annotated[int, Meta(ge=1888, le=2100)] | None = None
    countries: Codes = []
    languages: Codes = []
    subtitles: Codes = []
    directors: ShownNames = []
    declared_seconds: Annotated[int, Meta(ge=1, le=86400)] | None = None
    premiere: Annotated[str, Meta(pattern="^(|world|international|european|national|none)$")] = ""


class FilmChange(msgspec.Struct, frozen=True, kw_only=True):
    film: FilmForm
    version: VersionNumber


async def film_to_correct(
    edition: Edition, submission_id: str, viewer: Viewer
) -> tuple[Submission, Film]:
    """A filed film, if this viewer may correct it; of no other is it told whether there is one. Whoever sits in a
    committee that is blind to its makers leaves it to somebody else, until its decision is told.
    """
    if not may(viewer, Act.CORRECT, await subject_of(submission_id, viewer)):
        raise Missing("submission_missing")
    submission = await submission_in(edition, submission_id)
    section = await section_of(submission)
    is_blind = section is not None and section.is_blind and submission.announced_at is None
    if is_blind and viewer.has(*COMMITTEE):
        raise NotAllowed("amend_blind")
    film = await Film.objects().get(Film.id == submission.film)
    if film is None:
        raise Missing("submission_missing")
    return submission, film


def standing(film: Film) -> dict[str, Any]:
    """The fields as they stand."""
    kept = {name: getattr(film, name) for name in FIELDS}
    return kept | {name: texts_of(kept[name]) for name in ("titles", "synopses")}


def entry_of(film: Film) -> Entry:
    return msgspec.convert(standing(film) | {"director": film.director}, Entry)


async def correct_film(
    edition: Edition, submission_id: str, change: FilmChange, *, viewer: Viewer, by: Person
) -> int:
    """Make it what the form says. Makers get a letter with what stood and what stands; programmes that bear
    its title bear the new one, and screenings are as long as it is. Returns the film's version.
    """
    wanted = wanted_of(change.film)
    async with transaction():
        grid = await hold_grid(edition)
        submission, _ = await film_to_correct(edition, submission_id, viewer)
        await held(submission)
        await rows("SELECT id FROM film WHERE id = {} FOR UPDATE", submission.film)
        film = await Film.objects().get(Film.id == submission.film)
        if film is None or film.version != change.version:
            raise Conflict("changed_meanwhile", version=0 if film is None else film.version)
        before = standing(film)
        changes = desk.changed(before, wanted)
        if not changes:
            return change.version
        director = BETWEEN_NAMES.join(wanted["directors"])
        version = change.version + 1
        columns: dict[Any, Any] = {**wanted, "director": director, "version": version}
        await Film.update(columns).where(Film.id == film.id)
        await record(
            "film_corrected",
            submission.id,
            by=by,
            edition=edition.id,
            changes=changes,
            version=version,
        )
        await rename(edition, submission.id, before, wanted, by=by)
        await refit(edition, grid, await programmes_of(submission.id))
        await tell_members(
            submission,
            "film_corrected",
            edition=edition,
            occasion=f"corrected:{version}",
            link=f"/submissions/{submission.id}",
            lines=partial(lines_of, changes=changes),
        )
    return version


def wanted_of(form: FilmForm) -> dict[str, Any]:
    """The columns of the film, names of countries and languages as codes; `Refused` with all that is wrong."""
    entry = settled(Entry(**msgspec.structs.asdict(form)))
    wanted = {name: getattr(entry, name) for name in FIELDS} | {"title": entry.title.strip()}
    missing = [name for name in NEEDED if not wanted[name]]
    if not is_visible(entry.title):
        missing = ["title", *(name for name in missing if name != "title")]
    if missing:
        raise Refused(*(f"{name}:field_missing" for name in missing))
    return wanted


async def programmes_of(submission: str) -> set[str]:
    found = await rows("SELECT programme FROM programme_film WHERE submission = {}", submission)
    return {row["programme"] for row in found}


async def rename(
    edition: Edition,
    submission: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    by: Person,
) -> None:
    """A programme of this film alone is called as the film is, language by language, where it was before."""
    old, new = titles_of_film(before), titles_of_film(after)
    if old == new:
        return
    for name in sorted(await programmes_of(submission)):
        form = await form_of(edition, name)
        if form.films != [submission]:
            continue
        titles = {
            language: new.get(language, title) if old.get(language) == title else title
            for language, title in form.titles.items()
        }
        if titles != form.titles:
            row = await desk.one_of(Programme, name, edition=edition, missing="programme_missing")
            named = msgspec.structs.replace(form, titles=titles)
            change = ProgrammeChange(programme=named, version=row.version)
            await change_programme(edition, name, change, by=by)


# In the letter


def lines_of(lang: str, changes: Mapping[str, list[Any]]) -> str:
    """`Durée : 1 h 44, au lieu de 1 h 40`, a line a field."""
    return "\n".join(
        line_of(lang, t(lang, f"corrections.field.{name}"), *told_both(lang, name, before, after))
        for name, (before, after) in changes.items()
    )


# Put back


async def last_correction(submission_id: str) -> dict[str, Any] | None:
    """The newest correction of a film: its line of the record, by whom and when, and what it changed."""
    found = await rows(
        """SELECT r.id AS line, r.at, r.details, coalesce(p.name, '') AS by
           FROM record r LEFT JOIN person p ON p.id = r.person
           WHERE r.subject = {} AND r.act = 'film_corrected' ORDER BY r.id DESC LIMIT 1""",
        submission_id,
    )
    return found[0] if found else None


async def put_back(
    edition: Edition, submission_id: str, line: int, *, viewer: Viewer, by: Person
) -> int:
    """As it stood before its newest correction, if nobody has touched the film since."""
    async with transaction():
        _, film = await film_to_correct(edition, submission_id, viewer)
        last = await last_correction(submission_id)
        if last is None or last["line"] != line or last["details"]["version"] != film.version:
            raise Conflict("changed_since")
        before = {name: pair[0] for name, pair in last["details"]["changes"].items()}
        form = msgspec.convert(standing(film) | before, FilmForm)
        change = FilmChange(film=form, version=film.version)
        return await correct_film(edition, submission_id, change, viewer=viewer, by=by)
