// How numbers are written on pages.
import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, filled, hour, duration } from "../../api/static/js/words.js";

test("a place in a film is minutes and seconds, and hours where there are any", () => {
  assert.deepEqual([0, 59.9, 60, 2498, 3600, 3727].map(clock), ["0:00", "0:59", "1:00", "41:38", "1:00:00", "1:02:07"]); // prettier-ignore
});

test("a length below a minute says its seconds and tenths, a longer one is rounded to whole seconds", () => {
  assert.equal(duration(59.54, "fr"), "59,5 s");
  assert.equal(duration(59.54, "en"), "59.5 s");
  assert.equal(duration(119.6, "en"), "2:00");
  assert.equal(duration(3599.6, "en"), "1:00:00");
});

test("an hour is that of Paris, summer and winter", () => {
  assert.equal(hour(new Date("2027-01-05T21:30:00Z")), "22:30");
  assert.equal(hour(new Date("2027-07-05T21:30:00Z")), "23:30");
});

test("what has no value leaves its place empty", () => {
  assert.equal(filled("{n} of {all}", { n: 0 }), "0 of ");
});
