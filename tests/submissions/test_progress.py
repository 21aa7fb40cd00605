"""What people read of long work only moves forward, in whatever order its news arrive."""

import random

from festival import leases
from festival.db import later, rows
from festival.leases import Lease
from festival.progress import News
from submissions.intake import Telling
from submissions.tables import FilmFile
from tests.builders import a_film, a_person, an_edition


class Unheard(News):
    """Nobody watches."""

    def __init__(self) -> None:
        """No line to anybody."""

    async def tell(self, kind: str, subject: str, **what: object) -> None:
        """Said to nobody."""


async def test_a_thousand_shuffled_reports_never_take_a_percent_back(house) -> None:
    edition = await an_edition()
    _, file_id = await a_film(edition, await a_person("filmmaker", edition=edition), status="draft", file="sound")
    file = await FilmFile.objects().get(FilmFile.id == file_id)
    lease = await leases.take(await later("make_screener", file=file_id), worker="w")
    assert file is not None
    assert lease is not None
    older = Lease(line=lease.line, task=lease.task, args=lease.args, attempt=lease.attempt - 1)
    reports = [(lease, n / 500, "running") for n in range(500)] + [(older, n / 500, "running") for n in range(499)]
    random.Random(22).shuffle(reports)
    reports.insert(800, (lease, 1.0, "done"))

    told = []
    for of, fraction, state in reports:
        await Telling(file, of, Unheard()).tell("screener", fraction, state)
        told += await rows("SELECT fraction, state, attempt FROM step WHERE file = {}", file_id)

    fractions = [row["fraction"] for row in told]
    assert fractions == sorted(fractions)
    assert {row["state"] for row in told[800:]} == {"done"}
    assert told[-1] == {"fraction": 1.0, "state": "done", "attempt": lease.attempt}
