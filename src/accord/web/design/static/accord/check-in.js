// Keeps what was ticked, so that closing the page loses nothing. Everything works without this file.
"use strict";
(() => {
  const form = document.querySelector("form[data-keep]");
  const line = document.querySelector("[data-saving]");
  if (!form || !line) return;
  let waiting = 0;
  const keep = async () => {
    const body = new FormData(form);
    body.set("keep", "1");
    try {
      const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
      if (waiting > 1) return;
      line.textContent = answer.status === 204 ? "Kept on this page. Not sent yet." : "Could not be kept just now. Use the button below.";
    } catch {
      line.textContent = "No connection. Your answers stay on this page; use the button when it is back.";
    } finally {
      waiting -= 1;
    }
  };
  form.addEventListener("change", () => { waiting += 1; keep(); });
})();
