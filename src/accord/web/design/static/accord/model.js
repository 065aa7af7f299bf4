// Sliders in the place of lists, and a new drawing without a new page. Everything works without this file.
"use strict";
(() => {
  const form = document.querySelector("form[data-draw]");
  if (!form) return;
  let waiting = null;
  const draw = async (button) => {
    const query = new FormData(form);
    query.set("seed", button.value);
    const address = `${location.pathname}?${new URLSearchParams(query)}`;
    waiting?.abort();
    waiting = new AbortController();
    try {
      const answer = await fetch(address, { credentials: "same-origin", signal: waiting.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      show(new DOMParser().parseFromString(await answer.text(), "text/html"));
      history.replaceState(null, "", address);
    } catch (error) {
      if (error.name !== "AbortError") location.assign(`${address}#drawn`);
    }
  };
  const show = (page) => {
    for (const id of ["said", "picture", "numbers"]) {
      document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
    }
    const fresh = page.querySelectorAll("#draw button");
    document.querySelectorAll("#draw button").forEach((button, k) => { button.value = fresh[k].value; });
    document.getElementById("unread")?.remove();
  };
  const slide = (select) => {
    const range = document.createElement("input");
    const said = document.createElement("output");
    const move = () => {
      select.selectedIndex = Number(range.value);
      const words = select.selectedOptions[0].text;
      said.textContent = words;
      range.setAttribute("aria-valuetext", words);
    };
    Object.assign(range, { type: "range", min: "0", max: String(select.options.length - 1), step: "1" });
    range.value = String(select.selectedIndex);
    range.id = select.id;
    const described = select.getAttribute("aria-describedby");
    if (described) range.setAttribute("aria-describedby", described);
    select.removeAttribute("id");
    select.hidden = true;
    said.htmlFor.add(range.id);
    select.after(range, said);
    range.parentElement.classList.add("slid");
    range.addEventListener("input", move);
    move();
  };
  form.querySelectorAll("select[data-slide]").forEach(slide);
  form.addEventListener("change", () => draw(form.querySelector("#draw button")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await draw(event.submitter ?? form.querySelector("#draw button"));
    const picture = document.getElementById("drawn");
    // On a phone the settings stand below the picture, which has then gone up out of sight.
    if (picture.getBoundingClientRect().bottom < innerHeight / 3) picture.scrollIntoView();
  });
})();
