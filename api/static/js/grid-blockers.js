// Screens that are taken by hand: drawn in their lanes, set up, changed and let go in one small form.
import { DAY, clock, dayOf, el, minutesOf } from "./grid-parts.js";
import { asked } from "./grid-dialogs.js";

export class GridBlockers {
  constructor(grid, dialog) {
    this.grid = grid;
    this.state = grid.state;
    this.dialog = dialog;
    this.form = dialog.querySelector("form");
    this.form.onsubmit = (event) => {
      event.preventDefault();
      this.keep();
    };
    dialog.querySelector("[data-remove]").onclick = () => this.letGo();
    document.querySelector("[data-block]").onclick = () => this.open(null);
  }

  draw() {
    const { picture } = this.grid;
    for (const old of picture.sheet.querySelectorAll(".blocker")) old.remove();
    for (const taken of this.state.data.blockers) {
      const day = dayOf(taken.begins);
      const lane = picture.lane({ day, screen: taken.screen })?.lane;
      if (!lane) continue;
      const box = el("button", "blocker");
      const title = taken.titles[this.state.data.lang];
      box.type = "button";
      box.tabIndex = -1; // the grid is one stop of Tab; the list of them has each
      box.title = `${title} ${clock(taken.begins)}–${clock(taken.ends)}`;
      box.style.left = picture.left(taken.begins - day * DAY);
      box.style.width = picture.width(taken.ends - taken.begins);
      box.append(el("b", "", title));
      box.onclick = () => this.open(taken);
      lane.append(box);
    }
  }

  open(taken) {
    const { form } = this;
    const { screens } = this.state.data;
    this.taken = taken;
    form.screen.replaceChildren(...screens.map((screen) => new Option(screen.name, screen.id)));
    for (const input of form.querySelectorAll("[data-title]"))
      input.value = taken?.texts[input.dataset.title] ?? "";
    form.day.value = String(taken ? dayOf(taken.begins) : this.grid.view.day);
    form.screen.value = taken?.screen ?? screens[0]?.id ?? "";
    form.begins.value = taken ? clock(taken.begins) : "";
    form.ends.value = taken ? clock(taken.ends) : "";
    this.dialog.querySelector("[data-remove]").hidden = !taken;
    this.tell([]);
    this.dialog.showModal();
  }

  tell(words) {
    this.dialog.querySelector("[role=alert]").textContent = words.join(" ");
  }

  // Hours are read as everywhere: what begins before four in the morning belongs to the evening before.
  wanted() {
    const { form } = this;
    const hours = [form.begins, form.ends].map((input) => minutesOf(input.value));
    [form.begins, form.ends].forEach((input, n) => {
      input.setCustomValidity(hours[n] === null ? this.state.words.hour_wrong : "");
      input.oninput = () => input.setCustomValidity("");
    });
    if (!form.reportValidity()) return null;
    const [begins, ends] = hours.map((minute) => Number(form.day.value) * DAY + minute);
    const titles = {};
    for (const { dataset, value } of form.querySelectorAll("[data-title]")) titles[dataset.title] = value;
    return { titles, screen: form.screen.value, begins, ends };
  }

  async keep() {
    const wanted = this.wanted();
    if (!wanted) return;
    const { taken } = this;
    await this.send(
      taken ? "PATCH" : "POST",
      taken ? `/reservations/${taken.id}` : "/reservations",
      taken ? { ...wanted, version: taken.version } : wanted,
    );
  }

  async letGo() {
    const { id, version } = this.taken;
    await this.send("POST", `/reservations/${id}/removal`, { version });
  }

  async send(method, path, body) {
    const { ok, told } = await asked(this.state, method, path, body);
    if (!ok) {
      this.tell(told.words?.[this.state.data.lang] ?? [this.state.words.away]);
      return;
    }
    this.dialog.close();
    await this.grid.news.ask();
  }
}
