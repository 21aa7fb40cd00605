"""A hopeless film is refused while it arrives; a good one is not disturbed."""

from pathlib import Path

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from festival import leases
from festival.db import later, rows
from festival.leases import Heartbeat
from festival.progress import News
from festival.settings import Settings
from festival.tables import Letter
from media.storage import LocalStore
from submissions import first_look, uploads
from submissions.tables import FilmFile
from tests.builders import a_film, a_person, an_edition
from tests.clips import Clips, film

FIRST = ("-movflags", "+faststart")
pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Clips:
    return Clips(tmp_path_factory.mktemp("first"))


class Arriving:
    """An upload of which only the first half has come."""

    def __init__(self, whole: Path) -> None:
        self.whole, self.settings = whole.read_bytes(), Settings.read()
        self.store = LocalStore(self.settings.media_root)

    async def begin(self) -> "Arriving":
        edition = await an_edition()
        self.submission, _ = await a_film(edition, await a_person(edition=edition), status="draft", file="faulty")
        file = FilmFile(submission=self.submission, number=2, state="receiving", name="film.mp4",
                        size=len(self.whole), policy="demo")
        await file.save()
        self.id = file.id
        self.store.create(self.id)
        with self.store.writer(self.id, 0) as writer:
            writer.write(self.whole[: len(self.whole) // 2])
        return self

    async def look(self) -> None:
        lease = await leases.take(await later("look_early", file=self.id), worker="w")
        news = News(Redis.from_url(self.settings.redis_url))
        await first_look.look(self.id, lease=lease, heartbeat=Heartbeat(lease), news=news, settings=self.settings)
        await news.redis.aclose()

    async def file(self) -> FilmFile:
        return await FilmFile.objects().get(FilmFile.id == self.id)


@pytest_asyncio.fixture(loop_scope="session")
async def mute(house, clips: Clips) -> Arriving:
    return await Arriving(clips.draw(film(sound=None, more=FIRST))).begin()


async def test_a_film_without_sound_is_refused_before_its_second_half_is_sent(mute: Arriving) -> None:
    await mute.look()

    file = await mute.file()
    assert (file.state, [f["code"] for f in file.verdict["findings"]]) == ("faulty", ["AUDIO_MISSING"])
    assert [f.code for f in uploads.reasons(file)] == ["AUDIO_MISSING"]
    assert not mute.store.upload_path(mute.id).exists()
    letters = await Letter.objects().where(Letter.about == mute.submission)
    assert [letter.kind for letter in letters] == ["file_refused"]


async def test_looking_twice_refuses_once(mute: Arriving) -> None:
    await mute.look()
    await mute.look()

    assert len(await Letter.objects().where(Letter.about == mute.submission)) == 1


async def test_whoever_still_writes_learns_that_the_upload_was_let_go(mute: Arriving) -> None:
    half = len(mute.whole) // 2
    with mute.store.writer(mute.id, half) as writer:
        await mute.look()

        with pytest.raises(FileNotFoundError):
            writer.write(mute.whole[half:])


async def test_a_good_film_is_left_to_arrive(house, clips: Clips) -> None:
    arriving = await Arriving(clips.draw(film(more=FIRST))).begin()

    await arriving.look()

    assert (await arriving.file()).state == "receiving"
    assert arriving.store.size(arriving.id) == len(arriving.whole) // 2
    assert not any((arriving.store.root / "work").glob(f"*{arriving.id}*"))


async def test_a_film_that_has_ended_meanwhile_is_judged_whole(mute: Arriving) -> None:
    await rows("UPDATE film_file SET state = 'received' WHERE id = {} RETURNING id", mute.id)

    await mute.look()

    assert (await mute.file()).state == "received"
    assert mute.store.upload_path(mute.id).exists()
