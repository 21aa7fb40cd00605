// What all has in common that is sent piece by piece: how large a piece is, how long is waited before each new try,
// which answers end it, and why. Nothing here needs a page: a program sends by the same settings.
export const PIECE = 16 * 1024 * 1024;
export const PATIENCE = [0, 1000, 3000, 10000, ...Array(200).fill(30000)];
export const GONE = [404, 410];
export const FINAL = [401, 403, 404, 410, 413, 422, 507];

// Whether the house knows no way on, so that the same file is a new upload.
export const isOver = (status) => status === 422 || GONE.includes(status);

// A size as people read it: `1.5 MB`.
export function bytes(count) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  let unit = 0;
  while (count >= 1000 && unit < 4) {
    count /= 1000;
    unit++;
  }
  const digits = unit > 1 ? 1 : 0;
  const told = count.toLocaleString(document.documentElement.lang, {
    style: "unit",
    unit: units[unit],
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return told.replace(/\s/, "\u00a0");
}

// Why it was refused: in the house's words, else in the page's; `failed` where the answer says nothing.
export function reason(body, words) {
  try {
    const problem = JSON.parse(body);
    const told =
      problem.words?.[document.documentElement.lang] ?? problem.codes.map((code) => words[code] ?? code);
    return told.join(" ");
  } catch {
    return words.failed;
  }
}
