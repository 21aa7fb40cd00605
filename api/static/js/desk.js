// On a phone the rooms of the desk stand in a row: the one that is open is brought into sight.
const row = document.querySelector(".rooms");
const here = row?.querySelector("[aria-current]");

if (here && row.scrollWidth > row.clientWidth) {
  row.scrollLeft = here.offsetLeft - row.clientWidth / 2 + here.offsetWidth / 2;
}
