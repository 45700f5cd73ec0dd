// Keeps what a reader types: at once on this device, two seconds later on the server. Each field carries the time it was
// typed, so that of two drafts the newest of each field counts. Counts the seconds that somebody is at work here.
(() => {
  "use strict";
  const form = document.querySelector("[data-reading]");
  if (!form) return;
  const QUIET = 2000, AGAIN = 10000, IDLE = 60000, WEEK = 7 * 24 * 3600 * 1000, PREFIX = "sonorelay-draft:";
  const words = JSON.parse(document.getElementById("reading-words").textContent);
  const server = JSON.parse(document.getElementById("reading-draft").textContent);
  const place = `${PREFIX}${form.dataset.person}:${form.dataset.item}`;
  const shown = document.querySelector("[data-kept]");
  const content = {}, last = {};
  let version = server.version, seconds = server.seconds, active = Date.now();
  let dirty = false, busy = false, over = false, timer = 0;

  const fields = new Map();
  for (const field of form.elements) {
    if (!field.name || ["csrfmiddlewaretoken", "seconds"].includes(field.name)) continue;
    fields.set(field.name, [...(fields.get(field.name) ?? []), field]);
  }
  const ticks = (field) => field.type === "radio" || field.type === "checkbox";
  const read = (name) => {
    const all = fields.get(name);
    return ticks(all[0]) ? all.filter((one) => one.checked).map((one) => one.value).join(" ") : all[0].value;
  };
  const write = (name, value) => {
    const all = fields.get(name), chosen = value.split(" ");
    if (ticks(all[0])) for (const one of all) one.checked = chosen.includes(one.value);
    else all[0].value = value;
  };
  const say = (text) => { if (shown) shown.textContent = text; };
  const clock = () => new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });

  function merge(other) { // take every field that was typed later than ours; return whether any was
    let taken = false;
    for (const [name, pair] of Object.entries(other)) {
      if (!fields.has(name) || !Array.isArray(pair) || (content[name] && content[name][1] >= pair[1])) continue;
      taken ||= read(name) !== pair[0];
      content[name] = pair;
      write(name, pair[0]);
      last[name] = read(name);
    }
    return taken;
  }
  function store() {
    try { localStorage.setItem(place, JSON.stringify({ at: Date.now(), seconds, content })); }
    catch { /* a full or closed store loses only the copy on this device */ }
  }
  function restore() {
    for (const name of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX))) {
      const draft = JSON.parse(localStorage.getItem(name));
      if (Date.now() - draft.at > WEEK) localStorage.removeItem(name);
      else if (name === place) {
        seconds = Math.max(seconds, draft.seconds);
        dirty = merge(draft.content);
      }
    }
  }
  function note() {
    let changed = false;
    for (const name of fields.keys()) {
      const value = read(name);
      if (value === last[name]) continue;
      last[name] = value;
      content[name] = [value, Date.now()];
      changed = true;
    }
    if (!changed || over) return;
    content.submission ??= [read("submission"), Date.now()];
    dirty = true;
    store();
    plan(QUIET);
  }
  function plan(wait) {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  }

  async function save() {
    if (busy || over || !dirty || !form.dataset.draft) return;
    busy = true;
    dirty = false;
    let wait = 0;
    const body = new URLSearchParams({ content: JSON.stringify(content), seconds: Math.round(seconds), version });
    try {
      const response = await fetch(form.dataset.draft, {
        method: "POST", body, credentials: "same-origin", keepalive: document.hidden,
        headers: { "X-Requested-With": "fetch", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      });
      if (response.status >= 500) throw new Error("try again");
      const said = await response.json();
      if (response.ok) {
        version = said.version;
        say(words.kept.replace("{time}", clock()));
      } else if (said.code === "stale") {
        version = said.version;
        seconds = Math.max(seconds, said.seconds);
        if (merge(said.content)) tell(words.merged);
        dirty = true;
        wait = 100;
      } else if (response.status === 401) {
        dirty = true;
        wait = AGAIN;
        tell(words.signed_out, true);
      } else {
        over = true;
        say(words.kept_here);
      }
    } catch {
      dirty = true;
      wait = AGAIN;
      say(words.kept_here);
    }
    busy = false;
    if (dirty) plan(wait || QUIET);
  }
  function tell(text, bad = false) {
    form.dispatchEvent(new CustomEvent("tell", { detail: { text, bad } }));
    form.dispatchEvent(new CustomEvent("restored"));
  }
  const forget = (which) => {
    over = true;
    clearTimeout(timer);
    try { for (const name of Object.keys(localStorage)) if (name.startsWith(which)) localStorage.removeItem(name); }
    catch { /* no store on this device */ }
  };

  for (const name of fields.keys()) last[name] = read(name);
  Object.assign(content, server.content);
  try { restore(); } catch { /* no store on this device: the server's draft stands alone */ }
  if (Object.keys(content).length) setTimeout(() => tell(words.restored));
  if (dirty) plan(QUIET);
  form.addEventListener("input", note);
  form.addEventListener("change", note);
  form.addEventListener("sent", () => forget(place));
  addEventListener("online", save);
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  document.querySelector("form[action$='/logout/']")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    await Promise.race([save(), new Promise((done) => { setTimeout(done, 1500); })]);
    forget(PREFIX);
    event.target.submit();
  });

  for (const name of ["keydown", "pointerdown", "pointermove", "input", "wheel"]) {
    document.addEventListener(name, () => { active = Date.now(); }, { passive: true });
  }
  setInterval(() => {
    if (document.hidden || Date.now() - active > IDLE) return;
    seconds += 1;
    form.elements.seconds.value = seconds;
  }, 1000);
})();
