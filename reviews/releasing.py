"""Between a second person's yes and the letters: words are read and changed, a moment is waited for, and for ten
minutes all of it can be called back. Nothing of a decision moves before that.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from festival import letters
from festival.clock import in_zone, now
from festival.db import later, made_once, rows, transaction
from festival.errors import Conflict, FestivalError, Missing, Refused
from festival.language import moment
from festival.people import person as person_of
from festival.record import record
from festival.shapes import SeenVersion
from festival.tables import Edition, LetterText, Person, new_id
from festival.texts import film_title
from festival.wording import (
    LINK,
    body_faults,
    filled,
    one_line,
    own_words,
    placeholders,
    subject_faults,
    worded_as,
)
from reviews import decisions
from reviews.cautions import watched_among
from reviews.decisions import (
    check_known,
    check_preview,
    facts_of,
    hold_films,
    is_refusal,
    kind_of,
)
from reviews.tables import Announcement, AnnouncementLine, AnnouncementWords
from submissions.tables import Film

LATEST = timedelta(days=120)
ROWS = 25
Row = TypeVar("Row", AnnouncementLine, Film, Person)
WordedSubject = Annotated[str, Meta(max_length=300)]
WordedBody = Annotated[str, Meta(max_length=8000)]


class BatchWords(msgspec.Struct, frozen=True, kw_only=True):
    """Words for all letters of an outcome in a language, names in braces; nothing in both: the usual ones."""

    wanted: Annotated[str, Meta(pattern="^(accepted|waitlisted|declined)$")]
    language: Annotated[str, Meta(pattern="^[a-z]{2}$")]
    subject: WordedSubject = ""
    body: WordedBody = ""
    version: SeenVersion = 0


class LetterOfBatch(msgspec.Struct, frozen=True, kw_only=True):
    """One letter in words of its own; nothing in both: as all others."""

    submission: Annotated[str, Meta(max_length=16)]
    person: Annotated[str, Meta(max_length=16)]
    subject: WordedSubject = ""
    body: WordedBody = ""
    version: SeenVersion = 0


class BatchLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter as its reader will have it. `is_own`: somebody gave it words of its own."""

    submission: str
    person: str
    film: str
    reader: str
    wanted: str
    language: str
    subject: str
    body: str
    is_own: bool = False
    version: int = 0


# The moment


async def release(
    batch: str, *, edition: Edition, by: Person, at: datetime | None, call_back: timedelta
) -> datetime | None:
    """A second person's yes. It goes out after the time to call it back, or at the moment that is named; None
    where it has gone out at once. Twice is once.
    """
    due_at = now() + call_back if at is None else at
    if at is not None and at.tzinfo is None:
        raise Refused("at:time_without_zone")
    if at is not None and not now() < at < now() + LATEST:
        raise Refused("due_at:moment_beyond")
    async with transaction():
        standing = await rows(
            """SELECT asked_by, due_at FROM announcement WHERE id = {} AND edition = {}
                 AND released_at IS NULL AND cancelled_at IS NULL FOR UPDATE""",
            batch,
            edition.id,
        )
        if not standing:
            await check_known(batch, edition)
            return None
        if standing[0]["due_at"] is not None:
            return standing[0]["due_at"]  # type: ignore[no-any-return]
        if edition.two_person_release and standing[0]["asked_by"] == by.id:
            raise Refused("announcement_needs_second_person")
        if at is None and not call_back:
            await decisions.announce(batch, edition=edition, by=by)
            return None
        await hold_films(batch)
        await check_preview(batch)
        await rows(
            """UPDATE announcement SET released_by = {}, due_at = {}, stopped = '' WHERE id = {} RETURNING id""",
            by.id,
            due_at,
            batch,
        )
        await later("announce_due", due_at=due_at, announcement=batch, edition=edition.id)
        await record(
            "announcement_due", batch, by=by, edition=edition.id, due_at=due_at.isoformat()
        )
    return due_at


async def call_back(batch: str, *, edition: Edition, by: Person) -> None:
    """Nothing has gone out, and nothing does: it waits for a yes again. Anybody who may release may."""
    async with transaction():
        back = await rows(
            """UPDATE announcement SET released_by = NULL, due_at = NULL
               WHERE id = {} AND edition = {} AND released_at IS NULL AND cancelled_at IS NULL
                 AND due_at IS NOT NULL RETURNING id""",
            batch,
            edition.id,
        )
        if not back:
            await check_known(batch, edition)
            raise Conflict("announcement_out")
        await record("announcement_called_back", batch, by=by, edition=edition.id)


async def carry_out(announcement: str, edition: str) -> None:
    """Its moment has come; what was called back, put off or changed since does not go out."""
    found = await Announcement.objects().get(Announcement.id == announcement)
    year = await Edition.objects().get(Edition.id == edition)
    if found is None or year is None or found.due_at is None or found.due_at > now():
        return
    if found.released_at is not None or found.cancelled_at is not None:
        return
    by = await person_of(found.released_by)
    try:
        await decisions.announce(announcement, edition=year, by=by)
    except FestivalError as error:
        await stop(announcement, error.codes[0], edition=year)


async def stop(announcement: str, why: str, *, edition: Edition) -> None:
    """It does not go out: a decision is another by now. It waits for a yes again, and says why; whoever drew it
    up and whoever said yes read so.
    """
    async with transaction():
        stood = await rows(
            """SELECT asked_by, released_by, due_at FROM announcement
               WHERE id = {} AND released_at IS NULL AND due_at IS NOT NULL FOR UPDATE""",
            announcement,
        )
        if not stood:
            return
        await rows(
            """UPDATE announcement SET released_by = NULL, due_at = NULL, stopped = {}
               WHERE id = {} RETURNING id""",
            why[:64],
            announcement,
        )
        await record("announcement_stopped", announcement, edition=edition.id, code=why)
        due_at = stood[0]["due_at"]
        for reader in sorted({stood[0]["asked_by"], stood[0]["released_by"]}):
            await letters.write(
                "announcement_stopped",
                await person_of(reader),
                occasion=f"stopped:{announcement}:{due_at.isoformat()}:{reader}",
                edition=edition,
                about=announcement,
                link="/committee/announcements",
                when=partial(moment, when=due_at),
            )


# The letters


async def letters_ahead(
    batch: str, edition: Edition, *, first: int = 0, most: int = ROWS
) -> list[BatchLetter]:
    """Each letter of a batch as its reader will have it, in their language."""
    pairs = await rows(
        """SELECT l.id, l.submission, s.film, m.person FROM announcement_line l
           JOIN member m ON m.submission = l.submission JOIN submission s ON s.id = l.submission
           JOIN film f ON f.id = s.film JOIN person p ON p.id = m.person
           WHERE l.announcement = {} AND p.erased_at IS NULL
           ORDER BY l.wanted, f.title, l.submission, m.person LIMIT {} OFFSET {}""",
        batch, most, first,
    )  # fmt: skip
    return await worded_letters(batch, pairs, edition) if pairs else []


async def worded_letters(
    batch: str, pairs: list[dict[str, Any]], edition: Edition
) -> list[BatchLetter]:
    """What all of them hang on is asked for once, however many they are."""
    lines = await by_id(AnnouncementLine, {pair["id"] for pair in pairs})
    films = await by_id(Film, {pair["film"] for pair in pairs})
    people = await by_id(Person, {pair["person"] for pair in pairs})
    kinds = {kind_of(line) for line in lines.values()}
    usual = {kind: await own_words(kind, edition) for kind in kinds}
    watched = await watched_among([one.submission for one in lines.values() if is_refusal(one)])
    word = (await decisions.batch_of(next(iter(lines.values())))).word
    words = await words_of(batch)
    told = []
    for pair in pairs:
        line = lines[pair["id"]]
        facts = facts_of(line, word=word, watched=watched)
        to, film = people[pair["person"]], films[pair["film"]]
        told.append(letter_ahead(line, film, to, facts, edition, usual[kind_of(line)], words))
    return told


async def by_id(table: type[Row], ids: set[str]) -> dict[str, Row]:
    return {row.id: row for row in await table.objects().where(table.id.is_in(sorted(ids)))}


def letter_ahead(
    line: AnnouncementLine,
    film: Film,
    to: Person,
    facts: Mapping[str, Any],
    edition: Edition,
    usual: LetterText | None,
    words: Mapping[tuple[str, str, str, str], AnnouncementWords],
) -> BatchLetter:
    values = {
        "name": to.name or to.email,
        "edition": edition.name,
        "title": partial(film_title, film=film),
        **facts,
    }
    wanted = line.wanted
    with in_zone(edition.zone):
        language, subject, body = worded_as(usual, kind_of(line), to.language, values)
    own = chosen_words(words, wanted, language, line.submission, to.id)
    if own is not None:
        subject, body = said(own, language, values)
    mine = words.get((wanted, "", line.submission, to.id))
    return BatchLetter(
        submission=line.submission,
        person=to.id,
        film=film_title(language, film),
        reader=to.name or to.email,
        wanted=wanted,
        language=language,
        subject=one_line(subject),
        body=body.replace(LINK, "{link}"),
        is_own=bool(mine and mine.body),
        version=mine.version if mine else 0,
    )


def said(own: AnnouncementWords, language: str, values: Mapping[str, Any]) -> tuple[str, str]:
    """Words of one letter stand as they are; those for many have names in braces."""
    if own.person:
        return own.subject, own.body
    given = {name: value(language) if callable(value) else value for name, value in values.items()}
    return filled(language, own.subject, given), filled(language, own.body, given)


def chosen_words(
    words: Mapping[tuple[str, str, str, str], AnnouncementWords],
    wanted: str,
    language: str,
    submission: str,
    person: str,
) -> AnnouncementWords | None:
    """Of this one letter, else of its outcome in its language; None: the usual ones."""
    for key in ((wanted, "", submission, person), (wanted, language, "", "")):
        own = words.get(key)
        if own is not None and own.body:
            return own
    return None


@made_once
async def words_of(batch: str) -> dict[tuple[str, str, str, str], AnnouncementWords]:
    kept = await AnnouncementWords.objects().where(AnnouncementWords.announcement == batch)
    return {
        (one.wanted, one.language, str(one.submission or ""), str(one.person or "")): one
        for one in kept
    }


async def word_all(batch: str, given: BatchWords, *, edition: Edition, by: Person) -> int:
    """Other words for all letters of an outcome in a language. Returns the version that stands.

    A decision that is taken back has letters one by one alone.
    """
    lines = await rows(
        "SELECT id FROM announcement_line WHERE announcement = {} AND was <> ''", batch
    )
    if lines:
        raise Missing("letter_missing")
    known = {*placeholders(given.wanted), "name", "title", "edition"} - {"link"}
    check_words(given.subject, given.body, known)
    key = (given.wanted, given.language, None, None)
    return await keep_words(batch, key, given, edition=edition, by=by)


async def word_one(batch: str, given: LetterOfBatch, *, edition: Edition, by: Person) -> int:
    """Other words for one letter, as they go out."""
    check_words(given.subject, given.body, None)
    line = await rows(
        """SELECT l.wanted FROM announcement_line l JOIN member m ON m.submission = l.submission
           WHERE l.announcement = {} AND l.submission = {} AND m.person = {}""",
        batch, given.submission, given.person,
    )  # fmt: skip
    if not line:
        raise Missing("letter_missing")
    key = (line[0]["wanted"], "", given.submission, given.person)
    return await keep_words(batch, key, given, edition=edition, by=by)


def check_words(subject: str, body: str, known: set[str] | None) -> None:
    if not subject.strip() and not body.strip():
        return
    wrong = [
        *(f"subject:{code}" for code in subject_faults(subject.strip(), known)),
        *(f"body:{code}" for code in body_faults(body.strip(), known, most=8000)),
    ]
    if wrong:
        names = ", ".join(f"{{{one}}}" for one in sorted(known or ()))
        raise Refused(*wrong, subject=300, body=8000, known=names, needed="")


async def keep_words(
    batch: str,
    key: tuple[str, str, str | None, str | None],
    given: BatchWords | LetterOfBatch,
    *,
    edition: Edition,
    by: Person,
) -> int:
    """With the version that was seen (0: none yet); only of a batch that has not gone out."""
    async with transaction():
        open_one = await rows(
            """SELECT id FROM announcement WHERE id = {} AND edition = {} AND released_at IS NULL
                 AND cancelled_at IS NULL AND due_at IS NULL FOR UPDATE""",
            batch, edition.id,
        )  # fmt: skip
        if not open_one:
            await check_known(batch, edition)
            raise Conflict("announcement_out")
        standing = (await words_of(batch)).get((key[0], key[1], key[2] or "", key[3] or ""))
        version = standing.version if standing else 0
        if version != given.version:
            raise Conflict("changed_meanwhile", version=version)
        text = given.body.replace("\r\n", "\n").strip()
        if standing is None:
            await AnnouncementWords(
                id=new_id(), announcement=batch, wanted=key[0], language=key[1], submission=key[2],
                person=key[3], subject=given.subject.strip(), body=text,
            ).save()  # fmt: skip
        else:
            await AnnouncementWords.update(
                {
                    AnnouncementWords.subject: given.subject.strip(),
                    AnnouncementWords.body: text,
                    AnnouncementWords.version: version + 1,
                }
            ).where(AnnouncementWords.id == standing.id)
        await record("announcement_worded", key[2] or batch, by=by, edition=edition.id, kind=key[0])
    return version + 1
