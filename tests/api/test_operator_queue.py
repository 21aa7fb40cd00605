"""The operator's queue: what failed is sent on its way, what runs can be let go, nobody is left in the dark."""

import re

import pytest

from festival import leases, letters, pauses
from festival.db import later, rows
from festival.leases import Heartbeat, NotYet
from festival.progress import News
from festival.settings import Settings
from festival.tables import Letter, Outbox
from screenings.tables import PlanRun
from submissions import intake
from submissions.tables import FilmFile
from tests.builders import a_film, a_person, an_edition, sign_in
from workers import tasks


async def a_stuck_copy(edition, *, state: str = "making") -> tuple[str, str]:
    """(line, file): a copy under way whose line no relay rings for."""
    maker = await a_person("filmmaker", edition=edition)
    _, file = await a_film(edition, maker, status="draft", file=state)
    line = await later("make_screener", file=file)
    await rows("UPDATE outbox SET rung_at = now() WHERE id = {} RETURNING id", line)
    return line, file


async def state_of(file: str) -> str:
    return (await FilmFile.objects().get(FilmFile.id == file)).state


async def kinds_written() -> set[str]:
    return {letter.kind for letter in await Letter.objects()}


async def die(line: str) -> None:
    """A worker takes the line and is never heard of again."""
    await leases.take(line, worker="doomed")
    await rows("UPDATE outbox SET leased_until = now() - interval '1 second' WHERE id = {} RETURNING id", line)


async def a_copy_that_killed_three(edition) -> tuple[str, str]:
    """A line that a fourth worker is careful enough to set aside, and its file."""
    line, file = await a_stuck_copy(edition)
    for _ in range(3):
        await die(line)
    await tasks.work(line, worker="careful")
    return line, file


@pytest.fixture
async def operator(client):
    edition = await an_edition()
    await sign_in(client, await a_person("operator", edition=edition))
    return client, edition


async def test_work_that_killed_three_workers_is_set_aside_and_people_are_told(operator) -> None:
    _, edition = operator
    line, file = await a_copy_that_killed_three(edition)

    assert await state_of(file) == "failed"
    assert {"file_failed", "work_parked"} <= await kinds_written()
    assert await leases.take(line, worker="careful") is None


async def test_a_failed_copy_sent_again_stands_where_its_work_begins(operator) -> None:
    client, edition = operator
    line, file = await a_copy_that_killed_three(edition)

    answer = await client.post(f"/api/v1/{edition.slug}/operator/queue/{line}/retry")

    assert answer.status_code == 204
    assert await state_of(file) == "sound"
    assert (await leases.take(line, worker="w")).crashes == 0


async def test_a_copy_that_is_let_go_says_so_and_its_worker_stops(operator) -> None:
    client, edition = operator
    line, file = await a_stuck_copy(edition)
    lease = await leases.take(line, worker="w")

    answer = await client.post(f"/api/v1/{edition.slug}/operator/queue/{line}/cancellation")

    assert answer.status_code == 204
    assert await leases.renew(lease) is False
    assert await state_of(file) == "failed"
    assert (await Outbox.objects().get(Outbox.id == line)).fault == "cancelled"


async def test_a_copy_for_which_there_is_no_room_does_not_begin(operator) -> None:
    _, edition = operator
    line, file = await a_stuck_copy(edition, state="sound")
    await FilmFile.update({FilmFile.size: 10**18}).where(FilmFile.id == file)
    lease = await leases.take(line, worker="w")

    with pytest.raises(NotYet, match="storage_full"):
        await intake.make_screener(
            file, lease=lease, heartbeat=Heartbeat(lease), news=News(None), settings=Settings.read()
        )

    assert await state_of(file) == "sound"


async def test_the_queue_shows_the_work_of_its_own_edition_and_of_the_house(operator) -> None:
    client, edition = operator
    mine, _ = await a_stuck_copy(edition)
    foreign, _ = await a_stuck_copy(await an_edition())
    house = await later("sweep_uploads")
    for line in (mine, foreign, house):
        await rows("UPDATE outbox SET priority = 0 WHERE id = {} RETURNING id", line)

    answer = await client.get(f"/api/v1/{edition.slug}/operator/queue")

    shown = {row["id"] for row in answer.json()}
    assert ({mine, house} <= shown, foreign in shown) == (True, False)
    page = (await client.get(f"/fr/{edition.slug}/operator/queue")).text
    told = re.findall(r'class="vh"> (: [^<]*)<', page)
    assert ": Ménage des envois" in told
    assert not [words for words in told if house in words]


async def test_of_many_lines_the_first_are_shown_and_all_are_counted(operator, monkeypatch) -> None:
    client, edition = operator
    monkeypatch.setattr("submissions.oversight.MOST_LINES", 2)
    await pauses.pause("heavy", edition=edition, by=await a_person("operator", edition=edition))

    async def waiting() -> list[int]:
        lines = (await client.get(f"/api/v1/{edition.slug}/operator/queue")).json()
        waiting = [line for line in lines if line["state"] == "waiting" and line["task"] != "send_letter"]
        return [line["whole"] for line in waiting if not line["fault"]]

    of_house = max(await waiting(), default=0)
    for _ in range(5):
        await a_stuck_copy(edition)

    assert await waiting() == [of_house + 5] * 2
    page = (await client.get(f"/fr/{edition.slug}/operator/queue")).text
    assert "5 travaux attendent." in page  # of what is paused


async def a_line_elsewhere(kind: str) -> str:
    """Work of another edition that names no film."""
    edition = await an_edition()
    if kind == "letter":
        reader = await a_person("filmmaker", edition=edition)
        await letters.write("submitted", reader, occasion=reader.id, edition=edition, title="Nuit")
        found = await rows("SELECT id FROM letter WHERE person = {}", reader.id)
        return (await rows("SELECT id FROM outbox WHERE args->>'letter' = {}", found[0]["id"]))[0]["id"]
    if kind == "run":
        run = PlanRun(edition=edition.id)
        await run.save()
        return await later("plan_grid", run=run.id)
    return await later("tell_of_letters", edition=edition.id)


@pytest.mark.parametrize("act", ["retry", "priority", "cancellation"])
@pytest.mark.parametrize("kind", ["letter", "run", "tale"])
async def test_no_line_of_another_edition_is_within_reach(operator, kind: str, act: str) -> None:
    client, edition = operator
    line = await a_line_elsewhere(kind)
    before = await rows("SELECT * FROM outbox WHERE id = {}", line)

    answers = [
        await client.post(f"/api/v1/{edition.slug}/operator/queue/{line}/{act}"),
        await client.post(f"/fr/{edition.slug}/operator/queue/{line}/{act}"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert await rows("SELECT * FROM outbox WHERE id = {}", line) == before
    assert line not in (await client.get(f"/api/v1/{edition.slug}/operator/queue")).text


async def test_a_button_that_came_too_late_says_so_on_the_queue(operator) -> None:
    client, edition = operator
    line, _ = await a_stuck_copy(edition)
    await rows("UPDATE outbox SET done_at = now() WHERE id = {} RETURNING id", line)

    page = await client.post(f"/fr/{edition.slug}/operator/queue/{line}/priority")
    answer = await client.post(f"/api/v1/{edition.slug}/operator/queue/{line}/priority")

    assert (page.status_code, page.headers["location"]) == (
        303, f"/fr/{edition.slug}/operator/queue?done=operator.done.moved_on",
    )
    assert (answer.status_code, answer.json()["codes"]) == (409, ["line_moved_on"])


async def test_a_line_that_is_not_there_is_a_clear_404(operator) -> None:
    client, edition = operator

    for act in ("retry", "cancellation"):
        answer = await client.post(f"/api/v1/{edition.slug}/operator/queue/nothing/{act}")
        assert (answer.status_code, answer.json()["codes"]) == (404, ["line_missing"])


@pytest.mark.parametrize("act", ["retry", "priority", "cancellation"])
async def test_the_work_of_another_edition_is_out_of_reach(operator, act) -> None:
    client, edition = operator
    line, file = await a_stuck_copy(await an_edition())
    before = await rows("SELECT * FROM outbox WHERE id = {}", line)

    answer = await client.post(f"/api/v1/{edition.slug}/operator/queue/{line}/{act}")

    assert (answer.status_code, answer.json()["codes"]) == (404, ["line_missing"])
    assert await rows("SELECT * FROM outbox WHERE id = {}", line) == before
    assert await state_of(file) == "making"


async def test_operators_read_words_and_not_our_names_for_things(operator) -> None:
    _, edition = operator
    line, _ = await a_stuck_copy(edition)
    for _ in range(3):
        await die(line)

    await tasks.work(line, worker="careful")

    told = await Letter.objects().where((Letter.edition == edition.id) & (Letter.kind == "work_parked"))
    assert [letter.subject.replace("\u00a0", " ") for letter in told] == ["Un travail s’est arrêté : Copie"]
