"""Files that mean harm: each gets its verdict, reads nothing but itself, calls nobody."""

import json
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator

import pytest

from media import policy, scan, screener, windows
from media.facts import Facts
from media.policy import Outcome
from media.sandbox import Sandbox
from submissions.uploads import shown_name
from tests.clips import Clips, film

RULES = policy.load("demo")
SCRIPT = b"<script>alert(1)</script>"


class Canary:
    """A server that counts requests."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.requests = 0
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        while True:
            try:
                guest, _ = self.server.accept()
            except OSError:
                return
            self.requests += 1
            guest.close()


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    made = Canary()
    yield made
    made.server.close()


def verdict(facts: Facts) -> tuple[str, str]:
    given = policy.judge(facts, RULES)
    return given.outcome.value, given.findings[0].code if given.findings else ""


def test_the_canary_sings(canary: Canary) -> None:
    before = canary.requests
    socket.create_connection(("127.0.0.1", canary.port)).close()
    threading.Event().wait(0.1)

    assert canary.requests == before + 1


@pytest.mark.parametrize("text", [
    "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:{port}/a.ts\n#EXT-X-ENDLIST",
    "#EXTM3U\n#EXTINF:1,\nfile://{secret}\n",
    "#EXTM3U\n#EXTINF:1,\nconcat:{secret}|subfile,,start,0,end,9,,:{secret}\n",
    "\ufeff#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:{port}/\n",
    "\n\n  #EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:{port}/\n",
    "ffconcat version 1.0\nfile {sibling}\n",
    "ffconcat version 1.0\nfile '{secret}'\n",
    "# a comment first\nffconcat version 1.0\nfile {sibling}\n",
    "<?xml version='1.0'?><MPD><BaseURL>http://127.0.0.1:{port}/</BaseURL></MPD>",
    "<MPD xmlns='urn:mpeg:dash:schema:mpd:2011'><BaseURL>http://127.0.0.1:{port}/</BaseURL></MPD>",
    "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video {port} RTP/AVP 96\n",
    "[playlist]\nFile1=http://127.0.0.1:{port}/\n",
    "<smil><body><video src='http://127.0.0.1:{port}/'/></body></smil>",
    "<svg xmlns='http://www.w3.org/2000/svg'><image href='http://127.0.0.1:{port}/'/></svg>",
    "RTSPtext\nRTSP://127.0.0.1:{port}/\n",
    "http://127.0.0.1:{port}/film.mp4",
])  # fmt: skip
def test_a_list_of_other_places_is_never_followed(
    clips: Clips, sandbox_for, canary: Canary, text: str
) -> None:
    sibling = clips.draw(film())
    secret = clips.written("secret.txt", b"the secret of the house")
    script = clips.written(
        "script.mp4", text.format(port=canary.port, secret=secret, sibling=sibling.name).encode()
    )
    before = canary.requests

    facts = scan.inspect(sandbox_for(script))

    assert verdict(facts)[0] in {"quarantined", "refused"}
    assert (facts.streams, facts.duration, canary.requests) == (0, 0.0, before)


def gab2(port: int) -> bytes:
    """An AVI whose subtitle track is a playlist: the attack of 2016 on every video site."""
    playlist = f"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:{port}/\n#EXT-X-ENDLIST\n".encode()
    body = b"GAB2\0\x02\0" + struct.pack("<I", 0) + b"\x04\0" + struct.pack("<I", len(playlist)) + playlist
    chunk = b"00tx" + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    movi = b"LIST" + struct.pack("<I", 4 + len(chunk)) + b"movi" + chunk
    strh = b"strh" + struct.pack("<I", 56) + b"txts" + b"\0" * 52
    strf = b"strf" + struct.pack("<I", 4) + b"\0" * 4
    strl = b"LIST" + struct.pack("<I", 4 + len(strh) + len(strf)) + b"strl" + strh + strf
    avih = b"avih" + struct.pack("<I", 56) + b"\0" * 24 + struct.pack("<I", 1) + b"\0" * 28
    hdrl = b"LIST" + struct.pack("<I", 4 + len(avih) + len(strl)) + b"hdrl" + avih + strl
    return b"RIFF" + struct.pack("<I", 4 + len(hdrl) + len(movi)) + b"AVI " + hdrl + movi


def test_a_playlist_hidden_in_an_avi_calls_nobody(clips: Clips, sandbox_for, canary: Canary) -> None:
    before = canary.requests

    facts = scan.inspect(sandbox_for(clips.written("gab2.avi", gab2(canary.port))))

    assert verdict(facts) == ("quarantined", "HOSTILE_REFERENCE")
    assert canary.requests == before


def test_an_encrypted_film_is_refused_as_such(clips: Clips, sandbox_for) -> None:
    content = clips.draw(film()).read_bytes().replace(b"avc1", b"encv", 2)
    locked = clips.written("locked.mp4", content)

    found = {f.code for f in policy.judge(scan.inspect(sandbox_for(locked)), RULES).findings}

    assert "CONTENT_ENCRYPTED" in found


def test_a_picture_too_large_to_think_of_is_never_decoded(clips: Clips, sandbox_for) -> None:
    huge = clips.draw(film(size="10000x5000", rate="1", seconds=1, picture="color=c=black",
                           sound=None, video=("-c:v", "ffv1")), kind="mkv")  # fmt: skip

    assert verdict(scan.inspect(sandbox_for(huge))) == ("refused", "DIMENSIONS_TOO_LARGE")


def test_three_hundred_tracks_are_refused(clips: Clips, sandbox_for) -> None:
    base, path = clips.draw(film(seconds=1)), clips.folder / "tracks.mkv"
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", str(base), "-map", "0:v",
                    *["-map", "0:a"] * 120, "-c", "copy", str(path)], check=True, timeout=60)  # fmt: skip

    assert verdict(scan.inspect(sandbox_for(path))) == ("refused", "STREAM_COUNT")


def nested(depth: int) -> bytes:
    box = b""
    for _ in range(depth):
        box = struct.pack(">I4s", len(box) + 8, b"trak") + box
    return struct.pack(">I4s", 24, b"ftyp") + b"isom\0\0\0\0isommp42" + struct.pack(">I4s", len(box) + 8, b"moov") + box


@pytest.mark.parametrize("content", [
    nested(4000),
    struct.pack(">I4s", 24, b"ftyp") + b"isom\0\0\0\0isommp42" + struct.pack(">I4sQ", 1, b"moov", 2**62),
    struct.pack(">I4s", 24, b"ftyp") + b"isom\0\0\0\0isommp42" + b"\0\0\0\x08moov" * 50_000,
    b"\x1a\x45\xdf\xa3" + b"\xff" * 4000,
    b"\x1a\x45\xdf\xa3\x01" + b"\0" * 100_000,
    b"RIFF\xff\xff\xff\xffAVI LIST" + b"\xff" * 5000,
    b"\x06\x0e\x2b\x34\x02\x05\x01\x01" + b"\xff" * 5000,
    (b"G" + b"\xff" * 187) * 200,
    b"\x00\x00\x01\xba" + b"\xff" * 5000,
])  # fmt: skip
def test_nonsense_in_a_films_clothes_is_refused(clips: Clips, sandbox_for, content: bytes) -> None:
    facts = scan.inspect(sandbox_for(clips.written("nonsense.mp4", content)))

    assert verdict(facts)[0] == "refused"


@pytest.mark.parametrize("tail", [b"PK\x03\x04" + b"zipped" * 200, SCRIPT * 20, b"%PDF-1.7" * 40])
def test_nothing_of_a_second_nature_reaches_the_copy(
    clips: Clips, sandbox_for, tail: bytes
) -> None:
    content = clips.draw(film()).read_bytes()
    sandbox = sandbox_for(clips.written("polyglot.mp4", content + tail))

    facts = scan.inspect(sandbox)
    screener.make(sandbox, windows.look(sandbox, facts))

    assert "CONTAINER_TRAILING_DATA" in {f.code for f in policy.judge(facts, RULES).findings}
    assert not holds(sandbox, tail[:8])


def test_names_and_notes_of_a_film_go_nowhere(clips: Clips, sandbox_for) -> None:
    evil = "\x1b[2J\x1b]0;owned\x07<script>alert(1)</script>\r\nBcc: all@example.org"
    path = clips.folder / "notes.mp4"
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", str(clips.draw(film())), "-c",
                    "copy", "-metadata", f"title={evil}", "-metadata", f"comment={evil}",
                    str(path)], check=True, timeout=60)  # fmt: skip
    sandbox = sandbox_for(path)

    facts = scan.inspect(sandbox)
    screener.make(sandbox, windows.look(sandbox, facts))

    assert "script" not in json.dumps(facts, default=str)
    assert not holds(sandbox, b"<script")
    assert not holds(sandbox, b"owned")


def holds(sandbox: Sandbox, needle: bytes) -> bool:
    return any(needle in path.read_bytes() for path in sandbox.work.rglob("*") if path.is_file())


NAMES = [
    "../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/shadow", "-i", "-y", "concat:a|b",
    "http://127.0.0.1/film.mp4", "file:///etc/passwd", "film%03d.mp4", "film\0.mp4", "film\n.mp4",
    "\u202egpj.mp4", "a" * 400 + ".mp4", "'; rm -rf / #.mp4", "$(reboot).mp4", "`id`.mp4",
    "film.mp4\r\nSet-Cookie: a=b", "<img src=x onerror=alert(1)>.mp4", "CON", "nul.mp4", ".", "..",
    "", " ", "film .mp4 ", "=cmd|'/c calc'!A1", "e\u0301toile.mp4", "\ufefffilm.mp4", "🚀.mp4",
    "movie.mp4:stream", "%2e%2e%2f",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_shown_and_never_used(clips: Clips, sandbox_for, name: str) -> None:
    facts = scan.inspect(sandbox_for(clips.draw(film())), name=name)
    shown = shown_name(name)

    assert facts.refusal == ""
    assert len(shown) <= 255
    assert not set(shown) & set("/\\\0\r\n\u202e")


def test_a_film_that_claims_eternity_makes_no_eternal_copy(clips: Clips, sandbox_for) -> None:
    path = clips.folder / "eternal.mkv"
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i",
                    "testsrc2=size=320x180:rate=24:d=1", "-vf", "setpts='if(eq(N,23),PTS+100000/TB,PTS)'",
                    "-vsync", "passthrough", "-c:v", "libx264", "-preset", "ultrafast", str(path)],
                   check=True, timeout=60)  # fmt: skip
    facts = scan.inspect(sandbox_for(path))

    given = policy.judge(facts, RULES)
    assert given.outcome == Outcome.REFUSED
    assert {"TIMESTAMP_GAP", "DURATION_LONG"} & {f.code for f in given.findings}
