// <live-status>: shows what happens to a film while it happens; a change of state draws the page again.
class LiveStatus extends HTMLElement {
  connectedCallback () {
    this.state = this.dataset.state
    this.listen = () => document.hidden ? this.close() : this.open()
    document.addEventListener('visibilitychange', this.listen)
    this.open()
  }

  disconnectedCallback () { document.removeEventListener('visibilitychange', this.listen); this.close() }

  open () {
    if (this.source || this.dataset.done) return
    this.source = new EventSource(this.dataset.src)
    this.source.onmessage = event => this.hear(JSON.parse(event.data))
    this.source.addEventListener('done', () => { this.close(); this.dataset.done = 'yes' })
  }

  close () { this.source?.close(); this.source = null }

  hear (news) {
    const bar = news.step && this.querySelector(`[data-live="${news.step}"]`)
    if (bar) bar.value = news.fraction
    for (const [name, value] of Object.entries(news)) {
      const place = this.querySelector(`[data-text="${name}"]`)
      if (place && typeof value !== 'object') place.textContent = typeof value === 'number' ? value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 }) : value
    }
    const changed = this.state !== undefined && news.state !== this.state
    const unseen = news.step && !bar
    this.state = news.state ?? this.state
    if (changed || news.refresh || unseen) this.redraw()
  }

  async redraw () {
    if (this.drawing) return
    this.drawing = true
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const main = page.querySelector('main')
    if (answer.ok && main) document.querySelector('main').replaceWith(main)
  }
}
customElements.define('live-status', LiveStatus)
