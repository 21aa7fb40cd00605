// What the grid knows of itself, without a browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { GridState } from "../../api/static/js/grid-state.js";

const words = { unplaced: "to place", outside: "outside", locked: "locked", gone: "film gone" };
const aFilm = (id, more) => ({
  id,
  titles: { fr: id.toUpperCase(), en: id },
  minutes: 90,
  intro: 5,
  debates: [20, 0],
  showings: 2,
  ...more,
});
const aScreening = (programme, number, start, more) => ({
  id: `${programme}${number}`,
  programme,
  number,
  screen: "vega",
  start,
  locked: false,
  ...more,
});

function aState(more = {}) {
  return new GridState({
    lang: "en",
    words,
    days: ["Friday", "Saturday"],
    calendar: ["2027-03-05", 2],
    screens: [{ id: "vega", name: "Vega", seats: 90, hours: [[600, 1440], null] }],
    programmes: { apogee: aFilm("apogee") },
    screenings: [aScreening("apogee", 0, 660)],
    clashes: [],
    guests: [],
    holds: [],
    blockers: [],
    changed: [],
    version: 7,
    ...more,
  });
}

test("what is promised and not in the grid waits in the tray", () => {
  const [placed, waiting] = aState().shows();

  assert.deepEqual([placed.name, placed.day], ["apogee:0", 0]);
  assert.deepEqual([waiting.name, waiting.day, waiting.id], ["apogee:1", null, ""]);
});

test("what stands outside the days or in no room is lost, and still to be found", () => {
  const outside = [aScreening("apogee", 0, 3 * 1440 + 660), aScreening("apogee", 1, 660, { screen: "gone" })];
  const state = aState({ screenings: outside });

  assert.deepEqual(state.shows().map((s) => [s.day, s.isLost]), [[null, true], [null, true]]); // prettier-ignore
  assert.equal(state.label(state.find("apogee", 1)), "apogee outside");
});

test("guests are there in their windows, and what is held is told", () => {
  const guest = { name: "Ada", windows: [[1020, 1200], [3200, 3260]], programmes: ["apogee"] }; // prettier-ignore
  const holds = [{ programme: "apogee", number: 0, day: 0, minute: null, screen: null }];
  const state = aState({ guests: [guest], holds });
  state.words = { ...words, absent: "away", always: "always there", held_day: "day held" };

  assert.deepEqual(
    state.guestsOf(state.find("apogee", 0)).map((one) => [state.hoursOf(one, 0), state.hoursOf(one, 1)]),
    [["17:00–20:00", "away"]],
  );
  assert.deepEqual(state.guestsOf(state.find("apogee", 1)), []);
  assert.deepEqual(state.heldParts(state.find("apogee", 0)), ["day"]);
  assert.match(state.label(state.find("apogee", 0)), /day held/);
});

test("a screening of a programme that is no more is none", () => {
  assert.deepEqual(aState({ programmes: {} }).shows(), []);
});

test("the first screening is as long as its debate makes it", () => {
  const state = aState();

  assert.deepEqual(state.shows().map((show) => state.length(show)), [115, 95]); // prettier-ignore
});

test("a label says hour, day and room, a lock and a film that left", () => {
  const state = aState({
    programmes: { apogee: aFilm("apogee", { gone: true, showings: 0 }) },
    screenings: [aScreening("apogee", 0, 1440 + 120, { locked: true })],
  });

  assert.equal(state.label(state.shows()[0]), "apogee 02:00, Friday, Vega, locked, film gone");
});

test("the picture reaches from the first opening to the last closing, and to whatever stands beyond", () => {
  assert.deepEqual(aState().bounds(), [570, 1470]);
  assert.deepEqual(aState({ screenings: [aScreening("apogee", 0, 300)] }).bounds(), [300, 1470]);
  assert.deepEqual(aState({ screenings: [aScreening("apogee", 0, 1430)] }).bounds(), [570, 1430 + 115]);
});

test("a conflict belongs to each screening that it names", () => {
  const clash = { code: "overlap", screenings: [["apogee", 0], ["other", 0]] }; // prettier-ignore
  const state = aState({ clashes: [clash] });

  assert.deepEqual(state.shows().map((show) => state.clashesOf(show).length), [1, 0]); // prettier-ignore
});

test("an older state is late; other days are another page", () => {
  const state = aState();

  assert.deepEqual([6, 7, 8].map((version) => state.isLate({ version })), [true, false, false]); // prettier-ignore
  assert.equal(state.isOfOtherDays({ calendar: ["2027-03-05", 2] }), false);
  assert.equal(state.isOfOtherDays({ calendar: ["2027-03-05", 3] }), true);
});

test("a newer state replaces all that was known, and says whether the rooms are other ones", () => {
  const state = aState();
  const { screens, programmes } = state.data;
  state.shows()[0].start = 900; // where a hand has put it

  const news = { version: 8, mark: "m", screens, programmes, clashes: [] };
  const isOther = state.renew({ ...news, screenings: [aScreening("apogee", 0, 780)] });

  assert.equal(isOther, false);
  assert.deepEqual([state.data.version, state.shows()[0].start], [8, 780]);
  assert.equal(state.renew({ ...news, screens: [], screenings: [] }), true);
});

test("a place that the house did not take is forgotten", () => {
  const state = aState();
  const show = state.shows()[0];
  const at = (day) => state.inLane({ day, screen: state.screen(show.screen) }).map((one) => one.name);
  assert.ok(at(0).includes(show.name));

  const hope = state.hope(show, { day: 1, start: 900 });

  assert.ok(at(1).includes(show.name));
  assert.ok(!at(0).includes(show.name));

  state.settle(hope);

  assert.equal(state.shows()[0].start, 660);
});

test("news of others leave a show where this hand has put it, until the house has answered", () => {
  const state = aState();
  const [first, second] = [900, 960].map((start) => state.hope(state.shows()[0], { day: 1, start }));

  state.renew({ ...state.data, version: 8 });
  assert.equal(state.shows()[0].start, 960);

  state.settle(first);
  assert.equal(state.shows()[0].start, 960);

  state.settle(second);
  assert.equal(state.shows()[0].start, 660);
});

test("a room that is gone leaves no place to hope for", () => {
  const state = aState();
  state.hope(state.shows()[0], { day: 1, start: 900 });

  state.renew({ ...state.data, screens: [] });

  assert.deepEqual([state.shows()[0].day, state.shows()[0].isLost], [null, true]);
});
