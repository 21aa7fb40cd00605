"""Waiver codes: operators give them out, makers type them; each counts for so many entries."""

from datetime import datetime
from typing import Annotated, Any

import asyncpg
import msgspec
from msgspec import Meta

from festival import desk
from festival.access import Viewer
from festival.clock import now
from festival.db import rows, transaction
from festival.errors import Refused
from festival.paging import Paged, numbers_of, paged, sought
from festival.record import record
from festival.shapes import VersionNumber
from festival.tables import Edition, Person, Section, new_id
from festival.texts import ANY_TITLE
from submissions.status import Status
from submissions.tables import CodeUse, Submission, WaiverCode
from submissions.veil import is_veiled

PAGE = 20
NEWEST = 10  # entries that are told of beside their code
DRAWN_LETTERS = 8  # 39 bits of a drawn code: nobody guesses it one try after the other
CodeSections = Annotated[list[Annotated[str, Meta(max_length=1)]], Meta(max_length=26)]


class CodeForm(msgspec.Struct, frozen=True, kw_only=True):
    """A code as a whole; an empty one is drawn. It waives `percent` of the fee, and lets an entry be filed
    until `late_until`; sections are letters, none means all of them.
    """

    code: Annotated[str, Meta(max_length=40)] = ""
    label: Annotated[str, Meta(max_length=120)] = ""
    sections: CodeSections = []
    percent: Annotated[int, Meta(ge=0, le=100)] = 100
    late_until: datetime | None = None
    most_uses: Annotated[int, Meta(ge=1, le=10_000)] = 1
    expires_at: datetime | None = None
    is_open: bool = True


class CodeChange(CodeForm, frozen=True, kw_only=True):
    version: VersionNumber


class TypedCode(msgspec.Struct, frozen=True):
    """A code as a maker typed it."""

    code: Annotated[str, Meta(min_length=1, max_length=60)]


class CodeOn(msgspec.Struct, frozen=True, kw_only=True):
    """The code that stands on an entry; it `counts` where the entry's section is one of its own."""

    code: str
    percent: int
    late_until: datetime | None
    counts: bool
    letters: list[str]


def plain(typed: str) -> str:
    """A code as it is kept: without regard to case, to blanks, or to hyphens."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())


def drawn() -> str:
    """One that nobody guesses, of letters that are read as no other."""
    return new_id()[:DRAWN_LETTERS].upper()


async def settled(edition: Edition, form: CodeForm) -> dict[str, Any]:
    """The columns of a code; `Refused` with everything that is wrong with them."""
    code = plain(form.code) if form.code.strip() else drawn()
    known = {
        section.letter: section.id
        for section in await Section.objects().where(Section.edition == edition.id)
    }
    wrong = []
    if not 4 <= len(code) <= 24:
        wrong.append("code:code_length")
    unknown = [letter for letter in form.sections if letter not in known]
    if unknown:
        wrong.append("sections:section_unknown")
    wrong += [
        f"{name}:time_without_zone"
        for name in ("late_until", "expires_at")
        if (moment := getattr(form, name)) is not None and moment.tzinfo is None
    ]
    if not form.percent and form.late_until is None:
        wrong.append("percent:code_waives_nothing")
    if wrong:
        raise Refused(*wrong, letters=", ".join(unknown), known=", ".join(sorted(known)))
    return {
        "code": code,
        "label": form.label.strip(),
        "sections": [known[letter] for letter in form.sections],
        "percent": form.percent,
        "late_until": form.late_until,
        "most_uses": form.most_uses,
        "expires_at": form.expires_at,
        "is_open": form.is_open,
    }


async def add_code(edition: Edition, form: CodeForm, *, by: Person) -> dict[str, str]:
    given = await settled(edition, form)
    try:
        async with transaction():
            row = WaiverCode(edition=edition.id, **given)
            added = await desk.add(row, act="code_added", by=by)
    except asyncpg.UniqueViolationError:
        raise Refused("code:code_taken", code=given["code"]) from None
    return {"id": added, "code": given["code"]}


async def code_in(edition: Edition, code_id: str) -> WaiverCode:
    return await desk.one_of(WaiverCode, code_id, edition=edition, missing="code_missing")


async def change_code(edition: Edition, code_id: str, change: CodeChange, *, by: Person) -> int:
    """Other terms from now on; on the entries that have it, it stays. Fewer uses than there are is none."""
    row = await code_in(edition, code_id)
    given = await settled(edition, change)
    if not change.code:
        given["code"] = row.code
    try:
        async with transaction():
            await rows("SELECT id FROM waiver_code WHERE id = {} FOR UPDATE", row.id)
            if change.most_uses < (used := await times_used(row.id)):
                raise Refused("most_uses:code_used_more", n=used)
            return await desk.amend(row, given, version=change.version, act="code_changed", by=by)
    except asyncpg.UniqueViolationError:
        raise Refused("code:code_taken", code=given["code"]) from None


async def remove_code(edition: Edition, code_id: str, *, version: int, by: Person) -> None:
    """Take away a code that nobody used; one that was used can only be closed."""
    async with transaction():
        row = await code_in(edition, code_id)
        await rows("SELECT id FROM waiver_code WHERE id = {} FOR UPDATE", row.id)
        if used := await times_used(row.id):
            raise Refused("code_in_use", n=used)
        await desk.remove(row, version=version, act="code_removed", by=by)


async def times_used(code_id: str) -> int:
    counted = await rows("SELECT count(*) AS n FROM code_use WHERE code = {}", code_id)
    return int(counted[0]["n"])


# What makers do with one


async def redeem(submission: Submission, typed: str, *, by: Person) -> None:
    """Put a code on a draft; of two who come for its last use, one gets it. The same twice is once.

    An entry has one code: another takes the place of the first, whose use is free again.
    """
    async with transaction():
        await rows("SELECT id FROM submission WHERE id = {} FOR UPDATE", submission.id)
        await only_drafts(submission)
        code = await free_code(str(submission.edition), typed, submission)
        if code is None:
            return
        await CodeUse.delete().where(CodeUse.submission == submission.id)
        await CodeUse(code=code["id"], submission=submission.id, person=by.id).save()
        await record(
            "code_used", submission.id, by=by, edition=submission.edition, code=code["code"]
        )


async def only_drafts(submission: Submission) -> None:
    standing = await rows("SELECT status FROM submission WHERE id = {}", submission.id)
    if standing[0]["status"] != Status.DRAFT:
        raise Refused(
            "entry_withdrawn" if standing[0]["status"] == Status.WITHDRAWN else "entry_is_filed"
        )


async def free_code(edition: str, typed: str, submission: Submission) -> dict[str, Any] | None:
    """The code, held until the act ends; nothing where the entry has it already, `Refused` with why not."""
    found = await rows(
        "SELECT * FROM waiver_code WHERE edition = {} AND code = {} FOR UPDATE",
        edition,
        plain(typed),
    )
    if not found:
        raise Refused("code:code_unknown")
    code = found[0]
    if await CodeUse.exists().where(
        (CodeUse.code == code["id"]) & (CodeUse.submission == submission.id)
    ):
        return None
    if not code["is_open"]:
        raise Refused("code:code_closed")
    if code["expires_at"] is not None and code["expires_at"] <= now():
        raise Refused("code:code_over")
    if code["sections"] and submission.section and submission.section not in code["sections"]:
        raise Refused("code:code_for_others", known=", ".join(await letters_of(code["sections"])))
    if await times_used(code["id"]) >= code["most_uses"]:
        raise Refused("code:code_used_up")
    return code


async def give_back(submission: Submission, *, by: Person) -> None:
    """Take the code off a draft; somebody else may use it. Twice is once."""
    async with transaction():
        await rows("SELECT id FROM submission WHERE id = {} FOR UPDATE", submission.id)
        await only_drafts(submission)
        gone = await rows(
            "DELETE FROM code_use WHERE submission = {} RETURNING code", submission.id
        )
        if gone:
            await record("code_given_back", submission.id, by=by, edition=submission.edition)


async def code_on(submission: Submission) -> CodeOn | None:
    """The code that stands on an entry, if any."""
    found = await rows(
        """SELECT c.code, c.percent, c.late_until, c.sections FROM code_use u
           JOIN waiver_code c ON c.id = u.code WHERE u.submission = {}""",
        submission.id,
    )
    if not found:
        return None
    code = found[0]
    return CodeOn(
        code=code["code"],
        percent=code["percent"],
        late_until=code["late_until"],
        counts=not code["sections"] or submission.section in code["sections"],
        letters=await letters_of(code["sections"]),
    )


async def letters_of(sections: list[str]) -> list[str]:
    selected = await rows(
        "SELECT letter FROM section WHERE id = ANY({}) ORDER BY position, letter", sections
    )
    return [row["letter"] for row in selected]


async def is_late_possible(edition: Edition) -> bool:
    """Whether any code of the edition still lets somebody enter after the last deadline."""
    found = await rows(
        """SELECT 1 AS one FROM waiver_code WHERE edition = {} AND is_open AND late_until > {}
           AND (expires_at IS NULL OR expires_at > {}) LIMIT 1""",
        edition.id,
        now(),
        now(),
    )
    return bool(found)


# What operators read


class CodeUser(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that has a code; its title is empty where it is not told."""

    submission: str
    title: str
    person: str
    at: datetime


class GivenCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code as operators read it: `letters` of its sections, how many entries have it, and those that came last."""

    id: str
    code: str
    label: str
    percent: int
    late_until: datetime | None
    most_uses: int
    expires_at: datetime | None
    is_open: bool
    version: int
    letters: list[str]
    used: int
    uses: list[CodeUser]


class CodeList(Paged, frozen=True, kw_only=True):
    """A page of codes, the newest first."""

    codes: list[GivenCode]


NAMED = f"""CASE WHEN s.status NOT IN ('draft', 'withdrawn') AND NOT s.id = ANY({{}}) AND EXISTS (
  SELECT 1 FROM film_file n WHERE n.submission = s.id AND n.state = 'released') THEN {ANY_TITLE} ELSE '' END"""
"""The title of a film `s` that has a code: once it is filed and released, and not for who has stepped aside."""
USED = """code_use u JOIN submission s ON s.id = u.submission JOIN film f ON f.id = s.film
  JOIN person p ON p.id = u.person LEFT JOIN section x ON x.id = s.section"""


def by(viewer: Viewer) -> str:
    """Who put a code on a film `s`: not for who judges its makers blind, or has stepped aside, which is its value."""
    kept = f"{is_veiled(viewer)} OR s.id = ANY({{}})"
    return f"CASE WHEN {kept} THEN '' ELSE coalesce(nullif(p.name, ''), p.email) END"


def narrowed(viewer: Viewer, words: str) -> tuple[str, tuple[Any, ...]]:
    """SQL and its values: codes that are called so, or that such a film or person has."""
    if not words:
        return "", ()
    told = sought(f"concat_ws(' ', {by(viewer)}, {NAMED})")
    return f"""AND (strpos(c.code, nullif({{}}, '')) > 0 OR {sought("c.label")}
                 OR EXISTS (SELECT FROM {USED} WHERE u.code = c.id AND {told}))""", (
        plain(words), words, sorted(viewer.recused), sorted(viewer.recused), words,
    )  # fmt: skip


async def codes_of(
    edition: Edition, viewer: Viewer, *, words: str = "", page: int = 1, also: str = ""
) -> CodeList:
    """A page of codes; `words` are sought in the code, its label, and the films and people that have it. The code
    `also` stands before the others where it is not among them.
    """
    told = await told_codes(edition, viewer, page, *narrowed(viewer, words))
    codes = msgspec.convert(told, list[GivenCode])
    if also and all(one.id != also for one in codes):
        beside = await told_codes(edition, viewer, 1, "AND c.id = {}", (also,))
        codes = msgspec.convert(beside, list[GivenCode]) + codes
    return CodeList(codes=codes, **numbers_of(told, of=PAGE))


async def told_codes(
    edition: Edition, viewer: Viewer, page: int, sql: str, values: tuple[Any, ...]
) -> list[dict[str, Any]]:
    """A page of the codes that `sql` with its values leaves."""
    here = f"SELECT c.id, c.created_at FROM waiver_code c WHERE c.edition = {{}} {sql}"
    apart = sorted(viewer.recused)
    return await rows(
        f"""WITH {paged(here, order="created_at DESC, id", of=PAGE)}
            SELECT page.place, page.found, c.id, c.code, c.label, c.percent, c.late_until, c.most_uses, c.expires_at,
              c.is_open, c.version,
              coalesce((SELECT jsonb_agg(x.letter ORDER BY x.position, x.letter) FROM section x
                WHERE c.sections ? x.id), '[]') AS letters,
              (SELECT count(*)::int FROM code_use u WHERE u.code = c.id) AS used,
              coalesce((SELECT jsonb_agg(jsonb_build_object('submission', one.id, 'title', one.title,
                  'person', one.person, 'at', one.created_at) ORDER BY one.created_at DESC, one.id)
                FROM (SELECT s.id, {NAMED} AS title, {by(viewer)} AS person, u.created_at FROM {USED}
                      WHERE u.code = c.id ORDER BY u.created_at DESC, s.id LIMIT {NEWEST}) one), '[]') AS uses
            FROM page JOIN waiver_code c ON c.id = page.id ORDER BY page.place""",
        edition.id, *values, page, apart, apart,
    )  # fmt: skip
