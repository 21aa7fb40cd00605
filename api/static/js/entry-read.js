// What the headers of the chosen file say, beside the form: before a byte is sent, and whatever becomes of it.
import { clock, filled } from "./words.js";

const pane = document.getElementById("read");
const said = JSON.parse(pane.querySelector("script").textContent);
const parts = Object.fromEntries(
  [...pane.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]),
);
const field = document.getElementById("f-declared_seconds");
const NEAR = 2; // seconds by which a length may be rounded
let seconds = 0;

// The length as people write it, in seconds; nothing where it is none.
function typed(text) {
  const colons = /^\s*(?:(\d+):)?(\d+):(\d\d)\s*$/.exec(text);
  const words = /^\s*(?:(\d+)\s*h)?\s*(?:(\d+)\s*(?:min|mn|m|′)?)?\s*(?:(\d+)\s*s)?\s*$/i.exec(text);
  const [, h = 0, m = 0, s = 0] = (colons ?? words ?? []).map((one) => Number(one ?? 0));
  return 3600 * h + 60 * m + s;
}

function row(name, words, isWrong) {
  const at = pane.querySelector(`[data-row=${name}]`);
  at.hidden = !words;
  at.classList.toggle("wrong", isWrong);
  parts[name].textContent = words;
}

function draw() {
  const wrote = field?.value.trim() && typed(field.value);
  const differs = seconds > 0 && Boolean(field) && Math.abs(seconds - (wrote || 0)) > NEAR;
  parts.wrote.textContent = differs && wrote ? filled(said.wrote, { length: field.value.trim() }) : "";
  parts.keep.hidden = !differs;
  parts.keep.textContent = filled(said.keep, { length: clock(Math.round(seconds)) });
}

document.addEventListener("film-read", ({ detail: { header, found } }) => {
  pane.hidden = !header;
  if (!header) return;
  const is = (...codes) => found.some((one) => codes.includes(one.code));
  const picture = header.tracks.find((track) => track.kind === "picture");
  const sounds = header.tracks.filter((track) => track.kind === "sound").length;
  const size = picture?.width ? `${picture.width} × ${picture.height}` : "";
  seconds = header.seconds;
  row(
    "picture",
    picture ? [picture.codec?.toUpperCase(), size].filter(Boolean).join(", ") : said.none,
    is("VIDEO_MISSING", "VIDEO_CODEC", "VIDEO_RES_LOW", "CONTENT_ENCRYPTED"),
  );
  row("sound", sounds ? filled(said.tracks, { n: sounds }) : said.none, is("AUDIO_MISSING"));
  row("length", seconds > 0 ? clock(Math.round(seconds)) : "", is("DURATION_SHORT", "DURATION_LONG"));
  draw();
});
document.getElementById("entry").addEventListener("input", draw);
parts.keep.addEventListener("click", () => {
  field.value = clock(Math.round(seconds));
  field.dispatchEvent(new Event("input", { bubbles: true }));
  parts.length.focus();
});
