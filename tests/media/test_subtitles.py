"""Subtitles that people write, and those that they should not: what is read, counted, and made harmless."""

from pathlib import Path

import pytest

from media import hls, scan, screener, subtitles
from media.subtitles import Cue, Track, Unreadable, read
from tests.clips import Clips, film

SRT = "1\n00:00:01,000 --> 00:00:02,500\nBonjour\n\n2\n00:00:03,000 --> 00:00:04,000\nAu revoir\n"
STYLED = b"""WEBVTT

STYLE
::cue { color: red }

first
00:01.000 --> 00:02.500 line:0
Bonjour

NOTE
of two lines

00:03.000 --> 00:04.000
Au revoir
"""
BAD = """1
00:00:09,000 --> 00:00:08,000
backwards

2
soon --> later
no time

3
00:00:05,000 --> 00:00:06,000

"""
TWO = (Cue(1.0, 2.5, "Bonjour"), Cue(3.0, 4.0, "Au revoir"))


@pytest.mark.parametrize(
    "raw",
    [
        SRT.encode(),
        b"\xef\xbb\xbf" + SRT.encode(),
        SRT.replace("\n", "\r\n").encode(),
        SRT.replace("\n", "\r").encode(),
        b"\xff\xfe" + SRT.encode("utf-16-le"),
        b"\xfe\xff" + SRT.encode("utf-16-be"),
        ("WEBVTT - a film\n\nNOTE by me\n\n" + SRT.replace(",", ".")).encode(),
        STYLED,
        SRT.replace("\n\n2", "\n2").encode(),
        SRT.replace(",000 -->", ",000  -->").replace("Bonjour", "Bonjour\n\n").encode(),
    ],
)
def test_srt_and_webvtt_are_read_however_they_were_written(raw: bytes) -> None:
    assert read(raw, runtime=10).cues == TWO


def test_what_windows_wrote_keeps_its_accents() -> None:
    found = read(SRT.replace("Bonjour", "Où est l’été…").encode("cp1252"), runtime=10)

    assert (found.cues[0].text, found.encoding) == ("Où est l’été…", "cp1252")


def test_bad_cues_are_counted_and_cost_no_other() -> None:
    found = read((BAD + SRT).encode(), runtime=10)

    assert (found.cues, found.bad) == (TWO, 3)


def test_cues_after_the_film_are_counted_and_the_last_ends_with_it() -> None:
    late = "\n3\n00:00:20,000 --> 00:00:21,000\nNobody sees this\n"

    found = read((SRT + late).encode(), runtime=3.5)

    assert found.late == 1
    assert found.cues[-1] == Cue(3.0, 3.5, "Au revoir")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("<i>là</i>", "<i>là</i>"),
        ("<I>là</I>", "<i>là</i>"),
        ("<i>là", "là"),
        ("<i><b>là</i></b>", "là"),
        ("<font color=red>là</font>", "là"),
        ("{\\an8}là", "là"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("<img src=x onerror=alert(1)>là", "là"),
        ("<b onclick=alert(1)>là</b>", "<b>là</b>"),
        ("&lt;script&gt;là", "&lt;script&gt;là"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("<c.red>là</c> <00:00:01.500>bas", "là bas"),
        ("là\x01\x1b[31m\u202e", "là[31m"),
        ("<scr<b>ipt>là", "là"),
    ],
)
def test_a_cue_keeps_its_words_and_its_slant_and_nothing_else(written: str, kept: str) -> None:
    found = read(f"1\n00:00:01,000 --> 00:00:02,000\n{written}\n".encode(), runtime=10)

    assert found.cues[0].text == kept


@pytest.mark.parametrize("raw", [b"", b"\x00\x01\x02 --> ", b"Just a letter.", b"-->" * 20, b" " * 9_000_000])
def test_what_is_no_subtitle_is_refused(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        read(raw, runtime=10)


def test_a_cue_is_written_into_every_minute_in_which_it_is_seen(tmp_path: Path) -> None:
    subtitles.write(tmp_path / "s0", (Cue(58.0, 62.0, "là"), Cue(70.0, 71.0, "ici")), runtime=90.0)

    parts = hls.durations(tmp_path / "s0" / "playlist.m3u8")
    first, second = ((tmp_path / "s0" / name).read_text() for name, _ in parts)

    assert [seconds for _, seconds in parts] == [60.0, 30.0]
    assert "00:00:58.000 --> 00:01:02.000\nlà" in first
    assert "là" in second
    assert "ici" in second
    assert "ici" not in first


def test_a_makers_language_cannot_break_the_master(tmp_path: Path) -> None:
    line = hls.text_line(0, Track("s0", 'fr",URI="x', 1))

    assert line == ('#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="texts",NAME="1",DEFAULT=NO,AUTOSELECT=YES,'
                    'FORCED=NO,URI="s0/playlist.m3u8"')  # fmt: skip


def test_the_subtitles_inside_a_film_are_a_group_of_its_copy(clips: Clips, cell_for) -> None:
    srt = clips.written("two.srt", SRT.encode())
    source = clips.draw(
        ["-i", str(clips.draw(film(seconds=5))), "-i", str(srt), "-map", "0", "-map", "1",
         "-c", "copy", "-c:s", "mov_text", "-metadata:s:s:0", "language=fra"]
    )  # fmt: skip
    cell = cell_for(source)

    made = screener.make(cell, scan.inspect(cell))

    assert made.texts == (Track("s0", "fra", 2),)
    master = (cell.work / "master.m3u8").read_text()
    assert 'TYPE=SUBTITLES,GROUP-ID="texts",NAME="1 fr",LANGUAGE="fr"' in master
    assert master.count('SUBTITLES="texts"') == len(made.rungs)
    assert "00:00:01.000 --> 00:00:02.500\nBonjour" in (cell.work / "s0" / "seg_00000.vtt").read_text()


def test_six_channels_are_kept_beside_stereo(clips: Clips, cell_for) -> None:
    cell = cell_for(clips.draw(film(channels=6, seconds=2)))

    made = screener.make(cell, scan.inspect(cell))

    master = (cell.work / "master.m3u8").read_text()
    assert 'GROUP-ID="sound",NAME="Stereo",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2"' in master
    assert 'GROUP-ID="surround",NAME="5.1",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="6"' in master
    assert master.count("#EXT-X-STREAM-INF") == 2 * len(made.rungs)

