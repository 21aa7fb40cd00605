"""The post is away, says later, hangs, or a worker dies in the middle: every letter arrives, once.

With the house's own relay and worker for letters, and a real mail server that goes and comes back.
"""

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from festival import letters, outages
from festival.db import rows
from festival.tables import Edition, new_id
from tests.builders import a_person, an_edition
from tests.postbox import Postbox
from tests.site import Site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest_asyncio.fixture(loop_scope="session")
async def box(house, site: Site) -> AsyncIterator[Postbox]:
    """In the place of the house's own mailbox."""
    site.parts["mailbox"].terminate()
    site.parts["mailbox"].wait(20)
    await outages.note_open()
    made = Postbox(port=site.smtp_port).open()
    yield made
    made.close()
    await outages.note_open()
    site.start("mailbox", site.COMMANDS["mailbox"])


async def a_batch(count: int, *, addresses: list[str] | None = None) -> Edition:
    edition = await an_edition()
    for n in range(count):
        to = await a_person("filmmaker", edition=edition, name=f"Ada{n}")
        if addresses and n < len(addresses):
            await rows("UPDATE person SET email = {} WHERE id = {} RETURNING id", addresses[n], to.id)
        await letters.write("submitted", to, occasion=f"t:{new_id()}", edition=edition, title=f"Nuit {n}")
    return edition


def say(words: str) -> None:
    """A figure, for whoever runs with -s."""
    sys.stdout.write(f"\n{words}\n")


async def unsent(edition: Edition) -> int:
    found = await rows(
        """SELECT count(*) AS n FROM letter WHERE edition = {} AND sent_at IS NULL""", edition.id
    )
    return int(found[0]["n"])


async def until(fact: Callable[[], bool], patience: float) -> bool:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if fact():
            return True
        await asyncio.sleep(0.2)
    return fact()


async def arrived(edition: Edition, box: Postbox, *, within: float) -> Counter[str]:
    """How often each letter came; waits until none is left to send."""
    end = time.monotonic() + within
    while await unsent(edition):
        assert time.monotonic() < end, f"{await unsent(edition)} letters have not gone"
        await asyncio.sleep(1)
    own = {row["id"] for row in await rows("SELECT id FROM letter WHERE edition = {}", edition.id)}
    names = [str(letter["Message-ID"]).strip("<>").partition("@")[0] for letter in box.letters]
    return Counter(name for name in names if name in own)


@pytest.mark.parametrize("seconds", [60, 600])
async def test_a_server_away_in_the_middle_of_200_letters_loses_and_doubles_none(box, seconds) -> None:
    edition = await a_batch(200)
    assert await until(lambda: len(box.letters) >= 20, patience=120)
    box.close()
    before, gone = len(box.letters), time.monotonic()
    await asyncio.sleep(seconds)
    box.open()
    back = time.monotonic()

    came = await arrived(edition, box, within=420)

    say(f"away {back - gone:.0f} s, {before} before, last of 200 {time.monotonic() - back:.0f} s after")
    assert (len(came), set(came.values())) == (200, {1})


async def test_a_server_that_says_450_for_a_minute_gets_every_letter_once(box) -> None:
    box.rcpt = lambda _: "450 4.2.1 try again later"
    edition = await a_batch(100)
    await asyncio.sleep(60)
    box.rcpt = lambda _: None

    came = await arrived(edition, box, within=420)

    assert (len(came), set(came.values())) == (100, {1})


async def test_one_address_in_a_hundred_that_does_not_exist_costs_only_its_own_letter(box) -> None:
    bad = f"nobody.{new_id()}@example.org"
    box.rcpt = lambda to: "550 5.1.1 no such user" if to == bad else None
    edition = await a_batch(100, addresses=[bad])

    assert await until(lambda: len(box.letters) == 99, patience=180)
    parked = await rows(
        "SELECT fault, attempt FROM outbox WHERE edition = {} AND parked_at IS NOT NULL", edition.id
    )
    assert parked == [{"fault": "mail_refused 550 5.1.1 no such user", "attempt": 1}]
    assert set(Counter(box.to()).values()) == {1}


async def test_an_address_that_hangs_holds_up_no_other(box) -> None:
    slow = f"slow.{new_id()}@example.org"
    box.rcpt = lambda to: "hang" if to == slow else None
    await a_batch(40, addresses=[slow])

    assert await until(lambda: len(box.letters) == 39, patience=120)


async def test_workers_killed_in_mid_send_lose_nothing(box, site: Site) -> None:
    edition, kills = await a_batch(200), 6
    for n in range(kills):
        assert await until(lambda n=n: len(box.letters) >= 20 * (n + 1), patience=120)
        os.kill(site.parts["letters"].pid, signal.SIGKILL)
        site.parts["letters"].wait(20)
        site.start("letters", site.COMMANDS["letters"])

    came = await arrived(edition, box, within=300)

    doubled = sum(came.values()) - len(came)
    say(f"{kills} kills, {doubled} letters doubled under the same Message-ID")
    assert len(came) == 200
    assert doubled <= kills  # whoever dies between the server's yes and our own note
