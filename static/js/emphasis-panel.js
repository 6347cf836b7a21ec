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
