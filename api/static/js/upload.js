// <film-upload>: a film on its way, or what its `data-kind` says. It outlives a pause, a cut, a reload and a change
// of machine.
import "../vendor/tus.js";
import { ATOMS, doubts, readHeader } from "./film-header.js";
import "./entry-files.js";
import { FINAL, GONE, PATIENCE, PIECE, bytes, isOver, reason } from "./sending.js";
import { csrf } from "./shared.js";
import { filled, hour } from "./words.js";
const { Upload } = window.tus;

const KINDS = /\.(mov|mp4|m4v|mkv|mxf|avi|mpg|mpeg|ts|m2ts)$/i;
const HEADS = ["\x1aE\xdf\xa3", "\x06\x0e+4", "RIFF", "\x00\x00\x01\xba", "G"];

async function looksLikeFilm(file) {
  const head = String.fromCharCode(...new Uint8Array(await file.slice(0, 16).arrayBuffer()));
  return ATOMS.includes(head.slice(4, 8)) || HEADS.some((mark) => head.startsWith(mark));
}

class FilmUpload extends HTMLElement {
  connectedCallback() {
    this.words = JSON.parse(this.querySelector("script").textContent);
    this.parts = Object.fromEntries(
      [...this.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]),
    );
    this.flowing = false;
    this.percent = 0;
    this.told = 0;
    this.parts.input?.addEventListener("change", (event) => this.offered(event.target.files));
    this.parts.pause?.addEventListener("click", () => this.turn());
    this.parts.anyway?.addEventListener("click", () => this.insist());
    this.leaving = (event) => {
      if (this.flowing) event.preventDefault();
    };
    this.online = () => {
      if (this.flowing && this.isCut) {
        this.upload.abort();
        this.upload.start();
      }
    };
    this.seen = () => {
      if (this.flowing && !document.hidden) this.stayAwake();
    };
    window.addEventListener("beforeunload", this.leaving);
    window.addEventListener("online", this.online);
    document.addEventListener("visibilitychange", this.seen);
  }

  disconnectedCallback() {
    window.removeEventListener("beforeunload", this.leaving);
    window.removeEventListener("online", this.online);
    document.removeEventListener("visibilitychange", this.seen);
    this.upload?.abort();
  }

  // A phone that falls asleep stops its network: while a film flows, it is asked to stay awake.
  async stayAwake() {
    try {
      this.awake = await navigator.wakeLock?.request("screen");
    } catch {
      /* a battery that runs low says no; the upload takes up again later */
    }
  }

  moved() {
    if (!this.flowing) this.awake?.release();
    this.dispatchEvent(new CustomEvent("film-moved"));
  }

  turn() {
    if (this.flowing) this.pause();
    else this.go();
  }

  // -- before the first byte

  // One film goes at once; of several files, or one that is none, their maker says first what each of them is.
  offered(files) {
    const all = [...files];
    this.parts.input.value = "";
    const queue = document.querySelector("file-queue");
    if (queue && (all.length > 1 || all.some((file) => queue.wants(file)))) return queue.take(all);
    return this.chosen(all[0]);
  }

  async chosen(file) {
    if (!file) return;
    if (this.flowing) this.pause();
    this.file = file;
    this.isThere = false;
    this.isHeld = false;
    this.agreed = new Set();
    await this.consider();
  }

  async consider() {
    const doubt = await this.doubt();
    if (!doubt) return this.begin();
    this.fault(doubt === "headers" ? this.against(this.found) : filled(this.words[doubt], this.values()));
    const hopeless = doubt === "empty" || doubt === "large";
    this.doubted = doubt;
    this.moved();
    this.parts.anyway.hidden = hopeless;
    this.parts.anyway.textContent = this.words[doubt === "unlike" ? "afresh" : "anyway"];
  }

  async doubt() {
    const { file } = this;
    if (file.size === 0) return "empty";
    if (file.size > Number(this.dataset.most)) return "large";
    this.found = await this.foundInHeaders(file);
    const checks = [
      ["unlike", this.dataset.known && !this.isKnown()],
      ["strange_kind", !KINDS.test(file.name)],
      ["strange_head", !(await looksLikeFilm(file))],
      ["headers", this.found.length > 0],
    ];
    return checks.find(([name, wrong]) => wrong && !this.agreed.has(name))?.[0];
  }

  // An upload that goes on was doubted when it began.
  async foundInHeaders(file) {
    if (this.dataset.known && this.isKnown()) return [];
    const header = await readHeader(file);
    const found = header ? doubts(header, JSON.parse(this.dataset.rules)) : [];
    this.dispatchEvent(new CustomEvent("film-read", { bubbles: true, detail: { header, found } }));
    return found;
  }

  against(found) {
    return found.map((one) => filled(this.words[one.code], one)).join(" ");
  }

  isKnown() {
    return this.file.name === this.dataset.name && this.file.size === Number(this.dataset.size);
  }

  values() {
    const asked =
      this.doubted === "unlike" || (this.dataset.known && !this.isKnown() && !this.agreed.has("unlike"));
    return {
      name: asked ? this.dataset.name : this.file.name,
      size: bytes(asked ? Number(this.dataset.size) : this.file.size),
      most: bytes(Number(this.dataset.most)),
    };
  }

  async insist() {
    this.agreed.add(this.doubted);
    if (this.doubted === "unlike") {
      await fetch(this.dataset.known, {
        method: "DELETE",
        headers: { ...this.headers(), "Tus-Resumable": "1.0.0" },
      });
      delete this.dataset.known;
    }
    this.doubted = null;
    await this.consider();
  }

  // -- on its way

  headers() {
    return { "x-csrf-token": csrf() };
  }

  async begin() {
    const { file } = this;
    this.fault("");
    this.parts.anyway.hidden = true;
    this.parts.name.textContent = file.name;
    const { submission, kind } = this.dataset;
    const print = ["cinema", kind, submission, file.name, file.size, file.lastModified]
      .filter(Boolean)
      .join("-");
    this.hasPlace = false;
    this.upload = new Upload(file, {
      endpoint: this.dataset.endpoint,
      uploadUrl: this.dataset.known && this.isKnown() ? this.dataset.known : null,
      chunkSize: PIECE,
      retryDelays: PATIENCE,
      removeFingerprintOnSuccess: true,
      fingerprint: async () => print,
      metadata: { filename: file.name, submission, ...(kind && { kind }) },
      headers: this.headers(),
      onProgress: (sent, total) => this.progress(sent, total),
      onAfterResponse: (request, response) => this.heard(request, response),
      onShouldRetry: (error) => this.fell(error),
      onUploadUrlAvailable: () => this.located(),
      onError: (error) => this.failed(error),
      onSuccess: () => this.arrived(),
    });
    if (!this.upload.options.uploadUrl) {
      const before = await this.upload.findPreviousUploads();
      if (before.length) this.upload.resumeFromPreviousUpload(before[0]);
    }
    this.go();
  }

  // From here on this page sends to one place; it never begins at another one by itself.
  located() {
    this.hasPlace = true;
    Object.assign(this.dataset, { known: this.upload.url, name: this.file.name, size: this.file.size });
  }

  go() {
    this.flowing = true;
    this.isCut = false;
    this.pace = [];
    this.ended = null;
    this.fault("");
    this.parts.pause.hidden = false;
    this.parts.pause.textContent = this.words.pause;
    this.parts.word.textContent = this.words.other;
    this.parts.choose.classList.add("quiet");
    this.parts.percent.hidden = false;
    this.parts.under.hidden = false;
    this.parts.strip.classList.remove("away");
    this.classList.add("flows");
    this.isHeld = false;
    this.upload.start();
    this.stayAwake();
    this.moved();
  }

  pause() {
    this.flowing = false;
    this.upload.abort();
    this.parts.pause.textContent = this.words.resume;
    this.say(this.words.paused);
    this.isHeld = true;
    this.moved();
  }

  progress(sent, total) {
    if (!this.flowing) return;
    if (this.isCut) this.back();
    const percent = total ? Math.floor((100 * sent) / total) : 0;
    this.draw(percent);
    this.pace.push([performance.now(), sent]);
    while (this.pace.length > 2 && this.pace.at(-1)[0] - this.pace[0][0] > 8000) this.pace.shift();
    const [[since, from]] = this.pace;
    const seconds = (performance.now() - since) / 1000;
    const rate = seconds > 0.4 ? (sent - from) / seconds : 0;
    const line = [filled(this.words.sending, { sent: bytes(sent), size: bytes(total) })];
    if (rate > 0) {
      line.push(filled(this.words.rate, { rate: bytes(rate) }));
      line.push(filled(this.words.left, { left: this.time((total - sent) / rate) }));
    }
    this.parts.line.textContent = line.join(" · ");
  }

  draw(percent) {
    if (Math.floor(percent / 25) > Math.floor(this.told / 25)) {
      this.told = percent;
      this.parts.spoken.textContent = filled(this.words.percent, { n: percent });
    }
    const hasMoved = percent !== this.percent;
    this.percent = percent;
    if (hasMoved) this.moved();
    this.parts.percent.firstChild.textContent = percent;
    this.parts.sent.setAttribute("width", `${percent}%`);
    this.parts.gate.setAttribute("x", `${percent}%`);
    this.parts.strip.setAttribute("aria-valuenow", percent);
  }

  // -- cuts

  // The client begins anew wherever it cannot go on. Never with a film that was refused or is gone:
  // its maker decides. An answer to HEAD has no words: an empty piece asks for them.
  async heard(request, response) {
    const status = response.getStatus();
    if (request.getMethod() !== "HEAD" || !(status === 422 || (this.hasPlace && GONE.includes(status))))
      return;
    const words = await fetch(request.getURL(), {
      method: "PATCH",
      headers: {
        ...this.headers(),
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
      },
    });
    this.ended = { status, body: await words.text() };
    throw new Error("ended");
  }

  fell(error) {
    const status = error.originalResponse?.getStatus() ?? 0;
    if (this.ended || FINAL.includes(status)) return false;
    if (!this.isCut) {
      this.isCut = true;
      this.cutAt = this.percent;
      this.mark(this.percent);
      this.say(filled(this.words.waiting, { hour: hour() }));
    }
    return true;
  }

  back() {
    this.isCut = false;
    this.pace = [];
    this.parts.note.textContent = [
      filled(this.words.fell, { percent: filled(this.words.percent, { n: this.cutAt }) }),
      filled(this.words.again, { hour: hour() }),
    ].join(" ");
    this.parts.spoken.textContent = this.parts.note.textContent;
  }

  mark(percent) {
    const svg = (name) => document.createElementNS("http://www.w3.org/2000/svg", name);
    const cut = svg("rect");
    for (const [name, value] of Object.entries({
      class: "cut",
      x: `${percent}%`,
      width: 1.5,
      y: 0,
      height: 52,
    }))
      cut.setAttribute(name, value);
    this.parts.cuts.append(cut);
    const label = svg("text");
    const place = Math.min(Math.max(percent, 8), 92);
    for (const [name, value] of Object.entries({ x: `${place}%`, y: 15, "text-anchor": "middle" }))
      label.setAttribute(name, value);
    label.textContent = filled(this.words.cut, { hour: hour() });
    this.parts.scale.replaceChildren(label);
  }

  // -- the end

  arrived() {
    this.flowing = false;
    this.draw(100);
    this.parts.pause.hidden = true;
    this.say(this.words.received);
    if (this.dataset.report) this.parts.line.append(" ", this.reported());
    delete this.dataset.known;
    this.isThere = true;
    this.moved();
    this.dispatchEvent(new CustomEvent("film-arrived", { bubbles: true }));
  }

  reported() {
    const link = document.createElement("a");
    link.href = this.dataset.report;
    link.textContent = this.words.report;
    return link;
  }

  failed(error) {
    this.flowing = false;
    const answer = error.originalResponse;
    const { status, body } = this.ended ?? { status: answer?.getStatus(), body: answer?.getBody() };
    const ends = isOver(status);
    if (ends) this.forget();
    this.parts.pause.textContent = this.words.resume;
    this.parts.pause.hidden = ends;
    this.fault(reason(body, this.words));
    this.moved();
  }

  // The same file, chosen again, is a new upload.
  async forget() {
    delete this.dataset.known;
    for (const before of await this.upload.findPreviousUploads()) {
      await this.upload.options.urlStorage.removeUpload(before.urlStorageKey);
    }
  }

  // -- words

  say(words) {
    this.parts.line.textContent = words;
    this.parts.spoken.textContent = words;
  }

  fault(words) {
    this.parts.fault.textContent = words;
  }

  time(seconds) {
    if (seconds < 60) return this.words.soon;
    const minutes = Math.ceil(seconds / 60);
    return minutes < 60
      ? `${minutes}\u00a0min`
      : `${Math.floor(minutes / 60)}\u00a0h\u00a0${String(minutes % 60).padStart(2, "0")}`;
  }
}
customElements.define("film-upload", FilmUpload);
