// The screening room: from a film that is scored to the next one, whose first seconds are asked for while the
// sheet is filled in, and which takes this one's place without the page being left.
import Hls from "../vendor/hls.js";
import { LITTLE } from "./lent.js";
import { wireNotes } from "./notes.js";
import { Player } from "./player.js";
import { drawnAgain, swap } from "./shared.js";
import { wireSheet } from "./sheet.js";

let warm = null; // the next film: its room, a picture that nobody sees yet, and what fills it

function cool() {
  warm?.hls.destroy();
  warm = null;
}

// The house is asked as for any other film: who may not watch it gets nothing.
async function prepare(address) {
  if (warm?.address === address || !Hls.isSupported()) return;
  cool();
  const { answer, page } = await drawnAgain(address);
  const place = page.querySelector("screener-player");
  if (!answer.ok || !place) return;
  const video = document.createElement("video");
  video.playsInline = true;
  const hls = new Hls({ ...LITTLE, startPosition: Number(place.dataset.start) || 0 });
  warm = { address, src: place.dataset.src, video, hls };
  hls.on(Hls.Events.ERROR, (_, fault) => fault.fatal && warm?.hls === hls && cool());
  hls.loadSource(place.dataset.src);
  hls.attachMedia(video);
}

// Give the sheet and draw the next room here. False: the form goes its own way, which says what is wrong.
async function onward(sheet, address) {
  const answer = await sheet.put(true).catch(() => null);
  if (!answer?.ok) return false;
  sheet.draft.forget();
  sheet.stands((await answer.json()).version);
  const next = await drawnAgain(`${address}?play=1&done=committee.done.given`).catch(() => null);
  if (!next?.answer.ok || !next.page.querySelector("screener-player")) {
    location.assign(address);
    return true;
  }
  Player.handed = warm;
  warm = null;
  swap(next.page, "#main");
  document.title = next.page.title;
  history.pushState(null, "", address);
  scrollTo(0, 0);
  wire();
  document.querySelector("screener-player").focus({ preventScroll: true });
  return true;
}

function wire() {
  wireNotes();
  const sheet = wireSheet((address) => onward(sheet, address));
  const next = document.querySelector("[data-next]")?.dataset.next;
  if (!next) return;
  const soon = () => prepare(next).catch(cool);
  sheet.form.addEventListener("input", soon, { once: true });
  document.querySelector("screener-player").addEventListener("film-over", soon, { once: true });
}

addEventListener("popstate", () => location.reload());
wire();
