"""A maker's own list: when it is taken, how much of it, and which of their entries its rows already are.

It makes drafts of theirs and changes those that nobody has touched since; it sets nothing that an office
alone may set, and reads no entry but those that its owner may change.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import msgspec

from festival.access import Viewer, in_scope
from festival.clock import now
from festival.closing import be_open
from festival.db import rows
from festival.deadlines import last_closing, stand_still
from festival.errors import Missing, Refused
from festival.tables import Edition, Person, Phase
from submissions.eligibility import may_open
from submissions.entries import MOST_ENTRIES
from submissions.importing.reading import RowReading, film_key
from submissions.importing.standing import EMPTY, STANDS, Read, StandingEntry
from submissions.tables import Import

MOST_ROWS = MOST_ENTRIES
MOST_A_DAY = 20
MOST_BYTES = 2 * 10**6
DAY = timedelta(days=1)
NEVER = -1  # a version that no entry has: what was not made by this list is not changed by it


def be_in_scope(viewer: Viewer) -> None:
    """A token that is not for entries finds no list."""
    if not in_scope(viewer, "entries"):
        raise Missing("import_missing")


async def be_taken(edition: Edition) -> Edition:
    """`Refused` where nobody may open an entry: archived, not yet, or not any more."""
    edition = await stand_still(edition)
    be_open(edition)
    if edition.phase == Phase.PREPARING:
        raise Refused("entries_not_open")
    if not may_open(now(), await last_closing(edition)):
        raise Refused("deadline_passed")
    return edition


async def may_move(edition: Edition, way: str) -> None:
    """What was brought can be taken back after the last deadline, but not out of an archived edition."""
    if way in {"apply", "resume"}:
        await be_taken(edition)
    else:
        be_open(await stand_still(edition))


async def why_not(brought: Import) -> str:
    """Why its drafts are made no longer, as a code; nothing where they are."""
    edition = await Edition.objects().get(Edition.id == brought.edition)
    try:
        if edition is None or not brought.person or not await is_here(brought.person):
            return "import_missing"
        await be_taken(edition)
    except Refused as error:
        return error.codes[0]
    return ""


async def is_here(person_id: str) -> bool:
    """Whether this account may still do anything: whoever was shut out or erased makes no draft."""
    found = await rows(
        """SELECT id FROM person WHERE id = {} AND disabled_at IS NULL AND erased_at IS NULL
             AND merged_into IS NULL""",
        person_id,
    )
    return bool(found)


async def one_more(brought: Import, *, by: Person) -> None:
    """So many rows, and so many lists in a day, that nobody fills the house with them."""
    if brought.rows > MOST_ROWS:
        raise Refused("file:own_rows_many", most=MOST_ROWS)
    await rows("SELECT id FROM person WHERE id = {} FOR NO KEY UPDATE", by.id)
    counted = await rows(
        """SELECT count(*) AS n FROM record
           WHERE person = {} AND act = 'import_brought' AND edition = {} AND at > {}""",
        by.id,
        brought.edition,
        now() - DAY,
    )
    if counted[0]["n"] >= MOST_A_DAY:
        raise Refused("file:own_lists_many", most=MOST_A_DAY)


def refuse_what_an_office_sets(keep_as: str, source: str, *, invites: bool) -> None:
    """A kept mapping and a source are the edition's; and nobody is written to."""
    told = {"keep_as": keep_as.strip(), "source": source, "invites": invites}
    if wrong := [f"{name}:of_the_office" for name, value in told.items() if value]:
        raise Refused(*wrong)


async def room(brought: Import) -> int:
    """How many entries more its owner may have in the edition."""
    counted = await rows(
        """SELECT count(*) AS n FROM member m JOIN submission s ON s.id = m.submission
           WHERE m.person = {} AND s.edition = {}""",
        brought.person,
        brought.edition,
    )
    return max(0, MOST_ENTRIES - int(counted[0]["n"]))


async def known_also(
    brought: Import,
    batch: Sequence[Read] | Sequence[RowReading],
    known: Mapping[str, StandingEntry],
) -> dict[str, StandingEntry]:
    """By number, and where none is known by the same title and directors among the owner's entries: those are
    left as they are. Of an entry that was handed on nothing is read, and nothing is changed.
    """
    theirs = await entries_of(brought)
    ids = {one.submission for one in theirs}
    by_film: dict[str, StandingEntry] = {}
    for one in theirs:
        if one.status != "withdrawn":
            by_film.setdefault(film_key(one.values), one)
    found = {
        tracking: one if one.submission in ids else handed_on(one)
        for tracking, one in known.items()
    }
    for row in batch:
        if row.tracking not in found and (same := by_film.get(film_key(row.entry))):
            found[row.tracking] = msgspec.structs.replace(same, tracking=row.tracking)
    return found


def handed_on(one: StandingEntry) -> StandingEntry:
    return msgspec.structs.replace(one, known=NEVER, values=EMPTY, makers=[])


async def entries_of(brought: Import) -> list[StandingEntry]:
    """Every entry of the edition that the owner of the list may change, the oldest first."""
    selected = await rows(
        f"""SELECT '' AS tracking, {NEVER} AS known, {STANDS}
            FROM member own JOIN submission s ON s.id = own.submission JOIN film f ON f.id = s.film
            LEFT JOIN section x ON x.id = s.section
            WHERE own.person = {{}} AND own.entry_right <> 'see' AND s.edition = {{}}
            ORDER BY s.created_at, s.id""",
        brought.person,
        brought.edition,
    )
    return msgspec.convert(selected, list[StandingEntry])
