// The picture: days by screens, drawn anew when rooms or hours change, painted anew with every state.
// Widths are minutes times `--px`, so that a view is larger or smaller without being drawn again.
// On a phone there are no lanes: each day is a list.
import { DAY, clock, el, stacked } from "./grid-parts.js";

const PADLOCK = `<svg viewBox="0 0 9 11" aria-hidden="true"><path d="M1 5h7v6H1z"/>
<path d="M2.5 5V3a2 2 0 0 1 4 0v2" fill="none" stroke="currentColor" stroke-width="1.3"/></svg>`;

const MANY = 120; // rows: more of them are laid out day by day, as they come into sight

export class GridPicture {
  constructor(grid, root) {
    this.grid = grid;
    this.state = grid.state;
    this.boxes = new Map();
    this.tray = root.querySelector("#tray");
  }

  get px() {
    return this.grid.view.px;
  }

  // Lanes

  draw() {
    const { data } = this.state;
    [this.t0, this.t1] = this.state.bounds();
    this.sheet?.remove();
    this.sheet = el("div", "grid");
    this.sheet.style.setProperty("--w", this.width(this.t1 - this.t0));
    this.sheet.style.setProperty("--hour", this.width(60));
    this.sheet.style.setProperty("--off", this.width((60 - (this.t0 % 60)) % 60));
    this.lanes = [];
    this.laneAt = new Map();
    this.lists = [];
    this.sheet.append(this.ruler(), ...data.days.map((name, day) => this.drawDay(name, day)));
    this.sheet.classList.toggle("many", this.lanes.length > MANY);
    this.sheet.style.setProperty("--a-day", data.screens.length);
    this.grid.append(this.sheet);
    this.grid.view.fit();
    this.grid.prices.redrawn();
    document.querySelector("#no-rooms").hidden = data.screens.length > 0;
  }

  again() {
    this.draw();
    this.paint();
  }

  width(minutes) {
    return `calc(${minutes} * var(--px))`;
  }

  left(minute) {
    return this.width(minute - this.t0);
  }

  lane(show) {
    return this.laneAt.get(`${show.day}:${show.screen}`);
  }

  ruler() {
    const ruler = el("div", "ruler");
    ruler.setAttribute("aria-hidden", "true");
    for (let m = Math.ceil(this.t0 / 60) * 60; m < this.t1; m += 60) {
      const mark = el("span", "", clock(m));
      mark.style.left = `calc(var(--lab) + ${this.left(m)})`;
      ruler.append(mark);
    }
    return ruler;
  }

  drawDay(name, day) {
    const section = el("section", "day");
    const head = el("h2", "", `${name[0].toUpperCase() + name.slice(1)} `);
    head.append(el("small"));
    section.append(head);
    if (this.grid.isNarrow) {
      this.lists[day] = el("ol", "list");
      section.append(this.lists[day]);
    } else
      section.append(this.ruler(), ...this.state.data.screens.map((screen) => this.drawRow(screen, day)));
    return section;
  }

  drawRow(screen, day) {
    const row = el("div", "row");
    const label = el("div", "lab");
    label.title = screen.name;
    label.append(el("b", "", screen.name));
    const seats = el("small", "num", screen.seats);
    seats.dataset.unit = this.grid.dataset.seats;
    label.append(seats);
    const lane = el("div", "lane");
    lane.append(...this.closed(screen.hours[day]).map(([from, to]) => this.hatch(from, to)));
    row.append(label, lane);
    const its = { lane, row, day, screen };
    this.lanes.push(its);
    this.laneAt.set(`${day}:${screen.id}`, its);
    return row;
  }

  closed(hours) {
    if (!hours) return [[this.t0, this.t1]];
    return [
      [this.t0, hours[0]],
      [hours[1], this.t1],
    ];
  }

  hatch(from, to) {
    const hatch = el("div", "shut");
    hatch.style.left = this.left(from);
    hatch.style.width = this.width(to - from);
    return hatch;
  }

  // Screenings

  paint() {
    const { state } = this;
    const focused = document.activeElement?.show?.name;
    if (String(state.bounds()) !== String([this.t0, this.t1])) this.draw();
    const old = this.boxes;
    this.boxes = new Map();
    this.tray.replaceChildren();
    for (const list of this.lists) list?.replaceChildren();
    for (const show of this.inOrder()) this.paintOne(show, old.get(show.name));
    for (const [name, box] of old) if (!this.boxes.has(name)) box.remove();
    for (const lane of this.lanes) this.stack(lane);
    this.grid.blockers.draw();
    this.count();
    this.grid.conflicts.paint();
    this.grid.tray.paint();
    this.grid.view.sift();
    this.grid.hands?.paint();
    this.grid.keys?.repainted();
    if (focused) this.boxes.get(focused)?.focus({ preventScroll: true });
  }

  // A list is read from its first hour on.
  inOrder() {
    const shows = this.state.shows();
    return this.lists.length ? [...shows].sort((a, b) => a.start - b.start) : shows;
  }

  count() {
    const { data } = this.state;
    const many = new Map();
    for (const { day } of this.state.shows()) many.set(day, (many.get(day) ?? 0) + 1);
    this.sheet.querySelectorAll(".day h2 small").forEach((place, day) => {
      place.textContent = many.get(day) ?? 0;
    });
    for (const place of document.querySelectorAll("#ntray, [data-ntray]"))
      place.textContent = many.get(null) ?? 0;
    document.querySelector("#version").textContent = data.version;
    document.querySelector("#changes").textContent = data.changes[data.lang];
  }

  paintOne(show, box = el("button")) {
    const p = this.state.item(show);
    const label = this.state.label(show);
    box.type = "button";
    box.className = "ev";
    box.removeAttribute("style");
    box.dataset.section = p.section || "E";
    box.setAttribute("aria-describedby", "keys");
    box.setAttribute("aria-label", label);
    box.title = label;
    box.tabIndex = -1;
    box.replaceChildren(el("b", "", this.state.title(show)));
    box.classList.toggle("gone", p.gone);
    box.classList.toggle("pencil", p.pencil);
    if (show.day === null) this.forTray(show, box);
    else if (this.lists.length) this.putInList(show, box);
    else this.putInLane(show, box);
    box.show = show;
    show.box = box;
    this.boxes.set(show.name, box);
  }

  // The tray itself gives it a line, or none where it is not looked for.
  forTray(show, box) {
    const talk = this.state.talk(show);
    box.append(el("i", "", ` ${this.state.minutes([this.state.item(show).minutes, talk])}`));
    if (show.isLost) box.append(el("i", "lost", ` ${this.state.words.outside}`));
  }

  putInList(show, box) {
    box.append(el("i", "", ` ${clock(show.start)} · ${this.state.screen(show.screen).name}`));
    this.mark(show, box);
    this.grid.comments.mark(show, box);
    const li = el("li");
    li.append(box);
    this.lists[show.day].append(li);
  }

  putInLane(show, box) {
    const width = this.state.length(show) * this.px;
    const talk = this.state.talk(show);
    box.classList.toggle("short", width < 54);
    box.classList.toggle("slim", width < 30);
    if (width >= 58) {
      box.append(el("i", "", ` ${clock(show.start)}`));
    }
    box.style.left = this.left(show.start - show.day * DAY);
    box.style.width = this.width(this.state.length(show));
    box.style.setProperty("--talk", this.width(talk));
    box.classList.toggle("talks", talk > 0);
    this.mark(show, box);
    this.grid.comments.mark(show, box);
    const { lane } = this.lane(show);
    if (box.parentNode !== lane) lane.append(box);
  }

  // Corners of a block: moved since the public has read it, locked, in a colleague's hand.
  mark(show, box) {
    box.classList.toggle("moved", this.state.isChanged(show));
    box.classList.toggle("locked", show.locked);
    if (show.locked) {
      const lock = el("span", "m");
      lock.innerHTML = PADLOCK;
      box.append(lock);
    }
    const parts = this.state.heldParts(show);
    if (parts.length && !show.locked)
      box.append(el("span", "m parts", parts.map((part) => this.state.words[`sign_${part}`]).join(" ")));
  }

  // Two at once in one room stand one above the other, and both are reached.
  stack(lane) {
    const deepest = stacked(this.state.inLane(lane), (show) => this.state.length(show));
    lane.row.classList.toggle("deep", deepest > 1);
    lane.row.style.setProperty("--deep", deepest);
  }
}
