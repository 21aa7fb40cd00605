// Acts of this hand: each is one question to the house, and what is done can be taken back.
// `seen` is the version that the hand was looking at when it began.
import { DAY } from "./grid-parts.js";
import { json } from "./shared.js";

const ANSWER_WITHIN = 30_000;

export class GridActs {
  constructor(grid, bar) {
    this.grid = grid;
    this.state = grid.state;
    this.done = [...grid.state.data.hand.done];
    this.undone = [...grid.state.data.hand.undone];
    this.last = Promise.resolve();
    this.turned = Promise.resolve();
    this.answered = new Map();
    this.undo = bar.querySelector("#undo");
    this.redo = bar.querySelector("#redo");
    this.undo.onclick = () => this.back();
    this.redo.onclick = () => this.again();
    this.dress();
    document.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey)) return;
      if (event.target.closest("textarea, input:not([type=checkbox])")) return;
      event.preventDefault();
      if (event.shiftKey) this.again();
      else this.back();
    });
  }

  dress() {
    this.undo.hidden = !this.done.length;
    this.redo.hidden = !this.undone.length;
  }

  // One act after the other, as the hand asked for them: `act` says what is asked when its turn has come.
  send(act) {
    this.last = this.last.then(() => this.ask(act()));
    return this.last;
  }

  // The answer is the newest state. What was refused is null, what nobody answered is undefined.
  async ask({ method, path, body, seen = this.state.data.version }) {
    const { data, words } = this.state;
    try {
      const answer = await fetch(data.api + path, {
        method,
        headers: { ...json(), "if-match": `"${seen}"` },
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_WITHIN),
      });
      const told = await answer.json();
      if (answer.ok) return told;
      this.grid.refuse((told.words?.[data.lang] ?? [words.away]).join(" "));
    } catch {
      this.grid.refuse(words.away);
      return undefined;
    }
    await this.grid.news.ask();
    return null;
  }

  // A hand that is faster than the door has seen what its own last act on this screening became.
  known({ name }, seen) {
    return Math.max(seen, this.answered.get(name) ?? 0);
  }

  // It stands where this act left it: nobody moved it meanwhile, as far as anybody has told.
  saw({ name, programme, number }, told, { screen, start }) {
    const { screenings } = this.state.isLate(told) ? this.state.data : told;
    const now = screenings.find((s) => s.programme === programme && s.number === number);
    if (now?.screen === screen && now.start === start) this.answered.set(name, told.version);
  }

  async move(show, day, screen, start, seen = this.state.data.version) {
    const { grid, state } = this;
    const place = { screen, start: day * DAY + start };
    const hand = grid.hand();
    const hope = state.hope(show, { day, ...place });
    grid.picture.paint();
    const told = await this.send(() => this.placing(show, place, seen));
    state.settle(hope);
    if (!told) {
      grid.picture.paint();
      if (hand.isHere()) grid.focusOn(show);
      return false;
    }
    this.remember(told.act);
    this.saw(show, told, place);
    grid.take(told);
    const moved = state.find(show.programme, show.number);
    if (!moved) return true;
    if (hand.listens()) grid.say(`${state.label(moved)}. ${state.clashWords(moved) || state.words.free}`);
    if (!hand.isHere()) return true;
    grid.focusOn(moved);
    grid.panel.pick(moved);
    return true;
  }

  placing(show, place, seen) {
    const { programme, number } = show;
    const { id } = this.state.find(programme, number) ?? {};
    return id
      ? { method: "PUT", path: `/screenings/${id}/placement`, body: place, seen: this.known(show, seen) }
      : { method: "POST", path: "/grid/screenings", body: { programme, number, ...place } };
  }

  async takeOut(show, seen) {
    const { grid } = this;
    const hand = grid.hand();
    const told = await this.send(() => ({
      method: "DELETE",
      path: `/screenings/${show.id}`,
      seen: this.known(show, seen),
    }));
    if (!told) return;
    this.remember(told.act);
    if (grid.panel.show?.name === show.name) grid.panel.close();
    grid.take(told);
    if (hand.isHere()) grid.focusOn(this.state.find(show.programme, show.number));
  }

  async lock(show, seen) {
    const hand = this.grid.hand();
    const where = this.state.find(show.programme, show.number) ?? show;
    const method = show.locked ? "DELETE" : "POST";
    const told = await this.send(() => ({
      method,
      path: `/screenings/${show.id}/lock`,
      seen: this.known(show, seen),
    }));
    if (!told) return;
    this.remember(told.act);
    this.saw(show, told, where);
    this.grid.take(told);
    this.show(show, hand);
  }

  // Its day, its hour or its screen stay as they are, whoever plans or moves.
  async hold(show, parts, seen) {
    const hand = this.grid.hand();
    const { programme, number } = show;
    const held = this.state.heldParts(show);
    const before = Object.fromEntries(Object.keys(parts).map((part) => [part, held.includes(part)]));
    const told = await this.send(() => ({
      method: "PUT",
      path: `/screenings/${show.id}/holds`,
      body: parts,
      seen: this.known(show, seen),
    }));
    if (told) {
      this.remember({ programme, number, undoing: before, redoing: parts });
      this.grid.take(told);
    }
    this.grid.panel.refresh();
    const now = this.state.find(show.programme, show.number);
    if (told && now && hand.listens()) this.grid.say(this.state.label(now));
  }

  // A block becomes two, or two become one; their screenings follow.
  async divide(show, way, body, seen) {
    const hand = this.grid.hand();
    const told = await this.send(() => ({
      method: "POST",
      path: `/grid/blocks/${show.programme}/${way}`,
      body,
      seen: this.known(show, seen),
    }));
    if (!told) return;
    this.remember(told.act);
    this.grid.take(told);
    this.grid.focusOn(this.show(show, hand));
  }

  // The films that left leave their block; the others stay where they are.
  async letGo(show) {
    const hand = this.grid.hand();
    const told = await this.send(() => ({
      method: "POST",
      path: `/programmes/${show.programme}/departures`,
    }));
    if (!told) return;
    this.grid.take(told);
    const now = this.show(show, hand);
    if (hand.isHere()) this.grid.focusOn(now);
  }

  // What has become of a show is said, and its card opens; none where it is no more.
  show({ programme, number }, hand) {
    const now = this.state.find(programme, number);
    if (!now) return null;
    if (hand.listens()) this.grid.say(this.state.label(now));
    if (hand.isHere()) this.grid.panel.pick(now);
    return now;
  }

  // Whoever acts anew leaves behind what they had taken back.
  remember(act) {
    this.done.push(act);
    this.undone = [];
    this.dress();
  }

  // The last act of this hand, backwards; what others did meanwhile stays, and is told.
  async back() {
    await this.turn(this.undo, this.done, this.undone, "undoing", this.state.words.undone);
  }

  async again() {
    await this.turn(this.redo, this.undone, this.done, "redoing", this.state.words.redone);
  }

  // What is held is no act of the grid: this page alone knows how it was, until it is left.
  turning(act, way) {
    if (typeof act === "number") return { method: "POST", path: `/grid/acts/${act}/${way}` };
    const show = this.state.find(act.programme, act.number);
    return { method: "PUT", path: `/screenings/${show?.id}/holds`, body: act[way] };
  }

  // Pressed twice is done twice, one after the other.
  turn(...asked) {
    this.turned = this.turned.then(() => this.turnOnce(...asked));
    return this.turned;
  }

  async turnOnce(button, from, to, way, words) {
    const { grid, state } = this;
    const isOnButton = document.activeElement === button;
    await this.last;
    const act = from.at(-1);
    if (act === undefined) return;
    const before = new Map(state.shows().map((show) => [show.name, state.label(show)]));
    const told = await this.send(() => this.turning(act, way));
    if (told === undefined) return;
    from.pop();
    if (told) to.push(act);
    this.dress();
    if (!told) return;
    grid.take(told);
    grid.say(words);
    if (isOnButton && button.hidden)
      grid.focusOn(state.shows().find((show) => before.get(show.name) !== state.label(show)));
  }
}
