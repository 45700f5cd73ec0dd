// The page "Send scans": lists the chosen files, asks the server whether the form is complete, sends one file after the
// other and shows what became of each until that does not change any more.
(() => {
  "use strict";
  const form = document.getElementById("send");
  if (!form) return;
  const { send, known, ask, Stopped } = window.sonorelay.tus;
  const words = JSON.parse(document.getElementById("send-words").textContent);
  const shown = document.querySelector("[data-sending]"), list = shown.querySelector("ul"), state = shown.querySelector("[data-state]");
  const template = document.getElementById("one-file"), pauseButton = document.querySelector("[data-pause]");
  const sendButton = document.querySelector("button[form=send]"), wrong = document.getElementById("wrong");
  const person = form.dataset.person, token = form.elements.csrfmiddlewaretoken.value;
  let rows = [], metadata = "", stop = null, running = false, lock = null;

  const megabytes = (bytes) => (bytes / 1e6).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
  const tell = (row, text) => { if (row.said.textContent !== text) row.said.textContent = text; };

  function add(files) {
    for (const file of files) {
      if (rows.some((row) => row.file === file || (row.file.name === file.name && row.file.size === file.size && row.file.lastModified === file.lastModified))) continue;
      const item = template.content.cloneNode(true).firstElementChild;
      const row = { file, state: "waiting", bar: item.querySelector("progress"), said: item.querySelector("p"), more: known(person, file) };
      item.querySelector("strong").textContent = file.webkitRelativePath || file.name;
      row.bar.setAttribute("aria-label", file.name);
      tell(row, `${megabytes(file.size)} MB · ${row.more ? words.goes_on : words.waiting}`);
      list.append(item);
      rows.push(row);
    }
    shown.hidden = rows.length === 0;
    summary();
    if (rows.some((row) => row.more && row.state === "waiting")) run(); // what was said of these is on the server already
  }
  function summary() {
    const done = rows.filter((row) => row.state === "sent" || row.state === "final").length;
    state.textContent = words.summary.replace("{done}", done).replace("{all}", rows.length);
    shown.querySelector("[data-next]").hidden = running || done < rows.length;
    pauseButton.hidden = !running && !(stop?.signal.aborted && next());
  }

  async function complete() { // ask the server whether the form can be sent so
    const body = new FormData(form);
    body.delete("files");
    const answer = await ask("POST", form.action, { "X-CSRFToken": token }, body);
    if (answer.status !== 200 && answer.status !== 422) throw new Error("link");
    return JSON.parse(answer.responseText);
  }
  function complain(texts) {
    wrong.querySelector("span").textContent = texts.join(" ");
    wrong.hidden = texts.length === 0;
    if (texts.length) wrong.scrollIntoView({ block: "center" });
  }

  async function run() {
    if (running) return;
    running = true;
    stop = new AbortController();
    pauseButton.textContent = words.pause;
    summary();
    addEventListener("beforeunload", warn);
    try { lock = await navigator.wakeLock?.request("screen"); } catch { /* the screen may go dark */ }
    for (let row; !stop.signal.aborted && (row = next());) await one(row);
    lock?.release().catch(() => {});
    removeEventListener("beforeunload", warn);
    running = false;
    summary();
  }
  const next = () => rows.find((row) => row.state === "waiting" && (metadata || row.more));
  const warn = (event) => event.preventDefault();

  async function one(row) {
    row.state = "sending";
    const moved = (bytes) => {
      row.bar.value = row.file.size ? bytes / row.file.size : 1;
      tell(row, words.sent_of.replace("{sent}", megabytes(bytes)).replace("{all}", megabytes(row.file.size)));
    };
    const waits = (said) => tell(row, said || (navigator.onLine ? words.again : words.offline));
    try {
      const address = await send(row.file, { uploads: form.dataset.uploads, person, token, metadata, signal: stop.signal, moved, waits });
      if (address) {
        row.state = "sent";
        row.bar.value = 1;
        answers(row, address, 2);
      } else {
        row.state = "waiting";
        tell(row, words.paused);
      }
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      row.state = "stopped";
      if (error.status === 404 && row.more) { row.state = "waiting"; row.more = false; tell(row, words.say_first); }
      else tell(row, error.status === 401 || error.status === 403 ? words.signed_out : error.said || words.refused);
    }
    summary();
  }

  async function answers(row, address, seconds) { // ask again, less and less often, until nothing changes any more
    try {
      const answer = await ask("GET", address, {}, null);
      if (answer.status === 200) {
        const { arrivals } = JSON.parse(answer.responseText);
        tell(row, arrivals.map((each) => `${each.word} · ${each.scan} · ${each.text}`).join("\n") || words.received);
        if (arrivals.every((each) => each.final)) { row.state = "final"; return; }
      } else if (answer.status < 500 && answer.status !== 423) return;
    } catch { /* the link is gone: asked again */ }
    setTimeout(() => answers(row, address, Math.min(60, seconds * 1.5)), seconds * 1000);
  }

  for (const input of form.querySelectorAll("input[type=file]")) {
    if (input.webkitdirectory && "webkitdirectory" in input && matchMedia("(pointer: fine)").matches) input.parentElement.hidden = false;
    input.classList.add("hidden"); // its label is the button, in the language of the page
    input.addEventListener("change", () => { add(input.files); });
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!rows.length) { complain([words.no_files]); return; }
    sendButton.disabled = true;
    try {
      const body = event.submitter?.name === "sure";
      if (body && !form.querySelector("input[name=sure]")) {
        form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "sure", value: "1" }));
      }
      const said = await complete();
      complain(said.errors);
      document.getElementById("unsure").hidden = !said.unsure;
      if (said.unsure) document.getElementById("unsure").scrollIntoView({ block: "center" });
      if (!said.errors.length && !said.unsure) {
        metadata = said.metadata;
        run();
      }
    } catch { complain([words.offline]); }
    sendButton.disabled = false;
  });
  pauseButton.addEventListener("click", () => {
    if (running && !stop.signal.aborted) {
      stop.abort();
      pauseButton.textContent = words.go_on;
    } else run();
  });
  document.querySelector("form[action$='/logout/']")?.addEventListener("submit", () => stop?.abort());
})();
