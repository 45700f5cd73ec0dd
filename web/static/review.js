// Sends one reading however often it has to be sent over a poor link (the form carries its own number). What is wrong is
// said beside its row.
(() => {
  "use strict";
  const form = document.querySelector("[data-reading]");
  if (!form) return;
  const words = JSON.parse(document.getElementById("reading-words").textContent);
  const button = document.querySelector("[data-submit]");
  const AGAIN = 10000;
  let lost = false, sending = false, retry = 0;

  const tell = (text, bad = false) => form.dispatchEvent(new CustomEvent("tell", { detail: { text, bad } }));
  form.addEventListener("lost", () => { lost = true; });
  form.addEventListener("input", () => { if (!lost && !sending) tell(""); });

  const post = (url, body) => fetch(url, {
    method: "POST", body, credentials: "same-origin",
    headers: { "X-Requested-With": "fetch", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
  });
  function show(errors) {
    for (const old of form.querySelectorAll(".error")) old.remove();
    let first = null;
    for (const [name, text] of Object.entries(errors)) {
      const row = form.querySelector(`[data-row="${CSS.escape(name)}"]`) ?? form.querySelector(`[name="${CSS.escape(name)}"]`)?.closest("[data-row]");
      if (!row) continue;
      const line = document.createElement("span");
      line.className = "error";
      line.textContent = text;
      (row.querySelector("th") ?? row).append(line);
      first ??= row;
    }
    first?.closest("details")?.setAttribute("open", "");
    first?.querySelector("select, input, textarea")?.focus();
  }
  async function send() {
    clearTimeout(retry);
    if (sending || lost) return;
    sending = true;
    button.disabled = true;
    tell(words.sending);
    try {
      const response = await post(form.action, new FormData(form));
      if (response.status >= 500) throw new Error("try again");
      const said = await response.json();
      if (response.ok) {
        form.dispatchEvent(new CustomEvent("sent"));
        location.assign(said.next);
        return;
      }
      if (response.status === 409) { form.dispatchEvent(new CustomEvent("lost", { detail: said })); return; }
      tell(response.status === 401 ? words.signed_out : said.text, true);
      if (said.errors) show(said.errors);
    } catch {
      tell(words.offline, true);
      retry = setTimeout(send, AGAIN);
    }
    sending = false;
    button.disabled = false;
  }
  addEventListener("online", () => { if (retry) send(); });
  form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
})();
