// What is still to be placed: searched without accents, by section and length, in groups.
import { bare, el } from "./grid-parts.js";

const LENGTHS = [0, 31, 61, 101, Infinity]; // minutes

export class GridTray {
  constructor(grid, root) {
    this.grid = grid;
    this.state = grid.state;
    this.list = root.querySelector("#tray");
    this.form = root.querySelector("#seek");
    this.none = root.querySelector("#none");
    this.shows = [];
    this.sorting = root.querySelector("#sort");
    this.form.oninput = () => this.paint();
    this.sorting.oninput = () => this.paint();
    this.form.onsubmit = (event) => event.preventDefault();
  }

  get its() {
    return this.state.shows().filter((show) => show.day === null);
  }

  paint() {
    const focused = this.list.contains(document.activeElement) && document.activeElement;
    const { its } = this;
    const wanted = its.filter((show) => this.isWanted(show));
    const groups = this.groups(wanted);
    const lines = groups.flatMap(([name, shows]) => [
      ...(name ? [el("li", "group", name)] : []),
      ...shows.map((show) => {
        const li = el("li");
        li.append(show.box);
        return li;
      }),
    ]);
    for (const show of its) if (!wanted.includes(show)) show.box.remove();
    this.list.replaceChildren(...lines);
    this.none.hidden = wanted.length > 0 || !its.length;
    this.form.hidden = !its.length;
    this.sorting.hidden = !its.length;
    focused?.focus?.({ preventScroll: true });
  }

  isWanted(show) {
    const { find, section, length } = this.form.elements;
    const item = this.state.item(show);
    const is = bare(`${Object.values(item.titles).join(" ")} ${show.box?.textContent}`);
    return (
      is.includes(bare(find.value)) &&
      (!section.value || (item.section ?? "E") === section.value) &&
      (!length.value || this.lengthOf(show) === Number(length.value))
    );
  }

  lengthOf(show) {
    return LENGTHS.findIndex((_, n) => this.state.item(show).minutes < LENGTHS[n + 1]);
  }

  groups(shows) {
    const { group, section, length } = this.form.elements;
    if (!group.value) return [["", shows]];
    const [names, key] =
      group.value === "section"
        ? [section, (show) => this.state.item(show).section ?? "E"]
        : [length, (show) => String(this.lengthOf(show))];
    return [...names.options]
      .filter((option) => option.value)
      .map((option) => [option.text, shows.filter((show) => key(show) === option.value)])
      .filter(([, its]) => its.length);
  }
}
