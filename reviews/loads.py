"""What each member has to watch, reckoned and kept, so that a page of the whole committee need not add up every
film that was shared out.

As figures of films are (`reviews.figures`): whatever a load hangs on (who is asked, a sheet, a film's section, length
or file) counts up in its own transaction, by a trigger; whoever reads reckons first what has been counted up since.
"""

from typing import Any

from festival.access import Viewer
from festival.db import rows, transaction
from festival.tables import Edition
from reviews.evidence import RUNTIME
from reviews.lists import CHAIR, scope_values

# One film that one member was asked to watch a row.
SHARED_OUT = """
  FROM assignment a JOIN submission s ON s.id = a.submission JOIN film f ON f.id = s.film
  JOIN edition e ON e.id = s.edition JOIN film_file n ON n.submission = s.id AND n.state = 'released'
  LEFT JOIN review r ON r.submission = s.id AND r.person = a.person AND r.given_at IS NOT NULL
  WHERE s.edition = {} AND s.section IS NOT NULL AND s.status NOT IN ('draft', 'withdrawn')"""
SUMS = f"count(*)::int AS films, sum({RUNTIME}) AS seconds, count(r.id)::int AS given"


async def refresh(edition: Edition) -> None:
    """Reckon the loads that are no longer true, one at a time; what changes meanwhile is reckoned next time."""
    if not await rows(
        "SELECT 1 AS one FROM kept_load WHERE edition = {} AND asked <> reckoned LIMIT 1",
        edition.id,
    ):
        return
    async with transaction():
        await rows("SELECT pg_advisory_xact_lock(hashtext({}))", f"loads:{edition.id}")
        await rows(
            f"""WITH old AS MATERIALIZED (
                  SELECT id, person, asked FROM kept_load WHERE edition = {{}} AND asked <> reckoned),
                fresh AS MATERIALIZED (SELECT a.person, s.section, {SUMS} {SHARED_OUT}
                  AND a.person IN (SELECT person FROM old) GROUP BY 1, 2)
                UPDATE kept_load l SET reckoned = old.asked, sections = coalesce((
                  SELECT jsonb_object_agg(section, jsonb_build_array(films, seconds, given))
                  FROM fresh WHERE fresh.person = old.person), jsonb_build_object())
                FROM old WHERE l.id = old.id RETURNING l.id""",
            edition.id,
            edition.id,
        )


async def loads_of(viewer: Viewer, edition: Edition) -> dict[str, dict[str, Any]]:
    """By person `films`, `seconds` and how many are `given`, of the films that this chair may know of: those of their
    sections, less what they stepped aside from or have made.
    """
    await refresh(edition)
    _, sections, _, recused, person, *_ = scope_values(viewer, CHAIR)
    found = await rows(
        f"""WITH hidden AS MATERIALIZED (SELECT unnest({{}}::text[]) AS film
              UNION SELECT m.submission FROM member m WHERE m.person = {{}}),
            told AS (
              SELECT l.person, k.key AS section, (k.value ->> 0)::int AS films, (k.value ->> 1)::float8 AS seconds,
                (k.value ->> 2)::int AS given
              FROM kept_load l CROSS JOIN jsonb_each(l.sections) k WHERE l.edition = {{}}
              UNION ALL SELECT a.person, s.section, -1, -{RUNTIME}, -(r.id IS NOT NULL)::int {SHARED_OUT}
              AND s.id = ANY(ARRAY(SELECT film FROM hidden)))
            SELECT person, sum(films)::int AS films, sum(given)::int AS given,
              CASE WHEN sum(films) > 0 THEN sum(seconds) ELSE 0 END AS seconds
            FROM told WHERE {{}}::text[] IS NULL OR section = ANY({{}}) GROUP BY person""",
        recused, person, edition.id, edition.id, sections, sections,
    )  # fmt: skip
    return {row["person"]: row for row in found}
