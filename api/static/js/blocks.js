// Shorts are dragged from block to block; each drop is the form's own act, and the page draws itself anew.
const form = () => document.querySelector("#drop");
let held = null;

function lists() {
  return [...document.querySelectorAll("[data-drop]")];
}

/** Before which short of a list a hand at this height would put one; null is behind all. */
function before(list, y) {
  const others = [...list.querySelectorAll("[data-short]")].filter((one) => one !== held);
  return others.find((one) => y < one.getBoundingClientRect().top + one.offsetHeight / 2) ?? null;
}

function mark(list, at) {
  for (const one of document.querySelectorAll(".before, .behind")) one.classList.remove("before", "behind");
  if (!list) return;
  if (at) at.classList.add("before");
  else list.classList.add("behind");
}

async function drop(list, at) {
  const sent = new FormData(form());
  const others = [...list.querySelectorAll("[data-short]")].filter((one) => one !== held);
  sent.set("block", list.dataset.drop);
  sent.set("position", at ? String(others.indexOf(at)) : "");
  await send(`${form().getAttribute("action")}/shorts/${held.dataset.short}/move`, sent);
}

/** The answer is the whole page; what is drawn of it is taken, and the place where one was is kept. */
async function send(address, sent) {
  const answer = await fetch(address, { method: "POST", body: new URLSearchParams(sent) });
  const drawn = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = drawn.querySelector(".composer");
  if (!fresh) return window.location.reload();
  document.querySelector(".composer").replaceWith(fresh);
  ready();
}

function ready() {
  for (const short of document.querySelectorAll("[data-short]")) short.draggable = true;
}

document.addEventListener("dragstart", (event) => {
  held = event.target.closest?.("[data-short]") ?? null;
  if (!held) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", held.dataset.short);
  held.classList.add("lifted");
});

document.addEventListener("dragover", (event) => {
  const list = event.target.closest?.(".block, .free")?.querySelector("[data-drop]");
  if (!held || !list) return mark(null);
  event.preventDefault();
  mark(list, before(list, event.clientY));
});

document.addEventListener("drop", (event) => {
  const list = event.target.closest?.(".block, .free")?.querySelector("[data-drop]");
  if (!held || !list) return;
  event.preventDefault();
  drop(list, before(list, event.clientY));
});

document.addEventListener("dragend", () => {
  held?.classList.remove("lifted");
  mark(null);
  held = null;
});

// Buttons do without a new page, too, and keep the focus on the short that moved.
document.addEventListener("submit", async (event) => {
  const own = event.target;
  if (!own.matches(".order .acts form")) return;
  event.preventDefault();
  const short = own.closest("[data-short]").dataset.short;
  const which = [...own.parentElement.children].indexOf(own);
  await send(own.getAttribute("action"), new FormData(own));
  const buttons = document.querySelectorAll(`[data-short="${short}"] .acts form button`);
  const next = buttons[which]?.disabled ? buttons[1 - which] : buttons[which];
  next?.focus();
});

if (lists().length) ready();
