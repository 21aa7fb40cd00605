"""Who asks: somebody's parts, sections and recusals in one edition, read anew at every request."""

from enum import StrEnum
from typing import Any, TypeVar

from festival.access import COMMITTEE, Openness, PhaseRights, Viewer, Watching
from festival.db import rows
from festival.people import has_factor
from festival.sessions import digest, session_of
from festival.tables import Edition, Phase, Role

T = TypeVar("T", bound=StrEnum)

_FACTS = f"""
SELECT p.id, p.name, p.email, p.language,
  coalesce((SELECT jsonb_object_agg(r.part, r.sections) FROM role r
            WHERE r.person = p.id AND r.edition = {{}}), jsonb_build_object()) AS parts,
  coalesce((SELECT e.second_factor_for FROM edition e WHERE e.id = {{}}
            AND NOT {has_factor("p.id")}), '[]') AS shut,
  coalesce((SELECT jsonb_agg(x.submission) FROM recusal x
            WHERE x.person = p.id AND x.lifted_at IS NULL), '[]') AS recused,
  (SELECT jsonb_agg(to_jsonb(h)) FROM committee_phase h WHERE h.edition = {{}}
     AND h.opens_at <= now() AND (h.closes_at IS NULL OR now() < h.closes_at)) AS phases,
  EXISTS (SELECT 1 FROM committee_phase h WHERE h.edition = {{}}) AS has_phases,
  coalesce((SELECT k.chair_waits FROM committee_rules k WHERE k.edition = {{}}), false) AS waits
FROM person p WHERE p.id = {{}} AND p.disabled_at IS NULL
"""


async def viewer_of_session(token: str, edition: Edition | None) -> Viewer:
    """Whoever has signed in with this browser; nobody where the session has ended."""
    known = await session_of(token)
    if known is None or not known["person"]:
        return Viewer()
    return await viewer_for(known["person"], edition)


async def viewer_of_key(token: str, edition: Edition) -> Viewer | None:
    """The owner of a program's key, within its scopes; None where the key opens nothing here."""
    keys = await rows(
        """SELECT person, scopes FROM token WHERE digest = {} AND edition = {}
             AND revoked_at IS NULL AND expires_at > now()""",
        digest(token),
        edition.id,
    )
    if not keys:
        return None
    return await viewer_for(keys[0]["person"], edition, scopes=frozenset(keys[0]["scopes"]))


async def viewer_for(
    person_id: str, edition: Edition | None, *, scopes: frozenset[str] | None = None
) -> Viewer:
    """Parts, sections and recusals as they stand now: a changed right takes effect at once.

    A part for which this edition asks a second factor is not held by whoever has none.
    """
    place = "" if edition is None else edition.id
    people = await rows(_FACTS, *[place] * 5, person_id)
    if not people:
        return Viewer()
    person = people[0]
    given = {Role(part): frozenset(ids) for part, ids in person["parts"].items()}
    sections = {part: ids for part, ids in given.items() if part.value not in person["shut"]}
    rights = rights_of(
        person["phases"] or [], has_phases=person["has_phases"], waits=person["waits"]
    )
    is_asked = rights.watching is Watching.ASSIGNED and not COMMITTEE.isdisjoint(sections)
    return Viewer(
        id=person["id"],
        name=person["name"],
        email=person["email"],
        language=person["language"],
        edition="" if edition is None else edition.id,
        phase=Phase.ENTRIES if edition is None else Phase(edition.phase),
        roles=frozenset(sections),
        sections=sections,
        unproved=frozenset(given) - frozenset(sections),
        recused=frozenset(person["recused"]),
        rights=rights,
        assigned=await assigned_to(person["id"], place) if is_asked else frozenset(),
        scopes=scopes,
    )


def rights_of(phases: list[dict[str, Any]], *, has_phases: bool, waits: bool) -> PhaseRights:
    """What phases that are open at one time allow together; between two phases, members only wait."""
    if not has_phases:
        return PhaseRights(chair_waits=waits)
    return PhaseRights(
        watching=most_of(Watching, [one["watching"] for one in phases]),
        scores=any(one["scores"] for one in phases),
        changes=any(one["changes"] for one in phases),
        discusses=any(one["discusses"] for one in phases),
        votes=most_of(Openness, [one["votes"] for one in phases]),
        votes_named=any(one["votes_named"] for one in phases),
        chair_waits=waits,
    )


def most_of(words: type[T], given: list[str]) -> T:
    """The word that allows most; the first of all where nothing is said."""
    order = list(words)
    return max((words(one) for one in given), key=order.index, default=order[0])


async def assigned_to(person_id: str, edition: str) -> frozenset[str]:
    """The films that somebody was asked to watch, and those of which they have given a sheet."""
    found = await rows(
        """SELECT a.submission FROM assignment a JOIN submission s ON s.id = a.submission
           WHERE a.person = {} AND s.edition = {}
           UNION SELECT r.submission FROM review r JOIN submission s ON s.id = r.submission
           WHERE r.person = {} AND s.edition = {} AND r.given_at IS NOT NULL""",
        person_id, edition, person_id, edition,
    )  # fmt: skip
    return frozenset(row["submission"] for row in found)
