// Arrow keys walk the rows of a list, from the first press on; Enter is the link's own.
const STEPS = { ArrowDown: 1, ArrowUp: -1 };
const table = document.querySelector("[data-rows]");

function isElsewhere(target) {
  return target !== document.body && !table.contains(target);
}

document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  if (!table || !step || isElsewhere(event.target)) return;
  const links = [...table.querySelectorAll("th a")];
  const here = links.indexOf(document.activeElement);
  const next = here < 0 ? links.at(step > 0 ? 0 : -1) : links[here + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
});
