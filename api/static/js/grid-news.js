// News of the grid: a mark that differs from ours means that somebody has changed something that we show.
import { whileSeen } from "./shared.js";

const KNOCK = 10_000;

export class GridNews {
  constructor(grid) {
    this.grid = grid;
    this.end = whileSeen(this);
  }

  open() {
    if (this.source) return;
    const { data } = this.grid.state;
    this.source = new EventSource(data.events);
    this.source.onerror = () => {
      if (this.source?.readyState === EventSource.CLOSED) this.openAgain();
    };
    this.source.onmessage = (event) => {
      const news = JSON.parse(event.data);
      this.grid.hands.take(news.hands);
      if (news.mark !== data.mark) this.ask();
    };
  }

  close() {
    this.source?.close();
    this.source = null;
  }

  // A door that answers with an error ends the stream for good: we knock again.
  openAgain() {
    this.close();
    setTimeout(() => {
      if (this.grid.isConnected && !document.hidden) this.open();
    }, KNOCK);
  }

  // One question at a time; whoever asks meanwhile is answered by one more.
  async ask() {
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    try {
      const answer = await fetch(`${this.grid.state.data.api}/grid`);
      if (answer.ok) this.grid.take(await answer.json());
    } catch {
      /* the next news tries again */
    } finally {
      this.asking = false;
    }
    if (this.again) {
      this.again = false;
      await this.ask();
    }
  }
}
