"""What was really watched, how much of it a sheet stood on, and what a sheet said before"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-25T21:45:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "What was really watched, how much of it a sheet stood on, and what it said before"

FORWARDS = """
ALTER TABLE viewing
  ADD COLUMN served nummultirange NOT NULL DEFAULT nummultirange(),
  ADD COLUMN seconds double precision NOT NULL DEFAULT 0
;;
UPDATE viewing SET seconds = coalesce(
  (SELECT sum((one->>1)::float8 - (one->>0)::float8) FROM jsonb_array_elements(ranges) AS one), 0)
;;
CREATE TABLE watcher (
  person varchar(16) PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
  credit double precision NOT NULL DEFAULT 0,
  credited_at timestamptz NOT NULL DEFAULT now()
)
;;
ALTER TABLE review ADD COLUMN seen double precision
;;
CREATE TABLE review_version (
  id varchar(16) PRIMARY KEY,
  review varchar(16) NOT NULL REFERENCES review (id) ON DELETE CASCADE,
  version integer NOT NULL,
  file varchar(16) NOT NULL REFERENCES film_file (id) ON DELETE CASCADE,
  scores jsonb NOT NULL DEFAULT jsonb_build_object(),
  opinion text NOT NULL DEFAULT '',
  seen double precision,
  changed_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT review_version_once UNIQUE (review, version)
)
;;
CREATE INDEX review_version_file ON review_version (file)
;;
CREATE TABLE reopening (
  id varchar(16) PRIMARY KEY,
  review varchar(16) NOT NULL REFERENCES review (id) ON DELETE CASCADE,
  opened_by varchar(16) NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  reason varchar(400) NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  closed_at timestamptz
)
;;
CREATE UNIQUE INDEX reopening_once ON reopening (review) WHERE closed_at IS NULL
;;
CREATE INDEX reopening_review ON reopening (review)
;;
CREATE INDEX reopening_opened_by ON reopening (opened_by)
;;
ALTER TABLE note
  ADD COLUMN version integer NOT NULL DEFAULT 1,
  ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now()
;;
UPDATE note SET changed_at = created_at
"""

BACKWARDS = """
ALTER TABLE note DROP COLUMN version, DROP COLUMN changed_at
;;
DROP TABLE reopening
;;
DROP TABLE review_version
;;
ALTER TABLE review DROP COLUMN seen
;;
DROP TABLE watcher
;;
ALTER TABLE viewing DROP COLUMN served, DROP COLUMN seconds
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="reviews", forwards=FORWARDS, backwards=BACKWARDS)
