// <festival-grid>: days by screens. Drag, keyboard or form; the server says what clashes.
// Times are minutes after midnight of the first festival day, as everywhere.
import { GridActs } from "./grid-acts.js";
import { GridBlockers } from "./grid-blockers.js";
import { GridComments } from "./grid-comments.js";
import { GridConflicts } from "./grid-conflicts.js";
import { DayCopy } from "./grid-dialogs.js";
import { GridDrag } from "./grid-drag.js";
import { GridHands } from "./grid-hands.js";
import { GridKeys } from "./grid-keys.js";
import { GridNews } from "./grid-news.js";
import { GridPanel } from "./grid-panel.js";
import { GridPicture } from "./grid-picture.js";
import { GridPrices } from "./grid-prices.js";
import { GridState } from "./grid-state.js";
import { GridTray } from "./grid-tray.js";
import { GridVeils } from "./grid-veils.js";
import { GridView } from "./grid-view.js";

class FestivalGrid extends HTMLElement {
  connectedCallback() {
    const root = document.querySelector(".work");
    this.live = document.querySelector("#live");
    this.turn = 0;
    this.spoken = 0;
    for (const began of ["keydown", "pointerdown"])
      document.addEventListener(began, () => (this.turn += 1), { capture: true });
    this.state = new GridState(JSON.parse(this.querySelector("script").textContent));
    this.view = new GridView(this, document.querySelector("#view"));
    this.picture = new GridPicture(this, root);
    this.prices = new GridPrices(this, root);
    this.tray = new GridTray(this, root);
    this.comments = new GridComments(this, document.querySelector("#comments"));
    this.panel = new GridPanel(this, document.querySelector("#inspect"));
    this.conflicts = new GridConflicts(this, root);
    this.blockers = new GridBlockers(this, document.querySelector("#blocker"));
    this.dayCopy = new DayCopy(this, document.querySelector("#day-copy"));
    this.picture.again();
    this.acts = new GridActs(this, document.querySelector(".toolbar"));
    this.drag = new GridDrag(this, root);
    this.keys = new GridKeys(this, root);
    this.hands = new GridHands(this);
    this.veils = new GridVeils(this);
    this.news = new GridNews(this);
    this.view.write();
    const asked = location.hash.slice(1); // another page leads to one block
    this.focusOn(asked && this.state.shows().find((show) => show.id === asked));
  }

  disconnectedCallback() {
    this.news.end();
  }

  get isNarrow() {
    return matchMedia("screen and (width <= 900px)").matches;
  }

  // While a hand holds a block the newest state waits.
  take(state) {
    if (this.drag?.on) {
      if (!(state.version < this.waiting?.version)) this.waiting = state;
      return;
    }
    if (this.state.isLate(state)) {
      this.picture.paint(); // what the hand hoped for may be settled by it
      return;
    }
    if (this.state.isOfOtherDays(state)) {
      location.reload();
      return;
    }
    if (this.state.renew(state)) this.picture.draw();
    this.picture.paint();
    this.panel.refresh();
  }

  released() {
    if (this.waiting) this.take(this.waiting);
    this.waiting = null;
  }

  focusOn(show) {
    const box = show && this.picture.boxes.get(show.name);
    if (!box) return;
    this.view.goTo(show.day);
    this.keys.hold(box);
    box.focus({ preventScroll: !this.isNarrow });
  }

  // A late answer neither takes the focus from a hand that went on, nor talks over what was said since.
  hand() {
    const { turn, spoken } = this;
    return { isHere: () => this.turn === turn, listens: () => this.spoken === spoken };
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
