"""What people read of long work only moves forward, in whatever order its news arrive."""

import asyncio
import random
from types import SimpleNamespace

from festival import leases
from festival.db import later, rows
from festival.leases import Lease
from festival.progress import News
from submissions import intake
from submissions.intake import Telling
from submissions.tables import FilmFile
from tests.builders import a_film, a_person, an_edition


class Unheard(News):
    """Nobody watches."""

    def __init__(self) -> None:
        self.said = asyncio.Event()

    async def tell(self, kind: str, subject: str, **what: object) -> None:
        self.said.set()


async def a_film_in_work() -> tuple[FilmFile, Lease]:
    edition = await an_edition()
    _, file_id = await a_film(edition, await a_person("filmmaker", edition=edition), status="draft", file="sound")
    file = await FilmFile.objects().get(FilmFile.id == file_id)
    lease = await leases.take(await later("make_screener", file=file_id), worker="w")
    assert file is not None
    assert lease is not None
    return file, lease


async def test_a_thousand_shuffled_reports_never_take_a_percent_back(house) -> None:
    file, lease = await a_film_in_work()
    older = Lease(line=lease.line, task=lease.task, args=lease.args, attempt=lease.attempt - 1)
    reports = [(lease, n / 500, "running") for n in range(500)] + [(older, n / 500, "running") for n in range(499)]
    random.Random(22).shuffle(reports)
    reports.insert(800, (lease, 1.0, "done"))

    told = []
    for of, fraction, state in reports:
        await Telling(file, of, Unheard()).tell("screener", fraction, state)
        told += await rows("SELECT fraction, state, attempt FROM step WHERE file = {}", file.id)

    fractions = [row["fraction"] for row in told]
    assert fractions == sorted(fractions)
    assert {row["state"] for row in told[800:]} == {"done"}
    assert told[-1] == {"fraction": 1.0, "state": "done", "attempt": lease.attempt}


async def test_who_begins_a_film_again_tells_what_is_left_at_their_own_pace(house, monkeypatch) -> None:
    """Not from when the first attempt began; and a chunk's time begins when somebody takes it."""
    file, lease = await a_film_in_work()
    clock = 1000.0
    monkeypatch.setattr(intake, "time", SimpleNamespace(monotonic=lambda: clock))
    again = Lease(line=lease.line, task=lease.task, args=lease.args, attempt=lease.attempt + 1)
    first, second = Telling(file, lease, Unheard()), Telling(file, again, Unheard())

    for telling, fraction, seconds in [(first, 0.0, 0), (first, 0.5, 3600), (second, 0.0, 600), (second, 0.05, 90),
                                        (second, 0.25, 60)]:
        clock += seconds
        telling.news.said.clear()
        telling.from_thread("screener", fraction)
        await telling.news.said.wait()

    (step,) = await rows("SELECT fraction, details FROM step WHERE file = {}", file.id)
    assert step == {"fraction": 0.5, "details": {"left": 225}}
