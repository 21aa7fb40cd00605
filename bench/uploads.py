"""How fast films come in, beside the disk itself, what that costs, and who waits meanwhile.

    ./run bench uploads [--megabytes 1024] [--turns 5] [--together 50] [--some 10] [--megabits 10] [--seconds 15]

In turns, in one run, on one disk, each ratio taken within its turn: a film as one PATCH, as pieces of 16 MiB, as
pieces with their SHA-256; the same PATCHes to a bare Litestar that writes and syncs them and does nothing else; as
`dd oflag=dsync` writes the film, and as `dd conv=fsync` does, which promises nothing before its end. Of the door:
its memory, its seconds of CPU, how long its loop keeps a question waiting, and how much of the hashing is done
beside the loop. Then many films at once, as fast as they go, and many or some as fast as lines into homes are, while
somebody reads the public page: senders and reader share this machine with the house, so senders, who live elsewhere,
give way. Every film is read again. Not 0 when a goal is missed.
"""

import argparse
import asyncio
import base64
import hashlib
import http.client
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import msgspec

from bench.load import HEAD, seeded
from bench.public import House
from festival.settings import Settings
from media.storage import PIECE_BYTES, LocalStore, sha256_of
from tests.api.test_uploads import OCTETS, b64
from tests.doors import Door
from tests.services import Services

MIB = 1024 * 1024
PIECE = 16 * MIB
TICK = os.sysconf("SC_CLK_TCK")
BREATH_S = 0.01  # between two questions of somebody who waits
SIP = 64 * 1024  # bytes that a line into a home brings at once
ELSEWHERE = 10  # nice: whoever sends has a machine of their own
CAP_S = 0.05  # a loop that hashed or wrote by itself would be away for longer

Headers = dict[str, str]


class Bare(Door):
    """The other side of a ratio: what Litestar and uvicorn do by themselves."""

    @property
    def words(self) -> list[str]:
        return ["uvicorn", "bench.bare_upload:app", "--port", str(self.port)]


# What is asked of the door


class Sender:
    """A client as cheap as can be: the kernel carries the film to the line."""

    def __init__(self, url: str, headers: Headers) -> None:
        place = urlsplit(url)
        self.line = http.client.HTTPConnection(place.hostname or "", place.port, timeout=600)
        self.headers = {**headers, "tus-resumable": "1.0.0"}

    def begin(self, entry: str, size: int) -> str:
        named = f"submission {b64(entry)},filename {b64('film.mp4')}"
        told = {"upload-length": str(size), "upload-metadata": named, "content-length": "0"}
        self.line.request("POST", "/api/v1/load/uploads", headers={**self.headers, **told})
        answer = self.line.getresponse()
        words = answer.read()
        if answer.status != 201:
            raise RuntimeError(f"no upload begun: {answer.status} {words.decode()}")
        return answer.getheader("location", "")

    def send(self, place: str, film: Path, at: int, count: int, *, per_second: int = 0, checksum: str = "") -> None:
        """One PATCH of `count` bytes, at `per_second` or as fast as it goes; RuntimeError when it is not kept."""
        told = {"content-type": OCTETS, "upload-offset": str(at), "content-length": str(count)}
        if checksum:
            told["upload-checksum"] = checksum
        self.line.putrequest("PATCH", place)
        for name, value in {**self.headers, **told}.items():
            self.line.putheader(name, value)
        self.line.endheaders()
        with film.open("rb", buffering=0) as read:
            began = time.monotonic()
            for sent in range(0, count, step := SIP if per_second else count):
                self.line.sock.sendfile(read, at + sent, min(step, count - sent))
                if per_second:
                    time.sleep(max(0.0, began + sent / per_second - time.monotonic()))
        answer = self.line.getresponse()
        words = answer.read()
        if answer.status != 204 or answer.getheader("upload-offset") != str(at + count):
            raise RuntimeError(f"not kept: {answer.status} {words.decode()}")


class Waited(msgspec.Struct):
    """Seconds that somebody waited for each answer, and answers other than 200."""

    seconds: list[float] = []
    wrong: int = 0

    def at(self, share: float) -> float:
        known = sorted(self.seconds)
        return known[min(len(known) - 1, int(len(known) * share))]


@contextmanager
def asking(url: str, headers: Headers, breath: float) -> Iterator[Waited]:
    """Meanwhile somebody asks for one page, again and again."""
    waited = Waited()
    asks = subprocess.Popen([sys.executable, "-m", "bench.asks", url, str(breath)],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip
    assert asks.stdin is not None
    assert asks.stdout is not None
    asks.stdin.write(msgspec.json.encode(headers) + b"\n")
    asks.stdin.flush()
    asks.stdout.readline()
    try:
        yield waited
    finally:
        told, _ = asks.communicate(b"\n")
        seconds, wrong = msgspec.json.decode(told)
        waited.seconds += seconds
        waited.wrong += wrong


# What it costs the door


class Cost(msgspec.Struct):
    """Seconds of CPU: of the threads that answer, and of those that write and hash for them."""

    loop: float
    hands: float

    def __sub__(self, other: Self) -> "Cost":
        return Cost(self.loop - other.loop, self.hands - other.hands)

    @property
    def whole(self) -> float:
        return self.loop + self.hands


class Processes:
    """The door, and those that it has forked."""

    def __init__(self, door: int) -> None:
        children = Path(f"/proc/{door}/task/{door}/children").read_text().split()
        self.folders = [Path(f"/proc/{pid}") for pid in [str(door), *children]]

    def cost(self) -> Cost:
        cost = Cost(0, 0)
        for folder in self.folders:
            for thread in (folder / "task").iterdir():
                spent = seconds_of(thread)
                if thread.name == folder.name:
                    cost.loop += spent
                else:
                    cost.hands += spent
        return cost

    def forget_peak(self) -> None:
        for folder in self.folders:
            (folder / "clear_refs").write_text("5")

    def memory(self, which: str) -> list[int]:
        """Bytes of each process: now (`VmRSS`), or at most (`VmHWM`)."""
        return [1024 * int((f / "status").read_text().split(f"{which}:")[1].split()[0]) for f in self.folders]


def seconds_of(thread: Path) -> float:
    fields = (thread / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def hashing_cost(film: Path) -> float:
    """Seconds of CPU that one thread needs to hash as many bytes, block by block."""
    digest = hashlib.sha256()
    with film.open("rb", buffering=0) as read:
        block = read.read(PIECE_BYTES)
    began = time.thread_time()
    for _ in range(film.stat().st_size // PIECE_BYTES):
        digest.update(block)
    return time.thread_time() - began


# The ways of a film


class Way(msgspec.Struct):
    """What one way of writing a film came to, turn by turn."""

    rates: list[float] = []  # bytes a second
    loop: list[float] = []  # seconds of CPU for each GiB
    hands: list[float] = []
    grown: list[int] = []  # bytes of memory
    waited: Waited = msgspec.field(default_factory=Waited)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    def beside(self, other: Self) -> float:
        """How many times as fast, within the same turn: whoever else uses the disk slows both."""
        return statistics.median(own / its for own, its in zip(self.rates, other.rates, strict=True))


class Bench:
    """One house, one disk, and everybody who sends."""

    def __init__(self, given: argparse.Namespace, house: House, bare: Bare, whose: dict[str, Headers],
                 folder: Path) -> None:  # fmt: skip
        self.given, self.house, self.bare, self.whose, self.folder = given, house, bare, whose, folder
        self.store = LocalStore(Settings.read().media_root)
        self.processes = Processes(house.process.pid if house.process else 0)
        self.film = a_film(folder / "film.mp4", given.megabytes * MIB, seed=0)
        self.size = self.film.stat().st_size
        self.sha256 = sha256_of(self.film)
        self.sums = list(sums_of(self.film))
        self.number = 0
        self.lost = 0

    def sender(self) -> tuple[Sender, str]:
        """The next maker, and the entry of theirs that has no film yet."""
        self.number += 1
        return Sender(self.house.url, self.whose[f"m{self.number}"]), f"e{self.number}"

    def judge(self, place: str, sha256: str) -> None:
        """Read the film again, and make room."""
        key = place.rpartition("/")[2]
        if not self.store.master_path(key).exists() or self.store.hash_master(key) != sha256:
            self.lost += 1
        self.store.discard_master(key)

    def one_way(self, way: Way, sends: Callable[[Sender, str], None]) -> None:
        sender, entry = self.sender()
        place, before, gib = sender.begin(entry, self.size), self.processes.cost(), self.size / (1024 * MIB)
        self.processes.forget_peak()
        memory = self.processes.memory("VmRSS")
        with asking(f"{self.house.url}/health", self.whose[f"m{self.number}"], BREATH_S) as waited:
            began = time.perf_counter()
            sends(sender, place)
            way.rates.append(self.size / (time.perf_counter() - began))
        spent, peak = self.processes.cost() - before, self.processes.memory("VmHWM")
        way.loop.append(spent.loop / gib)
        way.hands.append(spent.hands / gib)
        way.grown.append(max(most - had for most, had in zip(peak, memory, strict=True)))
        way.waited.seconds += waited.seconds
        way.waited.wrong += waited.wrong
        self.judge(place, self.sha256)

    def whole(self, sender: Sender, place: str) -> None:
        sender.send(place, self.film, 0, self.size)

    def in_pieces(self, sender: Sender, place: str) -> None:
        for at in range(0, self.size, PIECE):
            sender.send(place, self.film, at, min(PIECE, self.size - at))

    def summed(self, sender: Sender, place: str) -> None:
        for at, checksum in zip(range(0, self.size, PIECE), self.sums, strict=True):
            sender.send(place, self.film, at, min(PIECE, self.size - at), checksum=checksum)

    def plainly(self, way: Way, sends: Callable[[Sender, str], None]) -> None:
        sender = Sender(self.bare.url, {})
        began = time.perf_counter()
        sends(sender, "/film")
        way.rates.append(self.size / (time.perf_counter() - began))
        aside(self.store).unlink()

    def dd(self, way: Way, how: str) -> None:
        target = aside(self.store)
        began = time.perf_counter()
        subprocess.run(["dd", f"if={self.film}", f"of={target}", "bs=1M", how], check=True, capture_output=True)
        way.rates.append(self.size / (time.perf_counter() - began))
        target.unlink()

    def together(self, count: int, size: int, *, per_second: int = 0) -> tuple[float, Waited]:
        """(bytes a second of all, what a reader of the public page waited) while so many films come in."""
        films = [a_film(self.folder / f"{n}.mp4", size, seed=n) for n in range(1, count + 1)]
        makers = [self.sender() for _ in films]
        places = [sender.begin(entry, size) for sender, entry in makers]
        for sender, _ in makers:
            sender.line.close()  # on a busy machine the house has closed the first of them long since

        def send(one: tuple[Sender, str], place: str, film: Path) -> None:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), ELSEWHERE)
            one[0].send(place, film, 0, size, per_second=per_second)

        began = time.perf_counter()
        with asking(f"{self.house.url}/fr/load", {}, BREATH_S) as waited, ThreadPoolExecutor(len(films)) as hands:
            list(hands.map(send, makers, places, films))
        rate = size * len(films) / (time.perf_counter() - began)
        for place, film in zip(places, films, strict=True):
            self.judge(place, sha256_of(film))
            film.unlink()
        return rate, waited


def aside(store: LocalStore) -> Path:
    """Where others write the same film: on the same disk."""
    return store.root / "uploads" / "aside"


def a_film(path: Path, size: int, *, seed: int) -> Path:
    """Bytes that nothing can press, under the head of a film."""
    chance = random.Random(seed)
    with path.open("wb") as film:
        film.write(HEAD)
        for at in range(len(HEAD), size, PIECE_BYTES):
            film.write(chance.randbytes(min(PIECE_BYTES, size - at)))
    return path


def sums_of(film: Path) -> Iterator[str]:
    with film.open("rb") as read:
        while piece := read.read(PIECE):
            yield f"sha256 {base64.b64encode(hashlib.sha256(piece).digest()).decode()}"


# What is told


def told(name: str, way: Way) -> None:
    costs = ""
    if way.loop:
        costs = (f"  CPU a GiB: {statistics.median(way.loop):4.1f} s loop + {statistics.median(way.hands):4.1f} s hands"
                 f"  memory + {max(way.grown) / MIB:3.0f} MiB"
                 f"  /health p99 {1000 * way.waited.at(0.99):5.1f} ms")  # fmt: skip
    print(f"  {name:<30} {way.rate / 1e6:6.0f} MB/s{costs}", flush=True)


def kept(name: str, value: float, goal: float, *, least: bool) -> bool:
    is_kept = value >= goal if least else value <= goal
    sign = "≥" if least else "≤"
    print(f"  {name:<70} {value:7.2f}  goal {sign} {goal:g}  {'kept' if is_kept else 'MISSED'}", flush=True)
    return is_kept


def measure(bench: Bench) -> bool:
    given = bench.given
    one, pieces, summed, bare, bare_pieces, dsync, fsync = (Way() for _ in range(7))
    bench.one_way(Way(), bench.whole)  # what is read or made once, is
    for _ in range(given.turns):
        bench.one_way(one, bench.whole)
        bench.dd(dsync, "oflag=dsync")
        bench.plainly(bare, bench.whole)
        bench.one_way(pieces, bench.in_pieces)
        bench.plainly(bare_pieces, bench.in_pieces)
        bench.dd(fsync, "conv=fsync")
        bench.one_way(summed, bench.summed)
    told("one PATCH", one)
    told(f"PATCHes of {PIECE // MIB} MiB", pieces)
    told("the same with SHA-256", summed)
    told("one PATCH, bare", bare)
    told(f"PATCHes of {PIECE // MIB} MiB, bare", bare_pieces)
    told("dd oflag=dsync bs=1M", dsync)
    told("dd conv=fsync bs=1M", fsync)
    for _ in range(2):  # the first time, what is kept afterwards is drawn
        with asking(f"{bench.house.url}/fr/load", {}, BREATH_S) as alone:
            time.sleep(given.seconds)
    at_home = given.megabits * 1_000_000 // 8
    flat_out, beside_all = bench.together(given.together, max(1, given.megabytes // given.together) * MIB)
    paced, beside_home = bench.together(given.together, int(at_home * given.seconds), per_second=at_home)
    some_paced, beside_some = bench.together(given.some, int(at_home * given.seconds), per_second=at_home)
    for name, rate, waited in [
        ("the public page alone", 0.0, alone),
        (f"beside {given.together} films as fast as they go", flat_out, beside_all),
        (f"beside {given.together} films at {given.megabits} Mbit/s each", paced, beside_home),
        (f"beside {given.some} films at {given.megabits} Mbit/s each", some_paced, beside_some),
    ]:
        print(f"  {name:<44} {rate / 1e6:5.0f} MB/s  the page: p50 {1000 * waited.at(0.5):6.1f} ms"
              f"  p99 {1000 * waited.at(0.99):6.1f} ms  of {len(waited.seconds)}")  # fmt: skip
    print(f"  {bench.number - bench.lost} of {bench.number} films lie there as they were sent")
    everybody = [alone, beside_all, beside_home, beside_some, one.waited, pieces.waited, summed.waited]
    wrong = sum(waited.wrong for waited in everybody)
    hashing = hashing_cost(bench.film) / (bench.size / (1024 * MIB))
    return all([
        kept("one PATCH / a bare one", one.beside(bare), 1, least=True),
        kept(f"PATCHes of {PIECE // MIB} MiB / bare ones", pieces.beside(bare_pieces), 0.8, least=True),
        kept("one PATCH / dd oflag=dsync", one.beside(dsync), 0.9, least=True),
        kept(f"PATCHes of {PIECE // MIB} MiB / dd oflag=dsync", pieces.beside(dsync), 0.9, least=True),
        kept("the same with SHA-256 / dd oflag=dsync", summed.beside(dsync), 0.6, least=True),
        kept("memory that a film costs the door, MiB", max(one.grown + pieces.grown + summed.grown) / MIB, 32,
             least=False),
        kept("CPU beside the loop / of hashing alone", statistics.median(one.hands) / hashing, 1, least=True),
        kept("p99 of /health beside one PATCH, ms", 1000 * one.waited.at(0.99), 1000 * CAP_S, least=False),
        kept(f"{given.together} at once / dd oflag=dsync", flat_out / dsync.rate, 0.6, least=True),
        kept(f"p99 of the public page beside {given.together} lines into homes / alone",
             beside_home.at(0.99) / alone.at(0.99), 2, least=False),
        kept(f"p99 of the public page beside {given.some} lines into homes / alone",
             beside_some.at(0.99) / alone.at(0.99), 1.5, least=False),
        kept("films lost, and answers other than 200", bench.lost + wrong, 0, least=False),
    ])  # fmt: skip


async def opened(given: argparse.Namespace, folder: Path) -> tuple[House, Bare, dict[str, Headers]]:
    given.readers = given.people = given.films = 1
    given.scores, given.uploads = 0, 3 * given.turns + 1 + 2 * given.together + given.some
    whose = await seeded(given)
    house = House(folder / "house.log", {})
    bare = Bare(folder / "bare.log", {"FILM": str(aside(LocalStore(Settings.read().media_root)))})
    await asyncio.gather(house.open(), bare.open())
    return house, bare, whose


def main() -> int:
    reader = argparse.ArgumentParser(prog="./run bench uploads", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    for name, usual in [("megabytes", 1024), ("turns", 5), ("together", 50), ("some", 10), ("megabits", 10),
                        ("seconds", 15)]:  # fmt: skip
        reader.add_argument(f"--{name}", type=int, default=usual)
    given = reader.parse_args()
    services = Services()
    try:
        with tempfile.TemporaryDirectory(prefix="cfs-uploads-") as folder:
            house, bare, whose = asyncio.run(opened(given, Path(folder)))
            try:
                return 0 if measure(Bench(given, house, bare, whose, Path(folder))) else 1
            finally:
                house.kill()
                bare.kill()
    finally:
        services.stop()


if __name__ == "__main__":
    sys.exit(main())
