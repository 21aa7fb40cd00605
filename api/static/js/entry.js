// The entry form saves without leaving the page, so that a film on its way goes on; counters count.
const REGIONS = ['step', 'tasks', 'saved', 'film-title']

function count (area) {
  const place = document.querySelector(`[data-count="${area.id}"]`)
  if (place) place.textContent = [...area.value].length
}

async function save (form, button) {
  const answer = await fetch(form.action, {
    method: 'POST', body: new URLSearchParams(new FormData(form, button)), headers: { accept: 'text/html' }
  })
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const fresh = page.getElementById('step')
  if (!fresh) { location.assign(answer.url); return }
  for (const id of REGIONS) {
    const [old, made] = [document.getElementById(id), page.getElementById(id)]
    if (old && made) old.replaceWith(document.adoptNode(made))
  }
  document.title = page.title
  document.getElementById('summary')?.focus()
}

document.addEventListener('input', event => { if (event.target.matches('textarea')) count(event.target) })
document.addEventListener('submit', async event => {
  const form = event.target
  const upload = document.querySelector('film-upload')
  if (form.id !== 'entry' || (event.submitter?.value === 'filing' && !upload?.flowing)) return
  event.preventDefault()
  try { await save(form, null) } catch { form.submit() }
})
