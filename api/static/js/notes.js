// Notes: typing stops the film and freezes its time for as long as the text stands; kept, the film goes on.
import { Draft, parsed, swap } from "./shared.js";
import { clock, hour } from "./words.js";

export function wireNotes() {
  const player = document.querySelector("screener-player");
  const form = document.querySelector("[data-note]");
  const at = form.querySelector("[data-at]");
  const shown = form.querySelector("[data-notetime]");
  const text = form.querySelector("[data-note-text]");
  const said = form.querySelector("[data-note-said]");
  const draft = new Draft(form.dataset.draft);
  let frozen = false;
  let wasPlaying = false;

  const set = (seconds) => {
    at.value = seconds.toFixed(2);
    shown.textContent = clock(seconds);
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
    set(player.video.currentTime);
  }

  function release() {
    frozen = false;
    draft.forget();
    say();
    set(player.video.currentTime);
  }

  function empty() {
    const goOn = frozen && wasPlaying;
    text.value = "";
    release();
    if (goOn && !player.stopped) player.video.play().catch(() => {});
  }

  player.addEventListener("film-time", (event) => {
    if (!frozen) set(event.detail);
  });
  text.addEventListener("input", () => {
    if (!text.value.trim()) return release();
    if (!frozen) freeze();
    draft.keep({ at: at.value, sign: sign(), text: text.value });
  });
  text.addEventListener("keydown", (event) => {
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
    pins();
    empty();
    player.focus();
  });

  // A pin above the bar for each note; where it stands is set here, for the page allows no inline style.
  function pins() {
    const length = Number(player.querySelector(".track").getAttribute("aria-valuemax")) || 1;
    const made = [...document.querySelectorAll("#notes [data-goto]")].map((place) => {
      const pin = document.createElement("button");
      pin.type = "button";
      pin.tabIndex = -1;
      pin.className = `pin ${place.dataset.kind}`;
      pin.dataset.goto = place.dataset.goto;
      pin.title = place.dataset.words;
      pin.setAttribute("aria-label", `${place.textContent.trim()} ${place.dataset.words}`);
      pin.append(place.dataset.sign);
      pin.style.left = `${Math.min(100, (place.dataset.goto / length) * 100)}%`;
      return pin;
    });
    player.querySelector(".pins").replaceChildren(...made);
  }

  const left = draft.get();
  if (left?.text) {
    text.value = left.text;
    form.querySelectorAll("[name=sign]").forEach((one) => {
      one.checked = one.value === left.sign;
    });
    frozen = true;
    set(Number(left.at) || 0);
    say(form.dataset.found);
  }
  pins();
}

document.addEventListener("click", (event) => {
  const place = event.target.closest("[data-goto]");
  if (place) document.querySelector("screener-player").seek(Number(place.dataset.goto));
});
