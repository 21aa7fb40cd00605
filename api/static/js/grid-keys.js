// The keyboard: the grid is one stop of Tab. Arrows walk from block to block; Enter lifts one, then
// they carry it; Enter drops it, Escape gives up. Focus stays on the block whatever happens.
import { DAY, STEP, clock, within } from "./grid-parts.js";

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

export class GridKeys {
  constructor(grid, root) {
    this.grid = grid;
    this.lifted = null;
    root.addEventListener("keydown", (event) => {
      const box = event.target.closest(".ev");
      if (box) this.key(event, box.show);
    });
    this.list = root.querySelector("#conf");
    this.list.addEventListener("keydown", (event) => this.walkList(event));
    root.addEventListener("focusin", (event) => {
      const box = event.target.closest(".ev");
      if (box) this.hold(box);
    });
    this.repainted();
    this.listed(this.list);
  }

  // The conflicts are one stop too, however many they are.
  listed(list) {
    list.querySelectorAll("button").forEach((button, at) => {
      button.tabIndex = at ? -1 : 0;
    });
  }

  walkList(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...this.list.querySelectorAll("button")];
    const next = buttons[buttons.indexOf(document.activeElement) + step];
    if (!next) return;
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  }

  // One block of the grid and one of the tray can be reached by Tab.
  hold(box) {
    for (const other of this.peers(box)) other.tabIndex = -1;
    box.tabIndex = 0;
    this.held = box.show.name;
  }

  enter() {
    const places = [this.grid.grid, this.grid.tray].map((place) => place.querySelector('.ev[tabindex="0"]'));
    places.find(Boolean)?.focus({ preventScroll: true });
  }

  peers(box) {
    return (this.grid.tray.contains(box) ? this.grid.tray : this.grid.grid).querySelectorAll(".ev");
  }

  repainted() {
    const held = this.grid.boxes.get(this.held);
    for (const place of [this.grid.grid, this.grid.tray]) {
      const first = place.contains(held) ? held : place.querySelector(".ev");
      if (first) first.tabIndex = 0;
    }
    if (this.lifted) this.carry();
  }

  key(event, show) {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (this.lifted) this.drop(show);
      else if (show.locked) this.grid.panel.pick(show);
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
      seen: grid.data.version,
      day: isOut ? 0 : show.day,
      screen: isOut ? grid.data.screens[0]?.id : show.screen,
      start: isOut ? 600 : show.start - show.day * DAY,
    };
    grid.panel.pick(show);
    show.box.classList.add("lift");
    grid.focusOn(show);
    grid.say(`${grid.words.lifted} ${grid.label(show)}`);
  }

  drop(show) {
    const to = this.lifted;
    this.lifted = null;
    if (show.name === to.name) this.grid.move(show, to.day, to.screen, to.start, to.seen);
  }

  giveUp(show) {
    this.lifted = null;
    this.grid.paint();
    this.grid.focusOn(this.grid.find(show.programme, show.number));
    this.grid.say(this.grid.words.given_up);
  }

  shift([rows, minutes], isFast) {
    const k = this.lifted;
    const { grid } = this;
    const show = grid.boxes.get(k.name).show;
    const at = grid.lanes.findIndex((l) => l.day === k.day && l.screen.id === k.screen);
    const to = grid.lanes[Math.max(0, Math.min(grid.lanes.length - 1, at + rows))];
    const start = k.start + minutes * STEP * (isFast ? 6 : 1);
    Object.assign(k, { day: to.day, screen: to.screen.id });
    k.start = within(grid.t0, grid.t1 - grid.length(show), start);
    this.carry();
    show.box.scrollIntoView({ block: "nearest", inline: "nearest" });
    show.box.focus({ preventScroll: true });
    const price = grid.panel.priceAt(k.screen, k.day * DAY + k.start);
    grid.say([grid.data.days[k.day], to.screen.name, clock(k.start), price].filter(Boolean).join(", "));
  }

  // The lifted block is drawn where it is carried, through every repaint.
  carry() {
    const k = this.lifted;
    const { grid } = this;
    const box = grid.boxes.get(k.name);
    const to = grid.lanes.find((l) => l.day === k.day && l.screen.id === k.screen);
    if (!box || !to) {
      this.lifted = null;
      return;
    }
    to.lane.append(box);
    box.classList.add("lift");
    box.style.left = grid.left(k.start);
    box.style.width = `${grid.length(box.show) * grid.px}px`;
    const hour = box.querySelector("i");
    if (hour) hour.textContent = clock(k.start);
  }

  walk(show, [rows, steps]) {
    const { grid } = this;
    if (show.day === null) {
      this.walkTray(show, rows + steps);
      return;
    }
    const inLane = (lane) =>
      grid
        .shows()
        .filter((s) => s.day === lane.day && s.screen === lane.screen.id)
        .sort((a, b) => a.start - b.start || a.name.localeCompare(b.name));
    if (steps) {
      const its = inLane(grid.lane(show));
      this.reach(its[its.findIndex((s) => s.name === show.name) + steps]);
      return;
    }
    const minute = show.start - show.day * DAY;
    const away = (other) => Math.abs(other.start - other.day * DAY - minute);
    for (let at = grid.lanes.indexOf(grid.lane(show)) + rows; grid.lanes[at]; at += rows) {
      const nearest = inLane(grid.lanes[at]).sort((a, b) => away(a) - away(b))[0];
      if (nearest) {
        this.reach(nearest);
        return;
      }
    }
  }

  walkTray(show, step) {
    const its = [...this.grid.tray.querySelectorAll("li:not([hidden]) .ev")];
    this.reach(its[its.indexOf(show.box) + step]?.show);
  }

  reach(show) {
    if (!show) return;
    show.box.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.grid.focusOn(show);
  }
}
