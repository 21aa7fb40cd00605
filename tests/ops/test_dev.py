"""./run dev: what a saved file concerns is renewed, and nothing else."""

import sys
import threading
import time
from pathlib import Path

import pytest

from ops import dev, launcher
from ops.launcher import ROOT, House

pytestmark = pytest.mark.unit

PARTS = ["postgres", "redis", "mailbox", "relay", "worker-fast", "beat", "api", "api-ready"]
DOORS = {"api", "api-ready"}
WORKERS = {"relay", "worker-fast", "beat"}


@pytest.mark.parametrize(
    ("file", "renewed"),
    [
        ("api/templates/public/home.html", DOORS),
        ("api/static/css/base.css", DOORS),
        ("api/v1/operator.py", DOORS),
        ("workers/tasks.py", WORKERS),
        ("submissions/entries.py", WORKERS | DOORS),
        ("festival/locale/fr/letters.po", WORKERS | DOORS),
        ("media/policies/festival.yaml", WORKERS | DOORS),
    ],
)
def test_a_saved_file_concerns_those_who_read_it(file: str, renewed: set[str]) -> None:
    assert dev.concerned([ROOT / file], PARTS) == renewed


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [("tasks.py", True), ("home.html", True), ("letters.po", True), ("tasks.py.swp", False), ("4913", False)],
)
def test_what_an_editor_leaves_on_its_way_renews_nothing(name: str, is_ours: bool) -> None:
    assert dev.Ours()(dev.Change.modified, str(ROOT / "api" / name)) is is_ours


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """Two processes of a house; the files that they read lie in a folder of their own."""
    monkeypatch.setattr(launcher, "VAR", tmp_path / "var")
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setattr(dev, "READ", ["api", "workers"])
    for folder in ("api", "workers"):
        (tmp_path / folder).mkdir()
    made = House(8000)
    for name in ("relay", "api"):
        made.start(name, [sys.executable, "-c", "import time; time.sleep(600)"])
    return made


def test_a_saved_template_renews_the_door_and_leaves_the_workers_alone(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {name: one.popen.pid for name, one in house.processes.items()}
    renewed, ended = threading.Event(), []
    renew = house.renew

    def noted(names: set[str]) -> None:
        renew(names)
        ended.append(names)
        renewed.set()
        raise KeyboardInterrupt

    monkeypatch.setattr(house, "renew", noted)

    def save() -> None:
        while not renewed.wait(0.2):
            (tmp_path / "api" / "home.html").write_text(f"<p>{time.monotonic()}</p>")

    saving = threading.Thread(target=save)
    saving.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            dev.keep_fresh(house)
        after = {name: one.popen.pid for name, one in house.processes.items()}
    finally:
        renewed.set()
        saving.join()
        house.close()

    assert ended == [{"api"}]
    assert after["relay"] == before["relay"]
    assert after["api"] != before["api"]
