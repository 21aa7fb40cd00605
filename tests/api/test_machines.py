"""The engine room: queues are paused, work has an hour, the house says how it is in figures."""

from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from api.pages._tonight import tonight
from festival import leases, pauses
from festival.clock import PARIS
from festival.db import later, rows
from festival.forecast import Span
from festival.machines import Waited, paces, waited
from festival.settings import Settings
from tests.builders import a_film, a_person, an_edition, sign_in


async def a_line(edition, task: str = "make_screener", **given) -> str:
    maker = await a_person("filmmaker", edition=edition)
    _, file = await a_film(edition, maker, status="draft", file="sound", title="Sienne")
    return await later(task, file=file, **given)


@pytest.fixture
async def operator(client):
    edition = await an_edition()
    person = await a_person("operator", edition=edition, name="Maud")
    await sign_in(client, person)
    return client, edition, person


async def rings(line: str) -> bool:
    """Whether a worker would be told of the line now, with nobody before it."""
    await rows("UPDATE outbox SET rung_at = NULL, priority = CASE WHEN id = {} THEN 0 ELSE 3 END RETURNING id", line)
    return line in {one.id for one in await leases.waiting(500)}


async def test_nothing_of_a_paused_queue_is_taken_whatever_message_comes(operator) -> None:
    client, edition, _ = operator
    heavy, fast = await a_line(edition), await a_line(edition, "inspect_film")
    place = f"/api/v1/{edition.slug}/operator/queue/pauses/heavy"

    answer = await client.put(place)

    assert answer.status_code == 204
    assert (await rings(heavy), await rings(fast)) == (False, True)
    assert await leases.take(heavy, worker="w") is None
    assert await leases.take(fast, worker="w") is not None

    assert (await client.delete(place)).status_code == 204
    assert await rings(heavy)
    assert await leases.take(heavy, worker="w") is not None


async def test_what_runs_goes_on_when_its_queue_is_paused(operator) -> None:
    _, edition, person = operator
    line = await a_line(edition)
    lease = await leases.take(line, worker="w")

    await pauses.pause("heavy", edition=edition, by=person)

    assert lease is not None
    assert await leases.renew(lease)


async def test_a_pause_stops_one_edition_and_is_kept_once(operator) -> None:
    client, edition, person = operator
    other = await an_edition()
    foreign = await a_line(other)

    for _ in range(2):
        await pauses.pause("heavy", edition=edition, by=person)

    assert await leases.take(foreign, worker="w") is not None
    told = await rows("SELECT count(*) AS n FROM record WHERE edition = {} AND act = 'queue_paused'", edition.id)
    assert told == [{"n": 1}]
    assert (await client.put(f"/api/v1/{other.slug}/operator/queue/pauses/heavy")).status_code == 403


@pytest.mark.parametrize("queue", ["letters", "control", "nothing"])
async def test_letters_and_the_houses_own_work_are_never_paused(operator, queue: str) -> None:
    client, edition, _ = operator

    answer = await client.put(f"/api/v1/{edition.slug}/operator/queue/pauses/{queue}")

    assert answer.status_code in {400, 404, 422}


async def test_the_page_says_who_has_paused_what_and_how_much_waits(operator) -> None:
    client, edition, _ = operator
    await a_line(edition)
    page = f"/fr/{edition.slug}/operator/queue"

    answer = await client.post(f"{page}/pauses/heavy", follow_redirects=True)
    read = " ".join(answer.text.split())

    assert "La file est suspendue" in read
    assert "Par Maud, depuis le" in read
    assert "1 travail attend." in read
    assert "Reprendre les copies" in read


async def test_the_pace_is_that_of_the_last_jobs(house) -> None:
    edition = await an_edition()
    for seconds in (100, 300, 200):
        line = await a_line(edition, "make_mezzanine", weight=100)
        await rows(
            """UPDATE outbox SET taken_at = now() + interval '1 day',
                 done_at = now() + interval '1 day' + {} * interval '1 second' WHERE id = {} RETURNING id""",
            seconds,
            line,
        )

    pace = (await paces())["make_mezzanine"]

    assert (pace.in_all, pace.for_film) == (200, 2)


async def test_what_waited_is_counted_as_it_was(house) -> None:
    edition = await an_edition()
    done, waits = await a_line(edition), await a_line(edition)
    await rows(
        """UPDATE outbox SET created_at = now() - interval '90 minutes',
             taken_at = CASE WHEN id = {} THEN now() - interval '30 minutes' END
           WHERE id IN ({}, {}) RETURNING id""",
        done, done, waits,
    )  # fmt: skip

    found = await waited([edition.id], since=timedelta(hours=2), every=timedelta(hours=1))

    assert [one.lines for one in found] == [0, 2, 1]


async def test_health_is_told_in_figures_to_pages_and_programs(operator) -> None:
    client, edition, _ = operator

    told = (await client.get(f"/api/v1/{edition.slug}/operator/machines")).json()
    page = (await client.get(f"/en/{edition.slug}/operator/queue")).text

    parts = {part["name"]: part for part in told["health"]}
    assert {"database", "relay", "broker", "workers", "disk", "uploads", "mail", "record"} <= set(parts)
    assert parts["database"]["figures"]["seconds"] > 0
    assert "Answers in" in page
    assert " ms" in page


async def test_a_broker_that_would_forget_is_warned_of(operator) -> None:
    client, edition, _ = operator
    redis = Redis.from_url(Settings.read().redis_url)
    await redis.config_set("maxmemory-policy", "allkeys-lru")
    try:
        told = (await client.get(f"/api/v1/{edition.slug}/operator/machines")).json()
        page = (await client.get(f"/en/{edition.slug}/operator/queue")).text
    finally:
        await redis.config_set("maxmemory-policy", "noeviction")
        await redis.aclose()

    assert {part["name"]: part["state"] for part in told["health"]}["broker"] == "warn"
    assert "set maxmemory-policy to noeviction" in page


NOW = datetime(2027, 5, 3, 20, 40, tzinfo=UTC)
BEFORE = [Waited(NOW - timedelta(minutes=10 * n), 24 - n) for n in range(24, -1, -1)]


@pytest.mark.unit
def test_the_curve_ends_where_the_last_line_is_done() -> None:
    spans = {"a": Span(0, 600), "b": Span(600, 7200)}

    curve = tonight(BEFORE, spans, others=0, deadline=NOW + timedelta(minutes=30), zone=PARIS)

    assert curve is not None
    assert (curve.lines, curve.most) == (2, 24)
    assert curve.empty_at == NOW + timedelta(seconds=7200)
    assert curve.closes is not None
    assert [mark.at.hour for mark in curve.marks] == [19, 20, 21, 22, 23]


@pytest.mark.unit
def test_no_hour_is_promised_where_a_line_has_none() -> None:
    curve = tonight(BEFORE, {"a": Span(0, 600)}, others=1, deadline=NOW - timedelta(days=3), zone=PARIS)

    assert curve is not None
    assert (curve.lines, curve.empty_at, curve.closes) == (2, None, None)


@pytest.mark.unit
def test_a_quiet_evening_has_no_curve() -> None:
    still = [Waited(one.at, 0) for one in BEFORE]

    assert tonight(still, {}, others=0, deadline=NOW, zone=PARIS) is None
