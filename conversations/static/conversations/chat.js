// The visitor's page. Whatever comes from the server or the visitor enters the page as text only.
"use strict";

const TEXTS = {
  en: {
    title: "Find the expert for your problem",
    intro: "Describe it in a sentence. You get one to three people who can solve it, and why.",
    email: "Your e-mail address", query: "Your problem", again: "Your reply or next question",
    send: "Find experts", reply: "Send", anew: "New question", thinking: "Looking for the right people…",
    consent: "You may contact me about my question.", policy: "Privacy",
    needEmail: "Please give a valid e-mail address.", needQuery: "Please describe your problem.",
    profile: "See the profile", hour: "an hour", noRate: "rate on request",
    strong: "strong match", good: "good match", possible: "possible match",
    helpful: "Was this helpful?", up: "Yes", down: "No", thanks: "Thank you.",
    offline: "The server cannot be reached. Check your connection and try again.",
    failed: "Something went wrong. Please try again.", wait: "Please wait {s} seconds and try again.",
  },
  nl: {
    title: "Vind de expert voor uw probleem",
    intro: "Beschrijf het in één zin. U krijgt één tot drie mensen die het kunnen oplossen, en waarom.",
    email: "Uw e-mailadres", query: "Uw probleem", again: "Uw antwoord of volgende vraag",
    send: "Vind experts", reply: "Verstuur", anew: "Nieuwe vraag", thinking: "Ik zoek de juiste mensen…",
    consent: "U mag mij over mijn vraag contacteren.", policy: "Privacy",
    needEmail: "Geef een geldig e-mailadres.", needQuery: "Beschrijf uw probleem.",
    profile: "Bekijk het profiel", hour: "per uur", noRate: "tarief op aanvraag",
    strong: "sterke match", good: "goede match", possible: "mogelijke match",
    helpful: "Was dit nuttig?", up: "Ja", down: "Nee", thanks: "Dank u.",
    offline: "De server is niet bereikbaar. Controleer uw verbinding en probeer opnieuw.",
    failed: "Er ging iets mis. Probeer opnieuw.", wait: "Wacht {s} seconden en probeer opnieuw.",
  },
  fr: {
    title: "Trouvez l'expert pour votre problème",
    intro: "Décrivez-le en une phrase. Vous recevez une à trois personnes qui peuvent le résoudre, et pourquoi.",
    email: "Votre adresse e-mail", query: "Votre problème", again: "Votre réponse ou question suivante",
    send: "Trouver des experts", reply: "Envoyer", anew: "Nouvelle question", thinking: "Je cherche les bonnes personnes…",
    consent: "Vous pouvez me contacter au sujet de ma question.", policy: "Confidentialité",
    needEmail: "Indiquez une adresse e-mail valide.", needQuery: "Décrivez votre problème.",
    profile: "Voir le profil", hour: "de l'heure", noRate: "tarif sur demande",
    strong: "très bon choix", good: "bon choix", possible: "choix possible",
    helpful: "Est-ce utile ?", up: "Oui", down: "Non", thanks: "Merci.",
    offline: "Le serveur est injoignable. Vérifiez votre connexion et réessayez.",
    failed: "Une erreur s'est produite. Réessayez.", wait: "Attendez {s} secondes et réessayez.",
  },
};
const LANGUAGE = (navigator.languages || [navigator.language || "en"])
  .map((tag) => tag.slice(0, 2).toLowerCase()).find((code) => code in TEXTS) || "en";
const TEXT = TEXTS[LANGUAGE];
const MOST_HISTORY = 20;

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
let retry = null; // the body and key of a request that failed, so that repeating it makes no second one

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
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

function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID(); // only where the page came over TLS or locally
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

function flag(input, problem) {
  const place = document.getElementById(`${input.id}-problem`);
  place.textContent = problem || "";
  place.hidden = !problem;
  input.setAttribute("aria-invalid", problem ? "true" : "false");
  return !problem;
}

function isComplete() {
  const hasEmail = flag(email, email.value.trim() && email.checkValidity() ? "" : TEXT.needEmail);
  const hasQuery = flag(query, query.value.trim() ? "" : TEXT.needQuery);
  if (!hasEmail) email.focus();
  else if (!hasQuery) query.focus();
  return hasEmail && hasQuery;
}

function request() {
  const body = { email: email.value.trim(), query: query.value.trim(), history, source: { page: location.pathname } };
  if (thread) body.thread = thread;
  if (consent && told !== agreed()) body.consent = { given: consent.checked, policy_version: consent.dataset.version };
  if (document.referrer) body.source.referrer = document.referrer.slice(0, 500);
  const utm = {};
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (name.startsWith("utm_")) utm[name.slice(4)] = value.slice(0, 200);
  }
  if (Object.keys(utm).length) body.source.utm = utm;
  const text = JSON.stringify(body);
  if (!retry || retry.text !== text) retry = { text, key: newKey() };
  return retry;
}

function agreed() {
  return `${consent ? consent.checked : ""} ${email.value.trim().toLowerCase()}`;
}

async function post(path, text, headers = {}) {
  const response = await fetch(path, {
    method: "POST", body: text, keepalive: text.length < 60000,
    headers: { "Content-Type": "application/json", ...headers },
  });
  const isJson = (response.headers.get("Content-Type") || "").includes("json");
  return { response, body: isJson ? await response.json() : null };
}

function tell(path, body) {
  post(path, JSON.stringify(body)).catch(() => {}); // a lost click or vote is no trouble of the visitor's
}

async function ask() {
  if (send.disabled || !isComplete()) return;
  const said = query.value.trim();
  const { text, key } = request();
  const consented = agreed();
  busy(true);
  try {
    const headers = { "Idempotency-Key": key, Accept: "text/event-stream" };
    const { response, body } = await post("/api/chat/", text, headers);
    if (!response.ok) { refuse(response, body); return; }
    const ending = body || await follow(said, response);
    told = consented;
    if (ending.event === "error") { retry = null; trouble(ending.message || TEXT.failed); } // stored as failed: the next try is a new one
    else answer(said, ending);
  } catch {
    trouble(TEXT.offline);
  } finally {
    busy(false);
  }
}

// Shows what stands already while the rest is being written; gives the event that ended it.
async function follow(said, response) {
  const turn = element("section", "turn");
  turn.setAttribute("aria-hidden", "true"); // the whole answer is read out, not its pieces
  const narrative = element("p", "narrative", "");
  turn.append(element("p", "said", said), narrative);
  let ending = null;
  try {
    await listen(response, (event) => {
      if (event.event === "delta") {
        if (!turn.isConnected) talk.append(turn);
        narrative.textContent += event.text;
        if (event.experts) {
          const list = element("ol", "experts");
          list.append(...event.experts.map((expert) => card(expert, null)));
          turn.append(list);
        }
      } else if (event.event === "result" || event.event === "error") ending = event;
    });
  } finally {
    turn.remove();
  }
  if (!ending) throw new Error("the answer broke off"); // the same key gets it again
  return ending;
}

async function listen(response, heard) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let unread = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const events = (unread + part.value).split("\n\n");
    unread = events.pop();
    for (const event of events) {
      const data = event.split("\n").find((line) => line.startsWith("data: "));
      if (data) heard(JSON.parse(data.slice(6)));
    }
  }
}

function busy(yes) {
  send.disabled = yes;
  for (const one of document.querySelectorAll(".choices button")) one.disabled = yes;
  if (yes) { status.className = ""; status.textContent = TEXT.thinking; }
  else if (!status.className) status.textContent = "";
}

function trouble(text) {
  status.className = "alarm";
  status.textContent = text;
}

function refuse(response, body) {
  if (response.status === 429) {
    trouble(TEXT.wait.replace("{s}", response.headers.get("Retry-After") || "60"));
    return;
  }
  for (const error of (body && body.errors) || []) {
    if (error.pointer === "#/email") flag(email, error.detail);
    if (error.pointer === "#/query") flag(query, error.detail);
  }
  if (response.status === 503) retry = null; // it is stored as failed: the next try is a new one
  trouble((body && body.detail) || TEXT.failed);
}

function answer(said, body) {
  retry = null;
  thread = body.thread;
  history.push({ role: "user", content: said }, { role: "assistant", content: body.narrative.slice(0, 4000) });
  history = history.slice(-MOST_HISTORY);
  const turn = element("section", "turn");
  turn.append(element("p", "said", said), element("p", "narrative", body.narrative));
  if (body.experts.length) {
    const list = element("ol", "experts");
    list.append(...body.experts.map((expert) => card(expert, body)));
    turn.append(list);
  }
  for (const old of document.querySelectorAll(".choices")) old.remove();
  if (body.suggestions.length) turn.append(choices(body.suggestions));
  if (body.experts.length) turn.append(vote(body));
  talk.append(turn);
  query.value = "";
  anew.hidden = false;
  document.querySelector("label[for=query]").textContent = TEXT.again;
  send.textContent = TEXT.reply;
  turn.scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

function card(expert, body) {
  const item = element("li", "expert");
  const initials = element("span", "initials", expert.name.split(/\s+/).map((word) => [...word][0] || "").slice(0, 2).join(""));
  initials.setAttribute("aria-hidden", "true");
  const name = element("h2", "", expert.name);
  name.append(element("span", "tier", TEXT[expert.tier] || expert.tier));
  item.append(initials, name);
  item.append(element("p", "facts", [expert.title, expert.company, price(expert)].filter(Boolean).join(" · ")));
  item.append(element("p", "why", expert.why));
  const link = body && profile(expert, body);
  if (link) item.append(link);
  return item;
}

function price(expert) {
  if (expert.hourly_rate === null) return TEXT.noRate;
  const amount = Number(expert.hourly_rate);
  let shown = expert.hourly_rate;
  try {
    const digits = Number.isInteger(amount) ? 0 : 2;
    shown = new Intl.NumberFormat(LANGUAGE, {
      style: expert.currency ? "currency" : "decimal", currency: expert.currency || undefined,
      minimumFractionDigits: digits, maximumFractionDigits: digits,
    }).format(amount);
  } catch { shown = `${expert.hourly_rate} ${expert.currency || ""}`.trim(); }
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
    item.append(button(suggestion, () => { query.value = suggestion; ask(); }));
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

form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
query.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); ask(); }
});
anew.addEventListener("click", () => {
  thread = null;
  history = [];
  talk.replaceChildren();
  anew.hidden = true;
  document.querySelector("label[for=query]").textContent = TEXT.query;
  send.textContent = TEXT.send;
  query.value = "";
  query.focus();
});
speak();
