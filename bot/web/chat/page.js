"use strict";
const LONGEST = 8000; // characters; as in asked.py
const REMEMBERED = 40; // questions with their answers, for a reload
const talk = document.getElementById("talk");
const form = document.getElementById("form");
const text = document.getElementById("text");
const problem = document.getElementById("problem");
const anew = document.getElementById("anew");
const words = document.getElementById("words").dataset;
const page = document.body.dataset.language;

// The conversation lives in this tab alone: a random name, what was said, and the language in which it goes on.
let talked = read();

function read() {
  try {
    const kept = JSON.parse(sessionStorage.getItem("postbote"));
    if (kept && kept.name && Array.isArray(kept.said)) return kept;
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

// Answers: {problem} or the server's reply. Its HTML is escaped by the server; everything else is set as text.
async function post(path, body) {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
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
  article.scrollIntoView({ block: "end" });
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
  article.scrollIntoView({ block: "end" });
}

function refuse(name, question) {
  complain(name);
  if (!text.value) text.value = question;
  text.focus();
}

function show(article, said) {
  const { reply } = said;
  article.className = "answer";
  article.innerHTML = reply.in[reply.language];
  article.lang = reply.language;
  article.append(document.getElementById(`buttons-${reply.language}`).content.cloneNode(true));
  const find = (selector) => article.querySelector(selector);
  offer(find(".choices"), article, said);
  find(".other").addEventListener("click", () => {
    talked.hint = reply.language = reply.language === "de" ? "en" : "de"; // in which the talk goes on
    keep();
    show(article, said);
    article.querySelector(".other").focus();
  });
  article.querySelectorAll(".verdict").forEach((button) => {
    button.hidden = !reply.feedback;
    button.setAttribute("aria-pressed", String(said.verdict === button.dataset.act));
    button.addEventListener("click", () => judge(article, said, button.dataset.act));
  });
  explain(find(".why"), find(".reason"), reply);
  reply.checks.forEach((check) => {
    const button = add("button", find(".buttons"), check[reply.language], { type: "button" });
    button.addEventListener("click", () => look(article, said, check.ask));
  });
  if (said.looked) looked(article, said);
}

// What the DNS says now, under the explanation.
async function look(article, said, ask) {
  const found = await post("press", { act: "check", key: said.reply.key, text: ask, lang: said.reply.language });
  if (found.problem) return complain(found.problem);
  complain("");
  said.looked = found.in;
  keep();
  looked(article, said);
}

function looked(article, said) {
  const place = article.querySelector(".looked");
  place.innerHTML = said.looked[said.reply.language];
  place.hidden = false;
}

function explain(button, panel, reply) {
  button.hidden = !reply.why.lines;
  if (button.hidden) return;
  panel.id = `why-${reply.key}`;
  button.setAttribute("aria-controls", panel.id);
  panel.querySelector(".words").innerHTML = reply.why[reply.language];
  panel.querySelector("pre").textContent = reply.why.lines;
  button.addEventListener("click", () => {
    panel.hidden = !panel.hidden;
    button.setAttribute("aria-expanded", String(!panel.hidden));
  });
}

function offer(place, article, said) {
  place.hidden = !said.reply.choices.length;
  said.reply.choices.forEach((choice) => {
    const button = add("button", place, choice[said.reply.language], { type: "button" });
    button.addEventListener("click", () => choose(article, said, choice.entry));
  });
}

async function choose(article, said, entry) {
  const { key, language } = said.reply;
  const found = await post("press", { act: "choose", key, entry, text: said.question, lang: language });
  if (found.problem) return complain(found.problem);
  complain("");
  said.reply = { ...found, why: said.reply.why };
  keep();
  show(article, said);
  article.tabIndex = -1; // what was chosen stands here now: screen readers read on from it
  article.focus();
}

async function judge(article, said, act) {
  const found = await post("press", { act, key: said.reply.key, lang: said.reply.language });
  if (found.problem) return complain(found.problem);
  complain("");
  said.verdict = act;
  keep();
  article.querySelectorAll(".verdict").forEach((button) =>
    button.setAttribute("aria-pressed", String(button.dataset.act === act)));
  article.querySelector(".thanks").innerHTML = found.in[said.reply.language];
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const question = text.value.trim();
  if (!question) return text.focus();
  text.value = "";
  text.focus();
  ask(question);
});

text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});

document.querySelectorAll(".example").forEach((button) =>
  button.addEventListener("click", () => ask(button.textContent.trim())));

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
if (talk.lastChild) talk.lastChild.scrollIntoView({ block: "end" });

// A link may carry a question: /?q=…; a reload does not ask it again.
const asked = (new URLSearchParams(location.search).get("q") || "").trim();
if (asked && !talked.said.some((said) => said.question === asked)) ask(asked);
