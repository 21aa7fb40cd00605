"""Letters as operators may know them: whose, how they fare, and what they say where that is theirs to read.

What is written to the committee, and what it has not announced, operators never read: such letters
are one kind in their counts, and listed only where the post fails, without film, kind and hour. Of a
film from which an operator has stepped aside, or whose director is hidden from them, no letter is
opened and no title told.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from festival import mailbag
from festival.access import COMMITTEE, Viewer
from festival.db import rows
from festival.errors import Missing
from festival.handling import MAY_CHANGE, MAY_WAIT
from festival.kinds import AT_ONCE, KEYS, OF_THE_COMMITTEE, OPEN
from festival.kinds import COMMITTEE as OF_COMMITTEE
from festival.language import t
from festival.letters import home_of
from festival.mailbag import ITS_LINE, OF_HERE, STATE
from festival.paging import Paged, numbers_of, paged
from festival.post import as_sent
from festival.settings import Settings
from festival.tables import Edition, Letter
from festival.wording import LINK

A_PAGE, MOST_SHOWN = 50, 200
STANDING = ("held", "waiting", "put_off", "sending", "parked", "bounced")


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """One letter in a list. `state` is one of `mailbag.STATES`; `may_read`: it can be opened.

    `sent_to` is where it went, empty before; `moved`: its reader has another address by now.
    """

    id: str
    line: str
    to: str
    name: str
    kind: str
    title: str
    state: str
    reason: str
    detail: str
    may_read: bool
    written_at: datetime
    sent_to: str = ""
    moved: bool = False
    sent_at: datetime | None = None
    parked_at: datetime | None = None
    due_at: datetime | None = None


class LetterList(Paged, frozen=True, kw_only=True):
    """A page of a list."""

    letters: list[Envelope]


class OpenLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter as it will arrive; a working key never stands in it.

    `draft` is its body as one changes it, with `{link}` where its link stands.
    """

    envelope: Envelope
    subject: str
    body: str
    draft: str
    language: str
    version: int
    may_change: bool
    may_hold: bool


NOT_THERE = "(l.sent_at IS NULL OR l.bounced_at IS NOT NULL)"
TO = "strpos(lower({} || ' ' || l.sent_to || ' ' || l.address), lower({{}})) > 0"
ORDER = """array_position(ARRAY['parked', 'bounced', 'held', 'sending', 'put_off', 'waiting'], state),
  coalesce(parked_at, written_at) DESC, id"""


def letters_sql(conditions: Sequence[str], *, of: int) -> str:
    """Which letters there are is asked of letters and of lines that are to be done; what a page tells, of its own."""
    return f"""
WITH known AS (
  SELECT l.id, l.kind = ANY({{}}) AS is_committees, l.kind, l.created_at AS written_at, o.parked_at, {STATE} AS state
  FROM {OF_HERE} l LEFT JOIN LATERAL (SELECT * FROM outbox WHERE l.sent_at IS NULL AND task = 'send_letter'
    AND args->>'letter' = l.id ORDER BY created_at DESC LIMIT 1) o ON true
  WHERE {" AND ".join(["true", *conditions])}),
told AS (
  SELECT id, state, is_committees,
    CASE WHEN is_committees THEN '{OF_COMMITTEE}' ELSE kind END AS kind,
    CASE WHEN is_committees THEN date_trunc('day', written_at) ELSE written_at END AS written_at,
    CASE WHEN is_committees THEN date_trunc('day', parked_at) ELSE parked_at END AS parked_at
  FROM known WHERE NOT is_committees OR state IN ('parked', 'bounced') AND NOT {{}}),
{paged("SELECT * FROM told WHERE state = ANY({}) AND {} IN ('', kind)", order=ORDER, of=of)}
SELECT page.id, coalesce(o.id, '') AS line, coalesce(nullif(l.address, ''), p.email) AS to, p.name, l.sent_to,
  page.kind, coalesce(o.fault, '') AS fault, l.bounce, o.due_at, page.state, page.written_at, page.place, page.found,
  CASE WHEN is_committees OR is_hidden THEN '' ELSE coalesce(f.title, '') END AS title,
  NOT is_committees AND NOT is_hidden AND l.kind = ANY({{}}) AS may_read,
  CASE WHEN is_committees THEN date_trunc('day', l.sent_at) ELSE l.sent_at END AS sent_at,
  CASE WHEN is_committees THEN date_trunc('day', o.parked_at) ELSE o.parked_at END AS parked_at
FROM page JOIN letter l ON l.id = page.id {ITS_LINE} JOIN person p ON p.id = l.person
LEFT JOIN submission s ON s.id = l.about LEFT JOIN film f ON f.id = s.film LEFT JOIN section x ON x.id = s.section
CROSS JOIN LATERAL (SELECT s.id IS NOT NULL
  AND (s.id = ANY({{}}) OR x.is_blind AND s.announced_at IS NULL AND {{}}) AS is_hidden) hidden
ORDER BY page.place
"""


async def selected(
    viewer: Viewer,
    edition: Edition,
    *,
    letter: str = "",
    kind: str = "",
    states: Sequence[str] = mailbag.STATES,
    address: str = "",
    of: int = MOST_SHOWN,
    number: int = 1,
) -> list[dict[str, Any]]:
    """A page of rows of envelopes, each with its place and how many were found."""
    sits_in_committee = viewer.has(*COMMITTEE)
    email = "(SELECT p.email FROM person p WHERE p.id = l.person)"
    asked = {"l.id = {}": letter, TO.format(email): address}
    conditions = [sql for sql, value in asked.items() if value]
    return await rows(
        letters_sql([*conditions, *([] if "sent" in states else [NOT_THERE])], of=of),
        sorted(OF_THE_COMMITTEE), edition.id, *filter(None, asked.values()), sits_in_committee, list(states),
        kind, number, sorted(OPEN), sorted(viewer.recused), sits_in_committee,
    )  # fmt: skip


async def letters_of(
    viewer: Viewer,
    edition: Edition,
    *,
    kind: str = "",
    state: str = "",
    address: str = "",
    number: int = 1,
) -> LetterList:
    """A page of the outbox. Without a state or an address, what has not arrived."""
    states = (state,) if state in mailbag.STATES else mailbag.STATES if address else STANDING
    found = await selected(
        viewer, edition, kind=kind, states=states, address=address, of=A_PAGE, number=number
    )
    return LetterList(letters=[envelope(row) for row in found], **numbers_of(found, of=A_PAGE))


async def envelopes(
    viewer: Viewer,
    edition: Edition,
    *,
    address: str = "",
    states: Sequence[str] = (),
    most: int = MOST_SHOWN,
) -> list[Envelope]:
    """Refused ones first, then those that wait; with (a part of) an address also all others."""
    wanted = states or (mailbag.STATES if address else STANDING)
    found = await selected(viewer, edition, states=wanted, address=address, of=most)
    return [envelope(row) for row in found]


def envelope(row: dict[str, Any]) -> Envelope:
    known = {name: value for name, value in row.items() if name in Envelope.__struct_fields__}
    fault = row["bounce"] if row["state"] == "bounced" else row["fault"]
    reason, detail = (
        mailbag.reason_of(fault, is_dead_letter=row["state"] == "parked") if fault else ("", "")
    )
    moved = bool(row["sent_to"]) and row["sent_to"].lower() != as_sent(row["to"]).lower()
    return Envelope(**known, reason=reason, detail=detail, moved=moved)


async def open_letter(
    letter: str, *, viewer: Viewer, edition: Edition, settings: Settings
) -> OpenLetter:
    """One letter; `Missing` where there is none that this operator may read."""
    found = await selected(viewer, edition, letter=letter, of=1) if letter else []
    if not found or not found[0]["may_read"]:
        raise Missing("letter_missing")
    kept = await Letter.objects().get(Letter.id == letter)
    if kept is None:
        raise Missing("letter_missing")
    return OpenLetter(
        envelope=envelope(found[0]),
        subject=kept.subject,
        body=kept.body.replace(LINK, await link_of(kept, settings)),
        draft=kept.body.replace(LINK, "{link}"),
        language=kept.language,
        version=kept.version,
        may_change=kept.kind not in AT_ONCE and found[0]["state"] in MAY_CHANGE,
        may_hold=kept.kind not in AT_ONCE and found[0]["state"] in MAY_WAIT,
    )


async def link_of(letter: Letter, settings: Settings) -> str:
    """Where it will lead; of one that lets its reader in, only that there will be one."""
    if letter.kind in KEYS:
        return t(letter.language, "letter.key_unseen")
    edition = await Edition.objects().get(Edition.id == letter.edition)
    return home_of(letter.language, edition, settings) + letter.link
