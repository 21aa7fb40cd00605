"""A film's file is replaced by a better one, never by a broken one."""

import pytest

from festival import leases
from festival.db import later, rows, transaction
from festival.errors import Refused
from media.facts import Facts
from media.policy import Finding, Outcome, Severity, Verdict
from submissions import entries, intake, uploads
from submissions.lists import current_file, submission_in
from submissions.status import FileState
from submissions.tables import FilmFile
from submissions.versions import put_older_aside, standing_before
from tests.builders import a_film, a_person, an_edition

PASSED = Verdict(outcome=Outcome.PASSED, findings=(), policy="demo")
BROKEN = Verdict(
    outcome=Outcome.REFUSED, findings=(Finding(code="AUDIO_MISSING", severity=Severity.REJECT),), policy="demo"
)


class Entry:
    """A draft with one file, and another that comes after it."""

    @classmethod
    async def with_files(cls, older: str, newer: str) -> "Entry":
        self = cls()
        self.edition = await an_edition()
        self.maker = await a_person("filmmaker", edition=self.edition)
        self.id, self.older = await a_film(self.edition, self.maker, status="draft", file=older)
        file = FilmFile(submission=self.id, number=2, state=newer, name="again.mp4", size=9, policy="demo")
        await file.save()
        self.newer = file.id
        return self

    async def states(self) -> list[str]:
        found = await rows("SELECT state FROM film_file WHERE submission = {} ORDER BY number", self.id)
        return [row["state"] for row in found]

    async def submission(self):
        return await submission_in(self.edition, self.id)

    async def judge(self, verdict: Verdict) -> None:
        lease = await leases.take(await later("inspect_film", file=self.newer), worker="w")
        file = await FilmFile.objects().get(FilmFile.id == self.newer)
        facts = Facts(container="mp4", duration=60.0, sha256="0" * 64)
        await intake.keep_verdict(file, await self.submission(), self.edition, facts, verdict,
                                  lease=lease, sandbox="bwrap")


@pytest.mark.parametrize("older", ["ready", "released"])
async def test_a_broken_replacement_leaves_the_older_file_in_its_place(house, older: str) -> None:
    entry = await Entry.with_files(older, "inspecting")

    await entry.judge(BROKEN)

    assert await entry.states() == [older, "faulty"]
    assert (await standing_before(entry.id, 2))["number"] == 1
    if older == "ready":
        await entries.release(await entry.submission(), by=entry.maker)
    await entries.submit(await entry.submission(), edition=entry.edition, by=entry.maker)
    assert await entry.states() == ["released", "replaced"]


async def test_a_file_on_its_way_yields_to_one_that_was_judged_sound(house) -> None:
    entry = await Entry.with_files("making", "inspecting")

    await entry.judge(PASSED)

    assert await entry.states() == ["replaced", "sound"]


@pytest.mark.parametrize(("older", "newer", "after"), [
    ("faulty", FileState.RECEIVED, "replaced"),
    ("failed", FileState.RECEIVED, "replaced"),
    ("making", FileState.RECEIVED, "making"),
    ("ready", FileState.PASSED, "ready"),
    ("ready", FileState.READY, "replaced"),
    ("released", FileState.READY, "released"),
    ("released", FileState.RELEASED, "replaced"),
    ("released", FileState.FAULTY, "released"),
    ("making", FileState.FAILED, "making"),
])
async def test_an_older_file_yields_only_to_one_that_can_do_as_much(
    house, older: str, newer: FileState, after: str
) -> None:
    entry = await Entry.with_files(older, newer.value)

    async with transaction():
        await put_older_aside(entry.id, 2, now_is=newer)

    assert await entry.states() == [after, newer.value]


async def test_releasing_the_new_copy_leaves_one_released_file(house) -> None:
    entry = await Entry.with_files("released", "ready")

    await entries.release(await entry.submission(), by=entry.maker)

    assert await entry.states() == ["replaced", "released"]
    assert (await current_file(entry.id)).id == entry.newer


async def test_what_was_filed_cannot_be_changed_by_a_copy_that_comes_later(house) -> None:
    entry = await Entry.with_files("released", "making")
    await entries.submit(await entry.submission(), edition=entry.edition, by=entry.maker)
    await rows("UPDATE film_file SET state = 'ready' WHERE id = {} RETURNING id", entry.newer)

    await entries.release(await entry.submission(), by=entry.maker)

    assert await entry.states() == ["released", "ready"]


async def test_an_entry_with_nothing_to_release_is_told_so(house) -> None:
    entry = await Entry.with_files("making", "inspecting")

    with pytest.raises(Refused) as refused:
        await entries.release(await entry.submission(), by=entry.maker)

    assert refused.value.codes == ("copy_not_ready",)


async def test_an_upload_that_is_whole_puts_no_sound_file_aside(house, monkeypatch) -> None:
    entry = await Entry.with_files("ready", "receiving")
    file = await FilmFile.objects().get(FilmFile.id == entry.newer)

    class Store:
        def finish(self, key: str, sha256: str) -> str:
            assert key == entry.newer
            return sha256

    await uploads.finish(file, store=Store())

    assert await entry.states() == ["ready", "received"]
