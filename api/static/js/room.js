// The screening room: typing a note stops the film and freezes its time; the note kept, the film goes on.
const player = document.querySelector('screener-player'), form = document.querySelector('[data-note]')
const at = form.querySelector('[data-at]'), shown = form.querySelector('[data-notetime]'), text = form.querySelector('[data-note-text]')
const clock = s => [s / 3600, s / 60 % 60, s % 60].map(x => String(Math.floor(x)).padStart(2, '0')).join(':').replace(/^00:/, '')
let frozen = false, wasPlaying = false

const set = seconds => { at.value = seconds.toFixed(2); shown.textContent = clock(seconds) }
player.addEventListener('film-time', event => { if (!frozen) set(event.detail) })
text.addEventListener('input', () => {
  if (frozen || !text.value) return
  frozen = true; wasPlaying = !player.video.paused; player.video.pause(); set(player.video.currentTime)
})
form.addEventListener('submit', async event => {
  event.preventDefault()
  const kept = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), headers: { accept: 'text/html' } })
  if (!kept.ok) { form.submit(); return }
  const page = new DOMParser().parseFromString(await kept.text(), 'text/html')
  const lists = document.querySelectorAll('.right .notes'), fresh = page.querySelectorAll('.right .notes')
  lists[lists.length - 1].replaceWith(fresh[fresh.length - 1])
  const counts = document.querySelectorAll('.right .count'), count = page.querySelectorAll('.right .count')
  counts[counts.length - 1].replaceWith(count[count.length - 1])
  text.value = ''; frozen = false
  if (wasPlaying) player.video.play()
})
document.addEventListener('click', event => {
  const place = event.target.closest('[data-goto]')
  if (place) player.seek(Number(place.dataset.goto))
})
