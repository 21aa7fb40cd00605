// The page of one's own selection: what is kept is shown by day, with what lies between two
// screenings, what moved since it was kept, and what left.
import { draw, kept, ours, seen, seenNow, write } from "./selection.js";

const told = JSON.parse(document.querySelector('main script[type="application/json"]').textContent),
  isOwn = !document.body.classList.contains("chosen"),
  one = (selector) => document.querySelector(selector),
  rows = [...document.querySelectorAll(".s")].map((row) => ({
    row,
    box: row.querySelector("[data-keep]"),
    screen: row.dataset.screen,
    venue: row.dataset.venue,
    day: row.closest(".day").id,
    from: Date.parse(row.querySelector("[data-keep]").dataset.from),
    until: Date.parse(row.querySelector("[data-keep]").dataset.until),
  }));
// Rows stay where they are until the page is left: what was let go can be kept again.
const shown = new Set(kept);
let cleared = [];

function way(a, b) {
  if (a.screen === b.screen) return 0;
  const named = told.ways.find(
    ([x, y]) => (x === a.venue && y === b.venue) || (x === b.venue && y === a.venue),
  );
  return named ? named[2] : told.travel;
}

function hour(moment) {
  const zone = document.documentElement.dataset.zone;
  return new Date(moment).toLocaleTimeString("fr", { hour: "2-digit", minute: "2-digit", timeZone: zone });
}

function say(row, kind, words, values) {
  const note = document.createElement("p");
  note.className = `note ${kind}`;
  note.textContent = words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  row.append(note);
  return note;
}

function step(before, here) {
  const gap = Math.floor((here.from - before.until) / 60000),
    minutes = way(before, here),
    late = gap < 0 ? "clash" : gap < minutes ? "hurry" : "",
    kind = late || (before.venue === here.venue ? "" : "way");
  if (!kind) return;
  say(here.row, kind, told.words[kind], {
    title: before.box.dataset.title,
    hour: hour(before.until),
    gap,
    way: minutes,
  });
}

function moved(here) {
  const before = seen[here.box.dataset.keep],
    { from, where } = here.box.dataset;
  if (!before || (before.from === from && before.where === where)) return;
  const note = say(here.row, "moved", told.words.moved, before);
  note.setAttribute("role", "note");
}

function drawRows() {
  if (!isOwn) return;
  let latest = null;
  for (const here of rows) {
    const id = here.box.dataset.keep,
      mine = kept.has(id);
    if (mine) shown.add(id);
    here.row.classList.toggle("mine", shown.has(id));
    here.row.classList.toggle("let-go", shown.has(id) && !mine);
    here.row.querySelectorAll(".note").forEach((note) => note.remove());
    if (!mine) continue;
    moved(here);
    if (latest && latest.day === here.day) step(latest, here);
    if (!latest || latest.day !== here.day || here.until > latest.until) latest = here;
  }
}

function drawLeft() {
  if (!isOwn) return 0;
  const known = new Set(rows.map((here) => here.box.dataset.keep)),
    place = one("[data-left] ul");
  const gone = ours().filter((id) => !known.has(id) && seen[id]);
  place.replaceChildren(
    ...gone.map((id) => {
      const li = document.createElement("li"),
        words = document.createElement("span"),
        remove = document.createElement("button");
      words.textContent = [seen[id].title, seen[id].when, seen[id].where].filter(Boolean).join(" · ");
      remove.type = "button";
      remove.className = "btn small";
      remove.textContent = place.dataset.remove;
      remove.setAttribute("aria-label", `${place.dataset.remove} : ${seen[id].title}`);
      remove.addEventListener("click", () => {
        kept.delete(id);
        write();
        draw();
      });
      li.append(words, remove);
      return li;
    }),
  );
  one("[data-left]").hidden = !gone.length;
  return gone.length;
}

function drawActs(left) {
  if (!isOwn) return;
  const here = rows.filter(({ box }) => kept.has(box.dataset.keep)).map(({ box }) => box.dataset.keep),
    query = `?s=${here.slice(0, told.most).join(",")}`,
    ics = one("[data-ics]"),
    share = one("[data-share]");
  ics.href = ics.href.split("?")[0] + query;
  share.href = share.href.split("?")[0] + query;
  for (const act of [ics, share, one("[data-copy]")]) act.hidden = !here.length;
  one("[data-clear]").hidden = !here.length && !cleared.length;
  one("[data-nothing]").hidden = here.length > 0 || left > 0;
}

function drawAll() {
  drawRows();
  drawActs(drawLeft());
}

one("[data-keep-all]")?.addEventListener("click", (event) => {
  for (const { box } of rows) kept.add(box.dataset.keep);
  write();
  draw();
  location.assign(event.target.dataset.to);
});
one("[data-copy]")?.addEventListener("click", async (event) => {
  const words = event.target.dataset.done;
  try {
    await navigator.clipboard.writeText(one("[data-share]").href);
    one("[data-told]").textContent = words;
  } catch {
    one("[data-told]").textContent = one("[data-share]").href; // to be copied by hand
  }
});
one("[data-clear]")?.addEventListener("click", (event) => {
  const button = event.target,
    words = button.dataset.words ?? button.textContent;
  button.dataset.words = words;
  if (cleared.length) {
    for (const id of cleared) kept.add(id);
    cleared = [];
  } else {
    cleared = ours();
    for (const id of cleared) kept.delete(id);
  }
  button.textContent = cleared.length ? button.dataset.undo : words;
  one("[data-told]").textContent = cleared.length ? button.dataset.done : "";
  write();
  draw();
});

document.addEventListener("selection", drawAll);
drawAll();
// What was told of once is known: next time only what moved after this is told.
addEventListener("pagehide", () => {
  if (!isOwn) return;
  for (const { box } of rows) if (kept.has(box.dataset.keep)) seen[box.dataset.keep] = seenNow(box);
  write();
});
