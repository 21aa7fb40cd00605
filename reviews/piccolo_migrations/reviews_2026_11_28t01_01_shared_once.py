"""One set of rules an edition; one profile, wish and conflict of a member; each change of an assignment once"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-28T01:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "One set of rules an edition; one profile, wish and conflict of a member"

FORWARDS = """
ALTER TABLE committee_rules ADD CONSTRAINT committee_rules_once UNIQUE (edition)
;;
ALTER TABLE committee_rules ADD CONSTRAINT committee_rules_numbers CHECK (quorum BETWEEN 0 AND 50)
;;
ALTER TABLE committee_phase ADD CONSTRAINT committee_phase_forwards CHECK (closes_at > opens_at)
;;
ALTER TABLE committee_phase ADD CONSTRAINT committee_phase_words CHECK (
  watching IN ('all', 'assigned', 'none') AND votes IN ('never', 'after', 'always'))
;;
ALTER TABLE reviewer_profile ADD CONSTRAINT reviewer_profile_once UNIQUE (person, edition)
;;
ALTER TABLE film_wish ADD CONSTRAINT film_wish_once UNIQUE (submission, person)
;;
ALTER TABLE film_wish ADD CONSTRAINT film_wish_words CHECK (wish IN ('love', 'can', 'rather_not'))
;;
ALTER TABLE assignment_plan ADD CONSTRAINT assignment_plan_once UNIQUE (edition, number)
;;
ALTER TABLE conflict_of_interest ADD CONSTRAINT conflict_of_interest_once UNIQUE (submission, person)
;;
ALTER TABLE conflict_of_interest ADD CONSTRAINT conflict_of_interest_words CHECK (
  state IN ('suspected', 'confirmed', 'dismissed') AND answer IN ('', 'yes', 'no'))
"""

BACKWARDS = """
ALTER TABLE conflict_of_interest DROP CONSTRAINT conflict_of_interest_words
;;
ALTER TABLE conflict_of_interest DROP CONSTRAINT conflict_of_interest_once
;;
ALTER TABLE assignment_plan DROP CONSTRAINT assignment_plan_once
;;
ALTER TABLE film_wish DROP CONSTRAINT film_wish_words
;;
ALTER TABLE film_wish DROP CONSTRAINT film_wish_once
;;
ALTER TABLE reviewer_profile DROP CONSTRAINT reviewer_profile_once
;;
ALTER TABLE committee_phase DROP CONSTRAINT committee_phase_words
;;
ALTER TABLE committee_phase DROP CONSTRAINT committee_phase_forwards
;;
ALTER TABLE committee_rules DROP CONSTRAINT committee_rules_numbers
;;
ALTER TABLE committee_rules DROP CONSTRAINT committee_rules_once
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="reviews", forwards=FORWARDS, backwards=BACKWARDS)
