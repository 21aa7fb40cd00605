// What is kept already is asked for: the form begins with it, and its owner unticks what need not be.
import { kept } from "./selection.js";

if (!location.search) {
  let any = false;
  for (const box of document.querySelectorAll("[data-wishes] [data-screenings]")) {
    box.checked = box.dataset.screenings.split(" ").some((id) => kept.has(id));
    any ||= box.checked;
  }
  if (any) document.querySelector("[data-wishes] details").open = true;
}
