// A long list of boxes: a field above it narrows it, accents ignored; what is ticked stays in sight and is counted.
import { bare } from "./grid-parts.js";

for (const picks of document.querySelectorAll("[data-picks]")) {
  const boxes = [...picks.querySelectorAll(".boxes label")];
  const seek = picks.querySelector(".seek-picks");
  const none = picks.querySelector("[data-none]");
  const count = picks.querySelector("[data-count]");
  const isTicked = (label) => label.querySelector("input").checked;

  picks.addEventListener("change", () => {
    count.textContent = boxes.filter(isTicked).length;
  });
  if (seek) {
    const field = seek.querySelector("input");
    seek.hidden = false;
    field.addEventListener("input", () => {
      const sought = bare(field.value.trim());
      for (const label of boxes) label.hidden = !isTicked(label) && !bare(label.textContent).includes(sought);
      none.hidden = boxes.some((label) => !label.hidden);
    });
    // Enter in the field seeks, and sends nothing.
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
  }
}
