// What has stood before somebody's eyes for a while is read; without this script a button says so.
const LOOKED_MS = 4000;
const form = document.querySelector("[data-reading]");

function isLookedAt() {
  return document.visibilityState === "visible";
}

function tell() {
  if (!isLookedAt()) {
    document.addEventListener("visibilitychange", wait, { once: true });
    return;
  }
  const body = new URLSearchParams(new FormData(form));
  fetch(form.action, { method: "POST", body, redirect: "manual" }).then(
    () => {
      form.hidden = true;
    },
    () => {},
  );
}

function wait() {
  setTimeout(tell, LOOKED_MS);
}

if (form) wait();
