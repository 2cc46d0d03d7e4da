"use strict";
const LONGEST = 8000; // characters; as in parse.py
const HIGHEST = 6; // lines of the field
const REMEMBERED = 40; // questions with their answers, for a reload
const talk = document.getElementById("talk");
const form = document.getElementById("form");
const text = document.getElementById("text");
const problem = document.getElementById("problem");
const anew = document.getElementById("anew");
const words = document.getElementById("words").dataset;
const page = document.body.dataset.language;

document.documentElement.classList.add("js"); // shows what does nothing without a script

// The conversation lives in this tab alone: a random name, what was said, and the language in which it goes on.
let talked = read();

function read() {
  try {
    const kept = JSON.parse(sessionStorage.getItem("postbote"));
    if (kept && kept.name && Array.isArray(kept.said)) {
      kept.said = kept.said.filter((said) => said.reply && said.reply.article);
      return kept;
    }
  } catch { /* storage is off, or not ours: a new conversation */ }
  return { name: Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36).padStart(7, "0")).join("-"), hint: page, said: [] };
}

function keep() {
  talked.said = talked.said.slice(-REMEMBERED);
  try { sessionStorage.setItem("postbote", JSON.stringify(talked)); } catch { /* then a reload begins anew */ }
  anew.hidden = !talked.said.length;
}

function add(tag, parent, content, attributes = {}) {
  const element = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  element.textContent = content;
  parent.append(element);
  return element;
}

function own(question) {
  const article = add("article", talk, "", { class: "own" });
  add("span", article, `${words.you}: `, { class: "name" });
  article.append(question);
  return article;
}

// The same form that a browser without scripts sends. Answers {problem} or the server's reply, whose HTML is escaped there.
async function post(path, fields) {
  try {
    const response = await fetch(path, { method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams(fields) });
    if (response.ok) return await response.json();
    if (response.status >= 500 && response.status !== 503) return { problem: "fault" };
    const refusal = await response.json().catch(() => ({}));
    return { problem: refusal.problem || (response.status === 503 ? "later" : "wrong") };
  } catch {
    return { problem: "offline" };
  }
}

function complain(name) {
  problem.textContent = name ? words[name] : "";
  problem.hidden = !name;
}

async function ask(question) {
  if (question.length > LONGEST) return refuse("long", question);
  complain("");
  const asked = own(question);
  const article = add("article", talk, words.thinking, { class: "waiting" });
  asked.scrollIntoView({ block: "start" });
  const reply = await post("ask", { text: question, conversation: talked.name, hint: talked.hint });
  if (reply.problem) {
    asked.remove();
    article.remove();
    return refuse(reply.problem, question);
  }
  talked.hint = reply.language;
  const said = { question, reply };
  talked.said.push(said);
  keep();
  show(article, said);
  asked.scrollIntoView({ block: "start" }); // a long answer opens at its beginning
}

function refuse(name, question) {
  complain(name);
  if (!text.value) setText(question);
  text.focus();
}

function show(article, said) {
  const { reply } = said;
  article.className = "answer";
  article.innerHTML = reply.article[reply.language];
  article.lang = reply.language;
  const other = article.querySelector(".other");
  if (other) other.addEventListener("click", () => {
    talked.hint = reply.language = other.lang; // in which the talk goes on
    keep();
    show(article, said);
    article.querySelector(".other").focus();
  });
  article.querySelectorAll("form").forEach((one) => one.addEventListener("submit", (event) => {
    event.preventDefault();
    press(article, said, one, event.submitter);
  }));
  article.querySelectorAll("details").forEach((part) => part.addEventListener("toggle", () => {
    if (part.open) part.scrollIntoView({ block: "nearest" }); // not behind the form
  }));
  if (said.verdict) mark(article, said.verdict);
  if (said.noted) note(article, said);
}

// A button of an answer: its form, and what comes back put where it belongs.
async function press(article, said, one, button) {
  const act = button.value.split(" ")[0];
  const fields = new FormData(one);
  fields.append(button.name, button.value);
  fields.set("lang", said.reply.language);
  const found = await post("press", fields);
  if (found.problem) return complain(found.problem);
  complain("");
  if (act === "choose" || act === "none") return replace(article, said, found);
  if (act === "helpful" || act === "unhelpful") {
    said.verdict = act;
    mark(article, act);
  }
  if (act === "person") said.asked = true;
  said.noted = found.in;
  keep();
  note(article, said);
}

function replace(article, said, found) {
  said.reply = found;
  keep();
  show(article, said);
  article.tabIndex = -1; // what was chosen stands here now: screen readers read on from it
  article.focus();
}

function mark(article, verdict) {
  article.querySelectorAll("[aria-pressed]").forEach((button) =>
    button.setAttribute("aria-pressed", String(button.value === verdict)));
}

function note(article, said) {
  article.querySelector(".thanks").innerHTML = said.noted[said.reply.language];
  const person = article.querySelector(".person");
  if (person && said.asked) person.remove();
}

function setText(value) {
  text.value = value;
  grow();
}

// The field is as high as what stands in it, and no higher: the conversation has the rest.
function grow() {
  text.rows = 1;
  while (text.value && text.rows < HIGHEST && text.scrollHeight > text.clientHeight) text.rows += 1;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const question = text.value.trim();
  if (!question) return text.focus();
  setText("");
  text.focus();
  ask(question);
});

text.addEventListener("input", grow);

text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});

document.querySelectorAll(".examples").forEach((examples) => examples.addEventListener("submit", (event) => {
  event.preventDefault();
  ask(event.submitter.value);
}));

anew.addEventListener("click", () => {
  try { sessionStorage.removeItem("postbote"); } catch { /* storage is off */ }
  talked = read();
  talk.replaceChildren();
  complain("");
  anew.hidden = true;
  text.focus();
});

talked.said.forEach((said) => {
  own(said.question);
  show(add("article", talk, ""), said);
});
anew.hidden = !talked.said.length;
const last = talk.querySelector("article.own:nth-last-of-type(2)");
if (last) last.scrollIntoView({ block: "start" });
if (window === window.top) text.focus({ preventScroll: true }); // within another site's page the focus is that page's

// A link may carry a question: /?q=…; a reload does not ask it again.
const asked = (new URLSearchParams(location.search).get("q") || "").trim();
if (asked) setText("");
if (asked && !talked.said.some((said) => said.question === asked)) ask(asked);
