// Beside the conflicts: how few moves mend them, counted by the house while nothing changes.
const WAIT = 1500; // ms without a change of the conflicts before anybody is asked to count

class Repair {
  constructor(form, conflicts) {
    this.form = form;
    this.button = form.querySelector("button");
    this.plain = form.dataset.plain;
    new MutationObserver(() => this.changed()).observe(conflicts, { childList: true, subtree: true });
    if (!this.form.hidden && this.button.textContent.trim() === this.plain) this.later();
  }

  changed() {
    this.button.textContent = this.plain;
    this.later();
  }

  later() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    if (this.form.hidden || document.hidden) return;
    this.asking = new AbortController();
    try {
      const answer = await fetch(this.form.dataset.src, { signal: this.asking.signal });
      if (answer.ok) this.button.textContent = (await answer.json()).words[document.documentElement.lang];
    } catch {
      /* somebody moved on, or the house is busy: the button works without its figure */
    }
  }
}

const [form, conflicts] = [document.getElementById("repair"), document.getElementById("conf")];
if (form && conflicts) new Repair(form, conflicts);
