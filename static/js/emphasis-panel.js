// A tap on a muscle of the map opens that muscle's part of the list. The links work without this;
// here they open the row at once and leave no step behind for the Back button.

document.addEventListener("click", (event) => {
  const link = event.target.closest(".muscle-map a[href^='#']");
  const story = link && document.getElementById(link.getAttribute("href").slice(1));
  const row = story?.closest("details");
  if (!row) return;
  event.preventDefault();
  row.open = true;
  row.querySelector("summary").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
});

// A row that the reader has opened stays open when another stance is chosen.

let opened = [];

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.target.id === "ranked-muscles") {
    opened = [...document.querySelectorAll("#ranked-muscles details[open] .story")].map((story) => story.id);
  }
});

document.addEventListener("htmx:oobAfterSwap", () => {
  for (const id of opened) document.getElementById(id)?.closest("details").setAttribute("open", "");
});

// A reader who comes near an option, with the pointer, a finger or the keyboard, mostly chooses it: its panel
// is fetched ahead, from the address that htmx asks for then. The browser holds it for some seconds.

const fetched = new Set();

function fetchAhead(event) {
  const option = event.target.closest?.(".picker label")?.control ?? event.target;
  const form = option.form;
  const address = form?.dataset.hxGet;
  if (!address || option.type !== "radio" || option.checked || navigator.connection?.saveData) return;
  const chosen = new URLSearchParams(new FormData(form));
  chosen.set(option.name, option.value);
  const panel = `${address}${address.includes("?") ? "&" : "?"}${chosen}`;
  if (fetched.has(panel)) return;
  fetched.add(panel);
  fetch(panel, { priority: "low" }).catch(() => fetched.delete(panel)); // choosing it asks again
  setTimeout(() => fetched.delete(panel), 9_000); // about as long as it is held
}

for (const near of ["pointerover", "touchstart", "focusin"]) document.addEventListener(near, fetchAhead, { passive: true });
