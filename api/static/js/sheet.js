// The score sheet: nothing that was typed is lost. A sheet not yet given is kept in the house as it
// grows; a given one is a vote, and only its writer's own act changes it: until then the browser keeps it.
import { json, Draft, isThere } from "./shared.js";
import { hour } from "./words.js";

const PAUSE = 1500; // milliseconds without a key before the sheet is kept
const FLAGS = ["discuss", "heart", "sensitive", "list"];

export class Sheet {
  constructor(form) {
    this.form = form;
    this.draft = new Draft(form.dataset.draft);
    this.state = form.querySelector("[data-state]");
    this.version = form.elements.version;
    this.weights = JSON.parse(form.dataset.weights);
    form.addEventListener("input", () => this.typing());
    form.addEventListener("submit", (event) => this.sending(event));
    form.querySelector("[data-theirs]")?.addEventListener("click", () => this.draft.forget());
    this.offer();
    this.total();
  }

  say(words, kind) {
    this.state.textContent = words.replace("{}", hour());
    this.state.className = `chip ${kind}`;
  }

  chosen(name) {
    const value = this.form.querySelector(`[name="${name}"]:checked`)?.value;
    return value ? Number(value) : null;
  }

  scores() {
    const named = Object.keys(this.weights).map((name) => [name, this.chosen(name)]);
    return Object.fromEntries(named.filter(([, value]) => value));
  }

  typed() {
    return {
      ...this.scores(),
      opinion: this.form.elements.opinion.value,
      confidence: this.chosen("confidence"),
      flags: FLAGS.filter((flag) => this.form.elements[flag].checked),
    };
  }

  // As the house reads it; `give`: it becomes a vote.
  sent(give) {
    const { confidence, flags, ...sheet } = this.typed();
    return JSON.stringify({ sheet, confidence, flags, version: Number(this.version.value), give });
  }

  isWhole() {
    return Object.keys(this.weights).every((name) => this.chosen(name));
  }

  total() {
    const given = this.scores();
    const names = Object.keys(this.weights);
    const sum = names.reduce((sum, name) => sum + (given[name] ?? NaN) * this.weights[name], 0);
    const mean = sum / names.reduce((sum, name) => sum + this.weights[name], 0);
    const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
    document.querySelector("[data-total]").textContent = mean
      ? mean.toLocaleString(document.documentElement.lang, digits)
      : "—";
  }

  fill(values) {
    for (const name of [...Object.keys(this.weights), "confidence"]) {
      this.form.querySelectorAll(`[name="${name}"]`).forEach((one) => {
        one.checked = Number(one.value) === values[name];
      });
    }
    for (const flag of FLAGS) this.form.elements[flag].checked = (values.flags ?? []).includes(flag);
    this.form.elements.opinion.value = values.opinion ?? "";
    this.total();
  }

  typing() {
    this.total();
    this.draft.keep({ version: Number(this.version.value), at: hour(), sheet: this.typed() });
    clearTimeout(this.waiting);
    if (this.form.dataset.given) this.say(this.form.dataset.held, "warn");
    else this.waiting = setTimeout(() => this.keep(), PAUSE);
  }

  put(give) {
    return fetch(this.form.dataset.keep, { method: "PUT", headers: json(), body: this.sent(give) });
  }

  async keep() {
    if (this.keeping) {
      this.waiting = setTimeout(() => this.keep(), PAUSE);
      return;
    }
    const sent = this.typed();
    this.keeping = this.put(false);
    try {
      await this.heed(await this.keeping, sent);
    } catch {
      this.say(this.form.dataset.offline, "warn");
    }
    this.keeping = null;
  }

  async heed(answer, sent) {
    if (answer.ok) {
      this.stands((await answer.json()).version);
      if (same(sent, this.typed())) this.draft.forget();
      this.say(this.form.dataset.saved, "ok");
    } else if (answer.status === 409) this.say(this.form.dataset.elsewhere, "warn");
    else if (answer.status < 500) this.say((await answer.json()).detail, "warn");
    else this.say(this.form.dataset.offline, "warn");
  }

  // Every form of the page that speaks of this sheet knows its version.
  stands(version) {
    this.version.value = version;
    document.querySelectorAll("[data-version]").forEach((one) => {
      one.value = version;
    });
  }

  // Nothing of it is still on its way.
  async settled() {
    clearTimeout(this.waiting);
    await this.keeping?.catch(() => {});
  }

  // Offline, the browser would leave the page for its own words: ask first whether anybody is there.
  async sending(event) {
    if (this.checked || event.defaultPrevented) return;
    event.preventDefault();
    const by = event.submitter;
    await this.settled();
    if (!(await isThere())) return this.say(this.form.dataset.offline, "warn");
    if (by?.dataset.next && (await this.onward?.(by.dataset.next))) return;
    this.checked = true;
    this.form.requestSubmit(by);
  }

  offer() {
    const left = this.draft.get();
    const isKept = document.querySelector(".flash") || (left && same(left.sheet, this.typed()));
    if (left && isKept) this.draft.forget();
    if (!left || isKept || this.form.dataset.typed) return;
    const offer = this.form.querySelector("[data-offer]");
    offer.querySelector("span").textContent = this.form.dataset.found.replace("{}", left.at);
    offer.hidden = false;
    offer.querySelector("[data-take]").addEventListener("click", () => {
      this.fill(left.sheet);
      offer.hidden = true;
      this.form.dispatchEvent(new Event("input"));
    });
    offer.querySelector("[data-drop]").addEventListener("click", () => {
      this.draft.forget();
      offer.hidden = true;
    });
  }

  // A digit scores the criterion that has the focus, else the first that has no score yet.
  score(digit) {
    const lines = [...this.form.querySelectorAll("fieldset[data-criterion]")];
    const line =
      lines.find((one) => one.contains(document.activeElement)) ??
      lines.find((one) => !this.chosen(one.dataset.criterion));
    const one = line?.querySelector(`[value="${digit}"]`);
    if (!one) return false;
    one.checked = true;
    if (line.contains(document.activeElement)) {
      const next = lines[lines.indexOf(line) + 1];
      (next?.querySelector("input") ?? this.form.elements.opinion).focus();
    }
    this.form.dispatchEvent(new Event("input"));
    return true;
  }
}

const same = (a, b) => JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

// The sheet was closed while somebody wrote: what only this browser holds is shown, to be read and copied.
function showUnkept(shut) {
  const draft = new Draft(shut.dataset.draft);
  const left = draft.get();
  const offer = shut.querySelector("[data-offer]");
  const words = offer.querySelector("[data-unkept]");
  if (left?.sheet?.opinion && left.sheet.opinion !== shut.elements.opinion.value) {
    offer.querySelector("span").textContent = shut.dataset.lost.replace("{}", left.at);
    words.textContent = left.sheet.opinion;
    words.hidden = false;
    offer.hidden = false;
    offer.querySelector("[data-drop]").addEventListener("click", () => {
      draft.forget();
      offer.hidden = true;
    });
  }
}

let current = null;

// The sheet of the page as it is drawn now; `onward` takes its writer to the next film.
export function wireSheet(onward) {
  const form = document.querySelector("[data-sheet]");
  const shut = document.querySelector("[data-shut]");
  const seen = document.querySelector("[data-seen]");
  current = form && new Sheet(form);
  if (current) current.onward = onward;
  if (shut) showUnkept(shut);
  document.querySelector("screener-player").addEventListener("film-seen", (event) => {
    const percent = Math.floor(event.detail.seen * 100);
    seen.querySelector("progress").value = event.detail.seen;
    seen.querySelector("span").textContent = seen.dataset.words.replace("{}", percent);
  });
  return current;
}

document.addEventListener("keydown", (event) => {
  if (!current || event.altKey || event.defaultPrevented) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const give = current.form.querySelector("[data-next]") ?? current.form.querySelector("[value=give]");
    if (give) current.form.requestSubmit(give);
  } else if (/^[1-9]$/.test(event.key) && !event.ctrlKey && !event.metaKey) {
    const typing = event.target.closest("textarea, select, [contenteditable], input:not([type=radio])");
    if (!typing && current.score(event.key)) event.preventDefault();
  }
});
