"""Power goes at any step between an upload's last byte and the answer: it ends once, with all of its bytes."""

import asyncio
import sys

import pytest

from festival.db import rows
from festival.settings import Settings
from media.storage import LocalStore
from submissions import uploads as ending
from tests.api.test_uploads import FILM, Uploads, a_draft, the_file
from tests.builders import an_edition
from tests.faults.crash import FELL
from tests.services import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


async def ends_at(file: str, step: int) -> bool:
    """Whether the process fell at this step; False when it came to its end before."""
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.faults.crash", file, str(step), cwd=ROOT)
    code = await child.wait()
    assert code in {0, FELL}
    return code == FELL


async def whole_on_this_disk(uploads: Uploads) -> str:
    """An upload whose last byte is here, and which nobody has ended."""
    place = await uploads.begin()
    file = await the_file(place)
    store = LocalStore(Settings.read().media_root)
    await asyncio.to_thread(store.upload_path(file.id).write_bytes, FILM)
    return file.id


async def test_whatever_step_the_power_goes_at_a_film_is_received_once_and_whole(client) -> None:
    store, fell = LocalStore(Settings.read().media_root), 0
    for step in range(1, 60):
        uploads = await a_draft(client, await an_edition())
        file_id = await whole_on_this_disk(uploads)
        if not await ends_at(file_id, step):
            break
        fell += 1
        file = await the_file(file_id)
        assert file.state in {"receiving", "received"}
        assert file.state == "receiving" or store.master_path(file_id).exists(), "a row without its file"

        await ending.finish(file, store=store)  # as the next HEAD, PATCH or sweep does

        file = await the_file(file_id)
        lines = await rows(
            "SELECT count(*) AS n FROM outbox WHERE task = 'inspect_film' AND args->>'file' = {}", file_id
        )
        assert (file.state, lines[0]["n"]) == ("received", 1)
        assert await asyncio.to_thread(store.master_path(file_id).read_bytes) == FILM
        assert not store.upload_path(file_id).exists()
    sys.stdout.write(f"\n{fell} steps at which the power went\n")
    assert fell >= 4
