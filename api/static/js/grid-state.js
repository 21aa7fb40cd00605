// What the grid knows: the newest state that the house told, and where each screening stands in it.
// No page is needed to ask it. A show is one screening of a programme, in the grid or still promised:
// { id, name, programme, number, day, screen, start, locked, isLost }, whose day is null in the tray.
import { DAY, TURNS, clock, dayOf } from "./grid-parts.js";
import { filled } from "./words.js";

const MARGIN = 30; // minutes drawn before the first opening and after the last closing
const EARLIEST = 570;
const LATEST = 1470;
const TOLD = [
  "version",
  "mark",
  "screens",
  "programmes",
  "screenings",
  "clashes",
  "guests",
  "holds",
  "blockers",
  "comments",
  "changed",
  "changes",
];

export class GridState {
  constructor(data) {
    this.data = data;
    this.words = data.words;
    this.hopes = [];
  }

  item(show) {
    return this.data.programmes[show.programme];
  }
  title(show) {
    return this.item(show).titles[this.data.lang];
  }
  talk(show) {
    return this.item(show).debates[show.number] ?? 0;
  }
  length(show) {
    return this.item(show).intro + this.item(show).minutes + this.talk(show);
  }
  // `5 + 90 + 20 min`: what it is made of, nothing of what it has not.
  minutes(parts) {
    return filled(this.words.minutes, { n: parts.filter(Boolean).join(" + ") });
  }
  // When a guest is there on a day: `10:00–18:00`, or that they are not.
  hoursOf(guest, day) {
    if (!guest.windows.length) return this.words.always;
    const begins = day * DAY + TURNS;
    const its = guest.windows
      .map(([from, to]) => [Math.max(from, begins), Math.min(to, begins + DAY)])
      .filter(([from, to]) => from < to)
      .map(([from, to]) => `${clock(from)}–${clock(to)}`);
    return its.join(", ") || this.words.absent;
  }

  // The day, the hour or the screen that somebody holds for it; null where nothing is held.
  holdOf(show) {
    return this.data.holds.find((h) => h.programme === show.programme && h.number === show.number) ?? null;
  }

  heldParts(show) {
    const hold = this.holdOf(show);
    return ["day", "hour", "screen"].filter(
      (part) => (hold?.[part === "hour" ? "minute" : part] ?? null) !== null,
    );
  }

  screen(id) {
    return this.data.screens.find((screen) => screen.id === id);
  }
  find(programme, number) {
    this.shows();
    return this.named.get(`${programme}:${number}`);
  }
  // Moved, or new, since the public has read the grid.
  isChanged(show) {
    return this.data.changed.some(([p, n]) => p === show.programme && n === show.number);
  }
  // Guests are on stage at the first screening of their programmes.
  guestsOf(show) {
    return show.number ? [] : this.data.guests.filter((guest) => guest.programmes.includes(show.programme));
  }
  clashesOf(show) {
    return this.data.clashes.filter((c) =>
      c.screenings.some(([p, n]) => p === show.programme && n === show.number),
    );
  }

  // What is open about it, the oldest first.
  commentsOf(show) {
    return this.data.comments.filter((c) => c.programme === show.programme && c.number === show.number);
  }

  clashWords(show) {
    return this.clashesOf(show)
      .map((clash) => clash.words[this.data.lang])
      .join(" ");
  }

  // Screenings in the grid, then what is still promised. What stands on no day or in no room is lost.
  shows() {
    if (this.list) return this.list;
    const known = this.data.screenings.filter((s) => this.data.programmes[s.programme]);
    const placed = known.map((s) => ({ ...s, day: dayOf(s.start) }));
    const taken = new Set(known.map((s) => `${s.programme}:${s.number}`));
    const missing = Object.values(this.data.programmes).flatMap((p) =>
      [...Array(p.showings).keys()]
        .filter((n) => !taken.has(`${p.id}:${n}`))
        .map((number) => ({ id: "", programme: p.id, number, day: null })),
    );
    this.list = [...placed, ...missing];
    for (const show of this.list) show.name = `${show.programme}:${show.number}`;
    this.named = new Map(this.list.map((show) => [show.name, show]));
    for (const { name, place } of this.hopes) Object.assign(this.named.get(name) ?? {}, place);
    for (const show of this.list)
      if (show.day !== null && !this.hasLane(show)) Object.assign(show, { day: null, isLost: true });
    return this.list;
  }

  hasLane(show) {
    return this.data.days[show.day] !== undefined && this.screen(show.screen) !== undefined;
  }

  // By day and screen, as everything stands now.
  lanes() {
    const shows = this.shows();
    if (this.laned) return this.laned;
    this.laned = new Map();
    for (const show of shows) {
      const lane = `${show.day}:${show.screen}`;
      if (!this.laned.has(lane)) this.laned.set(lane, []);
      this.laned.get(lane).push(show);
    }
    return this.laned;
  }

  // Where this hand has put it. The house has not answered yet and may say otherwise; news of others
  // meanwhile do not put it back.
  hope(show, place) {
    const hope = { name: show.name, place };
    this.hopes.push(hope);
    this.forget();
    return hope;
  }

  // The house has answered.
  settle(hope) {
    this.hopes = this.hopes.filter((other) => other !== hope);
    this.forget();
  }

  inLane({ day, screen }) {
    return [...(this.lanes().get(`${day}:${screen.id}`) ?? [])];
  }

  label(show) {
    const place =
      show.day === null
        ? this.words[show.isLost ? "outside" : "unplaced"]
        : `${clock(show.start)}, ${this.data.days[show.day]}, ${this.screen(show.screen).name}`;
    return [
      `${this.title(show)} ${place}`,
      show.locked && this.words.locked,
      ...this.heldParts(show).map((part) => this.words[`held_${part}`]),
      this.item(show).pencil && this.words.pencil,
      this.item(show).gone && this.words.gone,
    ]
      .filter(Boolean)
      .join(", ");
  }

  // From the first opening to the last closing, and as far as anything stands.
  bounds() {
    const hours = this.data.screens.flatMap((screen) => screen.hours.filter(Boolean));
    const its = this.shows().filter((s) => s.start !== undefined);
    const starts = its.map((s) => s.start - dayOf(s.start) * DAY);
    const ends = its.map((s, i) => starts[i] + this.length(s));
    return [
      Math.min(EARLIEST, ...hours.map((h) => h[0] - MARGIN), ...starts),
      Math.max(LATEST, ...hours.map((h) => h[1] + MARGIN), ...ends),
    ];
  }

  // An older state than ours is late, and no news.
  isLate(state) {
    return state.version < this.data.version;
  }

  isOfOtherDays(state) {
    return String(state.calendar) !== String(this.data.calendar);
  }

  // The answer is whether the rooms have changed.
  renew(state) {
    const isOther = JSON.stringify(state.screens) !== JSON.stringify(this.data.screens);
    for (const name of TOLD) this.data[name] = state[name];
    this.forget();
    return isOther;
  }

  // What was made of an older state.
  forget() {
    this.list = null;
    this.laned = null;
  }
}
