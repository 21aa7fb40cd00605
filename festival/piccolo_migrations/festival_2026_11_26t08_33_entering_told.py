"""Hues that stood by letter stand in their rows; one deadline of a kind"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

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


class RawTable(Table):
    """Only a handle for raw SQL."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="festival", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS.split(";;"):
            await RawTable.raw(statement)

    async def run_backwards() -> None:
        for statement in BACKWARDS.split(";;"):
            await RawTable.raw(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
