// <film-upload>: a resumable upload that outlives a pause, a cut and a reload.
import '../vendor/tus.js'
const { Upload } = window.tus

const MAGIC = [[4, 'ftyp'], [4, 'moov'], [4, 'wide'], [4, 'mdat'], [4, 'free'], [0, '\x1aE\xdf\xa3'], [0, '\x06\x0e+4'], [0, 'RIFF'], [0, 'G']]

async function looksLikeFilm (file) {
  const head = String.fromCharCode(...new Uint8Array(await file.slice(0, 16).arrayBuffer()))
  return MAGIC.some(([at, mark]) => head.startsWith(mark, at))
}

class FilmUpload extends HTMLElement {
  connectedCallback () {
    const find = name => this.querySelector(`[data-${name}]`)
    this.text = find('text'); this.bar = find('bar'); this.pct = find('pct'); this.name = find('name'); this.button = find('pause')
    this.words = Object.fromEntries([...find('words').content.children].map(word => [word.dataset.w, word.textContent]))
    find('file').addEventListener('change', event => event.target.files[0] && this.begin(event.target.files[0]))
    this.button.addEventListener('click', () => this.flowing ? this.pause() : this.go())
    this.leaving = event => { if (this.flowing) event.preventDefault() }
    window.addEventListener('beforeunload', this.leaving)
  }

  disconnectedCallback () { window.removeEventListener('beforeunload', this.leaving) }

  async begin (file) {
    if (!await looksLikeFilm(file)) { this.say(this.words.strange); return }
    this.name.textContent = file.name
    const print = ['cfs', this.dataset.submission, file.name, file.size, file.lastModified].join('-')
    this.upload = new Upload(file, {
      endpoint: this.dataset.endpoint,
      chunkSize: 8 * 1024 * 1024,
      retryDelays: [0, 1000, 3000, 10000, 30000],
      removeFingerprintOnSuccess: true,
      fingerprint: async () => print,
      metadata: { filename: file.name, submission: this.dataset.submission },
      headers: { 'x-csrf-token': document.querySelector('meta[name=csrf]')?.content ?? '' },
      onProgress: (sent, total) => this.progress(sent, total),
      onShouldRetry: () => { this.say(this.words.cut); return true },
      onError: error => this.fail(error),
      onSuccess: () => { this.flowing = false; this.say(this.words.done); location.assign(this.dataset.report) }
    })
    const before = await this.upload.findPreviousUploads()
    if (before.length) this.upload.resumeFromPreviousUpload(before[0])
    this.go()
  }

  go () {
    this.flowing = true; this.began = performance.now(); this.first = null
    this.button.hidden = false; this.button.textContent = this.words.pause
    this.upload.start()
  }

  pause () { this.flowing = false; this.upload.abort(); this.button.textContent = this.words.go; this.say(this.words.paused) }

  progress (sent, total) {
    this.first ??= sent
    const share = Math.floor(100 * sent / total)
    this.bar.value = share; this.pct.textContent = `${share} %`
    const rate = (sent - this.first) / Math.max(0.2, (performance.now() - this.began) / 1000)
    const minutes = rate > 0 ? Math.ceil((total - sent) / rate / 60) : 0
    const amount = bytes => new Intl.NumberFormat(this.dataset.lang, { maximumFractionDigits: 1 }).format(bytes / 1e6)
    this.say(this.words.sent.replace('[sent]', amount(sent)).replace('[total]', amount(total)) + (minutes ? ' ' + this.words.left.replace('[minutes]', minutes) : ''))
  }

  fail (error) {
    this.flowing = false; this.button.textContent = this.words.go
    let told = ''
    try { const problem = JSON.parse(error.originalResponse.getBody()); told = (problem.words?.[this.dataset.lang] ?? problem.codes).join(' ') } catch {}
    this.say(`${this.words.failed} ${told}`)
    if (error.originalResponse?.getStatus() === 422) location.assign(this.dataset.report)
  }

  say (words) { this.text.textContent = words }
}
customElements.define('film-upload', FilmUpload)
