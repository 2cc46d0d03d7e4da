// Times in the reader's own zone, and a page that waits for a trial. Without this script times are in UTC.
"use strict";
const shown = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
for (const time of document.querySelectorAll("time[datetime]")) {
  const at = new Date(time.dateTime);
  if (isNaN(at)) continue;
  time.title = time.textContent;
  time.textContent = shown.format(at);
}
const waiting = document.getElementById("waiting");
async function look() {
  try {
    const found = await (await fetch(waiting.dataset.state)).text();
    if (!found.startsWith("checking ")) return location.reload();
    const step = found.slice("checking ".length);
    if (waiting.textContent !== step) waiting.textContent = step;
  } catch {
    // the server is being restarted: asked again
  }
  setTimeout(look, 1000);
}
if (waiting) look();
