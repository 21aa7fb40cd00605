"""Flash and beep: films that can be timed, and a Chromium that plays their copies with the house's player.

A flash is timed by the stamp of the first bright frame that the browser shows. A beep is timed in an
audio worklet and set against the clock of the video element, which follows the sound that is played.
The second witness is ffmpeg, which decodes what the stamps of the files say.
"""

import functools
import http.server
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from playwright.sync_api import Page, sync_playwright

from media import chunks, scan, screener, windows
from media.facts import Facts
from media.graph import CopyClock
from media.sandbox import Sandbox
from tests.clips import REC709, Clips

ROOT = Path(__file__).parents[1]
PERIOD = 2.0  # a flash and a beep at 1 s, 3 s, 5 s…
SECONDS = 8.0
SOUND = 0.022  # seconds: what broadcasters allow
BEAT = f"lt(mod(t+1\\,{PERIOD})\\,0.08)*gte(t\\,0.5)"
BEEP = f"aevalsrc=0.5*sin(2*PI*1000*t)*{BEAT}:s=48000"
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "48", "-pix_fmt", "yuv420p", *REC709)
FLAGS = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"]



def flash(rate: str = "24", size: str = "320x180") -> str:
    return (
        f"testsrc2=s={size}:r={rate},eq=brightness=-0.25:contrast=0.6,"
        f"drawbox=c=white:t=fill:enable='{BEAT}'"
    )


def film(
    rate: str = "24", *, sound: str = BEEP, look: str = "", before: tuple[str, ...] = (), more: tuple[str, ...] = ()
) -> list[str]:
    """Arguments for a film with a flash and a beep; `before` stands before the sound's input."""
    picture = flash(rate) + (f",{look}" if look else "")
    return [
        "-f", "lavfi", "-i", picture, *before, "-f", "lavfi", "-i", sound, "-t", str(SECONDS),
        *X264, "-c:a", "aac", *more,
    ]  # fmt: skip


def late(clips: Clips, *, picture: float = 0, sound: float = 0) -> Path:
    """Nothing of one stream in the file before this second; what is there keeps its time."""
    whole = str(clips.draw(film()))
    return clips.draw([
        "-i", whole, "-i", whole, "-map", "0:v", "-map", "1:a", *X264, "-c:a", "aac", "-fps_mode", "passthrough",
        "-vf", f"trim=start={picture}", "-af", f"atrim=start={sound}",
    ])  # fmt: skip


def with_a_hole(
    clips: Clips, *, begin: float = 3.5, end: float = 6.5, kind: str = "mp4", step: float = 0
) -> Path:
    """Sound packets of some seconds are not there; what follows comes a `step` later, as at a join."""
    whole = str(clips.draw(film()))
    lost = f"noise=drop=between(pts*tb\\,{begin}\\,{end})"
    moved = f"setts=ts=PTS+gt(PTS\\,{(end + 0.2) * 48_000})*{step * 48_000}"
    torn = clips.draw(["-i", whole, "-c", "copy", "-bsf:a", f"{lost},{moved}"])
    return torn if kind == "mp4" else clips.draw(["-i", str(torn), "-c", "copy"], kind=kind)


def trimmed(clips: Clips, *, start: float = 1.3) -> Path:
    """What a phone's trim writes: everything from the key frame on, and an edit list over it."""
    return clips.draw(["-ss", str(start), "-i", str(clips.draw(film())), "-c", "copy"])


def elsewhere(clips: Clips, *, rate: str = "24", kind: str, more: tuple[str, ...] = ()) -> Path:
    return clips.draw([*film(rate), *more], kind=kind)


TS_LATE = ("-output_ts_offset", "1000")
MADE: dict[str, Callable[[Clips], Path]] = {
    "24 fps": lambda clips: clips.draw(film()),
    "23.976 fps": lambda clips: clips.draw(film("24000/1001")),
    "25 fps, 44.1 kHz, MKV": lambda clips: elsewhere(clips, rate="25", kind="mkv", more=("-ar", "44100")),
    "30 fps": lambda clips: clips.draw(film("30")),
    "50 fps": lambda clips: clips.draw(film("50")),
    "sound 0.5 s late": lambda clips: late(clips, sound=0.5),
    "picture 0.94 s late": lambda clips: late(clips, picture=0.94),
    "3 s without sound": with_a_hole,
    "trimmed, edit list": trimmed,
    "MPEG-TS from 1000 s": lambda clips: elsewhere(clips, kind="ts", more=TS_LATE),
    "a hole and a step, in MPEG-TS": lambda clips: with_a_hole(clips, kind="ts", step=0.012),
    "in parts, sound late": lambda clips: late(clips, sound=0.5),
}
PARTS = "in parts"


def agree(found: list[float], wanted: list[float], within: float) -> bool:
    """Every time of the film is there, and nothing else."""
    return len(found) == len(wanted) and all(
        abs(a - b) <= within for a, b in zip(found, wanted, strict=True)
    )


def inspected(sandbox: Sandbox) -> Facts:
    return windows.look(sandbox, scan.inspect(sandbox))


def copied(name: str, source: Path, sandbox_for: Callable[[Path], Sandbox]) -> tuple[Path, CopyClock]:
    """The copy of this film through the house's own code, and how it counts."""
    sandbox = sandbox_for(source)
    facts = inspected(sandbox)
    clock = screener.clock_of(sandbox, facts)
    if name.startswith(PARTS):
        whole, _ = joined_from_parts(source, facts, clock, sandbox_for, seconds=4)
        return whole.work, clock
    screener.make(sandbox, facts)
    return sandbox.work, clock


def joined_from_parts(
    source: Path, facts: Facts, clock: CopyClock, sandbox_for: Callable[[Path], Sandbox], *, seconds: float
) -> tuple[Sandbox, screener.Screener]:
    """Every chunk in a sandbox of its own, in any order, then the join."""
    whole, plan = sandbox_for(source), chunks.plan(facts, clock, seconds=seconds)
    for chunk in reversed(plan.chunks):
        sandbox = sandbox_for(source)
        chunks.encode(sandbox, facts, clock, chunk)
        shutil.copytree(sandbox.work, chunks.folder_of(whole.work, chunk))
    sandbox = sandbox_for(source)
    chunks.encode_sound(sandbox, facts, clock)
    shutil.copytree(sandbox.work, whole.work / "sound")
    return whole, chunks.join(whole, plan)


def flashes(path: Path, *options: str) -> list[float]:
    """When it begins to be bright, by the stamps of decoded pictures."""
    told = noted(path, *options, "-map", "0:V:0", "-vf", "scale=64:36,signalstats,metadata=print:file=-")
    return begins(told, "signalstats.YAVG", above=200, quiet=0.0)


def beeps(path: Path, *options: str) -> list[float]:
    """When it begins to sound, to the millisecond, by the stamps of decoded sound."""
    look = ("asetnsamples=n=48:p=0,astats=metadata=1:reset=1:measure_perchannel=none:"
            "measure_overall=Peak_level,ametadata=print:file=-")  # fmt: skip
    return begins(noted(path, *options, "-map", "0:a:0", "-af", look), "Peak_level", above=-34, quiet=0.3)


def noted(path: Path, *options: str) -> str:
    """`options` before `-map` are the input's."""
    at = options.index("-map")
    argv = ["ffmpeg", "-nostdin", "-v", "error", *options[:at], "-i", str(path), *options[at:], "-f", "null", "-"]
    return subprocess.run(argv, capture_output=True, text=True, check=True, timeout=120).stdout


def begins(told: str, key: str, *, above: float, quiet: float) -> list[float]:
    found, last, before = [], -1.0, True
    for when, level in re.findall(rf"pts_time:(-?[\d.]+)\n(?:lavfi.*\n)*?lavfi\.\S*{key}=(-?[\d.]+)?", told):
        loud = bool(level) and float(level) > above
        if loud and not before and float(when) - last > quiet:
            found.append(float(when))
        last, before = (float(when) if loud else last), loud
    return found


COPY = ("-copyts", "-allowed_extensions", "ALL")


def stamped(copy: Path) -> tuple[list[float], list[float]]:
    """Flashes and beeps of a copy, by its own decoded stamps."""
    return flashes(copy / "v0/playlist.m3u8", *COPY), beeps(copy / "a0/playlist.m3u8", *COPY)


PAGE = """<!doctype html><meta charset="utf-8"><title>flash and beep</title>
<script type="module" src="/watch.js"></script>"""

EAR = """
class Ear extends AudioWorkletProcessor {
  quiet = 0
  process ([input]) {
    const samples = input[0] ?? []
    for (let place = 0; place < samples.length; place++) {
      const loud = Math.abs(samples[place]) > 0.02
      if (loud && this.quiet > 0.3 * sampleRate) this.port.postMessage(currentTime + place / sampleRate)
      this.quiet = loud ? 0 : this.quiet + 1
    }
    return true
  }
}
registerProcessor('ear', Ear)
"""

WATCH = """
import Hls from '/hls.js'

const median = all => all.sort((a, b) => a - b)[all.length >> 1]

window.watch = async (address, until) => {
  const video = document.createElement('video')
  document.body.replaceChildren(video)
  const context = new AudioContext({ sampleRate: 48000 })
  await context.audioWorklet.addModule('/ear.js')
  const ear = new AudioWorkletNode(context, 'ear')
  context.createMediaElementSource(video).connect(ear).connect(context.destination)
  const heard = [], flashes = [], apart = []
  ear.port.onmessage = event => heard.push(event.data)

  const pixels = Object.assign(document.createElement('canvas'), { width: 16, height: 9 })
    .getContext('2d', { willReadFrequently: true })
  let bright = true
  const look = (_, frame) => {
    pixels.drawImage(video, 0, 0, 16, 9)
    const level = pixels.getImageData(0, 0, 16, 9).data.reduce((sum, one) => sum + one) / (16 * 9 * 4)
    if (level > 220 && !bright) flashes.push(frame.mediaTime)
    bright = level > 220
    video.requestVideoFrameCallback(look)
  }
  video.requestVideoFrameCallback(look)

  const faults = []
  if (address.endsWith('.m3u8')) {
    const hls = new Hls({ startPosition: 0 })
    hls.on(Hls.Events.ERROR, (_, fault) => faults.push(fault.details))
    hls.loadSource(address)
    hls.attachMedia(video)
  } else video.src = address
  await new Promise(resolve => video.addEventListener('canplay', resolve, { once: true }))
  await video.play()
  const began = performance.now()
  while (!video.ended && video.currentTime < until && performance.now() - began < 3000 * until + 20000) {
    await new Promise(resolve => setTimeout(resolve, 7))
    if (video.currentTime > 0.5) apart.push(video.currentTime - context.currentTime)
  }
  const shift = median(apart)
  const told = { flashes, beeps: heard.map(when => when + shift), faults, reached: video.currentTime }
  video.pause()
  await context.close()
  return told
}
"""


class Seen(msgspec.Struct, frozen=True):
    """Media times in seconds of what began to flash and to beep, as a viewer had it."""

    flashes: list[float]
    beeps: list[float]
    faults: list[str]
    reached: float


class Door(http.server.SimpleHTTPRequestHandler):
    """The page, the house's own hls.js, and the copies under one folder."""

    OWN = {"/": ("text/html", PAGE), "/watch.js": ("text/javascript", WATCH), "/ear.js": ("text/javascript", EAR)}

    def do_GET(self) -> None:
        if self.path == "/hls.js":
            self.answer("text/javascript", (ROOT / "api/static/vendor/hls.js").read_bytes())
        elif self.path in self.OWN:
            kind, text = self.OWN[self.path]
            self.answer(kind, text.encode())
        else:
            super().do_GET()

    def answer(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads along."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Door, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()


class Screen:
    """A browser before the copies of one folder."""

    def __init__(self, page: Page, door: str) -> None:
        self.page, self.door = page, door

    def watch(self, name: str, *, until: float) -> Seen:
        self.page.goto(self.door)
        self.page.wait_for_function("() => Boolean(window.watch)")
        told: dict[str, Any] = self.page.evaluate("([a, u]) => watch(a, u)", [f"{self.door}/{name}", until])
        return msgspec.convert(told, Seen)


@contextmanager
def screen(folder: Path) -> Iterator[Screen]:
    with served(folder) as door, sync_playwright() as players:
        browser = players.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page()
        page.set_default_timeout(180_000)
        yield Screen(page, door)
        browser.close()
