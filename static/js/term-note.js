// A word of the glossary is explained where it stands: what the page says of it elsewhere opens beside it.
// Without this, and in browsers without popovers, the link leads to the word's own page.

const note = document.createElement("div");
note.className = "term-note";
note.popover = "auto"; // Escape, or a tap elsewhere, closes it
note.tabIndex = -1;
note.setAttribute("role", "dialog");

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='/glossary/']");
  const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!link || !isPlain || !note.showPopover) return;
  const entry = document.getElementById(`term-${link.pathname.split("/")[2]}`);
  if (!entry || entry.contains(link) || note.contains(link)) return;
  event.preventDefault();
  note.replaceChildren(...entry.cloneNode(true).childNodes);
  note.setAttribute("aria-label", entry.querySelector("a").textContent);
  link.after(note); // so that Tab goes on from the word
  link.focus(); // what closing gives the focus back to
  note.showPopover();
  const at = link.getBoundingClientRect();
  const width = document.documentElement.clientWidth;
  const isBelow = at.bottom + note.offsetHeight + 16 < innerHeight || at.top < note.offsetHeight + 16;
  note.style.left = `${Math.max(8, Math.min(at.left, width - note.offsetWidth - 8)) + scrollX}px`;
  note.style.top = `${(isBelow ? at.bottom + 6 : at.top - note.offsetHeight - 6) + scrollY}px`;
  note.focus({ preventScroll: true });
});
