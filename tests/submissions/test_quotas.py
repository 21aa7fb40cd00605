"""Room is kept when an upload begins: nobody fills the disk, and nobody's promise is broken."""

import asyncio
import os
import time
from pathlib import Path

import msgspec
import pytest

from festival.errors import Refused
from festival.settings import Settings
from festival.tables import Edition, Person
from media.storage import LocalStore, StorageFull
from submissions import uploads
from submissions.entries import open_entry
from submissions.tables import FilmFile, Submission
from tests.builders import a_person, an_edition

GB = 10**9
SETTINGS = msgspec.structs.replace(Settings.read({"MODE": "development"}), max_upload_bytes=60 * GB)


class Disk(LocalStore):
    """A disk of 70 GB, that holds what it is told to hold."""

    used = 0

    def free_bytes(self) -> int:
        return 70 * GB - self.used


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


class Maker:
    """Somebody who sends films."""

    def __init__(self, edition: Edition, person: Person) -> None:
        self.edition, self.person = edition, person

    async def draft(self) -> Submission:
        return await open_entry(self.edition, by=self.person)

    async def begins(
        self, disk: Disk, size: int, film: Submission | None = None, *, settings: Settings = SETTINGS
    ) -> FilmFile:
        return await uploads.begin(
            film or await self.draft(), edition=self.edition, name="film.mov", size=size, by=self.person,
            store=disk, settings=settings,
        )  # fmt: skip


async def a_maker(edition: Edition | None = None) -> Maker:
    edition = edition or await an_edition()
    return Maker(edition, await a_person("filmmaker", edition=edition))


async def test_room_that_was_promised_to_one_is_not_promised_to_another(house, disk: Disk) -> None:
    await (await a_maker()).begins(disk, 40 * GB)
    other = await a_maker()

    with pytest.raises(StorageFull):
        await other.begins(disk, 40 * GB)
    await other.begins(disk, 25 * GB)


async def test_of_six_who_begin_at_once_no_more_are_taken_than_there_is_room_for(house, disk: Disk) -> None:
    makers = [await a_maker() for _ in range(6)]

    told = await asyncio.gather(*(one.begins(disk, 30 * GB) for one in makers), return_exceptions=True)

    assert sorted(type(one).__name__ for one in told) == ["FilmFile"] * 2 + ["StorageFull"] * 4
    assert len(list((disk.root / "uploads").iterdir())) == 2


async def test_what_has_come_is_no_longer_promised(house, disk: Disk) -> None:
    maker = await a_maker()
    file = await maker.begins(disk, 50 * GB)
    os.truncate(disk.upload_path(file.id), 45 * GB)  # a hole, that takes no room here
    disk.used = 45 * GB

    await (await a_maker()).begins(disk, 15 * GB)


def last_byte(disk: Disk, file: FilmFile, *, ago: float) -> None:
    at = time.time() - ago
    os.utime(disk.upload_path(file.id), (at, at))


@pytest.mark.parametrize("how", ["given up", "idle", "never sent", "refused", "expired"])
async def test_an_upload_that_was_abandoned_gives_its_room_back(house, disk: Disk, how: str) -> None:
    maker = await a_maker()
    file = await maker.begins(disk, 50 * GB)

    if how == "given up":
        await uploads.abandon(file, by=maker.person, store=disk)
    elif how == "refused":
        await uploads.refuse(file, (), store=disk)
    elif how == "expired":
        await uploads.expire(file, disk)
    elif how == "never sent":
        last_byte(disk, file, ago=3600 + 1)
    else:
        os.truncate(disk.upload_path(file.id), GB)
        last_byte(disk, file, ago=3600 * SETTINGS.reserve_hours + 60)

    await (await a_maker()).begins(disk, 50 * GB)


@pytest.mark.parametrize(("came", "ago"), [(0, 3600 - 60), (1, 3600 * SETTINGS.reserve_hours - 60)])
async def test_whoever_pauses_keeps_the_room_for_a_while(house, disk: Disk, came: int, ago: float) -> None:
    file = await (await a_maker()).begins(disk, 50 * GB)
    os.truncate(disk.upload_path(file.id), came)
    last_byte(disk, file, ago=ago)

    with pytest.raises(StorageFull):
        await (await a_maker()).begins(disk, 50 * GB)


@pytest.mark.parametrize("limit", ["film_quota_bytes", "person_quota_bytes"])
async def test_what_was_begun_and_never_sent_uses_up_no_quota(house, disk: Disk, limit: str) -> None:
    tight = msgspec.structs.replace(SETTINGS, **{limit: 10 * GB})
    maker = await a_maker()
    film = await maker.draft()
    for _ in range(2):
        file = await maker.begins(disk, 9 * GB, film, settings=tight)
        last_byte(disk, file, ago=3600 + 1)
    half = await maker.begins(disk, 9 * GB, film, settings=tight)
    os.truncate(disk.upload_path(half.id), 4 * GB)
    last_byte(disk, half, ago=3600 * SETTINGS.reserve_hours + 60)

    with pytest.raises(Refused):
        await maker.begins(disk, 7 * GB, film, settings=tight)
    await maker.begins(disk, 5 * GB, film, settings=tight)


async def test_one_person_s_uploads_together_claim_no_more_than_half_of_the_room(house, disk: Disk) -> None:
    maker = await a_maker()
    await maker.begins(disk, 20 * GB)

    with pytest.raises(Refused) as refused:
        await maker.begins(disk, 20 * GB)

    assert refused.value.codes == ("person_room",)
    await maker.begins(disk, 10 * GB)


@pytest.mark.parametrize(
    ("limit", "code"), [("film_quota_bytes", "film_quota"), ("person_quota_bytes", "person_quota")]
)
async def test_a_film_and_a_person_have_a_quota_each(house, disk: Disk, limit: str, code: str) -> None:
    tight = msgspec.structs.replace(SETTINGS, **{limit: 10 * GB})
    maker = await a_maker()
    film = await maker.draft()
    await maker.begins(disk, 6 * GB, film, settings=tight)

    with pytest.raises(Refused) as refused:
        await maker.begins(disk, 6 * GB, film, settings=tight)

    assert refused.value.codes == (code,)
    await (await a_maker(maker.edition)).begins(disk, 6 * GB, settings=tight)


async def test_what_has_arrived_counts_as_what_is_on_its_way(house, disk: Disk) -> None:
    tight = msgspec.structs.replace(SETTINGS, film_quota_bytes=10 * GB)
    maker = await a_maker()
    film = await maker.draft()
    await FilmFile(submission=film.id, person=maker.person.id, state="replaced", size=6 * GB,
                   received_at=maker.edition.deadline_at).save()

    with pytest.raises(Refused) as refused:
        await maker.begins(disk, 6 * GB, film, settings=tight)

    assert refused.value.codes == ("film_quota",)


async def test_a_refused_beginning_leaves_nothing(house, disk: Disk) -> None:
    maker = await a_maker()
    film = await maker.draft()
    await maker.begins(disk, 50 * GB)

    with pytest.raises(StorageFull):
        await maker.begins(disk, 50 * GB, film)

    assert await FilmFile.count().where(FilmFile.submission == film.id) == 0
    assert len(list((disk.root / "uploads").iterdir())) == 1


async def test_the_door_says_what_to_do_in_both_languages(client, app) -> None:
    from tests.api.test_uploads import a_draft

    uploads_ = await a_draft(client, await an_edition())
    before = app.state.settings
    app.state.settings = msgspec.structs.replace(before, film_quota_bytes=100)
    try:
        answer = await uploads_.create(101)
    finally:
        app.state.settings = before

    assert (answer.status_code, answer.json()["codes"]) == (422, ["film_quota"])
    assert "écrivez au festival" in answer.json()["words"]["fr"][0]
    assert "write to the festival" in answer.json()["words"]["en"][0]
