"""Who asks: somebody's parts, sections and recusals in one edition, read anew at every request."""

from festival.access import Viewer
from festival.db import rows
from festival.sessions import digest, session_of
from festival.tables import Edition, Phase, Role

_FACTS = """
SELECT p.id, p.name, p.email, p.language,
  coalesce((SELECT jsonb_object_agg(r.part, r.sections) FROM role r
            WHERE r.person = p.id AND r.edition = {}), jsonb_build_object()) AS parts,
  coalesce((SELECT e.second_factor_for FROM edition e WHERE e.id = {}
            AND NOT EXISTS (SELECT 1 FROM second_factor f
              WHERE f.person = p.id AND f.proved_at IS NOT NULL)), '[]') AS shut,
  coalesce((SELECT jsonb_agg(x.submission) FROM recusal x
            WHERE x.person = p.id AND x.lifted_at IS NULL), '[]') AS recused
FROM person p WHERE p.id = {} AND p.disabled_at IS NULL
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
    people = await rows(_FACTS, place, place, person_id)
    if not people:
        return Viewer()
    person = people[0]
    given = {Role(part): frozenset(ids) for part, ids in person["parts"].items()}
    sections = {part: ids for part, ids in given.items() if part.value not in person["shut"]}
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
        scopes=scopes,
    )
