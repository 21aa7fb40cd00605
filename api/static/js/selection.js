// "My selection" lives in this browser alone; overlaps in it are said.
const KEY = "cfs.selection";
const kept = new Set(JSON.parse(localStorage.getItem(KEY) ?? "[]"));
const boxes = [...document.querySelectorAll("[data-keep]")],
  list = document.querySelector("[data-selection]");

function draw() {
  for (const box of boxes) {
    box.checked = kept.has(box.dataset.keep);
    document.querySelector(`[data-dot="${box.dataset.keep}"]`)?.classList.toggle("kept", box.checked);
  }
  document.querySelectorAll("[data-count]").forEach((place) => {
    place.textContent = kept.size;
  });
  if (!list) return;
  const mine = boxes
    .filter((box) => box.checked)
    .sort((a, b) => a.dataset.from.localeCompare(b.dataset.from));
  list.replaceChildren(
    ...mine.map((box, i) => {
      const li = document.createElement("li"),
        when = document.createElement("b"),
        title = document.createElement("span"),
        link = document.createElement("a");
      when.textContent = box.dataset.when;
      title.textContent = box.dataset.title;
      link.textContent = ".ics";
      link.href = `${list.dataset.ics}${box.dataset.keep}.ics`;
      link.setAttribute("aria-label", `.ics, ${box.dataset.title}`);
      li.append(when, title, link);
      if (i && mine[i - 1].dataset.until > box.dataset.from) {
        const clash = document.createElement("span");
        clash.className = "clash";
        clash.textContent = list.dataset.overlap;
        li.append(clash);
      }
      return li;
    }),
  );
  if (!mine.length) {
    const li = document.createElement("li");
    li.textContent = list.dataset.empty;
    list.append(li);
  }
}

document.addEventListener("change", (event) => {
  const id = event.target.dataset?.keep;
  if (!id) return;
  kept[event.target.checked ? "add" : "delete"](id);
  localStorage.setItem(KEY, JSON.stringify([...kept]));
  draw();
});
draw();
