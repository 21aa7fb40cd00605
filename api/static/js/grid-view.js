// How the grid is looked at: the whole festival or one day, how large, and what stands out of it.
// The address says it all, so that a link and a reload show the same.
const ZOOMS = [0.5, 0.7, 0.85, 1, 1.25, 1.6, 2, 3];
const USUAL = 3;
const MINUTE = 1.1; // px of a minute in the festival's view; a day is drawn at twice that
const FILTERS = ["section", "room", "kind"];

export class GridView {
  constructor(grid, bar) {
    this.grid = grid;
    this.state = grid.state;
    this.bar = bar;
    this.read();
    bar.addEventListener("click", (event) => this.press(event.target.closest("button")));
    for (const name of FILTERS) bar.querySelector(`[name=${name}]`).onchange = () => this.sift();
    matchMedia("screen and (width <= 900px)").addEventListener("change", () => grid.picture.again());
    addEventListener("resize", () => this.fit());
    addEventListener("beforeprint", () => this.print(true));
    addEventListener("afterprint", () => this.print(false));
  }

  read() {
    const asked = new URLSearchParams(location.search);
    this.isDay = asked.get("view") === "day";
    this.day = Math.max(0, Math.min(this.state.data.days.length - 1, Number(asked.get("day")) - 1 || 0));
    const zoom = ZOOMS.indexOf(Number(asked.get("zoom")));
    this.zoom = zoom < 0 ? USUAL : zoom;
    for (const name of FILTERS) this.choose(name, asked.get(name) ?? "");
  }

  // What a select has no line for (a room that was taken away) is nothing.
  choose(name, value) {
    this.bar.querySelector(`[name=${name}]`).value = value;
    if (!this.chosen(name)) this.bar.querySelector(`[name=${name}]`).value = "";
  }

  chosen(name) {
    return this.bar.querySelector(`[name=${name}]`).value;
  }

  write() {
    const told = new URLSearchParams();
    if (this.isDay) {
      told.set("view", "day");
      told.set("day", this.day + 1);
    }
    if (this.zoom !== USUAL) told.set("zoom", ZOOMS[this.zoom]);
    for (const name of FILTERS) if (this.chosen(name)) told.set(name, this.chosen(name));
    const query = told.size ? `?${told}` : "";
    history.replaceState(history.state, "", location.pathname + query);
    for (const link of document.querySelectorAll("a[data-here]")) link.search = query;
  }

  press(button) {
    if (!button) return;
    if (button.dataset.view) this.look(button.dataset.view === "day");
    else if (button.dataset.day) this.goTo(Number(button.dataset.day));
    else if (button.dataset.zoom) this.scale(this.zoom + Number(button.dataset.zoom));
    else if ("all" in button.dataset) {
      for (const name of FILTERS) this.choose(name, "");
      this.sift();
      this.bar.querySelector("[name=section]").focus();
    }
  }

  look(isDay) {
    this.isDay = isDay;
    this.changed();
  }

  // The festival's view shows every day already.
  goTo(day) {
    if (!this.isDay || day === null || day === this.day) return;
    this.day = day;
    this.changed();
  }

  scale(zoom) {
    this.zoom = Math.max(0, Math.min(ZOOMS.length - 1, zoom));
    this.changed();
  }

  changed() {
    this.fit();
    this.grid.picture.paint();
    this.write();
    if (this.isDay) this.first()?.box.scrollIntoView({ block: "nearest", inline: "start" });
  }

  first() {
    const its = this.state.shows().filter((show) => show.day === this.day);
    return its.reduce((best, show) => (best && best.start <= show.start ? best : show), null);
  }

  get px() {
    return MINUTE * ZOOMS[this.zoom] * (this.isDay ? 2 : 1);
  }

  // A day that is not looked at is not drawn; rows share the height that there is.
  fit() {
    const { sheet } = this.grid.picture;
    const days = [...sheet.querySelectorAll(".day")];
    days.forEach((section, day) => {
      section.hidden = this.isDay && day !== this.day;
    });
    const shown = this.isDay ? 1 : days.length;
    sheet.style.setProperty("--px", `${this.px}px`);
    sheet.style.setProperty("--heads", shown);
    sheet.style.setProperty("--rows", shown * this.state.data.screens.length || 1);
    sheet.classList.toggle("tall", (sheet.querySelector(".day:not([hidden]) .row")?.offsetHeight ?? 0) > 54);
    this.dress();
  }

  dress() {
    for (const button of this.bar.querySelectorAll("[data-view]"))
      button.setAttribute("aria-pressed", (button.dataset.view === "day") === this.isDay);
    for (const button of this.bar.querySelectorAll("[data-day]")) {
      const isHere = Number(button.dataset.day) === this.day;
      button.setAttribute("aria-pressed", isHere);
    }
    this.bar.querySelector(".days").hidden = !this.isDay;
    const { lang } = this.state.data;
    this.bar.querySelector("output").textContent = ZOOMS[this.zoom].toLocaleString(lang, {
      style: "percent",
    });
    this.bar.querySelector("[data-zoom='-1']").disabled = this.zoom === 0;
    this.bar.querySelector("[data-zoom='1']").disabled = this.zoom === ZOOMS.length - 1;
    this.bar.querySelector("[data-all]").hidden = !FILTERS.some((name) => this.chosen(name));
  }

  // What is not looked for stays where it is, and steps back.
  sift() {
    const [section, room, kind] = FILTERS.map((name) => this.chosen(name));
    const isWanted = (show) => {
      const item = this.state.item(show);
      return (
        (!section || (item.section ?? "E") === section) &&
        (!room || show.screen === room || this.state.screen(show.screen)?.venue === room) &&
        (!kind || (kind === "pencil" ? item.pencil : item.kind === kind))
      );
    };
    for (const show of this.state.shows())
      show.box?.classList.toggle("faded", show.day !== null && !isWanted(show));
    for (const { row, screen } of this.grid.picture.lanes)
      row.classList.toggle("faded", Boolean(room) && screen.id !== room && screen.venue !== room);
    this.dress();
    this.write();
  }

  // Paper shows the whole festival, as large as the sheet is wide.
  print(isPaper) {
    const { sheet, t0, t1 } = this.grid.picture;
    if (isPaper) {
      for (const section of sheet.querySelectorAll(".day")) section.hidden = false;
      sheet.style.setProperty("--px", `${1400 / (t1 - t0)}px`);
    } else this.fit();
  }
}
