// The preview beside a form follows what is typed, and stays where it was scrolled to.

const PAUSE = 1200; // milliseconds without a key, before the form is sent

customElements.define(
  "live-preview",
  class extends HTMLElement {
    connectedCallback() {
      this.edited = document.getElementById(this.getAttribute("form"));
      this.frame = this.querySelector("iframe");
      this.button = this.querySelector("button");
      this.edited.addEventListener("input", () => {
        clearTimeout(this.waiting);
        this.waiting = setTimeout(() => this.show(), PAUSE);
      });
      this.edited.addEventListener("submit", () => clearTimeout(this.waiting));
      this.frame.addEventListener("load", () => this.frame.contentWindow?.scrollTo(0, this.place ?? 0));
    }

    show() {
      if (!this.frame.checkVisibility() || !this.isBeside()) return;
      this.edited.requestSubmit(this.button);
      this.place = this.frame.contentWindow?.scrollY;
    }

    // On a narrow screen it stands below the form, where nobody sees it while typing.
    isBeside() {
      return this.getBoundingClientRect().left >= this.edited.getBoundingClientRect().right;
    }
  },
);
