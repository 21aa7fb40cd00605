// The steps of the entry: one is shown, the others wait in the same page. The address holds the step, and
// nothing is loaded to go from one to the next: a film on its way goes on.

const work = document.getElementById("step");
const acts = document.getElementById("onward");
const ways = JSON.parse(work.querySelector("script").textContent);
const home = document.querySelector("#tasks [data-to]");
let current = work.dataset.shown;
const first = current; // what the house drew for an address without a step

const of = (name) => ways.findIndex((way) => way.name === name);
const address = (name) => `${home.pathname}?step=${name}`;
const stepOf = (id) => document.getElementById(id)?.closest("[data-step]")?.dataset.step;

// The step that an address leads to: the one it names, else the one of the place that it points at.
function named(url) {
  const step = url.searchParams.get("step");
  return of(step) >= 0 ? step : stepOf(decodeURIComponent(url.hash.slice(1)));
}

export function show(name = current) {
  current = name;
  const at = of(name);
  for (const part of work.querySelectorAll("[data-step]")) part.hidden = part.dataset.step !== name;
  for (const field of document.querySelectorAll("input[name=step]")) field.value = name;
  document.getElementById("standing").textContent = work.dataset.said.replace("{n}", at + 1);
  const [onward, backward] = acts.children;
  label(onward, ways[at + 1], "onward");
  label(backward, ways[at - 1], "backward");
  onward.value = ways[at + 1]?.name ?? "";
  if (ways[at - 1]) backward.href = address(ways[at - 1].name);
  mark();
}

function label(act, way, words) {
  act.hidden = !way;
  act.textContent = way?.[words] ?? "";
}

// The task list is drawn again after each save, by whatever step the house thinks of.
export function mark() {
  for (const link of document.querySelectorAll("#tasks [data-to]")) {
    if (link.dataset.to === current) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  }
}

export const isHere = (id) => stepOf(id) === current;

// To a step, or to a place in it; Back leads to where one was.
export function go(name, { hash = "" } = {}) {
  if (name !== current || hash) history.pushState(null, "", address(name) + hash);
  show(name);
  document.dispatchEvent(new Event("entry-step"));
  arrive(hash);
}

function arrive(hash) {
  const place = hash && document.getElementById(decodeURIComponent(hash.slice(1)));
  if (place) {
    place.closest("details")?.setAttribute("open", "");
    place.focus();
    return place.scrollIntoView({ block: "center" });
  }
  work.querySelector("[data-step]:not([hidden]) h2")?.focus({ preventScroll: true });
  if (matchMedia("(min-width: 1001px)").matches) scrollTo(0, 0);
  else work.scrollIntoView();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  const isPlain = !event.button && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!link || !isPlain || link.origin !== location.origin || link.pathname !== home.pathname) return;
  const step = named(new URL(link.href));
  if (!step) return;
  event.preventDefault();
  go(step, { hash: link.hash });
});
addEventListener("popstate", () => {
  show(named(new URL(location)) ?? first);
  document.dispatchEvent(new Event("entry-step"));
});

// A letter's link, or a bookmark, may name a place alone.
const at = named(new URL(location));
if (at && at !== current) show(at);
if (location.hash && at) arrive(location.hash);
