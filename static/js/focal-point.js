// A click on the picture inside sets the two numbers of its focal point, and a ring shows where they are. The
// numbers can be typed without this.

customElements.define(
  "focal-point",
  class extends HTMLElement {
    connectedCallback() {
      this.fields = ["x", "y"].map((axis) => document.getElementById(`id_focal_${axis}`));
      if (!this.fields.every(Boolean)) return; // for those who may only look
      this.ring = document.createElement("span");
      this.append(this.ring);
      this.addEventListener("click", this);
      for (const field of this.fields) field.addEventListener("input", () => this.show());
      this.show();
    }

    handleEvent(event) {
      const picture = this.querySelector("img").getBoundingClientRect();
      const places = [
        (event.clientX - picture.left) / picture.width,
        (event.clientY - picture.top) / picture.height,
      ];
      this.fields.forEach((field, index) => {
        field.value = Math.round(Math.min(1, Math.max(0, places[index])) * 100);
        field.dispatchEvent(new Event("input", { bubbles: true }));
      });
    }

    show() {
      const [x, y] = this.fields.map((field) => field.value);
      this.ring.style.insetInlineStart = `${x}%`;
      this.ring.style.insetBlockStart = `${y}%`;
    }
  },
);
