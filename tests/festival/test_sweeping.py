"""What is of no more use goes; what is, and the record, stays."""

from datetime import timedelta

import pytest

from festival.clock import now
from festival.db import rows
from festival.sweeping import AGES, sweep
from festival.tables import new_id
from submissions.tables import Visitor
from tests.builders import a_film, a_person, an_edition

# One row that is over, and one that is not; `{id}` and `{person}` are filled in.
ROWS = {
    "answer": ("id, asked, created_at", "{id}, 'x', now() - interval '{age}'", "25 hours", "23 hours"),
    "knock": ("id, since", "{id}, now() - interval '{age}'", "25 hours", "23 hours"),
    "session": ("id, person, seen_at, expires_at", "{id}, {person}, now() - interval '{age}', now() + interval '9 days'", "15 days", "13 days"),
    "first_key": ("id, expires_at", "{id}, now() - interval '{age}'", "8 days", "6 days"),
    "link": ("id, person, expires_at, used_at", "{id}, {person}, now() - interval '{age}', now() - interval '30 days'", "8 days", "6 days"),
    "token": ("id, person, edition, digest, expires_at", "{id}, {person}, {edition}, {id}, now() - interval '{age}'", "91 days", "89 days"),
    "outbox": ("id, task, queue, done_at", "{id}, 'send_letter', 'letters', now() - interval '{age}'", "31 days", "29 days"),
    "invitation": ("id, person, edition, created_at", "{id}, {person}, {edition}, now() - interval '{age}'", "401 days", "399 days"),
    "invitation_list": ("id, edition, ended_at", "{id}, {edition}, now() - interval '{age}'", "91 days", "89 days"),
    "merge_request": ("id, edition, stays, goes, created_at, done_at", "{id}, {edition}, {person}, {person}, now() - interval '{age}', now()", "401 days", "399 days"),
    "assignment_plan": ("id, edition, created_at", "{id}, {edition}, now() - interval '{age}'", "31 days", "29 days"),
    "letter": ("id, person, kind, occasion, subject, body, sent_at", "{id}, {person}, 'x', {id}, 'x', 'x', now() - interval '{age}'", "401 days", "399 days"),
}  # fmt: skip


@pytest.mark.parametrize("table", ROWS)
async def test_what_is_over_goes_and_what_is_not_stays(house, table) -> None:
    edition = await an_edition()
    person = await a_person("filmmaker", edition=edition)
    columns, values, over, fresh = ROWS[table]
    ids = {age: new_id() for age in (over, fresh)}
    for age, row in ids.items():
        filled = values.format(id=f"'{row}'", person=f"'{person.id}'", edition=f"'{edition.id}'", age=age)
        await rows(f"INSERT INTO {table} ({columns}) VALUES ({filled}) RETURNING id")

    await sweep()

    left = await rows(f"SELECT id FROM {table} WHERE id = ANY({{}})", list(ids.values()))
    assert [row["id"] for row in left] == [ids[fresh]]


async def test_who_came_with_a_film_is_forgotten_a_month_after_the_last_day(house) -> None:
    """The last of three days is two days after the first, and a whole month follows it."""
    names = {28: "Ines", 32: "Jo", 34: "Kim"}
    for ago, name in names.items():
        edition = await an_edition(first_day=now().date() - timedelta(days=ago))
        film, _ = await a_film(edition, await a_person("filmmaker", edition=edition))
        await Visitor(edition=edition.id, submission=film, name=name).save()

    await sweep()

    left = await rows("SELECT name FROM visitor WHERE name = ANY({})", list(names.values()))
    assert {row["name"] for row in left} == {"Ines", "Jo"}


def test_each_table_that_ages_is_tried_and_the_record_is_none_of_them() -> None:
    assert set(AGES) == {*ROWS, "visitor"}
    assert "record" not in AGES
