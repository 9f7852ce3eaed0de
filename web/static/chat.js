/* The web chat: it shows letters as the server has drawn them. What the server has not kept yet survives a reload. */
(() => {
"use strict";

const $ = id => document.getElementById(id);
const page = document.body.dataset;
const words = JSON.parse($("words").textContent);
const on = (id, does) => $(id).addEventListener("click", does);
const main = $("main"), log = $("log"), text = $("text");
const WAITS = [300, 1000, 2000, 4000, 8000, 15000];  // ms
const MOST_KEPT = 300, AT_ONCE = 2, UPLOAD_TRIES = 4, SILENCE = 12000, BEAT = 25000, UNSURE = 15000;

/* --- small tools --- */

function el(tag, props, ...children) {
  const made = document.createElement(tag);
  if (tag === "button") made.type = "button";
  for (const [name, value] of Object.entries(props)) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter(Boolean));
  return made;
}

function svg(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const name in attributes) made.setAttribute(name, attributes[name]);
  made.append(...children);
  return made;
}

function sign(path) {
  return svg("svg", {class: "sign", viewBox: "0 0 24 24", "aria-hidden": "true"}, svg("path", {d: path}));
}
const SIGNS = {
  edit: "M4 20h4L19 9l-4-4L4 16zM13.5 6.5l4 4",
  video: "M4 6h11v12H4zM15 10l5-3v10l-5-3",
  voice: "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3",
  file: "M6 3h8l5 5v13H5V3zM14 3v5h5",
  photo: "M3 5h18v14H3zM4 17l5-4 3.5 3 3-2.5 4.5 3.5",
  tick: "M5 12.5l5 5L19.5 7",
};

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
}

function officeNow() { return new Date(Date.now() + page.offset * 60000).toISOString(); }   // as the office's clocks show it
function clockTime() { return officeNow().slice(11, 16); }

function attempt(work) { try { return work(); } catch (_) { return null; } }   // full, or forbidden
const saved = {
  get: name => attempt(() => JSON.parse(localStorage.getItem("mingcha." + name))),
  set: (name, value) => attempt(() => localStorage.setItem("mingcha." + name, JSON.stringify(value))),
  clear: () => attempt(() => Object.keys(localStorage).filter(key => /^mingcha\.(?!browser$)/.test(key)).forEach(key => localStorage.removeItem(key))),
};

/* --- what is kept on this device --- */

if ((saved.get("device") || page.device) !== page.device) saved.clear();
saved.set("device", page.device);
if (!saved.get("browser")) saved.set("browser", newId());   // beside the cookie: who only copies that comes without it. It stays.
let browserMark = saved.get("browser");
let entries = saved.get("log") || [];   // {k: "it", ids, l, used} or {k: "me", id, at, text, pieces, state, code, f}
let outbox = saved.get("outbox") || []; // frames that the server has not kept
let turn = saved.get("turn");           // of the question under way, null: none
let redraw = (saved.get("language") || words.language) !== words.language;
saved.set("language", words.language);
const blobs = new Map();                // piece key -> {file, url, done: 0..1}
const nodes = new WeakMap();            // entry -> its <li>
let pressed = null;                     // id of the tap that waits for its answer

function lastId() {
  return entries.reduce((most, one) => one.k === "it" ? Math.max(most, ...one.ids) : most, 0);
}

function holds() {   // the last letter, and which one it is
  const last = lastId(), entry = entries.find(one => one.k === "it" && one.ids.includes(last));
  return entry ? [last, entry.l.key] : null;
}

function keep() {
  if (entries.length > MOST_KEPT) entries = entries.slice(-MOST_KEPT);
  saved.set("log", entries);
  saved.set("turn", turn);
}

function keepOutbox() { saved.set("outbox", outbox); }

addEventListener("storage", event => {   // another tab of this browser
  if (event.key === "mingcha.device" && event.newValue === null && !over) location.reload();
  if (event.key === "mingcha.outbox") { outbox = saved.get("outbox") || []; settleSent(); }
  if (event.key !== "mingcha.log") return;
  const here = new Map(entries.filter(one => one.k === "me").map(one => [one.id, one]));
  let changed = false;
  for (const one of saved.get("log") || []) {
    if (one.k !== "me") continue;
    const mine = here.get(one.id);
    if (!mine) { entries.push(one); changed = true; }
    else if (mine.state !== one.state && mine.state !== "kept" && !hasFiles(mine)) { mine.state = one.state; drawEntry(mine); }
  }
  if (changed) { keep(); drawAll(); }
});

/* --- drawing --- */

const DRAWN = {"✅": ["done", SIGNS.tick], "⏰": ["soon", "M12 7v5.5l3.5 2M12 4a8 8 0 1 0 .01 0M4 4L2.5 5.5M20 4l1.5 1.5"],
  "📎": ["", "M19 11l-7.5 7.5a4.5 4.5 0 0 1-6.5-6.5L13 4.5a3 3 0 0 1 4.5 4.5l-8 8a1.5 1.5 0 0 1-2-2L14 8.5"]};

// The number of a case and its receipt code: kept on one line, and copied by one tap.
const CODES = /(\b[A-Z]?\d{8}-\d{4,}(?:-\d+)?\b|\b[0-9A-HJ-NP-Z]{4}(?:-[0-9A-HJ-NP-Z]{4}){3}\b)/;

function copied(text, label) {
  const told = el("span", {class: label ? "" : "unseen", role: "status"});
  const button = el("button", {class: label ? "quiet copy" : "quiet code", title: words.copy, onclick: async () => {
    if (await toClipboard(text)) {
      button.classList.add("copied");
      told.textContent = (label ? " · " : "") + words.copied;
    }
  }}, label || text, told);
  return button;
}

async function toClipboard(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).then(() => true, () => false);
  const field = document.body.appendChild(el("textarea", {class: "unseen"}, text));   // without https
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

function says(value, link) {   // signs that old phones lack are drawn, marks that turn text dropped
  if (!value) return null;
  const plain = value.replace(/[\u202a-\u202e\u2066-\u2069]/g, "");
  if (link && link.startsWith(location.origin + "/")) {   // the server's own: nothing that a person writes becomes one
    const [before, after] = plain.split(link);
    return el("p", {class: "words"}, before, el("a", {class: "own", href: link}, link), after);
  }
  return el("p", {class: "words"}, ...plain.split(/(✅|⏰|📎)/).flatMap(part => DRAWN[part] ? [part] : part.split(CODES)).map(part => {
    const drawn = DRAWN[part];
    if (CODES.test(part)) return copied(part);
    return drawn ? el("span", {class: "emoji " + drawn[0], role: "img", "aria-label": part}, sign(drawn[1])) : part;
  }));
}

function letterNode(entry, keys) {
  const letter = entry.l;
  const bubble = el("div", {class: "bubble", tabindex: "-1"},
    el("span", {class: "unseen"}, words.them),
    letter.problem && el("p", {class: "problem words"}, letter.problem),
    letter.head && el("p", {class: "head words"}, letter.head, letter.progress && " ",
      letter.progress && el("span", {class: "progress"}, letter.progress)),
    (letter.media || [])[0] && gridNode({pieces: letter.media.map(([ref, kind, name]) => ({ref, kind, name, url: "/chat/piece/" + ref}))}),
    says(letter.text, letter.link),
    letter.lines.length && reviewNode(letter, entry, keys.screen),
    letter.foot && keys.screen && el("p", {class: "words small soft"}, letter.foot),
    letter.copy && copied(letter.copy, words.copy));
  if (letter.head && letter.text) bubble.classList.add("asks");
  return el("li", {class: "it"}, bubble, el("time", {class: "when", datetime: letter.at}, letter.time), keysNode(entry, keys));
}

function reviewNode(letter, entry, live) {
  return el("dl", {class: "review"}, ...letter.lines.map(line => el("div", {},
    el("dt", {}, line.label), el("dd", {}, el("span", {}, line.value), live && el("button", {class: "quiet icon", "aria-label": line.edit, title: line.edit,
      onclick: () => tap(entry, {label: line.edit, press: line.press, turn: letter.turn})}, sign(SIGNS.edit))))));
}

function keysNode(entry, keys) {
  const letter = entry.l, waiting = keys.screen && pressed !== null;
  const rows = letter.rows
    .map(row => row.filter(key => key.turn === null ? !entry.used && entry.ids.length : keys.screen))
    .filter(row => row.length)
    .map(row => el("div", {class: "keys-row"}, ...row.map(key => keyNode(entry, key, waiting && !key.stays))));
  const helpers = keys.screen ? helpersFor(letter.asks) : [];
  if (!rows.length && !helpers.length) return null;
  return el("div", {class: "keys", role: "group", "aria-label": letter.head || words.them},
    helpers.length && el("div", {class: "keys-row"}, ...helpers), ...rows);
}

function keyNode(entry, key, waiting) {
  if (key.url) return el("a", {class: "button", href: key.url, rel: "noopener noreferrer"}, key.label);
  const ticks = key.role === "ticked" || key.role === "unticked";
  return el("button", {class: key.role, "data-key": key.press, "aria-disabled": waiting && "true",
    "aria-pressed": ticks ? String(key.role === "ticked") : null,
    onclick: () => waiting || tap(entry, key)},
    ticks && el("span", {class: "box", "aria-hidden": "true"}, key.role === "ticked" && sign(SIGNS.tick)),
    el("span", {}, key.label));
}

function helpersFor(asks) {
  const found = {
    media: [[words.take_photo, () => $("camera").click()], [words.pick_photos, () => $("photos").click()]],
    location: [[words.give_place, givePlace]],
    moment: [[words.pick_moment, event => pick(event, asks, "datetime-local", 16, "max")]],
    day: [[words.pick_day, event => pick(event, asks, "date", 10, "min")]],
  }[asks] || [];
  return found.map(([label, act]) => el("button", {class: "helper", onclick: act}, label));
}

function pick(event, name, type, length, limit) {
  const now = officeNow().slice(0, length), input = el("input", {type, "aria-label": words[name], [limit]: now, value: now});
  const use = el("button", {onclick: () => input.value && say(input.value.replace("T", " "))}, words["use_" + name]);
  event.currentTarget.replaceWith(el("div", {class: "picker"}, input, use));
  input.focus();
}

function mineNode(entry) {
  return el("li", {class: "me " + entry.state},
    el("div", {class: "bubble"}, el("span", {class: "unseen"}, words.me), entry.pieces && gridNode(entry), says(entry.text)),
    stateNode(entry));
}

function gridNode(entry) {
  return el("div", {class: "grid n" + Math.min(entry.pieces.length, 3)}, ...entry.pieces.map(piece => {
    const local = blobs.get(piece.key) || piece.url && piece;
    const tile = el("div", {class: "tile " + piece.kind + (piece.code ? " bad" : ""), "data-piece": piece.key});
    const label = el("span", {class: "label"}, sign(SIGNS[piece.kind] || SIGNS.file), el("span", {title: piece.name}, shortName(piece.name, 24) || words[piece.kind] || words.file));
    if (local && piece.kind === "photo") {
      const image = el("img", {src: local.url, alt: words.photo});
      image.addEventListener("error", () => image.replaceWith(label));   // a format it cannot show
      tile.append(image);
    } else if (local && piece.kind === "voice") tile.append(el("audio", {src: local.url, controls: true, "aria-label": words.voice}));
    else tile.append(label);
    if (local && !piece.ref && !piece.code) tile.append(ring(local.done));
    return piece.url && piece.kind !== "voice" ? el("a", {href: piece.url, target: "_blank"}, tile) : tile;
  }));
}

function ring(done) {
  const percent = Math.round(done * 100);
  return el("div", {class: "ring", role: "progressbar", "aria-label": words.uploading, "aria-valuenow": percent},
    svg("svg", {viewBox: "0 0 36 36"}, svg("circle", {cx: 18, cy: 18, r: 15}),
      svg("circle", {class: "done", cx: 18, cy: 18, r: 15, pathLength: 100, "stroke-dasharray": percent + " 100"})));
}

function stateNode(entry) {
  const about = {}, said = new Set(entry.code ? [refusal(entry.code)] : []);   // of some files: their names
  for (const piece of entry.pieces || []) {
    const what = piece.code ? refusal(piece.code) : words.damaged[piece.flaw];
    if (what) about[what] = (about[what] || []).concat(shortName(piece.name, 24) || []);
  }
  for (const what in about) said.add(about[what].length ?
    words.of_files.replace("{said}", what).replace("{names}", () => about[what].join(words.between_files)) : what);
  const doing = {sending: online() ? words.sending : words.waiting, uploading: online() ? words.uploading : words.waiting,
    failed: words.failed, lost: words.lost}[entry.state];
  const act = (label, does) => el("button", {class: "quiet", onclick: () => does(entry)}, label);
  const again = entry.state === "failed" || (entry.state === "refused" && entry.f);
  return el("div", {class: "when"}, ...Array.from(said, one => el("p", {class: "problem"}, one)),
    el("span", {class: "state"}, doing || "", " ", el("time", {}, entry.at)),
    again && act(words.resend, resend), (again || entry.state === "lost") && act(words.drop, drop));
}

function refusal(code) { return words.refused[code] || words.refused.other; }

function screenEntry() {   // whose buttons count: the newest of the turn under way
  if (turn === null) return null;
  return entries.filter(one => one.k === "it" && one.ids.length && one.l.turn === turn).pop();
}

function makeNode(entry, screen) {
  const node = entry.k === "it" ? letterNode(entry, {screen: entry === screen}) : mineNode(entry);
  nodes.set(entry, node);
  return node;
}

function drawEntry(entry) {
  const old = nodes.get(entry);
  if (!old || !old.parentNode) return;
  const held = old.contains(document.activeElement) ? document.activeElement.getAttribute("data-key") : null;
  const node = makeNode(entry, screenEntry());
  old.replaceWith(node);
  if (held) {
    const same = Array.from(node.querySelectorAll("[data-key]")).find(one => one.getAttribute("data-key") === held);
    (same || node.querySelector(".bubble")).focus({preventScroll: true});
  }
}

function drawAll() {
  log.parentNode.setAttribute("aria-busy", "true");
  const screen = screenEntry(), made = [];
  let day = "";
  for (const entry of entries) {
    if (entry.k === "it" && entry.l.day !== day) made.push(dayNode(day = entry.l.day));
    made.push(makeNode(entry, screen));
  }
  log.textContent = "";
  log.append(...made);
  log.parentNode.setAttribute("aria-busy", "false");
  $("loading").hidden = entries.length > 0;
}

function dayNode(day) { return el("li", {class: "day"}, el("span", {}, day)); }

function add(entry) {   // at the end, as it happens
  const before = entries.filter(one => one.k === "it").pop();
  entries.push(entry);
  $("loading").hidden = true;
  if (entry.k === "it" && !(before && before.l.day === entry.l.day)) log.append(dayNode(entry.l.day));
  log.append(makeNode(entry, screenEntry()));
  keep();
}

function note(said) {   // a word of the page itself, not kept
  log.append(el("li", {class: "note"}, el("p", {class: "notice"}, said)));
  toEnd();
}

/* --- scrolling and focus --- */

function atEnd() { return main.scrollHeight - main.scrollTop - main.clientHeight < 120; }

function toEnd(entry) {   // a letter taller than the window shows its beginning
  const node = entry && nodes.get(entry), end = main.scrollHeight - main.clientHeight;
  main.scrollTop = node ? Math.min(end, node.offsetTop - 12) : end;
  $("newest").hidden = true;
}

main.addEventListener("scroll", () => { if (atEnd()) $("newest").hidden = true; }, {passive: true});
on("newest", () => toEnd());
let byKeyboard = false;
document.addEventListener("keydown", () => { byKeyboard = true; }, true);
document.addEventListener("pointerdown", () => { byKeyboard = false; }, true);

/* --- letters --- */

function take(letter) {
  if (letter.language !== words.language) return changeLanguage();
  const holding = id => entries.find(one => one.k === "it" && one.ids.includes(id));
  const lost = entries.find(one => one.k === "it" && !one.ids.length && one.l.key === letter.key);
  const known = holding(letter.id) || lost, target = letter.edits && holding(letter.edits);
  for (const [ref, code] of letter.refused) for (const one of entries) for (const piece of one.pieces || [])
    if (piece.ref === ref) { piece.code = code; fresh.add(one); }
  const same = known || (target && letter.turn !== null && target.l.turn === letter.turn && target);
  if (same) {
    same.l = letter;
    if (!same.ids.includes(letter.id)) same.ids.push(letter.id);
    return void fresh.add(same);
  }
  if (target) { target.used = true; fresh.add(target); }
  const entry = {k: "it", ids: [letter.id], l: letter};
  const later = entries.findIndex(one => one.k === "it" && one.ids[0] > letter.id);
  if (later >= 0) { entries.splice(later, 0, entry); everything = true; }
  else arrived.push(entry);
}

let fresh = new Set(), arrived = [], everything = false, restoring = false;

function restored() {   // from a backup: letters that it does not bring back stay to be read, and bear no number
  restoring = everything = true;
  gotUpto = 0;
  for (const one of entries) if (one.k === "it") one.ids = [];
}

function settle() {   // after a batch: which buttons count is known now
  const stick = atEnd();
  const before = Array.from(log.querySelectorAll(".keys")).map(one => one.parentNode);
  pressed = null;
  if (!entries.length && arrived.length > 3) everything = true;
  if (everything) { entries.push(...arrived); drawAll(); }
  else {
    arrived.forEach(add);
    const stale = entries.filter(one => one.k === "it" && before.includes(nodes.get(one)));
    new Set([...fresh, ...stale]).forEach(drawEntry);
  }
  fill();
  const newest = arrived[arrived.length - 1];
  if (newest && (stick || everything)) toEnd(arrived[0]);
  else if (newest) $("newest").hidden = false;
  else if (stick) toEnd();
  const at = document.activeElement;
  if (newest && byKeyboard && (at === document.body || at.className.includes("bubble")))   // the button pressed is gone
    nodes.get(newest).querySelector(".bubble").focus({preventScroll: true});
  if (newest && document.hidden) document.title = "● " + document.title.replace(/^● /, "");
  fresh = new Set(); arrived = []; everything = false;
  keep();
  got();
  if (restoring) note(words.restored);
  restoring = false;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  document.title = document.title.replace(/^● /, "");
  if (line && line.readyState === 1) beat(); else connect();
});

let changing = false;
function changeLanguage() {
  changing = true;
  if (!outbox.length && !uploading() && !recorder) { keep(); location.replace("/chat"); }
}

/* --- saying things --- */

function act(frame, entry) {
  if (entry) {
    entry.f = frame;
    add(entry);
    toEnd();
  }
  post(frame);
}

function post(frame) {
  outbox.push(frame);
  keepOutbox();
  flush();
}

function mySaying(id, text) { return {k: "me", id, at: clockTime(), text, state: "sending"}; }

function say(said) {
  const id = newId();
  act({say: said, id}, mySaying(id, said));
}

function tap(entry, key) {
  if (key.press === "/anew") return setTimeout(() => askToForget(true));   // after the click that closes menus
  const id = newId();
  const frame = {tap: key.press, turn: key.turn, message: entry ? entry.ids[entry.ids.length - 1] : null, id};
  if (key.stays) return post(frame);
  pressed = id;
  act(frame, mySaying(id, key.label));
  if (entry) drawEntry(entry);
}

function mine(id) { return entries.find(one => one.k === "me" && one.id === id); }

function unpost(id) {
  outbox = outbox.filter(frame => frame.id !== id);
  keepOutbox();
  sent.delete(id);
}

function kept(id) {
  unpost(id);
  mark(id, "kept");
  if (pressed === id) setTimeout(() => { if (pressed === id) redrawScreen(); }, 3000);
  if (changing) changeLanguage();
}

function mark(id, state, code) {
  const entry = mine(id);
  if (!entry) return;
  entry.state = state;
  entry.code = code;
  if (state === "kept") delete entry.f;
  keep();
  drawEntry(entry);
}

function settleSent() {   // another tab has sent it
  for (const one of entries) if (one.state === "sending" && !outbox.some(frame => frame.id === one.id)) mark(one.id, "kept");
}

function redrawScreen() { pressed = null; const screen = screenEntry(); if (screen) drawEntry(screen); }

function refused(id, code) {
  unpost(id);
  const entry = mine(id);
  if (entry) {
    if (code !== "too_fast") delete entry.f;
    if (code === "too_long") unsay(entry.text);
    mark(id, "refused", code);
  } else if (id) note(refusal(code));
  redrawScreen();
  if (changing) changeLanguage();
}

function resend(entry) {
  entry.code = undefined;
  if (entry.pieces && !entry.f) {
    entry.state = "uploading";
    entry.pieces.forEach(piece => { if (!piece.ref && !piece.code) blobs.get(piece.key).tries = 0; });
    drawEntry(entry);
    return pump();
  }
  entry.state = "sending";
  drawEntry(entry);
  if (!outbox.some(frame => frame.id === entry.id)) outbox.push(entry.f);
  keepOutbox();
  sent.delete(entry.id);
  flush();
}

function drop(entry) {
  if (entry.f && entry.f.say) unsay(entry.f.say);
  entries = entries.filter(one => one !== entry);
  unpost(entry.id);
  keep();
  nodes.get(entry).remove();
  if (pressed === entry.id) redrawScreen();
}

/* --- the line --- */

let line = null, tries = 0, timer = 0, heard = 0, helloId = null, ready = false, over = "";
const sent = new Map();   // id -> when it went down this line
const start = {id: newId(), value: page.start || null};

function online() { return line !== null && line.readyState === 1; }

function connect() {
  clearTimeout(timer);
  if (over || (line && line.readyState < 2)) return;
  const address = location.protocol.replace("http", "ws") + "//" + location.host + "/chat/ws";
  const made = line = new WebSocket(address);
  made.onopen = () => { tries = 0; sent.clear(); ready = false; heard = Date.now(); hello(); flush(); state(); };
  made.onmessage = event => { heard = Date.now(); if (line === made) receive(JSON.parse(event.data)); };
  made.onclose = () => { if (line === made) lineLost(); };
}

function lineLost() {
  line = null;
  sent.clear();
  state();
  if (over) return;
  const wait = WAITS[Math.min(tries++, WAITS.length - 1)];
  timer = setTimeout(connect, wait * (0.7 + Math.random() * 0.6));
}

function hello() {
  helloId = start.value ? start.id : newId();
  browserMark = saved.get("browser") || browserMark;   // of two tabs that were opened at once, both say the same
  put({hello: redraw ? 0 : lastId(), start: start.value, language: words.language, id: helloId,
    browser: browserMark, holds: holds()});
}

function put(frame) { if (online()) line.send(JSON.stringify(frame)); }

function flush() {
  if (!online()) return state();
  for (const frame of outbox) {
    if (sent.has(frame.id)) continue;
    sent.set(frame.id, Date.now());
    put(frame);
  }
}

function receive(said) {
  if (said.letter) take(said.letter);
  else if (said.restored) restored();
  else if ("turn" in said) { turn = said.turn; if (said.ready !== undefined) greeted(); settle(); }
  else if (said.kept === helloId) { if (start.value) { start.value = null; history.replaceState(null, "", "/chat"); } }
  else if (said.kept) kept(said.kept);
  else if ("refused" in said) refused(said.refused, said.code);
  else if ("away" in said) away(said.away);
  else if (said.bye) {
    over = said.bye;
    if (over === "closed") goOn(); else state();
  }
}

function greeted() {
  ready = true;
  if (redraw || !entries.length) everything = true;
  redraw = false;
  busy = false;
  state();
  pump();
}

let busy = false;
function away(id) {   // the database does not answer: the same again, soon
  busy = true;
  state();
  setTimeout(() => {
    busy = false;
    sent.delete(id);
    if (!ready && online()) hello();
    flush();
    state();
  }, 3000);
}

let gotTimer = 0, gotUpto = 0;
function got() {
  clearTimeout(gotTimer);
  gotTimer = setTimeout(() => { const last = lastId(); if (last > gotUpto && online()) { gotUpto = last; put({got: last}); } }, 300);
}

function cut() {   // a line that is dead, whether it knows or not
  const dead = line;
  lineLost();
  if (dead) dead.close();
}

function beat() {
  const asked = Date.now();
  put({beat: 1});
  setTimeout(() => { if (line && heard < asked) cut(); }, SILENCE);
}

setInterval(() => {
  if (online() && Date.now() - heard > BEAT) beat();
  settleSent();
  for (const [id, at] of sent) if (Date.now() - at > UNSURE && (mine(id) || {}).state === "sending") mark(id, "failed");
}, 5000);
addEventListener("online", () => { tries = 0; connect(); pump(); });
addEventListener("offline", cut);

let bannerTimer = 0;
function state() {
  const open = online();
  const short = over || !navigator.onLine ? words.offline : open ? words.online : words.connecting;
  if ($("state").textContent !== short) $("state").textContent = short;
  document.body.classList.toggle("online", open);
  const banner = over ? words[over] : !open ? words.offline_help : busy ? words.database_away : "";
  clearTimeout(bannerTimer);
  bannerTimer = setTimeout(() => {
    $("away").textContent = banner;
    $("away").hidden = !banner;
  }, banner && navigator.onLine && !over ? 1500 : 0);
  entries.forEach(one => { if (one.k === "me" && (one.state === "sending" || one.state === "uploading")) drawEntry(one); });
}

/* --- files --- */

function kindOf(file) {
  const type = file.type.split("/")[0];
  if (type === "image") return "photo";
  return type === "video" ? "video" : type === "audio" ? "voice" : "file";
}

function send(files, recorded) {
  if (!files.length) return;
  const id = newId();
  const pieces = files.map(file => {
    const key = newId();
    blobs.set(key, {file, url: URL.createObjectURL(file), done: 0, tries: 0});
    const piece = {key, kind: kindOf(file), name: recorded ? "" : file.name};
    if (file.size > Number(page.largest)) piece.code = "too_big";
    return piece;
  });
  add({k: "me", id, at: clockTime(), pieces, state: "uploading"});
  toEnd();
  pump();
}

let running = 0;

function uploading() { return entries.some(one => one.state === "uploading" && hasFiles(one)); }
function hasFiles(entry) { return Boolean(entry.pieces) && blobs.has(entry.pieces[0].key); }   // not so in another tab

function pump() {
  for (const entry of entries) {
    if (entry.state !== "uploading" || !hasFiles(entry)) continue;
    const open = entry.pieces.filter(piece => !piece.ref && !piece.code);
    if (!open.length) { uploaded(entry); continue; }
    for (const piece of open) {
      const local = blobs.get(piece.key);
      if (running < AT_ONCE && !local.request && ready) upload(entry, piece, local);
    }
  }
}

function shortName(name, most) {   // the end of a name tells what it is
  const signs = Array.from(name || ""), end = Math.floor(most / 3);
  return signs.length > most ? signs.slice(0, most - end - 1).join("") + "…" + signs.slice(-end).join("") : name || "";
}

function upload(entry, piece, local) {
  const request = local.request = new XMLHttpRequest();
  running++;
  request.open("POST", "/chat/upload");
  request.setRequestHeader("X-File-Name", encodeURIComponent(shortName(local.file.name, 120)));   // a header has little room
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.responseType = "json";
  request.upload.onprogress = event => { if (event.lengthComputable) progress(piece, local, event.loaded / event.total); };
  request.onloadend = () => {
    running--;
    local.request = null;
    const answer = request.response || {};
    if (request.status === 200 && answer.ref) Object.assign(piece, answer);
    else if ((request.status >= 400 && request.status < 500) || request.status === 507) piece.code = answer.code || (request.status === 413 ? "too_big" : "other");
    else return again(entry, local);
    keep();
    drawEntry(entry);
    pump();
  };
  request.send(local.file);
}

function again(entry, local) {
  local.done = 0;
  if (++local.tries >= UPLOAD_TRIES) { entry.state = "failed"; keep(); drawEntry(entry); }
  else setTimeout(pump, online() ? 1500 * local.tries : 4000);
}

function progress(piece, local, done) {
  local.done = done;
  const shown = document.querySelector('[data-piece="' + piece.key + '"] .ring');
  if (shown) shown.replaceWith(ring(done));
}

function uploaded(entry) {
  const refs = entry.pieces.filter(piece => piece.ref).map(piece => piece.ref);
  if (!refs.length) { entry.state = "refused"; keep(); return drawEntry(entry); }
  entry.state = "sending";
  entry.f = {media: refs, id: entry.id};
  keep();
  drawEntry(entry);
  post(entry.f);
}

/* --- place --- */

function givePlace() {
  openTray(false);
  if (!navigator.geolocation || !window.isSecureContext) return note(words.place_unsupported);
  const wait = setTimeout(() => note(words.place_asking), 700);
  navigator.geolocation.getCurrentPosition(found => {
    clearTimeout(wait);
    const id = newId(), at = found.coords;
    act({place: [at.latitude, at.longitude], id}, mySaying(id, words.place_sent));
  }, error => {
    clearTimeout(wait);
    note(error.code === 1 ? words.place_denied : words.place_unavailable);
  }, {enableHighAccuracy: true, timeout: 20000, maximumAge: 60000});
}

/* --- voice --- */

let recorder = null, recordedSince = 0, recordTimer = 0;   // a recording goes when it is sent, or dropped for sure

async function record() {
  if (!window.MediaRecorder || !navigator.mediaDevices) return note(words.voice_unsupported);
  let sound;
  try { sound = await navigator.mediaDevices.getUserMedia({audio: true}); } catch (_) { return note(words.voice_denied); }
  const type = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"].find(one => MediaRecorder.isTypeSupported(one));
  const parts = [];
  recorder = new MediaRecorder(sound, type ? {mimeType: type} : {});
  recorder.ondataavailable = event => parts.push(event.data);
  recorder.onstop = () => {
    sound.getTracks().forEach(track => track.stop());
    clearInterval(recordTimer);
    if (recorder.wanted) recorder.end();   // else the microphone was taken away: what there is waits to be sent
  };
  recorder.end = () => {
    const mime = (recorder.mimeType || "audio/webm").split(";")[0], wanted = recorder.wanted;
    recorder = null;
    showRecording(false);
    if (wanted === "short") note(words.voice_short);
    if (wanted === "send") send([new File(parts, "voice." + mime.split("/")[1], {type: mime})], true);
    if (changing) changeLanguage();
  };
  recorder.start();
  recordedSince = Date.now();
  showRecording(true);
}

function showRecording(on) {
  clearInterval(recordTimer);
  askDrop(false);
  $("recording").hidden = !on;
  $("typing").hidden = on;
  if (!on) return $("voice").focus();
  const shown = () => {
    const seconds = Math.floor((Date.now() - recordedSince) / 1000);
    $("recorded").textContent = Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0");
  };
  shown();
  recordTimer = setInterval(shown, 500);
  $("record-send").focus();
}

function stopRecording(wanted) {
  if (!recorder) return;
  recorder.wanted = wanted === "send" && Date.now() - recordedSince < 700 ? "short" : wanted;
  if (recorder.state === "inactive") recorder.end(); else recorder.stop();
}

function askDrop(asked) {   // meanwhile it goes on
  $("record-line").hidden = asked;
  $("record-sure").hidden = !asked;
  if (asked) $("record-on").focus();
}

on("voice", record);
on("record-send", () => stopRecording("send"));
on("record-drop", () => askDrop(true));
on("record-on", () => { askDrop(false); $("record-send").focus(); });
on("record-drop-now", () => stopRecording("drop"));
addEventListener("beforeunload", event => { if (!over && (recorder || uploading())) event.preventDefault(); });

/* --- typing --- */

function grow() {
  text.style.height = "auto";
  text.style.height = text.scrollHeight + 2 + "px";
  const some = text.value.trim() !== "";
  $("send").hidden = !some;
  $("voice").hidden = some;
}

let filled = saved.get("filled") || "";   // what was put into the box to be changed
function putIn(said) { text.value = said; saved.set("draft", said); grow(); }
function unsay(said) { if (!text.value) putIn(said); }   // words that were not taken go back into the box

function fill() {   // whoever has begun to type keeps that
  const screen = screenEntry(), written = screen && screen.l.written || "";
  if (written !== filled && (!text.value || text.value === filled)) putIn(written);
  saved.set("filled", filled = written);
}

text.value = saved.get("draft") || "";
text.addEventListener("input", () => { saved.set("draft", text.value); text.setCustomValidity(""); grow(); });
text.addEventListener("keydown", event => {
  const desk = matchMedia("(pointer: fine)").matches;
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && desk) submit(event);
});
$("say").addEventListener("submit", submit);

function submit(event) {
  event.preventDefault();
  const said = text.value.trim();
  if (!said) return;
  text.setCustomValidity(Array.from(said).length > Number(text.dataset.longest) ? words.refused.too_long : "");
  if (!text.reportValidity()) return;   // a paste is never cut: all of it stays in the box
  putIn("");
  filled = "";
  text.focus();
  say(said);
}

/* --- the tray, the menu, leaving this device --- */

function toggle(button, panel, open) {
  panel.hidden = !open;
  button.setAttribute("aria-expanded", String(open));
}
function openTray(open) { toggle($("attach"), $("tray"), open); }
function openMenu(open) { toggle($("more"), $("menu"), open); $("sure").hidden = true; }

on("attach", () => { const end = atEnd(); openTray($("tray").hidden); if (end) toEnd(); });
on("more", () => openMenu($("menu").hidden));
document.addEventListener("keydown", event => {
  if (event.key !== "Escape") return;
  if (!$("menu").hidden) { openMenu(false); $("more").focus(); }
  if (!$("tray").hidden) { openTray(false); $("attach").focus(); }
});
document.addEventListener("click", event => {
  const button = event.target.closest("[data-press], [data-pick]");
  if (!event.target.closest("#menu, #more") || button) openMenu(false);
  if (!button) return;
  openTray(false);
  if (button.dataset.pick) $(button.dataset.pick).click();
  else tap(null, {label: button.textContent.trim(), press: button.dataset.press, turn: null});
});
for (const name of ["camera", "photos", "files"])
  $(name).addEventListener("change", event => { const files = Array.from(event.target.files); event.target.value = ""; send(files); });
on("place", givePlace);
on("forget", () => askToForget(false));
on("forget-not", () => openMenu(false));
on("forget-now", forget);

let everywhere = false;   // whether other browsers are cut off too
function askToForget(others) {
  everywhere = others;
  openMenu(true);
  $("sure").hidden = false;
  $("forget-not").focus();
}

function forget() {
  over = "offline_help";
  if (line) line.close();
  leaveFor(everywhere ? {browser: browserMark, device: page.device} : {});
}

function goOn() {   // it was ended: where it began, the reports come along into a new one
  const device = saved.get("device");
  if (device && device !== page.device) return location.replace("/chat");   // another tab has gone on
  leaveFor({browser: browserMark, device: page.device});
}

function leaveFor(left) {   // of the conversation only how it was left stays, until there is a network
  if (!saved.get("forget")) { saved.clear(); saved.set("forget", left); }
  entries = []; outbox = [];
  drawAll();
  leave(left);
}

async function leave(left) {
  try {
    const how = left.device ? {"X-Browser": left.browser || "", "X-Device": left.device} : {};
    const done = await fetch("/chat/forget" + (left.device ? "?everywhere=1" : ""), {method: "POST", headers: how});
    if (!done.ok) throw done;
    if (saved.get("forget")) saved.clear();   // another tab may have gone on already
    if (over === "closed" && done.status !== 200) state(); else location.replace("/chat");
  } catch (_) { state(); setTimeout(leave, 3000, left); }
}

/* --- begin --- */

for (const entry of entries) {
  if (entry.state !== "uploading" && !(entry.state === "failed" && entry.pieces && !entry.f)) continue;
  entry.state = "lost";   // the files themselves do not survive a reload
}
if (saved.get("forget")) leave(saved.get("forget"));
else {
  if (entries.length) drawAll();
  grow();
  toEnd();
  connect();
}
})();
