"""Reminders as rules: who has something left to do, told once, and never about what is done already.

A rule is a kind of letter and a question: whose thing is still open, and from or until when. Operators
switch it on and say how many days. Once an hour the house writes what is due: once for each thing and
person, whatever is switched off and on. A letter that still waits when its thing is done is dropped.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival import desk, letters
from festival.access import COMMITTEE, Viewer
from festival.clock import closes, now
from festival.db import rows, transaction
from festival.deadlines import deadlines_of, line_of
from festival.errors import Conflict, Missing
from festival.language import calendar_day, euro, last_minute, moment, t
from festival.people import person as person_of
from festival.record import record
from festival.shapes import SeenVersion
from festival.tables import Edition, Letter, Person, Phase
from festival.texts import film_title
from submissions.materials import IN_SECTION
from submissions.tables import Reminder

NAMED = 20
NEXT_STEP = "?step=next"  # the step that lacks something when the letter is read
SETTLED = timedelta(days=1)  # whoever began a day ago or later needs no word yet


class ReminderWanted(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as an operator wants it."""

    days: Annotated[int, Meta(ge=1, le=60)]
    is_on: bool = False
    version: SeenVersion = 0


class OpenThing(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody has still to do, and what its letter says of it."""

    subject: str
    person: str
    about: str = ""
    link: str = ""
    values: dict[str, Any] = {}

    def occasion(self, rule: str) -> str:
        return f"reminder:{rule}:{self.subject}:{self.person}"


class OpenQuestion(msgspec.Struct, frozen=True):
    """What is open in an edition, in SQL with its values: a row for each thing and person.

    Each has `subject`, `person`, `email`, `at` (since when, or until when, it can be done), `about` (its entry),
    `is_hidden` (from a committee), and what the letter's words need.
    """

    sql: str
    values: tuple[Any, ...]


class ReminderRule(msgspec.Struct, frozen=True, kw_only=True):
    """`asks` for what is open in an edition, or of one subject of it; its days are counted back from a deadline, or
    on from a beginning. `tells` makes a row a thing with its words, `order` is who is told first.
    """

    asks: Callable[[Edition, str], Awaitable[OpenQuestion | None]]
    tells: Callable[[Mapping[str, Any]], OpenThing]
    days: int
    order: str = "about, person"
    is_before: bool = False


# What may be open


_OF_A_DRAFT = """
SELECT {subject} AS subject, s.id AS about, m.person, p.email, {at} AS at, d.ends, n.ready_at,
  coalesce(x.is_blind, false) AS is_hidden
FROM submission s JOIN member m ON m.submission = s.id
JOIN person p ON p.id = m.person AND p.disabled_at IS NULL LEFT JOIN section x ON x.id = s.section
JOIN unnest({{}}::text[], {{}}::timestamptz[], {{}}::timestamptz[]) AS d (section, ends, closes)
  ON d.section = coalesce(s.section, '')
LEFT JOIN film_file n ON n.submission = s.id AND n.number = (
  SELECT max(number) FROM film_file WHERE submission = s.id)
WHERE s.edition = {{}} AND s.status = 'draft' AND {only}"""
MAY_FILE = """({}::timestamptz < d.closes OR n.created_at < d.closes
  AND {}::timestamptz < greatest(d.closes, n.ready_at) + {}::interval)"""
"""`submissions.eligibility.may_file` in SQL, of a file `n` that its section takes until `d.closes`."""


def of_subject(column: str, subject: str) -> tuple[str, tuple[str, ...]]:
    """SQL and its value: of one subject; nothing where all are asked of, for the database plans the two apart."""
    return (f"AND {column} = {{}}", (subject,)) if subject else ("", ())


async def drafts(edition: Edition, subject: str) -> OpenQuestion | None:
    """Entries that are not filed, while they may still be begun; those of today are left in peace."""
    which, its = of_subject("s.id", subject)
    only = f"{{}}::timestamptz < d.closes AND s.created_at < {{}} {which}"
    return await of_drafts(edition, "s.id", "d.closes", only, now(), now() - SETTLED, *its)


async def unreleased(edition: Edition, subject: str) -> OpenQuestion | None:
    """Copies that nobody has let go, as long as the entry may be filed with them."""
    which, its = of_subject("n.id", subject)
    only = f"n.state = 'ready' AND n.ready_at IS NOT NULL AND {MAY_FILE} {which}"
    values = now(), now(), timedelta(hours=edition.grace_hours), *its
    return await of_drafts(edition, "n.id", "n.ready_at", only, *values)


async def of_drafts(
    edition: Edition, subject: str, at: str, only: str, *values: Any
) -> OpenQuestion | None:
    """Drafts, each with its newest file and the deadline of its section; none once entries are over."""
    if edition.phase != Phase.ENTRIES:
        return None
    known = await deadlines_of(edition)
    sections = await rows("SELECT id FROM section WHERE edition = {}", edition.id)
    lines = {one: line_of(edition, known, one) for one in ("", *(row["id"] for row in sections))}
    ends = [line[-1].at for line in lines.values()]
    return OpenQuestion(
        _OF_A_DRAFT.format(subject=subject, at=at, only=only),
        (list(lines), ends, [closes(end) for end in ends], edition.id, *values),
    )


def of_a_film(row: Mapping[str, Any], page: str, **values: Any) -> OpenThing:
    film = {"title": row["title"], "titles": row["titles"]}
    return OpenThing(
        subject=row["subject"],
        person=row["person"],
        about=row["about"],
        link=f"/submissions/{row['about']}{page}",
        values={"title": partial(film_title, film=film), **values},
    )


def of_a_draft(row: Mapping[str, Any]) -> OpenThing:
    return of_a_film(row, NEXT_STEP, deadline=partial(moment, when=last_minute(row["ends"])))


def of_a_copy(row: Mapping[str, Any]) -> OpenThing:
    return of_a_film(row, "/file", since=partial(calendar_day, when=row["ready_at"]))


async def silent(edition: Edition, subject: str) -> OpenQuestion:
    """Parts whose holders have had their letter and were never here."""
    which, its = of_subject("r.id", subject)
    return OpenQuestion(
        f"""SELECT r.id AS subject, '' AS about, r.person, p.email, max(l.sent_at) AS at, false AS is_hidden, r.part
           FROM role r JOIN person p ON p.id = r.person AND p.disabled_at IS NULL
           JOIN letter l ON l.person = r.person AND l.edition = r.edition AND l.kind = 'invitation'
             AND l.about = r.part AND l.sent_at IS NOT NULL AND l.bounced_at IS NULL
           WHERE r.edition = {{}} {which}
             AND NOT EXISTS (SELECT 1 FROM record c WHERE c.person = r.person
               AND c.act = 'signed_in' AND c.at > r.created_at)
           GROUP BY r.id, p.id""",
        (edition.id, *its),
    )


def of_a_part(row: Mapping[str, Any]) -> OpenThing:
    return OpenThing(
        subject=row["subject"],
        person=row["person"],
        link="/account/sign-in",
        values={"part": partial(part_in, part=row["part"])},
    )


async def missing(edition: Edition, subject: str) -> OpenQuestion:
    """What accepted films have still to bring, until the day of each: one thing for a film and a day."""
    which, its = of_subject("s.id", subject.partition("-")[0])
    return OpenQuestion(
        f"""SELECT DISTINCT s.id || '-' || round(extract(epoch FROM m.due_at)::float8)::bigint AS subject,
             s.id AS about, k.person, p.email, m.due_at AS at, false AS is_hidden
           FROM submission s JOIN member k ON k.submission = s.id
           JOIN person p ON p.id = k.person AND p.disabled_at IS NULL
           JOIN material m ON m.edition = s.edition AND m.is_required AND m.closed_at IS NULL
             AND m.due_at > now() AND {IN_SECTION}
           WHERE s.edition = {{}} AND s.status = 'accepted' {which}
             AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.material = m.id AND d.submission = s.id)""",
        (edition.id, *its),
    )


def of_materials(row: Mapping[str, Any]) -> OpenThing:
    return of_a_film(row, "/materials", deadline=partial(moment, when=last_minute(row["at"])))


async def unpaid(edition: Edition, subject: str) -> OpenQuestion:
    """Fees that are due for what was filed, as long as the film is in the running."""
    which, its = of_subject("s.id", subject)
    return OpenQuestion(
        f"""SELECT s.id AS subject, s.id AS about, k.person, p.email, s.filed_at AS at,
             coalesce(x.is_blind, false) AND s.announced_at IS NULL AS is_hidden,
             e.cents - e.waived_cents AS owed
           FROM fee e JOIN submission s ON s.id = e.submission AND s.edition = e.edition AND s.filed_at IS NOT NULL
             AND s.status IN ('submitted', 'accepted', 'waitlisted')
           JOIN member k ON k.submission = s.id
           JOIN person p ON p.id = k.person AND p.disabled_at IS NULL LEFT JOIN section x ON x.id = s.section
           WHERE e.edition = {{}} AND e.state = 'due' AND e.cents > e.waived_cents {which}""",
        (edition.id, *its),
    )


def of_a_fee(row: Mapping[str, Any]) -> OpenThing:
    return of_a_film(row, "#fees", amount=partial(euro, cents=row["owed"]))


def part_in(language: str, *, part: str) -> str:
    return t(language, f"common.part.{part}")


RULES: dict[str, ReminderRule] = {
    "draft_waits": ReminderRule(asks=drafts, tells=of_a_draft, days=7, is_before=True),
    "copy_waits": ReminderRule(asks=unreleased, tells=of_a_copy, days=3),
    "materials_wait": ReminderRule(
        asks=missing, tells=of_materials, days=7, order="at, about, person", is_before=True
    ),
    "fee_waits": ReminderRule(asks=unpaid, tells=of_a_fee, days=7),
    "invitation_waits": ReminderRule(asks=silent, tells=of_a_part, days=7, order="subject"),
}
"""By the kind of letter that they write."""
_NOT_TOLD = """NOT EXISTS (SELECT 1 FROM letter l
  WHERE l.occasion = 'reminder:' || {}::text || ':' || o.subject || ':' || o.person)"""


def due(name: str, days: int, question: OpenQuestion) -> tuple[str, tuple[Any, ...]]:
    """SQL that begins with `due`, and its values: what is open, whose time has come, and of which nobody has been
    told.
    """
    sign = "-" if RULES[name].is_before else "+"
    return f"""WITH due AS MATERIALIZED (SELECT * FROM ({question.sql}) o
        WHERE o.at {sign} make_interval(hours => 24 * {{}}) <= {{}} AND {_NOT_TOLD})""", (
        *question.values, days, now(), name
    )  # fmt: skip


# What operators set


class ReminderStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A rule in an edition: whether it is on, and who would get its letter now.

    Of a film that the operator must not know of, only the number stands.
    """

    rule: str
    days: int
    is_on: bool
    is_before: bool
    version: int
    id: str
    due: int
    named: list[dict[str, str]]


async def standings(edition: Edition, viewer: Viewer) -> list[ReminderStanding]:
    kept = {row.rule: row for row in await desk.all_of(Reminder, edition)}
    found = []
    for name, rule in RULES.items():
        row = kept.get(name)
        days = row.days if row else rule.days
        n, named = await due_and_named(name, days, edition=edition, viewer=viewer)
        found.append(
            ReminderStanding(
                rule=name,
                days=days,
                is_on=bool(row and row.is_on),
                is_before=rule.is_before,
                version=row.version if row else 0,
                id=row.id if row else "",
                due=n,
                named=named,
            )
        )
    return found


async def due_and_named(
    name: str, days: int, *, edition: Edition, viewer: Viewer
) -> tuple[int, list[dict[str, str]]]:
    """To how many this rule would write now, and the first of those that the viewer may know of."""
    rule = RULES[name]
    question = await rule.asks(edition, "")
    if question is None:
        return 0, []
    sql, values = due(name, days, question)
    found = await rows(
        f"""{sql}, named AS (SELECT * FROM due WHERE NOT about = ANY({{}}) AND NOT (is_hidden AND {{}})
              ORDER BY {rule.order} LIMIT {NAMED})
            SELECT (SELECT count(*)::int FROM due) AS due, coalesce((
              SELECT jsonb_agg(jsonb_build_object('to', email, 'title', coalesce(f.title, '')) ORDER BY {rule.order})
              FROM named LEFT JOIN submission s ON s.id = about LEFT JOIN film f ON f.id = s.film), '[]') AS named""",
        *values, sorted(viewer.recused), viewer.has(*COMMITTEE),
    )  # fmt: skip
    return found[0]["due"], found[0]["named"]


async def set_rule(rule: str, wanted: ReminderWanted, *, edition: Edition, by: Person) -> None:
    """Switch a rule on or off, and say after how many days; `version` is the one that was seen."""
    if rule not in RULES:
        raise Missing("reminder_missing")
    given: dict[str, Any] = {"days": wanted.days, "is_on": wanted.is_on}
    async with transaction():
        await desk.hold_edition(edition.id)
        kept = await Reminder.objects().get(
            (Reminder.edition == edition.id) & (Reminder.rule == rule)
        )
        if kept is not None:
            await desk.amend(kept, given, version=wanted.version, act="reminder_set", by=by)
        elif wanted.version:
            raise Conflict("gone_meanwhile")
        else:
            row = Reminder(
                edition=edition.id, rule=rule, version=1, days=wanted.days, is_on=wanted.is_on
            )
            await desk.add(row, act="reminder_set", by=by)


# Carrying out


async def due_now(name: str, days: int, *, edition: Edition) -> list[OpenThing]:
    """What is open, whose time has come, and of which nobody has been told."""
    rule = RULES[name]
    question = await rule.asks(edition, "")
    if question is None:
        return []
    sql, values = due(name, days, question)
    found = await rows(
        f"""{sql} SELECT due.*, f.title, f.titles FROM due
            LEFT JOIN submission s ON s.id = about LEFT JOIN film f ON f.id = s.film ORDER BY {rule.order}""",
        *values,
    )
    return [rule.tells(row) for row in found]


async def carry_out() -> None:
    """Every rule that is on, in every edition, each in an act of its own."""
    for row in await rows("SELECT id FROM reminder WHERE is_on ORDER BY edition, rule"):
        await remind(row["id"])


async def remind(row_id: str) -> int:
    """How many letters this rule has written now; whoever switches it off waits for its end."""
    async with transaction():
        kept = await rows(
            "SELECT edition, rule, days FROM reminder WHERE id = {} AND is_on FOR SHARE", row_id
        )
        if not kept or kept[0]["rule"] not in RULES:
            return 0
        edition = await Edition.objects().get(Edition.id == kept[0]["edition"])
        if edition is None:
            return 0
        name, written = kept[0]["rule"], 0
        for one in await due_now(name, kept[0]["days"], edition=edition):
            written += await letters.write(
                name, await person_of(one.person), occasion=one.occasion(name), edition=edition,
                about=one.about, link=one.link, **one.values,
            )  # fmt: skip
        if written:
            await record("reminders_written", row_id, edition=edition.id, rule=name, n=written)
    return written


async def still_true(letter: Letter) -> bool:
    """Asked when a reminder is about to go: whether its thing is still open."""
    edition = await Edition.objects().get(Edition.id == letter.edition)
    _, name, subject, person = letter.occasion.split(":")
    if edition is None or name not in RULES:
        return False
    still = await RULES[name].asks(edition, subject)
    return still is not None and bool(
        await rows(
            f"SELECT 1 AS one FROM ({still.sql}) o WHERE o.person = {{}} AND o.subject = {{}}",
            *still.values, person, subject,
        )
    )  # fmt: skip
