"""The same sound is known again whatever its encoding, level or trims; another film's is not."""

import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

from media.scan import heard_in
from media.sound_twins import LIKE, likeness

RATE = 8000
WAYS = {
    "encoded again": (),
    "its head cut off, and softer": ("-ss", "7.3", "-af", "volume=-6dB"),
    "both ends cut, filtered, much softer": (
        "-ss",
        "3.6",
        "-t",
        "55",
        "-af",
        "volume=-12dB,highpass=120",
    ),
    "black before it, and louder": ("-af", "adelay=11400,volume=2dB"),
}


def a_sound(path: Path, seed: int, seconds: int) -> Path:
    """Scenes of a few seconds, each with its level, its voice and its noise."""
    chance = np.random.default_rng(seed)
    times = np.arange(seconds * RATE) / RATE
    level = np.zeros(len(times))
    at = 0
    while at < len(times):
        lasts = int(chance.uniform(2, 15) * RATE)
        level[at : at + lasts] = 10 ** (chance.uniform(-45, -12) / 20)
        at += lasts
    level *= 1 + 0.6 * np.sin(2 * np.pi * chance.uniform(3, 5) * times)
    voice = np.sin(2 * np.pi * chance.uniform(100, 400) * times)
    samples = np.clip(level * (chance.standard_normal(len(times)) / 2 + voice), -1, 1)
    with wave.open(str(path), "wb") as made:
        made.setparams((1, 2, RATE, 0, "NONE", ""))
        made.writeframes((samples * 32000).astype("<i2").tobytes())
    return path


def ffmpeg(*argv: str | Path) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, argv)], check=True)


def curve(path: Path) -> tuple[float, ...]:
    """As the booth's meter hears it."""
    notes = path.with_suffix(".txt")
    meter = f"ebur128=peak=true:framelog=verbose:metadata=1,ametadata=mode=print:file={notes}"
    ffmpeg("-i", path, "-af", meter, "-f", "null", "-")
    return heard_in(notes, 1e9).curve


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("sounds")
    return [a_sound(folder / f"{seed}.wav", seed, 62 + 15 * seed) for seed in range(4)]


@pytest.fixture(scope="module")
def curves(films: list[Path]) -> list[tuple[float, ...]]:
    return [curve(film) for film in films]


@pytest.mark.parametrize("way", WAYS)
def test_a_twin_is_known_again_and_no_other_film_is(films, curves, way: str) -> None:
    for n, film in enumerate(films):
        twin = film.with_suffix(".m4a")
        ffmpeg("-i", film, *WAYS[way], "-c:a", "aac", "-b:a", "48k", twin)
        heard = curve(twin)
        told = [likeness(known, heard) for known in curves]
        alike = [m for m, one in enumerate(told) if one is not None and one.share >= LIKE]
        assert alike == [n], told


def test_a_sound_that_hardly_moves_or_is_too_short_is_like_nothing() -> None:
    assert likeness([-23.0] * 100, [-23.1] * 100) is None
    assert likeness([-20.0, -40.0] * 15, [-20.0, -40.0] * 15) is None
