"""A film that cannot pass is refused while it still arrives, before gigabytes are sent in vain."""

import asyncio
from hashlib import sha256

import msgspec

from festival.db import transaction
from festival.leases import Heartbeat, Lease
from festival.progress import News
from festival.settings import Settings
from festival.tables import Edition
from media import early
from media.policy import Finding
from media.sandbox import Sandbox
from submissions import technical, uploads
from submissions.intake import sandbox_for, stoppable, the_file
from submissions.status import FileState
from submissions.store import store_of
from submissions.tables import FilmFile, Submission
from submissions.telling import tell_members

LETTER_HEAD = 1024 * 1024  # so much has arrived at every look


async def look(
    file_id: str, *, lease: Lease, heartbeat: Heartbeat, news: News, settings: Settings
) -> None:
    """T0 on the head of a file under way; what it cannot settle waits for the whole."""
    known = await the_file(file_id)
    if known is None or known[0].state != FileState.RECEIVING or heartbeat.lost:
        return
    file, submission, edition = known
    store = store_of(settings)
    if not (head := await asyncio.to_thread(store.head, file.id, early.HEAD_BYTES)):
        return
    part = store.upload_path(file.id)
    async with sandbox_for(file, lease, store, settings, source=part) as sandbox:
        source = sandbox.work / "head"
        await asyncio.to_thread(source.write_bytes, head)
        at_its_head = msgspec.structs.replace(sandbox, source=source)
        findings = await settled(at_its_head, file, submission, edition)
    if findings and await refuse(file, head, findings, submission, edition):
        await uploads.let_go(file.id, store)
        await news.tell("file", file.id, state=FileState.FAULTY.value, refresh=True)


async def refuse(
    file: FilmFile,
    head: bytes,
    findings: tuple[Finding, ...],
    submission: Submission,
    edition: Edition,
) -> bool:
    """The verdict, and one letter for this content, however often a client may send it again."""
    content = sha256(head[:LETTER_HEAD] + str(file.size).encode()).hexdigest()[:32]
    async with transaction():
        refused = await uploads.judge_early(file, findings)
        if refused:
            await tell_members(
                submission, "file_refused", edition=edition, occasion=f"refused:{content}"
            )
    return refused


async def settled(
    sandbox: Sandbox, file: FilmFile, submission: Submission, edition: Edition
) -> tuple[Finding, ...]:
    rules = await technical.rules_of(edition, submission.section)
    findings: tuple[Finding, ...] = await stoppable(
        lambda: early.look(
            sandbox,
            rules,
            size=file.size,
            name=file.name,
            waivers=frozenset(submission.waivers),
        )
    )
    return findings
