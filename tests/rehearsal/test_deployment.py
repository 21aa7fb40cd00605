"""A deployment is rehearsed: the house of before, films on their way, an upgrade, and doors that go one by one.

`REHEARSE_FROM` names the revision of before; the newest tag, where it is not set.
"""

import hashlib
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.test_uploads import OCTETS, b64
from tests.rehearsal.composed import (
    ADDRESSES,
    DOMAIN,
    DOOR,
    DOORS,
    HOUSE,
    Composed,
    Image,
    composed,
)
from tests.services import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

PIECE, PAUSE = 128 * 1024, 0.5  # a slow line, so that everything happens while films are on their way
TUS = {"tus-resumable": "1.0.0"}
UNHEARD = (httpx.HTTPError, ssl.SSLError)


def revision_before() -> str:
    named = os.environ.get("REHEARSE_FROM", "")
    tags = subprocess.run(["git", "tag", "--sort=-creatordate", "--merged"], cwd=ROOT, capture_output=True,
                          text=True, check=True).stdout.split()
    if not named and not tags:
        pytest.skip("no revision of before: REHEARSE_FROM names one")
    return subprocess.run(["git", "rev-parse", named or tags[0]], cwd=ROOT, capture_output=True, text=True,
                          check=True).stdout.strip()


class Browser:
    """Somebody behind the proxy, over TLS."""

    def __init__(self, house: Composed) -> None:
        trust = ssl.create_default_context(cafile=str(house.authority))
        self.client = httpx.Client(base_url=f"https://{DOOR}.{ADDRESSES['proxy']}", verify=trust, timeout=30,
                                   headers={"host": DOMAIN, "sec-fetch-site": "same-origin"})
        self.unheard: Counter[str] = Counter()

    def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        return self.client.request(method, path, extensions={"sni_hostname": DOMAIN}, **given)

    def sign_in(self, link: str) -> str:
        """By the link of a letter; returns the edition's address."""
        path = link.partition(DOMAIN)[2]
        page = self.ask("GET", path)
        proof = re.search(r'name="_csrf" value="([^"]+)"', page.text)
        assert proof, page.text[:500]
        self.ask("POST", path, data={"_csrf": proof[1]})
        home = self.ask("GET", path.partition("/account")[0] + "/account")
        assert home.status_code == 200, home.text[:500]
        self.client.headers["x-csrf-token"] = re.search(r'name="csrf" content="([^"]+)"', home.text)[1]  # type: ignore[index]
        return path.split("/")[2]


class Sender(threading.Thread):
    """A film on a slow line, as a client of tus sends it: after a silence it asks how far it is."""

    def __init__(self, browser: Browser, slug: str, film: bytes, title: str) -> None:
        super().__init__(daemon=True)
        self.browser, self.base, self.film, self.title = browser, f"/api/v1/{slug}", film, title
        self.told: Counter[str] = Counter()
        self.place = ""

    def run(self) -> None:
        entry = self.until(lambda: self.browser.ask("POST", f"{self.base}/submissions", json={"title": self.title},
                                                    headers={"idempotency-key": self.title}), 201)
        told = f"submission {b64(entry.json()['id'])},filename {b64(self.title + '.mp4')}"
        made = self.until(lambda: self.browser.ask(
            "POST", f"{self.base}/uploads",
            headers={**TUS, "upload-length": str(len(self.film)), "upload-metadata": told,
                     "idempotency-key": f"up-{self.title}"}), 201)
        self.place, at = made.headers["location"].partition(DOMAIN)[2] or made.headers["location"], 0
        while at < len(self.film):
            time.sleep(PAUSE)
            at = self.send(at)

    def send(self, at: int) -> int:
        """One piece; what was not heard is asked for."""
        try:
            answer = self.browser.ask(
                "PATCH", self.place, content=self.film[at : at + PIECE],
                headers={**TUS, "upload-offset": str(at), "content-type": OCTETS})
        except UNHEARD:
            self.told["unheard"] += 1
            return self.offset()
        self.told[str(answer.status_code)] += 1
        return int(answer.headers["upload-offset"]) if answer.status_code == 204 else self.offset()

    def offset(self) -> int:
        answer = self.until(lambda: self.browser.ask("HEAD", self.place, headers=TUS), 200)
        return int(answer.headers["upload-offset"])

    def until(self, ask: Any, status: int) -> httpx.Response:
        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                answer = ask()
            except UNHEARD:
                self.told["unheard"] += 1
                time.sleep(0.3)
                continue
            if answer.status_code == status:
                return answer
            self.told[str(answer.status_code)] += 1
            time.sleep(0.3)
        raise AssertionError(f"{self.title}: {self.told}: {answer.text[:500]}")


class Reader(threading.Thread):
    """Somebody who reads the programme all the while."""

    def __init__(self, browser: Browser, slug: str) -> None:
        super().__init__(daemon=True)
        self.browser, self.slug, self.done = browser, slug, threading.Event()
        self.told: Counter[str] = Counter()

    def run(self) -> None:
        while not self.done.is_set():
            try:
                self.told[str(self.browser.ask("GET", f"/fr/{self.slug}/").status_code)] += 1
            except UNHEARD:
                self.told["unheard"] += 1
            time.sleep(0.1)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where another user may come in."""
    made = Path(tempfile.mkdtemp(prefix="cfs-", dir="/var/tmp"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    made = tmp_path_factory.mktemp("film") / "film.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=25,noise=alls=30:allf=t",
         "-f", "lavfi", "-i", "sine=440:sample_rate=48000", "-t", "12", "-c:v", "libx264", "-preset", "ultrafast",
         "-b:v", "16M", "-minrate", "16M", "-maxrate", "16M", "-bufsize", "8M", "-pix_fmt", "yuv420p", "-c:a", "aac",
         "-ac", "2", str(made)], check=True,
    )  # fmt: skip
    return made.read_bytes()


def counts(house: Composed) -> dict[str, int]:
    return {row[0]: int(house.ask(f"SELECT count(*) FROM {row[0]}")[0][0]) for row in
            house.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")}


UNDER_WAY = "'receiving', 'received', 'inspecting', 'sound', 'making'"


def what_waits(house: Composed) -> str:
    """Files and lines that are not done, and the last words of whoever should do them."""
    files = house.ask("SELECT name, state, fault FROM film_file")
    lines = house.ask("SELECT task, queue, attempt, faults, crashes, fault, leased_until, due_at, now() FROM outbox WHERE done_at IS NULL")
    logs = {name: (house.folder / f"{name}.log").read_text()[-2000:] for name in ("relay", "worker-fast", "worker-heavy")}
    return "\n".join([*map(str, files), *map(str, lines), *(f"{name}: {log}" for name, log in logs.items())])


def columns(house: Composed) -> set[tuple[str, str]]:
    return {(row[0], row[1]) for row in
            house.ask("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'")}


def roll(house: Composed, name: str, before: Image, after: Image) -> None:
    """One part goes and comes again, the others stand."""
    if name in house.parts:
        house.stop(name, before)
    house.start(name, after)
    house.await_health(name, after)


@pytest.mark.skipif(not (shutil.which("caddy") and os.geteuid() == 0), reason="asks for caddy and for root")
def test_an_upgrade_and_rolling_doors_lose_nothing_of_films_on_their_way(services, folder: Path, film: bytes) -> None:
    before, after = Image(revision_before(), folder), Image("HEAD", folder)
    with composed(folder, before) as house:
        link = house.program(before, "ops.person", "add", "ada@example.org", "--role", "filmmaker")
        browser = Browser(house)
        slug = browser.sign_in(link.splitlines()[-1])
        house.ask("UPDATE edition SET phase = 'entries'")  # an operator opens it; some revisions have it open
        first = Sender(browser, slug, film, "Avant")
        first.start()
        first.join(600)
        stood = counts(house)
        senders = [Sender(browser, slug, film, f"Nuit {n}") for n in range(3)]
        reader = Reader(Browser(house), slug)
        for one in [*senders, reader]:
            one.start()
        time.sleep(3)

        began, stood_columns = time.monotonic(), columns(house)
        for name in HOUSE:
            house.stop(name, before)
        house.migrate(after)
        taken = stood_columns - columns(house)
        for name in DOORS:
            roll(house, name, before, after)
        house.renew_proxy(after)
        for name in DOORS:
            roll(house, name, after, after)
        under_way = sum(one.is_alive() for one in senders)
        for name in HOUSE:
            house.start(name, after)
            house.await_health(name, after)
        upgraded = time.monotonic() - began
        for one in senders:
            one.join(600)
        reader.done.set()
        reader.join(60)
        try:
            house.until(lambda: not house.ask(f"SELECT id FROM film_file WHERE state IN ({UNDER_WAY})"), 1800)
        except AssertionError as never:
            raise AssertionError(what_waits(house)) from never
        stands, files = counts(house), house.ask("SELECT name, size, sha256, state FROM film_file ORDER BY name")
        parked = house.ask("SELECT task, fault FROM outbox WHERE parked_at IS NOT NULL")

    told = sum((one.told for one in senders), Counter[str]())
    sys.stdout.write(f"\n{before.revision[:9]} → HEAD in {upgraded:.0f} s, {under_way} of 3 films still under way after four doors; {len(taken)} columns taken away; "
                     f"pieces {dict(told)}; pages {dict(reader.told)}; states {Counter(row[3] for row in files)}\n")
    digest = hashlib.sha256(film).hexdigest()
    assert [(row[0], int(row[1]), row[2]) for row in files] == [
        (f"{title}.mp4", len(film), digest) for title in ("Avant", "Nuit 0", "Nuit 1", "Nuit 2")
    ]  # fmt: skip
    assert {row[3] for row in files} <= {"ready", "faulty"}
    assert parked == []
    assert {table: n for table, n in stood.items() if stands.get(table, n) < n and table in KEPT} == {}
    lost = {"502", "503"} | ({"500"} if taken else set())  # doors of before ask for columns that were taken away
    assert set(told) <= {"204", "unheard", "423", "409", *lost}
    assert reader.told["200"] > 0
    assert not [code for code in reader.told if code.startswith("5") and code not in lost]


KEPT = {"film", "submission", "film_file", "member", "person", "role", "record", "letter"}
"""What only grows while films come in."""
