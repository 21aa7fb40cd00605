// What every legal place would cost a screening: asked for as soon as a hand comes near, kept as long as
// the grid stays as it is, and drawn as a tint of the lanes.
import { DAY, dayOf, el, signed } from "./grid-parts.js";

const NEAR = 160; // milliseconds that a pointer rests on a block before its prices are asked for

export class GridPrices {
  constructor(grid, root) {
    this.grid = grid;
    this.state = grid.state;
    this.kept = new Map();
    this.clear();
    root.addEventListener("pointerover", (event) => {
      clearTimeout(this.timer);
      const box = event.target.closest?.(".ev");
      if (box && event.pointerType === "mouse" && !grid.drag?.on)
        this.timer = setTimeout(() => this.of(box.show), NEAR);
    });
  }

  // One question for each screening and each state of the grid; the answer is null where there is none.
  of(show) {
    const { mark } = this.state.data;
    if (this.mark !== mark) {
      this.kept.clear();
      this.mark = mark;
    }
    if (!this.kept.has(show.name)) this.kept.set(show.name, this.ask(show));
    return this.kept.get(show.name);
  }

  async ask(show) {
    if (show.isLost || this.state.item(show).gone) return null;
    const { programme, number } = show;
    const asked = new URLSearchParams({ programme, number });
    const answer = await fetch(`${this.state.data.api}/grid/prices?${asked}`).catch(() => null);
    if (answer?.ok) return answer.json();
    this.kept.delete(show.name);
    return null;
  }

  // Only the newest question is drawn; what another has asked meanwhile comes too late.
  async warm(show) {
    this.cool();
    this.asked = show.name;
    const told = await this.of(show);
    if (!told || this.asked !== show.name) return null;
    this.step = told.step;
    // From the tray every place costs: what counts is how far it is from the best of them.
    this.best = show.day === null ? Math.min(...told.runs.map(([, , , price]) => price)) : 0;
    this.runs = new Map();
    for (const [screen, first, last, price] of told.runs) {
      const lane = `${screen}:${dayOf(first)}`;
      if (!this.runs.has(lane)) this.runs.set(lane, []);
      this.runs.get(lane).push({ first, last, price });
    }
    this.draw();
    return told.why;
  }

  clear() {
    this.asked = null;
    this.runs = new Map();
  }

  cool() {
    this.grid.picture.sheet?.querySelectorAll(".heat").forEach((mark) => mark.remove());
    this.clear();
  }

  redrawn() {
    if (this.runs.size) this.draw();
  }

  at(screen, start) {
    const its = this.runs.get(`${screen}:${dayOf(start)}`) ?? [];
    const away = ({ first, last }) => Math.max(first - start, start - last, 0);
    const nearest = its.reduce((best, run) => (best && away(best) <= away(run) ? best : run), null);
    return nearest && away(nearest) < this.step ? signed(nearest.price) : "";
  }

  draw() {
    for (const { lane, day, screen } of this.grid.picture.lanes)
      for (const run of this.runs.get(`${screen.id}:${day}`) ?? []) lane.append(this.tint(run, day));
  }

  tint({ first, last, price }, day) {
    const step = price - this.best;
    const level = step < 0 ? "less" : step === 0 ? "same" : step < 5 ? "more" : "much";
    const tint = el("i", `heat ${level}`);
    tint.dataset.price = signed(price);
    tint.style.left = this.grid.picture.left(first - day * DAY);
    tint.style.width = this.grid.picture.width(last - first + this.step);
    return tint;
  }
}
