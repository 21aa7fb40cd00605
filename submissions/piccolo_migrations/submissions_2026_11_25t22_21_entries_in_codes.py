"""Countries and languages become codes where they can; what cannot stays as it was written"""

import json

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

from festival import codes

ID = "2026-11-25T22:21:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Countries and languages become codes where they can"
FIELDS = {
    "countries": codes.country_code,
    "languages": codes.language_code,
    "subtitles": codes.language_code,
}
NAMES = """
UPDATE film SET directors = jsonb_build_array(director)
WHERE directors = '[]' AND trim(director) <> ''
"""
UNANSWERED = """
UPDATE film f SET premiere = '' FROM submission s
WHERE s.film = f.id AND s.status = 'draft' AND f.premiere = 'none'
"""
"""The form had given this answer before its maker could: a draft is asked again."""


class RawTable(Table):
    """Only a handle for raw SQL."""


def in_codes(words: list[str], field: str) -> list[str]:
    """A name that was cut at its comma is put together again."""
    code_of = FIELDS[field]
    found = codes.split(", ".join(words), code_of)
    return list(
        dict.fromkeys(code_of(word) if codes.is_name([word], code_of) else word for word in found)
    )


async def rewrite() -> None:
    await RawTable.raw(NAMES)
    await RawTable.raw(UNANSWERED)
    for film in await RawTable.raw("SELECT id, countries, languages, subtitles FROM film"):
        for field in FIELDS:
            before = film[field]
            words = json.loads(before) if isinstance(before, str) else before
            if (after := in_codes(words, field)) != words:
                await RawTable.raw(
                    f"UPDATE film SET {field} = {{}}::jsonb WHERE id = {{}}",  # noqa: S608
                    json.dumps(after),
                    film["id"],
                )


async def stay() -> None:
    """A code is understood wherever a word was."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="submissions", description=DESCRIPTION)
    manager.add_raw(rewrite)
    manager.add_raw_backwards(stay)
    return manager
