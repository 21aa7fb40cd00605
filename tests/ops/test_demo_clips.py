"""The demo's films: no two alike, the same ones each time, and as loud as the policy asks."""

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from ops.demo_clips import draw, draw_film, project
from ops.demo_films import BLOCKS, FILMS, SCHOOLS, TO_JUDGE, YOUTH, Clip
from ops.scenes import SCENES
from ops.scenes.sounds import CEILING, PARTS, composed
from ops.scenes.stage import SceneStage

BRIGHT = [name for name in SCENES if name != "nothing"]


def pictures(scene: str) -> list[np.ndarray]:
    shot = SCENES[scene](SceneStage(160, 90, 5))
    return [np.asarray(shot(t), np.int16) for t in (0.1, 0.5, 0.9)]


@pytest.mark.parametrize("scene", BRIGHT)
def test_a_scene_shows_something_that_moves(scene: str) -> None:
    begins, middle, ends = pictures(scene)

    assert middle.shape == (90, 160, 3)
    assert middle.max() > 80
    assert np.abs(ends - begins).max() > 30


def test_no_two_films_show_the_same_scene() -> None:
    scenes = [film.clip.scene for film in FILMS]
    looks = {scene: pictures(scene)[1] for scene in scenes}
    unlike = [np.abs(looks[one] - looks[other]).mean() for n, one in enumerate(scenes) for other in scenes[:n]]

    assert len(set(scenes)) == len(FILMS)
    assert min(unlike) > 2


def test_the_same_seed_gives_the_same_film(tmp_path: Path) -> None:
    clip = Clip(size="160x90", seconds=1, scene="aurora", score="bells+wind")
    one, two, other = (draw(clip, tmp_path, name, seed=seed, title="Nuit", by="Ada Morel").read_bytes()
                       for name, seed in (("a", 4), ("b", 4), ("c", 5)))  # fmt: skip

    assert one == two
    assert one != other


def test_a_film_has_its_title_and_then_its_scene() -> None:
    class Reel(list):
        write, close = list.append, list.clear

    def shown(title: str) -> list[bytes]:
        kept: list[bytes] = []
        reel = Reel()
        reel.close = lambda: kept.extend(reel)  # type: ignore[method-assign]
        project(Clip(size="160x90"), reel, seed=1, title=title, by="Ada Morel", lang="fr")
        return kept

    lettered, bare = shown("Périhélie"), shown("")

    assert len(lettered) == len(bare) == 50
    assert lettered[12] != bare[12]
    assert lettered[25] == bare[25], "two seconds in, where stills are cut"
    assert lettered[-1] != bare[-1]


@pytest.mark.parametrize(("sound", "channels"), [("mono", 1), ("stereo", 2), ("5.1", 6)])
def test_another_meter_finds_the_loudness_of_broadcast(tmp_path: Path, sound: str, channels: int) -> None:
    path = draw(Clip(size="160x90", sound=sound, score="drone+beeps"), tmp_path, "loud", seed=2)
    meter = subprocess.run(["ffmpeg", "-nostdin", "-i", path, "-af", "ebur128=peak=true", "-f", "null", "-"],
                           capture_output=True, text=True, check=True).stderr.rpartition("Summary")[2]  # fmt: skip

    assert float(re.search(r"I:\s+(-?[\d.]+) LUFS", meter)[1]) == pytest.approx(-23, abs=1)
    assert float(re.search(r"Peak:\s+(-?[\d.]+) dBFS", meter)[1]) < -1


def test_every_score_is_played_and_none_is_clipped() -> None:
    for seed, score in enumerate({film.clip.score for film in FILMS}):
        sound = composed(score, seconds=2, channels=2, seed=seed)

        assert np.isfinite(sound).all(), score
        assert 0.02 < np.abs(sound).max() <= CEILING, score
    assert {part for film in FILMS for part in film.clip.score.split("+")} == set(PARTS)


def test_the_black_film_is_black_to_its_end(tmp_path: Path) -> None:
    film = next(film for film in FILMS if film.clip.scene == "nothing")
    path = draw_film(film, tmp_path, "black", seed=1)
    argv = ["ffmpeg", "-nostdin", "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "gray", "-"]
    picture = np.frombuffer(subprocess.run(argv, capture_output=True, check=True).stdout, np.uint8)

    assert picture.max() <= 2


def test_the_demo_edition_speaks_both_languages_and_has_a_programme_for_schools() -> None:
    chosen = {film.title: film for film in FILMS if film.fate == "accepted"}
    shown_to_schools = [title for _, _, titles in SCHOOLS for title in titles]

    whole = (*FILMS, *TO_JUDGE)
    assert len({film.title for film in whole}) == len(whole)
    for film in whole:
        assert min(len(film.fr), len(film.en)) > 25, film.title
        assert film.fr != film.en
        assert film.fr.endswith((".", "?")), film.title
    assert len(SCHOOLS) == 2
    assert len(shown_to_schools) == len(set(shown_to_schools)) == 6
    assert all(chosen[title].section == YOUTH for title in shown_to_schools)
    assert [f.title for f in chosen.values() if f.section == YOUTH and f.title not in shown_to_schools]
    assert all(title in chosen for _, _, titles in BLOCKS for title in titles)
