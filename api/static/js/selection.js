// "My selection" lives in this browser alone: which screenings are kept, and how each stood when
// it was last seen, so that one that moved or left is told.
const KEY = "cfs.selection",
  SEEN = "cfs.selection.seen",
  edition = location.pathname.split("/")[2];
const boxes = [...document.querySelectorAll("[data-keep]")],
  list = document.querySelector("[data-selection]");

function read(key, nothing) {
  try {
    const told = JSON.parse(localStorage.getItem(key) ?? "null");
    return told && Array.isArray(told) === Array.isArray(nothing) ? told : nothing;
  } catch {
    return nothing; // somebody else's words, or a browser that keeps nothing
  }
}

export const kept = new Set(read(KEY, []));
export const seen = read(SEEN, {});

export function seenNow(box) {
  const { title, when, where, from } = box.dataset;
  return { edition, title, when, where, from };
}

export function write() {
  for (const id of Object.keys(seen)) if (!kept.has(id)) delete seen[id];
  for (const box of boxes) {
    if (kept.has(box.dataset.keep)) seen[box.dataset.keep] ??= seenNow(box);
  }
  try {
    // whoever keeps nothing leaves nothing
    for (const [key, told] of [
      [KEY, [...kept]],
      [SEEN, seen],
    ]) {
      if (kept.size) localStorage.setItem(key, JSON.stringify(told));
      else localStorage.removeItem(key);
    }
  } catch {
    // it lasts as long as the page
  }
}

// Of this edition, as far as this browser knows.
export function ours() {
  return [...kept].filter((id) => (seen[id]?.edition ?? edition) === edition);
}

export function draw() {
  for (const box of boxes) {
    box.checked = kept.has(box.dataset.keep);
    document.querySelector(`[data-dot="${box.dataset.keep}"]`)?.classList.toggle("kept", box.checked);
  }
  document.querySelectorAll("[data-count]").forEach((place) => {
    place.textContent = ours().length;
  });
  if (list) drawList();
  document.dispatchEvent(new Event("selection"));
}

function drawList() {
  const mine = boxes
    .filter((box) => box.checked)
    .sort((a, b) => a.dataset.from.localeCompare(b.dataset.from));
  list.replaceChildren(
    ...mine.map((box, i) => {
      const li = document.createElement("li"),
        when = document.createElement("b"),
        title = document.createElement("span"),
        link = document.createElement("a");
      when.textContent = box.dataset.when;
      title.textContent = box.dataset.title;
      link.textContent = ".ics";
      link.href = `${list.dataset.ics}${box.dataset.keep}.ics`;
      link.setAttribute("aria-label", `.ics, ${box.dataset.title}`);
      li.append(when, title, link);
      if (i && mine[i - 1].dataset.until > box.dataset.from) {
        const clash = document.createElement("span");
        clash.className = "clash";
        clash.textContent = list.dataset.overlap;
        li.append(clash);
      }
      return li;
    }),
  );
  if (!mine.length) {
    const li = document.createElement("li");
    li.textContent = list.dataset.empty;
    list.append(li);
  }
}

document.addEventListener("change", (event) => {
  const id = event.target.dataset?.keep;
  if (!id) return;
  kept[event.target.checked ? "add" : "delete"](id);
  write();
  draw();
});
// A choice made in another tab is this one's too.
addEventListener("storage", (event) => {
  if (event.key !== KEY) return;
  kept.clear();
  for (const id of read(KEY, [])) kept.add(id);
  draw();
});
write();
draw();
