// <rule-weight>: a slider beside a weight; the number is the field, the slider only turns it.
const MOST = 20;

class RuleWeight extends HTMLElement {
  connectedCallback() {
    if (this.querySelector("[type=range]")) return;
    const number = this.querySelector("input");
    const slider = Object.assign(document.createElement("input"), { type: "range", min: 0, max: MOST });
    slider.value = number.value;
    slider.setAttribute("aria-label", this.querySelector("label").textContent);
    slider.addEventListener("input", () => {
      number.value = slider.value;
    });
    number.addEventListener("input", () => {
      slider.value = number.value;
    });
    number.before(slider);
  }
}
customElements.define("rule-weight", RuleWeight);
