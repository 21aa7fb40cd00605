// <festival-grid>: three days by screens. Drag, keyboard or form; the server says what clashes.
// Times are minutes after midnight of the first festival day, as everywhere.
const DAY = 1440, STEP = 5
const el = (tag, cls, text = '') => Object.assign(document.createElement(tag), { className: cls, textContent: text })
const clock = minutes => `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

class FestivalGrid extends HTMLElement {
  connectedCallback () {
    this.data = JSON.parse(this.querySelector('script').textContent)
    this.words = this.data.words
    this.live = document.querySelector('#live'); this.undo = document.querySelector('#undo'); this.acts = []
    const opens = this.data.screens.flatMap(s => s.hours.filter(Boolean).map(h => h[0])), closes = this.data.screens.flatMap(s => s.hours.filter(Boolean).map(h => h[1]))
    this.t0 = Math.min(600, ...opens) - 30; this.t1 = Math.max(1440, ...closes) + 30
    this.px = 1.1
    this.draw(); this.paint(); this.wire()
    this.news = new EventSource(this.data.events)
    this.news.onmessage = event => { if (JSON.parse(event.data).version > this.data.version) this.fetchGrid() }
  }

  disconnectedCallback () { this.news?.close() }

  // Drawing

  draw () {
    this.grid = el('div', 'grid')
    this.grid.style.setProperty('--w', (this.t1 - this.t0) * this.px + 'px')
    this.grid.style.setProperty('--hour', 60 * this.px + 'px'); this.grid.style.setProperty('--off', (60 - this.t0 % 60) % 60 * this.px + 'px')
    const ruler = el('div', 'ruler'); ruler.setAttribute('aria-hidden', 'true')
    for (let m = Math.ceil(this.t0 / 60) * 60; m < this.t1; m += 60) { const mark = el('span', '', clock(m)); mark.style.left = `calc(var(--lab) + ${(m - this.t0) * this.px}px)`; ruler.append(mark) }
    this.grid.append(ruler); this.lanes = []
    this.data.days.forEach((name, day) => {
      const section = el('section', 'day'); const head = el('h2', '', name[0].toUpperCase() + name.slice(1) + ' '); head.append(el('small')); section.append(head)
      for (const screen of this.data.screens) {
        const row = el('div', 'row'), label = el('div', 'lab', screen.name); const seats = el('small', 'num', screen.seats); seats.dataset.unit = this.dataset.seats; label.append(seats); const lane = el('div', 'lane')
        row.append(label, lane); section.append(row); this.lanes.push({ lane, day, screen })
        const hours = screen.hours[day]; const shut = (a, b) => { const hatch = el('div', 'shut'); hatch.style.left = (a - this.t0) * this.px + 'px'; hatch.style.width = (b - a) * this.px + 'px'; lane.append(hatch) }
        if (!hours) shut(this.t0, this.t1); else { shut(this.t0, hours[0]); shut(hours[1], this.t1) }
      }
      this.grid.append(section)
    })
    this.append(this.grid)
    this.tray = document.querySelector('#tray')
  }

  item (show) { return this.data.programmes[show.programme] }
  length (show) { const p = this.item(show); return p.intro + p.minutes + (show.number === 0 ? p.debate : 0) }
  lane (show) { return this.lanes.find(l => l.day === show.day && l.screen.id === show.screen) }

  shows () {
    if (this.list) return this.list
    const placed = this.data.screenings.map(s => ({ ...s, day: Math.floor((s.start - 240) / DAY) }))
    const missing = Object.values(this.data.programmes).flatMap(p => [...Array(p.showings).keys()].filter(n => !placed.some(s => s.programme === p.id && s.number === n)).map(n => ({ id: '', programme: p.id, number: n, day: null })))
    return this.list = [...placed, ...missing]
  }

  label (show) {
    const p = this.item(show), place = show.day === null ? this.words.unplaced : `${clock(show.start)}, ${this.data.days[show.day]}, ${this.lane(show).screen.name}`
    return `${p.title} ${place}${show.locked ? ', ' + this.words.locked : ''}`
  }

  paint () {
    this.querySelectorAll('.ev').forEach(e => e.remove()); this.tray.replaceChildren()
    for (const show of this.shows()) this.paintOne(show)
    this.data.days.forEach((_, day) => { this.grid.querySelectorAll('.day h2 small')[day].textContent = this.shows().filter(s => s.day === day).length })
    document.querySelector('#ntray').textContent = this.shows().filter(s => s.day === null).length
    document.querySelector('#version').textContent = this.data.version
    this.conflicts()
  }

  paintOne (show) {
    const p = this.item(show), box = el('button', 'ev'); box.type = 'button'; show.box = box
    box.dataset.section = p.section || 'E'; box.setAttribute('aria-describedby', 'keys'); box.setAttribute('aria-label', this.label(show))
    box.append(el('b', '', p.title))
    if (show.day === null) { box.append(el('i', '', ` ${p.minutes}${p.debate && show.number === 0 ? ' + ' + p.debate : ''} min`)); const li = el('li'); li.append(box); this.tray.append(li) }
    else {
      const width = this.length(show) * this.px
      box.classList.toggle('short', width < 54); if (width >= 80) { box.classList.add('long'); box.append(el('i', '', ' ' + clock(show.start))) }
      box.style.left = (show.start - show.day * DAY - this.t0) * this.px + 'px'; box.style.width = width - 1 + 'px'
      const talk = show.number === 0 ? p.debate : 0; box.style.setProperty('--talk', talk * this.px + 'px'); box.classList.toggle('talks', talk > 0)
      box.classList.toggle('locked', show.locked); if (show.locked) { const lock = el('span', 'm'); lock.innerHTML = '<svg viewBox="0 0 9 11" aria-hidden="true"><path d="M1 5h7v6H1z"/><path d="M2.5 5V3a2 2 0 0 1 4 0v2" fill="none" stroke="currentColor" stroke-width="1.3"/></svg>'; box.append(lock) }
      this.lane(show).lane.append(box)
    }
    box.show = show
  }

  conflicts () {
    const list = document.querySelector('#conf'); list.replaceChildren(); document.querySelector('#nconf').textContent = this.data.clashes.length
    for (const clash of this.data.clashes) {
      const li = el('li', clash.level === 'warn' ? 'soft' : ''), button = el('button'); button.type = 'button'
      const words = el('span'); words.append(el('b', '', clash.words[this.data.lang])); const sign = el('b', '', '!'); sign.setAttribute('aria-hidden', 'true'); button.append(sign, words); li.append(button); list.append(li)
      for (const [programme, number] of clash.screenings) { const show = this.shows().find(s => s.programme === programme && s.number === number); show?.box.classList.add(clash.level === 'warn' ? 'warn' : 'bad') }
      button.addEventListener('click', () => { const [programme, number] = clash.screenings[0]; const show = this.shows().find(s => s.programme === programme && s.number === number); show.box.scrollIntoView({ block: 'center', inline: 'center' }); show.box.focus(); this.pick(show) })
    }
  }

  // Acts

  async send (method, path, body) {
    const headers = { 'content-type': 'application/json', 'x-csrf-token': document.querySelector('meta[name=csrf]').content, 'if-match': `"${this.data.version}"` }
    const answer = await fetch(this.data.api + path, { method, headers, body: body && JSON.stringify(body) })
    const told = answer.status === 204 ? {} : await answer.json()
    if (answer.ok) return told
    this.refuse((told.words?.[this.data.lang] ?? told.codes ?? []).join(' '))
    await this.fetchGrid(); return null
  }

  async fetchGrid () { const answer = await fetch(this.data.api + '/grid'); if (answer.ok) this.take(await answer.json()) }

  take (state) {
    const first = Date.parse(this.data.first)
    this.data.version = state.version; this.data.clashes = state.clashes
    this.data.screenings = state.screenings.map(s => ({ ...s, start: Math.round((Date.parse(s.starts_at) - first) / 60000) })); this.list = null; this.paint()
  }

  async move (show, day, screen, start, isNew = true) {
    const absolute = day * DAY + start, before = { ...show }
    Object.assign(show, { day, screen, start: absolute }); this.paint()
    const told = show.id ? await this.send('PUT', `/screenings/${show.id}/placement`, { screen, start: absolute }) : await this.send('POST', '/grid/screenings', { programme: show.programme, number: show.number, screen, start: absolute })
    if (!told) { Object.assign(show, before); return false }
    if (isNew) this.remember(before)
    this.take(told)
    const moved = this.shows().find(s => s.programme === show.programme && s.number === show.number)
    const mine = this.data.clashes.filter(c => c.screenings.some(([p, n]) => p === show.programme && n === show.number))
    this.say(this.label(moved) + '. ' + (mine.length ? mine.map(c => c.words[this.data.lang]).join(' ') : this.words.free)); moved.box.focus(); this.pick(moved); return true
  }

  async takeOut (show, isNew = true) {
    const told = await this.send('DELETE', `/screenings/${show.id}`); if (!told) return false
    if (isNew) this.remember(show)
    this.take(told); document.querySelector('#inspect').hidden = true; this.cool(); return true
  }

  remember ({ programme, number, day, screen, start }) { this.acts.push({ programme, number, day, screen, start }); this.undo.hidden = false }

  // The last act of this hand, backwards; what others did meanwhile stays.
  async back () {
    const act = this.acts.at(-1), show = act && this.shows().find(s => s.programme === act.programme && s.number === act.number)
    const gone = show && (act.day === null ? !show.id || await this.takeOut(show, false) : await this.move(show, act.day, act.screen, act.start - act.day * DAY, false))
    if (show && !gone) return
    this.acts.pop(); this.undo.hidden = !this.acts.length
    if (show) this.say(this.words.undone)
  }

  say (words) { this.live.textContent = words; this.live.classList.add('vh') }
  refuse (words) { this.live.textContent = words; this.live.classList.remove('vh') }

  pick (show) {
    const box = document.querySelector('#inspect'), p = this.item(show), form = box.querySelector('form')
    box.hidden = false; box.querySelector('h2').textContent = p.title
    box.querySelector('[data-length]').textContent = `${p.intro} + ${p.minutes} + ${show.number === 0 ? p.debate : 0} min`
    form.day.value = show.day ?? 0; form.screen.value = show.screen ?? this.data.screens[0].id; form.start.value = clock(show.day === null ? 600 : show.start)
    const lock = box.querySelector('[data-lock]'); lock.hidden = !show.id; lock.textContent = show.locked ? this.words.unlock : this.words.lock
    form.onsubmit = event => { event.preventDefault(); const [h, m] = form.start.value.split(/[:h]/).map(Number); this.move(show, Number(form.day.value), form.screen.value, h * 60 + (m || 0) + (h < 4 ? DAY : 0)) }
    lock.onclick = async () => { if (await this.send(show.locked ? 'DELETE' : 'POST', `/screenings/${show.id}/lock`)) { show.locked = !show.locked; await this.fetchGrid(); this.pick(this.shows().find(s => s.id === show.id)) } }
    const out = box.querySelector('[data-out]'); out.hidden = !show.id || show.locked
    out.onclick = () => this.takeOut(show)
    box.querySelector('[data-close]').onclick = () => { box.hidden = true; this.cool(); show.box.focus() }
    this.reason(show, box)
  }

  // Why here, and what every other place would cost

  async reason (show, box) {
    const panel = box.querySelector('[data-why]'); panel.hidden = true; this.cool(); this.asked = show.id
    if (!show.id) return
    const answer = await fetch(`${this.data.api}/screenings/${show.id}/reasons`); if (!answer.ok || this.asked !== show.id || box.hidden) return
    const { why, cells } = await answer.json(); this.heat(cells)
    const costs = Object.entries(why.costs).filter(([, cost]) => cost).map(([rule, cost]) => `${this.words[rule]} ${cost}`)
    panel.querySelector('[data-costs]').textContent = costs.join(' · ') || this.words.costs_nothing
    panel.querySelector('[data-else]').replaceChildren(...why.alternatives.map(cell => this.elsewhere(cell, box.querySelector('form'))))
    panel.querySelector('[data-held]').replaceChildren(...why.forced_by.map(held => el('li', '', `${this.data.programmes[held.programme]?.title ?? ''} ${this.signed(-held.saves)}`)))
    for (const part of panel.querySelectorAll('[data-part]')) part.hidden = !part.querySelector('ul').children.length
    panel.hidden = false
  }

  signed (price) { return price > 0 ? `+${price}` : price < 0 ? `−${-price}` : '±0' }
  dayOf (start) { return Math.floor((start - 240) / DAY) }

  elsewhere (cell, form) {
    const li = el('li'), button = el('button', 'btn quiet'), day = this.dayOf(cell.start), screen = this.data.screens.find(s => s.id === cell.screen); button.type = 'button'
    button.append(el('b', 'num', this.signed(cell.price)), ` ${this.data.days[day]}, ${clock(cell.start)}, ${screen?.name ?? ''}`)
    button.onclick = () => { form.day.value = day; form.screen.value = cell.screen; form.start.value = clock(cell.start); form.querySelector('.primary').focus() }
    li.append(button); return li
  }

  heat (cells) {
    const gap = Math.min(...cells.map((c, i) => i && Math.abs(c.start - cells[i - 1].start) || DAY))
    for (const { lane, day, screen } of this.lanes) {
      let run = null
      for (const cell of cells.filter(c => c.screen === screen.id && this.dayOf(c.start) === day).sort((a, b) => a.start - b.start)) {
        if (run && run.price === cell.price && cell.start - run.last <= gap) { run.last = cell.start; run.mark.style.width = (run.last - run.first + gap) * this.px + 'px'; continue }
        const mark = el('i', 'heat'); mark.title = this.signed(cell.price); mark.classList.add(cell.price < 0 ? 'less' : cell.price === 0 ? 'same' : cell.price < 5 ? 'more' : 'much')
        mark.style.left = (cell.start - day * DAY - this.t0) * this.px + 'px'; mark.style.width = gap * this.px + 'px'; lane.append(mark); run = { price: cell.price, first: cell.start, last: cell.start, mark }
      }
    }
  }

  cool () { this.grid.querySelectorAll('.heat').forEach(mark => mark.remove()); this.asked = null }

  // Hands

  wire () {
    const root = document.querySelector('.work')
    root.addEventListener('pointerdown', event => { const box = event.target.closest('.ev'); if (!box || event.button) return; this.drag = { show: box.show, box, x: event.clientX, y: event.clientY, id: event.pointerId, rect: box.getBoundingClientRect() } })
    document.addEventListener('pointermove', event => this.dragged(event))
    document.addEventListener('pointerup', () => this.drop(true)); document.addEventListener('pointercancel', () => this.drop(false))
    root.addEventListener('keydown', event => this.key(event))
    document.addEventListener('keydown', event => { if (event.key === 'Escape') { this.drop(false); this.say('') } })
    document.addEventListener('keydown', event => { if (event.key === 'z' && (event.ctrlKey || event.metaKey) && !event.target.closest('input, textarea')) { event.preventDefault(); this.back() } })
    this.undo.onclick = () => this.back()
    document.querySelector('#find')?.addEventListener('input', event => { for (const li of this.tray.children) li.hidden = !li.textContent.toLowerCase().includes(event.target.value.toLowerCase()) })
  }

  dragged (event) {
    const d = this.drag; if (!d || d.show.locked) return
    if (!d.on) {
      if (Math.hypot(event.clientX - d.x, event.clientY - d.y) < 4) return
      d.on = true; d.grab = Math.min(d.x - d.rect.left, this.length(d.show) * this.px * 0.8); d.ghost = el('div', 'ghost'); d.rects = this.lanes.map(l => l.lane.getBoundingClientRect())
      d.box.setPointerCapture(d.id); d.box.classList.add('drag'); Object.assign(d.box.style, { left: d.x - d.grab + 'px', top: d.rect.top + 'px', width: this.length(d.show) * this.px + 'px', height: d.rect.height + 'px' })
    }
    d.px = event.clientX; d.py = event.clientY
    d.frame ??= requestAnimationFrame(() => { if (!this.drag) return; d.frame = null; d.box.style.transform = `translate(${d.px - d.x}px,${d.py - d.y}px)`; this.aim(d) })
  }

  aim (d) {
    const i = d.rects.findIndex(r => d.py >= r.top && d.py < r.bottom && d.px >= r.left && d.px <= r.right)
    document.querySelector('.row.over')?.classList.remove('over')
    if (i < 0) { d.ghost.remove(); d.to = null; return }
    const { lane, day, screen } = this.lanes[i], length = this.length(d.show)
    const start = Math.max(this.t0, Math.min(this.t1 - length, Math.round(((d.px - d.rects[i].left - d.grab) / this.px + this.t0) / STEP) * STEP)); d.to = [day, screen.id, start]
    const absolute = day * DAY + start
    const taken = this.shows().some(o => o !== d.show && o.day === day && o.screen === screen.id && absolute < o.start + this.length(o) && o.start < absolute + length), hours = screen.hours[day]
    d.ghost.classList.toggle('no', taken || !hours || start < hours[0] || start + length > hours[1])
    d.ghost.style.left = (start - this.t0) * this.px + 'px'; d.ghost.style.width = length * this.px + 'px'; d.ghost.textContent = clock(start); lane.append(d.ghost); lane.parentNode.classList.add('over')
  }

  drop (kept) {
    const d = this.drag; if (!d) return
    this.drag = null; cancelAnimationFrame(d.frame)
    if (!d.on) { if (kept) this.pick(d.show); return }
    this.aim(d); d.ghost.remove(); document.querySelector('.row.over')?.classList.remove('over'); d.box.classList.remove('drag'); d.box.removeAttribute('style')
    if (kept && d.to) this.move(d.show, ...d.to); else this.paint()
  }

  key (event) {
    const box = event.target.closest('.ev'); if (!box) return
    const show = box.show
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault()
      if (this.lifted) { const to = this.lifted; this.lifted = null; box.classList.remove('lift'); this.move(show, to.day, to.screen, to.start) }
      else if (show.locked) this.pick(show)
      else { this.lifted = { day: show.day ?? 0, screen: show.screen ?? this.data.screens[0].id, start: show.day === null ? 600 : show.start - show.day * DAY }; box.classList.add('lift'); this.say(`${this.words.lifted} ${this.label(show)}`); this.pick(show); box.focus() }
      return
    }
    const k = this.lifted; if (!k) return
    if (event.key === 'Escape') { this.lifted = null; box.classList.remove('lift'); this.paint(); this.say(this.words.given_up); return }
    const [rows, minutes] = { ArrowLeft: [0, -STEP], ArrowRight: [0, STEP], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key] ?? []
    if (rows === undefined) return
    event.preventDefault()
    const at = this.lanes.findIndex(l => l.day === k.day && l.screen.id === k.screen), to = this.lanes[Math.max(0, Math.min(this.lanes.length - 1, at + rows))]
    k.day = to.day; k.screen = to.screen.id; k.start = Math.max(this.t0, Math.min(this.t1 - this.length(show), k.start + minutes * (event.shiftKey ? 6 : 1)))
    to.lane.append(box); box.style.left = (k.start - this.t0) * this.px + 'px'; box.focus()
    const hour = box.querySelector('i'); if (hour && show.day !== null) hour.textContent = clock(k.start)
    this.say(`${this.data.days[k.day]}, ${to.screen.name}, ${clock(k.start)}`)
  }
}
customElements.define('festival-grid', FestivalGrid)
