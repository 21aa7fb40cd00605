// The entry: every field is saved as it is typed, and the film is followed to the end of its way.
// What is not saved yet stays in this window (sessionStorage), and comes back with it.
import { go, isHere, mark, show } from "./entry-steps.js";
import { csrf, drawnAgain, parsed, swap } from "./shared.js";

const REGIONS = ["#tasks", "#saved", "#film-title", "#eligibility", "#price", "#premiere-told", "#reading"];
const PAUSE = 1200;
const QUIET = 6000;

const form = document.getElementById("entry");
const namesIn = (root) =>
  [...new Set([...root.elements].map((one) => one.name))].filter(
    (name) => name && !["_csrf", "_once", "version", "next", "drawn", "step"].includes(name),
  );
const fields = namesIn(form);
const KEY = `entry ${form.dataset.fields}`;
const known = new Map(); // what the house has, as this window knows it
const clashing = new Set();
let timer, saving;

function value(name, root = form) {
  const field = root.elements[name];
  if (field?.type === "checkbox") return field.checked ? "yes" : "";
  return (field?.value ?? "").replaceAll("\r\n", "\n");
}

function put(name, text) {
  const field = form.elements[name];
  if (field.type === "checkbox") field.checked = text === "yes";
  else field.value = text;
  if (field.matches?.("textarea")) count(field);
}

function count(area) {
  const place = document.querySelector(`[data-count="${area.id}"]`);
  if (place) place.textContent = [...area.value].length;
}

const changed = () => fields.filter((name) => value(name) !== known.get(name));

// -- what is not saved yet

function remember() {
  const open = Object.fromEntries(
    changed().map((name) => [name, { was: known.get(name), now: value(name) }]),
  );
  try {
    if (Object.keys(open).length) sessionStorage.setItem(KEY, JSON.stringify(open));
    else sessionStorage.removeItem(KEY);
  } catch {
    /* a full or forbidden store costs the second net, not the first */
  }
}

function recall() {
  let kept = {};
  try {
    kept = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
  } catch {
    return;
  }
  for (const [name, { was, now }] of Object.entries(kept)) {
    if (!fields.includes(name) || value(name) === now) continue;
    const there = known.get(name);
    if (value(name) !== there) continue; // typed since, before this script was here
    put(name, now);
    if (there !== was) known.set(name, was); // the house will answer with both
  }
  if (changed().length) save();
}

// -- saving

function later() {
  remember();
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
}

async function save({ leaving = false, told = false } = {}) {
  clearTimeout(timer);
  if (saving && !leaving) await saving;
  const names = changed().filter((name) => !clashing.has(name));
  if (!names.length && !told) return true;
  const sent = Object.fromEntries(names.map((name) => [name, { was: known.get(name), now: value(name) }]));
  const request = fetch(form.dataset.fields, {
    method: "POST",
    keepalive: leaving,
    headers: { accept: "text/html", "content-type": "application/json", "x-csrf-token": csrf() },
    body: JSON.stringify({ fields: sent }),
  });
  if (leaving) return;
  saving = answered(request, sent, told);
  return saving.finally(() => {
    saving = null;
  });
}

async function answered(request, sent, told) {
  try {
    const answer = await request;
    const page = parsed(await answer.text());
    const fresh = page.getElementById("entry");
    if (!fresh) return refused(page.querySelector("#main .panel p")?.textContent);
    if (answer.status !== 409 && asksOther(fresh)) return again(page, sent);
    if (answer.status !== 409) taken(fresh, sent);
    redraw(page, told);
    remember();
    return answer.status === 200;
  } catch {
    return unsaved(form.dataset.away);
  }
}

// Another section asks other things, and a day may have come that freezes some: the form is drawn anew
// once all is kept, and a film on its way goes on. What was typed in vain stays in view, with the reason beside it.
const asksOther = (fresh) => namesIn(fresh).sort().join() !== [...fields].sort().join();

function again(page, sent) {
  const there = namesIn(page.getElementById("entry"));
  const vain = Object.keys(sent).filter((name) => !there.includes(name));
  for (const name of Object.keys(sent)) known.set(name, sent[name].now);
  remember();
  if (!vain.length && !changed().length) return renew(page);
  for (const name of vain) {
    for (const one of form.querySelectorAll(`[name="${name}"]`)) one.disabled = true;
    fields.splice(fields.indexOf(name), 1);
  }
  redraw(page, true);
  return false;
}

function renew(page) {
  const focused = document.activeElement?.id;
  const fresh = document.adoptNode(page.getElementById("entry"));
  form.replaceChildren(...fresh.childNodes);
  fields.splice(0, fields.length, ...namesIn(form));
  known.clear();
  for (const name of fields) known.set(name, value(name));
  swap(page, "#asked-files");
  redraw(page, true);
  listed();
  show();
  document.getElementById(focused)?.focus();
  return true;
}

// The house answers, but takes nothing: signed out elsewhere, filed in another window, closed meanwhile.
const refused = (why) => unsaved(form.dataset.refused.replace("{why}", why ?? ""));

function unsaved(words) {
  document.getElementById("saved").textContent = words;
  return false;
}

// What was sent is kept; what others wrote into untouched fields flows in.
function taken(fresh, sent) {
  const before = new Map(known);
  for (const name of fields) {
    const there = value(name, fresh);
    const base = sent[name]?.now ?? before.get(name);
    known.set(name, there);
    if (value(name) === base && document.activeElement !== form.elements[name]) put(name, there);
    else if (value(name) === base) known.set(name, base);
  }
  form.elements.version.value = fresh.elements.version.value;
}

function redraw(page, told) {
  // A summary that stands is kept true; a new one waits until somebody asks for it.
  const standing = document.getElementById("summary");
  const isStale = standing && standing.textContent !== page.getElementById("summary")?.textContent;
  const isTold = told || (isStale && !standing.contains(document.activeElement));
  for (const part of isTold ? [...REGIONS, "#told"] : REGIONS) swap(page, part);
  mark();
  document.title = page.title;
  marks(page);
  if (told) document.getElementById("summary")?.focus();
}

// The same faults and questions beside the same fields, without touching what is being typed.
function marks(page) {
  form.querySelectorAll(".error, .theirs").forEach((one) => one.remove());
  form.querySelectorAll(".wrong").forEach((one) => one.classList.remove("wrong"));
  form.querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
  clashing.clear();
  for (const error of page.querySelectorAll("#entry .error")) {
    const field = document.getElementById(error.id.replace("e-", "f-"));
    field?.closest(".field").classList.add("wrong");
    if (field?.matches("fieldset")) field.querySelector("legend").after(document.adoptNode(error));
    else field?.before(document.adoptNode(error));
    field?.setAttribute("aria-invalid", "true");
  }
  for (const both of page.querySelectorAll("#entry .theirs")) ask(document.adoptNode(both));
}

// Two windows wrote into one field: neither wins before somebody has read both.
function ask(both) {
  const { theirs: name, value: there } = both.dataset;
  clashing.add(name);
  const answer = (words, choose) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = words;
    button.addEventListener("click", () => {
      choose();
      clashing.delete(name);
      both.remove();
      save({ told: true });
    });
    both.append(" ", button);
  };
  answer(form.dataset.mine, () => known.set(name, there));
  answer(form.dataset.theirs, () => {
    known.set(name, there);
    put(name, there);
  });
  const field = form.elements[name];
  const place = (field.length && field.item ? field[0] : field).closest(".field");
  place.append(both);
}

// What was typed before this script was here is no word of the house: its own is what it drew.
const drawn = form.cloneNode(true);
drawn.reset();
for (const name of fields) known.set(name, value(name, drawn));
if (form.querySelector(".theirs")) form.querySelectorAll(".theirs").forEach(ask);
else recall();
form.addEventListener("input", (event) => {
  if (event.target.matches("textarea")) count(event.target);
  later();
});
form.addEventListener("change", (event) => {
  if (event.target.matches("select, [type=radio], [type=checkbox]")) {
    remember();
    save();
  } else later();
});
form.addEventListener("focusout", () => {
  if (changed().length) later();
});
// A browser fills a reloaded page again in a task of its own: at times after this script, and without an event.
window.addEventListener("pageshow", () => {
  if (changed().length) later();
});
window.addEventListener("beforeunload", () => {
  remember();
  if (changed().some((name) => !clashing.has(name))) save({ leaving: true });
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const next = event.submitter?.value;
  const isSaved = await save({ told: true });
  if (next && (isSaved || !faultsHere())) go(next);
});
document.addEventListener("entry-step", () => save());
// A file has answered a question: what stands beside the form is drawn again, and nothing of the form.
document.addEventListener("entry-changed", async () => {
  const { page } = await drawnAgain(location.pathname);
  for (const part of ["#tasks", "#asked-files", "#reading"]) swap(page, part);
  show();
});

const faultsHere = () =>
  [...document.querySelectorAll("#summary a")].some((link) => isHere(link.hash.slice(1)));

// -- several values in one field: the list goes on behind the last comma

function listed() {
  for (const input of form.querySelectorAll("input[list]")) {
    const list = document.getElementById(input.getAttribute("list"));
    const names = [...list.options].map((option) => option.value);
    input.addEventListener("input", () => {
      const begun = input.value.replace(/[^,;/|]*$/, "");
      const before = begun && !begun.endsWith(" ") ? `${begun} ` : begun;
      if (list.dataset.before === before) return;
      list.dataset.before = before;
      list.replaceChildren(...names.map((name) => new Option("", before + name)));
    });
  }
}
listed();

// -- the film after its last byte

class FilmNews extends HTMLElement {
  connectedCallback() {
    if ("working" in this.dataset) this.follow();
  }
  disconnectedCallback() {
    this.rest();
  }

  follow() {
    this.heardAt = Date.now();
    this.source = new EventSource(this.dataset.src);
    this.source.onmessage = (event) => this.heard(JSON.parse(event.data));
    this.source.addEventListener("done", () => this.draw());
    this.clock = setInterval(() => {
      if (!document.hidden && Date.now() - this.heardAt > QUIET) this.draw();
    }, 1000);
  }

  rest() {
    clearInterval(this.clock);
    this.source?.close();
  }

  heard(news) {
    this.heardAt = Date.now();
    const place = this.querySelector("[data-kind]");
    if (place?.dataset.kind !== news.step || news.fraction === undefined)
      return news.steps ? undefined : this.draw();
    const percent = Math.floor(100 * news.fraction);
    const shown = place.querySelector("[data-percent]");
    shown.textContent = shown.dataset.percent.replace("{n}", percent);
  }

  async draw() {
    if (this.drawing) return;
    this.drawing = true;
    this.heardAt = Date.now();
    try {
      const { answer, page } = await drawnAgain(location.pathname);
      if (answer.redirected) {
        this.rest();
        this.replaceChildren(this.dataset.ended);
        return;
      }
      const made = page.getElementById("news");
      if (!made || !this.isConnected) return;
      for (const part of ["#tasks", "#file-pane", "#reading"]) swap(page, part);
      mark();
      const line = page.querySelector("[data-part=line]");
      const shown = document.querySelector("[data-part=line]");
      if (!("working" in made.dataset) && line && !document.querySelector("film-upload")?.flowing)
        shown.replaceChildren(...document.adoptNode(line).childNodes);
      this.replaceWith(document.adoptNode(made));
    } catch {
      /* the next turn asks again */
    } finally {
      this.drawing = false;
    }
  }
}
customElements.define("film-news", FilmNews);

// The last byte is here before the house has turned to it: asked until it has.
async function arrived(tries = 10) {
  await document.querySelector("film-news").draw();
  if (tries && !document.querySelector("film-news .stand")) setTimeout(() => arrived(tries - 1), 1000);
}
document.addEventListener("film-arrived", () => arrived());
