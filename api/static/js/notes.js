// Notes: typing stops the film and freezes its time for as long as the text stands; kept, the film goes on. A note of
// a stretch is marked in and out while the film runs.
import { Pins } from "./pins.js";
import { Draft, parsed, swap } from "./shared.js";
import { clock, hour } from "./words.js";

const LEAST = 0.1; // seconds of a stretch
const times = (at, until) => (until ? `${clock(at)} – ${clock(until)}` : clock(at));

export function wireNotes() {
  const player = document.querySelector("screener-player");
  const form = document.querySelector("[data-note]");
  const at = form.querySelector("[data-at]");
  const until = form.querySelector("[data-until]");
  const shown = form.querySelector("[data-notetime]");
  const text = form.querySelector("[data-note-text]");
  const said = form.querySelector("[data-note-said]");
  const draft = new Draft(form.dataset.draft);
  const pins = new Pins(player, form.dataset.group);
  let frozen = false;
  let marked = false; // where it begins stands fast, whatever is played on
  let wasPlaying = false;

  const set = (seconds, end = 0) => {
    at.value = seconds.toFixed(2);
    until.value = end ? end.toFixed(2) : "";
    shown.textContent = marked && !end ? `${clock(seconds)} –` : times(seconds, end);
  };
  const say = (words = "") => {
    said.textContent = words.replace("{}", hour());
    said.hidden = !words;
  };
  const sign = () => form.querySelector("[name=sign]:checked")?.value ?? "";

  function freeze() {
    frozen = true;
    wasPlaying = !player.video.paused;
    player.video.pause();
    if (!marked) set(player.video.currentTime);
  }

  function release() {
    frozen = marked = false;
    draft.forget();
    say();
    set(player.video.currentTime);
  }

  const keep = () => draft.keep({ at: at.value, until: until.value, sign: sign(), text: text.value });

  function markIn() {
    marked = true;
    set(player.video.currentTime);
    if (text.value.trim()) keep();
  }

  // Without a beginning, or before it, there is no stretch: what was marked last is where it begins.
  function markOut() {
    const end = player.video.currentTime;
    if (!(marked || frozen) || end - Number(at.value) < LEAST) return markIn();
    marked = true;
    set(Number(at.value), end);
    if (text.value.trim()) keep();
    text.focus();
  }

  function empty() {
    const goOn = frozen && wasPlaying;
    text.value = "";
    release();
    if (goOn && !player.stopped) player.video.play().catch(() => {});
  }

  player.addEventListener("film-time", (event) => {
    if (!frozen && !marked) set(event.detail);
  });
  player.addEventListener("film-mark", (event) => (event.detail === "in" ? markIn() : markOut()));
  form.querySelector("[data-mark-in]").addEventListener("click", markIn);
  form.querySelector("[data-mark-out]").addEventListener("click", markOut);
  text.addEventListener("input", () => {
    if (text.value.trim()) {
      if (!frozen) freeze();
      return keep();
    }
    frozen = false;
    marked ? draft.forget() : release();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // in full screen, the first Escape is the note's
    empty();
    player.focus();
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!text.value.trim()) return;
    let answer;
    try {
      answer = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { accept: "text/html" },
      });
    } catch {
      return say(form.dataset.offline);
    }
    const page = parsed(await answer.text());
    if (!answer.ok || !swap(page, "#notes")) {
      return say(page.querySelector(".summary li")?.textContent || page.querySelector("h1")?.textContent);
    }
    pins.show(kept());
    empty();
    player.focus();
  });

  const kept = () =>
    [...document.querySelectorAll("#notes .at")].map(({ dataset }) => ({
      at: Number(dataset.goto),
      until: Number(dataset.until),
      time: times(Number(dataset.goto), Number(dataset.until)),
      kind: dataset.kind,
      sign: dataset.sign,
      said: dataset.said,
      words: dataset.words,
    }));

  const left = draft.get();
  if (left?.text) {
    text.value = left.text;
    form.querySelectorAll("[name=sign]").forEach((one) => {
      one.checked = one.value === left.sign;
    });
    frozen = true;
    set(Number(left.at) || 0, Number(left.until));
    say(form.dataset.found);
  }
  pins.show(kept());
}

// The end of a note that is mended: here, or none.
function mendEnd(button) {
  const form = button.form;
  const { video } = document.querySelector("screener-player");
  const end = "endHere" in button.dataset ? video.currentTime : 0;
  form.elements.until_seconds.value = end ? end.toFixed(2) : "";
  form.querySelector("[data-times]").textContent = times(Number(form.elements.at_seconds.value), end);
}

document.addEventListener("click", (event) => {
  const end = event.target.closest("[data-end-here], [data-end-none]");
  if (end) return mendEnd(end);
  const place = event.target.closest("[data-goto]");
  if (place) document.querySelector("screener-player").seek(Number(place.dataset.goto));
});
