// What runs at this hour, and what begins next: chosen by the browser from the whole programme,
// for a printed page knows no clock.
const SOON = 3 * 3600e3,
  FEW = 6;
const words = JSON.parse(document.querySelector('main script[type="application/json"]').textContent),
  told = document.querySelector("[data-told]"),
  zone = document.documentElement.dataset.zone,
  rows = [...document.querySelectorAll(".s")].map((row) => {
    const box = row.querySelector("[data-from]"),
      mark = document.createElement("p");
    mark.className = "note at";
    row.append(mark);
    return { row, mark, box, from: Date.parse(box.dataset.from), until: Date.parse(box.dataset.until) };
  });

function hour(moment) {
  return new Date(moment).toLocaleTimeString("fr", { hour: "2-digit", minute: "2-digit", timeZone: zone });
}

function mark(here, now) {
  const minutes = Math.ceil((here.from - now) / 60e3);
  if (here.from <= now) return words.running.replace("{hour}", hour(here.until));
  if (here.from - now <= SOON) return words.soon.replace("{minutes}", minutes);
  return "";
}

function draw() {
  const now = Date.now(),
    left = rows.filter((here) => here.until > now),
    near = left.filter((here) => here.from - now <= SOON),
    shown = new Set(near.length ? near : left.slice(0, FEW));
  for (const here of rows) {
    here.row.hidden = !shown.has(here);
    here.mark.textContent = shown.has(here) ? mark(here, now) : "";
    here.mark.classList.toggle("running", here.from <= now);
  }
  for (const day of document.querySelectorAll(".day")) day.hidden = !day.querySelector(".s:not([hidden])");
  const line = left.length ? "" : told.dataset.over;
  const next = left.length && !near.length ? words.later.replace("{when}", left[0].box.dataset.when) : line;
  if (told.textContent !== next) told.textContent = next;
  document.body.classList.add("chosen");
}

draw();
setInterval(draw, 20e3);
document.addEventListener("visibilitychange", draw);
