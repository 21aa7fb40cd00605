"""JSON: the edition's rules, people and their parts, the queue, and the mailbox of development."""

import email
import email.policy
from collections.abc import Iterator
from datetime import date
from email.message import EmailMessage
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import msgspec
from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from api.auth import needs
from festival import editions, leases, letters, people
from festival.access import COMMITTEE, Act, Viewer
from festival.clock import now
from festival.db import rows, transaction
from festival.editions import Rules
from festival.errors import Conflict, Missing, Refused
from festival.language import moment, t
from festival.letters import has_good_key, write_key
from festival.record import record
from festival.settings import Settings
from festival.tables import Edition, Outbox, Part, Person, Section, new_id
from screenings import grid, planning
from submissions import intake, rejudging, sharing

OPERATOR = [needs(Act.OPERATE, scope="operate")]
MOST_LETTERS = 200
MOST_LINES = 100
# What the committee says and decides among itself: operators see that it happened, but never what a
# vote or a decision was; and not even that where they sit in the committee.
AMONG_THE_COMMITTEE = [
    "review_given", "review_kept", "sheet_reopened", "note_made", "note_changed", "note_removed",
    "recused", "recusal_lifted", "decision_proposed",
]  # fmt: skip
# Of a film that they made, or stepped aside from, operators do not read either who has looked at it.
ABOUT_A_FILM_OF_THEIRS = [*AMONG_THE_COMMITTEE, "copy_opened"]


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody gets a part in this edition. Sections by letter: an empty list means all of them,
    none at all leaves them as they were.
    """

    email: Annotated[str, Meta(max_length=254)]
    name: Annotated[str, Meta(max_length=120)] = ""
    part: Part
    sections: Annotated[list[Annotated[str, Meta(max_length=1)]], Meta(max_length=20)] | None = None


@get("/edition")
async def edition(edition_row: NamedDependency[Edition]) -> dict[str, Any]:
    """What anybody may know of the edition."""
    return {
        "slug": edition_row.slug,
        "name": edition_row.name,
        "phase": edition_row.phase,
        "first_day": edition_row.first_day.isoformat(),
        "days": edition_row.days,
        "deadline_at": edition_row.deadline_at.isoformat(),
    }


@patch("/operator/edition", guards=OPERATOR, status_code=204)
async def change_edition(
    data: JSONBody[Rules], person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """Set the edition's rules; what is not named stays. Another first day moves the grid along."""
    if data.policy is not None:
        rejudging.checked(data.policy)
    was = edition_row.first_day
    async with transaction():
        await editions.change(edition_row, data, by=person)
        await grid.follow(edition_row, was=was, by=person)


class Outcome(StrEnum):
    """What an invitation has done, for whoever sends it."""

    INVITED = "invited"  # the part is given, and a letter goes out
    AGAIN = "again"  # the part was held; its letter's time was over, another goes out
    STANDS = "stands"  # the part was held; a letter whose link is good lies in the mailbox
    HELD = "held"  # the part was held, and its holder has come in since
    QUIET = "quiet"  # as many letters as the mailbox may get in a day have gone out already


class Invited(msgspec.Struct, frozen=True):
    id: str
    state: Outcome


async def invite(
    edition: Edition, invitation: Invitation, *, by: Person, settings: Settings
) -> Invited:
    """The part, and a letter with a link. Inviting again changes and writes only what is missing."""
    ids = await sections_of(edition, invitation)
    async with transaction():
        person = await people.meet(invitation.email, name=invitation.name)
        if person.id == by.id:
            raise Refused("email:part_to_oneself")  # a part needs a second person
        await people.one_at_a_time(person)
        is_new = await people.grant(
            person, invitation.part, edition=edition, by=by, sections=ids
        )
        if is_new:
            await tell_of_part("part_given", person, invitation.part, edition=edition, by=by)
        state = await outcome(person, invitation.part, edition=edition, settings=settings)
        if state is Outcome.AGAIN:
            await write_key(
                "invitation",
                person,
                edition=edition,
                settings=settings,
                about=invitation.part.value,
                part=lambda language: t(language, f"common.part.{invitation.part}"),
            )
    return Invited(person.id, Outcome.INVITED if is_new and state is Outcome.AGAIN else state)


async def sections_of(edition: Edition, invitation: Invitation) -> list[str] | None:
    """The ids of the letters; a letter that the edition does not know is named with those it does."""
    if invitation.sections is None:
        return None
    ids = {one.letter: one.id for one in await Section.objects().where(Section.edition == edition.id)}
    if unknown := [letter for letter in invitation.sections if letter not in ids]:
        raise Refused(
            "sections:section_unknown", letters=", ".join(unknown), known=", ".join(sorted(ids))
        )
    return [ids[letter] for letter in invitation.sections]


async def outcome(
    person: Person, part: Part, *, edition: Edition, settings: Settings
) -> Outcome:
    """Whether a letter about this part is wanted (`AGAIN`), or why none is."""
    if await people.has_come_in(person, part, edition=edition):
        return Outcome.HELD
    if await has_good_key(
        "invitation", person, edition=edition, settings=settings, about=part.value
    ):
        return Outcome.STANDS
    return Outcome.AGAIN if await people.is_owed_an_invitation(person) else Outcome.QUIET


@post("/operator/people", guards=OPERATOR)
async def add_person(
    data: JSONBody[Invitation],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> Invited:
    """Invite somebody; the answer says whether a letter went out, and why not where none did."""
    return await invite(edition_row, data, by=person, settings=settings)


@get("/operator/record", guards=OPERATOR)
async def read_record(
    edition_row: NamedDependency[Edition],
    viewer: NamedDependency[Viewer],
    act: FromQuery[Annotated[str, Meta(max_length=48)]] = "",
    who: FromQuery[Annotated[str, Meta(max_length=16)]] = "",
    about: FromQuery[Annotated[str, Meta(max_length=64)]] = "",
    day: FromQuery[date | None] = None,
    before: FromQuery[Annotated[int, Meta(ge=1)]] = 2**53,
) -> list[dict[str, Any]]:
    """Who did what in this edition, the newest first; `before` the last id that was read."""
    return await record_lines(
        edition_row, viewer, act=act, who=who, about=about, day=day, before=before
    )


async def record_lines(
    edition: Edition,
    viewer: Viewer,
    *,
    act: str = "",
    who: str = "",
    about: str = "",
    day: date | None = None,
    before: int = 2**53,
) -> list[dict[str, Any]]:
    """Lines of the record, a hundred at most; `day` is one of Paris, midnight to midnight.

    `about` is a subject; a film's are also those of its files. A film is named to operators who have
    not stepped aside from it.
    """
    return await rows(
        """SELECT r.id, r.at, r.act, r.person, coalesce(nullif(p.name, ''), p.email, '') AS name,
             r.subject, coalesce(s.id, '') AS film,
             coalesce(nullif(f.title, ''), f.title_en, '') AS title,
             coalesce(nullif(w.name, ''), w.email, '') AS whom,
             CASE WHEN r.act = ANY({}) THEN jsonb_build_object() ELSE r.details END AS details
           FROM record r LEFT JOIN person p ON p.id = r.person LEFT JOIN person w ON w.id = r.subject
           LEFT JOIN film_file n ON n.id = r.subject
           LEFT JOIN submission s ON s.id = coalesce(n.submission, r.subject) AND NOT s.id = ANY({})
           LEFT JOIN film f ON f.id = s.film
           WHERE NOT (r.act = ANY({}) AND {})
             AND NOT (r.act = ANY({}) AND r.person <> {} AND coalesce(n.submission, r.subject) = ANY({}))
             AND r.edition = {} AND r.id < {} AND ({} IN ('', r.act)) AND ({} IN ('', r.person))
             AND ({} IN ('', r.subject, s.id))
             AND ({}::date IS NULL OR (r.at AT TIME ZONE 'Europe/Paris')::date = {}::date)
           ORDER BY r.id DESC LIMIT {}""",
        AMONG_THE_COMMITTEE,
        sorted(viewer.recused),
        AMONG_THE_COMMITTEE,
        viewer.has(*COMMITTEE),
        ABOUT_A_FILM_OF_THEIRS,
        viewer.id,
        await films_apart(viewer),
        edition.id,
        before,
        act,
        who,
        about,
        day,
        day,
        MOST_LINES,
    )


async def films_apart(viewer: Viewer) -> list[str]:
    """Entries of which the viewer is a maker, or from which they have stepped aside."""
    made = await rows("SELECT submission FROM member WHERE person = {}", viewer.id)
    return sorted({row["submission"] for row in made} | viewer.recused)


async def people_of(edition: Edition) -> list[dict[str, Any]]:
    return await rows(
        """SELECT p.id, p.name, p.email, p.disabled_at IS NOT NULL AS disabled,
             jsonb_agg(r.part ORDER BY r.part) AS parts
           FROM person p JOIN role r ON r.person = p.id WHERE r.edition = {}
           GROUP BY p.id ORDER BY p.name, p.email""",
        edition.id,
    )


@get("/operator/people", guards=OPERATOR)
async def all_people(edition_row: NamedDependency[Edition]) -> list[dict[str, Any]]:
    return await people_of(edition_row)


async def take_part(person_id: str, part: Part, *, edition: Edition, by: Person) -> None:
    person = await people.person(person_id)
    async with transaction():
        await people.revoke(person, part, edition=edition, by=by)
        await tell_of_part("part_taken", person, part, edition=edition, by=by)


async def tell_of_part(
    kind: str, person: Person, part: Part, *, edition: Edition, by: Person
) -> None:
    """Who keeps the edition hears of a part that another of them gives or takes: no one person
    makes themself a second one in silence. Makers come and go without it.
    """
    if part is Part.FILMMAKER:
        return
    act, when = new_id(), now()
    for row in await rows(
        """SELECT DISTINCT p.id FROM person p JOIN role r ON r.person = p.id
           WHERE r.edition = {} AND r.part IN ('operator', 'chair') AND p.disabled_at IS NULL
             AND p.id <> {} AND p.id <> {}""",
        edition.id,
        by.id,
        person.id,
    ):
        await letters.write(
            kind,
            await people.person(row["id"]),
            occasion=f"{kind}:{act}:{row['id']}",
            edition=edition,
            by=by.name or by.email,
            who=person.name or person.email,
            when=partial(moment, when=when),
            part=lambda language: t(language, f"common.part.{part}"),
        )


@delete("/operator/people/{person_id:str}/parts/{part:str}", guards=OPERATOR)
async def remove_part(
    person_id: FromPath[str],
    part: FromPath[Part],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take one part away; it ends at once, and what the person did stays in the record."""
    await take_part(person_id, part, edition=edition_row, by=person)


async def queue_lines(viewer: Viewer) -> list[dict[str, Any]]:
    """What was parked and why, what runs, what waits, and what was done in the last hour.

    The lines of the viewer's edition and of the house itself. Of each state there are as many
    letters at most as other lines: a batch hides no film. A film is named to operators who have
    not stepped aside from it.
    """
    return await rows(
        f"""WITH own AS (
             SELECT o.*, CASE WHEN o.done_at IS NOT NULL THEN 'done'
               WHEN o.parked_at IS NOT NULL THEN 'parked'
               WHEN o.leased_until > now() THEN 'running' ELSE 'waiting' END AS state
             FROM outbox o WHERE o.edition = ANY({{}})
               AND (o.done_at IS NULL OR o.done_at > now() - interval '1 hour')
               AND NOT (o.task = 'send_letter' AND o.cancelled_by <> '')),
           ranked AS (
             SELECT own.*, row_number() OVER (PARTITION BY state, task = 'send_letter'
               ORDER BY done_at DESC, priority, due_at, id) AS place FROM own)
           SELECT o.id, o.task, o.queue, o.args, o.priority, o.created_at, o.due_at, o.rung_at,
             o.attempt, o.worker, o.leased_until, o.done_at, o.parked_at, o.fault, o.cancelled_by,
             f.title, CASE WHEN s.id IS NOT NULL THEN n.name END AS file_name,
             n.size AS file_size, n.state AS file_state,
             s.id AS submission, p.kind AS step, p.fraction, p.started_at AS begun_at, o.state,
             l.kind AS letter_kind, a.email AS letter_to
           FROM ranked o
           LEFT JOIN film_file n ON n.id = o.args->>'file'
           LEFT JOIN submission s ON s.id = n.submission AND s.edition = {{}} AND NOT s.id = ANY({{}})
           LEFT JOIN film f ON f.id = s.film
           LEFT JOIN letter l ON l.id = o.args->>'letter' LEFT JOIN person a ON a.id = l.person
           LEFT JOIN LATERAL (SELECT kind, fraction, started_at FROM step
             WHERE file = n.id AND state = 'running' ORDER BY started_at DESC LIMIT 1) p ON true
           WHERE o.place <= {MOST_LINES}
           ORDER BY o.parked_at IS NULL, o.done_at IS NOT NULL, o.done_at DESC, o.priority, o.due_at, o.id""",
        [viewer.edition, ""],
        viewer.edition,
        sorted(viewer.recused),
    )


@get("/operator/queue", guards=OPERATOR)
async def queue(viewer: NamedDependency[Viewer]) -> list[dict[str, Any]]:
    return await queue_lines(viewer)


TAKE_UP = {
    "inspect_film": intake.take_up_again,
    "make_screener": intake.take_up_again,
    "encode_part": sharing.take_up_again,
    "encode_sound": sharing.take_up_again,
    "join_screener": sharing.take_up_again,
    "plan_grid": planning.take_up_again,
}
LET_GO = {
    "inspect_film": intake.give_up,
    "make_screener": intake.give_up,
    "encode_part": sharing.stop,
    "encode_sound": sharing.stop,
    "join_screener": sharing.stop,
    "plan_grid": planning.give_up,
}


async def within_reach(line: str, edition: Edition) -> None:
    """An operator reaches the lines of their own edition, and those of the house itself."""
    if not await Outbox.exists().where(
        (Outbox.id == line) & Outbox.edition.is_in([edition.id, ""])
    ):
        raise Missing("line_missing")


async def send_again(line: str, *, edition: Edition, by: Person) -> None:
    """A parked line goes on its way again, and what it works on stands where the work begins."""
    await within_reach(line, edition)
    async with transaction():
        again = await leases.retry(line)
        if again is None:
            raise Conflict("line_moved_on")
        if again.task in TAKE_UP:
            await TAKE_UP[again.task](again)
        await record("line_retried", line, by=by, edition=edition.id)


async def put_first(line: str, *, edition: Edition, by: Person) -> None:
    await within_reach(line, edition)
    async with transaction():
        if not await leases.raise_up(line):
            raise Conflict("line_moved_on")
        await record("line_raised", line, by=by, edition=edition.id)


async def let_go(line: str, *, edition: Edition, by: Person) -> None:
    """A line is stopped for good, and what it worked on says so."""
    await within_reach(line, edition)
    async with transaction():
        stopped = await leases.cancel(line, by=by.id)
        if stopped is None:
            raise Conflict("line_moved_on")
        if stopped.task in LET_GO:
            await LET_GO[stopped.task](stopped, "cancelled")
        await record("line_cancelled", line, by=by, edition=edition.id)


@post("/operator/queue/{line:str}/retry", guards=OPERATOR, status_code=204)
async def retry(
    line: FromPath[str], person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """Send a parked line on its way again."""
    await send_again(line, edition=edition_row, by=person)


@post("/operator/queue/{line:str}/priority", guards=OPERATOR, status_code=204)
async def raise_up(
    line: FromPath[str], person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """Let a waiting line go before all others."""
    await put_first(line, edition=edition_row, by=person)


@post("/operator/queue/{line:str}/cancellation", guards=OPERATOR, status_code=204)
async def cancel(
    line: FromPath[str], person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """Stop a line, running or waiting; what it worked on is set aside."""
    await let_go(line, edition=edition_row, by=person)


class PolicyName(msgspec.Struct, frozen=True):
    policy: Annotated[str, Meta(pattern="^[a-z]{1,32}$")]


@get("/operator/policy", guards=OPERATOR)
async def preview_policy(
    edition_row: NamedDependency[Edition],
    policy: FromQuery[str],
) -> list[rejudging.Change]:
    """What another policy would change, judged from what was measured; nothing is written."""
    return await rejudging.preview(edition_row, policy)


@post("/operator/policy", guards=OPERATOR, status_code=200)
async def apply_policy(
    data: JSONBody[PolicyName],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> list[rejudging.Change]:
    """Make it the edition's policy, and keep every new verdict."""
    return await rejudging.apply(edition_row, data.policy, by=person)


async def letters_in(mailbox: Path, edition: Edition, *, address: str = "") -> list[dict[str, str]]:
    """The newest letters of the sink: this edition's, and those of the house itself."""
    found: list[dict[str, str]] = []
    files = sorted(mailbox.glob("*.eml"), reverse=True)
    for some in batched(files, MOST_LETTERS):
        read = [letter_of(path) for path in some]
        known = await rows(
            "SELECT id FROM letter WHERE id = ANY({}) AND (edition IS NULL OR edition = {})",
            [letter["letter"] for letter in read],
            edition.id,
        )
        ids = {row["id"] for row in known}
        found += [
            one for one in read if one["letter"] in ids and address.lower() in one["to"].lower()
        ]
        if len(found) >= MOST_LETTERS:
            break
    return found[:MOST_LETTERS]


def letter_of(path: Path) -> dict[str, str]:
    """One file of the sink; `letter` is the row that it was made from."""
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = mail.get_body(("plain",)) if isinstance(mail, EmailMessage) else None
    return {
        "id": path.stem,
        "letter": str(mail["Message-ID"]).strip("<>").partition("@")[0],
        "to": str(mail["To"]),
        "subject": str(mail["Subject"]),
        "date": str(mail["Date"]),
        "body": str(body.get_content()) if isinstance(body, EmailMessage) else "",
    }


def batched(paths: list[Path], size: int) -> Iterator[list[Path]]:
    for first in range(0, len(paths), size):
        yield paths[first : first + size]


def mailbox_of(settings: Settings) -> Path:
    """In development only; in production there is no such place."""
    if settings.in_production or settings.mailbox is None:
        raise Missing("missing")
    return settings.mailbox


@get("/operator/mailbox", guards=OPERATOR)
async def mailbox(
    settings: NamedDependency[Settings],
    edition_row: NamedDependency[Edition],
    address: FromQuery[Annotated[str, Meta(max_length=254)]] = "",
) -> list[dict[str, str]]:
    """Letters of this edition that the local mail server has received (development only)."""
    return await letters_in(mailbox_of(settings), edition_row, address=address.strip())


HANDLERS: list[Any] = [
    edition, change_edition, read_record, add_person, all_people, remove_part, queue, retry, raise_up, cancel,
    preview_policy, apply_policy, mailbox,
]  # fmt: skip
