"""The house works as a role that can add to the record, and do nothing else to it."""

import json
import os

import asyncpg
import pytest

from festival.db import rows
from festival.record import record
from festival.roles import UNGUARDED

TAMPERING = [
    "ALTER TABLE record DISABLE TRIGGER ALL",
    "ALTER TABLE record DISABLE TRIGGER record_is_append_only",
    "DROP TRIGGER record_is_append_only ON record",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "ALTER FUNCTION refuse_change() RENAME TO forgotten",
    "CREATE RULE no_more AS ON INSERT TO record DO INSTEAD NOTHING",
    "CREATE TRIGGER mine BEFORE INSERT ON record FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "UPDATE record SET act = 'nothing'",
    "DELETE FROM record",
    "TRUNCATE record",
    "DROP TABLE record",
    "ALTER TABLE record RENAME TO old_record",
    "ALTER TABLE record OWNER TO CURRENT_USER",
    "SET session_replication_role = replica",
    "SET ROLE cinema",
    "SET SESSION AUTHORIZATION cinema",
    "GRANT ALL ON record TO CURRENT_USER WITH GRANT OPTION",
    "CREATE TABLE shadow (id int)",
    "CREATE TEMP TABLE record (LIKE public.record)",
    "CREATE SCHEMA mine",
    "RESET ROLE; DELETE FROM record",
    "UPDATE record SET at = now() WHERE false",
    "SELECT id FROM record FOR UPDATE",
    "DO $$ BEGIN LOCK TABLE record IN ACCESS EXCLUSIVE MODE; END $$",
    "COPY record TO PROGRAM 'cat'",
    "COPY record FROM '/etc/passwd'",
    "DO $$ BEGIN EXECUTE 'ALTER TABLE record DISABLE TRIGGER USER'; END $$",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "GRANT cinema TO CURRENT_USER",
    "DROP OWNED BY cinema",
    "SELECT setval('record_id_seq', 1)",
]


@pytest.mark.parametrize("sql", TAMPERING)
async def test_the_house_cannot_change_the_record_nor_its_guard(house, sql) -> None:
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    try:
        before = await connection.fetchval("SELECT count(*) FROM record")
        if sql.startswith("GRANT ALL"):
            await connection.execute(sql)  # a warning: nothing was granted
        else:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(sql)
        assert not await connection.fetchval(
            "SELECT has_table_privilege('record', 'UPDATE, DELETE, TRUNCATE, TRIGGER')"
        )
        assert await connection.fetchval("SELECT count(*) FROM record") >= before
    finally:
        await connection.close()


async def test_the_owner_is_stopped_by_the_guard_alone(house) -> None:
    connection = await asyncpg.connect(os.environ["DATABASE_OWNER_URL"])
    try:
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await connection.execute("DELETE FROM record")
        assert await connection.fetchval(UNGUARDED) is True
    finally:
        await connection.close()


async def test_a_text_may_become_effaced_and_that_is_on_the_record(house) -> None:
    """The one change that there is: by the owner's function, or by the owner; nothing else gets past the guard."""
    await record("recused", "here", reason="ami d'Ada Canari, depuis 2020", part="reviewer", n=3)
    [line] = await rows("SELECT id, details FROM record ORDER BY id DESC LIMIT 1")

    async def given(**details: object) -> int:
        made = json.dumps({**line["details"], **details})
        return (await rows("SELECT redact_record(ARRAY[{}]::bigint[], ARRAY[{}]::jsonb[], 'by', 'why', 'ed') AS n",
                           line["id"], made))[0]["n"]  # fmt: skip

    for wrong in (
        {"reason": "ami de personne"}, {"reason": ""}, {"reason": "[effacé] et plus"}, {"part": "[effacé]"},
        {"n": 4}, {"reason": None}, {"more": "[effacé]"}, {"reason": ["[effacé]"]},
    ):  # fmt: skip
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await given(**wrong)
    assert await given(reason="ami d'[effacé], depuis 2020") == 1
    assert await given(reason="ami d'[effacé], depuis 2020") == 0

    told = await rows("SELECT * FROM record WHERE act = 'record_redacted' AND subject = 'why'")
    assert [(one["person"], one["edition"], one["details"]) for one in told] == [
        ("by", "ed", {"lines": [line["id"]]})
    ]
    [after] = await rows("SELECT details FROM record WHERE id = {}", line["id"])
    assert after["details"] == {**line["details"], "reason": "ami d'[effacé], depuis 2020"}


async def test_what_operators_set_up_may_be_redacted_below_changes_alone(house) -> None:
    await record(
        "guest_changed",
        "there",
        changes={"name": ["Ada Canari", "Ada"], "seats": [3, 4]},
        to="accepted",
    )
    [line] = await rows("SELECT id, details FROM record ORDER BY id DESC LIMIT 1")
    after = {**line["details"], "changes": {"name": ["[effacé]", "Ada"], "seats": [3, 4]}}

    await rows(
        "SELECT redact_record(ARRAY[{}]::bigint[], ARRAY[{}]::jsonb[], '', 'why2', '')",
        line["id"],
        json.dumps(after),
    )

    assert await rows("SELECT details FROM record WHERE id = {}", line["id"]) == [
        {"details": after}
    ]


async def test_the_owner_can_only_redact_too_and_the_record_says_that_he_did(house) -> None:
    connection = await asyncpg.connect(os.environ["DATABASE_OWNER_URL"])
    try:
        await record("recused", "where", reason="Ada")
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await connection.execute("UPDATE record SET act = 'nothing' WHERE subject = 'where'")
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await connection.execute("UPDATE record SET person = 'other' WHERE subject = 'where'")
        before = await connection.fetchval(
            "SELECT count(*) FROM record WHERE act = 'record_redacted'"
        )
        await connection.execute(
            """UPDATE record SET details = '{"reason": "[effacé]"}' WHERE subject = 'where'"""
        )
        assert (
            await connection.fetchval("SELECT count(*) FROM record WHERE act = 'record_redacted'")
            == before + 1
        )
    finally:
        await connection.close()


async def test_the_house_knows_that_its_record_is_guarded(house) -> None:
    assert await rows(UNGUARDED) == [{"open": False}]
