// The meeting: 1, 2, 3 and 0 choose, Enter decides, and the next film is on the table; every window follows,
// and nothing that the scribe is writing goes away.
import { drawnAgain, json, swap, whileSeen } from "./shared.js";

const KEYS = { 1: "accepted", 2: "waitlisted", 3: "declined", 0: "undecided" };
const wall = document.querySelector("[data-meeting]");
const PARTS = ["#top", "#stage", "#said", "#below"];
const typing = (node) => node?.matches?.("textarea, input:not([type=radio]):not([type=hidden]), select");

async function draw() {
  const { answer, page } = await drawnAgain();
  if (!answer.ok) return;
  const fresh = page.querySelector("[data-meeting]");
  if (!fresh) return location.reload(); // it has ended, or another has begun
  for (const part of PARTS) {
    const old = document.querySelector(part);
    const made = page.querySelector(part);
    const held = old?.contains(document.activeElement) && typing(document.activeElement);
    if (old && made && !held) swap(page, part);
    else if (old && !made) old.remove();
    else if (!old && made) document.querySelector("#stage").after(document.adoptNode(made));
  }
  // The pen came or went, or another film lies there: only then the form is another one.
  const [form, next] = [document.querySelector("#decide"), page.querySelector("#decide")];
  const same = form && next && form.elements.submission.value === next.elements.submission.value;
  if (same) form.elements.version.value = next.elements.version.value;
  else {
    form?.remove();
    if (next) document.querySelector("#below").before(document.adoptNode(next));
  }
  wall.dataset.film = fresh.dataset.film;
}

let turn = Promise.resolve();
const redraw = () => {
  turn = turn.then(draw).catch(() => {});
  return turn;
};

async function decide(form) {
  if (!form.reportValidity() || form.dataset.sending) return;
  const wrong = form.querySelector(".wrong");
  const number = (name) => (form.elements[name].value === "" ? null : Number(form.elements[name].value));
  form.dataset.sending = "yes";
  try {
    const answer = await fetch(form.dataset.api, {
      method: "POST",
      headers: json(),
      body: JSON.stringify({
        submission: form.elements.submission.value,
        version: Number(form.elements.version.value),
        wanted: form.elements.wanted.value,
        note: form.elements.note.value,
        votes_for: number("votes_for"),
        votes_against: number("votes_against"),
        abstained: number("abstained"),
      }),
    });
    if (answer.ok) {
      form.reset();
      document.activeElement?.blur();
      await redraw();
      scrollTo({ top: 0 });
      return;
    }
    const no = await answer.json();
    if (no.version !== undefined) form.elements.version.value = no.version;
    wrong.textContent = no.detail;
    wrong.hidden = false;
  } catch {
    form.submit(); // without a script's help the page itself says what is wrong
  } finally {
    delete form.dataset.sending;
  }
}

wall.addEventListener("submit", (event) => {
  if (event.target.id !== "decide") return;
  event.preventDefault();
  decide(event.target);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const form = document.querySelector("#decide");
  if (!form) return;
  if (typing(event.target)) {
    if (event.key === "Enter" && !event.shiftKey && form.contains(event.target)) {
      event.preventDefault();
      decide(form);
    } else if (event.key === "Escape") event.target.blur();
    return;
  }
  if (!(event.key in KEYS)) return;
  event.preventDefault();
  form.querySelector(`[value="${KEYS[event.key]}"]`).checked = true;
  form.elements.note.focus();
});

const news = {
  open() {
    if (this.source) return;
    this.source = new EventSource(wall.dataset.news);
    this.source.onmessage = (event) => {
      const { mark } = JSON.parse(event.data);
      if (this.mark !== undefined && this.mark !== mark) redraw();
      this.mark = mark;
    };
  },
  close() {
    this.source?.close();
    this.source = null;
  },
};
whileSeen(news);
