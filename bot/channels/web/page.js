"use strict";
const talk = document.getElementById("talk");
const form = document.getElementById("form");
const text = document.getElementById("text");

// The conversation: what was asked before, and the language in which it goes on where a message does not tell.
let before = "";
let hint = ["de", "en"].find((language) => navigator.language.startsWith(language)) || null;

// The server's words are already escaped HTML; everything else is set as text.
function show(kind, content, language, isHtml) {
  const article = document.createElement("article");
  article.className = kind;
  if (language) article.lang = language;
  if (isHtml) article.innerHTML = content; else article.textContent = content;
  talk.append(article);
  article.scrollIntoView({ block: "end" });
  return article;
}

async function ask(question) {
  show("own", question, "", false);
  const waiting = show("answer", "…", "", false);
  try {
    const response = await fetch("ask", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ text: question, before, hint }),
    });
    const reply = await response.json();
    if (response.ok) {
      waiting.lang = reply.language;
      waiting.innerHTML = reply.html;
      before = reply.understood;
      hint = reply.language;
    } else {
      waiting.textContent = reply.error;
    }
  } catch {
    waiting.textContent = "Keine Verbindung zum Server – bitte noch einmal versuchen. · No connection to the server – please try again.";
  }
  waiting.scrollIntoView({ block: "end" });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const question = text.value.trim();
  if (!question) return;
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

document.querySelectorAll(".examples button").forEach((button) =>
  button.addEventListener("click", () => ask(button.textContent.trim())));

// A link may carry a question: /?q=…
const asked = new URLSearchParams(location.search).get("q");
if (asked && asked.trim()) ask(asked.trim().slice(0, 8000));
