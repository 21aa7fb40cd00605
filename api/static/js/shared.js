// Small things that several modules of the screening room say alike.

const two = (number) => String(Math.floor(number)).padStart(2, "0");

// A place in a film as the pages write it: 41:38, 1:02:07.
export const clock = (seconds) =>
  seconds >= 3600
    ? `${Math.floor(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`
    : `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;

const PARIS = new Intl.DateTimeFormat("fr-FR", {
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "Europe/Paris",
});
export const hour = (when = new Date()) => PARIS.format(when);

export const csrf = () => document.querySelector("meta[name=csrf]").content;

// Of a question in JSON: its answer speaks the language of this page, not that of the browser.
export const json = () => ({
  "content-type": "application/json",
  "x-csrf-token": csrf(),
  "accept-language": document.documentElement.lang,
});

// What was typed and is kept nowhere else yet: in this browser, for this person and this film.
export class Draft {
  constructor(key) {
    this.key = key;
  }
  keep(value) {
    try {
      localStorage.setItem(this.key, JSON.stringify(value));
    } catch {
      /* full, or forbidden here */
    }
  }
  forget() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      /* as above */
    }
  }
  get() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  }
}

// Whether the house answers; before a page is left for an answer that may never come.
export const isThere = () =>
  fetch("/health", { cache: "no-store" }).then(
    () => true,
    () => false,
  );
