// The pure parts of the grid's page, without a browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bare, clock, dayOf, minutesOf, signed, stacked, within } from "../../api/static/js/grid-parts.js";

class Box {
  constructor() {
    this.said = {};
    this.marks = new Set();
    this.style = { setProperty: (name, value) => Object.assign(this.said, { [name]: value }) };
    this.classList = { toggle: (name, on) => (on ? this.marks.add(name) : this.marks.delete(name)) };
  }
}

const aShow = (name, start, length = 60) => ({ name, start, length, box: new Box() });
const deepest = (shows) => stacked(shows, (show) => show.length);
const place = ({ box }) => [box.said["--at"], box.said["--of"]];

test("an hour is two figures and two figures, past midnight as well", () => {
  assert.equal(clock(605), "10:05");
  assert.equal(clock(1440 + 30), "00:30");
});

test("a typed hour is minutes of its festival day; before 04:00 it belongs to the evening before", () => {
  assert.equal(minutesOf("22:30"), 1350);
  assert.equal(minutesOf(" 9h05 "), 545);
  assert.equal(minutesOf("03:55"), 1440 + 235);
  assert.equal(minutesOf("04:00"), 240);
});

test("what is no hour of a day is none", () => {
  for (const odd of ["", "24:00", "9:5", "10:60", "noon", "10:00:00"]) assert.equal(minutesOf(odd), null);
});

test("a festival day turns at 04:00", () => {
  assert.equal(dayOf(239), -1);
  assert.equal(dayOf(240), 0);
  assert.equal(dayOf(1440 + 239), 0);
  assert.equal(dayOf(1440 + 240), 1);
});

test("a hand stays on its day and inside what is drawn", () => {
  assert.equal(within(570, 1470, 100), 570);
  assert.equal(within(570, 1470, 1600), 1470);
  assert.equal(within(0, 3000, 100), 240);
  assert.equal(within(0, 3000, 2900), 240 + 1440 - 5);
});

test("a price says whether it is more, less or the same", () => {
  assert.deepEqual([3, -3, 0].map(signed), ["+3", "−3", "±0"]);
});

test("a title is found without its accents", () => {
  assert.equal(bare("Périhélie À l’Été"), "perihelie a l’ete");
});

test("screenings after one another lie in one line", () => {
  const [early, late] = [aShow("a", 600), aShow("b", 660)];

  assert.equal(deepest([late, early]), 1);
  assert.deepEqual([place(early), place(late)], [[0, 1], [0, 1]]); // prettier-ignore
  assert.equal(early.box.marks.has("half"), false);
});

test("two at once stand one above the other, and a third takes the line that is free again", () => {
  const [first, second, third, alone] = [aShow("a", 600), aShow("b", 630), aShow("c", 660), aShow("d", 900)];

  assert.equal(deepest([first, second, third, alone]), 2);
  assert.deepEqual([first, second, third, alone].map(place), [[0, 2], [1, 2], [0, 2], [0, 1]]); // prettier-ignore
  assert.equal(third.box.marks.has("half"), true);
});
