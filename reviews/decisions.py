"""A decision stays inside the committee until it is announced; announcing takes two people."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any, cast

import msgspec
from msgspec import Meta

from festival.clock import now
from festival.db import later, rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.language import t
from festival.record import record
from festival.shapes import SeenVersion
from festival.tables import Edition, Person, new_id
from festival.texts import Texts, quoted_films
from reviews.cautions import watched_among
from reviews.tables import Announcement, AnnouncementLine, Decision
from submissions import projection
from submissions.entries import move, propose, propose_many
from submissions.status import BACK, DECIDABLE, Status
from submissions.tables import Submission
from submissions.telling import OccasionWords, tell_members

MOST_AT_ONCE = 5000  # films of one announcement


class Sentence(msgspec.Struct, frozen=True):
    """Why: it goes into the minutes. `version` is the decision's as its author saw it (0: none)."""

    note: Annotated[str, Meta(min_length=3, max_length=2000)]
    version: SeenVersion = 0


# How often a film was decided on or announced: the version that a board shows, and an act brings.
VERSION = """((SELECT count(*) FROM decision d WHERE d.submission = s.id)
  + (SELECT count(*) FROM announcement_line l JOIN announcement a ON a.id = l.announcement
     WHERE l.submission = s.id AND a.released_at IS NOT NULL))"""


async def _decide(
    submission: Submission, wanted: Status | None, *, by: Person, note: str, seen: int
) -> None:
    async with transaction():
        await hold(submission, seen=seen)
        was = await pending_of(submission)
        await propose(submission, wanted, by=by)
        if was == Status.ACCEPTED and wanted is not Status.ACCEPTED:
            await tell_programmers(submission)
        await Decision(
            submission=submission.id,
            person=by.id,
            note=note.strip(),
            wanted=None if wanted is None else wanted.value,
        ).save()


async def pending_of(submission: Submission) -> str | None:
    selected = await rows("SELECT pending FROM submission WHERE id = {}", submission.id)
    return cast("str | None", selected[0]["pending"])


async def tell_programmers(submission: Submission) -> None:
    """If the film stands in the grid: they build on what was decided."""
    await later("tell_of_departure", edition=str(submission.edition), submission=submission.id)


async def hold(submission: Submission, *, seen: int) -> None:
    """Lock the film; whoever saw an older decision than the one that stands gets it to read."""
    await rows("SELECT id FROM submission WHERE id = {} FOR UPDATE", submission.id)
    selected = await rows(
        f"SELECT {VERSION} AS version FROM submission s WHERE s.id = {{}}", submission.id
    )
    if selected[0]["version"] == seen:
        return
    standing = await newest(submission)
    code = "decision_overtaken" if standing["wanted"] else "decision_reopened"
    raise Conflict(code, version=selected[0]["version"], standing=standing, **standing)


async def newest(submission: Submission) -> dict[str, str]:
    """The decision that stands: `wanted` (nothing: back on the table), `name`, `note`, `at`."""
    selected = await rows(
        """SELECT coalesce(d.wanted, '') AS wanted, coalesce(nullif(p.name, ''), p.email) AS name,
             d.note, d.created_at AS at
           FROM decision d JOIN person p ON p.id = d.person WHERE d.submission = {}
           ORDER BY d.created_at DESC LIMIT 1""",
        submission.id,
    )
    if not selected:
        return {"wanted": "", "name": "", "note": "", "at": ""}
    return {**selected[0], "at": selected[0]["at"].isoformat()}


async def accept(submission: Submission, *, by: Person, note: str, seen: int = 0) -> None:
    """Choose the film; its makers learn nothing before the decision is announced."""
    await _decide(submission, Status.ACCEPTED, by=by, note=note, seen=seen)


async def wait(submission: Submission, *, by: Person, note: str, seen: int = 0) -> None:
    """Keep the film on the waiting list."""
    await _decide(submission, Status.WAITLISTED, by=by, note=note, seen=seen)


async def regret(submission: Submission, *, by: Person, note: str, seen: int = 0) -> None:
    await _decide(submission, Status.DECLINED, by=by, note=note, seen=seen)


async def reopen(submission: Submission, *, by: Person, note: str, seen: int = 0) -> None:
    """Take a decision back to the table, before it is announced."""
    await _decide(submission, None, by=by, note=note, seen=seen)


# Many at once

MOST_MOVED = 5000
SeenFilm = Annotated[str, Meta(pattern="^[A-Za-z0-9]{1,16}:[0-9]{1,9}$")]


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A film that was not moved with the others, and what stands of it. `why`: `changed` since it was
    seen, or `settled`: where it stands takes no decision.
    """

    id: str
    title: str
    titles: Texts
    why: str
    wanted: str = ""
    name: str = ""
    note: str = ""


class ManyMoved(msgspec.Struct, frozen=True):
    """How many films were decided, and which were not, each with the reason."""

    moved: int
    left_out: list[LeftOut] = []


async def decide_many(
    films: dict[str, int | datetime],
    wanted: Status | None,
    *,
    edition: Edition,
    by: Person,
    note: str,
) -> ManyMoved:
    """One sentence for many films. Each comes with what was seen of it: its version, or the moment at which
    the whole list was looked at. What changed since is left as it is and told; all others are decided.
    """
    async with transaction():
        await rows(
            "SELECT id FROM submission WHERE id = ANY({}) ORDER BY id FOR UPDATE", sorted(films)
        )
        standing = await rows(
            f"""SELECT s.id, f.title, f.titles, s.status, s.pending, {VERSION} AS version,
                  coalesce(d.wanted, '') AS wanted, coalesce(nullif(p.name, ''), p.email, '') AS name,
                  coalesce(d.note, '') AS note, greatest(d.created_at, s.announced_at) AS changed_at
                FROM submission s JOIN film f ON f.id = s.film
                LEFT JOIN LATERAL (SELECT * FROM decision d WHERE d.submission = s.id
                  ORDER BY d.created_at DESC LIMIT 1) d ON true
                LEFT JOIN person p ON p.id = d.person
                WHERE s.id = ANY({{}}) AND s.edition = {{}} ORDER BY f.title, s.id""",
            sorted(films),
            edition.id,
        )
        why = {row["id"]: reason for row in standing if (reason := barred(row, films[row["id"]]))}
        moved = [row for row in standing if row["id"] not in why]
        await write_many(moved, wanted, edition=edition, by=by, note=note)
    left_out = [{**row, "why": why[row["id"]]} for row in standing if row["id"] in why]
    return ManyMoved(len(moved), msgspec.convert(left_out, list[LeftOut]))


def barred(row: dict[str, Any], seen: int | datetime) -> str:
    """Why a film does not move with the others; nothing when it does."""
    if Status(row["status"]) not in DECIDABLE:
        return "settled"
    if isinstance(seen, datetime):
        return "changed" if row["changed_at"] is not None and row["changed_at"] > seen else ""
    return "" if row["version"] == seen else "changed"


async def write_many(
    moved: list[dict[str, Any]], wanted: Status | None, *, edition: Edition, by: Person, note: str
) -> None:
    ids = [row["id"] for row in moved]
    if not ids:
        return
    await propose_many(ids, wanted, edition=edition, by=by)
    await rows(
        """INSERT INTO decision (id, submission, person, note, wanted)
           SELECT new, film, {}, {}, {} FROM unnest({}::text[], {}::text[]) AS one(new, film)
           RETURNING id""",
        by.id,
        note.strip(),
        None if wanted is None else wanted.value,
        [new_id() for _ in ids],
        ids,
    )
    if wanted is not Status.ACCEPTED:
        for row in moved:
            if row["pending"] == Status.ACCEPTED:
                await later("tell_of_departure", edition=edition.id, submission=row["id"])


async def ask_announcement(edition: Edition, submissions: list[str], *, by: Person) -> Announcement:
    """Draw up a batch as the decisions stand now; nobody is told yet. A film waits in one alone."""
    async with transaction():
        standing = await rows(
            """SELECT id, pending FROM submission
               WHERE edition = {} AND id = ANY({}) AND pending IS NOT NULL
               ORDER BY id FOR UPDATE""",
            edition.id,
            submissions,
        )
        if not standing or len(standing) != len(set(submissions)):
            raise Refused("announcement_without_decision")
        await check_undrawn(submissions)
        batch = Announcement(edition=edition.id, asked_by=by.id)
        await batch.save()
        await rows(
            """INSERT INTO announcement_line (id, announcement, submission, wanted)
               SELECT new, {}, film, wanted
               FROM unnest({}::text[], {}::text[], {}::text[]) AS one(new, film, wanted) RETURNING id""",
            batch.id,
            [new_id() for _ in standing],
            [row["id"] for row in standing],
            [row["pending"] for row in standing],
        )
        await record("announcement_asked", batch.id, by=by, edition=edition.id, films=len(standing))
    return batch


async def check_undrawn(submissions: list[str]) -> None:
    """None of these films waits in a batch already; they are held, so that none can come to.

    A question of its own after the lock: the one that waited for it has seen nothing newer.
    """
    drawn = await rows(
        """SELECT DISTINCT f.title, f.titles FROM announcement a
           JOIN announcement_line l ON l.announcement = a.id
           JOIN submission s ON s.id = l.submission JOIN film f ON f.id = s.film
           WHERE l.submission = ANY({}) AND a.released_at IS NULL AND a.cancelled_at IS NULL
           ORDER BY f.title""",
        submissions,
    )
    if drawn:
        raise Conflict("announcement_drawn_already", titles=partial(quoted_films, films=drawn))


async def unseen_by_others(
    edition: Edition, submissions: list[str], *, but: str
) -> list[dict[str, str]]:
    """Films (`title`, `titles`) that keep a batch from being released by any chair other than
    `but`; none when one of them may see it whole, or when there is no other chair yet.
    """
    if not edition.two_person_release:
        return []
    chairs = await rows(
        """SELECT r.person, coalesce(jsonb_agg(jsonb_build_object('title', f.title,
               'titles', f.titles) ORDER BY f.title)
             FILTER (WHERE NOT (r.sections = '[]' OR r.sections ? s.section)
               OR EXISTS (SELECT 1 FROM recusal q WHERE q.submission = s.id
                          AND q.person = r.person AND q.lifted_at IS NULL)
               OR EXISTS (SELECT 1 FROM member m WHERE m.submission = s.id
                          AND m.person = r.person)), '[]') AS hidden
           FROM role r JOIN person p ON p.id = r.person AND p.disabled_at IS NULL
           JOIN submission s ON s.id = ANY({}) JOIN film f ON f.id = s.film
           WHERE r.edition = {} AND r.part = 'chair' AND r.person <> {} GROUP BY r.person""",
        submissions,
        edition.id,
        but,
    )
    return min((chair["hidden"] for chair in chairs), key=len, default=[])


async def announce(batch_id: str, *, edition: Edition, by: Person) -> None:
    """Release a batch: every status moves and every letter is written in one instant, once."""
    async with transaction():
        released = await rows(
            """UPDATE announcement SET released_by = {}, released_at = now()
               WHERE id = {} AND edition = {} AND released_at IS NULL AND cancelled_at IS NULL
               RETURNING asked_by""",
            by.id,
            batch_id,
            edition.id,
        )
        if not released:
            await check_known(batch_id, edition)
            return
        if edition.two_person_release and released[0]["asked_by"] == by.id:
            raise Refused("announcement_needs_second_person")
        await hold_films(batch_id)
        await check_preview(batch_id)
        for line in await AnnouncementLine.objects().where(
            AnnouncementLine.announcement == batch_id
        ):
            await tell(line, edition=edition, by=by)
        await record("announcement_released", batch_id, by=by, edition=edition.id)


async def hold_films(batch_id: str) -> None:
    """No decision of the batch changes while it is told; in one order, so that no two batches
    wait for each other.
    """
    await rows(
        """SELECT id FROM submission
           WHERE id IN (SELECT submission FROM announcement_line WHERE announcement = {})
           ORDER BY id FOR UPDATE""",
        batch_id,
    )


async def check_preview(batch_id: str) -> None:
    """Every decision must still be the one that was previewed; those that are not are named."""
    changed = await rows(
        """SELECT f.title, f.titles FROM announcement_line l JOIN submission s ON s.id = l.submission
           JOIN film f ON f.id = s.film
           WHERE l.announcement = {} AND CASE WHEN l.was = '' THEN s.pending IS DISTINCT FROM l.wanted
             ELSE s.status <> l.was OR s.pending IS NOT NULL END
           ORDER BY f.title""",
        batch_id,
    )
    if changed:
        raise Conflict(
            "decision_changed_since_preview", titles=partial(quoted_films, films=changed)
        )


async def check_known(batch_id: str, edition: Edition) -> None:
    """Released before is fine; cancelled, or of another edition, is not."""
    batch = await Announcement.objects().get(
        (Announcement.id == batch_id) & (Announcement.edition == edition.id)
    )
    if batch is None:
        raise Missing("announcement_missing")
    if batch.cancelled_at is not None:
        raise Conflict("announcement_cancelled")


async def tell(line: AnnouncementLine, *, edition: Edition, by: Person) -> None:
    """One film of a batch whose films are held and whose decisions are those of the preview."""
    submission = await Submission.objects().get(Submission.id == line.submission)
    if submission is None:
        raise Missing("submission_missing")
    wanted = Status(line.wanted)
    if line.was:
        await take_back(submission, line, edition=edition, by=by)
    elif submission.status != wanted:
        await move(submission, wanted, by=by)
    told_at = None if wanted is Status.SUBMITTED else now()
    await Submission.update({Submission.pending: None, Submission.announced_at: told_at}).where(
        Submission.id == submission.id
    )
    if wanted is Status.ACCEPTED:
        await projection.order(submission)
    elif wanted is Status.DECLINED or line.was:
        await tell_programmers(submission)
    await tell_members(
        submission,
        kind_of(line),
        edition=edition,
        occasion=f"announcement:{line.announcement}",
        words=await words_for(line),
        **facts_of(
            line,
            word=(await batch_of(line)).word if line.was else "",
            watched=await watched_among([line.submission] if is_refusal(line) else []),
        ),
    )


async def take_back(
    submission: Submission, line: AnnouncementLine, *, edition: Edition, by: Person
) -> None:
    """An announced decision is another by now, in the words of whoever asked for it; a place that it leaves is
    asked for anew.
    """
    wanted = Status(line.wanted)
    await move(submission, wanted, by=by, moves=BACK)
    batch = await batch_of(line)
    await Decision(
        submission=submission.id,
        person=batch.asked_by,
        note=batch.note,
        wanted=None if wanted is Status.SUBMITTED else wanted.value,
    ).save()
    await rows("DELETE FROM promotion WHERE gone = {} RETURNING gone", submission.id)
    await record(
        "decision_taken_back",
        submission.id,
        by=by,
        edition=edition.id,
        changes={"status": [line.was, wanted.value]},
    )


async def batch_of(line: AnnouncementLine) -> Announcement:
    batch = await Announcement.objects().get(Announcement.id == line.announcement)
    if batch is None:
        raise Missing("announcement_missing")
    return batch


def kind_of(line: AnnouncementLine) -> str:
    """Which letter tells of it: that of the outcome, or the one of a decision taken back."""
    return "decision_taken_back" if line.was else line.wanted


async def words_for(line: AnnouncementLine) -> OccasionWords:
    """What the batch says in other words than usual: to somebody, in their language."""
    kept = await rows(
        """SELECT language, coalesce(person, '') AS person, subject, body FROM announcement_words
           WHERE announcement = {} AND wanted = {} AND body <> ''
             AND (submission IS NULL OR submission = {})""",
        line.announcement,
        line.wanted,
        line.submission,
    )
    by_key = {(row["language"], row["person"]): (row["subject"], row["body"]) for row in kept}

    def words(language: str, person: str) -> tuple[str, str, bool] | None:
        if ("", person) in by_key:
            return (*by_key["", person], True)
        return (*by_key[language, ""], False) if (language, "") in by_key else None

    return words


def is_refusal(line: AnnouncementLine) -> bool:
    """The only letter that may say that the film was watched."""
    return not line.was and line.wanted == Status.DECLINED


def facts_of(line: AnnouncementLine, *, word: str, watched: set[str]) -> dict[str, Any]:
    """A refusal says that the film was watched only where the house knows it; of a decision that is taken back a
    letter says what was told before, what is true now, and why as far as the chair wrote it for its reader.
    """
    if line.was:
        return {
            "was": lambda lang: t(lang, f"letter.taken_back.was.{line.was}"),
            "now": lambda lang: t(lang, f"letter.taken_back.now.{line.wanted}"),
            "why": f"\n\n{word}" if word else "",
        }
    if not is_refusal(line):
        return {}
    is_watched = line.submission in watched
    return {"watched": lambda lang: " " + t(lang, "letter.declined.watched") if is_watched else ""}


async def cancel(batch_id: str, *, edition: Edition, by: Person) -> None:
    """Put a batch away before anybody was told."""
    async with transaction():
        gone = await rows(
            """UPDATE announcement SET cancelled_at = now()
               WHERE id = {} AND edition = {} AND released_at IS NULL AND cancelled_at IS NULL
               RETURNING id""",
            batch_id,
            edition.id,
        )
        if not gone:
            await check_known(batch_id, edition)
            raise Conflict("announcement_released_meanwhile")
        await record("announcement_cancelled", batch_id, by=by, edition=edition.id)
