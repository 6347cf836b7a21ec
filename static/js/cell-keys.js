// The arrow keys go from cell to cell of the table inside, Enter goes down and Shift+Enter up. Tab goes as it
// always does, and every other key types. Only fields marked data-cell take part.

const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [1, 0] };

customElements.define(
  "cell-keys",
  class extends HTMLElement {
    connectedCallback() {
      this.addEventListener("keydown", this);
    }

    handleEvent(event) {
      if (!event.target.matches("[data-cell]") || event.ctrlKey || event.altKey || event.metaKey) return;
      const move = MOVES[event.key];
      if (!move || event.isComposing || (event.shiftKey && event.key !== "Enter")) return;
      event.preventDefault(); // at the edge too: Enter must not send the form
      const [down, right] = event.shiftKey ? [-1, 0] : move;
      const next = this.next(event.target.closest("td"), down, right);
      next?.focus();
      next?.select();
    }

    // The nearest field that way, over neutral options and other cells without one.
    next(cell, down, right) {
      const rows = [...cell.closest("tbody").rows];
      let row = rows.indexOf(cell.parentElement);
      let column = cell.cellIndex;
      for (;;) {
        row += down;
        column += right;
        const place = rows[row]?.cells[column];
        if (!place) return null;
        const field = place.querySelector("[data-cell]");
        if (field) return field;
      }
    }
  },
);
