// What programmers say about the picked screening. Words that are being written wait for their
// screening, whatever else is picked meanwhile.
import { el } from "./grid-parts.js";

export class GridComments {
  constructor(grid, box) {
    this.grid = grid;
    this.state = grid.state;
    this.box = box;
    this.form = box.querySelector("form");
    this.drafts = new Map();
    this.form.oninput = () => this.drafts.set(this.show.name, this.form.text.value);
    this.form.onsubmit = (event) => {
      event.preventDefault();
      this.add(this.show);
    };
  }

  dress(show) {
    this.show = show;
    const comments = this.state.commentsOf(show);
    this.box.querySelector("ul").replaceChildren(...comments.map((one) => this.line(one)));
    this.box.querySelector(".count").textContent = comments.length;
    this.form.text.value = this.drafts.get(show.name) ?? "";
  }

  line(comment) {
    const [li, done] = [el("li"), el("button", "link", this.box.dataset.settle)];
    done.type = "button";
    done.setAttribute("aria-label", `${this.box.dataset.settle} ${comment.text}`);
    done.onclick = () => this.settle(comment);
    const who = el("small", "hint", `${comment.by || "–"} · ${comment.when[this.state.data.lang]} `);
    who.append(done);
    li.append(el("p", "", comment.text), who);
    return li;
  }

  async add(show) {
    const text = (this.drafts.get(show.name) ?? "").trim();
    if (!text || this.sending) return;
    const { programme, number } = show;
    this.sending = true;
    const told = await this.send("/comments", { programme, number, text });
    this.sending = false;
    if (!told) return;
    this.drafts.delete(show.name);
    await this.grid.news.ask();
  }

  async settle(comment) {
    if (!(await this.send(`/comments/${comment.id}/settling`))) return;
    await this.grid.news.ask();
    this.form.text.focus();
  }

  send(path, body) {
    return this.grid.acts.send(() => ({ method: "POST", path, body }));
  }

  // The number on a block: it is heard, too, as a part of its name.
  mark(show, box) {
    const count = this.state.commentsOf(show).length;
    if (!count) return;
    const words = `${count} ${this.box.dataset[count > 1 ? "many" : "one"]}`;
    const sign = el("span", "m said", count);
    sign.title = words;
    box.append(sign);
    box.setAttribute("aria-label", `${box.getAttribute("aria-label")}, ${words}`);
  }
}
