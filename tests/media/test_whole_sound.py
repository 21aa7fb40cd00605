"""A copy's sound loses what lies before its zero, and nothing else, whatever its bytes are."""

import subprocess

import pytest

from media.graph import FROM_ZERO


def packets(stamps: str) -> int:
    """How many packets of two seconds of noise are kept."""
    argv = ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "anoisesrc=duration=2:sample_rate=48000",
            "-c:a", "aac", "-bsf:a", stamps, "-f", "framecrc", "-"]  # fmt: skip
    told = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    return sum(not line.startswith("#") for line in told.splitlines())


@pytest.mark.parametrize(("stamps", "lost"), [("setts=ts=N", 0), ("setts=ts=N-3", 3), ("setts=ts=N+1", 0)])
def test_only_what_lies_before_zero_is_dropped(stamps: str, lost: int) -> None:
    """Stamps are 0, 1, 2 …: what is lost once in a stamp's chance, hours into a film, would be lost at once."""
    kept = packets(f"{stamps},{FROM_ZERO['bsf:a']}")

    assert kept == packets(stamps) - lost
