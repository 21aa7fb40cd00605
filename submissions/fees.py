"""What an entry costs, and whether it was paid: nobody pays here, operators write down what they know."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import asyncpg
import msgspec
from msgspec import Meta

from festival import desk
from festival.access import Viewer
from festival.clock import now
from festival.db import rows, transaction
from festival.deadlines import FeeCents, line_for, stop_at
from festival.errors import Conflict, NotAllowed, Refused
from festival.language import euro
from festival.paging import nearest
from festival.shapes import SeenVersion
from festival.tables import Edition, Person
from festival.texts import ANY_TITLE
from submissions.tables import Fee, Submission
from submissions.veil import is_veiled
from submissions.waiver_codes import code_on

A_PAGE = 50


class FeeState(StrEnum):
    DUE = "due"
    PAID = "paid"
    WAIVED = "waived"


class FeeChange(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator knows of a fee, with a word of why; version 0 where nothing was written yet."""

    state: FeeState
    cents: FeeCents
    note: Annotated[str, Meta(min_length=3, max_length=400)]
    version: SeenVersion = 0


class EntryPrice(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry costs. `state` is `free` where it costs nothing; `version` 0 is a price that nothing
    holds yet: it is that of today's deadline, and becomes the entry's when it is filed.
    """

    state: str
    kind: str
    cents: int = 0
    waived_cents: int = 0
    note: str = ""
    version: int = 0

    @property
    def owed_cents(self) -> int:
        return self.cents - self.waived_cents if self.state == FeeState.DUE else 0


async def price_of(submission: Submission, edition: Edition) -> EntryPrice:
    """As it was written down; of a draft, as it would be if it were filed now. What was filed when
    nothing was asked for stays free.
    """
    kept = await Fee.objects().get(Fee.submission == submission.id)
    if kept is not None:
        return EntryPrice(
            state=kept.state,
            kind=kept.kind,
            cents=kept.cents,
            waived_cents=kept.waived_cents,
            note=kept.note,
            version=kept.version,
        )
    if submission.filed_at is not None:
        return EntryPrice(state="free", kind="")
    return await price_at(submission, edition, now())


async def price_at(submission: Submission, edition: Edition, moment: datetime) -> EntryPrice:
    """What the deadline of this moment asks for, less what a waiver code on the entry waives."""
    stop = stop_at(moment, await line_for(edition, submission.section))
    if not stop.fee_cents:
        return EntryPrice(state="free", kind=stop.kind)
    code = await code_on(submission)
    waived = stop.fee_cents * code.percent // 100 if code is not None and code.counts else 0
    return EntryPrice(
        state=FeeState.WAIVED if waived == stop.fee_cents else FeeState.DUE,
        kind=stop.kind,
        cents=stop.fee_cents,
        waived_cents=waived,
    )


async def settle_fee(submission: Submission, edition: Edition, *, by: Person) -> None:
    """Filing writes down what the entry costs, as it is at this moment; what was written before stays.

    `Refused` where the edition asks for the fee first, and it is due. Within the act of filing.
    """
    price = await price_of(submission, edition)
    if edition.fee_before_filing and price.owed_cents:
        raise Refused("fee_unpaid", amount=lambda lang: euro(lang, price.owed_cents))
    if price.state == "free" or price.version:
        return
    await desk.add(
        Fee(
            id=submission.id,
            edition=edition.id,
            submission=submission.id,
            state=price.state,
            kind=price.kind,
            cents=price.cents,
            waived_cents=price.waived_cents,
        ),
        act="fee_set",
        by=by,
    )


async def change_fee(
    submission: Submission, change: FeeChange, *, edition: Edition, by: Person
) -> int:
    """Due, paid or waived, and how much: by hand, and by nobody for a film of their own. Returns the version that
    stands.
    """
    waived_whole = change.state is FeeState.WAIVED
    async with transaction():
        if await rows(
            "SELECT id FROM member WHERE submission = {} AND person = {}", submission.id, by.id
        ):
            raise NotAllowed("fee_own")
        kept = await Fee.objects().get(Fee.submission == submission.id)
        part = min(
            kept.waived_cents if kept is not None and kept.state != "waived" else 0, change.cents
        )
        given: dict[str, Any] = {
            "state": change.state.value,
            "cents": change.cents,
            "waived_cents": change.cents if waived_whole else part,
            "note": change.note.strip(),
        }
        if kept is not None:
            version = await desk.amend(
                kept, given, version=change.version, act="fee_changed", by=by
            )
            await Fee.update({Fee.changed_at: now()}).where(Fee.id == kept.id)
            return version
        if change.version:
            raise Conflict("gone_meanwhile")
        stop = stop_at(submission.filed_at or now(), await line_for(edition, submission.section))
        row = Fee(
            id=submission.id,
            edition=edition.id,
            submission=submission.id,
            kind=stop.kind,
            **given,
        )
        try:
            await desk.add(row, act="fee_changed", by=by)
        except asyncpg.UniqueViolationError:
            raise Conflict("changed_meanwhile") from None
        return 1


class FeeLine(msgspec.Struct, frozen=True, kw_only=True):
    """One entry on the operators' list."""

    id: str
    title: str
    director: str
    maker: str
    status: str
    section: str | None
    state: str
    kind: str
    cents: int
    waived_cents: int
    note: str
    version: int
    code: str | None
    changed_at: datetime | None


class FeeList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the list; `totals` are of all that was sought, of each state whatever state is looked for: how many,
    and how much.
    """

    lines: list[FeeLine]
    number: int
    last: int
    found: int
    totals: dict[str, list[int]]


STATES = ("due", "paid", "waived", "none")
# Drafts are not asked for yet, but where something was written down of them; who withdrew owes nothing.
LISTED = """FROM submission s LEFT JOIN fee e ON e.submission = s.id AND e.edition = s.edition
WHERE s.edition = {} AND (e.id IS NOT NULL OR s.status <> 'draft')
  AND (s.status <> 'withdrawn' OR e.state = 'paid')
  AND ({} IN ('', coalesce(e.state, 'none')))"""
ORDER = """array_position(ARRAY['due', 'paid', 'waived', 'none'], coalesce(e.state, 'none')::text),
  s.filed_at, s.id"""


def told(viewer: Viewer) -> str:
    """SQL, with the films that the viewer stepped aside from as its value: what is told of an entry `s` beside its
    fee, asked of those alone that are shown, or sought by it. Names of makers are kept from who judges them blind.
    """
    return f"""JOIN film f ON f.id = s.film LEFT JOIN section x ON x.id = s.section
      LEFT JOIN code_use u ON u.submission = s.id LEFT JOIN waiver_code c ON c.id = u.code
      CROSS JOIN LATERAL (SELECT NOT s.id = ANY({{}}) AS is_told) known
      CROSS JOIN LATERAL (SELECT is_told AND s.status NOT IN ('draft', 'withdrawn') AND EXISTS (
          SELECT 1 FROM film_file n WHERE n.submission = s.id AND n.state = 'released') AS yes,
        is_told AND NOT {is_veiled(viewer)} AS has_makers) named
      LEFT JOIN LATERAL (SELECT p.email, p.name FROM member m JOIN person p ON p.id = m.person
        WHERE m.submission = s.id ORDER BY m.created_at, m.id LIMIT 1) k ON named.has_makers"""


TITLE = f"CASE WHEN named.yes THEN {ANY_TITLE} ELSE '' END"
DIRECTOR = "CASE WHEN named.yes AND named.has_makers THEN f.director ELSE '' END"


async def fees_of(
    edition: Edition,
    viewer: Viewer,
    *,
    state: str = "",
    words: str = "",
    page: int = 1,
    also: str = "",
) -> FeeList:
    """Every entry that was filed with what it costs, the unpaid first; `words` are sought in title,
    director, maker and code. A film is named once it is filed and its copy released, and not
    to who has stepped aside from it. The entry `also` stands before the others where it is not among them.
    """
    apart = sorted(viewer.recused)
    listed: str = LISTED
    asked: tuple[Any, ...] = ()
    if words:
        listed = f"""{LISTED} AND s.id IN (SELECT s.id FROM submission s {told(viewer)} WHERE s.edition = {{}}
          AND strpos(lower(concat_ws(' ', {TITLE}, {DIRECTOR}, k.email, k.name, c.code)), lower({{}})) > 0)"""
        asked = (apart, edition.id, words)
    sums = await rows(
        f"""SELECT coalesce(e.state, 'none') AS state, count(*) AS n, coalesce(sum(CASE
              WHEN e.state = 'waived' THEN e.waived_cents ELSE e.cents - e.waived_cents END), 0) AS cents
            {listed} GROUP BY 1""",
        edition.id,
        "",
        *asked,
    )
    totals = {row["state"]: [int(row["n"]), int(row["cents"])] for row in sums}
    found = sum(n for name, (n, _) in totals.items() if state in ("", name))
    number, last = nearest(page, found, of=A_PAGE)
    beyond = f"SELECT s.id {listed} ORDER BY {ORDER} LIMIT {{}} OFFSET {{}}"
    lines = await lines_of(viewer, beyond, edition.id, state, *asked, A_PAGE, (number - 1) * A_PAGE)
    if also and all(line.id != also for line in lines):
        one = "SELECT id FROM submission WHERE id = {} AND edition = {}"
        lines = await lines_of(viewer, one, also, edition.id) + lines
    return FeeList(
        lines=lines,
        number=number,
        last=last,
        found=found,
        totals=totals,
    )


async def lines_of(viewer: Viewer, which: str, *values: Any) -> list[FeeLine]:
    """The entries of a query, in the order of the list."""
    found = await rows(
        f"""WITH page AS MATERIALIZED ({which})
            SELECT s.id, {TITLE} AS title, {DIRECTOR} AS director,
              coalesce(k.email, '') AS maker, s.status, x.letter AS section,
              coalesce(e.state, 'none') AS state, coalesce(e.kind, '') AS kind, coalesce(e.cents, 0) AS cents,
              coalesce(e.waived_cents, 0) AS waived_cents, coalesce(e.note, '') AS note,
              coalesce(e.version, 0) AS version, c.code, e.changed_at
            FROM page JOIN submission s ON s.id = page.id
            LEFT JOIN fee e ON e.submission = s.id {told(viewer)} ORDER BY {ORDER}""",
        *values,
        sorted(viewer.recused),
    )
    return msgspec.convert(found, list[FeeLine])


def priced(price: EntryPrice) -> dict[str, Any]:
    """A price as a program reads it."""
    return {**msgspec.to_builtins(price), "owed_cents": price.owed_cents, "currency": "EUR"}
