// Holds the lease while somebody is at work, and sends one reading however often it has to be sent over a poor link
// (the form carries its own number). What is wrong is said beside its row.
(() => {
  "use strict";
  const form = document.querySelector("[data-reading]");
  if (!form) return;
  const words = JSON.parse(document.getElementById("reading-words").textContent);
  const answer = document.querySelector("[data-answer]"), lease = document.querySelector("[data-lease]");
  const button = document.querySelector("[data-submit]");
  const AGAIN = 10000;
  let until = Date.now() + Number(form.dataset.minutes) * 60000;
  let active = true, lost = false, sending = false, retry = 0;

  const tell = (text, bad = false) => {
    answer.textContent = text;
    answer.classList.toggle("bad", bad);
  };
  form.addEventListener("tell", ({ detail }) => { if (!lost) tell(detail.text, detail.bad); });
  form.addEventListener("input", () => { if (!lost && !sending) tell(""); });

  // Lease
  function count() {
    const minutes = Math.max(0, Math.floor((until - Date.now()) / 60000));
    lease.textContent = words.minutes.replace("{n}", minutes);
    lease.classList.toggle("bad", minutes < 5);
  }
  const post = (url, body) => fetch(url, {
    method: "POST", body, credentials: "same-origin",
    headers: { "X-Requested-With": "fetch", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
  });
  async function renew() {
    if (!active || lost || sending || document.hidden) return;
    active = false;
    try {
      const response = await post(form.dataset.renew);
      const said = await response.json();
      if (response.ok) { until = Date.now() + said.minutes * 60000; count(); }
      else if (response.status === 409) lose(said.text);
      else if (response.status === 401) tell(words.signed_out, true);
    } catch { active = true; } // no connection: the lease holds a while, the next minute tries again
  }
  function lose(text) {
    lost = true;
    tell(text, true);
    lease.textContent = "";
    button.disabled = true;
  }
  if (form.dataset.renew) {
    for (const name of ["keydown", "pointerdown", "pointermove", "input"]) {
      document.addEventListener(name, () => { active = true; }, { passive: true });
    }
    setInterval(renew, 60000);
    setInterval(() => { if (!lost) count(); }, 15000);
    renew();
  }

  // Sending
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
      if (response.status === 409) { lose(said.text); return; }
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
