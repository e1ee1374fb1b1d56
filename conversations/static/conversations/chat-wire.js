// How the visitor's page speaks with the server: one exchange under one key, whatever breaks.

const SILENCE = 45_000; // ms after which a server that says nothing is gone; it does every 10 s
const PATIENCE = 120_000; // ms in which a request that is being answered elsewhere is asked for again

export class BrokenOff extends Error {} // the same key gets the answer again

export class Refused extends Error {
  constructor(response, body) {
    super(`refused with ${response.status}`);
    this.response = response;
    this.body = body;
  }
}

export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID(); // only where the page came over TLS or locally
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

export function tell(path, body) {
  post(path, JSON.stringify(body)).catch(() => {}); // a lost click or vote is no trouble of the visitor's
}

// Sends what is asked, {text, key}, and gives the event that ended the answer; others happen on the way.
// A key whose first request is still being answered is sent again until that is done.
export async function answered({ text, key }, happens) {
  const until = Date.now() + PATIENCE;
  const headers = { "Idempotency-Key": key, Accept: "text/event-stream" };
  for (;;) {
    const watch = silence();
    try {
      const { response, body } = await post("/api/chat/", text, headers, watch.signal);
      if (response.ok) return body || await listen(response, watch.heard, happens);
      if (response.status !== 409 || Date.now() > until) throw new Refused(response, body);
      watch.stop();
      await pause(Number(response.headers.get("Retry-After")) || 5);
    } finally {
      watch.stop();
    }
  }
}

async function post(path, text, headers = {}, signal = undefined) {
  const response = await fetch(path, {
    method: "POST", body: text, keepalive: text.length < 60000, signal,
    headers: { "Content-Type": "application/json", ...headers },
  });
  const isJson = (response.headers.get("Content-Type") || "").includes("json");
  return { response, body: isJson ? await response.json() : null };
}

async function listen(response, heard, happens) {
  let ending = null;
  try {
    for await (const event of events(response, heard)) {
      if (event.event === "result" || event.event === "error") ending = event;
      else happens(event);
    }
  } catch {
    // what has arrived whole counts
  }
  if (!ending) throw new BrokenOff();
  return ending;
}

async function* events(response, heard) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let unread = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    heard();
    const whole = (unread + part.value).split("\n\n");
    unread = whole.pop();
    for (const event of whole) {
      const data = event.split("\n").find((line) => line.startsWith("data: "));
      if (data) yield JSON.parse(data.slice(6));
    }
  }
}

// Gives up on a server that has not been heard for too long.
function silence() {
  const control = new AbortController();
  let timer;
  const stop = () => clearTimeout(timer);
  const heard = () => { stop(); timer = setTimeout(() => control.abort(), SILENCE); };
  heard();
  return { signal: control.signal, heard, stop };
}

function pause(seconds) {
  return new Promise((resume) => { setTimeout(resume, 1000 * seconds); });
}
