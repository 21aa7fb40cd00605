// Passkeys: an authenticator is asked first, then the form goes on with what it says.

import { json } from "./shared.js";

const SAYS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));

const letters = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const named = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));

// The question as the house writes it, as browsers want it.
function read(asked) {
  const question = { ...asked, challenge: bytes(asked.challenge) };
  if (asked.user) question.user = { ...asked.user, id: bytes(asked.user.id) };
  if (asked.excludeCredentials) question.excludeCredentials = named(asked.excludeCredentials);
  if (asked.allowCredentials) question.allowCredentials = named(asked.allowCredentials);
  return question;
}

function written(made) {
  const said = SAYS.filter((part) => made.response[part]).map((part) => [part, letters(made.response[part])]);
  return JSON.stringify({
    id: made.id,
    rawId: letters(made.rawId),
    type: made.type,
    response: Object.fromEntries(said),
  });
}

async function question(form, words) {
  const answer = await (form.dataset.passkey === "add"
    ? fetch(`${words.place}/passkeys/options`, { headers: json() })
    : fetch(`${words.place}/sessions/passkey/options`, {
        method: "POST",
        headers: json(),
        body: JSON.stringify({ half: form.elements.half?.value ?? "" }),
      }));
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.detail);
  return read(told.publicKey);
}

const ask = async (form, words) => {
  const publicKey = await question(form, words);
  return form.dataset.passkey === "add"
    ? navigator.credentials.create({ publicKey })
    : navigator.credentials.get({ publicKey });
};

const BY_NAME = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "known" };

// Why not, in words: what the browser calls it, what the house has said, or that it did not answer.
function why(fault, words) {
  if (location.origin !== words.origin) return words.elsewhere;
  if (fault instanceof TypeError) return words.away;
  if (fault instanceof DOMException) return words[BY_NAME[fault.name] ?? "cancelled"];
  return fault.message || words.away;
}

function hold(form) {
  const words = JSON.parse(form.querySelector("script").textContent),
    told = form.querySelector("[role=alert]"),
    button = form.querySelector("button");
  if (!window.PublicKeyCredential) {
    told.textContent = words.none;
    button.disabled = true;
    return;
  }
  form.addEventListener("submit", async (event) => {
    if (form.elements[form.dataset.field]) return; // it has answered
    event.preventDefault();
    button.disabled = true;
    told.textContent = "";
    try {
      const made = await ask(form, words),
        field = Object.assign(document.createElement("input"), { type: "hidden", name: form.dataset.field });
      field.value = written(made);
      form.append(field);
      form.submit();
    } catch (fault) {
      told.textContent = why(fault, words);
      button.disabled = false;
      button.focus();
    }
  });
}

for (const form of document.querySelectorAll("form[data-passkey]")) hold(form);
