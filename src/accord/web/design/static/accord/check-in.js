// Keeps what was ticked, so that closing the page loses nothing. Everything works without this file.
"use strict";
(() => {
  const form = document.querySelector("form[data-keep]");
  const line = document.querySelector("[data-saving]");
  if (!form || !line) return;
  // Ticks may overtake each other on the way; each carries a number, and the server drops one that comes too late.
  let order = 0;
  const next = () => { order = Math.max(order + 1, Date.now()); return String(order); };
  let latest = 0;
  const keep = async () => {
    const mine = ++latest;
    const body = new FormData(form);
    body.set("keep", "1");
    body.set("order", next());
    let said;
    try {
      const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin", keepalive: true });
      said = answer.status === 204 ? "Kept on this page. Not sent yet." : "Could not be kept just now. Use the button below.";
    } catch {
      said = "No connection. Your answers stay on this page; use the button when it is back.";
    }
    if (mine === latest) line.textContent = said;
  };
  // Words are kept while they are written: a moment after the last letter, and at once when the page goes away.
  let writing = 0;
  const rest = () => { clearTimeout(writing); writing = 0; };
  const keepNow = () => { rest(); keep(); };
  form.addEventListener("change", keepNow);
  form.addEventListener("input", (event) => {
    if (event.target.tagName !== "TEXTAREA") return;
    rest();
    writing = setTimeout(keepNow, 700);
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden && writing) keepNow(); });
  form.addEventListener("submit", () => { rest(); form.elements.order.value = next(); });
})();
