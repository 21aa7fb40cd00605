"""What the house tells makers to export is taken by the house; the line for ffmpeg is run as it is printed."""

import shutil
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from media import scan
from media.exporting import BEST_FIRST, exports
from media.policy import Accepted, judge, load
from tests.media.conftest import CellFor
from tests.media.small_films import a_clip

POLICY = replace(load("demo"), most_size=(426, 240))


@pytest.mark.parametrize("way", BEST_FIRST, ids=lambda way: way.codec)
def test_the_printed_line_makes_a_film_without_a_remark(
    way, tmp_path: Path, sandbox_for: CellFor
) -> None:
    policy = replace(POLICY, codecs=Accepted((way.codec,)), containers=Accepted((way.container,)))
    picture = "testsrc2=size=860x360:rate=25"
    shutil.move(a_clip(tmp_path / "source.mov", seconds=2, picture=picture), tmp_path / "film.mov")
    [line] = [one.command for one in exports(policy) if one.program == "ffmpeg"]

    subprocess.run(
        line.replace("ffmpeg", "ffmpeg -v error -nostdin", 1), shell=True, check=True, cwd=tmp_path
    )

    made = tmp_path / f"export.{way.container}"
    facts = scan.inspect(sandbox_for(made), name=made.name)
    verdict = judge(facts, policy)
    assert facts.picture is not None
    assert (facts.picture.width, facts.picture.height, facts.picture.codec) == (426, 178, way.codec)
    assert [one.code for one in verdict.findings] == []


def test_a_program_that_writes_nothing_that_is_taken_is_left_out() -> None:
    only = replace(POLICY, codecs=Accepted(("dnxhd",)))
    assert [(one.program, one.codec) for one in exports(only)] == [
        (name, "dnxhd") for name in ("premiere", "resolve", "ffmpeg")
    ]
    assert exports(replace(POLICY, codecs=Accepted(("jpeg2000",)))) == []
