"""The house works as a role that can add to the record, and do nothing else to it."""

import os

import asyncpg
import pytest

from festival.db import rows
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


async def test_the_house_knows_that_its_record_is_guarded(house) -> None:
    assert await rows(UNGUARDED) == [{"open": False}]
