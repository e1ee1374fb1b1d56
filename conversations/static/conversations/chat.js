// The visitor's page. Whatever comes from the server or the visitor enters the page as text only.
import { LANGUAGE, TEXT } from "./chat-texts.js";
import { answered, BrokenOff, newKey, Refused, tell } from "./chat-wire.js";

const MOST_HISTORY = 20;
const MOST_LETTERS = 2000;
const MOST_TURNS = 20; // kept for a reload
const MEMORY = "talk"; // in the tab's own storage

const form = document.getElementById("ask");
const email = document.getElementById("email");
const query = document.getElementById("query");
const send = document.getElementById("send");
const anew = document.getElementById("anew");
const consent = document.getElementById("consent"); // not there where nothing is asked
const talk = document.getElementById("talk");
const status = document.getElementById("status");
let thread = null;
let told = ""; // what was last said about consent, and by whom: it is sent when that changes
let history = [];
let turns = []; // what stands on the page
let asked = null; // the body and key of what has no answer yet: sent again, it makes no second exchange

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// A paragraph in the direction of its own letters.
function words(className, text) {
  const made = element("p", className, text);
  made.dir = "auto";
  return made;
}

function button(text, act) {
  const made = element("button", "", text);
  made.type = "button";
  made.addEventListener("click", () => act(made));
  return made;
}

function speak() {
  document.documentElement.lang = LANGUAGE;
  for (const one of document.querySelectorAll("[data-text]")) one.textContent = TEXT[one.dataset.text];
}

function flag(input, problem) {
  const place = document.getElementById(`${input.id}-problem`);
  place.textContent = problem || "";
  place.hidden = !problem;
  input.setAttribute("aria-invalid", problem ? "true" : "false");
  return !problem;
}

function isComplete(said) {
  const hasEmail = flag(email, email.value.trim() && email.checkValidity() ? "" : TEXT.needEmail);
  const hasQuery = flag(query, said ? tooLong(said) : TEXT.needQuery);
  if (!hasEmail) email.focus();
  else if (!hasQuery) query.focus();
  return hasEmail && hasQuery;
}

function tooLong(said) {
  const letters = [...said].length;
  return letters > MOST_LETTERS ? TEXT.tooLong.replace("{most}", MOST_LETTERS).replace("{n}", letters) : "";
}

function request(said) {
  const body = { email: email.value.trim(), query: said, history, source: { page: location.pathname } };
  if (thread) body.thread = thread;
  if (consent && told !== agreed()) body.consent = { given: consent.checked, policy_version: consent.dataset.version };
  if (document.referrer) body.source.referrer = document.referrer.slice(0, 500);
  const utm = {};
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (name.startsWith("utm_")) utm[name.slice(4)] = value.slice(0, 200);
  }
  if (Object.keys(utm).length) body.source.utm = utm;
  const text = JSON.stringify(body);
  if (asked && asked.text === text) return asked;
  return { said, text, key: newKey(), consented: agreed() };
}

function agreed() {
  return `${consent ? consent.checked : ""} ${email.value.trim().toLowerCase()}`;
}

async function ask(said) {
  if (send.disabled || !isComplete(said)) return;
  await carry(request(said));
}

async function carry(what) {
  asked = what;
  remember();
  busy(true);
  const turn = writing(what.said);
  try {
    const ending = await answered(what, turn.happens);
    turn.ends();
    asked = null; // what is stored as failed is asked anew, under another key
    told = what.consented;
    if (ending.event === "error") trouble(TEXT.stored);
    else answer(what.said, ending);
  } catch (error) {
    if (error instanceof Refused) refuse(error.response, error.body);
    else trouble(error instanceof BrokenOff ? TEXT.broken : TEXT.offline);
  } finally {
    turn.ends();
    if (status.className && !query.value.trim()) query.value = what.said; // a choice that was clicked
    remember();
    busy(false);
  }
}

// Shows what stands already while the rest is being written.
function writing(said) {
  const turn = element("section", "turn");
  turn.setAttribute("aria-hidden", "true"); // the whole answer is read out, not its pieces
  const narrative = words("narrative", "");
  turn.append(words("said", said), narrative);
  const happens = (event) => {
    if (event.event !== "delta") return;
    if (!turn.isConnected) talk.append(turn);
    narrative.textContent += event.text;
    if (event.experts) {
      const list = element("ol", "experts");
      list.append(...event.experts.map((expert) => card(expert, null)));
      turn.append(list);
    }
  };
  return { happens, ends: () => turn.remove() };
}

function busy(yes) {
  send.disabled = yes;
  anew.disabled = yes;
  for (const one of document.querySelectorAll(".choices button")) one.disabled = yes;
  if (yes) { status.className = ""; status.textContent = TEXT.thinking; }
  else if (!status.className) status.textContent = "";
}

function trouble(text) {
  status.className = "alarm";
  status.textContent = text;
}

function refuse(response, body) {
  const wait = response.headers.get("Retry-After") || "60";
  if (response.status === 429) return trouble(TEXT.wait.replace("{s}", wait));
  if (response.status !== 409) asked = null; // changed or not, the next try is a new one
  for (const error of (body && body.errors) || []) {
    if (error.pointer === "#/email") flag(email, TEXT.needEmail);
    if (error.pointer === "#/query") flag(query, error.detail);
  }
  return trouble(LANGUAGE === "en" && response.status !== 409 && body && body.detail || TEXT.failed);
}

function answer(said, body) {
  thread = body.thread;
  history.push({ role: "user", content: said }, { role: "assistant", content: body.narrative.slice(0, 4000) });
  history = history.slice(-MOST_HISTORY);
  turns = [...turns, { said, body }].slice(-MOST_TURNS);
  if (query.value.trim() === said) query.value = ""; // and not what was written meanwhile
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  show(said, body).scrollIntoView({ behavior });
}

function show(said, body) {
  const turn = element("section", "turn");
  turn.append(words("said", said), words("narrative", body.narrative));
  if (body.experts.length) {
    const list = element("ol", "experts");
    list.append(...body.experts.map((expert) => card(expert, body)));
    turn.append(list);
  }
  for (const old of document.querySelectorAll(".choices")) old.remove();
  if (body.suggestions.length) turn.append(choices(body.suggestions));
  if (body.experts.length) turn.append(vote(body));
  talk.append(turn);
  anew.hidden = false;
  document.querySelector("label[for=query]").textContent = TEXT.again;
  send.textContent = TEXT.reply;
  return turn;
}

// The talk outlives a reload, in this tab only and until it is closed.
function remember() {
  const kept = { thread, told, history, turns, asked, email: email.value, query: query.value };
  if (consent) kept.agrees = consent.checked;
  try { sessionStorage.setItem(MEMORY, JSON.stringify(kept)); } catch { /* no room, or not allowed */ }
}

function recall() {
  let kept = null;
  try { kept = JSON.parse(sessionStorage.getItem(MEMORY)); } catch { /* not ours, or not allowed */ }
  if (!kept) return;
  ({ thread, told, history, turns } = kept);
  for (const turn of turns) show(turn.said, turn.body);
  if (!email.value) email.value = kept.email;
  if (!query.value) query.value = kept.query;
  if (consent) consent.checked = kept.agrees; // unticked by itself it would be taken for a no
  if (kept.asked) carry(kept.asked);
}

function card(expert, body) {
  const item = element("li", "expert");
  const initials = element("span", "initials", expert.name.split(/\s+/).map((word) => [...word][0] || "").slice(0, 2).join(""));
  initials.setAttribute("aria-hidden", "true");
  const name = element("h2", "", expert.name);
  name.append(element("span", "tier", TEXT[expert.tier] || expert.tier));
  item.append(initials, name);
  item.append(element("p", "facts", [expert.title, expert.company, price(expert)].filter(Boolean).join(" · ")));
  item.append(words("why", expert.why));
  const link = body && profile(expert, body);
  if (link) item.append(link);
  return item;
}

function price(expert) {
  if (expert.hourly_rate === null || !expert.currency) return TEXT.noRate; // an amount of what?
  const amount = Number(expert.hourly_rate);
  let shown = expert.hourly_rate;
  try {
    const digits = Number.isInteger(amount) ? 0 : 2;
    shown = new Intl.NumberFormat(LANGUAGE, {
      style: "currency", currency: expert.currency,
      minimumFractionDigits: digits, maximumFractionDigits: digits,
    }).format(amount);
  } catch { shown = `${expert.hourly_rate} ${expert.currency}`; }
  return `${shown} ${TEXT.hour}`;
}

function profile(expert, body) {
  if (!expert.profile_url || !/^https?:\/\//i.test(expert.profile_url)) return null;
  const line = element("p", "profile");
  const link = element("a", "", TEXT.profile);
  link.href = expert.profile_url;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  link.addEventListener("click", () =>
    tell("/api/click/", { conversation_id: body.id, expert_id: expert.id, thread: body.thread }));
  line.append(link);
  return line;
}

function choices(suggestions) {
  const list = element("ul", "choices");
  for (const suggestion of suggestions) {
    const item = element("li");
    item.append(button(suggestion, () => ask(suggestion)));
    list.append(item);
  }
  return list;
}

function vote(body) {
  const line = element("div", "vote");
  line.setAttribute("role", "group");
  line.setAttribute("aria-label", TEXT.helpful);
  const thanks = element("span");
  thanks.setAttribute("role", "status");
  const buttons = ["up", "down"].map((name) => {
    const one = button(TEXT[name], () => {
      tell("/api/feedback/", { conversation_id: body.id, vote: name, thread: body.thread });
      for (const each of buttons) each.setAttribute("aria-pressed", String(each === one));
      thanks.textContent = TEXT.thanks;
    });
    one.setAttribute("aria-pressed", "false");
    return one;
  });
  line.append(element("span", "", TEXT.helpful), ...buttons, thanks);
  return line;
}

const typed = () => query.value.trim();
form.addEventListener("submit", (event) => { event.preventDefault(); ask(typed()); });
query.addEventListener("input", () => flag(query, tooLong(typed())));
query.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); ask(typed()); }
});
anew.addEventListener("click", () => {
  thread = null;
  history = [];
  turns = [];
  asked = null;
  remember();
  status.className = status.textContent = "";
  talk.replaceChildren();
  anew.hidden = true;
  document.querySelector("label[for=query]").textContent = TEXT.query;
  send.textContent = TEXT.send;
  query.value = "";
  query.focus();
});
addEventListener("pagehide", remember);
speak();
recall();
