// What the browser would doubt of each of these files, by its own module: `node header_codes.mjs RULES FILE…`
import { openAsBlob } from "node:fs";
import { doubts, readHeader } from "../../api/static/js/film-header.js";

globalThis.document = { documentElement: { lang: "en" } };
const [rules, ...files] = process.argv.slice(2);
const found = {};
for (const file of files) {
  const header = await readHeader(await openAsBlob(file));
  found[file] = header && doubts(header, JSON.parse(rules)).map((doubt) => doubt.code);
}
console.log(JSON.stringify(found));
