// Light or dark by choice. It stands in the head, so that the page is never painted in the other one
// first. A choice that is the system's own is forgotten, and the page follows the system again.

const system = matchMedia("(prefers-color-scheme: dark)");

function chosen() {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null; // storage is switched off: the switch then lasts for the page
  }
}

function show(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

show(chosen());

customElements.define(
  "theme-switch",
  class extends HTMLElement {
    connectedCallback() {
      const button = document.createElement("button");
      button.type = "button";
      button.title = "Dark or light";
      button.setAttribute("aria-label", "Dark colours");
      this.append(button);
      const isDark = () => (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
      const tell = () => button.setAttribute("aria-pressed", isDark());
      button.addEventListener("click", () => {
        const wanted = isDark() ? "light" : "dark";
        const own = wanted !== (system.matches ? "dark" : "light") ? wanted : null;
        show(own);
        try {
          if (own) localStorage.setItem("theme", own);
          else localStorage.removeItem("theme");
        } catch {
          // see above
        }
        tell();
      });
      system.addEventListener("change", tell);
      tell();
    }
  },
);
