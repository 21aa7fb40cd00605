// The technical report while it happens (<film-live>) and the committee's copy (<film-copy>).
import Hls from "../vendor/hls.js";
import { BEAT, LITTLE, hasEnded, takeBack } from "./lent.js";
import { Places } from "./places.js";
import { drawnAgain, swap, whileSeen } from "./shared.js";
import { filled } from "./words.js";

const QUIET = 10000; // a stream that is silent for so long may be dead: the page is asked instead

class FilmLive extends HTMLElement {
  connectedCallback() {
    this.state = this.dataset.state;
    this.end = whileSeen(this);
  }

  disconnectedCallback() {
    this.end();
  }

  open() {
    if (this.source) return;
    this.heardAt = Date.now();
    this.pulse = setInterval(() => {
      if (Date.now() - this.heardAt > QUIET) this.redraw();
    }, 1000);
    this.source = new EventSource(this.dataset.src);
    this.source.onopen = () => {
      clearTimeout(this.gone);
      this.say(this.dataset.wait);
    };
    this.source.onerror = () => {
      clearTimeout(this.gone);
      this.gone = setTimeout(() => this.say(this.dataset.away), 3000);
    }; // every few minutes the stream is renewed, in less
    this.source.onmessage = (event) => this.heard(JSON.parse(event.data));
    this.source.addEventListener("done", () => this.close());
  }

  close() {
    clearTimeout(this.gone);
    clearInterval(this.pulse);
    this.source?.close();
    this.source = null;
  }

  say(words) {
    this.querySelector("p").textContent = words;
  }

  heard(news) {
    this.heardAt = Date.now();
    const place =
      news.step &&
      [...document.querySelectorAll("[data-live]")].find((one) => one.dataset.live === news.step);
    if (place && news.fraction !== undefined && news.state === this.state) this.draw(place, news);
    else if (news.state !== this.state || news.refresh || (news.step && !place)) this.redraw();
  }

  draw(place, news) {
    const percent = Math.floor(100 * news.fraction);
    const told = filled(this.dataset.percent, { n: percent });
    place.textContent = told;
    this.querySelector(".sent").setAttribute("width", `${percent}%`);
    this.querySelector("svg").setAttribute("aria-valuenow", percent);
    if (news.left) this.say(`${told}, ${filled(this.dataset.left, { left: this.time(news.left) })}`);
  }

  time(seconds) {
    return seconds < 90 ? `${Math.ceil(seconds)}\u00a0s` : `${Math.ceil(seconds / 60)}\u00a0min`;
  }

  async redraw() {
    if (this.drawing) return;
    this.drawing = true;
    this.heardAt = Date.now();
    try {
      const { answer, page } = await drawnAgain();
      if (answer.redirected) {
        this.close();
        this.say(this.dataset.ended);
        return;
      }
      if (answer.ok && swap(page, "main")) document.title = page.title;
    } catch {
      /* the next turn asks again */
    } finally {
      this.drawing = false;
    }
  }
}
customElements.define("film-live", FilmLive);

// The copy plays while its maker may see it; asked every few seconds, playing or paused.
class FilmCopy extends HTMLElement {
  connectedCallback() {
    this.video = this.querySelector("video");
    this.load();
    this.video.addEventListener("error", () => this.failed());
    this.seen = () => this.ask();
    document.addEventListener("visibilitychange", this.seen);
    this.timer = setInterval(this.seen, BEAT);
    this.places = new Places(this.closest("main"), this.video);
  }

  disconnectedCallback() {
    this.rest();
    this.places.end();
    this.hls?.destroy();
  }

  rest() {
    clearInterval(this.timer);
    document.removeEventListener("visibilitychange", this.seen);
  }

  load() {
    const start = Number(this.dataset.start) || 0;
    if (!Hls.isSupported()) {
      this.video.src = `${this.dataset.src}#t=${start}`;
      return;
    }
    this.hls = new Hls({ startPosition: start, ...LITTLE });
    this.hls.on(Hls.Events.ERROR, (_, fault) => {
      this.heed(fault.response?.code);
      if (fault.fatal) this.failed();
    });
    this.hls.loadSource(this.dataset.src);
    this.hls.attachMedia(this.video);
  }

  async ask() {
    if (this.stopped || (document.hidden && this.video.paused)) return;
    try {
      this.heed((await fetch(this.dataset.src, { method: "HEAD" })).status);
    } catch {
      /* offline: the next turn asks again */
    }
  }

  heed(status) {
    if (this.stopped || !hasEnded(status)) return;
    this.stopped = true;
    this.rest();
    takeBack(this.video, this.hls);
    this.hls = null;
    this.video.controls = false;
    this.querySelector(`[data-stopped="${status === 401 ? 401 : 404}"]`).hidden = false;
  }

  failed() {
    if (this.stopped) return;
    this.querySelector("[data-fault]").hidden = false;
  }
}
customElements.define("film-copy", FilmCopy);
