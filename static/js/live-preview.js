// The preview beside a form follows what is typed, stays where it was scrolled to, and keeps the stance that was
// chosen in it.

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
      this.frame.addEventListener("load", () => this.restore());
    }

    show() {
      if (!this.frame.checkVisibility() || !this.isBeside()) return;
      this.place = this.frame.contentWindow?.scrollY;
      this.chosen = [...this.options(":checked")].map(({ name, value }) => [name, value]);
      this.edited.requestSubmit(this.button);
    }

    restore() {
      this.frame.contentWindow?.scrollTo(0, this.place ?? 0);
      for (const [name, value] of this.chosen ?? []) {
        const option = [...this.options()].find((each) => each.name === name && each.value === value);
        if (option && !option.checked) option.click(); // its form then asks for the panel
      }
    }

    options(which = "") {
      return this.frame.contentDocument?.querySelectorAll(`.picker input[type=radio]${which}`) ?? [];
    }

    // On a narrow screen it stands below the form, where nobody sees it while typing.
    isBeside() {
      return this.getBoundingClientRect().left >= this.edited.getBoundingClientRect().right;
    }
  },
);
