"""Flash and beep: films that can be timed, and a Chromium that plays their copies with the house's player.

A flash is timed by the stamp of the first bright frame that the browser shows. A beep is timed in an
audio worklet and set against the clock of the video element, which follows the sound that is played.
"""

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
PERIOD = 2.0  # a flash and a beep at 1 s, 3 s, 5 s…
FLAGS = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"]

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
