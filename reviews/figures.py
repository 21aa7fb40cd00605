"""What is reckoned of the votes of each film and kept, so that lists sort and page without reading them all.

Whatever figures hang on (a sheet, a recusal, a role, a file, a weight) counts up in its own transaction, by a
trigger; whoever reads reckons first what has been counted up since. `reviews.lists.Case` says the same of the
votes of one film, in Python.
"""

import json
from collections.abc import Sequence

import msgspec

from festival.db import rows, transaction
from festival.tables import Edition
from reviews.evidence import counts, seated
from reviews.rubrics import EVERYWHERE, Rubrics, rubrics_of
from reviews.scoring import RAISED


class VoteGroup(msgspec.Struct, frozen=True, array_like=True):
    """So many votes of one film that came to the same `total`: all of them count or none does."""

    total: float
    votes: int
    counts: bool
    is_measured: bool


WEIGHTS = "coalesce(w.by_place -> s.section, w.by_place -> '')"
TOTAL = f"""(SELECT sum(k.value::float8 * ({WEIGHTS} ->> k.key)::float8)
                  / nullif(sum(({WEIGHTS} ->> k.key)::float8), 0)
             FROM jsonb_each_text(r.scores) k WHERE {WEIGHTS} ? k.key)"""
"""SQL: what a given sheet comes to; `reviews.scoring.given_total` says the same."""

# One film `s` a row; `w` are the weights of each place, given once.
RECKONED = f"""
  SELECT s.id AS submission, count(*) FILTER (WHERE v.counts) AS votes,
    count(*) FILTER (WHERE NOT v.counts) AS apart, avg(v.total) FILTER (WHERE v.counts) AS mean,
    coalesce(stddev_pop(v.total) FILTER (WHERE v.counts), 0) AS spread,
    {", ".join(f"count(*) FILTER (WHERE v.flags ? '{flag}') AS {flag}" for flag in RAISED)},
    coalesce(jsonb_agg(jsonb_build_array(v.total, v.alike, v.counts, v.is_measured) ORDER BY v.total, v.counts)
      FILTER (WHERE v.leads), '[]') AS totals
  FROM submission s CROSS JOIN (SELECT {{}}::jsonb AS by_place) w
  LEFT JOIN LATERAL (
    SELECT one.*, count(*) OVER alike AS alike, row_number() OVER alike = 1 AS leads FROM (
      SELECT coalesce({counts("r")}, false) AS counts, {TOTAL} AS total, r.flags, r.seen IS NOT NULL AS is_measured
      FROM review r JOIN edition e ON e.id = s.edition
      LEFT JOIN film_file n ON n.submission = s.id AND n.state = 'released'
      WHERE r.submission = s.id AND r.given_at IS NOT NULL AND {seated("r.person")}) one
    WINDOW alike AS (PARTITION BY total, counts, is_measured)
  ) v ON v.total IS NOT NULL
  WHERE s.edition = {{}}"""


def weights_of(rubrics: Rubrics) -> str:
    """Of each place the weight of each criterion, closed ones too, as JSON."""
    return json.dumps(
        {
            place: {one.key: one.weight for one in rubrics.rubric(place).criteria}
            for place in {EVERYWHERE, *rubrics.own}
        }
    )


OLD = """SELECT 1 AS one FROM figure_clock c WHERE c.edition = {} AND c.asked <> c.reckoned
  UNION ALL SELECT 1 FROM film_figure g JOIN submission s ON s.id = g.submission
  WHERE g.asked <> g.reckoned AND s.edition = {} LIMIT 1"""
"""Whether anything is no longer true: an index away, however many films there are."""


async def refresh(edition: Edition | str) -> None:
    """Reckon what is no longer true; one at a time, and what changes meanwhile is reckoned next time: how far the
    clock had come is read before anything that it tells of.
    """
    edition_id = edition if isinstance(edition, str) else edition.id
    if not await rows(OLD, edition_id, edition_id):
        return
    async with transaction():
        await rows("SELECT pg_advisory_xact_lock(hashtext({}))", f"figures:{edition_id}")
        told = await rows("SELECT asked FROM figure_clock WHERE edition = {}", edition_id)
        clock = int(told[0]["asked"]) if told else 0
        weights = weights_of(await rubrics_of(edition_id))
        await rows(
            f"""WITH stale AS MATERIALIZED (
                  SELECT g.submission, g.asked FROM submission s JOIN film_figure g ON g.submission = s.id
                  WHERE s.edition = {{}} AND (g.asked <> g.reckoned OR g.clock <> {{}}::int)),
                fresh AS MATERIALIZED ({RECKONED}
                  AND s.id IN (SELECT submission FROM stale) GROUP BY s.id)
                UPDATE film_figure g
                SET votes = fresh.votes, apart = fresh.apart, mean = fresh.mean, spread = fresh.spread,
                  discuss = fresh.discuss, heart = fresh.heart, sensitive = fresh.sensitive,
                  totals = fresh.totals, reckoned = stale.asked, clock = {{}}::int
                FROM stale JOIN fresh ON fresh.submission = stale.submission
                WHERE g.submission = stale.submission RETURNING g.submission""",
            edition_id, clock, weights, edition_id, clock,
        )  # fmt: skip
    await rows(
        "UPDATE figure_clock SET reckoned = {} WHERE edition = {} AND reckoned < {} RETURNING edition",
        clock, edition_id, clock,
    )  # fmt: skip


async def means_of(edition: str, submissions: Sequence[str]) -> dict[str, tuple[float | None, int]]:
    """Mean and number of the votes that count, by film; whoever asks may see them."""
    if not submissions:
        return {}
    await refresh(edition)
    found = await rows(
        "SELECT submission, mean, votes FROM film_figure WHERE submission = ANY({})",
        list(submissions),
    )
    return {row["submission"]: (row["mean"], int(row["votes"])) for row in found}


async def means_under(rubrics: Rubrics, edition: str) -> dict[str, float]:
    """The mean of each film that has one, were it scored by other sheets than those that stand."""
    found = await rows(f"{RECKONED} GROUP BY s.id", weights_of(rubrics), edition)
    return {row["submission"]: row["mean"] for row in found if row["mean"] is not None}
