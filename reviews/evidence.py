"""What the house knows of how a film was heard: who is still entitled to, who watched, which votes
count. One place for lists, means, letters and warnings.
"""

import msgspec

from festival.db import rows

LENGTH = "coalesce(n.seconds, 0)"  # of the file `n`: what its pictures last, else the whole
# The length that people are told: the copy's own, or what its makers declared, as the edition says.
RUNTIME = f"""(CASE WHEN e.measured_runtime THEN {LENGTH}
                    ELSE coalesce(f.declared_seconds, {LENGTH}) END)::float8"""


def share(seconds: str) -> str:
    """SQL: the share of the file `n` that these seconds are, 0 where there are none."""
    return (
        f"""(CASE WHEN {LENGTH} > 0 THEN least(1, coalesce({seconds}, 0) / {LENGTH}) ELSE 0 END)"""
    )


def seated(person: str) -> str:
    """SQL: this person may hear the film `s` now. Whoever stepped aside, lost the part, belongs to
    the film or has no account any more has no voice, whatever they gave before.
    """
    return f"""(EXISTS (SELECT 1 FROM role o JOIN person q ON q.id = o.person
                 WHERE o.person = {person} AND q.disabled_at IS NULL AND o.edition = s.edition
                   AND o.part IN ('reviewer', 'chair')
                   AND (o.sections = '[]'::jsonb OR o.sections ? s.section))
         AND NOT EXISTS (SELECT 1 FROM recusal z WHERE z.submission = s.id
                         AND z.person = {person} AND z.lifted_at IS NULL)
         AND NOT EXISTS (SELECT 1 FROM member m WHERE m.submission = s.id
                         AND m.person = {person}))"""


SEATS = """seat AS MATERIALIZED (
  SELECT DISTINCT o.person, x.section
  FROM role o JOIN person q ON q.id = o.person AND q.disabled_at IS NULL
  JOIN (SELECT DISTINCT section FROM shown) x ON o.sections = '[]' OR o.sections ? x.section
  WHERE o.edition = {} AND o.part IN ('reviewer', 'chair')),
away AS MATERIALIZED (
  SELECT z.person, z.submission FROM recusal z
  WHERE z.lifted_at IS NULL AND z.person IN (SELECT person FROM seat)
  UNION SELECT m.person, m.submission FROM member m WHERE m.person IN (SELECT person FROM seat))"""
"""SQL after `shown`, which are films by `id` and `section`: a `seat` is a section that a member may hear, and from what
they would hear in it goes what they are `away` from. So `seated` is said of many; its hole is the edition.
"""
NOT_AWAY = "NOT IN (SELECT person, submission FROM away)"


def counts(review: str) -> str:
    """SQL: the vote `review` of somebody seated counts, `s`, `n` and `e` being its film, the file
    that stands and the edition. `reviews.scoring.apart` says the same in Python, with the reason.
    """
    return f"""({review}.given_at IS NOT NULL AND {review}.file = n.id
                AND coalesce({review}.seen, 1) >= e.coverage - 1e-6)"""


class FilmCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """One film: how much of it each seated member saw, most first, and how many votes count.

    `watched` saw some of it, `whole` as much as a vote needs; `apart` votes were given and do not
    count.
    """

    shares: tuple[float, ...] = ()
    watched: int = 0
    whole: int = 0
    votes: int = 0
    apart: int = 0


async def heard(submissions: list[str]) -> dict[str, FilmCoverage]:
    """What is known of each film; for the house itself, never for a page of a single member."""
    selected = await rows(
        f"""SELECT s.id,
             (SELECT jsonb_agg({share("v.seconds")} ORDER BY v.seconds DESC)
              FROM viewing v WHERE v.file = n.id AND v.seconds > 0 AND {seated("v.person")})
               AS shares,
             e.coverage,
             (SELECT count(*) FROM review r WHERE r.submission = s.id AND {counts("r")}
                AND {seated("r.person")}) AS votes,
             (SELECT count(*) FROM review r WHERE r.submission = s.id AND NOT {counts("r")}
                AND r.given_at IS NOT NULL AND {seated("r.person")}) AS apart
           FROM submission s JOIN edition e ON e.id = s.edition
           JOIN film_file n ON n.submission = s.id AND n.state = 'released'
           WHERE s.id = ANY({{}})""",
        submissions,
    )
    return {row.pop("id"): heard_of(row) for row in selected}


def heard_of(row: dict[str, object]) -> FilmCoverage:
    shares = tuple(float(share) for share in row["shares"] or () if share)  # type: ignore[attr-defined]
    enough = float(row["coverage"]) - 1e-6  # type: ignore[arg-type]
    return FilmCoverage(
        shares=shares,
        watched=len(shares),
        whole=sum(share >= enough for share in shares),
        votes=int(row["votes"]),  # type: ignore[call-overload]
        apart=int(row["apart"]),  # type: ignore[call-overload]
    )
