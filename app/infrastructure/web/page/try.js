// Tries the product in a browser: a name, a thread, questions, and answers that stream and survive a reload.
// What is stored stands on the server; this page remembers the user and the thread id (also in the address) and follows at most one run.
// Everything that others wrote reaches the page as text nodes, never as HTML.

const find = (id) => document.getElementById(id);
const [scroller, log, composer, question, send, stop, trouble] =
  ["scroller", "log", "composer", "question", "send", "stop", "trouble"].map(find);

const ASSISTANTS = {
  cvs: { name: "The CVs", examples: ["Who knows Kubernetes?", "¿Quién habla catalán?", "Who has led a team?"] },
  resume: { name: "One resume", examples: ["What is the current job?", "Which languages are spoken?", "What was studied, and where?"] },
};

let thread = null; // {thread_id, assistant} on the screen, null before the first question
let live = null; // {answer, events, worry}: the answer being written, its stream, and the timer that reports a break in it
let attempt = null; // {content, key} of a question that may not have arrived: sent again, it keeps its key
let olderPage = null; // the cursor of the page of messages before the first one shown

const remembered = (key) => JSON.parse(localStorage.getItem(`chatbot.${key}`));
const remember = (key, value) => localStorage.setItem(`chatbot.${key}`, JSON.stringify(value));
const announce = (sentence) => { find("announcer").textContent = sentence; };

function complain(sentence = "") {
  trouble.textContent = sentence;
  trouble.hidden = !sentence;
}

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

async function call(method, path, body, headers = {}) {
  if (body) headers = { "Content-Type": "application/json", ...headers };
  const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) }).catch(() => null);
  if (!response) throw Object.assign(new Error("The server cannot be reached."), { status: 0 });
  const data = await response.json().catch(() => null);
  if (response.ok) return data;
  const message = data?.error?.message ?? `The server answered with status ${response.status}.`;
  throw Object.assign(new Error(message), { status: response.status, code: data?.error?.code });
}

// --- what a conversation looks like

class Answer {
  constructor({ run_id, parent_id, content = "", sources = [] }) {
    this.runId = run_id;
    this.parentId = parent_id;
    this.text = document.createTextNode(content ?? "");
    this.body = make("div", { className: "text" }, this.text);
    this.sources = make("ol", { className: "sources", hidden: true });
    this.outcome = make("div", { className: "outcome", hidden: true });
    const heading = make("h2", { className: "unseen", textContent: "Answer" });
    this.article = make("article", { className: "answer" }, heading, this.body, this.sources, this.outcome);
    this.article.dataset.parent = parent_id ?? "";
    this.cite(sources ?? []);
  }

  links = new Map(); // number of a source -> the link that opens it

  cite(sources) {
    const cited = JSON.stringify(sources);
    if (cited === this.cited) return; // leave what the reader has unfolded
    this.cited = cited;
    this.links = new Map(sources.filter(opens).map(({ n, candidate, page, url }) => [n, { href: url, title: `${candidate}, page ${page}` }]));
    this.sources.replaceChildren(...sources.map(sourceItem));
    this.sources.hidden = sources.length === 0;
  }

  keep(count) {
    this.text.data = Array.from(this.text.data).slice(0, count).join(""); // counted in code points, not in UTF-16 units
  }

  bind() { // the text stands: its markers become links to what they cite
    const parts = this.text.data.split(/(\[\d{1,3}(?:[,;] ?\d{1,3})*\])/);
    const shown = parts.flatMap((part, index) => (index % 2 ? this.marker(part) : [part]));
    if (parts.length > 1) this.body.replaceChildren(...shown);
  }

  marker(text) { // `[1, 3]`: each number that has a source is a link
    return text.split(/(\d+)/).map((part) => {
      const link = this.links.get(Number(part));
      return link && part ? make("a", { ...link, className: "marker", target: "_blank", rel: "noopener", textContent: part }) : part;
    });
  }

  end(status, error) {
    this.bind();
    const sentence = { failed: `The answer failed. ${error?.message ?? ""}`, cancelled: "Stopped." }[status] ?? "";
    const again = make("button", { type: "button", className: "again", textContent: sentence ? "Try again" : "Answer again" });
    again.addEventListener("click", () => regenerate(this));
    this.article.classList.add(status);
    this.article.ariaBusy = null;
    this.outcome.replaceChildren(...(sentence ? [make("p", { textContent: sentence })] : []), again);
    this.outcome.hidden = false;
  }
}

const opens = ({ url }) => Boolean(url) && new URL(url, location.href).protocol.startsWith("http");

function sourceItem({ n, candidate, section, page, snippet, url }) {
  const quote = make("blockquote", { textContent: snippet });
  if (opens({ url })) {
    quote.append(" ", make("a", { href: url, target: "_blank", rel: "noopener", textContent: `Open page ${page} of the CV` }));
  }
  const summary = make("summary", {}, `[${n}] `, make("b", { textContent: candidate }), ` · ${section}, page ${page}`);
  return make("li", {}, make("details", {}, summary, quote));
}

function messageElement(message) {
  if (message.role === "user") return make("p", { className: "question" }, make("span", { className: "unseen", textContent: "You: " }), message.content);
  const answer = new Answer(message);
  answer.end(message.status, message.error);
  return answer.article;
}

function markSuperseded() { // of several answers to one question only the newest counts
  const newest = new Map([...log.querySelectorAll(".answer")].map((article) => [article.dataset.parent, article]));
  for (const article of log.querySelectorAll(".answer")) {
    const parent = article.dataset.parent;
    article.classList.toggle("earlier", parent !== "" && newest.get(parent) !== article);
  }
}

function followingTheEnd(change) { // keep the newest words in view, unless the reader has scrolled up
  const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  change();
  if (atEnd) scroller.scrollTop = scroller.scrollHeight;
}

function scrollToEnd() {
  scroller.scrollTop = scroller.scrollHeight;
}

// --- following a run

function follow(answer, after = 0) {
  const events = new EventSource(`/api/runs/${answer.runId}/events?after=${after}`);
  let seen = after;
  let failure = null;
  const on = (type, apply) => events.addEventListener(type, (event) => {
    if (!(event instanceof MessageEvent) || Number(event.lastEventId) <= seen) return;
    seen = Number(event.lastEventId);
    followingTheEnd(() => apply(JSON.parse(event.data)));
  });
  on("sources", ({ sources }) => answer.cite(sources));
  on("token", ({ text }) => answer.text.appendData(text));
  on("restarted", ({ keep }) => answer.keep(keep));
  on("final", ({ text, sources }) => {
    if (answer.text.data !== text) answer.text.data = text; // it is what the tokens say: touching it would undo a selection
    answer.cite(sources);
  });
  on("error", (error) => { failure = error; });
  on("done", ({ status }) => finish(status, failure));
  events.addEventListener("open", () => { clearTimeout(live?.worry); complain(); });
  events.addEventListener("error", (event) => { if (!(event instanceof MessageEvent)) disconnected(events); });
  live = { answer, events };
  answer.article.ariaBusy = "true";
  showWhatCanBeDone();
}

function disconnected(events) {
  if (events !== live?.events) return;
  clearTimeout(live.worry);
  live.worry = setTimeout(() => complain("The connection was lost. Reconnecting …"), 1500); // most breaks are over before
  if (events.readyState === EventSource.CLOSED) openLater(thread.thread_id); // the browser has given up: read the thread anew
}

function finish(status, failure) {
  const { answer } = live;
  leave();
  answer.end(status, failure);
  announce({ failed: "The answer failed.", cancelled: "The answer was stopped." }[status] ?? "The answer is complete.");
}

function leave() { // stop following; the run itself goes on
  live?.events.close();
  clearTimeout(live?.worry);
  live = null;
  showWhatCanBeDone();
}

function begin(answer, after) {
  log.append(answer.article);
  markSuperseded();
  follow(answer, after);
  announce("The answer is being written.");
  scrollToEnd();
}

// --- what a reader can do

async function ask(event) {
  event?.preventDefault();
  const content = question.value.trim();
  const loading = wanted() && !thread;
  if (!content || live || loading || send.disabled) return;
  if (attempt?.content !== content) attempt = { content, key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` };
  send.disabled = true;
  try {
    thread ??= await createThread();
    const path = `/api/threads/${thread.thread_id}/messages`;
    const { run_id, message_id } = await call("POST", path, { content }, { "Idempotency-Key": attempt.key });
    attempt = null;
    question.value = "";
    complain();
    rememberThread();
    log.append(messageElement({ role: "user", content }));
    begin(new Answer({ run_id, parent_id: message_id }));
  } catch (error) {
    complain(error.message);
    if (error.code === "thread_busy") await openThread(thread.thread_id); // another tab asked: show its answer
  } finally {
    send.disabled = false;
  }
}

async function createThread() {
  const assistant = document.querySelector("[name=assistant]:checked").value;
  const create = () => call("POST", "/api/threads", { user_id: remembered("user").user_id, assistant });
  return create().catch(async (error) => {
    if (error.code !== "user_not_found") throw error; // the database is a new one
    remember("user", await call("POST", "/api/users", { name: remembered("user").name }));
    return create();
  });
}

async function regenerate(answer) {
  if (live) return;
  try {
    const { run_id } = await call("POST", `/api/runs/${answer.runId}/regenerate`);
    begin(new Answer({ run_id, parent_id: answer.parentId }));
    question.focus();
  } catch (error) {
    complain(error.message);
  }
}

async function cancel() {
  if (!live) return;
  stop.disabled = true; // `done` ends it, and comes over the stream
  await call("POST", `/api/runs/${live.answer.runId}/cancel`).catch((error) => complain(error.message));
  stop.disabled = false;
}

// --- which thread is on the screen

async function openThread(id) {
  if (thread?.thread_id !== id) {
    leave();
    thread = null;
  }
  try {
    const [opened, page] = await Promise.all([call("GET", `/api/threads/${id}`), call("GET", `/api/threads/${id}/messages`)]);
    if (wanted() !== id) return; // the reader went elsewhere meanwhile
    leave();
    thread = opened;
    rememberThread();
    complain();
    log.replaceChildren(...inOrder(page.messages).map(messageElement));
    showEarlier(page.next_cursor);
    markSuperseded();
    scrollToEnd();
    const run = page.active_run;
    if (run) begin(new Answer({ ...run, parent_id: run.message_id, content: run.text }), run.last_seq);
  } catch (error) {
    if ([400, 404, 422].includes(error.status)) return startAnew(); // deleted, or never a thread
    complain(`${error.message} Trying again …`);
    openLater(id);
  }
}

const wanted = () => location.hash.slice(1);
const openLater = (id) => setTimeout(() => { if (wanted() === id) openThread(id); }, 2000);

function inOrder(messages) { // oldest first; ids are UUIDv7, later is larger
  return messages.length > 1 && messages[0].message_id > messages.at(-1).message_id ? messages.toReversed() : messages;
}

async function showOlder() {
  const page = await call("GET", `/api/threads/${thread.thread_id}/messages?cursor=${encodeURIComponent(olderPage)}`);
  const fromEnd = scroller.scrollHeight - scroller.scrollTop;
  log.prepend(...inOrder(page.messages).map(messageElement));
  showEarlier(page.next_cursor);
  markSuperseded();
  scroller.scrollTop = scroller.scrollHeight - fromEnd;
}

function showEarlier(cursor) {
  olderPage = cursor;
  find("earlier").hidden = !cursor;
}

function rememberThread() {
  remember("thread", thread.thread_id);
  if (location.hash.slice(1) !== thread.thread_id) history.pushState(null, "", `#${thread.thread_id}`);
  showWhatCanBeDone();
}

function startAnew() {
  leave();
  thread = null;
  remember("thread", null);
  if (location.hash) history.pushState(null, "", location.pathname);
  log.replaceChildren();
  showEarlier(null);
  complain();
  showWhatCanBeDone();
  question.focus();
}

// --- what is shown when

function showWhatCanBeDone() {
  const user = remembered("user");
  const stopHadFocus = document.activeElement === stop;
  find("welcome").hidden = Boolean(user);
  find("beginning").hidden = !user || Boolean(thread || wanted());
  composer.hidden = !user;
  find("new").hidden = !thread;
  find("assistant-name").hidden = !thread;
  find("assistant-name").textContent = ASSISTANTS[thread?.assistant]?.name ?? "";
  find("greeting").textContent = `Hello, ${user?.name ?? ""}`;
  send.hidden = Boolean(live);
  stop.hidden = !live;
  if (stopHadFocus && !live) question.focus();
}

function showExamples() {
  const { examples } = ASSISTANTS[document.querySelector("[name=assistant]:checked").value];
  find("examples").replaceChildren(...examples.map((example) => {
    const button = make("button", { type: "button", textContent: example });
    button.addEventListener("click", () => { question.value = example; ask(); question.focus(); });
    return make("li", {}, button);
  }));
}

async function showHealth() {
  const { provider, model, version } = await call("GET", "/health").catch(() => ({}));
  find("offline").hidden = provider !== "offline";
  find("model").textContent = [provider, model, version && `version ${version}`].filter(Boolean).join(" · ");
}

async function welcome(event) {
  event.preventDefault();
  const name = find("name").value.trim();
  try {
    remember("user", await call("POST", "/api/users", { name }));
    showWhatCanBeDone();
    question.focus();
    if (wanted()) openThread(wanted());
  } catch (error) {
    find("name").setCustomValidity(error.message);
    find("name").reportValidity();
  }
}

function onKey(event) {
  if (event.key === "Escape") cancel();
  const enter = event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target === question;
  if (enter) ask(event);
}

find("welcome").addEventListener("submit", welcome);
find("name").addEventListener("input", () => find("name").setCustomValidity(""));
find("new").addEventListener("click", startAnew);
find("earlier").addEventListener("click", () => showOlder().catch((error) => complain(error.message)));
composer.addEventListener("submit", ask);
stop.addEventListener("click", cancel);
document.addEventListener("keydown", onKey);
document.querySelectorAll("[name=assistant]").forEach((choice) => choice.addEventListener("change", showExamples));
window.addEventListener("popstate", () => (location.hash ? openThread(location.hash.slice(1)) : startAnew()));

if (!wanted() && remembered("thread")) history.replaceState(null, "", `#${remembered("thread")}`);
showExamples();
showHealth();
showWhatCanBeDone();
if (remembered("user") && wanted()) openThread(wanted());
(remembered("user") ? question : find("name")).focus();
