// The hand: mouse at once, finger after a long press (a short one scrolls). What lies under the
// pointer is asked for at every frame, so that a drop is true however much was scrolled meanwhile.
import { DAY, STEP, clock, el, within } from "./grid-parts.js";

const EDGE = 48;
const FASTEST = 18;
const LONG_PRESS = 350;
const NEAR = 4;
const UNDER = 16;
const ABOVE_FINGER = 76;
const CARD = 48; // px: a card with its two lines
const GAP = 4;
const LINGERS = 450; // milliseconds

const pull = (at, low, high) => (at < low + EDGE ? at - low - EDGE : at > high - EDGE ? at - high + EDGE : 0);
const speed = (distance) => Math.max(-FASTEST, Math.min(FASTEST, distance * 0.4));

export class GridDrag {
  constructor(grid, root) {
    this.grid = grid;
    this.state = grid.state;
    this.picture = grid.picture;
    this.wrap = root.querySelector(".gridwrap");
    root.addEventListener("pointerdown", (event) => this.press(event));
    root.addEventListener("contextmenu", (event) => {
      if (this.d?.isTouch) event.preventDefault();
    });
    document.addEventListener("pointermove", (event) => this.moved(event));
    document.addEventListener("pointerup", () => this.drop(true));
    document.addEventListener("pointercancel", () => this.drop(false));
    document.addEventListener(
      "touchmove",
      (event) => {
        if (this.on) event.preventDefault();
      },
      { passive: false },
    );
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.on) return;
      this.drop(false);
      grid.say(this.state.words.given_up);
    });
  }

  get on() {
    return Boolean(this.d?.on);
  }

  press(event) {
    const box = event.target.closest(".ev");
    if (!box || event.button || this.d) return;
    const isTouch = event.pointerType === "touch";
    this.d = { show: box.show, box, isTouch, id: event.pointerId, x: event.clientX, y: event.clientY };
    Object.assign(this.d, { px: event.clientX, py: event.clientY });
    this.grid.prices.of(box.show);
    if (isTouch) this.d.timer = setTimeout(() => this.lift(), LONG_PRESS);
  }

  moved(event) {
    const d = this.d;
    if (!d || event.pointerId !== d.id) return;
    Object.assign(d, { px: event.clientX, py: event.clientY });
    if (d.on || Math.hypot(d.px - d.x, d.py - d.y) < NEAR * (d.isTouch ? 2 : 1)) return;
    if (d.isTouch) this.forget();
    else this.lift();
  }

  // A finger that moves before the press is long scrolls the page.
  forget() {
    clearTimeout(this.d.timer);
    this.d = null;
  }

  lift() {
    const d = this.d;
    const { grid } = this;
    if (!d || d.show.locked || grid.isNarrow) return;
    const rect = d.box.getBoundingClientRect();
    d.on = true;
    d.seen = this.state.data.version;
    d.length = this.state.length(d.show);
    d.grab = Math.min(d.x - rect.left, d.length * this.picture.px * 0.8);
    d.ghost = el("div", "ghost");
    d.card = el("div", "ev card");
    d.card.dataset.section = d.box.dataset.section;
    d.card.append(el("b", "", this.state.title(d.show)), el("i"));
    document.body.append(d.card);
    d.box.classList.add("lifted");
    try {
      d.box.setPointerCapture(d.id);
    } catch {
      /* the finger is gone already */
    }
    this.picture.sheet.classList.add("dragging");
    grid.prices.warm(d.show);
    grid.veils.draw(d.show);
    this.frame();
  }

  frame() {
    const d = this.d;
    const { grid } = this;
    if (!d?.on) return;
    this.scroll(d);
    this.aim(d);
    grid.hands.hold(d.show);
    d.card.style.transform = `translate(${d.px - d.grab}px, ${this.cardTop(d)}px)`;
    d.frame = requestAnimationFrame(() => this.frame());
  }

  scroll({ px, py }) {
    const r = this.wrap.getBoundingClientRect();
    const [top, bottom] = [Math.max(0, r.top), Math.min(innerHeight, r.bottom)];
    if (px > r.left && px < r.right && py > top - EDGE && py < bottom + EDGE) {
      this.wrap.scrollBy(speed(pull(px, r.left, r.right)), speed(pull(py, top, bottom)));
    }
    scrollBy(0, speed(pull(py, 0, innerHeight)));
  }

  // Below the row that it hovers over, or above it, so that the ghost is seen; above a finger.
  cardTop(d) {
    if (d.isTouch) return d.py - ABOVE_FINGER;
    if (!d.row) return d.py + UNDER;
    const below = d.row.bottom + GAP;
    return below + CARD < innerHeight ? below : d.row.top - GAP - CARD;
  }

  aim(d) {
    const { grid } = this;
    const under = document.elementsFromPoint(d.px, d.py);
    const lane = under.find((one) => one.classList.contains("lane"));
    const to = lane && this.picture.lanes.find((one) => one.lane === lane);
    this.light(d, to);
    d.to = to ? this.place(d, to) : null;
    if (!d.to) {
      this.read(d, "");
      this.linger(d, under.find((one) => one.dataset.day)?.dataset.day);
      return;
    }
    const { day, screen, start } = d.to;
    d.ghost.classList.toggle("no", this.isTaken(d, to));
    d.ghost.style.left = this.picture.left(start);
    d.ghost.style.width = this.picture.width(d.length);
    d.ghost.textContent = clock(start);
    const price = grid.prices.at(screen, day * DAY + start);
    this.read(d, [clock(start), to.screen.name, price].filter(Boolean).join(" · "));
  }

  light(d, to) {
    if (d.lit === to) return;
    d.lit?.row.classList.remove("over");
    d.lit = to;
    to?.row.classList.add("over");
    if (to) to.lane.append(d.ghost);
    else d.ghost.remove();
  }

  // A card that is held over the name of another day turns to that day.
  linger(d, day) {
    if (d.tab !== day) Object.assign(d, { tab: day, since: performance.now() });
    if (day === undefined || performance.now() - d.since < LINGERS) return;
    d.tab = undefined;
    this.grid.view.goTo(Number(day));
  }

  place(d, { lane, day, screen }) {
    d.row = lane.getBoundingClientRect();
    const minute = (d.px - d.row.left - d.grab) / this.picture.px + this.picture.t0;
    const start = within(this.picture.t0, this.picture.t1 - d.length, Math.round(minute / STEP) * STEP);
    return { day, screen: screen.id, start };
  }

  isTaken(d, { screen }) {
    const { day, start } = d.to;
    const [from, to] = [day * DAY + start, day * DAY + start + d.length];
    const hours = screen.hours[day];
    const isClosed = !hours || start < hours[0] || start + d.length > hours[1];
    const isBlocked = this.state.data.blockers.some(
      (o) => o.screen === screen.id && from < o.ends && o.begins < to,
    );
    return (
      isClosed ||
      isBlocked ||
      this.state
        .inLane({ day, screen })
        .some((o) => o.name !== d.show.name && from < o.start + this.state.length(o) && o.start < to)
    );
  }

  read(d, words) {
    if (d.read === words) return;
    d.read = words;
    d.card.lastChild.textContent = words;
  }

  drop(isKept) {
    const d = this.d;
    if (!d) return;
    const { grid } = this;
    clearTimeout(d.timer);
    if (d.on) this.aim(d);
    this.d = null;
    if (!d.on) {
      if (isKept) grid.panel.pick(d.show);
      return;
    }
    cancelAnimationFrame(d.frame);
    d.ghost.remove();
    d.card.remove();
    d.box.classList.remove("lifted");
    d.lit?.row.classList.remove("over");
    this.picture.sheet.classList.remove("dragging");
    grid.veils.clear();
    grid.hands.letGo();
    grid.released();
    const show = this.state.find(d.show.programme, d.show.number);
    if (isKept && d.to && show) grid.acts.move(show, d.to.day, d.to.screen, d.to.start, d.seen);
    else {
      grid.prices.cool();
      grid.focusOn(show);
    }
  }
}
