// Once: show the times as they are where this browser is, unless somebody chose a zone already.
"use strict";
(() => {
  const form = document.querySelector("[data-zone]");
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const asked = new URLSearchParams(location.search);
  if (!form || !here || asked.has("zone") || form.dataset.zone === here || document.getElementById("problems")) return;
  const choice = [...form.zone.options].find((one) => one.value === here);
  if (!choice) return;
  asked.set("zone", here);
  location.replace(`${location.pathname}?${asked}`);
})();
