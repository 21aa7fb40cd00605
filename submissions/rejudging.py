"""Judge what was measured again, under other rules, without opening a single file."""

from typing import Any

import msgspec

from festival.db import later, rows, transaction
from festival.editions import Rules, change
from festival.errors import Refused
from festival.language import spoken
from festival.record import record
from festival.tables import Edition, Person
from festival.texts import own_title
from media import policy
from media.policy import BadPolicy, Verdict
from submissions.entries import tell_members
from submissions.status import FileState, Status
from submissions.tables import Submission
from submissions.verdicts import as_row, facts_of, verdict_of
from submissions.verdicts import words as words_of

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


async def measured(edition: Edition) -> list[dict[str, Any]]:
    """Every current file that was measured, with what its verdict depends on."""
    return await rows(
        """SELECT n.id, n.submission, n.state, n.facts, n.verdict, s.status, s.waivers,
             f.title, f.titles, f.declared_seconds, coalesce(x.letter, '') AS letter
           FROM film_file n JOIN submission s ON s.id = n.submission JOIN film f ON f.id = s.film
           LEFT JOIN section x ON x.id = s.section
           WHERE s.edition = {} AND n.facts IS NOT NULL AND n.state = ANY({})
             AND n.number = (SELECT max(m.number) FROM film_file m
                             WHERE m.submission = s.id AND m.state <> 'replaced')
           ORDER BY f.title, n.id""",
        edition.id,
        MEASURED,
    )


def judged(row: dict[str, Any], name: str) -> Verdict | None:
    facts = facts_of(row["facts"])
    if facts is None:
        return None
    return policy.judge(
        facts,
        policy.load(name, row["letter"]),
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
        before=before.outcome.value if before else "",
        after=after.outcome.value,
        lost=tuple(sorted(set(old) - set(new))),
        found=tuple(sorted(set(new) - set(old))),
        words={
            finding.code: {lang: words_of(lang, finding) for lang in spoken()}
            for finding in (*(before.findings if before else ()), *after.findings)
        },
    )


async def preview(edition: Edition, name: str) -> list[VerdictChange]:
    """What the policy of this name would change; nothing is written."""
    checked(name)
    changes = [
        change_of(row, after)
        for row in await measured(edition)
        if (after := judged(row, name)) is not None
    ]
    return [change for change in changes if change is not None]


async def apply(edition: Edition, name: str, *, by: Person) -> list[VerdictChange]:
    """Make it the edition's policy, and keep every new verdict.

    A file that was refused and now is accepted goes on to its copy. One whose entry is still a
    draft may be refused; what was filed or released stays where it is, with its new verdict for
    a person to read: rules that change later take nothing away.
    """
    checked(name)
    async with transaction():
        await change(edition, Rules(policy=name), by=by)
        changes = await preview(edition, name)
        verdicts = {row["id"]: judged(row, name) for row in await measured(edition)}
        for verdict_change in changes:
            verdict = verdicts[verdict_change.file]
            if verdict is not None:
                await keep(edition, verdict_change, verdict)
        await record(
            "files_judged_again", edition.id, by=by, edition=edition.id, policy=name,
            changed=len(changes),
        )  # fmt: skip
    return changes


async def keep(edition: Edition, change: VerdictChange, verdict: Verdict) -> None:
    wanted = next_state(change)
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
    submission = await Submission.objects().get(Submission.id == change.submission)
    if submission is not None and wanted == FileState.FAULTY:
        await tell_members(
            submission,
            "file_refused",
            edition=edition,
            occasion=f"judged:{change.file}:{verdict.policy}",
        )


def next_state(change: VerdictChange) -> str:
    if change.state == FileState.FAULTY and change.after in ACCEPTED:
        return FileState.PASSED.value
    if (
        change.state == FileState.READY
        and change.after not in ACCEPTED
        and change.status == Status.DRAFT
    ):
        return FileState.FAULTY.value
    return change.state
