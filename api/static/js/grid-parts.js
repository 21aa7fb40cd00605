// Small parts of the grid page: elements, clocks, and who overlaps whom.
export const DAY = 1440;
export const STEP = 5;
export const TURNS = 240; // 04:00: what begins earlier belongs to the evening before

export const el = (tag, cls = "", text = "") =>
  Object.assign(document.createElement(tag), { className: cls, textContent: text });
export const dayOf = (start) => Math.floor((start - TURNS) / DAY);
// What a hand may choose on one day: from 04:00 on, and before the next 04:00.
export const within = (low, high, start) => Math.max(low, TURNS, Math.min(high, TURNS + DAY - STEP, start));
export const signed = (price) => (price > 0 ? `+${price}` : price < 0 ? `−${-price}` : "±0");
export const bare = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export function clock(minutes) {
  const hours = String(Math.floor(minutes / 60) % 24).padStart(2, "0");
  return `${hours}:${String(minutes % 60).padStart(2, "0")}`;
}

// `22:30`, `22h30`; small hours belong to the evening before. What is no hour of a day is null.
export function minutesOf(text) {
  const [, hours, minutes] = /^([01]?\d|2[0-3])[:h]([0-5]\d)$/.exec(text.trim()) ?? [];
  if (hours === undefined) return null;
  return Number(hours) * 60 + Number(minutes) + (Number(hours) * 60 < TURNS ? DAY : 0);
}

// Gives each box its place among those that run at the same time; the answer is the deepest pile.
export function stacked(shows, length) {
  let pile = [];
  let ends = -Infinity;
  let deepest = 1;
  const close = () => {
    const deep = Math.max(0, ...pile.map((one) => one.at + 1));
    for (const { show } of pile) {
      show.box.style.setProperty("--of", deep);
      show.box.classList.toggle("half", deep > 1);
    }
    deepest = Math.max(deepest, deep);
  };
  for (const show of [...shows].sort((a, b) => a.start - b.start || a.name.localeCompare(b.name))) {
    if (show.start >= ends) {
      close();
      pile = [];
      ends = -Infinity;
    }
    const busy = new Set(pile.filter((one) => one.ends > show.start).map((one) => one.at));
    let at = 0;
    while (busy.has(at)) at++;
    show.box.style.setProperty("--at", at);
    pile.push({ show, at, ends: show.start + length(show) });
    ends = Math.max(ends, show.start + length(show));
  }
  close();
  return deepest;
}
