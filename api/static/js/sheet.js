// The score sheet: nothing that was typed is lost. A sheet not yet given is kept in the house as it
// grows; a given one is a vote, and only its writer's own act changes it: until then the browser keeps it.
import { json, Draft, isThere } from "./shared.js";
import { hour } from "./words.js";

const PAUSE = 1500; // milliseconds without a key before the sheet is kept
const form = document.querySelector("[data-sheet]");
const seen = document.querySelector("[data-seen]");

document.querySelector("screener-player").addEventListener("film-seen", (event) => {
  const percent = Math.floor(event.detail.seen * 100);
  seen.querySelector("progress").value = event.detail.seen;
  seen.querySelector("span").textContent = seen.dataset.words.replace("{}", percent);
});

if (form) {
  const draft = new Draft(form.dataset.draft);
  const state = form.querySelector("[data-state]");
  const version = form.elements.version;
  const weights = JSON.parse(form.dataset.weights);
  let waiting, keeping, checked;

  const say = (words, kind) => {
    state.textContent = words.replace("{}", hour());
    state.className = `chip ${kind}`;
  };
  const scores = () =>
    Object.fromEntries(
      Object.keys(weights)
        .map((name) => [name, form.querySelector(`[name="${name}"]:checked`)?.value])
        .filter(([, value]) => value)
        .map(([name, value]) => [name, Number(value)]),
    );
  const typed = () => ({ ...scores(), opinion: form.elements.opinion.value });
  const same = (a, b) =>
    JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

  const total = () => {
    const given = scores();
    const names = Object.keys(weights);
    const place = document.querySelector("[data-total]");
    const sum = names.reduce((sum, name) => sum + (given[name] ?? NaN) * weights[name], 0);
    const mean = sum / names.reduce((sum, name) => sum + weights[name], 0);
    place.textContent = mean
      ? mean.toLocaleString(document.documentElement.lang, {
          minimumFractionDigits: 1,
          maximumFractionDigits: 1,
        })
      : "—";
  };

  const fill = (values) => {
    for (const name of Object.keys(weights)) {
      form.querySelectorAll(`[name="${name}"]`).forEach((one) => {
        one.checked = Number(one.value) === values[name];
      });
    }
    form.elements.opinion.value = values.opinion ?? "";
    total();
  };

  const keep = async () => {
    if (keeping) {
      waiting = setTimeout(keep, PAUSE);
      return;
    }
    const sent = typed();
    keeping = fetch(form.dataset.keep, {
      method: "PUT",
      headers: json(),
      body: JSON.stringify({ sheet: sent, version: Number(version.value), give: false }),
    });
    try {
      const answer = await keeping;
      if (answer.ok) {
        version.value = (await answer.json()).version;
        if (same(sent, typed())) draft.forget();
        say(form.dataset.saved, "ok");
      } else if (answer.status === 409) say(form.dataset.elsewhere, "warn");
      else if (answer.status < 500) say((await answer.json()).detail, "warn");
      else say(form.dataset.offline, "warn");
    } catch {
      say(form.dataset.offline, "warn");
    }
    keeping = null;
  };

  form.addEventListener("input", () => {
    total();
    draft.keep({ version: Number(version.value), at: hour(), sheet: typed() });
    clearTimeout(waiting);
    if (form.dataset.given) say(form.dataset.held, "warn");
    else waiting = setTimeout(keep, PAUSE);
  });

  // Offline, the browser would leave the page for its own words: ask first whether anybody is there.
  form.addEventListener("submit", async (event) => {
    if (checked) return;
    event.preventDefault();
    clearTimeout(waiting);
    await keeping?.catch(() => {});
    if (!(await isThere())) return say(form.dataset.offline, "warn");
    checked = true;
    form.requestSubmit(event.submitter);
  });

  form.querySelector("[data-theirs]")?.addEventListener("click", () => draft.forget());

  const left = draft.get();
  const isKept = document.querySelector(".flash") || (left && same(left.sheet, typed()));
  if (left && isKept) draft.forget();
  else if (left && !form.dataset.typed) {
    const offer = form.querySelector("[data-offer]");
    offer.querySelector("span").textContent = form.dataset.found.replace("{}", left.at);
    offer.hidden = false;
    offer.querySelector("[data-take]").addEventListener("click", () => {
      fill(left.sheet);
      offer.hidden = true;
      form.dispatchEvent(new Event("input"));
    });
    offer.querySelector("[data-drop]").addEventListener("click", () => {
      draft.forget();
      offer.hidden = true;
    });
  }
  total();
}

// The sheet was closed while somebody wrote: what only this browser holds is shown, to be read and copied.
const shut = document.querySelector("[data-shut]");
if (shut) {
  const draft = new Draft(shut.dataset.draft);
  const left = draft.get();
  const offer = shut.querySelector("[data-offer]");
  const words = offer.querySelector("[data-unkept]");
  if (left?.sheet?.opinion && left.sheet.opinion !== shut.elements.opinion.value) {
    offer.querySelector("span").textContent = shut.dataset.lost.replace("{}", left.at);
    words.textContent = left.sheet.opinion;
    words.hidden = false;
    offer.hidden = false;
    offer.querySelector("[data-drop]").addEventListener("click", () => {
      draft.forget();
      offer.hidden = true;
    });
  }
}
