"""The one-command launcher: starts every process, watches it, and leaves nothing behind.

./run [--once] [--fresh] [--empty] · ./run status · ./run stop · ./run logs [PART]
"""

import argparse
import fcntl
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
from pyrage import x25519

from festival.jobs import WORKERS
from ops.postgres import Postgres, home_of
from ops.process import die_with_parent, free_port, is_taken
from ops.redis import RedisServer

ROOT = Path(__file__).parents[1]
VAR = Path(os.environ.get("VAR", ROOT / "var"))
TICK_S = 0.05
DEMO_EDITION = "2027"
RENEWAL_SECONDS = 3
AT_ONCE_SECONDS = 10  # whoever lived longer did not fall at its start
CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE}
CELERY = [
    "celery",
    "-A",
    "workers.app",
    "worker",
    "--without-gossip",
    "--without-mingle",
    "--loglevel",
    "WARNING",
]


DOORS = ("api", "api-ready")  # one serves, the other stands ready: ops/door.py


class Process(msgspec.Struct):
    """One process of the house, and how its falls are counted."""

    name: str
    argv: list[str]
    env: dict[str, str]
    ownership: dict[str, object] = {}
    folder: str = ""
    popen: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    falls: int = 0
    due: float = 0.0


def falls(before: int, code: int, *, lived: float) -> int:
    """How often in a row a process fell at once by itself; who was killed from outside did not."""
    by_itself = code >= 0 or -code in CRASHES
    return before + 1 if by_itself and lived < AT_ONCE_SECONDS else 0


def pause(falls: int) -> float:
    """Seconds before the next start."""
    return min(0.2 * 2**falls, 15) if falls else 0


class House:
    """All processes of the service, in order; run by the main thread alone."""

    def __init__(self, port: int) -> None:
        VAR.mkdir(mode=0o700, parents=True, exist_ok=True)
        (VAR / "logs").mkdir(exist_ok=True)
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.processes: dict[str, Process] = {}
        self.stopping = False
        self.env = {**os.environ, **self._settings(), "PYTHONUNBUFFERED": "1"}

    def _settings(self) -> dict[str, str]:
        key = VAR / "secret"
        if not key.exists():
            key.touch(mode=0o600)
            key.write_text(secrets.token_urlsafe(48))
        seal = VAR / "archive-key"  # a house of many hosts keeps it elsewhere: docs/operating.md
        if not seal.exists():
            seal.touch(mode=0o600)
            seal.write_text(str(x25519.Identity.generate()))
        return {
            "ARCHIVE_RECIPIENT": str(x25519.Identity.from_str(seal.read_text()).to_public()),
            "MODE": "development",
            "PICCOLO_CONF": "piccolo_conf",
            "PUBLIC_URL": self.url,
            "SECRET_KEY": key.read_text(),
            "MEDIA_ROOT": str(VAR / "media"),
            "MAILBOX": str(VAR / "mailbox"),
        }

    # Starting

    def open(self) -> None:
        """Servers first, then the database's shape, then everything that uses them."""
        began = time.monotonic()
        self._servers()
        self.step("migrations", lambda: self.once("festival.migrate"))
        self.env.pop("DATABASE_OWNER_URL", None)  # no process that serves anybody knows it
        self._ours()
        self.step("the house", lambda: self.wait(self.is_ready, 90, "the house"))
        print(f"  open after {time.monotonic() - began:.1f} s at {self.url}", flush=True)

    def _servers(self) -> None:
        if not self.env.get("DATABASE_URL"):
            postgres = Postgres(VAR / "pg")
            self.step("database", postgres.prepare)
            self.start(
                "postgres",
                postgres.argv,
                ownership=postgres.ownership(),
                folder=str(postgres.folder),
            )
            self.env["DATABASE_URL"] = postgres.url
            self.env["DATABASE_OWNER_URL"] = postgres.owner_url
            self.step("postgres", lambda: self.wait(postgres.is_up, 30, "postgres"))
        if not self.env.get("REDIS_URL"):
            redis = RedisServer(VAR / "redis", free_port())
            redis.prepare()
            self.start("redis", redis.argv)
            self.env["REDIS_URL"] = redis.url
            self.step("redis", lambda: self.wait(redis.is_up, 20, "redis"))

    def _ours(self) -> None:
        smtp = free_port()
        self.env |= {"SMTP_URL": f"smtp://127.0.0.1:{smtp}", "MAILBOX_PORT": str(smtp)}
        self.ours("mailbox", "ops.mailbox")
        self.ours("relay", "workers.relay")
        for name, worker in WORKERS.items():
            self.ours(
                f"worker-{name}",
                *CELERY,
                "-Q",
                ",".join(worker.queues),
                "-c",
                str(worker.at_once),
                "-n",
                f"{name}@house",
            )
        self.ours(
            "beat",
            "celery",
            "-A",
            "workers.app",
            "beat",
            "-s",
            str(VAR / "beat"),
            "--pidfile",
            "",
            "--loglevel",
            "WARNING",
        )
        for door in DOORS:
            self.ours(door, "ops.door", str(self.port), str(VAR / "door"))

    def step(self, name: str, act: Callable[[], object]) -> None:
        began = time.monotonic()
        act()
        print(f"  {name:<14} {time.monotonic() - began:5.1f} s", flush=True)

    def once(self, module: str, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            self.fail(f"{module} failed:\n{(done.stdout + done.stderr)[-2000:]}")
        return done.stdout.strip()

    def ours(self, name: str, *arguments: str) -> None:
        self.start(name, [sys.executable, "-m", *arguments])

    def start(
        self,
        name: str,
        argv: list[str],
        *,
        ownership: dict[str, object] | None = None,
        folder: str = "",
    ) -> None:
        process = Process(
            name=name, argv=argv, env=self.env, ownership=ownership or {}, folder=folder
        )
        self.processes[name] = process
        self.launch(process)

    def launch(self, process: Process) -> None:
        with (VAR / "logs" / f"{process.name}.log").open("ab") as log:
            process.popen = subprocess.Popen(
                process.argv,
                env=self.env,
                cwd=process.folder or ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent(),
                **process.ownership,
            )  # type: ignore[call-overload]
        process.started = time.monotonic()
        self.note()

    # Watching

    def watch(self) -> None:
        """A fallen process is named and started again: at once, but for what falls by itself."""
        moment = time.monotonic()
        for process in self.processes.values():
            if process.popen is None:
                if moment >= process.due:
                    self.launch(process)
            elif (code := process.popen.poll()) is not None:
                process.falls = falls(process.falls, code, lived=moment - process.started)
                process.due = moment + pause(process.falls)
                process.popen = None
                print(f"\n  {process.name} ended ({code}); starting it again", flush=True)
                if moment >= process.due:
                    self.launch(process)

    def wait(self, is_up: Callable[[], bool], seconds: float, what: str) -> None:
        deadline = time.monotonic() + seconds
        while not is_up():
            self.watch()
            if time.monotonic() > deadline:
                self.fail(f"{what} did not start in {seconds:.0f} s; see {VAR / 'logs'}")
            time.sleep(0.1)

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/ready", timeout=6) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def note(self) -> None:
        """What `status` and `stop` read."""
        known = {name: p.popen.pid for name, p in self.processes.items() if p.popen}
        file = VAR / "house.json"
        draft = file.with_suffix(".new")
        draft.write_text(
            json.dumps(
                {
                    "pid": os.getpid(),
                    "url": self.url,
                    "parts": known,
                    "env": {
                        k: self.env[k]
                        for k in (*self._settings(), "DATABASE_URL", "REDIS_URL", "SMTP_URL")
                        if k in self.env
                    },
                }
            )
        )
        draft.chmod(0o600)
        draft.rename(file)

    def renew(self, names: Iterable[str]) -> None:
        """End these processes and start them again, as their files have changed; nothing is counted
        as a fall. Who does not go in a moment is ended: the house is built for that.
        """
        processes = [self.processes[name] for name in names]
        for process in processes:
            if process.popen is not None:
                process.popen.terminate()
        deadline = time.monotonic() + RENEWAL_SECONDS
        for process in processes:
            if process.popen is not None:
                self.end(process.popen, seconds=max(0.1, deadline - time.monotonic()))
            process.falls = 0
            self.launch(process)

    # Ending

    def end(self, process: subprocess.Popen[bytes], *, seconds: float) -> None:
        """Wait for a process that was asked to go, then make it."""
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)

    def fail(self, message: str) -> None:
        print(f"\n{message}", file=sys.stderr, flush=True)
        self.close()
        raise SystemExit(1)

    def close(self) -> None:
        """In the reverse order, but the doors at once; whoever does not go in time is ended."""
        self.stopping = True
        for door in DOORS:
            if (
                (process := self.processes.get(door))
                and process.popen
                and process.popen.poll() is None
            ):
                process.popen.send_signal(signal.SIGTERM)
        for process in reversed(self.processes.values()):
            if process.popen is None or process.popen.poll() is not None:
                continue
            process.popen.send_signal(
                signal.SIGINT if process.name == "postgres" else signal.SIGTERM
            )
            self.end(process.popen, seconds=12)
        (VAR / "house.json").unlink(missing_ok=True)


def demo(house: House) -> int:
    """The main job, as a child of its own, while the others go on being watched."""
    link = house.once(
        "ops.person",
        "add",
        "operateur@cinema-for-space.example",
        "--role",
        "operator",
        "--edition",
        DEMO_EDITION,
        "--name",
        "Maud Ferrand",
    )
    env = {**house.env, "BASE_URL": house.url, "OPERATOR_LINK": link, "VAR": str(VAR)}
    process = subprocess.Popen(
        [sys.executable, "-m", "ops.demo"], env=env, cwd=ROOT, preexec_fn=die_with_parent()
    )
    while process.poll() is None:
        house.watch()
        time.sleep(TICK_S)
    if process.returncode == 0:
        (VAR / "demo-done").touch()
    return process.returncode


def first_operator(house: House) -> None:
    """An empty festival: who founds it comes in by a link that stands here and nowhere else."""
    link = house.once("ops.person", "first", "--quiet")
    if not link:
        print(
            "\n  Somebody runs this house: sign in. --fresh --empty would empty it first.",
            flush=True,
        )
        return
    (VAR / "empty").touch()
    print(
        f"\n  An empty festival. Its first operator comes in here, once, within a day:\n\n  {link}",
        flush=True,
    )


def begin(house: House, *, is_empty: bool) -> int:
    """What a house holds when it opens: what it has, the demo edition, or nothing at all."""
    if (VAR / "demo-done").exists():
        if is_empty:
            print(
                "\n  The demo edition is here: --fresh --empty empties the house first.", flush=True
            )
        return 0
    if is_empty or (VAR / "empty").exists():
        first_operator(house)
        return 0
    if sys.stdout.isatty():
        print(
            "  The demo edition is loaded now; ./run --fresh --empty opens an empty festival instead."
        )
    return demo(house)


def lock() -> "object":
    """One house for each state folder."""
    VAR.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = (VAR / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SystemExit("The house is open already: ./run status, ./run stop.") from None
    return file


def keep_watch(house: House) -> None:
    """Until Ctrl-C."""
    while True:
        house.watch()
        time.sleep(TICK_S)


def open_house(
    *, once: bool, fresh: bool, is_empty: bool = False, serve: Callable[[House], None] = keep_watch
) -> int:
    held = lock()
    if fresh:
        empty()
    port = int(os.environ.get("PORT", "8000"))
    if is_taken(port):
        raise SystemExit(f"Port {port} is taken: stop what uses it, or run PORT=8001 ./run")
    house = House(port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    code = 0
    try:
        house.open()
        code = begin(house, is_empty=is_empty)
        if not once:
            print(f"\n  {house.url} is open. Ctrl-C closes it.", flush=True)
            serve(house)
    except KeyboardInterrupt:
        print("\n  closing", flush=True)
    finally:
        if not house.stopping:
            house.close()
        del held
    return code


def empty() -> None:
    """Everything of this house, its database's own folder included."""
    link = VAR / "pg"
    shutil.rmtree(home_of(link), ignore_errors=True)
    if link.is_symlink():
        link.unlink()
    for path in VAR.iterdir():
        if path.name == "lock":
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def known() -> dict[str, object]:
    file = VAR / "house.json"
    if not file.exists():
        raise SystemExit("The house is closed: ./run opens it.")
    state: dict[str, object] = json.loads(file.read_text())
    return state


def status() -> int:
    house = known()
    print(house["url"])
    processes = house["parts"]
    assert isinstance(processes, dict)
    for name, pid in processes.items():
        print(f"  {name:<14} {'runs' if Path(f'/proc/{pid}').exists() else 'is down'} ({pid})")
    try:
        with urllib.request.urlopen(f"{house['url']}/ready", timeout=5) as answer:
            print(" ", answer.read().decode())
    except urllib.error.HTTPError as error:
        print(" ", error.read().decode())
        return 1
    except OSError:
        print("  the door does not answer")
        return 1
    return 0


def stop() -> int:
    pid = int(str(known()["pid"]))
    os.kill(pid, signal.SIGTERM)
    for _ in range(300):
        if not Path(f"/proc/{pid}").exists():
            return 0
        time.sleep(0.1)
    print("It did not end in 30 s.", file=sys.stderr)
    return 1


def logs(process: str) -> int:
    files = sorted((VAR / "logs").glob(f"{process or '*'}.log"))
    if not files:
        raise SystemExit(f"No log of {process or 'anything'} in {VAR / 'logs'}")
    return subprocess.call(["tail", "-n", "40", *map(str, files)])


def main() -> int:
    reader = argparse.ArgumentParser(prog="./run", description=__doc__)
    reader.add_argument(
        "act", nargs="?", default="open", choices=["open", "status", "stop", "logs", "env"]
    )
    reader.add_argument("process", nargs="?", default="")
    reader.add_argument("--once", action="store_true")
    reader.add_argument("--fresh", action="store_true")
    reader.add_argument("--empty", action="store_true", dest="is_empty")
    given = reader.parse_args()
    if given.act == "env":
        env = known()["env"]
        assert isinstance(env, dict)
        print("\n".join(f"export {name}='{value}'" for name, value in env.items()))
        return 0
    if given.act == "open":
        return open_house(once=given.once, fresh=given.fresh, is_empty=given.is_empty)
    return (
        logs(given.process)
        if given.act == "logs"
        else status()
        if given.act == "status"
        else stop()
    )


if __name__ == "__main__":
    sys.exit(main())
