// The point that stays in every crop: chosen by sliders or by a click, shown at once where the site will draw it.
class FocusPoint extends HTMLElement {
  connectedCallback() {
    this.whole = this.querySelector("[data-whole]");
    if (!this.whole) return;
    this.addEventListener("input", () => this.show());
    this.whole.addEventListener("click", (event) => this.pick(event));
    this.show();
  }

  field(side) {
    return this.querySelector(`[name=focus_${side}]`);
  }

  pick({ clientX, clientY }) {
    const { left, top, width, height } = this.whole.getBoundingClientRect();
    this.field("x").value = Math.round((10 * (clientX - left)) / width);
    this.field("y").value = Math.round((10 * (clientY - top)) / height);
    this.show();
  }

  show() {
    const [x, y] = [this.field("x").value, this.field("y").value];
    for (const image of this.querySelectorAll("[data-crop]")) Object.assign(image.dataset, { fx: x, fy: y });
    const { width, height } = this.whole.viewBox.baseVal;
    const circle = this.whole.querySelector("circle");
    circle.setAttribute("cx", (width * x) / 10);
    circle.setAttribute("cy", (height * y) / 10);
  }
}
customElements.define("focus-point", FocusPoint);
