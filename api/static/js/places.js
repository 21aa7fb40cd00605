// What was found, shown on the film: a link with its seconds plays them, under the sentence of its finding,
// and so does a cue of subtitles.
import { filled } from "./words.js";

export class Places {
  constructor(page, video) {
    [this.page, this.video] = [page, video];
    this.told = page.querySelector("[data-caption]");
    this.spots = [...page.querySelectorAll(".places [data-at]")];
    this.at = this.spots.findIndex((spot) => spot.matches("[aria-current]"));
    this.head = page.querySelector("[data-head]");
    this.over = new AbortController();
    const on = (place, name, act) => place.addEventListener(name, act, { signal: this.over.signal });
    on(page, "click", (event) => this.pressed(event));
    on(page.querySelector("#copy"), "keydown", (event) => this.key(event));
    on(video, "timeupdate", () => this.tick());
    this.count();
  }

  end() {
    this.over.abort();
  }

  pressed(event) {
    const { target, ctrlKey, metaKey, shiftKey } = event;
    if (ctrlKey || metaKey || shiftKey) return;
    const link = target.closest("[data-at]");
    const step = target.closest("[data-step]");
    const lane = target.closest(".lane > svg");
    if (link) {
      event.preventDefault();
      this.show(this.spots.findIndex((spot) => this.isSame(spot, link)));
      if (!link.dataset.finding) this.play(Number(link.dataset.at));
      if (!link.closest("#copy")) this.video.focus();
    } else if (step) this.step(Number(step.dataset.step));
    else if (lane) this.seek(this.along(lane, event.clientX));
  }

  isSame(spot, link) {
    return spot.dataset.at === link.dataset.at && spot.dataset.finding === link.dataset.finding;
  }

  key(event) {
    const step = { n: 1, p: -1 }[event.key.toLowerCase()];
    if (!step || !this.spots.length || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.step(step);
  }

  step(by) {
    const { length } = this.spots;
    this.show(this.at < 0 ? 0 : (this.at + by + length) % length);
  }

  along(lane, x) {
    const { left, width } = lane.getBoundingClientRect();
    return (Math.max(0, x - left) / width) * this.length;
  }

  get length() {
    return Number(this.page.querySelector("[data-length]")?.dataset.length) || this.video.duration;
  }

  show(at) {
    if (at < 0) return;
    this.at = at;
    const spot = this.spots[at];
    this.say(spot);
    this.told.scrollIntoView({ block: "nearest" });
    this.play(Number(spot.dataset.at));
  }

  play(seconds) {
    this.seek(seconds);
    this.video.play().catch(() => {});
    this.video.closest("film-copy").scrollIntoView({ block: "nearest" });
  }

  // Before the film is known, its seconds cannot be chosen.
  seek(seconds) {
    const go = () => {
      this.video.currentTime = seconds;
    };
    if (this.video.readyState) go();
    else this.video.addEventListener("loadedmetadata", go, { once: true });
  }

  say(spot) {
    const finding = spot.closest("[data-place]");
    for (const one of this.page.querySelectorAll(".places [aria-current]"))
      one.removeAttribute("aria-current");
    finding.setAttribute("aria-current", "true");
    spot.setAttribute("aria-current", "true");
    finding.scrollIntoView({ block: "nearest" });
    const words = finding.querySelector("template").content.cloneNode(true);
    words.querySelector("[data-span]").textContent = spot.dataset.told;
    this.told.querySelector("[data-said]").replaceChildren(words);
    this.told.hidden = false;
    this.count();
  }

  count() {
    const place = this.told?.querySelector("[data-count]");
    if (place && this.at >= 0)
      place.textContent = filled(place.dataset.words, { n: this.at + 1, of: this.spots.length });
  }

  tick() {
    const x = `${Math.min(100, (100 * this.video.currentTime) / (this.length || 1))}%`;
    this.head?.setAttribute("x1", x);
    this.head?.setAttribute("x2", x);
  }
}
