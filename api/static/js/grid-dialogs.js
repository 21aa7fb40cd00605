// Small forms over the grid: what they ask of the house; the one that copies a day, the one of a new run.
import { el } from "./grid-parts.js";
import { json } from "./shared.js";

// What the house said; `told` has the reasons of a refusal in every language.
export async function asked({ data }, method, path, body) {
  try {
    const answer = await fetch(data.api + path, { method, headers: json(), body: JSON.stringify(body) });
    return { ok: answer.ok, told: answer.status === 204 ? {} : await answer.json() };
  } catch {
    return { ok: false, told: {} };
  }
}

export class DayCopy {
  constructor(grid, dialog) {
    this.grid = grid;
    this.state = grid.state;
    this.dialog = dialog;
    this.form = dialog.querySelector("form");
    this.form.onsubmit = (event) => {
      event.preventDefault();
      this.copy();
    };
    document.querySelector("[data-copy]").onclick = () => this.open();
    document.querySelector("#optimise").onclick = (event) => {
      event.preventDefault();
      document.querySelector("#new-run").showModal();
    };
    for (const button of document.querySelectorAll("dialog [data-close]"))
      button.onclick = () => button.closest("dialog").close();
  }

  open() {
    const { day } = this.grid.view;
    this.form.from.value = String(day);
    this.form.onto.value = String(Math.min(day + 1, this.state.data.days.length - 1));
    this.tell("", []);
    this.dialog.showModal();
  }

  tell(words, left) {
    this.dialog.querySelector("[role=alert]").textContent = words;
    this.dialog.querySelector("ul").replaceChildren(...left.map((line) => el("li", "", line)));
  }

  // What could not be copied is said, and the form stays until it was read.
  async copy() {
    const { lang } = this.state.data;
    const wanted = { day: Number(this.form.from.value), onto: Number(this.form.onto.value) };
    const { ok, told } = await asked(this.state, "POST", "/grid/days", wanted);
    if (!ok) {
      this.tell((told.words?.[lang] ?? [this.state.words.away]).join(" "), []);
      return;
    }
    this.grid.acts.remember(told.act);
    this.grid.take(told);
    this.tell(
      told.says[lang],
      told.left.map((one) => one.words[lang]),
    );
    if (!told.left.length) this.dialog.close();
    this.grid.say(told.says[lang]);
  }
}
