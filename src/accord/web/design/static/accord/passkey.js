// Passkey buttons are shown only where passkeys work; what goes wrong is said on the page.
"use strict";
(() => {
  if (!window.PublicKeyCredential) return;
  const button = document.querySelector("[data-passkey]");
  const said = document.querySelector("[data-trouble]");
  for (const shown of document.querySelectorAll("[data-passkey], [data-with-passkey]")) shown.hidden = false;
  for (const shown of document.querySelectorAll("[data-without-passkey]")) shown.hidden = true;
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    said.hidden = false;
    said.focus();
  });
  // Enter in the name field means the button: without the device's answer there is nothing to send.
  document.querySelector("form[data-by-device]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    button.click();
  });
})();
