// The programme, filtered while one types: no accents, no capitals, each word the beginning of one.
const form = document.querySelector("[data-find]"),
  shown = form.querySelector("[data-shown]"),
  spelt = { œ: "oe", æ: "ae", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i", ß: "ss" },
  rows = [...document.querySelectorAll(".s")].map((row) => ({ row, ...row.dataset }));

function folded(text) {
  return text
    .toLowerCase()
    .replace(/[œæøłđðþıß]/g, (letter) => spelt[letter])
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

function draw() {
  const asked = Object.fromEntries(new FormData(form)),
    words = folded(asked.q ?? "")
      .split(" ")
      .filter(Boolean);
  let count = 0;
  for (const here of rows) {
    const tongues = here.tongues.split(" "),
      fits =
        words.every((word) => ` ${here.words}`.includes(` ${word}`)) &&
        (!asked.section || here.section === asked.section) &&
        (!asked.venue || here.venue === asked.venue) &&
        (!asked.day || here.day === asked.day) &&
        (!asked.language || tongues.includes(asked.language) || tongues.includes("zxx"));
    here.row.hidden = !fits;
    count += fits;
  }
  const filters = Object.values(asked).some(Boolean);
  for (const day of document.querySelectorAll(".day")) {
    day.hidden = filters && !day.querySelector(".s:not([hidden])");
  }
  shown.textContent = filters ? `${shown.dataset.words} ${count}` : "";
}

form.addEventListener("input", draw);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  draw();
});
draw(); // what the browser has kept in the fields
