// Copy and print buttons. Both are shown only where this file runs.
"use strict";
(() => {
  for (const button of document.querySelectorAll("[data-copy], [data-print]")) button.hidden = false;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-print]");
    if (!button) return;
    if (button.hasAttribute("data-print")) { window.print(); return; }
    const field = document.getElementById(button.dataset.copy);
    const said = document.querySelector("[data-said]");
    try {
      await navigator.clipboard.writeText(field.value);
      said.textContent = "Copied.";
    } catch {
      field.select();
      said.textContent = "Press Ctrl+C, or hold the link and choose Copy.";
    }
  });
  const problems = document.getElementById("problems");
  if (problems) problems.focus();
})();
