// The office's pages work without this. It adds: sending the sign-in form, keys, the picture viewer, the bar of new reports.
"use strict";

const $ = (query, from = document) => from.querySelector(query);
const $$ = (query, from = document) => [...from.querySelectorAll(query)];

// --- forms -----------------------------------------------------------------------------------------------------------

$("form[data-auto]")?.submit();

for (const form of $$("form[data-once]")) {
  form.addEventListener("submit", () => {
    setTimeout(() => $$("button", form).forEach((button) => { button.disabled = true; }));
  });
}
// A page that comes back from the browser's memory must not keep its buttons off.
addEventListener("pageshow", (event) => {
  if (event.persisted) $$("form[data-once] button").forEach((button) => { button.disabled = false; });
});

// What was just done is told once: reloading or coming back does not tell it again.
const address = new URL(location.href);
if (address.searchParams.has("done")) {
  address.searchParams.delete("done");
  history.replaceState(null, "", address);
}

// A page that answers a form takes the place of the form's own: reloading or coming back asks for that one again and sends
// nothing twice.
if ("posted" in document.body.dataset && document.referrer.startsWith(`${location.origin}/console`)) {
  history.replaceState(null, "", document.referrer);
}

for (const button of $$("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText($(`#${button.dataset.copy}`).textContent);
    button.textContent = button.dataset.copied;
  });
}

// --- handing over: the deadline is told while it is typed; units are found by name, pinyin or initials ------------------

for (const form of $$("form[data-due]")) {
  const told = $(".due", form);
  let asked = 0;
  const tell = async () => {
    const mine = ++asked;
    const query = new URLSearchParams(["kind", "days", "date"].map((name) => [name, form.elements[name].value]));
    try {
      const answer = await fetch(`${told.dataset.address}?${query}`);
      const words = answer.ok ? (await answer.text()).trim() : "";
      if (mine === asked) told.textContent = words;
    } catch {
      told.textContent = ""; // offline: the form itself will tell
    }
  };
  for (const name of ["kind", "days", "date"]) form.elements[name].addEventListener("input", tell);
}

for (const finder of $$("[data-find-for]")) {
  const select = document.getElementById(finder.dataset.findFor);
  const options = [...select.options].slice(1);
  const status = $("[role=status]", finder);
  finder.hidden = options.length < 12;
  let meant = select.value;
  select.addEventListener("change", () => { meant = select.value; });
  $("input", finder).addEventListener("input", (event) => {
    const word = event.target.value.toLowerCase().replace(/\s+/g, "");
    const fits = options.filter((one) => one.text.toLowerCase().includes(word) || (word && one.dataset.find.includes(word)));
    select.replaceChildren(select.options[0], ...fits);
    select.value = fits.some((one) => one.value === meant) ? meant : word && fits.length ? fits[0].value : "";
    status.textContent = fits.length ? "" : status.dataset.none;
  });
  // Enter in the finder is not yet "send".
  $("input", finder).addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
}

// --- people: the list of units is written once, and copied to where it is opened -----------------------------------------

for (const select of $$("select[data-options-of]")) {
  select.closest("details").addEventListener("toggle", () => {
    if (select.options.length) return;
    for (const one of document.getElementById(select.dataset.optionsOf).options) select.add(new Option(one.text, one.value));
  });
}

// --- people: found by any part of their name, role or unit ------------------------------------------------------------

const people = $("#people");
if (people) {
  const sections = $$(".section", people);
  const target = document.getElementById(location.hash.slice(1));
  target?.closest(".section")?.setAttribute("open", "");
  target?.scrollIntoView();
  $("#finding").hidden = false;
  const find = () => {
    const words = $("#q").value.toLowerCase().split(/\s+/).filter(Boolean);
    let many = 0;
    for (const section of sections) {
      const found = $$("[data-find]", section).filter((person) => {
        const told = person.dataset.find.toLowerCase();
        return !(person.hidden = !words.every((word) => told.includes(word)));
      });
      section.hidden = !found.length;
      if (words.length) section.open = true;
      many += found.length;
    }
    $("#found-none").textContent = many ? "" : $("#found-none").dataset.words;
  };
  $("#q").addEventListener("input", find);
  if ($("#q").value) find(); // the browser remembers what was looked for
}

if (matchMedia("(min-width: 64rem)").matches) $$("details[data-open-wide]").forEach((one) => { one.open = true; });

// --- the list: its place is kept, new reports are announced and nothing jumps ------------------------------------------

const list = $("#pane-list");
const wide = matchMedia("(min-width: 64rem)");
if (list && wide.matches) {
  const place = `list ${address.search}`;
  list.scrollTop = Number(sessionStorage.getItem(place) || 0);
  $(".item[aria-current]", list)?.scrollIntoView({ block: "nearest" });
  addEventListener("pagehide", () => sessionStorage.setItem(place, list.scrollTop));
}

const fresh = $("#fresh");
async function look() {
  if (document.hidden) return;
  let answer;
  try {
    answer = await fetch(`${list.dataset.fresh}&since=${encodeURIComponent(list.dataset.since)}`);
  } catch {
    return; // offline: the next look will tell
  }
  if (answer.status === 401) {
    tell(fresh.dataset.gone);
    clearInterval(looking);
  } else if (answer.ok) {
    const { fresh: many } = await answer.json();
    if (many) tell(fresh.dataset.words.replace("{n}", many));
  }
}
function tell(words) {
  if (fresh.textContent === words) return;
  fresh.textContent = words;
  fresh.hidden = false;
}
const looking = fresh && setInterval(look, 20_000);

// --- a notice on its way: its numbers each second ---------------------------------------------------------------------

const live = $("[data-live]");
async function follow() {
  let wait = 1000;
  if (!document.hidden) {
    try {
      const answer = await fetch(live.dataset.live);
      if (!answer.ok) return; // signed out, or the server is ending: reloading tells
      const told = await answer.json();
      if (live.innerHTML !== told.html) live.innerHTML = told.html;
      if ($("#said").textContent !== told.said) $("#said").textContent = told.said;
      if (told.state !== live.dataset.state && told.state !== "released") return location.reload();
      if (told.over) wait = 5000; // only what people do is still to come
    } catch {
      wait = 5000; // offline
    }
  }
  setTimeout(follow, wait);
}
if (live) setTimeout(follow, 1000);

// --- the picture viewer -------------------------------------------------------------------------------------------------

const light = $("#light");
if (light) {
  const pictures = $$("a[data-light]");
  let at = 0;
  const show = (next) => {
    at = (next + pictures.length) % pictures.length;
    $("img", light).src = pictures[at].href;
    $("img", light).alt = $("img", pictures[at]).alt;
    if (!light.open) light.showModal();
  };
  pictures.forEach((picture, n) => picture.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(n);
  }));
  $$("[data-step]", light).forEach((button) => {
    button.hidden = pictures.length < 2;
    button.addEventListener("click", () => show(at + Number(button.dataset.step)));
  });
  $("[data-close]", light).addEventListener("click", () => light.close());
  light.addEventListener("click", (event) => { if (event.target === light) light.close(); });
  light.addEventListener("close", () => { $("img", light).removeAttribute("src"); pictures[at]?.focus(); });
  light.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(at - 1);
    if (event.key === "ArrowRight") show(at + 1);
  });
}

// --- keys -----------------------------------------------------------------------------------------------------------------

function step(by) {
  const items = $$(".item");
  if (!items.length || !items[0].offsetParent) return;
  const focused = items.indexOf(document.activeElement);
  const now = focused >= 0 ? focused : items.findIndex((item) => item.hasAttribute("aria-current"));
  const next = now < 0 ? 0 : Math.min(items.length - 1, Math.max(0, now + by));
  items[next].focus();
  items[next].scrollIntoView({ block: "nearest" });
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  "/": () => $("#q")?.focus(),
  u: () => { const back = $("#back"); if (back) location.href = back.href; },
  "?": () => $("#keys")?.showModal(),
};
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
  if (event.target.closest("input, textarea, select, dialog[open]")) return;
  event.preventDefault();
  KEYS[event.key]();
});

// --- what a page refuses: on a phone it may stand far below the top ---------------------------------------------------

if ("posted" in document.body.dataset) $("[role=alert]")?.scrollIntoView({ block: "center" });
