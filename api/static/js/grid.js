// <festival-grid>: days by screens. Drag, keyboard or form; the server says what clashes.
// Times are minutes after midnight of the first festival day, as everywhere.
import { GridDrag } from "./grid-drag.js";
import { GridKeys } from "./grid-keys.js";
import { GridPanel } from "./grid-panel.js";
import { DAY, bare, clock, dayOf, el, stacked } from "./grid-parts.js";

const PADLOCK = `<svg viewBox="0 0 9 11" aria-hidden="true"><path d="M1 5h7v6H1z"/>
<path d="M2.5 5V3a2 2 0 0 1 4 0v2" fill="none" stroke="currentColor" stroke-width="1.3"/></svg>`;

const KNOCK = 10_000;
const ANSWER_WITHIN = 30_000;

class FestivalGrid extends HTMLElement {
  connectedCallback() {
    this.data = JSON.parse(this.querySelector("script").textContent);
    this.words = this.data.words;
    this.acts = [...this.data.acts];
    this.live = document.querySelector("#live");
    this.undo = document.querySelector("#undo");
    this.tray = document.querySelector("#tray");
    this.boxes = new Map();
    this.px = 1.1;
    this.turn = 0;
    this.spoken = 0;
    this.lastAct = Promise.resolve();
    this.answered = new Map();
    this.panel = new GridPanel(this, document.querySelector("#inspect"));
    this.draw();
    this.paint();
    this.drag = new GridDrag(this, document.querySelector(".work"));
    this.keys = new GridKeys(this, document.querySelector(".work"));
    this.wire();
    this.listen = () => (document.hidden ? this.close() : this.open());
    document.addEventListener("visibilitychange", this.listen);
    this.open();
    if (this.isNarrow)
      this.shows()
        .find((s) => s.day === 0)
        ?.box?.scrollIntoView({ block: "nearest", inline: "start" });
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.listen);
    this.close();
  }

  get isNarrow() {
    return matchMedia("(max-width: 900px)").matches;
  }

  // News: a mark that differs from ours means that somebody has changed something that we show

  open() {
    if (this.news) return;
    this.news = new EventSource(this.data.events);
    this.news.onerror = () => {
      if (this.news?.readyState === EventSource.CLOSED) this.openAgain();
    };
    this.news.onmessage = (event) => {
      if (JSON.parse(event.data).mark !== this.data.mark) this.fetchGrid();
    };
  }

  close() {
    this.news?.close();
    this.news = null;
  }

  // A door that answers with an error ends the stream for good: we knock again.
  openAgain() {
    this.close();
    setTimeout(() => {
      if (this.isConnected && !document.hidden) this.open();
    }, KNOCK);
  }

  wire() {
    for (const began of ["keydown", "pointerdown"])
      document.addEventListener(began, () => (this.turn += 1), { capture: true });
    this.undo.hidden = !this.acts.length;
    this.undo.onclick = () => this.back();
    document.addEventListener("keydown", (event) => {
      if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.target.closest("input, textarea"))
        return;
      event.preventDefault();
      this.back();
    });
    document.querySelector("#find").addEventListener("input", () => this.sift());
  }

  // Drawing

  // From the first opening to the last closing, and as far as anything stands.
  bounds() {
    const hours = this.data.screens.flatMap((screen) => screen.hours.filter(Boolean));
    const its = (this.list ?? this.data.screenings).filter((s) => s.start !== undefined && this.item(s));
    const starts = its.map((s) => s.start - dayOf(s.start) * DAY);
    const ends = its.map((s, i) => starts[i] + this.length(s));
    return [
      Math.min(570, ...hours.map((h) => h[0] - 30), ...starts),
      Math.max(1470, ...hours.map((h) => h[1] + 30), ...ends),
    ];
  }

  draw() {
    [this.t0, this.t1] = this.bounds();
    this.grid?.remove();
    this.grid = el("div", "grid");
    this.grid.style.setProperty("--w", `${(this.t1 - this.t0) * this.px}px`);
    this.grid.style.setProperty("--hour", `${60 * this.px}px`);
    this.grid.style.setProperty("--off", `${((60 - (this.t0 % 60)) % 60) * this.px}px`);
    this.lanes = [];
    this.grid.append(this.ruler(), ...this.data.days.map((name, day) => this.drawDay(name, day)));
    this.append(this.grid);
    this.panel.redrawn();
    document.querySelector("#no-rooms").hidden = this.data.screens.length > 0;
  }

  left(minute) {
    return `${(minute - this.t0) * this.px}px`;
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
    section.append(head, ...this.data.screens.map((screen) => this.drawRow(screen, day)));
    return section;
  }

  drawRow(screen, day) {
    const row = el("div", "row");
    const label = el("div", "lab", screen.name);
    const seats = el("small", "num", screen.seats);
    seats.dataset.unit = this.dataset.seats;
    label.append(seats);
    const lane = el("div", "lane");
    const hours = screen.hours[day];
    const spans = hours
      ? [
          [this.t0, hours[0]],
          [hours[1], this.t1],
        ]
      : [[this.t0, this.t1]];
    for (const [from, to] of spans) {
      const hatch = el("div", "shut");
      hatch.style.left = this.left(from);
      hatch.style.width = `${(to - from) * this.px}px`;
      lane.append(hatch);
    }
    row.append(label, lane);
    this.lanes.push({ lane, row, day, screen });
    return row;
  }

  // What there is: screenings in the grid, then what is still promised

  item(show) {
    return this.data.programmes[show.programme];
  }
  title(show) {
    return this.item(show).titles[this.data.lang];
  }
  talk(show) {
    return this.item(show).debates[show.number] ?? 0;
  }
  length(show) {
    return this.item(show).intro + this.item(show).minutes + this.talk(show);
  }
  lane(show) {
    return this.lanes.find((l) => l.day === show.day && l.screen.id === show.screen);
  }
  find(programme, number) {
    return this.shows().find((s) => s.programme === programme && s.number === number);
  }
  clashesOf(show) {
    return this.data.clashes.filter((c) =>
      c.screenings.some(([p, n]) => p === show.programme && n === show.number),
    );
  }

  shows() {
    if (this.list) return this.list;
    const known = this.data.screenings.filter((s) => this.data.programmes[s.programme]);
    const placed = known.map((s) => ({ ...s, day: dayOf(s.start) }));
    for (const show of placed) if (!this.lane(show)) Object.assign(show, { day: null, isLost: true });
    const taken = new Set(known.map((s) => `${s.programme}:${s.number}`));
    const missing = Object.values(this.data.programmes).flatMap((p) =>
      [...Array(p.showings).keys()]
        .filter((n) => !taken.has(`${p.id}:${n}`))
        .map((number) => ({ id: "", programme: p.id, number, day: null })),
    );
    this.list = [...placed, ...missing];
    for (const show of this.list) show.name = `${show.programme}:${show.number}`;
    return this.list;
  }

  label(show) {
    const place =
      show.day === null
        ? this.words[show.isLost ? "outside" : "unplaced"]
        : `${clock(show.start)}, ${this.data.days[show.day]}, ${this.lane(show).screen.name}`;
    return [
      `${this.title(show)} ${place}`,
      show.locked && this.words.locked,
      this.item(show).gone && this.words.gone,
    ]
      .filter(Boolean)
      .join(", ");
  }

  paint() {
    const focused = document.activeElement?.show?.name;
    if (String(this.bounds()) !== String([this.t0, this.t1])) this.draw();
    const old = this.boxes;
    this.boxes = new Map();
    this.tray.replaceChildren();
    for (const show of this.shows()) this.paintOne(show, old.get(show.name));
    for (const [name, box] of old) if (!this.boxes.has(name)) box.remove();
    for (const lane of this.lanes) this.stack(lane);
    this.data.days.forEach((_, day) => {
      this.grid.querySelectorAll(".day h2 small")[day].textContent = this.shows().filter(
        (s) => s.day === day,
      ).length;
    });
    document.querySelector("#ntray").textContent = this.shows().filter((s) => s.day === null).length;
    document.querySelector("#version").textContent = this.data.version;
    this.conflicts();
    this.sift();
    this.keys?.repainted();
    if (focused) this.boxes.get(focused)?.focus({ preventScroll: true });
  }

  paintOne(show, box = el("button")) {
    const p = this.item(show);
    box.type = "button";
    box.className = "ev";
    box.removeAttribute("style");
    box.dataset.section = p.section || "E";
    box.setAttribute("aria-describedby", "keys");
    box.setAttribute("aria-label", this.label(show));
    box.title = this.label(show);
    box.tabIndex = -1;
    box.replaceChildren(el("b", "", this.title(show)));
    box.classList.toggle("gone", p.gone);
    box.classList.toggle("pencil", p.pencil);
    if (show.day === null) this.putInTray(show, box);
    else this.putInLane(show, box);
    box.show = show;
    show.box = box;
    this.boxes.set(show.name, box);
  }

  putInTray(show, box) {
    const p = this.item(show);
    box.append(el("i", "", ` ${p.minutes}${this.talk(show) ? ` + ${this.talk(show)}` : ""} min`));
    if (show.isLost) box.append(el("i", "lost", ` ${this.words.outside}`));
    const li = el("li");
    li.append(box);
    this.tray.append(li);
  }

  putInLane(show, box) {
    const width = this.length(show) * this.px;
    box.classList.toggle("short", width < 54);
    if (width >= 80) {
      box.classList.add("long");
      box.append(el("i", "", ` ${clock(show.start)}`));
    }
    box.style.left = this.left(show.start - show.day * DAY);
    box.style.width = `${width - 1}px`;
    box.style.setProperty("--talk", `${this.talk(show) * this.px}px`);
    box.classList.toggle("talks", this.talk(show) > 0);
    box.classList.toggle("locked", show.locked);
    if (show.locked) {
      const lock = el("span", "m");
      lock.innerHTML = PADLOCK;
      box.append(lock);
    }
    const { lane } = this.lane(show);
    if (box.parentNode !== lane) lane.append(box);
  }

  // Two at once in one room stand one above the other, and both are reached.
  stack({ row, day, screen }) {
    const its = this.shows().filter((s) => s.day === day && s.screen === screen.id);
    const deepest = stacked(its, (show) => this.length(show));
    row.classList.toggle("deep", deepest > 1);
    row.style.setProperty("--deep", deepest);
  }

  conflicts() {
    const list = document.querySelector("#conf");
    document.querySelector("#nconf").textContent = this.data.clashes.length;
    document.querySelector("#repair").hidden = !this.data.clashes.some((clash) => clash.mendable);
    list.replaceChildren(...this.data.clashes.map((clash) => this.conflict(clash)));
    this.keys?.listed(list);
  }

  conflict(clash) {
    const shows = clash.screenings.map(([programme, number]) => this.find(programme, number)).filter(Boolean);
    const kind = clash.level === "warn" ? "warn" : "bad";
    for (const { box } of shows) box.classList.add(kind);
    const li = el("li", kind === "warn" ? "soft" : "");
    const button = el("button");
    button.type = "button";
    const sign = el("b", "", "!");
    sign.setAttribute("aria-hidden", "true");
    const words = el("span");
    words.append(
      el("b", "", clash.says[this.data.lang]),
      el("small", "", clash.names[this.data.lang].join(" · ")),
    );
    button.append(sign, words);
    button.addEventListener("click", () => this.goTo(shows[0]));
    li.append(button);
    return li;
  }

  goTo(show) {
    if (!show) return;
    show.box.scrollIntoView({ block: "center", inline: "center" });
    this.focusOn(show);
    this.panel.pick(show);
  }

  focusOn(show) {
    const box = show && this.boxes.get(show.name);
    if (!box) return;
    this.keys.hold(box);
    box.focus({ preventScroll: !this.isNarrow });
  }

  sift() {
    const wanted = bare(document.querySelector("#find").value);
    for (const li of this.tray.children) li.hidden = !bare(li.textContent).includes(wanted);
  }

  // A late answer neither takes the focus from a hand that went on, nor talks over what was said since.
  hand() {
    const { turn, spoken } = this;
    return { isHere: () => this.turn === turn, listens: () => this.spoken === spoken };
  }

  // Acts. `seen` is the version that the hand was looking at when it began. What was refused is null,
  // what nobody answered is undefined.

  async send(method, path, body, seen = this.data.version) {
    const csrf = document.querySelector("meta[name=csrf]").content;
    const headers = { "content-type": "application/json", "x-csrf-token": csrf, "if-match": `"${seen}"` };
    try {
      const answer = await fetch(this.data.api + path, {
        method,
        headers,
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_WITHIN),
      });
      const told = await answer.json();
      if (answer.ok) return told;
      this.refuse((told.words?.[this.data.lang] ?? [this.words.away]).join(" "));
    } catch {
      this.refuse(this.words.away);
      return undefined;
    }
    await this.fetchGrid();
    return null;
  }

  // One act after the other, as the hand asked for them.
  inTurn(act) {
    this.lastAct = this.lastAct.then(act);
    return this.lastAct;
  }

  async fetchGrid() {
    if (this.fetching) {
      this.again = true;
      return;
    }
    this.fetching = true;
    try {
      const answer = await fetch(`${this.data.api}/grid`);
      if (answer.ok) this.take(await answer.json());
    } catch {
      /* the next news tries again */
    } finally {
      this.fetching = false;
    }
    if (this.again) {
      this.again = false;
      await this.fetchGrid();
    }
  }

  // While a hand holds a block the newest state waits; an older one than ours is late, and no news.
  take(state) {
    if (state.version < this.data.version) return;
    if (this.drag?.on) {
      this.waiting = state;
      return;
    }
    if (String(state.calendar) !== String(this.data.calendar)) {
      location.reload();
      return;
    }
    const { version, mark, screens, programmes, screenings, clashes } = state;
    const isSame = JSON.stringify(screens) === JSON.stringify(this.data.screens);
    Object.assign(this.data, { version, mark, screens, programmes, screenings, clashes });
    this.list = null;
    if (!isSame) this.draw();
    this.paint();
    this.panel.refresh();
  }

  released() {
    if (this.waiting) this.take(this.waiting);
    this.waiting = null;
  }

  async move(show, day, screen, start, seen = this.data.version) {
    const absolute = day * DAY + start;
    const place = { screen, start: absolute };
    const hand = this.hand();
    Object.assign(show, { day, ...place });
    this.paint();
    const told = await this.inTurn(() => this.sendPlace(show, place, seen));
    if (!told) {
      this.list = null;
      this.paint();
      if (hand.isHere()) this.focusOn(show);
      return false;
    }
    this.remember(told.act);
    this.take(told);
    const moved = this.find(show.programme, show.number);
    if (!moved) return true;
    if (moved.screen === screen && moved.start === absolute) this.answered.set(show.name, told.version);
    const mine = this.clashesOf(moved);
    if (hand.listens())
      this.say(
        `${this.label(moved)}. ${mine.map((c) => c.words[this.data.lang]).join(" ") || this.words.free}`,
      );
    if (!hand.isHere()) return true;
    this.focusOn(moved);
    this.panel.pick(moved);
    return true;
  }

  // A hand that is faster than the door has seen what its own last act on this screening became.
  sendPlace({ name, programme, number }, place, seen) {
    const { id } = this.find(programme, number) ?? {};
    if (!id) return this.send("POST", "/grid/screenings", { programme, number, ...place });
    const known = Math.max(seen, this.answered.get(name) ?? 0);
    return this.send("PUT", `/screenings/${id}/placement`, place, known);
  }

  async takeOut(show, seen) {
    const hand = this.hand();
    const told = await this.send("DELETE", `/screenings/${show.id}`, undefined, seen);
    if (!told) return;
    this.remember(told.act);
    if (this.panel.show?.name === show.name) this.panel.close();
    this.take(told);
    if (hand.isHere()) this.focusOn(this.find(show.programme, show.number));
  }

  async lock(show, seen) {
    const hand = this.hand();
    const told = await this.send(
      show.locked ? "DELETE" : "POST",
      `/screenings/${show.id}/lock`,
      undefined,
      seen,
    );
    if (!told) return;
    this.remember(told.act);
    this.take(told);
    const now = this.find(show.programme, show.number);
    if (!now) return;
    if (hand.listens()) this.say(this.label(now));
    if (hand.isHere()) this.panel.pick(now);
  }

  // The films that left leave their block; the others stay where they are.
  async letGo(show) {
    const hand = this.hand();
    const told = await this.send("POST", `/programmes/${show.programme}/departures`);
    if (!told) return;
    this.take(told);
    const now = this.find(show.programme, show.number);
    if (!now) return;
    if (hand.listens()) this.say(this.label(now));
    if (!hand.isHere()) return;
    this.panel.pick(now);
    this.focusOn(now);
  }

  remember(act) {
    this.acts.push(act);
    this.undo.hidden = false;
  }

  // The last act of this hand, backwards; what others did meanwhile stays, and is told.
  async back() {
    if (this.undoing) return;
    this.undoing = true;
    const isOnButton = document.activeElement === this.undo;
    await this.lastAct;
    const act = this.acts.at(-1);
    if (act === undefined) {
      this.undoing = false;
      return;
    }
    const before = new Map(this.shows().map((show) => [show.name, this.label(show)]));
    const told = await this.send("POST", `/grid/acts/${act}/undoing`);
    this.undoing = false;
    if (told === undefined) return;
    this.acts.pop();
    this.undo.hidden = !this.acts.length;
    if (!told) return;
    this.take(told);
    this.say(this.words.undone);
    if (isOnButton && this.undo.hidden)
      this.focusOn(this.shows().find((show) => before.get(show.name) !== this.label(show)));
  }

  say(words) {
    this.spoken += 1;
    this.live.textContent = words;
    this.live.classList.add("vh");
  }

  refuse(words) {
    this.spoken += 1;
    this.live.textContent = words;
    this.live.classList.remove("vh");
  }
}
customElements.define("festival-grid", FestivalGrid);
