// Drafts lie in this browser for some days, and no longer.
import assert from "node:assert/strict";
import test from "node:test";

globalThis.localStorage = Object.create(
  {
    getItem(key) {
      return this[key] ?? null;
    },
    setItem(key, value) {
      this[key] = value;
    },
    removeItem(key) {
      delete this[key];
    },
  },
  {},
);
globalThis.document = { querySelector: () => null, addEventListener() {} };
const { Draft, endDrafts } = await import("../../api/static/js/shared.js");
const DAY = 24 * 3600 * 1000;

test("a draft is there again, until it is forgotten", () => {
  const draft = new Draft("sheet:ada:film");
  draft.keep({ opinion: "Oui" });

  assert.deepEqual(new Draft("sheet:ada:film").get(), { opinion: "Oui" });
  draft.forget();
  assert.equal(draft.get(), null);
});

test("a draft that nobody came back to ends, and nothing else does", () => {
  localStorage.setItem("note:ada:old", JSON.stringify({ typed: Date.now() - 15 * DAY, value: "old" }));
  localStorage.setItem("note:ada:young", JSON.stringify({ typed: Date.now() - 13 * DAY, value: "young" }));
  localStorage.setItem("sheet:ada:before", JSON.stringify({ opinion: "of before" }));
  localStorage.setItem("selection", "[]");

  endDrafts();

  assert.equal(new Draft("note:ada:old").get(), null);
  assert.equal(new Draft("note:ada:young").get(), "young");
  assert.deepEqual(new Draft("sheet:ada:before").get(), { opinion: "of before" });
  assert.equal(localStorage.getItem("selection"), "[]");
});
