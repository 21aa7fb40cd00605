"""The database's folder belongs to its state folder, and to no later one of the same name."""

import os
import shutil
from pathlib import Path

import pytest

from ops.postgres import Postgres, home_of

as_root = pytest.mark.skipif(os.getuid() != 0, reason="only as root does the data lie elsewhere")


@as_root
def test_data_whose_films_were_deleted_by_hand_does_not_come_back(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "pg"
    first = Postgres(folder)
    (first.folder / "kept").write_text("an older edition")
    shutil.rmtree(tmp_path / "var")

    second = Postgres(folder)

    aside = [p for p in home_of(folder).parent.iterdir() if p.name.startswith(f"{home_of(folder).name}.left-")]
    try:
        assert not (second.folder / "kept").exists()
        assert [(p / "kept").read_text() for p in aside] == ["an older edition"]
    finally:
        for path in [*aside, home_of(folder)]:
            shutil.rmtree(path)


@as_root
def test_a_second_start_finds_its_data(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "pg"
    (Postgres(folder).folder / "kept").write_text("this edition")

    try:
        assert (Postgres(folder).folder / "kept").read_text() == "this edition"
    finally:
        shutil.rmtree(home_of(folder))
