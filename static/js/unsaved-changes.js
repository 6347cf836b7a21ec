// Leaving a form that has been changed asks first.

let isChanged = false;

addEventListener("input", (event) => {
  if (event.target.closest("#content-main form")) isChanged = true;
});

addEventListener("submit", (event) => {
  // A preview opens elsewhere and leaves the form as it is.
  if (!event.submitter?.formTarget) isChanged = false;
});

addEventListener("beforeunload", (event) => {
  if (isChanged) event.preventDefault();
});
