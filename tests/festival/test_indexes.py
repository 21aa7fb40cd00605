"""No list walks a whole table: every foreign key has an index that begins with it."""

from festival.db import rows

WITHOUT_AN_INDEX = """
SELECT c.conrelid::regclass::text AS "table", a.attname AS "column"
FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f' AND NOT EXISTS (
  SELECT FROM pg_index i
  WHERE i.indrelid = c.conrelid AND i.indpred IS NULL AND i.indisvalid
    AND (i.indkey::int2[])[0:array_length(c.conkey, 1) - 1] = c.conkey)
ORDER BY 1, 2
"""
# Columns that name a row without a foreign key, and pairs that a list asks for together.
ALSO = {
    ("record", "edition"),
    ("record", "person"),
    ("record", "subject"),
    ("note", "submission, person"),
}


async def test_every_foreign_key_has_an_index(house) -> None:
    assert await rows(WITHOUT_AN_INDEX) == []


async def test_what_is_asked_for_without_a_foreign_key_has_one_too(house) -> None:
    kept = await rows("SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'")

    found = {
        (table, columns)
        for table, columns in ALSO
        for one in kept
        if one["tablename"] == table and f"({columns}" in one["indexdef"]
    }

    assert found == ALSO
