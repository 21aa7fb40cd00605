// A folder becomes one tar: Python reads from it what was put in, and the same folder is the same bytes.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { headers, packed, tarOf } from "../../api/static/js/tar.js";

const GIB = 1024 ** 3;
const READ = `
import hashlib, json, sys, tarfile
with tarfile.open(sys.argv[1], "r:") as tar:
    print(json.dumps([[m.name, m.size, m.mtime, m.isreg(),
        hashlib.sha256(tar.extractfile(m).read()).hexdigest() if len(sys.argv) == 2 else ""]
        for m in (tar if len(sys.argv) == 2 else [tar.next()])]))
`;

function file(name, content, lastModified = 5) {
  const made = new File([content], name.split("/").at(-1), { lastModified });
  Object.defineProperty(made, "webkitRelativePath", { value: name });
  return made;
}

function readByPython(bytes, ...more) {
  const folder = mkdtempSync(join(tmpdir(), "tar-"));
  try {
    writeFileSync(join(folder, "a.tar"), bytes);
    return JSON.parse(execFileSync("python3", ["-c", READ, join(folder, "a.tar"), ...more]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function sha256(content) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(content));
  return Buffer.from(digest).toString("hex");
}

const LONG = `Nuit/${"d".repeat(120)}/${"n".repeat(90)}.mxf`;
const LONGER = `Nuit/${"n".repeat(180)}.mxf`;
const CONTENTS = {
  "Nuit/ASSETMAP.xml": "<AssetMap/>",
  "Nuit/empty.xml": "",
  "Nuit/été 月.xml": "x".repeat(512),
  [LONG]: "y".repeat(513),
  [LONGER]: "z".repeat(1025),
};

test("Python reads every name and every byte, in the order of the names", async () => {
  const tar = tarOf(Object.entries(CONTENTS).map(([name, content]) => file(name, content)));

  const found = readByPython(new Uint8Array(await tar.arrayBuffer()));

  const names = Object.keys(CONTENTS).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const wanted = await Promise.all(
    names.map(async (name) => [
      name,
      Buffer.byteLength(CONTENTS[name]),
      0,
      true,
      await sha256(CONTENTS[name]),
    ]),
  );
  assert.deepEqual(found, wanted);
  assert.equal(tar.name, "Nuit.tar");
  assert.equal(tar.size % 512, 0);
});

test("the same folder is the same bytes, whatever the order and the time of its files", async () => {
  const files = Object.entries(CONTENTS).map(([name, content]) => file(name, content, 1));
  const later = Object.entries(CONTENTS).map(([name, content]) => file(name, content, 2));

  const [one, other] = await Promise.all(
    [tarOf(files), tarOf(later.reverse())].map((tar) => tar.bytes?.() ?? tar.arrayBuffer()),
  );

  assert.deepEqual(Buffer.from(one), Buffer.from(other));
});

test("what a system leaves in a folder is left out", () => {
  const names = ["N/.DS_Store", "N/._a.mxf", "N/Thumbs.db", "N/a.mxf", "N/.hidden/b.xml"];

  const left = packed(names.map((name) => file(name, "x"))).map((one) => one.name);

  assert.deepEqual(left, ["N/a.mxf"]);
});

test("a file of eight gibibytes and more is said in a pax header, up to the byte before it is not", () => {
  const sizes = [8 * GIB - 1, 8 * GIB, 200 * GIB];

  const blocks = sizes.map((size) => headers("Nuit/picture.mxf", size));
  const read = blocks.map((parts) => readByPython(Buffer.concat([...parts, new Uint8Array(1024)]), "first"));

  assert.deepEqual(
    blocks.map((parts) => parts.length),
    [1, 4, 4],
  );
  assert.deepEqual(
    read.map(([[name, size]]) => [name, size]),
    sizes.map((size) => ["Nuit/picture.mxf", size]),
  );
});
