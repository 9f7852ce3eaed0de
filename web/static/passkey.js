// Passkeys at the door and on "my sign-in". Without this, or where the browser has none, the page offers the other ways.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

// What the server sends as text, as the browser wants it, and back.
function read(options) {
  const named = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));
  const made = { ...options, challenge: bytes(options.challenge) };
  if (options.user) made.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) made.excludeCredentials = named(options.excludeCredentials);
  if (options.allowCredentials) made.allowCredentials = named(options.allowCredentials);
  return made;
}
function written(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
}

async function prove(form) {
  const fields = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.dataset.options, { method: "POST", body: fields });
  if (form.dataset.again && [401, 422].includes(answer.status)) return location.assign(form.dataset.again);   // signed in too long ago
  if (!answer.ok) throw new Error(answer.statusText);
  const publicKey = read(await answer.json());
  form.elements.answer.value = written(await navigator.credentials[form.dataset.passkey]({ publicKey }));
  form.submit();
}

if (window.PublicKeyCredential && navigator.credentials) {
  for (const one of document.querySelectorAll("[data-without-passkey]")) one.hidden = true;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const failed = form.querySelector("[data-failed]"), button = form.querySelector("button");
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      failed.textContent = "";
      button.disabled = true;
      prove(form).catch(() => {
        failed.textContent = failed.dataset.failed;
        button.disabled = false;
      });
    });
  }
}
