// A tap where no network comes: it is said at once, kept in this phone, and goes out as soon as there is one.
// Its form's own key (`_once`) makes it one act, however often it is sent.
import { csrf, hourNow, isThere, parsed } from "./shared.js";

const AGAIN = 5000,
  PATIENCE = 15_000,
  FRESH = 15 * 60_000, // what waited longer goes out only when somebody says so
  key = `live-taps:${location.pathname.split("/")[2]}`;
let sending = false;

function read() {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? [];
  } catch {
    return [];
  }
}

function write(taps) {
  try {
    if (taps.length) localStorage.setItem(key, JSON.stringify(taps));
    else localStorage.removeItem(key);
  } catch {
    // it waits as long as the page
  }
  draw(taps);
}

function draw(taps = read()) {
  const place = document.querySelector("[data-waiting]");
  place.hidden = !taps.length;
  place.querySelector("ul").replaceChildren(
    ...taps.map((tap) => {
      const li = document.createElement("li");
      li.textContent = tap.words;
      return li;
    }),
  );
}

// The lights went down when it was tapped, not when the network came back; a rehearsal has hours of its own.
function keep(form, button) {
  const body = new URLSearchParams(new FormData(form, button)),
    action = new URL(form.action).pathname,
    hour = hourNow(),
    film = form.closest(".show")?.querySelector("h3 bdi")?.textContent,
    says = [...button.childNodes].find((node) => node.nodeType === Node.TEXT_NODE)?.data.trim();
  body.delete("_csrf");
  const isNow = /\/(begun|over)$/.test(action) && !body.get("at");
  if (isNow && !document.querySelector(".rehearsal")) body.set("at", hour);
  const words = [hour, says, film].filter(Boolean).join(" · ");
  const others = read().filter((tap) => tap.body !== `${body}`);
  write([...others, { action, body: `${body}`, words, typed: Date.now() }]);
  document.querySelector("[data-waiting]").scrollIntoView({ block: "start" });
}

async function answered(tap) {
  const body = new URLSearchParams(tap.body);
  body.set("_csrf", csrf());
  const answer = await fetch(tap.action, { method: "POST", body, signal: AbortSignal.timeout(PATIENCE) });
  if (answer.status >= 500 || answer.status === 401) throw new Error("not done");
  return answer;
}

async function send({ all = false } = {}) {
  if (sending) return;
  sending = true;
  let last = null;
  try {
    for (const tap of read().filter((one) => all || Date.now() - one.typed < FRESH)) {
      last = await answered(tap);
      write(read().filter((one) => one.body !== tap.body));
      if (!last.ok) break;
    }
  } catch {
    // the next turn tries again
  } finally {
    sending = false;
  }
  if (last?.ok) location.assign(last.url);
  else if (last) {
    document.querySelector("main").replaceWith(parsed(await last.text()).querySelector("main"));
    draw();
  }
}

document.addEventListener("submit", async (event) => {
  const form = event.target,
    button = event.submitter;
  if (!form.closest("live-page") || form.dataset.going) return;
  event.preventDefault();
  if (form.dataset.asking) return;
  form.dataset.asking = "yes";
  const there = await isThere();
  delete form.dataset.asking;
  if (!there) return keep(form, button);
  form.dataset.going = "yes";
  form.requestSubmit(button);
  delete form.dataset.going;
});

document.addEventListener("click", ({ target }) => {
  if (target.matches?.("[data-send]")) send({ all: true });
  if (target.matches?.("[data-drop]")) write([]);
});
addEventListener("online", () => send());
setInterval(() => read().length && send(), AGAIN);
draw();
send();
