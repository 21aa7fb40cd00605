"""A member has one mark a film, one wish an edition, and is called once by a remark; an edition has one rule"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-28T05:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A member has one mark a film, one wish an edition, and is called once by a remark"

FORWARDS = """
ALTER TABLE talk_mention ADD CONSTRAINT talk_mention_once UNIQUE (remark, person)
;;
ALTER TABLE talk_mark ADD CONSTRAINT talk_mark_once UNIQUE (submission, person)
;;
ALTER TABLE talk_wish ADD CONSTRAINT talk_wish_once UNIQUE (edition, person)
;;
ALTER TABLE receipt_rule ADD CONSTRAINT receipt_rule_once UNIQUE (edition)
"""

BACKWARDS = """
ALTER TABLE receipt_rule DROP CONSTRAINT receipt_rule_once
;;
ALTER TABLE talk_wish DROP CONSTRAINT talk_wish_once
;;
ALTER TABLE talk_mark DROP CONSTRAINT talk_mark_once
;;
ALTER TABLE talk_mention DROP CONSTRAINT talk_mention_once
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="reviews", forwards=FORWARDS, backwards=BACKWARDS)
