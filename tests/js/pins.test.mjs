// Pins above the bar of a film.
import assert from "node:assert/strict";
import { test } from "node:test";
import { grouped } from "../../api/static/js/pins.js";

const notes = (...places) => places.map((at) => ({ at }));
const counts = (groups) => groups.map((group) => [group.share, group.notes.length]);

test("notes that would lie on each other are one pin, at the place of the first", () => {
  assert.deepEqual(counts(grouped(notes(50, 10, 11), 100, 1000)), [[0.1, 2], [0.5, 1]]); // prettier-ignore
  assert.deepEqual(counts(grouped(notes(10, 11), 100, 4000)), [[0.1, 1], [0.11, 1]]); // prettier-ignore
});

test("a long row of notes never becomes one pin, and no two come too near", () => {
  const groups = grouped(notes(...Array.from({ length: 200 }, (_, n) => n)), 200, 500);
  const gaps = groups.slice(1).map((group, n) => (group.share - groups[n].share) * 500);
  assert.ok(groups.length > 10);
  assert.ok(gaps.every((gap) => gap >= 26));
});

test("a note after the end of a shorter file stands at its end", () => {
  assert.deepEqual(counts(grouped(notes(130), 100, 500)), [[1, 1]]);
});
