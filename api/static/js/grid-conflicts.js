// The list of conflicts: what the house says of the grid, with a way to where it is, and three ways out of
// each, asked for when somebody opens them.
import { DAY, dayOf, el, signed } from "./grid-parts.js";

// What blocks comes first, what is only to be known last.
const LEVELS = ["block", "publication", "warn"];
const rank = (clash) => LEVELS.indexOf(clash.level);

export class GridConflicts {
  constructor(grid, root) {
    this.grid = grid;
    this.state = grid.state;
    this.list = root.querySelector("#conf");
    this.counts = document.querySelectorAll("#nconf, [data-nconf]");
    this.repair = root.querySelector("#repair");
    this.open = null;
    this.list.addEventListener("keydown", (event) => this.walk(event));
  }

  paint() {
    const clashes = [...this.state.data.clashes].sort((a, b) => rank(a) - rank(b));
    const focused = document.activeElement?.dataset?.clash;
    for (const count of this.counts) count.textContent = clashes.length;
    this.repair.hidden = !clashes.some((clash) => clash.mendable);
    this.list.replaceChildren(...clashes.map((clash) => this.line(clash)));
    const lines = [...this.list.querySelectorAll("[data-clash]")];
    const at = focused && lines.find((one) => one.dataset.clash === focused);
    this.stop(at || lines[0]);
    at?.focus({ preventScroll: true });
  }

  // A conflict goes by its rule and its screenings: what it says of minutes may change.
  key(clash) {
    return `${clash.code} ${clash.screenings.join(" ")}`;
  }

  line(clash) {
    const { state } = this;
    const shows = clash.screenings.map(([programme, n]) => state.find(programme, n)).filter(Boolean);
    const kind = clash.level === "warn" ? "warn" : "bad";
    const { lang } = state.data;
    const isOpen = this.open === this.key(clash);
    for (const show of shows) this.mark(show, kind, clash.says[lang], isOpen);
    const li = el("li", kind === "warn" ? "soft" : "");
    const button = el("button");
    button.type = "button";
    button.dataset.clash = this.key(clash);
    const sign = el("b", "", "!");
    sign.setAttribute("aria-hidden", "true");
    const words = el("span");
    words.append(
      el("small", "level", state.words[`level_${clash.level}`]),
      el("b", "", clash.says[lang]),
      el("small", "", clash.names[lang].join(" · ")),
    );
    button.append(sign, words);
    button.setAttribute("aria-expanded", isOpen);
    button.addEventListener("click", () => this.turn(clash, shows[0]));
    li.append(button);
    if (isOpen) li.append(this.ways(clash));
    return li;
  }

  mark(show, kind, words, isOpen) {
    const { box } = show;
    box.classList.toggle("pointed", isOpen || box.classList.contains("pointed"));
    if (kind === "bad" || !box.classList.contains("bad")) box.classList.add(kind);
    box.title += `\n${words}`;
    if (show.day === null || box.querySelector(".m.bang")) return;
    const bang = el("span", "m bang", "!");
    bang.setAttribute("aria-hidden", "true");
    box.append(bang);
  }

  // One conflict is open at a time; its blocks are pointed at, and brought into sight.
  turn(clash, show) {
    this.open = this.open === this.key(clash) ? null : this.key(clash);
    if (this.open && show) this.grid.view.goTo(show.day);
    this.grid.picture.paint();
    this.list.querySelector(`[data-clash="${CSS.escape(this.key(clash))}"]`)?.focus();
    if (this.open) show?.box.scrollIntoView({ block: "center", inline: "center" });
  }

  ways(clash) {
    const ways = el("ul", "ways");
    ways.setAttribute("aria-label", this.state.words.ways);
    const fill = (its) => ways.replaceChildren(...its.map((way) => this.way(way)));
    if (this.told?.mark === this.state.data.mark) fill(this.told.its);
    else this.ask(clash).then((its) => its && fill(its));
    return ways;
  }

  async ask(clash) {
    const { mark, api } = this.state.data;
    const asked = new URLSearchParams(clash.screenings.map(([p, n]) => ["of", `${p}:${n}`]));
    asked.append("code", clash.code);
    const answer = await fetch(`${api}/grid/remedies?${asked}`).catch(() => null);
    if (!answer?.ok) return null;
    const its = await answer.json();
    this.told = { mark, its };
    return its;
  }

  way(way) {
    const { grid, state } = this;
    const li = el("li");
    const button = el("button", "btn quiet");
    button.type = "button";
    button.append(el("span", "", way.words[state.data.lang]));
    if (way.price !== null) button.append(el("b", "num", signed(way.price)));
    button.addEventListener("click", () => {
      const show = state.find(way.programme, way.number);
      if (!show) return;
      if (way.kind === "move")
        grid.acts.move(show, dayOf(way.start), way.screen, way.start - dayOf(way.start) * DAY);
      else if (way.kind === "tray") grid.acts.takeOut(show);
      else grid.acts.lock(show);
    });
    li.append(button);
    return li;
  }

  // One stop of Tab, however many they are; arrows walk from one to the next.
  stop(at) {
    for (const button of this.list.querySelectorAll("[data-clash]")) button.tabIndex = button === at ? 0 : -1;
  }

  walk(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...this.list.querySelectorAll("button")];
    const next = buttons[buttons.indexOf(document.activeElement) + step];
    if (!next) return;
    if (next.dataset.clash) this.stop(next);
    next.focus();
  }
}
