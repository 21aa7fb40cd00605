// The hand: mouse at once, finger after a long press (a short one scrolls). What lies under the
// pointer is asked for at every frame, so that a drop is true however much was scrolled meanwhile.
import { DAY, STEP, clock, el, within } from "./grid-parts.js";

const EDGE = 48;
const FASTEST = 18;
const LONG_PRESS = 350;
const NEAR = 4;
const UNDER = 16;
const ABOVE_FINGER = 76;

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
    if (!d || d.show.locked) return;
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
    grid.panel.price(d.show);
    this.frame();
  }

  frame() {
    const d = this.d;
    if (!d?.on) return;
    this.scroll(d);
    this.aim(d);
    d.card.style.transform = `translate(${d.px - d.grab}px, ${d.py + (d.isTouch ? -ABOVE_FINGER : UNDER)}px)`;
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

  aim(d) {
    const { grid } = this;
    document.querySelector(".row.over")?.classList.remove("over");
    const under = document.elementsFromPoint(d.px, d.py).find((one) => one.classList.contains("lane"));
    const to = this.picture.lanes.find((one) => one.lane === under);
    d.to = to ? this.place(d, to) : null;
    if (!d.to) {
      d.ghost.remove();
      this.read(d, "");
      return;
    }
    const { day, screen, start } = d.to;
    d.ghost.classList.toggle("no", this.isTaken(d, to));
    d.ghost.style.left = this.picture.left(start);
    d.ghost.style.width = `${d.length * this.picture.px}px`;
    d.ghost.textContent = clock(start);
    to.lane.append(d.ghost);
    to.row.classList.add("over");
    this.read(
      d,
      [clock(start), to.screen.name, grid.panel.priceAt(screen, day * DAY + start)]
        .filter(Boolean)
        .join(" · "),
    );
  }

  place(d, { lane, day, screen }) {
    const minute = (d.px - lane.getBoundingClientRect().left - d.grab) / this.picture.px + this.picture.t0;
    const start = within(this.picture.t0, this.picture.t1 - d.length, Math.round(minute / STEP) * STEP);
    return { day, screen: screen.id, start };
  }

  isTaken(d, { screen }) {
    const { day, start } = d.to;
    const [from, to] = [day * DAY + start, day * DAY + start + d.length];
    const hours = screen.hours[day];
    const isClosed = !hours || start < hours[0] || start + d.length > hours[1];
    return (
      isClosed ||
      this.state
        .shows()
        .some(
          (o) =>
            o.name !== d.show.name &&
            o.day === day &&
            o.screen === screen.id &&
            from < o.start + this.state.length(o) &&
            o.start < to,
        )
    );
  }

  read(d, words) {
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
    document.querySelector(".row.over")?.classList.remove("over");
    grid.released();
    const show = this.state.find(d.show.programme, d.show.number);
    if (isKept && d.to && show) grid.acts.move(show, d.to.day, d.to.screen, d.to.start, d.seen);
    else {
      grid.panel.cool();
      grid.focusOn(show);
    }
  }
}
