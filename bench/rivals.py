"""pretalx with a schedule of the same size, served by gunicorn; for `bench.public`.

It is installed into a folder of its own below `var`, from the package registry, once.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Self
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from ops.process import die_with_parent, free_port

VERSION = "2025.2"
FOLDER = Path(__file__).parents[1] / "var" / "bench" / f"pretalx-{VERSION}"

SCHEDULE = """
import datetime as dt, random
from zoneinfo import ZoneInfo
from django.core.cache import cache
from django_scopes import scopes_disabled
from pretalx.event.models import Event, Organiser
from pretalx.person.models import User
from pretalx.schedule.models import Room
from pretalx.submission.models import Submission

HALLS, TALKS, SHOWINGS, DAYS = 11, 75, 187, 6
with scopes_disabled():
    zone = ZoneInfo("Europe/Paris")
    first = dt.date(2027, 2, 3)
    organiser = Organiser.objects.create(name="Space", slug="space")
    event = Event.objects.create(
        organiser=organiser, name="Space", slug="space", is_public=True, email="a@example.org",
        date_from=first, date_to=first + dt.timedelta(days=DAYS - 1), timezone="Europe/Paris",
        locale="en", locale_array="en,fr",
    )
    event.build_initial_data()
    halls = [Room.objects.create(event=event, name=f"Hall {n}", position=n) for n in range(HALLS)]
    people = [
        User.objects.create_user(email=f"p{n}@example.org", password="x", name=f"Director {n}") for n in range(TALKS)
    ]
    kind = event.cfp.default_type
    talks = []
    for n in range(TALKS):
        talk = Submission.objects.create(
            event=event, title=f"A film about the dark side number {n}", submission_type=kind,
            abstract="A long night in orbit. " * 20, description="It begins with a signal. " * 30,
            content_locale="en", state="accepted", slot_count=3,
        )
        talk.speakers.add(people[n])
        talk.confirm(force=True) if hasattr(talk, "confirm") else None
        talks.append(talk)
    slots = list(event.wip_schedule.talks.all().order_by("submission_id", "pk"))[:SHOWINGS]
    for place, slot in enumerate(slots):
        day, row = divmod(place, -(-SHOWINGS // DAYS))
        hour, hall = divmod(row, HALLS)
        slot.room = halls[hall]
        slot.start = dt.datetime.combine(first + dt.timedelta(days=day), dt.time(11 + 3 * hour, 0), zone)
        slot.end = slot.start + dt.timedelta(minutes=100)
        slot.is_visible = True
        slot.save()
    event.release_schedule(name="1")
    shown = event.current_schedule.talks.filter(is_visible=True, start__isnull=False).count()
    print("TALK", talks[0].code, shown)
"""


def tool(name: str) -> str:
    return str(FOLDER / "venv" / "bin" / name)


def install() -> None:
    """Once, with its database and schedule; raises `CalledProcessError` or `RuntimeError` where that fails."""
    if not (FOLDER / "installed").exists():
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        uv = shutil.which("uv") or "uv"
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(FOLDER / "venv")], check=True)
        wanted = [f"pretalx=={VERSION}", "gunicorn"]
        subprocess.run([uv, "pip", "install", "-q", "--python", tool("python"), *wanted], check=True)
        (FOLDER / "installed").touch()
    if not (FOLDER / "talk").exists():
        (FOLDER / "db.sqlite3").unlink(missing_ok=True)
        (FOLDER / "pretalx.cfg").write_text(
            f"[filesystem]\ndata = {FOLDER}\n[site]\ndebug = false\nurl = http://127.0.0.1\n"
            f"[database]\nbackend = sqlite3\nname = {FOLDER}/db.sqlite3\n"
        )
        manage("migrate", "--noinput")
        said = manage("shell", "--unsafe-disable-scopes", given=f"exec({SCHEDULE!r})\n")
        [line] = [line for line in said.splitlines() if "TALK" in line]
        (FOLDER / "talk").write_text(line[line.index("TALK") :].split(maxsplit=1)[1])
    if not (FOLDER / "collected").exists():  # without its list of files each of its pages is a fault
        manage("collectstatic", "--noinput")
        (FOLDER / "collected").touch()


def env() -> dict[str, str]:
    return {**os.environ, "PRETALX_CONFIG_FILE": str(FOLDER / "pretalx.cfg"), "PRETALX_DEBUG": "False"}


def manage(*words: str, given: str = "") -> str:
    done = subprocess.run(
        [tool("python"), "-m", "pretalx", *words], env=env(), input=given, cwd=FOLDER,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout


class Pretalx:
    """`with Pretalx() as rival`: what it shows, served by one process of four threads."""

    def __init__(self) -> None:
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        install()
        self.talk, shown = (FOLDER / "talk").read_text().split()
        self.shown = int(shown)

    def __enter__(self) -> Self:
        log = (FOLDER / "log").open("ab")
        self.process = subprocess.Popen(
            [tool("python"), "-m", "gunicorn", "pretalx.wsgi", "-b", f"127.0.0.1:{self.port}",
             "-w", "1", "--threads", "4"],
            env=env(), cwd=FOLDER, stdout=log, stderr=log, preexec_fn=die_with_parent(),
        )  # fmt: skip
        for _ in range(300):
            try:
                urlopen(self.url("/space/schedule/nojs"), timeout=60).read()  # noqa: S310
                break
            except (URLError, OSError):
                time.sleep(0.2)
        return self

    def refused(self, paths: Iterable[str]) -> list[str]:
        """Those of its pages that it does not answer with a page, and what it says instead."""
        wrong = []
        for path in paths:
            try:
                urlopen(Request(self.url(path), headers={"Accept": "text/html"}), timeout=120).read()  # noqa: S310
            except HTTPError as error:
                wrong.append(f"{path} {error.code}")
        return wrong

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(20)
