// How numbers are written on pages. Nothing here needs one: tests/js tries it.

const two = (number) => String(Math.floor(number)).padStart(2, "0");

// A place in a film, in seconds: 41:38, 1:02:07.
export const clock = (seconds) =>
  seconds >= 3600
    ? `${Math.floor(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`
    : `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;

// How long a film lasts, in seconds: the same, and below a minute its seconds and tenths.
export const duration = (seconds, lang) =>
  seconds < 60
    ? `${seconds.toLocaleString(lang, { maximumFractionDigits: 1 })} s`
    : clock(Math.round(seconds));

// The clock on the edition's wall, wherever the reader is.
export const zone = globalThis.document?.documentElement.dataset.zone ?? "Europe/Paris";
const WALL = new Intl.DateTimeFormat("fr-FR", { hour: "2-digit", minute: "2-digit", timeZone: zone });
export const hour = (when = new Date()) => WALL.format(when);

// `{name}` in words becomes the value of that name, nothing where there is none.
export const filled = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
