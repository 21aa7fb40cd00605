// The card of the picked screening: its form, its padlock, why it stands there and what every other
// place would cost. What somebody has typed outlives whatever others do meanwhile.
import { clock, dayOf, el, minutesOf, signed } from "./grid-parts.js";

const SETTLED = 1500;

export class GridPanel {
  constructor(grid, box) {
    this.grid = grid;
    this.state = grid.state;
    this.picture = grid.picture;
    this.box = box;
    this.form = box.querySelector("form");
    this.note = box.querySelector("[data-note]");
    this.form.addEventListener("input", () => grid.hands.hold(this.show));
    this.form.onsubmit = (event) => {
      event.preventDefault();
      this.submit();
    };
    box.querySelector("[data-lock]").onclick = () => grid.acts.lock(this.show, this.seen);
    box.querySelector("[data-out]").onclick = () => grid.acts.takeOut(this.show, this.seen);
    box.querySelector("[data-let]").onclick = () => grid.acts.letGo(this.show);
    box.querySelector("[data-split]").onclick = () =>
      grid.acts.divide(this.show, "split", { at: Number(this.part("at").value) }, this.seen);
    box.querySelector("[data-merge]").onclick = () =>
      grid.acts.divide(this.show, "merging", { other: this.part("with").value }, this.seen);
    for (const input of box.querySelectorAll("[data-hold]"))
      input.onchange = () => grid.acts.hold(this.show, this.holds(), this.seen);
    box.querySelector("[data-close]").onclick = () => {
      const { show } = this;
      this.close();
      grid.focusOn(show);
    };
  }

  part(name) {
    return this.box.querySelector(`[data-${name}]`);
  }

  pick(show) {
    this.box.hidden = false;
    this.fill(show);
    this.reason(show);
  }

  // Whoever stood in the card is back in the grid, and not nowhere.
  close() {
    const wasInside = this.box.contains(document.activeElement);
    this.box.hidden = true;
    this.show = null;
    this.grid.hands.letGo();
    this.grid.prices.cool();
    if (wasInside) this.grid.keys.enter();
  }

  holds() {
    const inputs = [...this.box.querySelectorAll("[data-hold]")];
    return Object.fromEntries(inputs.map((input) => [input.dataset.hold, input.checked]));
  }

  // What the form was filled from, and the version that its reader sees.
  fill(show) {
    this.show = show;
    this.seen = this.state.data.version;
    this.note.hidden = true;
    this.options();
    this.base = this.place(show);
    for (const [name, value] of Object.entries(this.base)) this.form[name].value = value;
    this.dress(show);
  }

  place(show) {
    const isOut = show.day === null;
    return {
      day: String(isOut ? 0 : show.day),
      screen: isOut ? (this.state.data.screens[0]?.id ?? "") : show.screen,
      start: clock(isOut ? 600 : show.start),
    };
  }

  options() {
    this.form.screen.replaceChildren(...this.state.data.screens.map((s) => new Option(s.name, s.id)));
  }

  dress(show) {
    const { words } = this.state;
    const item = this.state.item(show);
    this.part("length").textContent = this.state.minutes([item.intro, item.minutes, this.state.talk(show)]);
    this.box.querySelector("h2").textContent = this.state.title(show);
    this.part("lock").hidden = !show.id;
    this.part("lock").textContent = show.locked ? words.unlock : words.lock;
    this.part("out").hidden = !show.id || (show.locked && !item.gone);
    this.divisions(item);
    this.grid.comments.dress(show);
    const held = this.state.heldParts(show);
    this.part("holds").hidden = !show.id || show.locked;
    for (const input of this.box.querySelectorAll("[data-hold]"))
      input.checked = held.includes(input.dataset.hold);
    const gone = this.state
      .clashesOf(show)
      .find((c) => c.code === "film_withdrawn" || c.code === "film_declined");
    this.part("gone").hidden = !gone;
    this.part("let").hidden = !gone || item.gone;
    this.part("gone").textContent = gone
      ? `${gone.says[this.state.data.lang]} ${item.gone ? words.take_out : words.let_go_lead}`
      : "";
  }

  // A block is split before any film but its first, and merged with any other that has films.
  divisions(item) {
    const { data } = this.state;
    const others = Object.values(data.programmes).filter((p) => p.films.length && p.id !== item.id);
    this.part("divide").hidden = item.kind !== "block" || (item.films.length < 2 && !others.length);
    this.part("at").replaceChildren(...item.films.slice(1).map((title, n) => new Option(title, n + 1)));
    this.part("with").replaceChildren(...others.map((p) => new Option(p.titles[data.lang], p.id)));
    this.part("split").disabled = item.films.length < 2;
    this.part("merge").disabled = !others.length;
  }

  // Somebody has acted: an untouched form follows, a touched one keeps its words and says so. While the
  // house is asked for what it says, it stays as it is.
  refresh() {
    if (this.box.hidden || !this.show || this.asked === this.show.name) return;
    const now = this.state.find(this.show.programme, this.show.number);
    if (!now) {
      this.close();
      return;
    }
    this.askAgain();
    const place = this.place(now);
    const hasMoved = JSON.stringify(place) !== JSON.stringify(this.base) || now.id !== this.show.id;
    const differs = (from) => Object.keys(from).some((name) => this.form[name].value !== from[name]);
    if (!differs(this.base) || !differs(place)) {
      this.fill(now);
      return;
    }
    const kept = Object.fromEntries(Object.keys(place).map((name) => [name, this.form[name].value]));
    this.show = now;
    this.seen = this.state.data.version;
    this.options();
    for (const [name, value] of Object.entries(kept)) this.form[name].value = value;
    this.dress(now);
    if (!hasMoved) return;
    this.base = place;
    this.note.textContent = `${this.state.words.moved_under} ${this.state.label(now)}.`;
    this.note.hidden = false;
  }

  async submit() {
    const { form } = this;
    const start = minutesOf(form.start.value);
    form.start.setCustomValidity(start === null ? this.state.words.hour_wrong : "");
    form.start.oninput = () => form.start.setCustomValidity("");
    if (!form.reportValidity()) return;
    this.asked = this.show.name;
    await this.grid.acts.move(this.show, Number(form.day.value), form.screen.value, start, this.seen);
    this.asked = null;
    this.refresh();
  }

  // Why here, and what every other place would cost

  // Prices are the grid's: when others have changed it, they are asked for again, unless somebody
  // stands among them.
  askAgain() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const isRead = this.part("why").contains(document.activeElement);
      const isOld = this.show && !this.box.hidden && this.priced !== this.state.data.version;
      if (isOld && !isRead && !this.grid.drag.on) this.reason(this.show);
    }, SETTLED);
  }

  async reason(show) {
    const panel = this.part("why");
    panel.hidden = true;
    this.priced = this.state.data.version;
    const why = await this.grid.prices.warm(show);
    if (!why || this.box.hidden) return;
    const costs = Object.entries(why.costs).filter(([, cost]) => cost);
    this.part("costs").textContent =
      costs.map(([rule, cost]) => `${this.state.words[rule] ?? rule} ${cost}`).join(" · ") ||
      this.state.words.costs_nothing;
    this.part("else").replaceChildren(...why.alternatives.map((cell) => this.elsewhere(cell)));
    this.part("held").replaceChildren(...why.forced_by.map((held) => this.holder(held)));
    for (const part of panel.querySelectorAll("[data-part]"))
      part.hidden = !part.querySelector("ul").children.length;
    panel.hidden = false;
  }

  holder(held) {
    const show = this.state.find(held.programme, held.number);
    const at =
      show && show.day !== null ? `, ${this.state.data.short_days[show.day]} ${clock(show.start)}` : "";
    return el("li", "", `${show ? this.state.title(show) : "–"}${at} ${signed(-held.saves)}`);
  }

  elsewhere(cell) {
    const { form } = this;
    const [li, button] = [el("li"), el("button", "btn quiet")];
    const screen = this.state.screen(cell.screen);
    button.type = "button";
    const where = [this.state.data.days[dayOf(cell.start)], clock(cell.start), screen?.name ?? "–"];
    button.append(el("b", "num", signed(cell.price)), ` ${where.join(", ")}`);
    button.onclick = () => {
      Object.assign(form.day, { value: String(dayOf(cell.start)) });
      form.screen.value = cell.screen;
      form.start.value = clock(cell.start);
      form.querySelector(".primary").focus();
    };
    li.append(button);
    return li;
  }
}
