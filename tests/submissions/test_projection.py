"""The projection copy belongs to a chosen film, is made once, and lies behind no door."""

import asyncio
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from redis.asyncio import Redis

from festival import leases
from festival.db import later, rows
from festival.leases import Heartbeat, Superseded
from festival.progress import News
from festival.settings import Settings
from media import mezzanine, scan
from media.sandbox import Sandbox
from media.storage import LocalStore
from media.tools import find_tools
from submissions import entries, intake, projection
from submissions.lists import submission_in
from tests.builders import a_film, a_person, an_edition, sign_in
from tests.clips import Clips, film


async def project(file: str, store: LocalStore) -> None:
    settings = Settings.read()
    lease = await leases.take(await later("make_mezzanine", file=file), worker="w")
    async with Redis.from_url(settings.redis_url) as redis:
        await projection.make_mezzanine(
            file, lease=lease, heartbeat=Heartbeat(lease), news=News(redis), settings=settings
        )
    await leases.finish(lease)


async def a_released_film(edition, maker, tmp_path: Path, status: str) -> tuple[str, LocalStore]:
    clip = Clips(tmp_path).draw(film())
    _, file = await a_film(edition, maker, status=status)
    store = LocalStore(Settings.read().media_root)
    store.master_path(file).parent.mkdir(mode=0o700)
    shutil.copyfile(clip, store.master_path(file))
    (work := tmp_path / "work").mkdir()
    facts = scan.inspect(Sandbox(tools=find_tools(), source=clip, work=work))
    await rows("UPDATE film_file SET facts = {}::jsonb WHERE id = {} RETURNING id",
               json.dumps(msgspec.to_builtins(facts)), file)
    return file, store


async def test_a_chosen_film_is_made_ready_once_and_lies_behind_no_door(client, tmp_path: Path) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    file, store = await a_released_film(edition, maker, tmp_path, "accepted")

    await project(file, store)
    made = store.published(projection.key_of(file), mezzanine.NAME).path
    before = made.stat()
    await project(file, store)

    assert (made.stat().st_ino, made.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    told = await rows("SELECT details FROM record WHERE act = 'mezzanine_made' AND subject = {}", file)
    assert [one["details"]["frames"] for one in told] == [48]
    await sign_in(client, maker)
    for name in (file, projection.key_of(file)):
        answer = await client.get(f"/api/v1/{edition.slug}/files/{name}/screener/{mezzanine.NAME}")
        assert answer.status_code == 404


async def test_the_copy_of_a_film_that_goes_is_deleted_whether_made_or_being_made(client, tmp_path: Path) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    file, store = await a_released_film(edition, maker, tmp_path, "accepted")
    made = dict([await a_film(edition, maker, status="accepted") for _ in range(2)])
    for own in made.values():
        (folder := store.work_folder(own)).joinpath(mezzanine.NAME).write_bytes(b"ProRes")
        store.publish(folder, projection.key_of(own))
    gone, kept = made

    making = asyncio.create_task(project(file, store))
    for _ in range(2000):
        if making.done() or any((store.root / "work").glob("*/*")):
            break
        await asyncio.sleep(0.01)
    going = {str((await rows("SELECT submission FROM film_file WHERE id = {}", file))[0]["submission"]), gone}
    for film_id in going:
        await entries.withdraw(await submission_in(edition, film_id), by=maker)
    await making
    assert store.is_published(projection.key_of(file)) is False

    lines = await rows("SELECT args FROM outbox WHERE task = 'discard_projection' AND args->>'submission' = ANY({})", [*going, kept])
    assert {line["args"]["submission"] for line in lines} == going
    for film_id in (gone, gone, kept):
        await projection.discard(film_id, settings=Settings.read())
    assert [store.is_published(projection.key_of(made[one])) for one in (gone, kept)] == [False, True]


class FarStore(LocalStore):
    """As a bucket has it: what is prepared lies there, beside no manifest."""

    def prepare(self, folder: Path, key: str) -> None:
        super().prepare(folder, key)
        (self.root / "copies" / key / folder.name).mkdir(parents=True)


@pytest.mark.parametrize("is_erased", [True, False])
async def test_what_is_prepared_of_a_film_that_is_erased_meanwhile_lies_nowhere(house, tmp_path: Path, is_erased: bool) -> None:
    """Its eraser was here while it was still being sent; an attempt that another has overtaken leaves it to that one."""
    edition = await an_edition()
    _, file = await a_film(edition, await a_person("filmmaker", edition=edition), status="draft", file="making")
    lease = await leases.take(await later("make_screener", file=file), worker="w")
    assert lease is not None
    store = FarStore(tmp_path)
    sandbox = SimpleNamespace(work=store.work_folder("attempt1"))
    await rows("UPDATE outbox SET parked_at = now() WHERE id = {} RETURNING id", lease.line)
    if is_erased:
        await rows("DELETE FROM film_file WHERE id = {} RETURNING id", file)

    with pytest.raises(Superseded):
        await intake.published(store, sandbox, file, lease=lease)

    assert (store.root / "copies" / file).exists() is not is_erased


async def test_a_film_that_was_not_chosen_is_left_alone(client, tmp_path: Path) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    file, store = await a_released_film(edition, maker, tmp_path, "submitted")

    await project(file, store)

    assert store.is_published(projection.key_of(file)) is False
