"""Everybody who belongs to an edition, as its operators look for them, and what the house knows of one."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from festival.db import rows
from festival.people import has_factor
from festival.tables import Edition, Role
from festival.team import OPEN_INVITATION

PAGE = 50
MARKS = "[\u0300-\u036f]"


def folded(sql: str) -> str:
    """Text without its accents and capitals, for search alone: Zoé is found as zoe."""
    return f"lower(regexp_replace(normalize({sql}, NFKD), '{MARKS}', '', 'g'))"


class PersonState(StrEnum):
    """How somebody stands in an edition; the first that holds."""

    DISABLED = "disabled"
    ACTIVE = "active"  # seen since their first part here
    INVITED = "invited"  # never came, and a letter's link is good
    NEVER = "never"  # never came, and no link would let them in


class HeldPart(msgspec.Struct, frozen=True):
    """A part; `sections` by letter, none means all of them."""

    part: Role
    since: datetime
    sections: list[str] = []


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of an edition, in one line."""

    id: str
    name: str
    email: str
    state: PersonState
    seen_at: datetime | None
    invited_at: datetime | None
    has_factor: bool
    parts: list[HeldPart]


class Found(msgspec.Struct, frozen=True):
    """A sheet of those who were looked for; `total` are they all, over `last` sheets."""

    people: list[Listed]
    number: int
    last: int
    total: int


STATED = f"""
  own AS (
    SELECT p.id, p.name, p.email, p.folded_name, p.disabled_at, p.seen_at, min(r.created_at) AS since,
      array_agg(r.part::text) AS held
    FROM person p JOIN role r ON r.person = p.id WHERE r.edition = {{}} GROUP BY p.id),
  invited AS (
    SELECT i.person, max(i.created_at) AS at FROM invitation i JOIN link l ON l.id = i.link
    WHERE i.edition = {{}} AND {OPEN_INVITATION} GROUP BY i.person),
  stated AS (
    SELECT own.*, invited.at AS invited_at, CASE WHEN disabled_at IS NOT NULL THEN 'disabled'
      WHEN seen_at >= since THEN 'active' WHEN invited.at IS NOT NULL THEN 'invited'
      ELSE 'never' END AS state FROM own LEFT JOIN invited ON invited.person = own.id)
"""
PARTS = """(SELECT jsonb_agg(jsonb_build_object('part', r.part, 'since', r.created_at, 'sections',
    coalesce((SELECT jsonb_agg(s.letter ORDER BY s.position, s.letter) FROM section s
      WHERE s.edition = r.edition AND r.sections @> to_jsonb(s.id)), '[]')) ORDER BY r.part)
  FROM role r WHERE r.person = page.id AND r.edition = {})"""


async def seek(
    edition: Edition,
    *,
    text: str = "",
    part: Role | None = None,
    state: PersonState | None = None,
    number: int = 1,
) -> Found:
    """By name or address (accents and capitals do not matter), part and state; by name, 50 a sheet."""
    place = min(max(number, 1), 10**6) - 1
    own, said = folded("name || ' ' || email"), folded("{}::text")
    conditions = {
        f"strpos({own}, {said}) > 0": text.strip(),
        "{} = ANY(held)": part,
        "state = {}": state,
    }
    asked = {sql: str(value) for sql, value in conditions.items() if value}
    found = await rows(
        f"""WITH {STATED},
              sought AS (SELECT *, row_number() OVER (ORDER BY folded_name, email) - 1 AS place,
                  count(*) OVER () AS total
                FROM stated WHERE {" AND ".join(["true", *asked])}),
              page AS (SELECT * FROM sought WHERE place / {PAGE} = least({{}}::int, (total - 1) / {PAGE}))
            SELECT id, name, email, state, seen_at, invited_at, {has_factor("page.id")} AS has_factor, {PARTS} AS parts,
              place, total
            FROM page ORDER BY place""",
        edition.id,
        edition.id,
        *asked.values(),
        place,
        edition.id,
    )
    total = found[0]["total"] if found else 0
    number = found[0]["place"] // PAGE + 1 if found else 1
    return Found(msgspec.convert(found, list[Listed]), number, max(1, -(-total // PAGE)), total)


async def counts(edition: Edition) -> dict[str, int]:
    """How many hold each part, how many stand in each state, and `all`."""
    found = await rows(
        f"""WITH {STATED},
              known AS MATERIALIZED (SELECT state, held FROM stated)
            SELECT 'all' AS name, count(*) AS n FROM known
            UNION ALL SELECT state, count(*) FROM known GROUP BY state
            UNION ALL SELECT unnest(held), count(*) FROM known GROUP BY 1""",
        edition.id,
        edition.id,
    )
    return {row["name"]: row["n"] for row in found}


async def parts_of(person_id: str, editions: list[str]) -> list[dict[str, Any]]:
    """The parts of somebody in these editions: `edition`, `slug`, `part`, `sections` (letters), `since`, and
    `by` who gave it, as far as the record tells.
    """
    return await rows(
        """SELECT e.id AS edition, e.slug, e.name AS edition_name, r.part, r.created_at AS since,
             coalesce((SELECT jsonb_agg(s.letter ORDER BY s.position, s.letter) FROM section s
               WHERE r.sections @> to_jsonb(s.id)), '[]') AS sections,
             coalesce((SELECT coalesce(nullif(g.name, ''), g.email) FROM record c
               JOIN person g ON g.id = c.person WHERE c.subject = r.person AND c.edition = e.id
                 AND c.act = 'role_granted' AND c.details->>'part' = r.part
               ORDER BY c.id DESC LIMIT 1), '') AS by
           FROM role r JOIN edition e ON e.id = r.edition
           WHERE r.person = {} AND r.edition = ANY({}) ORDER BY e.first_day DESC, e.slug, r.part""",
        person_id,
        editions,
    )


async def invitations_of(person_id: str, edition: Edition) -> list[dict[str, Any]]:
    """The letters of invitation to somebody, the newest first; `state`: open, used, over, revoked."""
    return await rows(
        """SELECT i.id, i.parts, i.words, i.language, i.created_at, i.revoked_at, l.expires_at,
             coalesce(nullif(b.name, ''), b.email, '') AS by,
             CASE WHEN i.revoked_at IS NOT NULL THEN 'revoked' WHEN l.used_at IS NOT NULL THEN 'used'
               WHEN l.expires_at > now() THEN 'open' ELSE 'over' END AS state
           FROM invitation i LEFT JOIN link l ON l.id = i.link LEFT JOIN person b ON b.id = i.by
           WHERE i.person = {} AND i.edition = {} ORDER BY i.created_at DESC""",
        person_id,
        edition.id,
    )


async def letters_to(person_id: str, edition: Edition) -> dict[str, Any]:
    """How many letters of this edition went to somebody, and why the last refused one was (`fault`)."""
    found = await rows(
        """SELECT count(*) AS n, (SELECT o.fault FROM outbox o JOIN letter k ON k.id = o.args->>'letter'
             WHERE o.task = 'send_letter' AND k.person = {} AND o.edition = {} AND o.parked_at IS NOT NULL
               AND o.cancelled_by = '' ORDER BY o.parked_at DESC LIMIT 1) AS fault
           FROM letter l WHERE l.person = {} AND l.edition = {}""",
        person_id,
        edition.id,
        person_id,
        edition.id,
    )
    return found[0]


async def sessions_count(person_id: str) -> int:
    found = await rows(
        "SELECT count(*) AS n FROM session WHERE person = {} AND expires_at > now()", person_id
    )
    return int(found[0]["n"])


async def other_addresses(person_id: str) -> list[str]:
    """Addresses of accounts that have become this one; they open its door, too."""
    found = await rows("SELECT email FROM person WHERE merged_into = {} ORDER BY email", person_id)
    return [row["email"] for row in found]
