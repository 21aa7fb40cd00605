// <package-upload>: a digital cinema package on its way, as one tar of the chosen folder. It outlives a pause, a
// cut, a reload and a change of machine, for the same folder is the same bytes.
import "../vendor/tus.js";
import { FINAL, PATIENCE, PIECE, bytes, isOver, reason } from "./sending.js";
import { csrf } from "./shared.js";
import { packed, tarOf } from "./tar.js";
import { filled } from "./words.js";
const { Upload } = window.tus;

class PackageUpload extends HTMLElement {
  connectedCallback() {
    this.words = JSON.parse(this.querySelector("script").textContent);
    this.parts = Object.fromEntries(
      [...this.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]),
    );
    this.parts.folder.addEventListener("change", ({ target }) => this.folder([...target.files]));
    this.parts.tar.addEventListener("change", ({ target }) => this.offered(target.files[0]));
    this.parts.pause.addEventListener("click", () => (this.flowing ? this.pause() : this.go()));
    this.parts.anyway.addEventListener("click", () => this.begin(null));
    this.leaving = (event) => {
      if (this.flowing) event.preventDefault();
    };
    window.addEventListener("beforeunload", this.leaving);
  }

  disconnectedCallback() {
    window.removeEventListener("beforeunload", this.leaving);
    this.upload?.abort();
  }

  // A folder without a list of what it holds is none: its maker learns that before the first byte.
  folder(files) {
    if (!files.length) return;
    if (!packed(files).some(({ name }) => /(^|\/)ASSETMAP(\.xml)?$/i.test(name))) {
      this.fault(this.words.strange_folder);
      return;
    }
    this.offered(tarOf(files));
  }

  offered(file) {
    if (!file) return;
    if (this.flowing) this.pause();
    this.file = file;
    this.dataset.asking = ""; // the page is not drawn again meanwhile
    this.fault("");
    const { known, name, size, most } = this.dataset;
    if (file.size > Number(most)) this.fault(filled(this.words.large, { most: bytes(Number(most)) }));
    else if (!known) this.begin(null);
    else if (file.name === name && file.size === Number(size)) this.begin(known);
    else {
      this.fault(filled(this.words.unlike, { name, size: bytes(Number(size)) }));
      this.parts.anyway.hidden = false;
    }
  }

  begin(known) {
    const { endpoint, submission, material } = this.dataset;
    this.parts.anyway.hidden = true;
    this.fault("");
    this.upload = new Upload(this.file, {
      endpoint,
      uploadUrl: known,
      chunkSize: PIECE,
      retryDelays: PATIENCE,
      storeFingerprintForResuming: false, // the page itself says which upload goes on
      metadata: { filename: this.file.name, kind: "package", submission, material },
      headers: { "x-csrf-token": csrf() },
      onProgress: (sent, total) => this.progress(sent, total),
      onShouldRetry: (error) => this.fell(error),
      onUploadUrlAvailable: () => this.located(),
      onError: (error) => this.failed(error),
      onSuccess: () => this.arrived(),
    });
    this.go();
  }

  located() {
    const { name, size } = this.file;
    Object.assign(this.dataset, { known: this.upload.url, name, size });
  }

  go() {
    this.flowing = true;
    this.fault("");
    this.say("");
    this.parts.pause.hidden = false;
    this.parts.pause.textContent = this.words.pause;
    this.parts.bar.hidden = false;
    this.upload.start();
  }

  pause() {
    this.flowing = false;
    this.upload.abort();
    this.parts.pause.textContent = this.words.resume;
    this.say(this.words.paused);
  }

  progress(sent, total) {
    if (!this.flowing) return;
    this.parts.bar.value = total ? sent / total : 0;
    if (this.parts.state.textContent) this.say("");
    const told = { sent: bytes(sent), size: bytes(total) };
    this.parts.line.textContent = filled(this.words.sending, told);
  }

  fell(error) {
    if (FINAL.includes(error.originalResponse?.getStatus() ?? 0)) return false;
    this.say(this.words.cut);
    return true;
  }

  arrived() {
    this.flowing = false;
    location.reload();
  }

  failed(error) {
    this.flowing = false;
    const answer = error.originalResponse;
    const ends = isOver(answer?.getStatus());
    if (ends) delete this.dataset.known;
    this.parts.pause.hidden = ends;
    this.parts.bar.hidden = ends;
    if (ends) this.parts.line.textContent = "";
    this.parts.pause.textContent = this.words.resume;
    this.fault(reason(answer?.getBody(), this.words));
  }

  // What has changed is said aloud; the numbers of the line are not.
  say(words) {
    this.parts.state.textContent = words;
  }

  fault(words) {
    this.parts.fault.textContent = words;
  }
}
customElements.define("package-upload", PackageUpload);
