"""Subtitles that people write, and those that they should not: what is read, counted, and made harmless."""

import re
from functools import partial
from pathlib import Path

import pytest

from festival.language import inside
from media import hls, scan, screener, subtitles
from media.subtitles import Cue, TextTrack, Unreadable, read
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


ASS = """[Script Info]
ScriptType: v4.00+

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,{\\pos(1,2)}Bonjour
Dialogue: 0,0:00:02.60,0:00:02.70,Default,,0,0,0,,{\\p1}m 0 0 l 1 1{\\p0}
Comment: 0,0:00:02.60,0:00:02.70,Default,,0,0,0,,a note
Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,Au revoir
"""
TTML = """<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml"><body><div>
<p begin="00:00:01.000" end="00:00:02.500">Bonjour</p><p begin="3s" end="4s">Au revoir</p>
</div></body></tt>"""


@pytest.mark.parametrize(("kind", "text"), [
    ("srt", SRT.replace(":", " : ").replace(",", " , ")),
    ("srt", SRT.replace(",", ".")),
    ("srt", SRT.replace(",500", ":500").replace(",000", "")),
    ("srt", SRT.replace("-->", "->")),
    ("srt", SRT.replace("00:00:01", "\u200f00:00:01").replace("-->", "\u200e-->\ufeff").replace("4,000", "4,000\u202c")),
    ("vtt", STYLED.decode()),
    ("ass", ASS),
    ("ttml", TTML),
    ("microdvd", "{24}{60}Bonjour\n{72}{96}Au revoir\n"),
    ("mpl2", "[10][25]Bonjour\n[30][40]Au revoir\n"),
])  # fmt: skip
def test_other_times_and_other_kinds_of_file_are_read(kind: str, text: str) -> None:
    found = read(text.encode(), runtime=10, rate=24.0)

    assert (found.format, [cue.text for cue in found.cues]) == (kind, ["Bonjour", "Au revoir"])
    assert (found.cues[0].start, round(found.cues[0].end, 1)) == (1.0, 2.5)
    assert found.bad == 0


@pytest.mark.parametrize("text", [
    "{24}{60}No rate is known\n",
    TTML.replace("<tt ", '<!DOCTYPE t [<!ENTITY lol "lol">]><tt '),
    TTML.replace("3s", "3f"),
    "[Script Info]\n[Events]\nDialogue: " + "{\\i1}a" * 1_000_000,
    "{1}{2}a\n" * 1_000_000,
    "-->\n" * 2_000_000,
    "<SAMI><BODY><SYNC Start=1000><P>Bonjour</BODY></SAMI>",
])  # fmt: skip
def test_what_cannot_be_read_whole_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read(text.encode(), runtime=10)


def test_a_cue_of_two_lines_is_slanted_and_can_do_no_harm() -> None:
    text = ASS.replace("{\\pos(1,2)}Bonjour", r"{\i1}Bon{\i0}jour\N<script>alert(1)</script>")

    assert read(text.encode(), runtime=10).cues[0].text == "<i>Bon</i>jour\nalert(1)"


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u2066", "\u2067", "\u2069"])
def test_marks_of_direction_stay(mark: str) -> None:
    found = read(SRT.replace("Bonjour", f"{mark}שלום").encode(), runtime=10)

    assert found.cues[0].text == f"{mark}שלום"


def test_a_letter_that_was_lost_is_found_in_its_cue() -> None:
    damaged = (SRT * 2).replace("Bonjour", "Déjà là, bientôt").encode().replace("ô".encode(), b"\xf4", 1)

    found = read(damaged, runtime=10, language="fr")

    assert found.encoding == "utf-8"
    assert [(place, cue.text) for place, cue in found.lost] == [(1, "Déjà là, bient\ufffdt")]


def test_the_first_cues_are_joined_by_those_that_tell_how_they_were_read() -> None:
    lines = ["A", "B", "C", "D", "Été", "E", "Là"]
    text = "\n".join(f"00:0{n}.000 --> 00:0{n}.500\n{line}\n" for n, line in enumerate(lines))

    assert [cue.text for cue in read(text.encode(), runtime=10).first] == ["A", "B", "C", "Été", "Là"]


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
    line = hls.text_line(0, TextTrack("s0", 'fr",URI="x', 1))

    assert line == ('#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="texts",NAME="1",DEFAULT=NO,AUTOSELECT=YES,'
                    'FORCED=NO,URI="s0/playlist.m3u8"')  # fmt: skip


@pytest.mark.parametrize(("lang", "names"), [
    ("fr", ["français (dans le film)", "portugais brésilien (dans le film)", "suédois (dans le film)",
            "français (dans le film) 2", "sous-titres du film"]),
    ("en", ["French (in the film)", "Brazilian Portuguese (in the film)", "Swedish (in the film)",
            "French (in the film) 2", "the film’s own subtitles"]),
])  # fmt: skip
def test_subtitles_inside_a_film_have_the_names_that_a_person_would_say(lang: str, names: list[str]) -> None:
    """Also in copies of before, whose tracks are called *1 fr*."""
    tags = ["fra", "pt-br", "swe", "fre", "x"]
    master = "\n".join(hls.text_line(place, TextTrack(f"s{place}", tag, 1)) for place, tag in enumerate(tags))
    old = master.replace('NAME="1"', 'NAME="1 fr"')

    for text in (master, old):
        told = hls.named(text, partial(inside, lang))
        assert re.findall('NAME="([^"]*)"', told) == names
        assert re.findall('LANGUAGE="([^"]*)"', told) == ["fr", "pt-BR", "sv", "fr"]


def test_the_subtitles_inside_a_film_are_a_group_of_its_copy(clips: Clips, sandbox_for) -> None:
    srt = clips.written("two.srt", SRT.encode())
    source = clips.draw(
        ["-i", str(clips.draw(film(seconds=5))), "-i", str(srt), "-map", "0", "-map", "1",
         "-c", "copy", "-c:s", "mov_text", "-metadata:s:s:0", "language=fra"]
    )  # fmt: skip
    sandbox = sandbox_for(source)

    made = screener.make(sandbox, scan.inspect(sandbox))

    assert made.texts == (TextTrack("s0", "fra", 2),)
    master = (sandbox.work / "master.m3u8").read_text()
    assert 'TYPE=SUBTITLES,GROUP-ID="texts",NAME="1",LANGUAGE="fr"' in master
    assert master.count('SUBTITLES="texts"') == len(made.rungs)
    assert "00:00:01.000 --> 00:00:02.500\nBonjour" in (sandbox.work / "s0" / "seg_00000.vtt").read_text()


def test_six_channels_are_kept_beside_stereo(clips: Clips, sandbox_for) -> None:
    sandbox = sandbox_for(clips.draw(film(channels=6, seconds=2)))

    made = screener.make(sandbox, scan.inspect(sandbox))

    master = (sandbox.work / "master.m3u8").read_text()
    assert 'GROUP-ID="sound",NAME="Stereo",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2"' in master
    assert 'GROUP-ID="surround",NAME="5.1",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="6"' in master
    assert master.count("#EXT-X-STREAM-INF") == 2 * len(made.rungs)

