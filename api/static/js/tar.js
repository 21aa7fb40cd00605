// A folder as one tar, made of its files as they lie: nothing is copied, nothing packed, and the same folder is
// the same bytes, so that an upload goes on where it stopped. Headers are ustar's; what ustar cannot say (a file
// of 8 GiB or more, a name that is long or not ASCII) stands in a pax header before it.
const BLOCK = 512;
const END = 2 * BLOCK;
const MOST_OCTAL = 8 ** 11;
// What systems leave in folders is no part of a package.
const SKIPPED = /(^|\/)(\.[^/]*|thumbs\.db|desktop\.ini)(\/|$)/i;
const utf8 = new TextEncoder();

// Files in the order of their names' bytes; those that no package holds are left out.
export function packed(files) {
  return [...files]
    .map((file) => ({ file, name: file.webkitRelativePath || file.name }))
    .filter(({ name }) => !SKIPPED.test(name))
    .map((one) => ({ ...one, bytes: utf8.encode(one.name) }))
    .sort((one, other) => compared(one.bytes, other.bytes));
}

function compared(one, other) {
  for (let place = 0; place < Math.min(one.length, other.length); place += 1) {
    if (one[place] !== other[place]) return one[place] - other[place];
  }
  return one.length - other.length;
}

// One File, whose bytes are read when they are sent; its name is the folder's.
export function tarOf(files) {
  const entries = packed(files);
  const parts = entries.flatMap(({ file, name }) => [...headers(name, file.size), file, filling(file.size)]);
  const folder = entries[0]?.name.split("/")[0] || "package";
  const lastModified = Math.max(0, ...entries.map(({ file }) => file.lastModified ?? 0));
  return new File([...parts, new Uint8Array(END)], `${folder}.tar`, {
    type: "application/x-tar",
    lastModified,
  });
}

// What stands before a file: its header, and before that its pax header where it needs one.
export function headers(name, size) {
  const bytes = utf8.encode(name);
  const place = bytes.length === name.length ? split(name) : null;
  const said = [];
  if (!place) said.push(line("path", name));
  if (size >= MOST_OCTAL) said.push(line("size", String(size)));
  const own = header(place ?? ["", "file"], size < MOST_OCTAL ? size : 0, "0");
  if (!said.length) return [own];
  const more = joined(said);
  return [header(["", "pax"], more.length, "x"), more, filling(more.length), own];
}

// [prefix, name] as ustar has room for them, or nothing.
function split(name) {
  if (name.length <= 100) return ["", name];
  for (let cut = name.indexOf("/"); cut > 0 && cut <= 155; cut = name.indexOf("/", cut + 1)) {
    if (name.length - cut - 1 <= 100) return [name.slice(0, cut), name.slice(cut + 1)];
  }
  return null;
}

// `27 path=…\n`, whose number counts its own digits, too.
function line(key, value) {
  const rest = utf8.encode(` ${key}=${value}\n`).length;
  let length = rest + String(rest).length;
  length = rest + String(length).length;
  return utf8.encode(`${length} ${key}=${value}\n`);
}

function header([prefix, name], size, kind) {
  const block = new Uint8Array(BLOCK);
  const write = (place, text) => block.set(utf8.encode(text), place);
  const octal = (place, length, number) => write(place, number.toString(8).padStart(length - 1, "0"));
  write(0, name);
  octal(100, 8, 0o644);
  octal(108, 8, 0); // owner, group and time are naught: they are no part of the package
  octal(116, 8, 0);
  octal(124, 12, size);
  octal(136, 12, 0);
  write(148, " ".repeat(8));
  write(156, kind);
  write(257, "ustar\x0000");
  write(345, prefix);
  write(
    148,
    `${block
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
  );
  return block;
}

function filling(size) {
  return new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);
}

function joined(pieces) {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let place = 0;
  for (const piece of pieces) {
    all.set(piece, place);
    place += piece.length;
  }
  return all;
}
