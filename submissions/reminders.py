"""Reminders as rules: who has something left to do, told once, and never about what is done already.

A rule is a kind of letter and a question: whose thing is still open, and from or until when. Operators
switch it on and say how many days. Once an hour the house writes what is due: once for each thing and
person, whatever is switched off and on. A letter that still waits when its thing is done is dropped.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival import desk, letters
from festival.access import COMMITTEE, Viewer
from festival.clock import closes, now
from festival.db import rows, transaction
from festival.deadlines import closing_of
from festival.errors import Conflict, Missing
from festival.language import calendar_day, euro, last_minute, moment, t
from festival.people import person as person_of
from festival.record import record
from festival.shapes import SeenVersion
from festival.tables import Edition, Letter, Person, Phase
from festival.texts import film_title
from submissions.eligibility import may_file
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
    """Something that somebody has still to do. `at`: since when, or until when, it can be done."""

    subject: str
    person: str
    to: str
    at: datetime
    about: str = ""
    title: str = ""
    is_hidden: bool = False
    link: str = ""
    values: dict[str, Any] = {}

    def occasion(self, rule: str) -> str:
        return f"reminder:{rule}:{self.subject}:{self.person}"


class ReminderQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Of which edition, and of which thing alone if of one."""

    edition: Edition
    subject: str = ""


OpenQuestion = Callable[[ReminderQuestion], Awaitable[list[OpenThing]]]


class ReminderRule(msgspec.Struct, frozen=True, kw_only=True):
    """`asks` for what is open; its days are counted back from a deadline, or on from a beginning."""

    asks: OpenQuestion
    days: int
    is_before: bool = False

    def is_due(self, thing: OpenThing, days: int) -> bool:
        if self.is_before:
            return thing.at - timedelta(days=days) <= now()
        return thing.at + timedelta(days=days) <= now()


# What may be open


_OF_A_FILM = """
SELECT s.id AS about, m.person, p.email AS to, s.section, f.title, f.titles, n.id AS file, n.created_at AS begun,
  n.ready_at AS ready, s.created_at AS opened, coalesce(x.is_blind, false) AS is_blind
FROM submission s JOIN film f ON f.id = s.film JOIN member m ON m.submission = s.id
JOIN person p ON p.id = m.person AND p.disabled_at IS NULL LEFT JOIN section x ON x.id = s.section
LEFT JOIN film_file n ON n.submission = s.id AND n.number = (
  SELECT max(number) FROM film_file WHERE submission = s.id)
WHERE s.edition = {} AND s.status = 'draft'"""


async def drafts(asked: ReminderQuestion) -> list[OpenThing]:
    """Entries that are not filed, while they may still be begun; those of today are left in peace."""
    found = []
    for row in await of_films(asked, " AND {} IN ('', s.id)"):
        deadline = row["deadline"]
        if now() < closes(deadline) and row["opened"] < now() - SETTLED:
            values = {"deadline": partial(moment, when=last_minute(deadline))}
            thing = of_a_film(row, row["about"], at=closes(deadline), values=values, page=NEXT_STEP)
            found.append(thing)
    return found


async def unreleased(asked: ReminderQuestion) -> list[OpenThing]:
    """Copies that nobody has let go, as long as the entry may be filed with them."""
    found = []
    grace = timedelta(hours=asked.edition.grace_hours)
    for row in await of_films(asked, " AND n.state = 'ready' AND {} IN ('', n.id)"):
        times = {"begun": row["begun"], "ready": row["ready"], "grace": grace}
        if row["ready"] and may_file(now(), row["deadline"], **times):
            values = {"since": partial(calendar_day, when=row["ready"])}
            thing = of_a_film(row, row["file"], at=row["ready"], values=values, page="/file")
            found.append(thing)
    return found


async def of_films(asked: ReminderQuestion, only: str) -> list[dict[str, Any]]:
    """Drafts, each with its newest file, a row for each member; none once entries are over."""
    edition = asked.edition
    if edition.phase != Phase.ENTRIES:
        return []
    found = await rows(_OF_A_FILM + only + " ORDER BY s.id, m.person", edition.id, asked.subject)
    ends = {one: await closing_of(edition, one) for one in {row["section"] for row in found}}
    return [row | {"deadline": ends[row["section"]]} for row in found]


def of_a_film(
    row: Mapping[str, Any], subject: str, *, at: datetime, values: dict[str, Any], page: str = ""
) -> OpenThing:
    film = {"title": row["title"], "titles": row["titles"]}
    return OpenThing(
        subject=subject,
        person=row["person"],
        to=row["to"],
        at=at,
        about=row["about"],
        title=row["title"],
        is_hidden=row["is_blind"],
        link=f"/submissions/{row['about']}{page}",
        values={"title": partial(film_title, film=film), **values},
    )


async def silent(asked: ReminderQuestion) -> list[OpenThing]:
    """Parts whose holders have had their letter and were never here."""
    found = await rows(
        """SELECT r.id AS subject, r.person, p.email AS to, r.part, max(l.sent_at) AS at
           FROM role r JOIN person p ON p.id = r.person AND p.disabled_at IS NULL
           JOIN letter l ON l.person = r.person AND l.edition = r.edition AND l.kind = 'invitation'
             AND l.about = r.part AND l.sent_at IS NOT NULL AND l.bounced_at IS NULL
           WHERE r.edition = {} AND {} IN ('', r.id)
             AND NOT EXISTS (SELECT 1 FROM record c WHERE c.person = r.person
               AND c.act = 'signed_in' AND c.at > r.created_at)
           GROUP BY r.id, p.id ORDER BY r.id""",
        asked.edition.id,
        asked.subject,
    )
    return [
        OpenThing(
            **{name: row[name] for name in ("subject", "person", "to", "at")},
            link="/account/sign-in",
            values={"part": partial(part_in, part=row["part"])},
        )
        for row in found
    ]


async def missing(asked: ReminderQuestion) -> list[OpenThing]:
    """What accepted films have still to bring, until the day of each: one thing for a film and a day."""
    found = await rows(
        """SELECT DISTINCT s.id AS about, k.person, p.email AS to, f.title, f.titles, false AS is_blind, m.due_at
           FROM submission s JOIN film f ON f.id = s.film JOIN member k ON k.submission = s.id
           JOIN person p ON p.id = k.person AND p.disabled_at IS NULL
           JOIN material m ON m.edition = s.edition AND m.is_required AND m.closed_at IS NULL
             AND m.due_at > now() AND """
        + IN_SECTION
        + """ WHERE s.edition = {} AND s.status = 'accepted' AND {} IN ('', s.id)
             AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.material = m.id AND d.submission = s.id)
           ORDER BY m.due_at, s.id, k.person""",
        asked.edition.id,
        asked.subject.partition("-")[0],
    )
    return [
        of_a_film(
            row,
            f"{row['about']}-{row['due_at'].timestamp():.0f}",
            at=row["due_at"],
            values={"deadline": partial(moment, when=last_minute(row["due_at"]))},
            page="/materials",
        )
        for row in found
    ]


async def unpaid(asked: ReminderQuestion) -> list[OpenThing]:
    """Fees that are due for what was filed, as long as the film is in the running."""
    found = await rows(
        """SELECT s.id AS about, k.person, p.email AS to, f.title, f.titles, s.filed_at,
             coalesce(x.is_blind, false) AND s.announced_at IS NULL AS is_blind,
             e.cents - e.waived_cents AS owed
           FROM fee e JOIN submission s ON s.id = e.submission AND s.edition = e.edition AND s.filed_at IS NOT NULL
             AND s.status IN ('submitted', 'accepted', 'waitlisted')
           JOIN film f ON f.id = s.film JOIN member k ON k.submission = s.id
           JOIN person p ON p.id = k.person AND p.disabled_at IS NULL LEFT JOIN section x ON x.id = s.section
           WHERE s.edition = {} AND {} IN ('', s.id) AND e.state = 'due' AND e.cents > e.waived_cents
           ORDER BY s.id, k.person""",
        asked.edition.id,
        asked.subject,
    )
    return [
        of_a_film(
            row,
            row["about"],
            at=row["filed_at"],
            values={"amount": partial(euro, cents=row["owed"])},
            page="#fees",
        )
        for row in found
    ]


def part_in(language: str, *, part: str) -> str:
    return t(language, f"common.part.{part}")


RULES: dict[str, ReminderRule] = {
    "draft_waits": ReminderRule(asks=drafts, days=7, is_before=True),
    "copy_waits": ReminderRule(asks=unreleased, days=3),
    "materials_wait": ReminderRule(asks=missing, days=7, is_before=True),
    "fee_waits": ReminderRule(asks=unpaid, days=7),
    "invitation_waits": ReminderRule(asks=silent, days=7),
}
"""By the kind of letter that they write."""


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
        due = await due_now(name, days, edition=edition)
        found.append(
            ReminderStanding(
                rule=name,
                days=days,
                is_on=bool(row and row.is_on),
                is_before=rule.is_before,
                version=row.version if row else 0,
                id=row.id if row else "",
                due=len(due),
                named=[{"to": one.to, "title": one.title} for one in due if may_name(one, viewer)][
                    :NAMED
                ],
            )
        )
    return found


def may_name(thing: OpenThing, viewer: Viewer) -> bool:
    return thing.about not in viewer.recused and not (thing.is_hidden and viewer.has(*COMMITTEE))


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
    asked = ReminderQuestion(edition=edition)
    due = [one for one in await rule.asks(asked) if rule.is_due(one, days)]
    told = await rows(
        "SELECT occasion FROM letter WHERE occasion = ANY({})",
        [one.occasion(name) for one in due],
    )
    known = {row["occasion"] for row in told}
    return [one for one in due if one.occasion(name) not in known]


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
    still = await RULES[name].asks(ReminderQuestion(edition=edition, subject=subject))
    return any((one.person, one.subject) == (person, subject) for one in still)
