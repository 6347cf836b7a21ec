// A field in Markdown gets a preview by the site's own renderer, and [[ offers what can be linked.

const MOST = 8;
let links; // fetched once, when first needed

async function allLinks() {
  links ??= fetch("/admin/markdown/links/").then((response) => response.json()).then((data) => data.links);
  return links;
}

function enhance(field) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link-button";
  button.textContent = "Preview this text";
  const shown = document.createElement("div");
  shown.className = "markdown-preview";
  shown.setAttribute("role", "status");
  const list = document.createElement("ul");
  list.className = "completions";
  list.id = `${field.id}-completions`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "What can be linked");
  list.hidden = true;
  field.after(list, button, shown);
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-autocomplete", "list");

  button.addEventListener("click", async () => {
    const body = new FormData();
    body.set("text", field.value);
    body.set("kind", field.dataset.markdown);
    body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    const response = await fetch("/admin/markdown/", { method: "POST", body });
    const { html, problems } = await response.json();
    shown.innerHTML = html; // cleaned by the renderer
    for (const problem of problems) {
      const line = document.createElement("p");
      line.className = "errornote";
      line.textContent = problem;
      shown.prepend(line);
    }
  });

  // What is typed after [[, up to the cursor.
  const begun = () => field.value.slice(0, field.selectionStart).match(/\[\[([^\[\]\n|]{0,64})$/)?.[1];
  const close = () => {
    list.hidden = true;
    field.removeAttribute("aria-activedescendant");
  };
  const options = () => [...list.children];
  const chosen = () => options().find((option) => option.getAttribute("aria-selected") === "true");

  function choose(option) {
    for (const other of options()) other.setAttribute("aria-selected", other === option);
    field.setAttribute("aria-activedescendant", option.id);
  }

  function insert(option) {
    const start = field.selectionStart - begun().length - 2;
    field.setRangeText(option.dataset.link, start, field.selectionStart, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    close();
    field.focus();
  }

  field.addEventListener("input", async () => {
    const typed = begun();
    if (typed === undefined) return close();
    const wanted = typed.toLowerCase().replace(/^(muscle|study|term):/, "");
    const found = (await allLinks()).filter(({ link, name }) => `${link} ${name}`.toLowerCase().includes(wanted));
    list.replaceChildren(
      ...found.slice(0, MOST).map(({ link, name }, index) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${index}`;
        option.setAttribute("role", "option");
        option.dataset.link = link;
        option.textContent = `${name}, ${link}`;
        option.addEventListener("mousedown", (event) => {
          event.preventDefault();
          insert(option);
        });
        return option;
      }),
    );
    list.hidden = !found.length;
    if (found.length) choose(list.firstChild);
  });

  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const all = options();
    const at = all.indexOf(chosen());
    if (event.key === "ArrowDown") choose(all[(at + 1) % all.length]);
    else if (event.key === "ArrowUp") choose(all[(at - 1 + all.length) % all.length]);
    else if (event.key === "Enter" || event.key === "Tab") insert(all[at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  field.addEventListener("blur", close);
}

addEventListener("DOMContentLoaded", () => {
  for (const field of document.querySelectorAll("textarea[data-markdown]")) {
    if (!field.id.includes("__prefix__")) enhance(field);
  }
});

// Lines that are added to the form later.
addEventListener("formset:added", (event) => {
  for (const field of event.target.querySelectorAll("textarea[data-markdown]")) enhance(field);
});
