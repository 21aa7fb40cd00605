"""Forgetting a person: what would go and what stays and why, then the act itself.

First the account is shut and what works for it stops; then rows and words go in one transaction; then files,
by the list that was kept; a run that was cut short goes on where it was.
"""

import asyncio
import json
from contextlib import suppress
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import msgspec

from festival import backups, people, post, sink
from festival.clock import now
from festival.db import later, rows, transaction
from festival.errors import Conflict, FestivalError, Missing, NotAllowed, Refused
from festival.language import t
from festival.letters import write_to_operators
from festival.record import record
from festival.settings import Settings
from festival.tables import Edition, Person, new_id
from keeping import mentions, naming
from keeping.held import FREE, HELD, Leaves
from keeping.tables import Erasure
from media.storage import Store
from submissions.membership import keep_owned

WAITS = timedelta(days=14)  # for an operator; then it is done by itself
STOPPING = timedelta(seconds=4)  # what was cancelled has stopped by then
EXPORTS = "exports"  # where archives of people's data lie
AWAY = "efface.invalid"  # a domain that no letter ever reaches
TYPED = FREE - {"changes", "made", "gone", "fault"}  # by whoever acted, about what they did
# Copies of words that stand elsewhere, made by the house itself: no other person speaks in them.
MACHINERY = frozenset(
    {
        "record",
        "letter",
        "outbox",
        "plan_run",
        "backup_run",
        "film_file",
        "trailer",
        "package_upload",
        "link",
        "import_row",
        "import_change",
    }
)


class FilmFate(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one film of a maker's: `goes` wholly, or stays and `why` (public, shared, appeal)."""

    submission: str
    film: str
    title: str
    edition: str
    status: str
    goes: bool
    why: str = ""
    files: int = 0
    size: int = 0


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """So many rows of one table: they go, or stay as figures (`why`)."""

    table: str
    count: int
    why: str = ""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What erasing an account would do, before anything is done.

    `asks`: why an operator looks at it first; nothing there, and the person may do it at once.
    """

    person: str
    name: str
    email: str
    films: list[FilmFate]
    goes: list[Line]
    stays: list[Line]
    elsewhere: list[mentions.Mention]
    asks: list[str]
    jobs: int = 0
    backups_until: datetime | None = None


# The plan


async def plan_for(person: Person, *, edition: str | None = None, public: bool = False) -> Plan:
    """`edition`: mentions elsewhere only in what belongs to it; `public`: only in what the public has read."""
    films = await films_of(person.id)
    goes, stays = await lines_of(person.id)
    return Plan(
        person=person.id,
        name=person.name,
        email=person.email,
        films=films,
        goes=goes,
        stays=stays,
        elsewhere=await elsewhere_of(person, films, edition=edition, public=public),
        asks=await bonds_of(person.id, films),
        jobs=len(await open_lines(person.id, await files_of([f.film for f in films if f.goes]))),
        backups_until=await backups_until(),
    )


async def own_plan(person: Person) -> Plan:
    """As they read it themself: of what others wrote, only what the public has read. Whoever took another's name
    would learn of films that are not out, and a member or a maker of what the committee says.
    """
    return await plan_for(person, public=True)


async def films_of(person_id: str) -> list[FilmFate]:
    found = await rows(
        f"""SELECT s.id AS submission, s.film, f.title, e.name AS edition, s.status,
              {mentions.IS_PUBLIC} AS is_public,
              (m.entry_right = 'see' OR EXISTS (SELECT FROM member o WHERE o.submission = s.id
                AND o.person <> m.person AND o.entry_right <> 'see')) AS is_shared,
              EXISTS (SELECT FROM hold h WHERE h.submission = s.id AND h.lifted_at IS NULL) AS is_held,
              EXISTS (SELECT FROM submission o WHERE o.film = s.film AND o.id <> s.id) AS is_elsewhere,
              count(n.id) AS files, coalesce(sum(n.size), 0)::bigint AS size
            FROM member m JOIN submission s ON s.id = m.submission JOIN film f ON f.id = s.film
            JOIN edition e ON e.id = s.edition LEFT JOIN film_file n ON n.submission = s.id
            WHERE m.person = {{}} GROUP BY s.id, f.id, e.id, m.id ORDER BY s.created_at""",
        person_id,
    )
    return [fate_of(row) for row in found]


def fate_of(row: dict[str, Any]) -> FilmFate:
    reasons = {
        "public": row.pop("is_public"),
        "shared": row.pop("is_shared"),
        "appeal": row.pop("is_held"),
        "other_edition": row.pop("is_elsewhere"),
    }
    why = next((reason for reason, holds in reasons.items() if holds), "")
    return FilmFate(**row, goes=not why, why=why)


async def lines_of(person_id: str) -> tuple[list[Line], list[Line]]:
    """Rows that name the person: those that go, those that stay as figures."""
    goes: list[Line] = []
    stays: list[Line] = []
    counted = await rows(COUNTED, *[person_id] * len(NAMING))
    for table, n in ((row["name"], row["n"]) for row in counted if row["n"]):
        line = Line(table=table, count=n, why=HELD[table].why)
        (goes if HELD[table].leaves is Leaves.ROW else stays).append(line)
    return goes, stays


NAMING = {
    table: held
    for table, held in HELD.items()
    if held.leaves is not Leaves.NOBODY and table not in {"person", "outbox"}
}
COUNTED = " UNION ALL ".join(
    f"SELECT '{table}' AS name, count(*)::int AS n FROM \"{table}\" t WHERE {held.of_person}"
    for table, held in NAMING.items()
)
"""Of every table at once; each hole is the person's key."""


async def elsewhere_of(
    person: Person, films: list[FilmFate], *, edition: str | None = None, public: bool = False
) -> list[mentions.Mention]:
    """Where others have written this name down: an operator picks which of them go, too."""
    going = {one for f in films if f.goes for one in (f.film, f.submission)}
    found = await mentions.search(
        await own_names(person), edition=edition, public=public, tables=HELD.keys() - MACHINERY
    )
    return [mention for mention in found if mention.row not in going]


async def picked(
    names: list[str], where: list[str], edition: str | None = None
) -> list[mentions.Mention]:
    """Of the rows that somebody picked, `table.row`, those that still hold one of these names: all of them, however
    many others do.
    """
    tables = {one.partition(".")[0] for one in where}
    found = await mentions.search(names, edition=edition, tables=tables, most=None)
    return [mention for mention in found if mention.where in where]


async def own_names(person: Person) -> list[str]:
    """Name and address, those of accounts that have become this one included."""
    known = await rows(
        "SELECT email, email_key, name FROM person WHERE id = {} OR merged_into = {} ORDER BY id <> {}",
        person.id,
        person.id,
        person.id,
    )
    said = [row[name] for row in known for name in ("email", "email_key", "name")]
    return [one for one in dict.fromkeys(said) if one]


async def bonds_of(person_id: str, films: list[FilmFate]) -> list[str]:
    """Why somebody looks first: parts in a team, sheets, films that were sent."""
    found = await rows(
        """SELECT (SELECT count(*) FROM role WHERE person = {} AND part <> 'filmmaker') AS part,
             (SELECT count(*) FROM review WHERE person = {}) AS sheets""",
        person_id,
        person_id,
    )
    bonds = {
        "part": found[0]["part"],
        "sheets": found[0]["sheets"],
        "filed": any(film.status != "draft" for film in films),
    }
    return [bond for bond, holds in bonds.items() if holds]


async def files_of(films: list[str]) -> list[str]:
    """Keys under which bytes of these films lie: every version, and what was brought beside it."""
    found = await rows(
        """SELECT n.id FROM film_file n JOIN submission s ON s.id = n.submission
           WHERE s.film = ANY({})
           UNION SELECT a.id FROM attachment a JOIN submission s ON s.id = a.submission
           WHERE s.film = ANY({})
           UNION SELECT t.id FROM trailer t JOIN submission s ON s.id = t.submission
           WHERE s.film = ANY({})
           UNION SELECT p.id FROM package_upload p JOIN submission s ON s.id = p.submission
           WHERE s.film = ANY({})""",
        films,
        films,
        films,
        films,
    )
    return [row["id"] for row in found]


async def open_lines(person_id: str, files: list[str]) -> list[str]:
    """What is still to be done for this person, or for a film of theirs that goes."""
    found = await rows(
        """SELECT o.id FROM outbox o
           WHERE o.done_at IS NULL AND o.task NOT IN ('erase_person', 'send_letter')
             AND (o.args->>'file' = ANY({}) OR o.args->>'trailer' = ANY({})
               OR o.args->>'package' = ANY({})
               OR o.args->>'export' IN (SELECT id FROM data_export WHERE person = {}))
           UNION SELECT o.id FROM letter l JOIN outbox o ON o.args->>'letter' = l.id
             AND o.task = 'send_letter' AND o.done_at IS NULL
           WHERE l.person = {}""",
        files,
        files,
        files,
        person_id,
        person_id,
    )
    return [row["id"] for row in found]


async def backups_until() -> datetime | None:
    """Until when the newest copy of all this lies in the backups, at the latest."""
    return await backups.last_until()


# Asking


async def ask(person: Person, *, by: Person, edition: Edition | None, reason: str = "") -> Erasure:
    """Somebody wants to be forgotten. Where nothing binds it begins now, else operators hear of it."""
    async with transaction():
        await people.one_at_a_time(person)
        if person.erased_at is not None:
            raise Conflict("erasure_done")
        if standing := await open_request(person.id):
            return standing
        await keep_an_operator(person)
        bonds = await bonds_of(person.id, await films_of(person.id))
        made = Erasure(
            person=person.id,
            edition=None if edition is None else edition.id,
            asked_by=by.id,
            due_at=now() + (WAITS if bonds else timedelta()),
            reason=reason.strip()[:400],
        )
        await made.save()
        await record("erasure_asked", person.id, by=by, edition=edition.id if edition else "")
        if not bonds:
            await begin(made, person, by=by)
        else:
            await tell_operators(person, made)
    return made


async def ask_by_hand(person: Person, *, also: list[str]) -> str:
    """From the terminal, where nobody has signed in: it begins now."""
    async with transaction():
        await people.one_at_a_time(person)
        if person.erased_at is not None:
            raise Conflict("erasure_done")
        standing = await open_request(person.id)
        if standing is None:
            standing = Erasure(person=person.id, due_at=now())
            await standing.save()
            await record("erasure_asked", person.id, by=None)
        if standing.state == "asked":
            await begin(standing, person, by=None, also=also)
    return str(standing.id)


async def ask_on_behalf(person_id: str, *, edition: Edition, reason: str, by: Person) -> Erasure:
    """Somebody of this edition asked by letter: an operator writes it down and reads the plan next."""
    person = await people.person(person_id)
    if person.id == by.id:
        raise NotAllowed("erasure_own")
    if not await is_of(person, edition):
        raise Missing("person_missing")
    async with transaction():
        await people.one_at_a_time(person)
        if person.erased_at is not None:
            raise Conflict("erasure_done")
        if standing := await open_request(person.id):
            return standing
        await keep_an_operator(person)
        made = Erasure(
            person=person.id, edition=edition.id, asked_by=by.id, due_at=now() + WAITS,
            reason=reason.strip()[:400],
        )  # fmt: skip
        await made.save()
        await record("erasure_asked", person.id, by=by, edition=edition.id)
    return made


async def is_of(person: Person, edition: Edition) -> bool:
    return bool(
        await rows(
            """SELECT 1 AS one WHERE EXISTS (SELECT FROM role WHERE person = {} AND edition = {})
                 OR EXISTS (SELECT FROM member m JOIN submission s ON s.id = m.submission
                            WHERE m.person = {} AND s.edition = {})""",
            person.id,
            edition.id,
            person.id,
            edition.id,
        )
    )


async def state_of(erasure_id: str) -> str:
    found = await rows("SELECT state FROM erasure WHERE id = {}", erasure_id)
    return str(found[0]["state"]) if found else ""


async def tell_operators(person: Person, made: Erasure) -> None:
    """Whoever keeps an edition that the person belongs to."""
    for row in await rows(
        """SELECT edition FROM role WHERE person = {} UNION
           SELECT s.edition FROM member m JOIN submission s ON s.id = m.submission WHERE m.person = {}""",
        person.id,
        person.id,
    ):
        await write_to_operators(
            "erasure_asked",
            occasion=f"erasure:{made.id}",
            edition=row["edition"],
            link="/operator/privacy",
            days=WAITS.days,
        )


async def open_request(person_id: str) -> Erasure | None:
    return (
        await Erasure.objects()
        .where((Erasure.person == person_id) & Erasure.state.is_in(["asked", "running"]))
        .first()
    )


async def keep_an_operator(person: Person) -> None:
    """An edition without an operator could be kept by nobody."""
    alone = await rows(
        """SELECT e.slug FROM role r JOIN edition e ON e.id = r.edition
           WHERE r.person = {} AND r.part = 'operator' AND NOT EXISTS (
             SELECT FROM role o JOIN person p ON p.id = o.person WHERE o.edition = r.edition
               AND o.part = 'operator' AND o.person <> r.person AND p.disabled_at IS NULL)""",
        person.id,
    )
    if alone:
        raise Refused("erasure_last_operator", editions=", ".join(row["slug"] for row in alone))


async def withdraw(person: Person) -> None:
    """The person has thought better of it, in time."""
    async with transaction():
        gone = await rows(
            """UPDATE erasure SET state = 'withdrawn', done_at = now()
               WHERE person = {} AND state = 'asked' RETURNING id""",
            person.id,
        )
        if not gone:
            raise Missing("erasure_missing")
        await record("erasure_withdrawn", person.id, by=person)


async def refuse(erasure_id: str, *, edition: Edition, reason: str, by: Person) -> None:
    """With a reason, which the person reads on their page: they may turn to the CNIL."""
    if len(reason.strip()) < 3:
        raise Refused("reason:reason_missing")
    async with transaction():
        person = await within_reach(erasure_id, edition)
        gone = await rows(
            """UPDATE erasure SET state = 'refused', decided_by = {}, reason = {}, done_at = now()
               WHERE id = {} AND state = 'asked' RETURNING id""",
            by.id,
            reason.strip()[:400],
            erasure_id,
        )
        if not gone:
            raise Conflict("erasure_moved")
        await record("erasure_refused", person.id, by=by, edition=edition.id)


async def within_reach(erasure_id: str, edition: Edition) -> Person:
    """An operator reaches the requests of people of their own edition."""
    found = await rows(
        """SELECT x.person FROM erasure x WHERE x.id = {} AND x.person IS NOT NULL AND (
             EXISTS (SELECT FROM role r WHERE r.person = x.person AND r.edition = {})
             OR EXISTS (SELECT FROM member m JOIN submission s ON s.id = m.submission
                        WHERE m.person = x.person AND s.edition = {})
             OR x.edition = {})""",
        erasure_id,
        edition.id,
        edition.id,
        edition.id,
    )
    if not found:
        raise Missing("erasure_missing")
    return await people.person(found[0]["person"])


async def carry_out(
    erasure_id: str, *, edition: Edition, by: Person, also: list[str] | None = None
) -> None:
    """An operator has read the plan: it begins now. `also` are mentions elsewhere that go with it."""
    async with transaction():
        person = await within_reach(erasure_id, edition)
        if person.id == by.id:
            raise NotAllowed("erasure_own")
        standing = await Erasure.objects().get(Erasure.id == erasure_id)
        if standing is None or standing.state != "asked":
            raise Conflict("erasure_moved")
        await begin(standing, person, by=by, also=also)


async def carry_out_due() -> None:
    """Requests whose time has come, whoever looked: by the calendar. Whoever was heard of since their
    account was called silent keeps it.
    """
    await rows(
        """UPDATE erasure x SET state = 'withdrawn', done_at = now() WHERE x.state = 'asked'
             AND x.asked_by IS NULL AND x.reason = 'silent' AND EXISTS (
               SELECT FROM record c WHERE c.person = x.person AND c.at > x.asked_at) RETURNING x.id"""
    )
    for row in await rows(
        "SELECT id, person FROM erasure WHERE state = 'asked' AND due_at <= now() ORDER BY due_at"
    ):
        standing = await Erasure.objects().get(Erasure.id == row["id"])
        with suppress(
            FestivalError
        ):  # somebody else was faster, or an operator must be found first
            async with transaction():
                if standing is not None:
                    await begin(standing, await people.person(row["person"]), by=None)


async def begin(
    standing: Erasure, person: Person, *, by: Person | None, also: list[str] | None = None
) -> None:
    """The account is shut, its work stops, and the rest is a job. Within a transaction."""
    await keep_an_operator(person)
    films = await films_of(person.id)
    going = [film.film for film in films if film.goes]
    files = await files_of(going)
    lines = await open_lines(person.id, files)
    plan = {
        "films": going,
        "files": files,
        "lines": lines,
        "exports": [
            row["id"]
            for row in await rows("SELECT id FROM data_export WHERE person = {}", person.id)
        ],
        "also": [
            m.where
            for m in await picked(await own_names(person), also or [])
            if m.table not in MACHINERY
        ],
    }
    moved = await rows(
        """UPDATE erasure SET state = 'running', plan = {}::jsonb, decided_by = {}
           WHERE id = {} AND state = 'asked' RETURNING id""",
        json.dumps(plan),
        None if by is None else by.id,
        standing.id,
    )
    if not moved:
        raise Conflict("erasure_moved")
    await rows(
        """UPDATE outbox SET parked_at = now(), leased_until = NULL, cancelled_by = {}, fault = 'cancelled'
           WHERE id = ANY({}) AND done_at IS NULL RETURNING id""",
        person.id,
        lines,
    )
    await Person.update({Person.disabled_at: now()}).where(Person.id == person.id)
    await people.end_every_way_in(person)
    await record("erasure_begun", person.id, by=by)
    await later("erase_person", due_at=now() + STOPPING, erasure=standing.id)


# Carrying it out


async def erase(erasure_id: str, *, settings: Settings, store: Store) -> None:
    """The job: tells the person, then rows and words at once, then files."""
    standing = await Erasure.objects().get(Erasure.id == erasure_id)
    if standing is None or standing.state != "running":
        return
    person = await people.person(str(standing.person))
    plan: dict[str, Any] = standing.plan  # type: ignore[assignment]
    if person.erased_at is None:
        await say_goodbye(person, settings)
        if settings.mailbox is not None:
            await asyncio.to_thread(sink.forget, settings.mailbox, await own_names(person))
        told = await forget_rows(person, plan, by=standing.decided_by or "", why=standing.id)
        await rows(
            "UPDATE erasure SET told = {}::jsonb WHERE id = {} RETURNING id",
            json.dumps(told),
            standing.id,
        )
    await asyncio.to_thread(forget_files, store, plan)
    async with transaction():
        await rows(
            """UPDATE erasure SET state = 'done', done_at = now(), reason = '', name = '',
                 plan = jsonb_build_object() WHERE id = {} AND state = 'running' RETURNING id""",
            standing.id,
        )
        await record("person_erased", person.id, by=None, erasure=standing.id)


async def forget_rows(person: Person, plan: dict[str, Any], *, by: str, why: str) -> dict[str, int]:
    """All of the database's part, or none of it. How much went, by table."""
    async with transaction():
        await people.one_at_a_time(person)
        titles = await titles_of(plan["films"])
        shared = await rows("SELECT submission FROM member WHERE person = {}", person.id)
        await end_archives(person)
        told = {"words": await forget_words(person, plan, titles, by=by, why=why)}
        told["film"] = await forget_films(plan["films"])
        told["import"] = await forget_own_lists(person)
        for table, held in HELD.items():
            if table in {"person", "outbox"}:
                continue
            if held.leaves is Leaves.ROW:
                gone = await rows(
                    f'DELETE FROM "{table}" t WHERE {held.of_person} RETURNING 1 AS one', person.id
                )
                told[table] = len(gone)
            for column in held.blank.split():
                await rows(
                    f"""UPDATE "{table}" t SET {column} = '' WHERE {held.of_person}
                          AND {column} <> '' RETURNING 1 AS one""",
                    person.id,
                )
        await keep_owned([row["submission"] for row in shared])
        await rows("DELETE FROM outbox WHERE id = ANY({}) RETURNING id", plan["lines"])
        await rows(
            """DELETE FROM outbox o WHERE o.task = 'send_letter' AND NOT EXISTS (
                 SELECT FROM letter l WHERE l.id = o.args->>'letter') RETURNING id"""
        )
        await rows(
            """UPDATE person SET name = {}, email = id || {}, email_key = id || {}, password_hash = '',
                 disabled_at = coalesce(disabled_at, now()), erased_at = now()
               WHERE id = {} OR merged_into = {} RETURNING id""",
            naming.GONE,
            f"@{AWAY}",
            f"@{AWAY}",
            person.id,
            person.id,
        )
    return {table: count for table, count in told.items() if count}


async def titles_of(films: list[str]) -> list[str]:
    """How the films that go were called, and their files: other people's letters may say it."""
    found = await rows(
        """SELECT title AS name FROM film WHERE id = ANY({})
           UNION SELECT t.value FROM film, jsonb_each_text(titles) t WHERE film.id = ANY({})
           UNION SELECT n.name FROM film_file n JOIN submission s ON s.id = n.submission
             WHERE s.film = ANY({})""",
        films,
        films,
        films,
    )
    return [row["name"] for row in found if row["name"]]


async def forget_words(
    person: Person, plan: dict[str, Any], titles: list[str], *, by: str, why: str
) -> int:
    """Name and address in what the house itself has copied, and where somebody picked it; titles of films
    that go in letters about them, and in plans.
    """
    own = await own_names(person)
    wanted = await mentions.search(own, tables=MACHINERY, most=None) + await picked(
        own, plan["also"]
    )
    changed = await mentions.redact(wanted, own, by=by, why=why)
    changed += await forget_own_lines(person, by=by, why=why)
    if titles:
        letters = await rows(
            """SELECT l.id FROM letter l JOIN submission s ON s.id = l.about
               WHERE s.film = ANY({})""",
            plan["films"],
        )
        changed += await mentions.redact_rows("letter", [row["id"] for row in letters], titles)
        plans = await mentions.search(titles, tables={"plan_run"}, most=None)
        changed += await mentions.redact(plans, titles, by=by, why=why)
        await rename_programmes(plan["films"])
    for text in (*own, *titles):
        if naming.can_be_sought(text):
            await rows(
                "DELETE FROM answer WHERE position({} IN body) > 0 RETURNING id", text.encode()
            )
    return changed


async def forget_own_lines(person: Person, *, by: str, why: str) -> int:
    """What the person typed into the record (a reason, the name of a key, where they came from) goes whole."""
    found = await rows(
        "SELECT id, details FROM record WHERE (person = {} OR subject = {}) AND details ?| {} ORDER BY id",
        person.id,
        person.id,
        sorted(TYPED),
    )
    given = [
        {key: blanked(value) if key in TYPED else value for key, value in row["details"].items()}
        for row in found
    ]
    return await mentions.redact_lines(
        [row["id"] for row in found], [json.dumps(one) for one in given], by=by, why=why
    )


def blanked(value: Any) -> Any:
    return naming.GONE if isinstance(value, str) and value else value


async def rename_programmes(films: list[str]) -> None:
    """A programme of nothing but films that go carries their title."""
    await rows(
        """UPDATE programme p SET titles = (
             SELECT coalesce(jsonb_object_agg(key, {}::text), jsonb_build_object())
             FROM jsonb_object_keys(p.titles) key)
           WHERE EXISTS (SELECT FROM programme_film pf WHERE pf.programme = p.id)
             AND NOT EXISTS (SELECT FROM programme_film pf JOIN submission s ON s.id = pf.submission
               WHERE pf.programme = p.id AND NOT s.film = ANY({})) RETURNING p.id""",
        naming.GONE,
        films,
    )


async def forget_films(films: list[str]) -> int:
    """Rows of films that go, and all that hangs on them: what was done to them stays on the record."""
    entries = await rows("SELECT id, edition FROM submission WHERE film = ANY({})", films)
    for row in entries:
        await record("film_erased", row["id"], by=None, edition=row["edition"])
    await forget_imports([row["id"] for row in entries])
    await forget_amendments([row["id"] for row in entries])
    deleted = await rows("DELETE FROM film WHERE id = ANY({}) RETURNING id", films)
    return len(deleted)


async def forget_imports(entries: list[str]) -> None:
    """Rows of lists by which these entries came, and what stood before: they hang on no key of the entry."""
    await rows(
        """DELETE FROM import_row r USING import_change c WHERE c.brought = r.brought
             AND c.number = r.number AND c.submission = ANY({}) RETURNING r.id""",
        entries,
    )
    await rows(
        "UPDATE import_change SET before = NULL WHERE submission = ANY({}) RETURNING id", entries
    )


async def forget_own_lists(person: Person) -> int:
    """Lists of own films: their name, their heads and their rows are this person's words, and nobody else's to keep."""
    gone = await rows("DELETE FROM import WHERE is_own AND person = {} RETURNING id", person.id)
    return len(gone)


async def forget_amendments(entries: list[str]) -> None:
    """What the record says of fields and answers that the office changed: which stays, and no longer what."""
    found = await rows(
        "SELECT id, details FROM record WHERE subject = ANY({}) AND act = ANY({}) ORDER BY id",
        entries,
        ["entry_amended", "film_corrected"],
    )
    given = [
        {
            key: without_texts(value) if key in {"changes", "reason"} else value
            for key, value in details.items()
        }
        for row in found
        for details in [row["details"]]
    ]
    await mentions.redact_lines(
        [row["id"] for row in found], [json.dumps(one) for one in given], by="", why="film_erased"
    )


def without_texts(value: Any) -> Any:
    """Every text in it, however deep."""
    if isinstance(value, dict):
        return {key: without_texts(one) for key, one in value.items()}
    return [without_texts(one) for one in value] if isinstance(value, list) else blanked(value)


async def end_archives(person: Person) -> None:
    """Archives of the editions that this person belongs to hold them still: their time is over."""
    await rows(
        """UPDATE archive SET expires_at = now() WHERE expires_at > now() AND edition IN (
             SELECT edition FROM role WHERE person = {} UNION
             SELECT s.edition FROM member m JOIN submission s ON s.id = m.submission
             WHERE m.person = {}) RETURNING id""",
        person.id,
        person.id,
    )


def forget_files(store: Store, plan: dict[str, Any]) -> None:
    """Master, copies, stills, uploads, parts, and what attempts left behind."""
    for key in plan["files"]:
        store.forget(key)
    for line in plan["lines"]:
        store.forget_work(line)
    for export in plan["exports"]:
        (store.folder(EXPORTS) / f"{export}.zip").unlink(missing_ok=True)


async def say_goodbye(person: Person, settings: Settings) -> None:
    """A last letter, of which no row is kept; where it cannot go out, it does not."""
    if person.email.endswith(f"@{AWAY}"):
        return
    try:
        sender, to = post.sender_of(settings.mail_from), post.address_as_sent(person.email)
        mail = EmailMessage()
        mail["From"], mail["To"] = sender, to
        mail["Message-ID"] = f"<{new_id()}@{sender.domain}>"
        mail["Subject"] = t(person.language, "privacy.goodbye.subject")
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(t(person.language, "privacy.goodbye.body"))
        await post.hand_over(mail, to=to, sender=sender.addr_spec, server=settings.mail_server)
    except (post.PostClosed, post.NotNow, post.Unheard, post.NotTaken):
        return


# Names that others have written down


async def erase_name(edition: Edition, name: str, *, where: list[str], by: Person) -> int:
    """A name in what belongs to this edition, in the rows that an operator has picked; how many changed.

    Of the name itself nothing is kept: the record says who did it, and in how many rows.
    """
    if not naming.can_be_sought(name):
        raise Refused("name:name_short", least=naming.LEAST_LETTERS)
    async with transaction():
        made = Erasure(
            edition=edition.id, state="done", asked_by=by.id, decided_by=by.id, done_at=now()
        )
        found = await picked([name], where, str(edition.id))
        changed = await mentions.redact(
            found, [name], by=by.id, why=str(made.id), edition=str(edition.id)
        )
        if changed:
            made.told = json.dumps({"words": changed})
            await made.save()
            await record("name_erased", made.id, by=by, edition=edition.id, rows=changed)
    return changed
