// Pins above the bar: one for each note, or one for several that would lie on each other. Where they stand is set
// here, for the page allows no inline style.
import { clock, filled } from "./words.js";

const WIDE = 26; // pixels: as near as two pins may come

// Notes in groups, each at the place of its first, as a share of the film; `width` is the bar's, in pixels.
export function grouped(notes, length, width) {
  const groups = [];
  for (const note of notes.toSorted((a, b) => a.at - b.at)) {
    const share = Math.min(1, note.at / length);
    const last = groups.at(-1);
    if (last && (share - last.share) * width < WIDE) last.notes.push(note);
    else groups.push({ share, notes: [note] });
  }
  return groups;
}

function button(name, note) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `${name} ${note?.kind ?? ""}`;
  if (!note) return made;
  made.dataset.goto = note.at;
  made.title = note.words;
  made.setAttribute("aria-label", `${note.time} ${note.said} ${note.words}`);
  made.append(note.sign || "·");
  return made;
}

// A row of the group's list says what the pin's own name says.
function row(note) {
  const made = button("one", note);
  made.removeAttribute("aria-label");
  const time = Object.assign(document.createElement("span"), { className: "num", textContent: note.time });
  const words = Object.assign(document.createElement("span"), {
    className: "words",
    textContent: note.words,
  });
  const sign = Object.assign(document.createElement("b"), { className: note.kind, textContent: note.sign });
  made.replaceChildren(time, sign, words);
  return made;
}

export class Pins {
  constructor(player, words) {
    this.place = player.querySelector(".pins");
    this.length = Number(player.querySelector(".track").getAttribute("aria-valuemax")) || 1;
    this.words = words;
    this.notes = [];
    this.place.addEventListener("keydown", (event) => this.key(event));
    this.place.addEventListener("focusout", (event) => {
      if (!this.place.contains(event.relatedTarget)) this.close();
    });
    new ResizeObserver(() => this.draw()).observe(this.place);
  }

  show(notes) {
    this.notes = notes;
    this.draw();
  }

  // Only one of them is a stop of the Tab key; arrows lead to the others.
  draw() {
    const held = this.tops().indexOf(document.activeElement);
    const groups = grouped(this.notes, this.length, this.place.clientWidth);
    const stretches = this.notes.filter((note) => note.until).map((note) => this.stretch(note));
    this.place.replaceChildren(...stretches, ...groups.flatMap((group) => this.pin(group)));
    this.place.hidden = !groups.length;
    const tops = this.tops();
    tops.forEach((top, n) => {
      top.tabIndex = n ? -1 : 0;
    });
    if (held >= 0) tops[Math.min(held, tops.length - 1)]?.focus();
  }

  pin({ share, notes }) {
    const [first, ...others] = notes;
    const made = button("pin", others.length ? null : first);
    made.style.left = `${share * 100}%`;
    if (!others.length) return [made];
    made.classList.add("many");
    made.append(notes.length);
    const named = { n: notes.length, from: clock(first.at), to: clock(notes.at(-1).at) };
    made.setAttribute("aria-label", filled(this.words, named));
    made.setAttribute("aria-expanded", "false");
    const list = document.createElement("div");
    list.className = "group";
    list.hidden = true;
    list.append(...notes.map(row));
    list.style.setProperty("--at", `${share * 100}%`);
    made.addEventListener("click", () => (list.hidden ? this.open(made, list) : this.close()));
    return [made, list];
  }

  stretch(note) {
    const made = document.createElement("i");
    made.className = `stretch ${note.kind}`;
    const [from, to] = [note.at, note.until].map((at) => Math.min(1, at / this.length) * 100);
    made.style.left = `${from}%`;
    made.style.width = `${to - from}%`;
    return made;
  }

  open(top, list) {
    this.close();
    list.hidden = false;
    top.setAttribute("aria-expanded", "true");
    list.querySelector("button").focus();
  }

  // Back to the pin that had opened it, if the focus was in there.
  close() {
    const top = this.place.querySelector("[aria-expanded=true]");
    if (!top) return;
    const isWithin = top.nextElementSibling.contains(document.activeElement);
    top.setAttribute("aria-expanded", "false");
    top.nextElementSibling.hidden = true;
    if (isWithin) top.focus();
  }

  tops() {
    return [...this.place.querySelectorAll(".pin")];
  }

  key(event) {
    const list = event.target.closest(".group");
    if (event.key === "Escape" && this.place.querySelector("[aria-expanded=true]")) {
      event.preventDefault(); // in full screen, the first Escape is the list's
      return this.close();
    }
    const others = list ? [...list.children] : this.tops();
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const at = { Home: 0, End: others.length - 1 }[event.key] ?? others.indexOf(event.target) + step;
    if (!others[at]) return;
    event.preventDefault();
    if (!list)
      others.forEach((one, n) => {
        one.tabIndex = n === at ? 0 : -1;
      });
    others[at].focus();
  }
}
