// The inbox of entries: arrows walk its rows, x ticks one, Enter is the link's own; what is ticked is counted.
import "./rows.js";

const form = document.querySelector("[data-chosen]");
const boxes = form ? [...form.querySelectorAll('input[name="chosen"]')] : [];
const every = form?.querySelector("[data-every]");
const told = form?.querySelector("[data-count-words]");

function count() {
  const ticked = boxes.filter((box) => box.checked).length;
  told.textContent = ticked ? told.dataset.countWords.replace("{n}", ticked) : "";
  form.classList.toggle("has-ticked", ticked > 0);
  const all = every.querySelector("input");
  all.checked = ticked === boxes.length;
  all.indeterminate = ticked > 0 && ticked < boxes.length;
}

if (form) {
  every.hidden = boxes.length === 0;
  every.addEventListener("change", (event) => {
    for (const box of boxes) box.checked = event.target.checked;
    count();
  });
  form.addEventListener("change", count);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = document.activeElement?.closest("[data-rows] tr");
    const box = row?.querySelector('input[name="chosen"]');
    if (!box || document.activeElement.matches("input:not([type=checkbox]), textarea, select")) return;
    event.preventDefault();
    box.checked = !box.checked;
    count();
  });
  count();
}
