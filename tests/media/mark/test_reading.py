"""The two variants of a copy, and what is read of a clip made of them, cropped and encoded again."""

import subprocess
from fractions import Fraction
from pathlib import Path

import pytest

from media import hls, scan, screener
from media.mark import burning, making, reading, variants
from media.mark.reading import MarkedReference, NotFromHere, PlainRendition
from media.tools import find_tools
from tests.clips import Clips, film

KEY = b"k" * 32
# Something to see in every place, that changes slowly: as films do.
PICTURE = "mandelbrot=start_scale=0.6:end_scale=0.2:inner=period:maxiter=200"


@pytest.fixture(scope="module")
def marked(clips: Clips, tools, tmp_path_factory: pytest.TempPathFactory):
    """A copy, its variants, and what they are read by."""
    from media.sandbox import Sandbox

    source = clips.draw(film(picture=PICTURE, size="320x180", rate="12", seconds=26, sound=None))
    work = tmp_path_factory.mktemp("marked")
    sandbox = Sandbox(tools=tools, source=source, work=work)
    facts = scan.inspect(sandbox)
    made = making.make(sandbox, facts, key=KEY)
    copy = screener.make(sandbox, facts)
    smallest = copy.rungs[-1].name
    return work, made, MarkedReference(copy=PlainRendition(smallest, Fraction(12), 72), rate=Fraction(12), frames_of_segment=48,
                            segments=made.segments, key=KEY)  # fmt: skip


def leaked(work: Path, bits: tuple[int, ...], look: str, target: Path, *, bears: str = "") -> Path:
    """What a viewer with these bits records: their segments one after the other, with the name that they bear, then
    made smaller.
    """
    names = [name for name, _ in hls.durations(work / "m0" / "playlist.m3u8")]
    joined, head = target.with_suffix(".joined.mp4"), (work / "m0" / "init.mp4").read_bytes()
    parts = [(work / f"m{bit}" / name).read_bytes() for bit, name in zip(bits, names, strict=True)]
    if bears:
        signed = [burning.signed(find_tools(), head, part, bears, number=n) for n, part in enumerate(parts)]
        head, parts = signed[0].head, [one.body for one in signed]
    joined.write_bytes(head + b"".join(parts))
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-i", str(joined), "-vf", look, "-c:v", "libx264", "-preset", "veryfast",
         "-crf", "28", "-an", str(target)], check=True, timeout=120,
    )  # fmt: skip
    return target


def cell(clip: Path, work: Path, tools):
    from media.sandbox import Sandbox

    return Sandbox(tools=tools, source=clip, work=work)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("look", "bears"), [
    pytest.param("scale=854:480", "", marks=pytest.mark.slow),
    ("crop=iw*0.95:ih*0.95:6:2,scale=854:480,eq=gamma=1.15", "Hélène Marchand · 26/11 23:20"),
])
def test_a_clip_that_was_cropped_and_encoded_again_is_read_without_a_mistake(marked, tools, tmp_path, look, bears) -> None:
    work, made, film_of_ours = marked
    bits = variants.bits(b"viewer", made.segments)
    clip = leaked(work, bits, look, tmp_path / "clip.mp4", bears=bears)

    read = reading.read(cell(clip, work, tools), film_of_ours)

    assert read.bits == bits[read.first : read.first + len(read.bits)]
    assert (read.first, len(read.bits)) == (0, made.segments - 1), "the last segment is not whole"


def test_variants_are_one_film_to_every_reader_and_differ_by_little(marked) -> None:
    work, made, _ = marked
    first, second = (hls.durations(work / folder / "playlist.m3u8") for folder in making.FOLDERS)

    assert first == second
    assert [round(seconds) for _, seconds in first] == [4] * 6 + [2]
    assert (made.width, made.height, made.segments) == (320, 180, 7)
    likeness = subprocess.run(
        ["ffmpeg", "-v", "info", *[word for folder in making.FOLDERS for word in
         ("-allowed_extensions", "ALL", "-i", str(work / folder / "playlist.m3u8"))], "-lavfi", "ssim", "-f", "null", "-"],
        capture_output=True, text=True, check=True, timeout=120,
    ).stderr  # fmt: skip
    assert float(likeness.rpartition("All:")[2].split()[0]) > 0.95


def test_a_clip_of_another_film_is_told_from_ours(marked, clips: Clips, tools) -> None:
    work, _, film_of_ours = marked
    other = clips.draw(film(picture="testsrc2", size="320x180", rate="12", seconds=12, sound=None))

    with pytest.raises(NotFromHere):
        reading.read(cell(other, work, tools), film_of_ours)


def test_what_is_no_film_is_from_nowhere(marked, tools, tmp_path) -> None:
    work, _, film_of_ours = marked
    (tmp_path / "no.mp4").write_bytes(b"no film")

    with pytest.raises(NotFromHere):
        reading.read(cell(tmp_path / "no.mp4", work, tools), film_of_ours)
