"""Who was seen when, from what is known of it; one question at a time about an account that goes"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-26T08:22:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "Who was seen when, and one question at a time about an account that goes"

FORWARDS = """
UPDATE person p SET seen_at = known.at FROM (
  SELECT person, max(at) AS at FROM (
    SELECT person, seen_at AS at FROM session WHERE person IS NOT NULL
    UNION ALL SELECT person, at FROM record WHERE act = 'signed_in') every GROUP BY person) known
WHERE known.person = p.id
;;
CREATE UNIQUE INDEX merge_request_open ON merge_request (goes)
  WHERE done_at IS NULL AND refused_at IS NULL
;;
ALTER TABLE person ADD CONSTRAINT person_not_itself CHECK (merged_into <> id)
"""

BACKWARDS = """
ALTER TABLE person DROP CONSTRAINT person_not_itself
;;
DROP INDEX merge_request_open
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="festival", forwards=FORWARDS, backwards=BACKWARDS)
