// The decision board: 1 accepts, 2 keeps waiting, 3 declines, 0 lays back; a sentence, Enter, the next film.
// What others decide comes by itself; nothing reloads, nothing that was typed is lost, nothing jumps.
import { drawnAgain, json, parsed, whileSeen } from "./shared.js";

const ACTS = { 1: "acceptance", 2: "waiting", 3: "regret", 0: "reopening" };
const PARTS = ["#ver", "#budget", "#jump", "#ranks"];
const RANKS_EVERY = 2500;
const board = document.querySelector("[data-board]");
const told = document.querySelector("#told");
const cardOf = (node) => node?.closest?.("[data-film]");
const cards = () => [...board.querySelectorAll("[data-film]")];
const say = (words) => {
  told.textContent = words;
};

// A card with words under way, or with the hand on it, stays as it is until they are sent.
function isBusy(card) {
  const move = card.querySelector(".move[open]");
  return Boolean(move && (move.querySelector("textarea").value || card.contains(document.activeElement)));
}

function open(card, key) {
  const move = card.querySelector(".move");
  const choice = move?.querySelector(`[value="${ACTS[key]}"]`);
  if (!choice) return;
  move.open = true;
  choice.checked = true;
  move.querySelector("textarea").focus();
}

function close(card) {
  const move = card.querySelector(".move");
  move.open = false;
  move.querySelector("form").reset();
  card.querySelector("h3 a").focus();
}

const nextOf = (card) => {
  const column = [...card.parentElement.querySelectorAll("[data-film]")];
  const here = column.indexOf(card);
  return column[here + 1] ?? column[here - 1] ?? null;
};

// Where the eye rests stays where it is, whatever came or went above it.
function still(change) {
  const eye = cards().find((card) => card.getBoundingClientRect().bottom > 80);
  const film = (cardOf(document.activeElement) ?? eye)?.dataset.film;
  const top = () => film && document.getElementById(`film-${film}`)?.getBoundingClientRect().top;
  const before = top();
  const focused = document.activeElement;
  const held = cardOf(focused)?.dataset.film;
  change();
  if (focused !== document.activeElement) {
    const again = focused.isConnected ? focused : held && document.querySelector(`#film-${held} h3 a`);
    again?.focus?.({ preventScroll: true });
  }
  const after = top();
  if (before !== undefined && after !== undefined) scrollBy(0, after - before);
}

function take(page) {
  const kept = new Map(cards().map((card) => [card.dataset.film, card]));
  const ticked = new Set(
    [...board.querySelectorAll(".tick :checked")].map((box) => cardOf(box).dataset.film),
  );
  for (const column of page.querySelectorAll(".col")) {
    const here = document.getElementById(column.id);
    here.querySelector("header").replaceWith(document.adoptNode(column.querySelector("header")));
    here.querySelector(".more").replaceWith(document.adoptNode(column.querySelector(".more")));
    const list = here.querySelector("ul");
    const fresh = [...column.querySelectorAll(":scope > ul > li")].map((item) => {
      const old = kept.get(item.dataset.film);
      if (old && isBusy(old)) return old;
      const made = document.adoptNode(item);
      if (old?.querySelector(".said[open]")) {
        const [was, will] = [old.querySelector(".said"), made.querySelector(".said")];
        if (will) will.replaceWith(was);
      }
      const box = made.querySelector(".tick input");
      if (box) box.checked = ticked.has(item.dataset.film);
      return made;
    });
    // What is being written about stays in sight, even where its column's page no longer has it.
    const written = [...list.children].filter(
      (item) => item.dataset.film && isBusy(item) && !page.querySelector(`#film-${item.dataset.film}`),
    );
    const wanted = [...fresh, ...written.filter((item) => !fresh.includes(item))];
    for (const item of [...list.children]) if (!wanted.includes(item)) item.remove();
    wanted.forEach((item, at) => {
      if (list.children[at] !== item) list.insertBefore(item, list.children[at] ?? null);
    });
  }
  for (const part of PARTS) {
    const [old, made] = [document.querySelector(part), page.querySelector(part)];
    if (!old.contains(document.activeElement)) old.replaceWith(document.adoptNode(made));
  }
  const many = document.querySelector(".announce");
  for (const part of ["h2", ":scope > p"]) {
    many
      .querySelector(part)
      .replaceWith(document.adoptNode(page.querySelector(".announce").querySelector(part)));
  }
  document.querySelector("#many").elements.seen_at.value = page.querySelector("#many").elements.seen_at.value;
  count();
}

let drawing, again;
async function draw() {
  if (drawing) {
    again = true;
    return drawing;
  }
  drawing = drawnAgain()
    .then(({ answer, page }) => {
      if (answer.ok) still(() => take(page));
    })
    .catch(() => {})
    .finally(() => {
      drawing = null;
    });
  await drawing;
  if (again) {
    again = false;
    await draw();
  }
}

// Ranks of a large panel take their seconds: until they are there the board is asked for again, while somebody looks.
setInterval(() => {
  if (!document.hidden && document.querySelector("#ranks[data-come]")) draw();
}, RANKS_EVERY);

async function decide(form) {
  const card = cardOf(form);
  const act = form.querySelector("[name=act]:checked");
  if (!act || !form.reportValidity() || form.dataset.sending) return;
  const wrong = form.querySelector(".wrong");
  form.dataset.sending = "yes";
  try {
    const answer = await fetch(form.dataset.api + act.value, {
      method: "POST",
      headers: json(),
      body: JSON.stringify({ note: form.elements.note.value, version: Number(form.elements.version.value) }),
    });
    if (answer.ok) {
      const next = nextOf(card);
      form.reset();
      card.querySelector(".move").open = false;
      card.classList.add("gone");
      next?.querySelector("h3 a").focus({ preventScroll: true });
      next?.scrollIntoView({ block: "nearest" });
      await draw();
      return;
    }
    // Both sentences are here: theirs above, one's own below. Whoever presses again has read them.
    const no = await answer.json();
    if (no.version !== undefined) form.elements.version.value = no.version;
    wrong.textContent = no.detail;
    wrong.hidden = false;
  } catch {
    wrong.textContent = told.dataset.lost;
    wrong.hidden = false;
  } finally {
    delete form.dataset.sending;
  }
}

board.addEventListener("submit", (event) => {
  if (!event.target.dataset.api) return;
  event.preventDefault();
  decide(event.target);
});

board.addEventListener(
  "toggle",
  async (event) => {
    const part = event.target;
    if (part.matches(".move")) part.querySelector("[data-back]").hidden = false;
    if (!part.matches(".said[open]") || part.dataset.loaded) return;
    part.dataset.loaded = "yes";
    try {
      const answer = await fetch(part.dataset.from, { headers: { accept: "text/html" } });
      const said = parsed(await answer.text()).querySelector("[data-opinions]");
      if (answer.ok && said) part.querySelector("p").replaceWith(document.adoptNode(said));
      else delete part.dataset.loaded;
    } catch {
      delete part.dataset.loaded;
    }
  },
  true,
);

board.addEventListener("click", (event) => {
  if (event.target.matches("[data-back]")) close(cardOf(event.target));
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const { target, key } = event;
  const card = cardOf(target);
  if (target.matches("textarea, input:not([type=checkbox]):not([type=radio]), select")) {
    if (!card || !target.matches("textarea")) return;
    if (key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      decide(target.form);
    } else if (key === "Escape") close(card);
    return;
  }
  if (target.closest("#many, .wish")) return;
  const at = card ?? board.querySelector("#undecided [data-film]") ?? cards()[0];
  if (key in ACTS && at) {
    event.preventDefault();
    open(at, key);
  } else if ((key === "ArrowDown" || key === "ArrowUp") && card && !target.matches("[type=radio]")) {
    const column = [...card.parentElement.querySelectorAll("[data-film]")];
    const next = column[column.indexOf(card) + (key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.querySelector("h3 a").focus();
  }
});

// Many at once: how many are ticked.
function count() {
  const place = document.querySelector("[data-ticked]");
  const n = board.querySelectorAll(".tick :checked").length;
  place.textContent = n ? place.dataset.words.replace("{n}", n) : "";
}
board.addEventListener("change", (event) => {
  if (event.target.matches(".tick input")) count();
});

const news = {
  open() {
    if (this.source) return;
    this.source = new EventSource(board.dataset.news);
    this.source.onmessage = (event) => {
      const { mark } = JSON.parse(event.data);
      if (this.mark !== undefined && this.mark !== mark) draw().then(() => say(told.dataset.moved));
      this.mark = mark;
    };
  },
  close() {
    this.source?.close();
    this.source = null;
  },
};
whileSeen(news);
count();
