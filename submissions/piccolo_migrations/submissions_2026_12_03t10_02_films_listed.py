"""What lists of a whole edition read of each film lies in two indexes"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-12-03T10:02:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "What lists of a whole edition read of each film lies in two indexes"

# The rows themselves are long, with synopses and with all that was measured. A title has two hundred signs, and as it is
# sorted up to eighteen times as many: an index takes no such row, and no list sorts by them.
FOLDED = r"lower(regexp_replace(normalize(title, NFKD), '[\u0300-\u036f]', '', 'g'))"
KEPT = "ALTER TABLE film DROP COLUMN folded_title, ADD COLUMN folded_title text GENERATED ALWAYS AS ({}) STORED"
FORWARDS = f"""
{KEPT.format(f"left({FOLDED}, 200)")}
;;
CREATE INDEX film_listed ON film (id) INCLUDE (title, folded_title, declared_seconds)
;;
DROP INDEX film_file_released
;;
CREATE INDEX film_file_released ON film_file (submission) INCLUDE (id, seconds) WHERE state = 'released'
"""

BACKWARDS = f"""
DROP INDEX film_file_released;;
CREATE INDEX film_file_released ON film_file (submission) WHERE state = 'released';;
DROP INDEX film_listed;;
{KEPT.format(FOLDED)}
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="submissions", forwards=FORWARDS, backwards=BACKWARDS)
