// Keeps what the reviewer says: a draft on this device until it is sent, the lease while somebody is at work, and one
// review however often it has to be sent over a poor link (the form carries its own number).
(() => {
  "use strict";
  const form = document.querySelector("[data-reading]");
  if (!form) return;
  const answer = document.querySelector("[data-answer]"), lease = document.querySelector("[data-lease]");
  const button = document.querySelector("[data-submit]");
  const say = (name) => form.getAttribute(`data-say-${name}`);
  const token = form.elements.csrfmiddlewaretoken.value;
  const place = `sonorelay-draft:${form.dataset.person}:${form.dataset.item}`;
  const WEEK = 7 * 24 * 3600 * 1000, AGAIN = 10000;
  let until = Date.now() + Number(form.dataset.minutes) * 60000;
  let active = true, lost = false, sending = false, retry = 0;

  const tell = (text, bad = false) => {
    answer.textContent = text;
    answer.classList.toggle("bad", bad);
  };

  // Draft
  const fields = ["submission", "overall", "comment"];
  function keep() {
    const draft = { at: Date.now() };
    for (const name of fields) draft[name] = form.elements[name].value;
    try { localStorage.setItem(place, JSON.stringify(draft)); } catch { /* a full or closed store loses only the draft */ }
  }
  function restore() {
    for (const name of Object.keys(localStorage).filter((one) => one.startsWith("sonorelay-draft:"))) {
      const draft = JSON.parse(localStorage.getItem(name));
      if (Date.now() - draft.at > WEEK) localStorage.removeItem(name);
      else if (name === place) {
        for (const field of fields) if (draft[field]) form.elements[field].value = draft[field];
        tell(say("restored"));
      }
    }
  }
  try { restore(); } catch { /* no store on this device: no draft */ }
  form.addEventListener("input", keep);

  // Lease
  function count() {
    const minutes = Math.max(0, Math.floor((until - Date.now()) / 60000));
    lease.textContent = say("minutes").replace("{n}", minutes);
    lease.classList.toggle("bad", minutes < 5);
  }
  async function post(url, body) {
    return fetch(url, {
      method: "POST", body, credentials: "same-origin",
      headers: { "X-Requested-With": "fetch", "X-CSRFToken": token },
    });
  }
  async function renew() {
    if (!active || lost || sending || document.hidden) return;
    active = false;
    try {
      const response = await post(form.dataset.renew);
      const said = await response.json();
      if (response.ok) { until = Date.now() + said.minutes * 60000; count(); }
      else if (response.status === 409) lose(said.text);
      else if (response.status === 401) tell(say("signed-out"), true);
    } catch { active = true; } // no connection: the lease holds a while, the next minute tries again
  }
  function lose(text) {
    lost = true;
    tell(text, true);
    lease.textContent = "";
    button.disabled = true;
  }
  for (const name of ["keydown", "pointerdown", "pointermove", "input"]) {
    document.addEventListener(name, () => { active = true; }, { passive: true });
  }
  setInterval(renew, 60000);
  setInterval(() => { if (!lost) count(); }, 15000);
  renew();

  // Sending
  async function send() {
    clearTimeout(retry);
    if (sending || lost) return;
    if (!form.elements.overall.value) {
      tell(say("incomplete"), true);
      form.querySelector("[name=overall]").focus();
      return;
    }
    keep();
    sending = true;
    button.disabled = true;
    tell(say("sending"));
    try {
      const response = await post(form.action, new FormData(form));
      if (response.status >= 500) throw new Error("try again");
      const said = await response.json();
      if (response.ok) {
        localStorage.removeItem(place);
        location.assign(said.next);
        return;
      }
      if (response.status === 409) { lose(said.text); return; }
      tell(response.status === 401 ? say("signed-out") : said.text, true);
    } catch {
      tell(say("offline"), true);
      retry = setTimeout(send, AGAIN);
    }
    sending = false;
    button.disabled = false;
  }
  form.addEventListener("submit", (event) => { event.preventDefault(); send(); });

  // Keys
  const pick = (name, value) => {
    form.querySelector(`[name=${name}][value="${value}"]`).checked = true;
    form.dispatchEvent(new Event("input"));
    if (!lost) tell("");
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); send(); return; }
    if (event.target === form.elements.comment) {
      if (event.key === "Escape") form.elements.comment.blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    // a French keyboard gives its digits with shift: there the place of the key counts as well
    const place = event.shiftKey ? null : /^(?:Digit|Numpad)([1-5])$/.exec(event.code);
    const digit = /^[1-5]$/.test(event.key) ? event.key : place?.[1];
    if (digit) pick("overall", digit);
    else if (event.key.toLowerCase() === "t") form.elements.comment.focus();
    else return;
    event.preventDefault();
  });
})();
