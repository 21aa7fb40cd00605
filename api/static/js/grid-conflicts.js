// The list of conflicts: what the house says of the grid, each with a way to where it is.
import { el } from "./grid-parts.js";

export class GridConflicts {
  constructor(grid, root) {
    this.grid = grid;
    this.list = root.querySelector("#conf");
    this.count = root.querySelector("#nconf");
    this.repair = root.querySelector("#repair");
    this.list.addEventListener("keydown", (event) => this.walk(event));
  }

  paint() {
    const { clashes } = this.grid.state.data;
    this.count.textContent = clashes.length;
    this.repair.hidden = !clashes.some((clash) => clash.mendable);
    this.list.replaceChildren(...clashes.map((clash) => this.line(clash)));
    this.stop(this.list.querySelector("button"));
  }

  line(clash) {
    const { grid } = this;
    const shows = clash.screenings.map(([programme, n]) => grid.state.find(programme, n)).filter(Boolean);
    const kind = clash.level === "warn" ? "warn" : "bad";
    for (const { box } of shows) box.classList.add(kind);
    const li = el("li", kind === "warn" ? "soft" : "");
    const button = el("button");
    button.type = "button";
    const sign = el("b", "", "!");
    sign.setAttribute("aria-hidden", "true");
    const words = el("span");
    const { lang } = grid.state.data;
    words.append(el("b", "", clash.says[lang]), el("small", "", clash.names[lang].join(" · ")));
    button.append(sign, words);
    button.addEventListener("click", () => grid.goTo(shows[0]));
    li.append(button);
    return li;
  }

  // One stop of Tab, however many they are; arrows walk from one to the next.
  stop(at) {
    for (const button of this.list.querySelectorAll("button")) button.tabIndex = button === at ? 0 : -1;
  }

  walk(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...this.list.querySelectorAll("button")];
    const next = buttons[buttons.indexOf(document.activeElement) + step];
    if (!next) return;
    this.stop(next);
    next.focus();
  }
}
