// Who holds which block just now: ours is told while we carry or edit it, a colleague's name stands on theirs.
// The house forgets a hand that has not been heard of for half a minute.
import { el } from "./grid-parts.js";
import { json } from "./shared.js";

const AGAIN = 10_000;

export class GridHands {
  constructor(grid) {
    this.grid = grid;
    this.state = grid.state;
    this.others = [];
    addEventListener("pagehide", () => this.letGo());
  }

  // Told at once, and again while the hand is at it.
  hold(show) {
    const isNews = this.name !== show.name || Date.now() - this.told > AGAIN;
    this.name = show.name;
    if (!isNews) return;
    this.told = Date.now();
    this.tell("POST", { programme: show.programme, number: show.number });
  }

  letGo() {
    if (!this.name) return;
    this.name = null;
    this.tell("DELETE");
  }

  // Nobody waits for it, and nothing is lost with it.
  tell(method, body) {
    const path = `${this.state.data.api}/grid/hand`;
    fetch(path, { method, headers: json(), body: body && JSON.stringify(body), keepalive: true }).catch(
      () => null,
    );
  }

  take(hands) {
    this.others = hands.filter((hand) => hand.person !== this.state.data.person);
    this.paint();
  }

  paint() {
    for (const { box } of this.marked ?? []) {
      box.classList.remove("held");
      box.querySelector(".who")?.remove();
    }
    this.marked = this.others.flatMap(({ programme, number, by }) => {
      const show = this.state.find(programme, number);
      if (!show?.box) return [];
      show.box.classList.add("held");
      show.box.append(el("span", "who", by));
      return [show];
    });
  }
}
