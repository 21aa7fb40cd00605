// <file-queue>: several files at once. Each is told apart by its kind, and sent once its maker has said yes:
// the film by <film-upload>, pictures and papers to the questions that ask for them, subtitles beside the film.
import { bytes } from "./sending.js";
import { csrf } from "./shared.js";
import { filled } from "./words.js";

const FILM = /\.(mov|mp4|m4v|mkv|mxf|avi|mpg|mpeg|ts|m2ts)$/i;
const LINES = /\.(srt|vtt|ass|ssa|ttml|dfxp|stl|sub)$/i;
const KINDS = { picture: /\.(jpe?g|png|tiff?)$/i, document: /\.pdf$/i };
const AGAIN = 5000; // milliseconds until subtitles ask again whether the film was read

class FileQueue extends HTMLElement {
  connectedCallback() {
    this.said = JSON.parse(this.querySelector("script").textContent);
    this.list = this.querySelector("ol");
    this.yes = this.querySelector("[data-act=yes]");
    this.film = document.querySelector("film-upload");
    this.rows = [];
    this.codes = new Map(
      [...document.querySelectorAll("#tongues option")].map((one) => [
        one.value.toLocaleLowerCase(),
        one.dataset.code,
      ]),
    );
    this.yes.addEventListener("click", () => this.agreed());
    this.film.addEventListener("film-moved", () => this.followed());
    const place = document.getElementById("transfer");
    for (const [name, is] of [
      ["dragover", true],
      ["dragleave", false],
      ["drop", false],
    ])
      place.addEventListener(name, (event) => {
        event.preventDefault();
        place.classList.toggle("over", is);
        if (name === "drop") this.film.offered(event.dataTransfer.files);
      });
  }

  // -- what each of them is

  // What comes beside a film: subtitles, pictures, and papers where one is asked for.
  wants({ name }) {
    const isPaper = KINDS.document.test(name);
    return (
      LINES.test(name) ||
      KINDS.picture.test(name) ||
      (isPaper && this.said.asked.some((one) => one.accepts !== "picture"))
    );
  }

  take(files) {
    for (const file of files) this.add(file);
    this.hidden = !this.rows.length;
    this.yes.hidden = !this.rows.some((row) => row.state === "asked");
    this.yes.focus();
  }

  add(file) {
    const drawn = this.querySelector("template").content.cloneNode(true);
    const row = { file, state: "asked", at: drawn.querySelector("li") };
    for (const part of drawn.querySelectorAll("[data-part]")) row[part.dataset.part] = part;
    row.name.textContent = file.name;
    row.size.textContent = bytes(file.size);
    row.kind.append(...this.choices(file));
    row.kind.setAttribute("aria-label", `${this.said.kind}, ${file.name}`);
    row.tongue.setAttribute("aria-label", `${this.said.tongue}, ${file.name}`);
    row.tongue.value = this.tongueIn(file.name);
    row.kind.addEventListener("change", () => this.become(row, "asked"));
    row.pause.addEventListener("click", () => this.paused(row));
    row.again.addEventListener("click", () => this.tried(row));
    row.gone.addEventListener("click", () => this.removed(row));
    for (const act of [row.pause, row.again, row.gone]) {
      const whose = document.createElement("span");
      whose.className = "vh";
      whose.textContent = ` ${file.name}`;
      act.append(whose);
    }
    this.rows.push(row);
    this.list.append(drawn);
    this.draw(row);
  }

  choices(file) {
    const taken = new Set(this.rows.map((row) => row.kind.value));
    const asked = this.said.asked.filter((one) => !KINDS[one.accepts] || KINDS[one.accepts].test(file.name));
    const likely =
      FILM.test(file.name) && !taken.has("film")
        ? "film"
        : LINES.test(file.name)
          ? "lines"
          : Object.values(KINDS).some((kind) => kind.test(file.name))
            ? asked.find((one) => !taken.has(one.id) && !one.over)?.id
            : "";
    const all = [
      ["", this.said.nothing],
      ["film", this.said.film],
      ["lines", this.said.lines],
      ...this.said.asked.map((one) => [one.id, one.label]),
    ];
    return all.map(([value, words]) => new Option(words, value, false, value === (likely ?? "")));
  }

  // film.en.srt, film_FR.vtt
  tongueIn(name) {
    const code = /[._-]([a-z]{2,3})\.\w+$/i.exec(name)?.[1].toLowerCase();
    return [...this.codes].find(([, one]) => one === code)?.[0] ?? "";
  }

  draw(row) {
    const { state } = row;
    const isOpen = state === "asked";
    row.at.dataset.state = state;
    row.kind.disabled = !isOpen;
    row.tongue.disabled = !isOpen;
    row.tongue.hidden = row.kind.value !== "lines";
    const isUnasked = isOpen && !row.kind.value;
    row.told.textContent = row.words ?? this.said[isUnasked ? "state_unasked" : `state_${state}`] ?? "";
    row.pause.hidden = !["sending", "waiting", "paused"].includes(state);
    row.pause.firstChild.textContent = state === "paused" ? this.said.resume : this.said.pause;
    row.again.hidden = state !== "refused";
    row.gone.hidden = state === "arrived" || (state === "sending" && row.kind.value === "film");
  }

  become(row, state, words) {
    Object.assign(row, { state, words });
    this.draw(row);
  }

  // -- one after another

  agreed() {
    for (const row of this.rows.filter((one) => one.state === "asked")) {
      if (!row.kind.value) this.removed(row);
      else if (row.kind.value === "lines" && !this.tongueOf(row))
        this.become(row, "asked", this.said.tongue_missing);
      else this.become(row, "waiting");
    }
    const open = this.rows.find((row) => row.state === "asked");
    this.yes.hidden = !open;
    open?.tongue.focus();
    this.next();
  }

  tongueOf(row) {
    const word = row.tongue.value.trim().toLocaleLowerCase();
    return this.codes.get(word) ?? [...this.codes.values()].find((code) => code === word);
  }

  // The small ones first: they are there before the film is, and the film may take hours.
  async next() {
    if (this.busy) return;
    const waits = this.rows.filter((row) => row.state === "waiting");
    const row =
      waits.find((one) => !["film", "lines"].includes(one.kind.value)) ??
      waits.find((one) => one.kind.value === "film") ??
      waits.find((one) => !one.later || one.later < Date.now());
    if (!row) {
      if (waits.length) setTimeout(() => this.next(), AGAIN);
      return;
    }
    if (row.kind.value === "film") {
      this.become(row, "sending");
      this.film.chosen(row.file);
      return this.next();
    }
    this.busy = true;
    await this.send(row);
    this.busy = false;
    this.next();
  }

  async send(row) {
    this.become(row, "sending");
    row.stop = new AbortController();
    try {
      const answer = await fetch(this.door(row), {
        method: "PUT",
        body: row.file,
        signal: row.stop.signal,
        headers: { "x-csrf-token": csrf(), "content-type": "application/octet-stream" },
      });
      const body = await answer.text();
      if (answer.ok) return this.arrived(row, JSON.parse(body));
      if (body.includes("subtitle_before_film")) {
        row.later = Date.now() + AGAIN;
        return this.become(row, "waiting", this.said.state_later);
      }
      this.become(row, "refused", this.film.reason(body));
    } catch {
      if (row.state === "sending") this.become(row, "refused", this.film.words.failed);
    }
  }

  door(row) {
    const name = encodeURIComponent(row.file.name);
    if (row.kind.value === "lines")
      return `${this.dataset.door}/subtitles/${this.tongueOf(row)}?kind=full&name=${name}`;
    const asked = this.askedBy(row);
    return `${this.dataset.door}/answers/${asked.id}/file?name=${name}&over=${asked.over}`;
  }

  askedBy(row) {
    return this.said.asked.find((one) => one.id === row.kind.value);
  }

  // What comes to the same question later takes this one's place.
  arrived(row, { file = "" }) {
    const asked = this.askedBy(row);
    if (asked) asked.over = file;
    this.become(row, "arrived");
    document.dispatchEvent(new Event("entry-changed"));
  }

  // The film tells by itself how far it is; its row says it in a word.
  followed() {
    const row = this.rows.find((one) => one.kind.value === "film" && one.file === this.film.file);
    if (!row || row.state === "asked") return;
    const { isThere, flowing, isHeld } = this.film;
    if (isThere) this.become(row, "arrived");
    else if (flowing) this.become(row, "sending", filled(this.film.words.percent, { n: this.film.percent }));
    else if (isHeld) this.become(row, "paused");
    else this.become(row, "refused", this.said.state_above);
  }

  paused(row) {
    if (row.kind.value === "film" && row.file === this.film.file) return this.film.turn();
    if (row.state === "paused") {
      this.become(row, "waiting");
      return this.next();
    }
    this.become(row, "paused");
    row.stop?.abort();
  }

  tried(row) {
    this.become(row, "waiting");
    this.next();
  }

  removed(row) {
    const at = this.rows.indexOf(row);
    row.state = "gone";
    row.stop?.abort();
    this.rows.splice(at, 1);
    row.at.remove();
    this.hidden = !this.rows.length;
    this.yes.hidden = !this.rows.some((one) => one.state === "asked");
    (this.rows[Math.min(at, this.rows.length - 1)]?.gone ?? this.film.parts.input)?.focus();
  }
}
customElements.define("file-queue", FileQueue);
