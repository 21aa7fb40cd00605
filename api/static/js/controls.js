// What a hand sets at the player: speed, picture, loudness, one frame, and the place under the pointer.
import { clock } from "./words.js";

const FRAME = 1 / 24; // seconds, where nothing is known of the film's own rate
const LOUDER = 0.1;
const KEEP = "player:volume"; // how loud, from one film to the next; nothing of any film
const COLUMNS = 10; // of the sheet of small pictures

export class Controls {
  constructor(player) {
    this.player = player;
    this.video = player.video;
    this.bar = player.querySelector(".track");
    this.speed();
    this.loudness();
    this.pictures();
    this.scrub();
    this.video.addEventListener("click", () => player.toggle());
  }

  find(name) {
    return this.player.querySelector(`[data-${name}]`);
  }

  speed() {
    const select = this.find("speed");
    select?.addEventListener("change", () => {
      this.video.playbackRate = Number(select.value);
    });
  }

  // One step slower or faster, of those that the list has: none of them is beyond what counts as seen.
  faster(step) {
    const select = this.find("speed");
    const place = Math.min(Math.max(select.selectedIndex + step, 0), select.options.length - 1);
    select.selectedIndex = place;
    this.video.playbackRate = Number(select.value);
  }

  loudness() {
    const range = this.find("volume");
    const mute = this.find("mute");
    this.video.volume = Math.min(1, Math.max(0, Number(localStorage.getItem(KEEP) ?? 1) || 0));
    const paint = () => {
      range.value = this.video.muted ? 0 : this.video.volume;
      mute.setAttribute("aria-pressed", this.video.muted);
    };
    range.addEventListener("input", () => {
      this.video.muted = false;
      this.video.volume = Number(range.value);
    });
    mute.addEventListener("click", () => this.mute());
    this.video.addEventListener("volumechange", () => {
      localStorage.setItem(KEEP, this.video.volume);
      paint();
    });
    paint();
  }

  mute() {
    this.video.muted = !this.video.muted;
  }

  louder(way) {
    this.video.muted = false;
    this.video.volume = Math.min(1, Math.max(0, this.video.volume + way * LOUDER));
  }

  frame(way) {
    this.video.pause();
    this.player.jump(way * FRAME);
  }

  // The heights that the copy has; which one plays, where nobody has chosen.
  pictures() {
    const { hls } = this.player;
    const select = this.find("quality");
    if (!hls) return;
    const auto = select.options[0].text;
    const fill = () => {
      select.parentElement.hidden = hls.levels.length < 2;
      const named = hls.levels.map((level, n) => new Option(`${level.height}p`, n));
      select.replaceChildren(select.options[0], ...named.reverse());
      select.value = "-1";
    };
    hls.on("hlsManifestParsed", fill);
    hls.on("hlsLevelSwitched", (_, { level }) => {
      select.options[0].text = `${auto} (${hls.levels[level].height}p)`;
    });
    select.addEventListener("change", () => {
      hls.nextLevel = Number(select.value);
    });
    if (hls.levels.length) fill();
  }

  // Where the pointer is: its time, and the small picture nearest to it.
  scrub() {
    const peek = this.find("peek");
    const every = Number(this.player.dataset.every);
    const sheet = new Image();
    sheet.addEventListener("load", () => peek.classList.add("pictured"));
    this.bar.addEventListener(
      "pointerenter",
      () => {
        if (every) sheet.src = this.player.dataset.sprite;
      },
      { once: true },
    );
    this.bar.addEventListener("pointermove", (event) => this.peek(event, peek, sheet, every));
    this.bar.addEventListener("pointerleave", () => {
      peek.hidden = true;
    });
    let held = false;
    this.bar.addEventListener("pointerdown", (event) => {
      held = true;
      this.bar.setPointerCapture(event.pointerId);
    });
    this.bar.addEventListener("pointermove", (event) => held && this.player.seek(this.at(event)));
    for (const name of ["pointerup", "pointercancel"])
      this.bar.addEventListener(name, () => {
        held = false;
      });
  }

  at(event) {
    const box = this.bar.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    return share * (this.video.duration || 0);
  }

  peek(event, peek, sheet, every) {
    if (!this.video.duration || this.player.stopped) return;
    const at = this.at(event);
    peek.hidden = false;
    peek.querySelector("time").textContent = clock(at);
    const half = peek.offsetWidth / 2;
    const place = (at / this.video.duration) * this.bar.clientWidth;
    peek.style.left = `${Math.min(this.bar.clientWidth - half, Math.max(half, place))}px`;
    if (!every || !sheet.naturalWidth) return;
    const wide = sheet.naturalWidth / COLUMNS;
    const number = Math.floor(at / every);
    const rows = Math.round(sheet.naturalHeight / (wide * (9 / 16))) || 1;
    const high = sheet.naturalHeight / rows;
    const window = peek.querySelector("i");
    window.style.width = `${wide}px`;
    window.style.height = `${high}px`;
    window.style.backgroundImage = `url("${sheet.src}")`;
    window.style.backgroundPosition = `-${(number % COLUMNS) * wide}px -${Math.floor(number / COLUMNS) * high}px`;
  }

  // The stretches of the film that were really seen, as the house knows them.
  strip(ranges) {
    const length = Number(this.bar.getAttribute("aria-valuemax")) || 1;
    const made = ranges.map(([start, end]) => {
      const one = document.createElement("i");
      one.style.left = `${(start / length) * 100}%`;
      one.style.width = `${Math.max(0.15, ((end - start) / length) * 100)}%`;
      return one;
    });
    this.find("strip").replaceChildren(...made);
  }
}
