"""How the door answers many at once, beside a bare Litestar that reads one table in the same run.

    ./run bench load [--readers 500] [--uploads 50] [--films 300] [--scores 0] [--seconds 20] [--think 10]
                     (as large as a festival may be: --people 10000 --films 3000 --scores 300000)

Each reader opens the committee's list, waits, and opens it again; the bare page is asked in the same
rhythm before and after. Then 50 makers send films meanwhile; then one maker asks without a pause. Seconds
depend on the machine: the ratios are the claim, and that nothing is lost and nothing breaks.
"""

import argparse
import asyncio
import hashlib
import hmac
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import msgspec

from festival.sessions import digest, new_token
from festival.settings import Settings
from media.storage import LocalStore, sha256_of
from tests.doors import Door
from tests.services import Services

PIECE = 512 * 1024
PIECES = 8
HEAD = b"\x00\x00\x00\x18ftypisom"
FLOOD = 20  # requests that the one who floods has under way

SEED = """
INSERT INTO edition (id, slug, name, phase, first_day, days, deadline_at, policy, is_current, created_at)
  SELECT '{x}load', '{x}load', 'Load', 'entries', '2027-11-26', 3, now() + interval '9 days', 'demo',
    NOT EXISTS (SELECT FROM edition WHERE is_current), now();
INSERT INTO section (id, edition, letter, names, position, least_seconds, most_seconds, is_blind)
  VALUES ('{x}loadc', '{x}load', 'C', '{"fr": "Compétition", "en": "Competition"}', 0, 0, 20000, false);
INSERT INTO person (id, email, email_key, name)
  SELECT '{x}p' || n, '{x}p' || n || '@example.org', '{x}p' || n || '@example.org', 'Person ' || n
  FROM generate_series(1, {people}) n;
INSERT INTO role (id, person, edition, part, sections)
  SELECT '{x}r' || n, '{x}p' || n, '{x}load', 'reviewer', '[]' FROM generate_series(1, {people}) n;
INSERT INTO film (id, title, director, year, declared_seconds)
  SELECT '{x}f' || n, 'Comète ' || n, 'Ada Morel', 2026, 60 FROM generate_series(1, {films}) n;
INSERT INTO submission (id, edition, film, status, section)
  SELECT '{x}s' || n, '{x}load', '{x}f' || n, 'submitted', '{x}loadc' FROM generate_series(1, {films}) n;
INSERT INTO film_file (id, submission, state, name, size, facts, verdict)
  SELECT '{x}v' || n, '{x}s' || n, 'released', 'film.mp4', 9, '{"duration": 60.0}', '{"outcome": "sound"}'
  FROM generate_series(1, {films}) n;
INSERT INTO review (id, submission, file, person, scores, opinion, seen, given_at)
  SELECT '{x}w' || n, '{x}s' || s, '{x}v' || s, '{x}p' || p, '{"writing": 3, "image": 4, "sound": 3, "space": 4}',
    'Oui.', 1, now()
  FROM (SELECT n, 1 + n % {films} AS s, 1 + (n / {films} * 37 + n % {films}) % {people} AS p
        FROM generate_series(0, {scores} - 1) n) made;
INSERT INTO person (id, email, email_key, name)
  SELECT '{x}m' || n, '{x}m' || n || '@example.org', '{x}m' || n || '@example.org', 'Maker ' || n
  FROM generate_series(1, {uploads} + 1) n;
INSERT INTO role (id, person, edition, part, sections)
  SELECT '{x}mr' || n, '{x}m' || n, '{x}load', 'filmmaker', '[]' FROM generate_series(1, {uploads} + 1) n;
INSERT INTO film (id, title) SELECT '{x}d' || n, 'Aube ' || n FROM generate_series(1, {uploads} + 1) n;
INSERT INTO submission (id, edition, film, status)
  SELECT '{x}e' || n, '{x}load', '{x}d' || n, 'draft' FROM generate_series(1, {uploads} + 1) n;
INSERT INTO member (id, submission, person)
  SELECT '{x}b' || n, '{x}e' || n, '{x}m' || n FROM generate_series(1, {uploads} + 1) n;
ANALYZE;
"""


class Heard(msgspec.Struct):
    """Seconds of each answer, and what was not 200."""

    seconds: list[float] = []
    other: list[int] = []

    def at(self, share: float) -> float:
        known = sorted(self.seconds)
        return known[min(len(known) - 1, int(len(known) * share))]


class Bare(Door):
    """The other side of the ratio, served by the same server."""

    APP = "bench.bare:app"


def filled(text: str, figures: dict[str, object]) -> str:
    for name, figure in figures.items():
        text = text.replace(f"{{{name}}}", str(figure))
    return text


async def seeded(given: argparse.Namespace) -> dict[str, dict[str, str]]:
    """Everybody's headers, by their row. `given.x` begins every id, where a database has more of such editions."""
    x = getattr(given, "x", "")
    figures = {name: str(getattr(given, name)) for name in ("people", "films", "scores", "uploads")}
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    try:
        await connection.execute(filled(SEED, {**figures, "x": x}))
        names = [f"p{n + 1}" for n in range(given.readers)] + [f"m{n + 1}" for n in range(given.uploads + 1)]
        tokens = {name: new_token() for name in names}
        await connection.executemany(
            """INSERT INTO session (id, person, content, expires_at)
               VALUES ($1, $2, '{}', now() + interval '1 day')""",
            [(digest(token), x + name) for name, token in tokens.items()],
        )
    finally:
        await connection.close()
    return {name: headers_of(token) for name, token in tokens.items()}


def headers_of(token: str) -> dict[str, str]:
    """Whoever holds this session reads with them, and acts."""
    key = Settings.read().secret_key.encode()
    return {
        "cookie": f"session={token}",
        "x-csrf-token": hmac.new(key, f"csrf:{token}".encode(), hashlib.sha256).hexdigest(),
    }


async def reading(url: str, whose: list[dict[str, str]], given: argparse.Namespace) -> Heard:
    """Everybody opens the page, thinks, and opens it again, each from a moment of their own."""
    heard, ends = Heard(), time.perf_counter() + given.seconds
    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=None)) as client:

        async def one(headers: dict[str, str], chance: random.Random) -> None:
            await asyncio.sleep(chance.uniform(0, given.think))
            while (began := time.perf_counter()) < ends:
                answer = await client.get(url, headers=headers)
                took = time.perf_counter() - began
                heard.seconds.append(took)
                if answer.status_code != 200:
                    heard.other.append(answer.status_code)
                await asyncio.sleep(max(0.0, given.think - took))

        await asyncio.gather(*(one(headers, random.Random(n)) for n, headers in enumerate(whose)))
    return heard


async def sent(
    client: httpx.AsyncClient, number: int, headers: dict[str, str], given: argparse.Namespace
) -> tuple[bool, list[int]]:
    """One film in pieces, spread over the time: whether it lies there as sent, and answers of 500 and more."""
    from tests.api.test_uploads import b64

    film = HEAD + random.Random(number).randbytes(PIECE * PIECES - len(HEAD))
    tus = {**headers, "tus-resumable": "1.0.0"}
    named = f"submission {b64(f'e{number}')},filename {b64('a.mp4')}"
    begun = {**tus, "upload-length": str(len(film)), "upload-metadata": named}
    made = await client.post("/api/v1/load/uploads", headers=begun)
    place, codes = made.headers.get("location", ""), [made.status_code]
    for at in range(0, len(film), PIECE):
        piece = {**tus, "upload-offset": str(at), "content-type": "application/offset+octet-stream"}
        codes.append((await client.patch(place, content=film[at : at + PIECE], headers=piece)).status_code)
        await asyncio.sleep(given.seconds / PIECES / 2)
    master = LocalStore(Settings.read().media_root).master_path(place.rpartition("/")[2])
    whole = await asyncio.to_thread(lambda: master.exists() and sha256_of(master))
    return whole == hashlib.sha256(film).hexdigest(), [code for code in codes if code >= 500]


@asynccontextmanager
async def meanwhile(*works: Awaitable[None]):
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def flooding(client: httpx.AsyncClient, headers: dict[str, str], count: list[int]) -> None:
    while True:
        await client.get("/fr/load/submissions", headers=headers)
        count[0] += 1


def told(name: str, heard: Heard) -> None:
    wrong = f", {len(heard.other)} others than 200: {sorted(set(heard.other))}" if heard.other else ""
    print(f"  {name:<34} {len(heard.seconds):6} pages  p50 {1000 * heard.at(0.5):7.1f} ms  "
          f"p99 {1000 * heard.at(0.99):7.1f} ms{wrong}", flush=True)


def ratio(name: str, one: float, other: float, goal: float) -> bool:
    kept = one / other <= goal
    print(f"  {name:<58} {one / other:6.2f}  goal ≤ {goal:g}  {'kept' if kept else 'MISSED'}", flush=True)
    return kept


async def measure(given: argparse.Namespace, folder: Path) -> bool:
    whose = await seeded(given)
    readers, makers = [whose[f"p{n + 1}"] for n in range(given.readers)], [f"m{n + 1}" for n in range(given.uploads)]
    count = [0]
    house, bare = Door(folder / "house.log", {}), Bare(folder / "bare.log", {})
    try:
        await house.open()
        await bare.open()
        page = f"{house.url}/fr/load/committee"
        await reading(page, readers[:10], with_other(given, seconds=2, think=0.5))  # templates are read
        before = await rounds("bare Litestar, before", f"{bare.url}/page", readers, given)
        alone = await rounds("the committee's list", page, readers, given)
        after = await rounds("bare Litestar, after", f"{bare.url}/page", readers, given)
        async with httpx.AsyncClient(base_url=house.url, timeout=120) as client:
            beside, ends = await asyncio.gather(
                reading(page, readers, given),
                asyncio.gather(*(sent(client, n + 1, whose[name], given) for n, name in enumerate(makers))),
            )
            told(f"the same beside {len(makers)} uploads", beside)
            floods = [flooding(client, whose[f"m{given.uploads + 1}"], count) for _ in range(FLOOD)]
            async with meanwhile(*floods):
                flooded = await reading(page, readers, given)
        told("the same beside one who floods", flooded)
    finally:
        house.kill()
        bare.kill()
    whole, broken = sum(is_whole for is_whole, _ in ends), [code for _, codes in ends for code in codes]
    print(f"  {whole} of {len(makers)} films lie there as they were sent, {len(broken)} answers of 500 and more; "
          f"who flooded was answered {count[0]} times")
    wrong = [code for heard in (alone, beside, flooded) for code in heard.other]
    bare_p99 = statistics.mean((before.at(0.99), after.at(0.99)))
    kept = [
        ratio("p99 of the list / of a bare page", alone.at(0.99), bare_p99, 3),
        ratio("p50 of the list / of a bare page", alone.at(0.5), statistics.mean((before.at(0.5), after.at(0.5))), 3),
        ratio(f"p99 of the list beside {len(makers)} uploads / without", beside.at(0.99), alone.at(0.99), 2),
        ratio("p99 of the list beside one who floods / without", flooded.at(0.99), alone.at(0.99), 1.5),
    ]
    return all(kept) and whole == len(makers) and not broken and not wrong


async def rounds(name: str, url: str, readers: list[dict[str, str]], given: argparse.Namespace) -> Heard:
    heard = await reading(url, readers, given)
    told(name, heard)
    return heard


def with_other(given: argparse.Namespace, **changed: float) -> argparse.Namespace:
    return argparse.Namespace(**{**vars(given), **changed})


def main() -> int:
    reader = argparse.ArgumentParser(prog="./run bench load", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, usual in {"readers": 500, "uploads": 50, "people": 500, "films": 300, "scores": 0}.items():
        reader.add_argument(f"--{name}", type=int, default=usual)
    reader.add_argument("--seconds", type=float, default=20.0)
    reader.add_argument("--think", type=float, default=10.0)
    given = reader.parse_args()
    given.people = max(given.people, given.readers)
    services = Services()
    print(f"  {given.people} in the committee, {given.readers} of them reading, "
          f"{given.films} films, {given.scores} scores")
    try:
        with tempfile.TemporaryDirectory(prefix="cfs-load-") as folder:
            return 0 if asyncio.run(measure(given, Path(folder))) else 1
    finally:
        services.stop()


if __name__ == "__main__":
    sys.exit(main())
