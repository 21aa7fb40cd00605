"""Hues that stood by letter stand in their rows; one deadline of a kind"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-26T08:33:07:000000"
VERSION = "1.38.0"
DESCRIPTION = "Hues that stood by letter stand in their rows; one deadline of a kind"

FORWARDS = """
UPDATE section SET hue = CASE letter
  WHEN 'C' THEN 265 WHEN 'D' THEN 160 WHEN 'S' THEN 50 WHEN 'P' THEN 320 WHEN 'I' THEN 205 ELSE 75 END
;;
ALTER TABLE section ADD CONSTRAINT section_hue_is_an_angle CHECK (hue BETWEEN 0 AND 359)
;;
CREATE UNIQUE INDEX deadline_kind_once ON deadline (edition, coalesce(section, ''), kind)
;;
ALTER TABLE deadline ADD CONSTRAINT deadline_fee_is_no_debt CHECK (fee_cents >= 0)
"""

BACKWARDS = """
ALTER TABLE deadline DROP CONSTRAINT deadline_fee_is_no_debt
;;
DROP INDEX deadline_kind_once
;;
ALTER TABLE section DROP CONSTRAINT section_hue_is_an_angle
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="festival", forwards=FORWARDS, backwards=BACKWARDS)
