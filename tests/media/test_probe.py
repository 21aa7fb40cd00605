"""What a file is, by its first bytes and its boxes; its name is never asked."""

from pathlib import Path

import pytest

from media.boxes import Boxes, walk
from media.probe import headers, sniff, sniff_file
from media.runner import PermanentFault
from tests.clips import Clips, film

BOX = b"\x00\x00\x00\x10"


@pytest.mark.parametrize(("head", "found"), [
    (BOX + b"ftypisom", ("mp4", "")),
    (BOX + b"ftypqt  ", ("mov", "")),
    (BOX + b"ftypisom\0\0\0\0" + BOX + b"uuid<?xml version='1.0'?><smil>#EXTM3U", ("mp4", "")),
    (b"\x1a\x45\xdf\xa3 v=0\n", ("mkv", "")),
    (b"RIFF\0\0\0\0AVI LIST GAB2 #EXTM3U", ("", "HOSTILE_REFERENCE")),
    (BOX + b"wide" + b"\0" * 8, ("mov", "")),
    (b"\x1a\x45\xdf\xa3", ("mkv", "")),
    (b"\x06\x0e\x2b\x34\x02\x05\x01\x01", ("mxf", "")),
    (b"RIFF\0\0\0\0AVI LIST", ("avi", "")),
    (b"RIFF\0\0\0\0WAVEfmt ", ("", "CONTAINER_NOT_ALLOWED")),
    ((b"G" + b"\0" * 187) * 3, ("mpegts", "")),
    (b"\x00\x00\x01\xba", ("mpeg", "")),
    (b"", ("", "FILE_EMPTY")),
    (b"Dear festival, here is my film.", ("", "CONTAINER_NOT_ALLOWED")),
    (b"PK\x03\x04", ("", "CONTAINER_NOT_ALLOWED")),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", ("", "CONTAINER_NOT_ALLOWED")),
    (b"#EXTM3U\nhttp://127.0.0.1/a.ts", ("", "HOSTILE_REFERENCE")),
    (b"\xef\xbb\xbf#extm3u\n", ("", "HOSTILE_REFERENCE")),
    (b"ffconcat version 1.0\nfile other", ("", "HOSTILE_REFERENCE")),
    (b"<?xml version='1.0'?><MPD/>", ("", "HOSTILE_REFERENCE")),
    (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1", ("", "HOSTILE_REFERENCE")),
    (b"[playlist]\nFile1=/etc/passwd", ("", "HOSTILE_REFERENCE")),
])  # fmt: skip
def test_the_first_bytes_tell(head: bytes, found: tuple[str, str]) -> None:
    assert sniff(head, len(head)) == found


@pytest.mark.parametrize(("kind", "container"), [
    ("mp4", "mp4"), ("mov", "mov"), ("mkv", "mkv"), ("avi", "avi"), ("ts", "mpegts"),
])  # fmt: skip
def test_real_containers_are_known_under_any_name(clips: Clips, kind: str, container: str) -> None:
    disguised = clips.written(f"{kind}.txt", clips.draw(film(), kind=kind).read_bytes())

    assert sniff_file(disguised) == (container, "")


def test_a_whole_film_ends_where_its_boxes_end(clips: Clips) -> None:
    whole = clips.draw(film())

    assert walk(whole) == Boxes(has_tracks=True)
    assert walk(clips.cut(whole, share=0.6)) == Boxes(is_truncated=True)


@pytest.mark.parametrize("tail", [b"PK\x03\x04" + b"x" * 500, b"<script>" * 20, b"\0" * 40, b"x" * 5])
def test_foreign_bytes_after_a_film_are_counted_and_no_cut(clips: Clips, tail: bytes) -> None:
    assert walk(clips.with_bytes(clips.draw(film()), tail)) == Boxes(has_tracks=True, trailing=len(tail))


def test_boxes_without_end_are_walked_to_an_end(tmp_path: Path) -> None:
    deep = tmp_path / "deep.mp4"
    deep.write_bytes(b"\x00\x00\x00\x08free" * 200_000)

    assert walk(deep) == Boxes(trailing=800_000)


def test_ffprobe_speaks_from_inside_the_sandbox(clips: Clips, sandbox_for) -> None:
    found = headers(sandbox_for(clips.draw(film())))

    assert found["format"]["filename"] == "file:/in/film"
    assert [s["codec_name"] for s in found["streams"]] == ["h264", "aac"]


def test_a_script_that_passes_the_sniff_reads_no_other_film(clips: Clips, sandbox_for) -> None:
    """The second wall: even handed to ffprobe, a list of files opens none of them."""
    sibling = clips.draw(film())
    script = clips.written("list.mp4", f"ffconcat version 1.0\nfile '{sibling.name}'\n".encode())

    with pytest.raises(PermanentFault):
        headers(sandbox_for(script))
