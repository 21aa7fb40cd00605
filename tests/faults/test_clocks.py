"""The clock of one machine jumps by an hour: leases and what opens doors stand on PostgreSQL's."""

from datetime import UTC, datetime, timedelta

import pytest

from festival import clock, leases, people
from festival.db import later, rows
from festival.errors import FestivalError
from festival.sessions import digest, new_token, open_session, session_of
from tests.builders import a_film, a_person, an_edition


@pytest.fixture(params=[timedelta(hours=1), timedelta(hours=-1)], ids=["ahead", "behind"])
def jumped(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> timedelta:
    """This machine's clock is an hour off, from now on."""

    class Off(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + request.param

    monkeypatch.setattr(clock, "datetime", Off)
    assert abs(clock.now() - datetime.now(UTC) - request.param) < timedelta(seconds=5)
    return request.param


async def test_no_lease_is_stolen_and_none_lasts_longer(house, jumped) -> None:
    edition = await an_edition()
    _, file = await a_film(edition, await a_person("filmmaker", edition=edition), status="draft", file="sound")
    line = await later("make_screener", file=file)
    await rows("UPDATE outbox SET due_at = now() WHERE id = {} RETURNING id", line)

    lease = await leases.take(line, worker="one")
    assert lease is not None
    assert await leases.take(line, worker="two") is None
    assert await leases.renew(lease)
    await rows("UPDATE outbox SET leased_until = now() - interval '1 second' WHERE id = {} RETURNING id", line)
    assert await leases.take(line, worker="two") is not None
    assert not await leases.renew(lease)


async def test_what_is_over_stays_over_and_what_is_good_stays_good(house, jumped) -> None:
    person, token = await a_person(edition=await an_edition()), new_token()
    await people.new_link(person, kind="sign_in", token=token)
    session = await open_session(person)

    for ahead, is_good in (("-1 second", False), ("30 minutes", True)):
        await rows("UPDATE link SET expires_at = now() + {}::interval WHERE id = {} RETURNING id",
                   in_words(ahead), digest(token))
        await rows("UPDATE session SET expires_at = now() + {}::interval WHERE id = {} RETURNING id",
                   in_words(ahead), digest(session))
        assert await opens(token) is is_good
        assert (await session_of(session) is not None) is is_good


async def opens(token: str) -> bool:
    """A link that opens is used by it."""
    try:
        await people.use_link(token)
    except FestivalError:
        return False
    return True


def in_words(text: str) -> timedelta:
    count, unit = text.split()
    return timedelta(**{unit if unit.endswith("s") else f"{unit}s": int(count)})
