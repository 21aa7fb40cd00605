"""Each edition that is there has the sheet by which it was scored; a place has one sheet"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-26T08:56:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Each edition that is there has the sheet by which it was scored; a place has one sheet"

# The ids are made of the edition's, so that whatever makes them twice makes the same ones. The keys are
# those that scores have carried since the first sheet.
FORWARDS = """
CREATE UNIQUE INDEX score_sheet_once ON score_sheet (edition, coalesce(section, ''))
;;
ALTER TABLE criterion ADD CONSTRAINT criterion_once UNIQUE (sheet, key)
;;
INSERT INTO score_sheet (id, edition, section, steps, labels, version)
SELECT left(md5('sheet' || e.id), 16), e.id, NULL, 5, jsonb_build_object(), 1 FROM edition e
;;
INSERT INTO criterion (id, edition, sheet, position, key, names, helps, weight, closed_at, version)
SELECT left(md5(k.key || e.id), 16), e.id, left(md5('sheet' || e.id), 16), k.position, k.key,
  jsonb_build_object('fr', k.fr, 'en', k.en), jsonb_build_object(), k.weight, NULL, 1
FROM edition e CROSS JOIN (VALUES
  (0, 'writing', 3, 'Récit', 'Story'),
  (1, 'image', 2, 'Image', 'Picture'),
  (2, 'sound', 2, 'Son', 'Sound'),
  (3, 'space', 3, 'Regard sur l’espace', 'A view of space')
) AS k(position, key, weight, fr, en)
"""

BACKWARDS = """
DELETE FROM criterion
;;
DELETE FROM score_sheet
;;
ALTER TABLE criterion DROP CONSTRAINT criterion_once
;;
DROP INDEX score_sheet_once
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="reviews", forwards=FORWARDS, backwards=BACKWARDS)
