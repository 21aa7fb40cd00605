// What everybody may read is there without a network too: see `sw.js`. From the programme's page all
// others are fetched beforehand, where the reader's line is not paid for by the byte.
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/sw.js").catch(() => null);
  const [, lang, edition] = location.pathname.split("/"),
    begins = `/${lang}/${edition}/`;
  if (location.pathname === begins && !navigator.connection?.saveData) {
    const links = [...document.querySelectorAll(`main a[href^="${begins}"]`)].map((link) => link.pathname),
      pages = [...new Set([begins, `${begins}selection`, `${begins}now`, ...links])];
    navigator.serviceWorker.ready.then((ready) => ready.active.postMessage({ pages })).catch(() => null);
  }
}
