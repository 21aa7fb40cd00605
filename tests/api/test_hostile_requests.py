"""Whatever is sent to whichever door, it is no fault of ours; and what was kept of it goes out as mere text.

Doors, shapes and rows are read from the house: one that comes later is attacked, too.
"""

import asyncio
import csv
import io
import json
import os
import random
import re
import time
import zipfile
from collections import Counter
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from lxml import html

from festival.db import rows
from festival.letters import message
from festival.post import sender_of
from festival.tables import Letter, Phase, Role
from screenings.lists import working_grid
from screenings.publication import publish
from submissions.tables import Member
from tests.attacker import HEADERS, KINDS, LINE, MARK, METHODS, RAW, TAG, TEXTS, Attacker, is_struct
from tests.builders import a_person, sign_in
from tests.doorways import Doorway, doorways, queries, table_of
from tests.one_of_each import one_of_each
from tests.screenings.world import World as ScreeningsWorld

PARTS = [(), ("filmmaker",), ("reviewer",), ("chair",), ("programmer",), ("operator",), tuple(Role)]
WORDS = {"lang": "fr", "language": "fr", "part": "reviewer", "number": "1", "section_letter": "C", "day": "2027-11-26",
         "text": "legal", "kind": "submitted", "field": "premiere", "queue": "heavy", "way": "up", "paper_name": "doors",
         "shared_kind": "jury", "short": "1", "code": "abcdef"}  # fmt: skip
PHASES = (Phase.PROGRAMME, Phase.SELECTION, Phase.ENTRIES)
SLOWEST_S = 20.0  # on a machine that others use, too: what never ends is what is looked for
STREAMS = "/events"


class World:
    """Two editions with a row of everything, and a client for each kind of user of the first."""

    def __init__(self, app: Any, doors: list[Doorway], chance: random.Random) -> None:
        self.app, self.doors, self.chance = app, doors, chance
        self.sent: Counter[int] = Counter()
        self.faults: dict[str, str] = {}

    async def build(self, phase: Phase = Phase.SELECTION) -> "World":
        self.edition, self.ids = await an_edition_of_everything(phase)
        _, self.foreign = await an_edition_of_everything(phase)
        self.attacker = Attacker(self.chance, self.ids)
        self.clients = []
        for parts in PARTS:
            client = httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url="http://127.0.0.1:8000")
            person = await a_person(*parts, edition=self.edition, name="Io") if parts else None
            if parts == ("filmmaker",):
                await Member(submission=self.ids["submission"], person=person.id).save()
            self.clients.append(SimpleNamespace(client=client, person=person))
            await self.sign_in(self.clients[-1])
        return self

    async def sign_in(self, who: SimpleNamespace) -> None:
        if who.person is not None:
            who.client.cookies.clear()
            await sign_in(who.client, who.person)

    async def close(self) -> None:
        for who in self.clients:
            await who.client.aclose()

    def path_of(self, door: Doorway, *, is_harmed: bool = False) -> str:
        path = door.path.replace("{edition}", self.edition.slug)
        for name in re.findall(r"\{(\w+)\}", path):
            path = path.replace(f"{{{name}}}", self.segment_of(name, is_harmed), 1)
        return path

    def segment_of(self, name: str, is_harmed: bool) -> str:
        if is_harmed and self.chance.random() < 0.6:
            return self.attacker.segment()
        table = table_of(name)
        ids = self.foreign if is_harmed and self.chance.random() < 0.5 else self.ids
        return ids.get(table) or WORDS.get(name) or "a" * 16

    async def send(self, method: str, path: str, *, who: int = -1, content: bytes | None = None, **headers: str) -> int:
        """The number of the answer; whatever is wrong with it is noted."""
        by, began = self.clients[who], time.perf_counter()
        what = f"{method} {path[:150]} {headers.get('content-type', '')} {(content or b'')[:300]!r}"
        try:
            answer = await asyncio.wait_for(by.client.request(method, path, content=content, headers=headers), SLOWEST_S)
        except (httpx.InvalidURL, UnicodeEncodeError, ValueError):
            return 0  # what no client can send
        except TimeoutError:
            self.faults[what] = "no answer"
            return 0
        self.sent[answer.status_code] += 1
        if wrong := wrong_with(answer):
            self.faults[what] = f"{answer.status_code} {wrong} after {time.perf_counter() - began:.1f} s: {answer.text[:200]}"
        if by.person is not None and (answer.status_code == 401 or "session" in answer.cookies):
            await self.sign_in(by)  # one of the requests before has signed them out, or given them another session
        return answer.status_code

    async def plant(self, door: Doorway, text: str) -> int:
        """A request that the door may well take, with `text` wherever somebody may write."""
        return await self.send_shape(door, self.attacker.fitting(door.shape, text=text))

    async def harm(self, door: Doorway) -> int:
        """One request of any bad kind."""
        ways = [self.bad_body, self.bad_address, self.bad_headers, self.bad_raw, self.bad_query, self.bad_method]
        is_written = is_struct(door.shape)
        way = self.chance.choices(ways, weights=[8 if is_written else 0, 3, 2, 4 if door.method not in {"GET", "HEAD"} else 0, 2, 0.5])[0]
        return await way(door)

    async def bad_body(self, door: Doorway) -> int:
        return await self.send_shape(door, self.attacker.harmed(door.shape), who=self.somebody())

    async def send_shape(self, door: Doorway, given: dict[str, Any], *, who: int = -1) -> int:
        kind = "application/x-www-form-urlencoded" if door.is_form else "application/json"
        content = self.attacker.form_of(door.shape, given) if door.is_form else self.attacker.json_of(given)
        return await self.send(door.method, self.path_of(door), who=who, content=content, **{"content-type": kind})

    async def bad_address(self, door: Doorway) -> int:
        return await self.send(door.method, self.path_of(door, is_harmed=True), who=self.somebody(), content=self.a_body(door))

    async def bad_headers(self, door: Doorway) -> int:
        headers = {**self.chance.choice(HEADERS), **self.chance.choice(HEADERS)}
        return await self.send(door.method, self.path_of(door), who=self.somebody(), content=self.a_body(door), **headers)

    async def bad_raw(self, door: Doorway) -> int:
        kind = self.chance.choice(KINDS[:6]) if self.chance.random() < 0.7 else self.chance.choice(KINDS)
        content = self.chance.choice(RAW)
        if is_struct(door.shape) and self.chance.random() < 0.3:  # one that ends in the middle
            content = self.attacker.json_of(self.attacker.fitting(door.shape))
            content = content[: self.chance.randrange(len(content))]
        return await self.send(door.method, self.path_of(door), who=self.somebody(), content=content, **{"content-type": kind})

    async def bad_query(self, door: Doorway) -> int:
        path = f"{self.path_of(door)}?{self.attacker.query(queries())}"
        return await self.send(door.method, path, who=self.somebody(), content=self.a_body(door))

    async def bad_method(self, door: Doorway) -> int:
        return await self.send(self.chance.choice(METHODS), self.path_of(door), who=self.somebody())

    def a_body(self, door: Doorway) -> bytes | None:
        return None if door.method in {"GET", "HEAD"} else b"{}"

    def somebody(self) -> int:
        """Mostly whoever has all parts, or the film: others do not come far."""
        return self.chance.choices([-1, 1, self.chance.randrange(len(PARTS))], weights=[5, 2, 2])[0]


async def an_edition_of_everything(phase: Phase) -> tuple[Any, dict[str, str]]:
    """A film before the committee, another in the published grid, and a row of everything else."""
    grid = await ScreeningsWorld().build("accepted", "submitted", phase=phase)
    bad = f"=1+{MARK}<{TAG}>"
    await rows("UPDATE film SET title = {} WHERE id IN (SELECT film FROM submission WHERE edition = {}) RETURNING id",
               bad, grid.edition.id)  # fmt: skip
    await rows("UPDATE programme SET titles = jsonb_build_object('fr', {}::text, 'en', {}::text) WHERE edition = {} RETURNING id",
               bad, f"a\n{LINE}:1\r\nEND:VEVENT", grid.edition.id)  # fmt: skip
    await grid.place(0, 18 * 60)
    await publish(grid.edition, version=await grid.version(), by=grid.by)
    known = {"venue": grid.venue, "screen": grid.screen, "programme": grid.programmes[0], "submission": grid.films[1],
             "grid": (await working_grid(grid.edition)).id,
             "film_file": (await rows("SELECT id FROM film_file WHERE submission = {}", grid.films[1]))[0]["id"]}  # fmt: skip
    return grid.edition, await one_of_each(grid.edition, grid.maker, **known)


def wrong_with(answer: httpx.Response) -> str:
    """A fault of ours, or a line of an answer's head that somebody else has written."""
    if answer.url.path == "/ready":
        return ""  # it says 503 where no worker runs, as it should
    if answer.status_code >= 500 and not (answer.status_code in {503, 507} and "retry-after" in answer.headers):
        return "a fault"
    return "a foreign header" if any(LINE.lower() in name for name in answer.headers) else ""


# What comes out


def unclean_html(content: bytes) -> str:
    page = html.fromstring(content) if content.strip() else None
    if page is None:
        return ""
    if page.xpath(f"//{TAG}"):
        return "a tag"
    if page.xpath(f"//@{MARK}"):
        return "an attribute"
    ways = page.xpath("//@href | //@src | //@action | //@formaction")
    return "a script" if any(way.strip().lower().startswith("javascript:") for way in ways) else ""


def unclean_csv(text: str) -> str:
    signs = re.compile(rf"[\s\ufeff\u200b]*[=+\-@|%＝％\t].*{MARK}", re.DOTALL)
    delimiter = ";" if text.partition("\n")[0].count(";") else ","
    cells = [cell for row in csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter) for cell in row]
    return next((f"a formula: {cell[:60]!r}" for cell in cells if signs.match(cell)), "")


def unclean_calendar(content: bytes) -> str:
    lines = content.split(b"\r\n")
    if any(b"\n" in line or b"\r" in line for line in lines):
        return "a bare end of line"
    if any(len(line) > 75 for line in lines):
        return "a long line"
    unfolded = content.replace(b"\r\n ", b"").split(b"\r\n")
    if any(line.startswith(LINE.encode()) for line in unfolded):
        return "a foreign property"
    return "" if content.count(b"BEGIN:VEVENT") == content.count(b"END:VEVENT") else "half an event"


def unclean_book(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        sheets = [packed.read(name) for name in packed.namelist() if name.endswith(".xml")]
    for sheet in sheets:
        html.etree.fromstring(sheet)
    return "a formula" if any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets) else ""


def unclean_paper(content: bytes) -> str:
    return "" if content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF") else "broken paper"


def unclean(answer: httpx.Response) -> str:
    """What is wrong with what goes out, whichever kind it is; nothing, where all is well."""
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if kind == "text/html":
        return unclean_html(answer.content)
    if kind == "text/csv":
        return unclean_csv(answer.text)
    if kind == "text/calendar":
        return unclean_calendar(answer.content)
    if kind == "application/pdf":
        return unclean_paper(answer.content)
    if kind.endswith("json"):
        json.loads(answer.content)
    if kind.endswith("xml"):
        html.etree.fromstring(answer.content)
    return unclean_book(answer.content) if answer.content[:4] == b"PK\x03\x04" and "spreadsheet" in kind else ""


async def unclean_letters(world: World) -> dict[str, str]:
    wrong = {}
    for letter in await Letter.objects().where(Letter.edition == world.edition.id):
        mail = message(letter, to="a@example.org", sender=sender_of("Festival <festival@example.org>"))
        mail.set_content(letter.body)
        head = mail.as_bytes().partition(b"\n\n")[0].decode("ascii", "replace")
        if re.search(rf"^({LINE}|Bcc)", head, re.MULTILINE | re.IGNORECASE):
            wrong[f"letter {letter.kind}"] = head
    return wrong


async def outputs(world: World, kinds: Counter[str]) -> dict[str, str]:
    """Every page, list, calendar and paper, as who has all parts, or the film; `kinds` counts what was looked at."""
    wrong, maker, all_parts = await unclean_letters(world), world.clients[1], world.clients[-1]
    await world.sign_in(maker)
    await world.sign_in(all_parts)
    for door in world.doors:
        if door.method != "GET":
            continue
        is_own = re.search(r"/submissions/\{", door.path) and "/committee/" not in door.path
        for path in names_of(door, world.path_of(door)):
            answer = await (maker if is_own else all_parts).client.get(path)
            kinds[answer.headers.get("content-type", "").partition(";")[0]] += answer.status_code == 200
            if said := wrong_with(answer) or unclean(answer):
                wrong[path] = f"{answer.status_code} {said} {answer.text[:300] if answer.status_code >= 500 else ''}"
    return wrong


def names_of(door: Doorway, path: str) -> list[str]:
    """Lists that are called by their names are asked for by each of those that the house has."""
    from reviews.outgoing import FORMATS, LISTS

    if door.path.endswith("/committee/exports/{name}"):
        return [f"{path.rpartition('/')[0]}/{which}.{kind}" for which in LISTS for kind in FORMATS]
    return [path]


def answered(kind: str, content: str) -> httpx.Response:
    return httpx.Response(200, headers={"content-type": kind}, content=content.encode())


@pytest.mark.parametrize(("kind", "content"), [
    ("text/html", f"<p><{TAG}>x</{TAG}></p>"),
    ("text/html", f"<p title='' {MARK}=1>x</p>"),
    ("text/html", "<a href=' javascript:x'>x</a>"),
    ("text/csv", f"a;b\r\n1;=1+{MARK}\r\n"),
    ("text/csv", f"a,b\r\n1,\u200b ＝{MARK}\r\n"),
    ("text/calendar", f"BEGIN:VCALENDAR\r\nSUMMARY:a\r\n{LINE}:1\r\nEND:VCALENDAR\r\n"),
    ("text/calendar", "BEGIN:VCALENDAR\r\nSUMMARY:a\nb\r\nEND:VCALENDAR\r\n"),
    ("text/calendar", f"SUMMARY:{'a' * 80}\r\n"),
    ("application/pdf", "%PDF-1.7\nhalf"),
])  # fmt: skip
def test_what_is_unclean_is_seen(kind: str, content: str) -> None:
    """Else the tests below look at nothing."""
    assert unclean(answered(kind, content)) != ""


# The attack


@pytest.fixture
async def attack(app: Any) -> Any:
    doors = [door for door in doorways(app) if not door.path.endswith(STREAMS) and "/static/" not in door.path]
    yield lambda seed: World(app, doors, random.Random(seed))
    await forget_work()


async def forget_work() -> None:
    """Nobody works on what was asked for here, nor is a queue paused for all others."""
    await rows("UPDATE outbox SET done_at = now() WHERE done_at IS NULL RETURNING id")
    await rows("DELETE FROM pause RETURNING id")


async def plant_everywhere(world: World) -> int:
    """How many doors took what was planted; each bad text comes by, in turn."""
    taken = 0
    for number, door in enumerate(door for door in world.doors if is_struct(door.shape)):
        status = await world.plant(door, TEXTS[number % len(TEXTS)] if number % 3 else f"=1+{MARK}<{TAG}>")
        taken += 200 <= status < 400
    return taken


async def test_a_sample_of_what_is_bad_is_no_fault_of_ours(attack: Any) -> None:
    world = await attack(1).build()

    for door in world.chance.sample(world.doors, 60):
        await world.harm(door)
    await world.close()

    assert world.faults == {}


@pytest.mark.slow
@pytest.mark.timeout(3000)
async def test_twenty_thousand_bad_requests_are_no_fault_of_ours_and_go_out_as_text(attack: Any) -> None:
    faults, wrong, sent, kinds, seed = {}, {}, Counter(), Counter(), 0
    while sent.total() < 20_000:
        seed += 1
        world = await attack(seed).build(PHASES[seed % len(PHASES)])
        wrong |= await outputs(world, kinds)
        taken = await plant_everywhere(world)
        for door in world.chance.sample(world.doors, len(world.doors)):
            for _ in range(2):
                await world.harm(door)
        wrong |= await outputs(world, kinds)
        faults |= world.faults
        sent += world.sent
        await world.close()
        await forget_work()
        assert taken > 60
    told = f"\n{sent.total()} requests to {len(world.doors)} doors: {dict(sorted(sent.items()))}\nlooked at: {dict(kinds)}\n"
    os.write(2, told.encode())

    assert (faults, wrong) == ({}, {})
    assert min(kinds[kind] for kind in ("text/html", "text/csv", "text/calendar", "application/pdf", "application/json")) > 0
