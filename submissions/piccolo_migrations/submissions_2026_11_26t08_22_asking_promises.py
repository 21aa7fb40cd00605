"""A field is ruled once in each section, a question answered once for each film"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-26T08:22:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A field is ruled once in each section, a question answered once for each film"

FORWARDS = """
CREATE UNIQUE INDEX field_rule_once ON field_rule (edition, field, coalesce(section, ''))
;;
ALTER TABLE entry_answer ADD CONSTRAINT entry_answer_once UNIQUE (submission, question)
"""

BACKWARDS = """
ALTER TABLE entry_answer DROP CONSTRAINT entry_answer_once
;;
DROP INDEX field_rule_once
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="submissions", forwards=FORWARDS, backwards=BACKWARDS)
