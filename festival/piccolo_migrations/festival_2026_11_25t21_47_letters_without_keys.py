"""Letters that were sent hold no key; one that was on its way is set aside, its link is asked for again"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-25T21:47:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Letters that were sent hold no key; one that was on its way is set aside, its link is asked for again"

FORWARDS = """
UPDATE letter SET link = '/account/links/',
  body = regexp_replace(body, 'https?://[^[:space:]]+/account/links/[^[:space:]]+', U&'\\FFFC', 'g')
WHERE kind IN ('sign_in', 'invitation')
;;
UPDATE outbox SET parked_at = now(), leased_until = NULL, fault = 'mail_link_over'
FROM letter
WHERE outbox.task = 'send_letter' AND outbox.done_at IS NULL AND outbox.parked_at IS NULL
  AND letter.id = outbox.args->>'letter' AND letter.kind IN ('sign_in', 'invitation')
"""

BACKWARDS = """
SELECT 1
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="festival", forwards=FORWARDS, backwards=BACKWARDS)
