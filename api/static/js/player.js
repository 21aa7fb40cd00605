// <screener-player>: the film over authorised segments, under the viewer's name, counting what is played.
import Hls from "../vendor/hls.js";
import { Controls } from "./controls.js";
import { BEAT, LITTLE, hasEnded, takeBack } from "./lent.js";
import { Played, joined } from "./played.js";
import { json } from "./shared.js";
import { clock, zone } from "./words.js";

const LITTLE_CUT = 1; // seconds that the house did not believe, and that no strip would show
const WALL = new Intl.DateTimeFormat("fr-FR", {
  day: "2-digit",
  month: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: zone,
});

export class Player extends HTMLElement {
  static handed = null; // a film that is buffered already, for the room that is drawn next

  connectedCallback() {
    this.video = this.querySelector("video");
    this.take();
    this.mark = this.querySelector("[data-mark]");
    this.played = new Played(this.video);
    this.load();
    this.controls = new Controls(this);
    this.wire();
    this.captions();
    this.seen = [];
    this.saw(JSON.parse(this.dataset.ranges || "[]"));
    this.sign();
    if ("playNow" in this.dataset) this.video.play().catch(() => {});
    this.timers = [setInterval(() => this.sign(), 20000), setInterval(() => this.beat(), BEAT)];
  }

  disconnectedCallback() {
    this.timers.forEach(clearInterval);
    this.report(true);
    this.hls?.destroy();
  }

  // What was fetched ahead takes the place of the empty picture, with its tracks.
  take() {
    const ready = Player.handed;
    Player.handed = null;
    if (ready?.src !== this.dataset.src) return ready?.hls.destroy();
    ready.video.append(...this.video.children);
    this.video.replaceWith(ready.video);
    this.video = ready.video;
    this.hls = ready.hls;
    this.hls.on(Hls.Events.ERROR, (_, fault) => this.heed(fault.response?.code));
  }

  load() {
    if (this.hls) return;
    const start = Number(this.dataset.start) || 0;
    if (!Hls.isSupported()) {
      this.video.src = this.dataset.src;
      this.video.currentTime = start;
      return;
    }
    this.hls = new Hls({
      startPosition: start,
      ...LITTLE,
      xhrSetup: (request) => {
        request.withCredentials = true;
      },
    });
    this.hls.on(Hls.Events.ERROR, (_, fault) => this.heed(fault.response?.code));
    this.hls.loadSource(this.dataset.src);
    this.hls.attachMedia(this.video);
  }

  wire() {
    const on = (name, act) => this.querySelector(`[data-${name}]`)?.addEventListener("click", act);
    on("play", () => this.toggle());
    on("full", () => this.full());
    on("back", () => this.controls.frame(-1));
    on("forth", () => this.controls.frame(1));
    on("overlay", (event) => {
      this.mark.hidden = !this.mark.hidden;
      event.currentTarget.setAttribute("aria-pressed", !this.mark.hidden);
    });
    this.querySelectorAll("[data-seek]").forEach((button) => {
      button.addEventListener("click", () => this.jump(Number(button.dataset.seek)));
    });
    const track = this.querySelector(".track");
    track.addEventListener("click", (event) => this.seek(this.controls.at(event)));
    track.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 5, ArrowLeft: -5, ArrowUp: 30, ArrowDown: -30 }[event.key];
      const end = { Home: 0, End: this.video.duration }[event.key];
      if (step || end !== undefined) {
        event.preventDefault();
        step ? this.jump(step) : this.seek(end);
      }
    });
    this.addEventListener("keydown", (event) => this.key(event));
    this.video.addEventListener("timeupdate", () => this.tick());
    for (const name of ["play", "pause"]) this.video.addEventListener(name, () => this.paint());
    this.video.addEventListener("ended", () => {
      this.beat();
      this.dispatchEvent(new CustomEvent("film-over"));
    });
    document.addEventListener("visibilitychange", () => this.beat());
    window.addEventListener("pagehide", () => this.report(true));
  }

  key(event) {
    if (
      event.target.closest("input, textarea, select, .track") ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey
    )
      return;
    const acts = {
      k: () => this.toggle(),
      " ": () => this.toggle(),
      j: () => this.jump(-10),
      l: () => this.jump(10),
      m: () => this.controls.mute(),
      ",": () => this.controls.frame(-1),
      ".": () => this.controls.frame(1),
      "<": () => this.controls.faster(-1),
      ">": () => this.controls.faster(1),
      arrowup: () => this.controls.louder(1),
      arrowdown: () => this.controls.louder(-1),
      arrowright: () => this.jump(5),
      arrowleft: () => this.jump(-5),
      f: () => this.full(),
      n: () => this.querySelector("[data-note-text]")?.focus(),
      i: () => this.dispatchEvent(new CustomEvent("film-mark", { detail: "in" })),
      o: () => this.dispatchEvent(new CustomEvent("film-mark", { detail: "out" })),
    };
    if (event.key.startsWith("Arrow") && event.target !== this) return;
    const act = acts[event.key.toLowerCase()];
    if (!act || (event.key === " " && event.target.closest("button, summary, label"))) return;
    event.preventDefault();
    act();
  }

  // The whole player goes full screen, with bar, notes and keys; the focus stays within it.
  async full() {
    const held = this.contains(document.activeElement) ? document.activeElement : this;
    if (document.fullscreenElement) await document.exitFullscreen();
    else if (this.requestFullscreen) await this.requestFullscreen();
    else this.video.webkitEnterFullscreen?.();
    held.focus();
  }

  // Subtitles of the film itself and those brought beside it, in one list; the reader's own language is
  // on where the film does not speak it.
  captions() {
    const label = this.querySelector("[data-captions]");
    const select = label.querySelector("select");
    const spoken = () =>
      [...this.video.textTracks].filter((track) => ["subtitles", "captions"].includes(track.kind));
    const fill = () => {
      label.hidden = !spoken().length;
      const named = spoken().map((track, n) => new Option(track.label || track.language || `${n + 1}`, n));
      select.replaceChildren(select.options[0], ...named);
    };
    const show = () =>
      spoken().forEach((track, n) => {
        track.mode = select.value === String(n) ? "showing" : "disabled";
      });
    let isChosen = false;
    select.addEventListener("change", () => {
      isChosen = true;
      show();
    });
    const choose = () => {
      const before = select.value;
      fill();
      const reader = document.documentElement.lang;
      const speaks = (this.dataset.speaks ?? "").split(" ").includes(reader);
      const own = spoken().findIndex((track) => track.language === reader);
      if (isChosen) select.value = before;
      else if (own >= 0 && !speaks) select.value = String(own);
      show();
    };
    this.video.textTracks.addEventListener("addtrack", choose);
    choose();
  }

  toggle() {
    this.video.paused ? this.video.play().catch(() => {}) : this.video.pause();
  }
  jump(seconds) {
    this.seek(this.video.currentTime + seconds);
  }
  seek(seconds) {
    this.video.currentTime = Math.max(0, Math.min(this.video.duration || 0, seconds));
  }

  paint() {
    const button = this.querySelector("[data-play]");
    button.firstElementChild.textContent = this.video.paused
      ? button.dataset.playWord
      : button.dataset.pauseWord;
  }

  tick() {
    const { currentTime: now, duration, buffered } = this.video;
    const share = (seconds) => `scaleX(${seconds / (duration || 1)})`;
    this.querySelector(".pos").style.transform = share(now);
    if (buffered.length)
      this.querySelector(".buf").style.transform = share(buffered.end(buffered.length - 1));
    this.querySelector("[data-clock]").textContent = `${clock(now)} / ${clock(duration || 0)}`;
    const track = this.querySelector(".track");
    track.setAttribute("aria-valuenow", Math.floor(now));
    track.setAttribute("aria-valuetext", clock(now));
    this.dispatchEvent(new CustomEvent("film-time", { detail: now, bubbles: true }));
  }

  // Every few seconds, playing or paused: tell what was played, or ask whether it may still be.
  async beat() {
    if (this.stopped || this.asking || (document.hidden && this.video.paused)) return;
    this.asking = true;
    try {
      const told = await this.report();
      if (!told) this.heed((await fetch(this.dataset.src, { method: "HEAD" })).status);
    } catch {
      /* offline: what is buffered plays on for a few seconds, and the next beat asks again */
    }
    this.asking = false;
  }

  async report(leaving = false) {
    this.played.tick();
    if (this.stopped || !this.played.ranges.length) return false;
    const ranges = this.played.take();
    try {
      const answer = await fetch(this.dataset.viewing, {
        method: "PUT",
        headers: json(),
        keepalive: leaving,
        body: JSON.stringify({ ranges, position: this.video.currentTime }),
      });
      this.heed(answer.status);
      if (answer.status >= 500 || answer.status === 429) this.played.add(ranges);
      else if (answer.ok) {
        const told = await answer.json();
        if (told.cut < LITTLE_CUT) this.saw(ranges);
        this.dispatchEvent(new CustomEvent("film-seen", { detail: told, bubbles: true }));
      } else if (!this.stopped) this.refused((await answer.json()).detail);
    } catch {
      this.played.add(ranges);
    }
    return true;
  }

  // The strip shows what the house has believed, and nothing else.
  saw(ranges) {
    this.seen = joined([...this.seen, ...ranges]);
    this.controls.strip(this.seen);
  }

  // A report that the house does not believe is said, and not sent again.
  refused(words) {
    const place = this.querySelector("[data-refused]");
    place.textContent = words;
    place.hidden = false;
  }

  heed(status) {
    if (hasEnded(status)) this.stop(status);
  }

  stop(status) {
    if (this.stopped) return;
    this.stopped = true;
    this.timers.forEach(clearInterval);
    takeBack(this.video, this.hls);
    this.hls = null;
    this.mark.hidden = true;
    this.querySelectorAll(".ctl button, .ctl select, .ctl input").forEach((control) => {
      control.disabled = true;
    });
    this.querySelector("[data-captions]").hidden = true;
    this.querySelector(`[data-stopped="${status === 401 ? 401 : 404}"]`).hidden = false;
    this.dispatchEvent(new CustomEvent("film-stopped", { detail: status, bubbles: true }));
  }

  sign() {
    const parts = WALL.formatToParts(new Date()).map(({ type, value }) => [type, value]);
    const now = Object.fromEntries(parts);
    this.mark.textContent = `${this.dataset.name} · ${now.day}/${now.month} ${now.hour}:${now.minute}`;
    this.mark.classList.toggle("low");
  }
}
customElements.define("screener-player", Player);
