"""How many statements each page asks the database for: a literal, and the same with twice as many rows of everything.

Where a page of yours asks one more than is written here, ask first whether one of its others could tell it, too;
then write the new number. What grows with its rows is a fault: a list is read by one statement.
"""

import argparse
import os
import re
from contextvars import ContextVar
from typing import Any

import asyncpg
import httpx
import pytest

from bench.fuller import furnished
from bench.pages import pages
from bench.seed import Seeded, told_of, written
from festival.db import rows
from reviews import talk
from submissions import answering

STATEMENTS = {
    "/api/v1/{edition}/edition": 1,
    "/api/v1/{edition}/programme/changes": 3,
    "/api/v1/{edition}/sections.css": 2,
    "/{edition}": 3,
    "/{edition}/account": 11,
    "/{edition}/account/leaving": 13,
    "/{edition}/account/passkeys": 7,
    "/{edition}/account/second-factor": 7,
    "/{edition}/account/sign-in": 4,
    "/{edition}/changes": 4,
    "/{edition}/changes.atom": 4,
    "/{edition}/committee": 16,
    "/{edition}/committee/announcements": 10,
    "/{edition}/committee/announcements/{batch_id}/letters": 17,
    "/{edition}/committee/assignment": 15,
    "/{edition}/committee/conflicts": 8,
    "/{edition}/committee/decisions": 16,
    "/{edition}/committee/figures": 14,
    "/{edition}/committee/meeting": 7,
    "/{edition}/committee/meetings/{meeting_id}": 6,
    "/{edition}/committee/members/{person_id}": 7,
    "/{edition}/committee/recusals": 7,
    "/{edition}/committee/submissions/{submission_id}": 29,
    "/{edition}/committee/submissions/{submission_id}/change": 12,
    "/{edition}/committee/submissions/{submission_id}/fit": 25,
    "/{edition}/committee/submissions/{submission_id}/opinions": 13,
    "/{edition}/committee/submissions/{submission_id}/talk": 13,
    "/{edition}/committee/talk": 6,
    "/{edition}/components": 2,
    "/{edition}/foyer": 3,
    "/{edition}/operator/answers": 6,
    "/{edition}/operator/answers/{submission_id}": 13,
    "/{edition}/operator/archive": 6,
    "/{edition}/operator/backups": 8,
    "/{edition}/operator/codes": 6,
    "/{edition}/operator/deadlines": 6,
    "/{edition}/operator/edition": 12,
    "/{edition}/operator/edition/archiving": 27,
    "/{edition}/operator/edition/removal": 5,
    "/{edition}/operator/editions": 7,
    "/{edition}/operator/entries": 9,
    "/{edition}/operator/entries/act": 8,
    "/{edition}/operator/entries/{submission_id}": 31,
    "/{edition}/operator/entries/{submission_id}/timeline": 12,
    "/{edition}/operator/fees": 6,
    "/{edition}/operator/form": 7,
    "/{edition}/operator/form/fields/{field}": 6,
    "/{edition}/operator/form/preview": 9,
    "/{edition}/operator/form/questions/new": 5,
    "/{edition}/operator/form/questions/{question_id}": 7,
    "/{edition}/operator/imports": 6,
    "/{edition}/operator/imports/{import_id}": 17,
    "/{edition}/operator/letters": 10,
    "/{edition}/operator/letters/cancellation": 6,
    "/{edition}/operator/letters/{letter}": 7,
    "/{edition}/operator/mailbox": 4,
    "/{edition}/operator/materials": 6,
    "/{edition}/operator/materials/films": 6,
    "/{edition}/operator/materials/new": 5,
    "/{edition}/operator/materials/{material_id}": 7,
    "/{edition}/operator/people": 8,
    "/{edition}/operator/people/lists": 6,
    "/{edition}/operator/people/lists/{list_id}": 5,
    "/{edition}/operator/people/merges": 7,
    "/{edition}/operator/people/{person_id}": 21,
    "/{edition}/operator/people/{person_id}/hand-over": 14,
    "/{edition}/operator/phases": 7,
    "/{edition}/operator/policy": 8,
    "/{edition}/operator/privacy": 5,
    "/{edition}/operator/privacy/{erasure_id}": 17,
    "/{edition}/operator/queue": 17,
    "/{edition}/operator/record": 7,
    "/{edition}/operator/reminders": 8,
    "/{edition}/operator/retention": 19,
    "/{edition}/operator/sections": 15,
    "/{edition}/operator/sections/new": 5,
    "/{edition}/operator/sections/{section_id}": 6,
    "/{edition}/operator/sheets": 7,
    "/{edition}/operator/sheets/preview": 5,
    "/{edition}/operator/site": 5,
    "/{edition}/operator/site/{text}": 5,
    "/{edition}/operator/texts": 6,
    "/{edition}/operator/texts/{kind}": 5,
    "/{edition}/operator/twins": 5,
    "/{edition}/programmer/attendance": 7,
    "/{edition}/programmer/audiences": 24,
    "/{edition}/programmer/blocks": 9,
    "/{edition}/programmer/candidates": 5,
    "/{edition}/programmer/candidates/{submission_id}": 21,
    "/{edition}/programmer/comments": 9,
    "/{edition}/programmer/confirmations": 6,
    "/{edition}/programmer/exchange": 6,
    "/{edition}/programmer/films/{submission_id}": 10,
    "/{edition}/programmer/grid": 27,
    "/{edition}/programmer/guests": 13,
    "/{edition}/programmer/guests/new": 12,
    "/{edition}/programmer/guests/{guest_id}": 13,
    "/{edition}/programmer/happenings": 7,
    "/{edition}/programmer/live": 7,
    "/{edition}/programmer/live/foyer": 5,
    "/{edition}/programmer/materials": 6,
    "/{edition}/programmer/pairs": 9,
    "/{edition}/programmer/papers": 5,
    "/{edition}/programmer/plans": 5,
    "/{edition}/programmer/programmes": 15,
    "/{edition}/programmer/programmes/{programme_id}": 38,
    "/{edition}/programmer/programmes/{programme_id}/running-order": 9,
    "/{edition}/programmer/publication": 31,
    "/{edition}/programmer/publications": 5,
    "/{edition}/programmer/reservations": 12,
    "/{edition}/programmer/robustness": 19,
    "/{edition}/programmer/rules": 20,
    "/{edition}/programmer/screens/{screen_id}": 29,
    "/{edition}/programmer/shared": 12,
    "/{edition}/programmer/shared/{shared_kind}/new": 5,
    "/{edition}/programmer/shared/{shared_kind}/{shared_id}": 7,
    "/{edition}/programmer/tickets": 6,
    "/{edition}/programmer/variants": 22,
    "/{edition}/programmer/variants/{variant_id}": 26,
    "/{edition}/programmer/venues": 26,
    "/{edition}/programmer/visas": 6,
    "/{edition}/programmer/what-if": 16,
    "/{edition}/receipts": 2,
    "/{edition}/site/{text}": 3,
    "/{edition}/submissions": 11,
    "/{edition}/submissions/filings": 5,
    "/{edition}/submissions/imports": 9,
    "/{edition}/submissions/imports/{own_import_id}": 16,
    "/{edition}/submissions/materials": 5,
    "/{edition}/submissions/new": 10,
    "/{edition}/submissions/post": 7,
    "/{edition}/submissions/table": 10,
    "/{edition}/submissions/{submission_id}": 29,
    "/{edition}/submissions/{submission_id}/file": 14,
    "/{edition}/submissions/{submission_id}/filing": 29,
    "/{edition}/submissions/{submission_id}/fixes/{fix_id}": 11,
    "/{edition}/submissions/{submission_id}/people": 10,
    "/{edition}/submissions/{submission_id}/pictures": 11,
    "/{edition}/submissions/{submission_id}/receipts": 9,
    "/{edition}/submissions/{submission_id}/withdrawal": 7,
}
ASKED: ContextVar[list[str] | None] = ContextVar("ASKED", default=None)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each question goes on to the database as it is; what nobody's request asks is counted for none."""
    ask = asyncpg.Connection._do_execute

    async def noted(self: asyncpg.Connection, query: str, *rest: Any, **how: Any) -> Any:
        if (asked := ASKED.get()) is not None:
            asked.append(query)
        return await ask(self, query, *rest, **how)

    monkeypatch.setattr(asyncpg.Connection, "_do_execute", noted)


async def an_edition_of(x: str, times: int) -> Seeded:
    figures = {"films": 8, "people": 3, "scores": 16, "lines": 20, "screenings": 4, "programmes": 3}
    given = argparse.Namespace(x=x, **{name: figure * times for name, figure in figures.items()})
    who = await written(given)
    owner = await asyncpg.connect(os.environ["DATABASE_OWNER_URL"])
    try:
        await furnished(owner, told_of(given))
    finally:
        await owner.close()
    await rows("UPDATE edition SET is_current = false WHERE id = {} RETURNING id", f"{x}load")
    return who


async def counted(client: httpx.AsyncClient, x: str, who: Seeded) -> dict[str, int]:
    """By the page, as it is asked when a process keeps what it can: some of that lasts for seconds only, so that
    where another number is written it is asked again.
    """
    told = {}
    for page in pages("", x=x):
        path, headers = page.route.removeprefix("GET ").removeprefix("/{lang}"), page.headers(who)
        if not path:  # the front leads to whichever edition another test has put there
            continue
        if (await client.get(page.address, headers=headers)).status_code != 200:
            continue
        for _ in range(3):
            ASKED.set(asked := [])
            await client.get(page.address, headers=headers)
            ASKED.set(None)
            told[path] = min(len(asked), told.get(path, len(asked)))
            if told[path] == STATEMENTS.get(path):
                break
    return told


async def test_a_page_asks_as_many_statements_as_are_written_here(client, counting) -> None:
    few = await counted(client, "few", await an_edition_of("few", 1))
    many = await counted(client, "many", await an_edition_of("many", 2))

    grown = {path: (few[path], many[path]) for path in few if few[path] != many.get(path)}
    assert grown == {}, f"statements with few rows, and with twice as many: {grown}"
    other = {path: number for path, number in few.items() if number != STATEMENTS.get(path)}
    assert other == {}, "\n" + "\n".join(
        f'    "{path}": {number},  # {STATEMENTS.get(path, "nothing")} is written' for path, number in other.items()
    )
    assert STATEMENTS.keys() - few.keys() == set(), "these pages are gone, or no longer there for who reads them here"


async def test_a_long_list_is_cut_into_pages_by_the_database(client, monkeypatch) -> None:
    who = await an_edition_of("paged", 1)
    lists = {"committee/talk": (talk, who.chair), "operator/answers": (answering, who.operator)}

    for path, (module, headers) in lists.items():
        monkeypatch.setattr(module, "PAGE", 3)
        asked = [await client.get(f"/fr/pagedload/{path}?page={n}", headers=headers) for n in (1, 2, 3, 9)]
        first, second, third, beyond = (set(re.findall(r"/paged(s\d+)", page.text)) for page in asked)

        assert [len(films) for films in (first, second, third)] == [3, 3, 2]
        assert (len(first | second | third), beyond) == (8, third)
