// While a block is carried: where its guests are not there, and what its holds rule out, lies under a veil.
import { DAY, el } from "./grid-parts.js";

export class GridVeils {
  constructor(grid) {
    this.grid = grid;
    this.state = grid.state;
  }

  draw(show) {
    this.clear();
    for (const place of this.grid.picture.lanes) {
      const { row, lane, day } = place;
      const guests = this.state.guestsOf(show).filter((guest) => guest.windows.length);
      for (const guest of guests) lane.append(...this.away(guest, day));
      row.classList.toggle("ruled-out", this.isRuledOut(show, place));
    }
    this.name(show);
  }

  clear() {
    const { sheet, lanes } = this.grid.picture;
    for (const veil of sheet.querySelectorAll(".veil, .windows")) veil.remove();
    for (const { row } of lanes) row.classList.remove("ruled-out");
  }

  isRuledOut(show, { day, screen }) {
    const hold = this.state.holdOf(show);
    return Boolean(
      hold &&
      ((hold.day !== null && hold.day !== day) || (hold.screen !== null && hold.screen !== screen.id)),
    );
  }

  // The hours of a day outside every window.
  away(guest, day) {
    const { t0, t1 } = this.grid.picture;
    const its = guest.windows
      .map(([from, to]) => [Math.max(t0, from - day * DAY), Math.min(t1, to - day * DAY)])
      .filter(([from, to]) => from < to)
      .sort((a, b) => a[0] - b[0]);
    const edges = [t0, ...its.flat(), t1];
    const veils = [];
    for (let at = 0; at < edges.length; at += 2)
      if (edges[at] < edges[at + 1]) veils.push(this.veil(edges[at], edges[at + 1]));
    return veils;
  }

  veil(from, to) {
    const veil = el("div", "veil");
    veil.style.left = this.grid.picture.left(from);
    veil.style.width = this.grid.picture.width(to - from);
    return veil;
  }

  // Beside each day: who is there, and when.
  name(show) {
    const guests = this.state.guestsOf(show);
    this.grid.picture.sheet.querySelectorAll(".day").forEach((section, day) => {
      const told = guests.map((guest) => `${guest.name} ${this.state.hoursOf(guest, day)}`).join(" · ");
      if (told) section.querySelector("h2").append(el("span", "windows", told));
    });
  }
}
