"""Judge what was measured again, under other rules, without opening a single file."""

from typing import Any

import msgspec

from festival.db import later, rows, transaction
from festival.editions import Rules, change
from festival.errors import Conflict, Missing, Refused
from festival.language import spoken
from festival.record import record
from festival.tables import Edition, Person, new_id
from festival.texts import own_title
from media import policy
from media.policy import BadPolicy, Policy, Verdict
from media.rulebook import changes
from submissions.status import FileState, Status
from submissions.tables import Submission
from submissions.technical import Book, book_of
from submissions.telling import tell_members
from submissions.verdicts import as_row, facts_of, verdict_of
from submissions.verdicts import words as words_of
from submissions.versions import put_older_aside

MEASURED = [s.value for s in (FileState.PASSED, FileState.MAKING, FileState.READY,
                              FileState.RELEASED, FileState.FAULTY)]  # fmt: skip


class VerdictChange(msgspec.Struct, frozen=True, kw_only=True):
    """One film whose verdict would differ; `lost` and `found` are codes, `words` their sentences."""

    file: str
    submission: str
    title: str
    status: str
    state: str
    before: str
    after: str
    lost: tuple[str, ...]
    found: tuple[str, ...]
    number: int = 1
    has_copy: bool = False
    has_master: bool = True
    words: dict[str, dict[str, str]] = {}
    """By code, then by language."""

    @property
    def is_upheaval(self) -> bool:
        """Accepted becomes refused, or the reverse: more than another remark."""
        return (self.before in ACCEPTED) != (self.after in ACCEPTED)


ACCEPTED = {"sound", "remarks"}


def checked(name: str) -> str:
    """A policy that exists and is well formed."""
    try:
        policy.load(name)
    except BadPolicy as error:
        raise Refused("policy:policy_unknown", told=str(error)) from error
    return name


async def measured(edition: str, *, submission: str = "") -> list[dict[str, Any]]:
    """Every current file that was measured (or that of one film), with what its verdict depends on."""
    return await rows(
        """SELECT n.id, n.submission, n.state, n.facts, n.verdict, n.number,
             n.screener IS NOT NULL AND n.copy_gone_at IS NULL AS has_copy,
             n.master_gone_at IS NULL AS has_master,
             s.status, s.waivers, s.section, f.title, f.titles, f.declared_seconds
           FROM film_file n JOIN submission s ON s.id = n.submission JOIN film f ON f.id = s.film
           WHERE s.edition = {} AND {} IN ('', s.id) AND n.facts IS NOT NULL AND n.state = ANY({})
             AND n.number = (SELECT max(m.number) FROM film_file m
                             WHERE m.submission = s.id AND m.state <> 'replaced')
           ORDER BY f.title, n.id""",
        edition,
        submission,
        MEASURED,
    )


def judged(row: dict[str, Any], rules: Policy) -> Verdict | None:
    facts = facts_of(row["facts"])
    if facts is None:
        return None
    return policy.judge(
        facts,
        rules,
        declared_seconds=row["declared_seconds"],
        waivers=frozenset(row["waivers"]),
    )


def change_of(row: dict[str, Any], after: Verdict) -> VerdictChange | None:
    before = verdict_of(row["verdict"])
    old = tuple(f.code for f in before.findings) if before else ()
    new = tuple(f.code for f in after.findings)
    if before is not None and (before.outcome, sorted(old)) == (after.outcome, sorted(new)):
        return None
    return VerdictChange(
        file=row["id"],
        submission=row["submission"],
        title=own_title(row),
        status=row["status"],
        state=row["state"],
        number=row["number"],
        has_copy=row["has_copy"],
        has_master=row["has_master"],
        before=before.outcome.value if before else "",
        after=after.outcome.value,
        lost=tuple(sorted(set(old) - set(new))),
        found=tuple(sorted(set(new) - set(old))),
        words={
            finding.code: {lang: words_of(lang, finding) for lang in spoken()}
            for finding in (*(before.findings if before else ()), *after.findings)
        },
    )


NewVerdicts = list[tuple[VerdictChange, Verdict]]


async def judged_by(book: Book, edition: str, *, submission: str = "") -> NewVerdicts:
    """Each film by the rules of its section in this book: those whose verdict differs."""
    found = await measured(edition, submission=submission)
    rules = {place: book.policy(place) for place in {row["section"] for row in found}}
    verdicts = [(row, judged(row, rules[row["section"]])) for row in found]
    return [
        (change, verdict)
        for row, verdict in verdicts
        if verdict is not None and (change := change_of(row, verdict)) is not None
    ]


async def preview(edition: Edition, name: str) -> list[VerdictChange]:
    """What the house's policy of this name would change, below what the edition says of its own;
    nothing is written.
    """
    return await changes_under((await book_of(edition.id)).named(checked(name)), edition)


async def changes_under(book: Book, edition: Edition) -> list[VerdictChange]:
    """What these rules would change, be they written anywhere or not; nothing is written."""
    return [change for change, _ in await judged_by(book, edition.id)]


async def apply(edition: Edition, name: str, *, by: Person) -> list[VerdictChange]:
    """Make it the edition's policy, and keep every new verdict.

    A file that was refused and now is accepted goes on to its copy. One whose entry is still a
    draft may be refused; what was filed or released stays where it is, with its new verdict for
    a person to read: rules that change later take nothing away.
    """
    checked(name)
    async with transaction():
        await change(edition, Rules(policy=name), by=by)
        return await judge_all(edition, by=by, policy=name)


async def judge_all(edition: Edition, *, by: Person, **details: Any) -> list[VerdictChange]:
    """Every film of the edition by its rules as they stand now, in the act that changed them."""
    book = await book_of(edition.id, lock="NO KEY UPDATE")
    judged = await judged_by(book, edition.id)
    for verdict_change, verdict in judged:
        await keep(edition, verdict_change, verdict, next_state(verdict_change))
    await record(
        "files_judged_again", edition.id, by=by, edition=edition.id, changed=len(judged), **details
    )
    return [verdict_change for verdict_change, _ in judged]


async def set_rules(
    edition: Edition, section: str | None, rules: dict[str, Any], *, version: int, by: Person
) -> list[VerdictChange]:
    """Let the edition, or one section of it, say these rules of its own (`technical.draft_of`), and judge
    everything by them. `version` is what the person saw; said again, nothing happens.
    """
    async with transaction():
        book = await book_of(edition.id, lock="NO KEY UPDATE")
        standing = book.layer(section)
        if standing.version != version:
            raise Conflict("changed_meanwhile")
        if standing.rules == rules:
            return []
        kept = await rows(
            """INSERT INTO technical_rules (id, edition, section, rules, version, changed_at)
               VALUES ({}, {}, {}, {}::jsonb, 1, now())
               ON CONFLICT (edition, coalesce(section, '')) DO UPDATE SET rules = excluded.rules,
                 version = technical_rules.version + 1, changed_at = now() RETURNING id""",
            new_id(), edition.id, section, msgspec.json.encode(rules).decode(),
        )  # fmt: skip
        changed = changes(book.policy(section), book.with_rules(section, rules).policy(section))
        await record(
            "rules_changed", kept[0]["id"], by=by, edition=edition.id,
            section=book.letters.get(section or "", ""), changes=changed,
        )  # fmt: skip
        return await judge_all(edition, by=by)


async def section_changed(submission: Submission) -> None:
    """Its maker has moved the film to another section: its file is judged by the rules of that one.

    In the act of the change. A draft is refused here even where its copy was released: nothing
    is filed under rules that it does not keep.
    """
    edition = await Edition.objects().get(Edition.id == submission.edition)
    if edition is None:
        raise Missing("submission_missing")
    book = await book_of(edition.id, lock="SHARE")
    for found, verdict in await judged_by(book, edition.id, submission=submission.id):
        await keep(edition, found, verdict, next_state(found, is_moved=True))
        await record(
            "file_judged", found.file, outcome=verdict.outcome.value, codes=[f.code for f in verdict.findings]
        )  # fmt: skip


async def keep(edition: Edition, change: VerdictChange, verdict: Verdict, wanted: str) -> None:
    moved = await rows(
        """UPDATE film_file SET verdict = {}::jsonb, policy = {}, judged_at = now(), state = {}
           WHERE id = {} AND state = {} RETURNING person, facts->>'duration' AS seconds""",
        as_row(verdict),
        verdict.policy,
        wanted,
        change.file,
        change.state,
    )
    if not moved or wanted == change.state:
        return
    if wanted == FileState.PASSED:
        await later(
            "make_screener",
            file=change.file,
            owner=moved[0]["person"] or "",
            weight=int(float(moved[0]["seconds"] or 0)),
        )
    if wanted == FileState.READY:
        await put_older_aside(change.submission, change.number, now_is=FileState.READY)
    submission = await Submission.objects().get(Submission.id == change.submission)
    if submission is not None and wanted in TOLD:
        await tell_members(
            submission, TOLD[wanted], edition=edition, occasion=f"judged:{change.file}:{new_id()}"
        )


TOLD = {FileState.FAULTY.value: "file_refused", FileState.READY.value: "copy_ready"}


def next_state(change: VerdictChange, *, is_moved: bool = False) -> str:
    """Where a file goes with its new verdict. `is_moved`: its maker changed the section, and so the
    rules; a released copy then goes back with the rest.
    """
    gives_way = {FileState.READY, FileState.RELEASED} if is_moved else {FileState.READY}
    if change.state == FileState.FAULTY and change.after in ACCEPTED and change.has_copy:
        return FileState.READY.value
    if change.state == FileState.FAULTY and change.after in ACCEPTED and change.has_master:
        return FileState.PASSED.value
    if change.state in gives_way and change.after not in ACCEPTED and change.status == Status.DRAFT:
        return FileState.FAULTY.value
    return change.state
