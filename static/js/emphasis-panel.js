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

// The map stays, and its regions take over what has changed: drawing all of it anew takes longer than the rest
// of the panel. If it has other regions now, it is drawn anew.

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.target.id !== "muscle-map") return;
  const [old, fresh] = [event.target, event.detail.fragment].map((map) => [...map.querySelectorAll("[aria-label]")]);
  if (old.length !== fresh.length || old.some((part, index) => part.id !== fresh[index].id)) return;
  event.preventDefault();
  old.forEach((part, index) => takeOver(part, fresh[index]));
});

function takeOver(part, fresh) {
  for (const name of new Set([...part.getAttributeNames(), ...fresh.getAttributeNames()])) {
    const value = fresh.getAttribute(name);
    if (value === null) part.removeAttribute(name);
    else if (value !== part.getAttribute(name)) part.setAttribute(name, value);
  }
}

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
