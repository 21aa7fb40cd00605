"""What was reported before segments were counted proves nothing: only what was handed out stays seen"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-26T02:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "What was reported before segments were counted proves nothing"

# Half a second beside each segment, as a report of today is judged (reviews.watching.EDGE). Where
# the film was left stays; so do sheets, whose share was never measured.
FORWARDS = """
UPDATE viewing v SET ranges = x.kept, seconds = x.seconds FROM (
  SELECT w.id,
    coalesce((SELECT jsonb_agg(jsonb_build_array(lower(one)::float8, upper(one)::float8)
                               ORDER BY lower(one)) FROM unnest(w.proved) AS one), '[]') AS kept,
    coalesce((SELECT sum(upper(one) - lower(one)) FROM unnest(w.proved) AS one), 0)::float8
      AS seconds
  FROM (
    SELECT y.id,
      coalesce((SELECT range_agg(numrange((one->>0)::numeric, (one->>1)::numeric))
                FROM jsonb_array_elements(y.ranges) AS one
                WHERE (one->>1)::numeric > (one->>0)::numeric), nummultirange())
      * coalesce((SELECT range_agg(numrange(lower(s) - 0.5, upper(s) + 0.5))
                  FROM unnest(y.served) AS s), nummultirange()) AS proved
    FROM viewing y
  ) w
) x WHERE v.id = x.id AND v.ranges <> '[]'::jsonb
"""


async def forwards() -> MigrationManager:
    # What was unproved does not come back: it was never known to be true.
    return in_sql(ID, DESCRIPTION, app="reviews", forwards=FORWARDS)
