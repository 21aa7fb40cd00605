"""An act, its record and its outbox line stand or fall together."""

import asyncpg
import pytest

from festival.db import later, rows, transaction
from festival.record import record
from festival.tables import Outbox, Record, new_id
from tests.builders import an_edition


class Regret(Exception):
    pass


async def test_a_line_falls_with_its_act(house) -> None:
    letter = new_id()

    with pytest.raises(Regret):
        async with transaction():
            line = await later("send_letter", letter=letter)
            raise Regret

    assert await Outbox.exists().where(Outbox.id == line) is False


async def test_an_inner_act_joins_the_outer_one(house) -> None:
    letter = new_id()

    with pytest.raises(Regret):
        async with transaction():
            async with transaction():
                line = await later("send_letter", letter=letter)
            raise Regret

    assert await Outbox.exists().where(Outbox.id == line) is False


async def test_a_line_stands_with_its_act(house) -> None:
    async with transaction():
        line = await later("send_letter", letter=new_id())

    assert await Outbox.exists().where(Outbox.id == line) is True


async def test_a_task_that_no_worker_knows_stops_the_act(house) -> None:
    subject = new_id()

    with pytest.raises(KeyError):
        async with transaction():
            await record("test_act", subject)
            await later("bake_bread")

    assert await Record.exists().where(Record.subject == subject) is False


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record SET act = 'never' WHERE subject = {} RETURNING id",
        "DELETE FROM record WHERE subject = {} RETURNING id",
    ],
)
async def test_the_record_cannot_be_changed(house, statement: str) -> None:
    subject = new_id()
    await record("test_act", subject)

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await rows(statement, subject)

    assert [line.act for line in await Record.objects().where(Record.subject == subject)] == ["test_act"]


async def test_the_record_cannot_be_emptied(house) -> None:
    await record("test_act", new_id())

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await rows("TRUNCATE record")

    assert await Record.count() > 0


async def test_two_editions_do_not_see_each_other(house) -> None:
    one, other = await an_edition(), await an_edition()

    assert one.id != other.id
