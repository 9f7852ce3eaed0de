// The office's pages work without this. It adds: sending the sign-in form, asking before what was typed is left, keys, the
// picture viewer, the bar of new reports.
"use strict";

const $ = (query, from = document) => from.querySelector(query);
const $$ = (query, from = document) => [...from.querySelectorAll(query)];

// --- forms -----------------------------------------------------------------------------------------------------------

$("form[data-auto]")?.submit();

addEventListener("submit", ({ target }) => {
  if (target.matches("form[data-once]")) setTimeout(() => $$("button", target).forEach((one) => { one.disabled = true; }));
});
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

// A form keeps its number when the browser comes back to it: what is sent again as it was is known by it. All forms of a
// page share one.
const numbers = $$("input[type=hidden][name=number]");
if (numbers.length) {
  const number = history.state?.number ?? numbers[0].value;
  for (const one of numbers) one.value = number;
  history.replaceState({ ...history.state, number }, "");
}

// Whoever leaves a form that was changed and not sent is asked; so is whoever sends another form of the page. A form that
// was refused holds what is sent nowhere yet; one that was sent and is come back to asks again once it is changed.
const given = (select) => ($$("option", select).find((one) => one.defaultSelected) ?? select.options[0])?.value;
const changed = (field) => field.type === "file" ? field.files.length > 0
  : field.matches("select") ? field.value !== given(field)
  : field.matches("[type=checkbox], [type=radio]") ? field.checked !== field.defaultChecked
  : field.matches("input, textarea") && field.value !== field.defaultValue;
const refused = "posted" in document.body.dataset && $("[role=alert]");
const unsent = (form) => [...form.elements].some((field) => field.name &&
  (changed(field) || refused && field.matches("textarea") && !field.readOnly && field.value.trim()));
let sending = null, sent = history.state?.sent;
addEventListener("input", () => { sent = false; });
addEventListener("submit", ({ target }) => {
  if (target.method !== "post") return;
  sending = target;
  history.replaceState({ ...history.state, sent: true }, "");
});
addEventListener("beforeunload", (event) => {
  if (sent || !$$("main form[method=post]").some((form) => form !== sending && unsent(form))) return;
  event.preventDefault();
  setTimeout(() => {   // whoever stays can send
    sending = null;
    $$("form[data-once] button").forEach((button) => { button.disabled = false; });
  });
});

for (const button of $$("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText($(`#${button.dataset.copy}`).textContent);
    button.textContent = button.dataset.copied;
  });
}

for (const button of $$("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

for (const shown of $$("[data-show]")) {
  shown.hidden = false;
  $("input", shown).addEventListener("change", (event) => {
    document.getElementById(shown.dataset.show).type = event.target.checked ? "text" : "password";
  });
}

// --- handing over: the deadline is told while it is typed; units are found by name, pinyin or initials ------------------

for (const form of $$("form[data-due]")) {
  const told = $(".due", form), fields = $$("[name=kind], [name=days], input[name=date]", form); // a button may be a date
  let asked = 0;
  const tell = async () => {
    const mine = ++asked;
    const query = new URLSearchParams(fields.map((field) => [field.name, field.value]));
    try {
      const answer = await fetch(`${told.dataset.address}?${query}`);
      const words = answer.ok ? (await answer.text()).trim() : "";
      if (mine === asked) told.textContent = words;
    } catch {
      told.textContent = ""; // offline: the form itself will tell
    }
  };
  for (const field of fields) field.addEventListener("input", tell);
}

// --- finding in a list: what is typed is folded as the program folds names (services/foundation/folding.py) ---

const folded = (text) => text.normalize("NFKC").toLowerCase().replace(/[\p{Z}\p{P}\p{Cc}\p{Cf}]/gu, "");
const fits = (typed, told) =>
  told.includes(folded(typed)) || typed.normalize("NFKC").split(/\s+/).map(folded).every((word) => told.includes(word));

for (const finder of $$("[data-find-for]")) {
  const select = document.getElementById(finder.dataset.findFor);
  const options = [...select.options].slice(1);
  const status = $("[role=status]", finder);
  const full = $("[data-full-name]", finder.parentElement);
  finder.hidden = options.length < 12;
  let meant = select.value;
  // A list to choose from cuts a long name: what was chosen stands below it as a whole.
  const chosen = () => { full.textContent = select.value && select.selectedOptions[0].text.length > 16 ? select.selectedOptions[0].text : ""; };
  select.addEventListener("change", () => { meant = select.value; chosen(); });
  addEventListener("pageshow", chosen); // what the browser remembers of a form is there by then
  $("input", finder).addEventListener("input", (event) => {
    const typed = event.target.value.trim();
    const found = options.filter((one) => fits(typed, one.dataset.find));
    select.replaceChildren(select.options[0], ...found);
    select.value = found.some((one) => one.value === meant) ? meant : typed && found.length ? found[0].value : "";
    status.textContent = found.length ? "" : status.dataset.none;
    chosen();
  });
  // Enter in the finder is not yet "send".
  $("input", finder).addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
}

// --- units to tick: found by name, pinyin or initials; those that are ticked are told, also while others are looked for ---

function pickers(from) {
  for (const finder of $$("[data-find-units]", from)) {
    const picker = finder.closest("fieldset"), status = $("[role=status]", picker), input = $("input", finder);
    const units = $$(".choice", picker);
    finder.hidden = units.length < 12;
    const tell = () => {
      const found = units.filter((one) => !(one.hidden = !fits(input.value.trim(), one.dataset.find)));
      const chosen = units.filter((one) => $("input", one).checked).map((one) => one.textContent);
      const names = chosen.join(status.dataset.between);
      status.textContent = [found.length ? "" : status.dataset.none,
        chosen.length ? status.dataset.chosen.replace("{n}", chosen.length).replace("{names}", () => names) : ""].filter(Boolean).join(" ");
    };
    picker.addEventListener("input", tell);
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
    tell();
  }
}
pickers(document);

// --- people: what can be done for one of them is asked for when it is opened --------------------------------------------

for (const one of $$("details[data-more]")) {
  one.addEventListener("toggle", async () => {
    if (!one.open || !one.dataset.more) return;
    const address = one.dataset.more;
    one.dataset.more = "";
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok) {
      one.insertAdjacentHTML("beforeend", await answer.text());
      return pickers(one);
    }
    one.dataset.more = address; // signed out or offline: the page itself will tell
    one.open = false;
    if (answer) location.reload();
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
    const typed = $("#q").value.trim();
    let many = 0;
    for (const section of sections) {
      const found = $$("[data-find]", section).filter((person) => !(person.hidden = !fits(typed, person.dataset.find)));
      const title = $("summary", section);
      title.dataset.all ??= title.textContent;
      title.textContent = typed ? section.dataset.found.replace("{n}", found.length) : title.dataset.all;
      section.hidden = !found.length;
      if (typed) section.open = true;
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

// --- a notice for later: filling in the time chooses it, and the button says when it goes -----------------------------------

for (const form of $$("form[data-timed]")) {
  const { when, send_at: moment } = form.elements, button = $("button.main", form), now = button.textContent;
  const part = (day, how) => new Intl.DateTimeFormat(form.dataset.timed, how).format(day);
  const tell = () => {
    if (!button.dataset.at) return; // it goes to a second clerk first
    const [date, time] = moment.value.split("T"), day = new Date(`${date}T12:00`);
    const words = date === button.dataset.today ? button.dataset.atToday : button.dataset.atDay;
    const at = () => words.replace("{time}", time).replace("{weekday}", part(day, { weekday: "short" }))
      .replace("{date}", part(day, { day: "numeric", month: "short", year: date.slice(0, 4) === button.dataset.today.slice(0, 4) ? undefined : "numeric" }));
    button.textContent = when.value === "later" && time ? button.dataset.at.replace("{at}", at()) : now;
  };
  moment.addEventListener("input", () => { if (moment.value) when.value = "later"; tell(); });
  for (const one of when) one.addEventListener("change", () => { if (one.value === "now") moment.value = ""; tell(); });
  addEventListener("pageshow", tell); // what the browser remembers of a form is there by then
}

// --- a notice on its way: each part of the page that says something else is drawn anew ----------------------------------

const live = $("[data-live]");
const parts = new Map($$("[data-part]").map((one) => [one.dataset.part, one.innerHTML]));
const handles = (part) => $$("summary, button, a, input:not([type=hidden])", part);
function redraw(html) {
  const page = document.createElement("template");
  page.innerHTML = html;
  for (const part of $$("[data-part]", page.content)) {
    const name = part.dataset.part, shown = $(`[data-part="${name}"]`);
    if (!shown || parts.get(name) === part.innerHTML) continue;
    parts.set(name, part.innerHTML);
    // What somebody has opened stays open, and the keyboard where it is.
    const opened = $$("details", shown).map((one) => one.open), at = handles(shown).indexOf(document.activeElement);
    shown.replaceChildren(...part.childNodes);
    $$("details", shown).forEach((one, n) => { one.open = opened[n] ?? one.open; });
    if (at >= 0) handles(shown)[at]?.focus();
  }
}
let mark = "";
async function follow() {
  let wait = 5000;
  if (!document.hidden) {
    try {
      const answer = await fetch(`${live.dataset.live}?known=${encodeURIComponent(mark)}`);
      if (answer.status === 401 || answer.status === 404) return; // signed out: reloading tells
      if (answer.ok) {
        const told = await answer.json();
        if ("waits" in live.dataset && told.state !== "waiting") return location.replace(live.dataset.live.replace("/progress", ""));
        redraw(told.html);
        mark = told.mark;
        if (!told.over) wait = 1000; // else only what people do is still to come
      }
    } catch { /* offline: the next look will tell */ }
  }
  setTimeout(follow, wait);
}
if (live) setTimeout(follow, 1000);

// --- the picture viewer -------------------------------------------------------------------------------------------------

const light = $("#light");
if (light) {
  const pictures = $$("a[data-light]");
  const ratio = (image) => image.naturalHeight / image.naturalWidth;
  let at = 0;
  $("img", light).addEventListener("load", (event) => {   // a long one is read by scrolling, as wide as it fits
    light.classList.toggle("tall", ratio(event.target) > 2.5);
    light.classList.toggle("wide", ratio(event.target) < 1 / 2.5);
    light.scrollTo(0, 0);
  });
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

// To the first form that decides: what is folded is opened, and the writing begins.
function decide() {
  const form = $("[data-decide]");
  if (!form) return;
  if (form.matches("details")) form.open = true;
  const field = $("textarea, select, button", form);
  field.scrollIntoView({ block: "center" });
  field.focus();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  "/": () => $("#q")?.focus(),
  u: () => { const back = $("#back"); if (back) location.href = back.href; },
  n: () => $("#next")?.click(),
  d: decide,
  "?": () => $("#keys")?.showModal(),
};
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches(".pane-report textarea")) return event.target.blur(); // back to the keys
  if (event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
  if (event.target.closest("input, textarea, select, dialog[open]")) return;
  event.preventDefault();
  KEYS[event.key]();
});

// --- printing: a list is printed whole, from a page of its own -------------------------------------------------------------

const whole = $("[data-print-list]");
addEventListener("keydown", (event) => {
  if (event.key !== "p" || !(event.ctrlKey || event.metaKey) || !whole || $(".opened")) return;
  event.preventDefault();
  location.href = whole.href;
});
if ($("[data-print]")) {
  const now = $("[data-print-now]");
  now.hidden = false;
  now.addEventListener("click", () => print());
  if (performance.getEntriesByType("navigation")[0]?.type === "navigate") print();
}

// --- what a page refuses: on a phone it may stand far below the top ---------------------------------------------------

if ("posted" in document.body.dataset) $("[role=alert]")?.scrollIntoView({ block: "center" });
