// Arrow keys walk the rows of a list; Enter is the link's own.
for (const table of document.querySelectorAll('[data-rows]')) {
  table.addEventListener('keydown', event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!step) return
    const links = [...table.querySelectorAll('th a')]
    const next = links[links.indexOf(document.activeElement) + step]
    if (next) { event.preventDefault(); next.focus() }
  })
}
