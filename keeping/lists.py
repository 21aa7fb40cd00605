"""What operators read of requests to be forgotten."""

from datetime import datetime
from typing import Any

import msgspec

from festival.access import COMMITTEE, Viewer
from festival.db import rows
from festival.errors import Missing
from festival.paging import FIRSTS, Paged, numbers_of, paged, sought
from festival.tables import Edition, Person
from keeping import erasure, mentions
from keeping.erasure import Plan
from submissions import accounts

PAGE = 40
WAITING_FIRST = "state <> 'asked', state <> 'running', asked_at DESC, id"
CALLED = sought("concat_ws(' ', p.name, p.email)")
OF_A_FILM = frozenset({"film", "credit", "submission", "film_file", "subtitle", "programme"})


class ErasureLine(msgspec.Struct, frozen=True, kw_only=True):
    """A request to be forgotten in one line; `by` decided it, `told` counts what went and what stays."""

    id: str
    state: str
    asked_at: datetime
    due_at: datetime | None
    done_at: datetime | None
    reason: str
    told: dict[str, Any]
    person: str | None
    name: str
    email: str
    is_erased: bool
    by: str


class ErasureSheet(Paged, frozen=True, kw_only=True):
    """A page of them."""

    requests: list[ErasureLine]


async def requests(edition: Edition, *, words: str = "", page: int = 1) -> ErasureSheet:
    """Of people of this edition, those that wait first, forty a page; whoever was erased has no name any more.
    `words` are sought in names and addresses.
    """
    here = f"""SELECT x.id, x.state, x.asked_at FROM erasure x LEFT JOIN person p ON p.id = x.person
               WHERE x.id IN (SELECT id FROM erasure WHERE edition = {{}}
                 UNION SELECT y.id FROM erasure y JOIN role r ON r.person = y.person AND r.edition = {{}}
                 UNION SELECT y.id FROM erasure y JOIN member m ON m.person = y.person
                   JOIN submission s ON s.id = m.submission AND s.edition = {{}})
                 {f"AND {CALLED}" if words else ""}"""
    told = await rows(
        f"""WITH {paged(here, order=WAITING_FIRST, of=PAGE)}
            SELECT page.place, page.found, x.id, x.state, x.asked_at, x.due_at, x.done_at, x.reason, x.told, x.person,
              coalesce(p.name, '') AS name, coalesce(p.email, '') AS email,
              p.erased_at IS NOT NULL AS is_erased, coalesce(nullif(d.name, ''), d.email, '') AS by
            FROM page JOIN erasure x ON x.id = page.id LEFT JOIN person p ON p.id = x.person
            LEFT JOIN person d ON d.id = x.decided_by ORDER BY page.place""",
        edition.id, edition.id, edition.id, *filter(None, [words]), page,
    )  # fmt: skip
    return ErasureSheet(
        requests=msgspec.convert(told, list[ErasureLine]), **numbers_of(told, of=PAGE)
    )


async def request(erasure_id: str) -> dict[str, Any]:
    found = await rows(
        "SELECT id, state, asked_at, due_at, reason, asked_by, person FROM erasure WHERE id = {}",
        erasure_id,
    )
    if not found:
        raise Missing("erasure_missing")
    return found[0]


async def plan_for_operator(person: Person, edition: Edition, viewer: Viewer) -> Plan:
    """The plan of a request as this operator reads it: of films that they may not know this person by neither
    title nor id.
    """
    plan = await erasure.plan_for(person, edition=str(edition.id))
    told = await accounts.known_by([film.submission for film in plan.films], viewer)
    return msgspec.structs.replace(
        plan,
        elsewhere=veiled(plan.elsewhere, viewer),
        films=[
            film
            if film.submission in told
            else msgspec.structs.replace(film, title="", film="", submission="")
            for film in plan.films
        ],
    )


async def mentions_for(edition: Edition, viewer: Viewer, name: str) -> list[mentions.Mention]:
    """Where a name stands in this edition, as this operator reads it."""
    return veiled(await mentions.search([name], edition=str(edition.id)), viewer)


def veiled(found: list[mentions.Mention], viewer: Viewer) -> list[mentions.Mention]:
    """Of what the committee says the words beside a name are not told; nor of films to an operator who sits in it,
    or has stepped aside from one.
    """
    is_apart = viewer.recused or viewer.has(*COMMITTEE)
    hidden = OF_A_FILM if is_apart else frozenset()
    return [
        msgspec.structs.replace(mention, around="") if mention.table in hidden else mention
        for mention in found
    ]


async def accounts_called(edition: Edition, name: str) -> list[dict[str, Any]]:
    """Accounts of this edition with (a part of) this name or address, the first forty: they leave by their own way."""
    return await rows(
        f"""SELECT DISTINCT p.id, p.name, p.email FROM person p
           WHERE p.erased_at IS NULL AND folded(p.name || ' ' || p.email) LIKE {{}}
             AND (EXISTS (SELECT FROM role r WHERE r.person = p.id AND r.edition = {{}})
               OR EXISTS (SELECT FROM member m JOIN submission s ON s.id = m.submission
                          WHERE m.person = p.id AND s.edition = {{}}))
           ORDER BY p.name, p.id LIMIT {FIRSTS}""",
        mentions.like(name),
        edition.id,
        edition.id,
    )
