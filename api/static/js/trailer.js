// <film-trailer>: a small film beside the film. Player and film are fetched when somebody wants to see it.
class FilmTrailer extends HTMLElement {
  connectedCallback() {
    this.video = this.querySelector("video");
    this.button = this.querySelector("button");
    this.button.addEventListener("click", () => this.show());
  }

  disconnectedCallback() {
    this.hls?.destroy();
  }

  async show() {
    this.tell(null);
    this.button.hidden = true;
    this.video.hidden = false;
    this.video.poster = this.querySelector("img").src;
    this.video.focus();
    const { default: Hls } = await import("../vendor/hls.js");
    if (Hls.isSupported()) this.load(Hls);
    else this.video.src = this.dataset.src;
    this.video.play().catch(() => {});
  }

  load(Hls) {
    this.hls = new Hls();
    this.hls.on(Hls.Events.ERROR, (_, fault) => {
      const isGone = fault.response?.code === 404;
      if (isGone || fault.fatal) this.stop(isGone ? "gone" : "fault");
    });
    this.hls.loadSource(this.dataset.src);
    this.hls.attachMedia(this.video);
  }

  // A film that has left takes its trailer along, in the middle of a sentence.
  stop(why) {
    this.hls.destroy();
    this.video.hidden = true;
    this.button.hidden = why === "gone";
    this.tell(why);
  }

  tell(why) {
    for (const name of ["gone", "fault"]) this.querySelector(`[data-${name}]`).hidden = name !== why;
  }
}

customElements.define("film-trailer", FilmTrailer);
