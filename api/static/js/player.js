// <screener-player>: the film over authorised segments, under the viewer's name, counting what was seen.
import Hls from '../vendor/hls.js'

const REPORT_EVERY = 10000
const clock = s => [s / 3600, s / 60 % 60, s % 60].map(x => String(Math.floor(x)).padStart(2, '0')).join(':').replace(/^00:/, '')

const PARIS = new Intl.DateTimeFormat('fr-FR', { day: '2-digit', month: '2-digit', hour: '2-digit', minute: '2-digit', timeZone: 'Europe/Paris' })

class ScreenerPlayer extends HTMLElement {
  connectedCallback () {
    this.video = this.querySelector('video'); this.mark = this.querySelector('[data-mark]')
    this.ranges = []; this.from = null
    this.load()
    this.wire()
    this.sign()
    this.timers = [setInterval(() => this.sign(), 20000), setInterval(() => this.report(), REPORT_EVERY)]
  }

  disconnectedCallback () { this.timers.forEach(clearInterval); this.hls?.destroy(); this.report() }

  load () {
    const start = Number(this.dataset.start) || 0
    if (Hls.isSupported()) {
      this.hls = new Hls({ startPosition: start, xhrSetup: request => { request.withCredentials = true } })
      this.hls.loadSource(this.dataset.src); this.hls.attachMedia(this.video)
    } else { this.video.src = this.dataset.src; this.video.currentTime = start }
  }

  wire () {
    const on = (name, act) => this.querySelector(`[data-${name}]`)?.addEventListener('click', act)
    on('play', () => this.toggle()); on('full', () => this.querySelector('.frame').requestFullscreen())
    on('overlay', event => { this.mark.hidden = !this.mark.hidden; event.currentTarget.setAttribute('aria-pressed', !this.mark.hidden) })
    this.querySelectorAll('[data-seek]').forEach(button => button.addEventListener('click', () => this.jump(Number(button.dataset.seek))))
    const track = this.querySelector('.track')
    track.addEventListener('click', event => { const box = track.getBoundingClientRect(); this.seek((event.clientX - box.left) / box.width * this.video.duration) })
    track.addEventListener('keydown', event => { const step = { ArrowRight: 5, ArrowLeft: -5, ArrowUp: 30, ArrowDown: -30 }[event.key]; if (step) { event.preventDefault(); this.jump(step) } })
    this.addEventListener('keydown', event => this.key(event))
    this.captions()
    this.video.addEventListener('timeupdate', () => this.tick())
    for (const name of ['pause', 'seeking', 'ended']) this.video.addEventListener(name, () => this.close())
    this.video.addEventListener('play', () => { this.from = this.video.currentTime; this.paint() })
    this.video.addEventListener('pause', () => this.paint())
    window.addEventListener('pagehide', () => { this.close(); this.report(true) })
  }

  key (event) {
    if (event.target.closest('input, textarea, select, .track') || event.ctrlKey || event.metaKey) return
    const act = { k: () => this.toggle(), ' ': () => this.toggle(), j: () => this.jump(-10), l: () => this.jump(10), f: () => this.querySelector('[data-full]').click(), n: () => document.querySelector('[data-note-text]')?.focus() }[event.key.toLowerCase()]
    if (act && !(event.key === ' ' && event.target.closest('button'))) { event.preventDefault(); act() }
  }

  // Subtitles of the film itself and those brought beside it, in one list; none until somebody asks.
  captions () {
    const label = this.querySelector('[data-captions]'); const select = label.querySelector('select')
    const list = this.video.textTracks
    const fill = () => {
      const tracks = [...list].filter(track => ['subtitles', 'captions'].includes(track.kind))
      label.hidden = !tracks.length
      select.replaceChildren(select.options[0], ...tracks.map((track, n) => new Option(track.label || track.language || `${n + 1}`, n)))
    }
    select.addEventListener('change', () => { [...list].filter(track => ['subtitles', 'captions'].includes(track.kind)).forEach((track, n) => { track.mode = select.value === String(n) ? 'showing' : 'disabled' }) })
    list.addEventListener('addtrack', fill)
    fill()
  }

  toggle () { this.video.paused ? this.video.play() : this.video.pause() }
  jump (seconds) { this.seek(this.video.currentTime + seconds) }
  seek (seconds) { this.video.currentTime = Math.max(0, Math.min(this.video.duration || 0, seconds)) }
  paint () { const button = this.querySelector('[data-play]'); button.firstElementChild.textContent = this.video.paused ? button.dataset.playWord : button.dataset.pauseWord }

  tick () {
    const { currentTime: now, duration, buffered } = this.video
    if (!this.video.paused && this.from === null) this.from = now
    this.querySelector('.pos').style.transform = `scaleX(${now / (duration || 1)})`
    if (buffered.length) this.querySelector('.buf').style.transform = `scaleX(${buffered.end(buffered.length - 1) / (duration || 1)})`
    this.querySelector('[data-clock]').textContent = `${clock(now)} / ${clock(duration || 0)}`
    const track = this.querySelector('.track'); track.setAttribute('aria-valuenow', Math.floor(now)); track.setAttribute('aria-valuetext', clock(now))
    this.dispatchEvent(new CustomEvent('film-time', { detail: now, bubbles: true }))
  }

  close () { if (this.from !== null && this.video.currentTime > this.from) this.ranges.push([this.from, this.video.currentTime]); this.from = this.video.paused ? null : this.video.currentTime }

  report (leaving = false) {
    this.close()
    if (!this.dataset.viewing || !this.ranges.length) return
    const seen = this.ranges.splice(0)
    const headers = { 'content-type': 'application/json', 'x-csrf-token': document.querySelector('meta[name=csrf]').content }
    fetch(this.dataset.viewing, { method: 'PUT', headers, keepalive: leaving, body: JSON.stringify({ ranges: seen, position: this.video.currentTime }) })
      .then(answer => { if (!answer.ok && answer.status >= 500) this.ranges.push(...seen) }, () => this.ranges.push(...seen))
  }

  sign () {
    const now = PARIS.formatToParts(new Date()).reduce((found, part) => ({ ...found, [part.type]: part.value }), {})
    this.mark.textContent = `${this.dataset.name} · ${now.day}/${now.month} ${now.hour}:${now.minute}`
    this.mark.classList.toggle('low')
  }
}
customElements.define('screener-player', ScreenerPlayer)
