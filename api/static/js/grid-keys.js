// The keyboard: the grid is one stop of Tab. Arrows walk from block to block; Enter lifts one, then
// they carry it; Enter drops it, Escape gives up. Focus stays on the block whatever happens.
import { DAY, STEP, clock, within } from "./grid-parts.js";

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

export class GridKeys {
  constructor(grid, root) {
    this.grid = grid;
    this.state = grid.state;
    this.picture = grid.picture;
    this.lifted = null;
    root.addEventListener("keydown", (event) => {
      const box = event.target.closest(".ev");
      if (box) this.key(event, box.show);
    });
    root.addEventListener("focusin", (event) => {
      const box = event.target.closest(".ev");
      if (box) this.hold(box);
    });
    this.repainted();
  }

  // One block of the grid and one of the tray can be reached by Tab.
  hold(box) {
    for (const other of this.peers(box)) other.tabIndex = -1;
    box.tabIndex = 0;
    this.held = box.show.name;
  }

  enter() {
    const places = [this.picture.sheet, this.picture.tray].map((place) =>
      place.querySelector('.ev[tabindex="0"]'),
    );
    places.find(Boolean)?.focus({ preventScroll: true });
  }

  peers(box) {
    return (this.picture.tray.contains(box) ? this.picture.tray : this.picture.sheet).querySelectorAll(".ev");
  }

  repainted() {
    const held = this.picture.boxes.get(this.held);
    for (const place of [this.picture.sheet, this.picture.tray]) {
      const first = place.contains(held) ? held : place.querySelector(".ev");
      if (first) first.tabIndex = 0;
    }
    if (this.lifted) this.carry();
  }

  key(event, show) {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (this.lifted) this.drop(show);
      else if (show.locked || this.grid.isNarrow) this.grid.panel.pick(show);
      else this.lift(show);
      return;
    }
    if (event.key === "Escape" && this.lifted) {
      this.giveUp(show);
      return;
    }
    const step = ARROWS[event.key];
    if (!step) return;
    event.preventDefault();
    if (this.lifted) this.shift(step, event.shiftKey);
    else this.walk(show, step);
  }

  lift(show) {
    const { grid } = this;
    const isOut = show.day === null;
    this.lifted = {
      name: show.name,
      seen: this.state.data.version,
      day: isOut ? 0 : show.day,
      screen: isOut ? this.state.data.screens[0]?.id : show.screen,
      start: isOut ? 600 : show.start - show.day * DAY,
    };
    grid.panel.pick(show);
    grid.hands.hold(show);
    grid.veils.draw(show);
    this.picture.sheet.classList.add("dragging");
    show.box.classList.add("lift");
    grid.focusOn(show);
    grid.say(`${this.state.words.lifted} ${this.state.label(show)}`);
  }

  drop(show) {
    const to = this.lifted;
    this.letGo();
    if (show.name === to.name) this.grid.acts.move(show, to.day, to.screen, to.start, to.seen);
  }

  letGo() {
    this.lifted = null;
    this.grid.hands.letGo();
    this.grid.veils.clear();
    this.picture.sheet.classList.remove("dragging");
  }

  giveUp(show) {
    this.letGo();
    this.picture.paint();
    this.grid.focusOn(this.state.find(show.programme, show.number));
    this.grid.say(this.state.words.given_up);
  }

  shift([rows, minutes], isFast) {
    const k = this.lifted;
    const { grid } = this;
    const show = this.picture.boxes.get(k.name).show;
    const at = this.picture.lanes.findIndex((l) => l.day === k.day && l.screen.id === k.screen);
    const to = this.picture.lanes[Math.max(0, Math.min(this.picture.lanes.length - 1, at + rows))];
    const start = k.start + minutes * STEP * (isFast ? 6 : 1);
    Object.assign(k, { day: to.day, screen: to.screen.id });
    grid.view.goTo(k.day);
    k.start = within(this.picture.t0, this.picture.t1 - this.state.length(show), start);
    this.carry();
    show.box.scrollIntoView({ block: "nearest", inline: "nearest" });
    show.box.focus({ preventScroll: true });
    const price = grid.prices.at(k.screen, k.day * DAY + k.start);
    grid.say([this.state.data.days[k.day], to.screen.name, clock(k.start), price].filter(Boolean).join(", "));
  }

  // The lifted block is drawn where it is carried, through every repaint.
  carry() {
    const k = this.lifted;
    const box = this.picture.boxes.get(k.name);
    const to = this.picture.lane(k);
    if (!box || !to) {
      this.letGo();
      return;
    }
    to.lane.append(box);
    box.classList.add("lift");
    box.style.left = this.picture.left(k.start);
    box.style.width = this.picture.width(this.state.length(box.show));
    const hour = box.querySelector("i");
    if (hour) hour.textContent = clock(k.start);
  }

  walk(show, [rows, steps]) {
    if (show.day === null || this.grid.isNarrow) {
      this.walkList(show, rows + steps);
      return;
    }
    const inLane = (lane) =>
      this.state.inLane(lane).sort((a, b) => a.start - b.start || a.name.localeCompare(b.name));
    if (steps) {
      const its = inLane(this.picture.lane(show));
      this.reach(its[its.findIndex((s) => s.name === show.name) + steps]);
      return;
    }
    const minute = show.start - show.day * DAY;
    const away = (other) => Math.abs(other.start - other.day * DAY - minute);
    for (
      let at = this.picture.lanes.indexOf(this.picture.lane(show)) + rows;
      this.picture.lanes[at];
      at += rows
    ) {
      const nearest = inLane(this.picture.lanes[at]).sort((a, b) => away(a) - away(b))[0];
      if (nearest) {
        this.reach(nearest);
        return;
      }
    }
  }

  walkList(show, step) {
    const its = [...this.peers(show.box)];
    this.reach(its[its.indexOf(show.box) + step]?.show);
  }

  reach(show) {
    if (!show) return;
    this.grid.view.goTo(show.day);
    show.box.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.grid.focusOn(show);
  }
}
