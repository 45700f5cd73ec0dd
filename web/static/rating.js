// The rating form on the keyboard. Up and down go from row to row; a digit gives the active row its answer and goes on;
// letters jump to a part of the form. What the form does not use goes on to the player, so that space and the arrows
// play the clip from anywhere. Tells all the time what is there, what it amounts to and what is missing.
(() => {
  "use strict";
  const form = document.querySelector("[data-reading]");
  if (!form) return;
  const words = JSON.parse(document.getElementById("reading-words").textContent);
  const views = [...form.querySelectorAll("[data-view]")], sum = form.querySelector("[data-sum]");
  const more = form.querySelector("[data-more]"), skip = document.querySelector("[data-skip]");
  const NEEDED = 3; // the first components of a view make it adequate
  const cellsOf = (view) => [...view.querySelectorAll("select")];
  const seenOf = (view) => view.querySelector("[name=seen]");
  const nameOf = (view) => view.querySelector("th span").textContent;
  const rowOf = (element) => element?.closest?.("[data-row]") ?? null;
  const rows = () => [...form.querySelectorAll("[data-row]")].filter((row) => !row.closest("details:not([open])"));
  const say = (text, bad = false) => form.dispatchEvent(new CustomEvent("tell", { detail: { text, bad } }));
  const changed = () => form.dispatchEvent(new Event("input"));
  let before = null, latest = null;

  // Moving
  function enter(row, column = 0) {
    if (!row) return;
    row.closest("details")?.setAttribute("open", "");
    const cells = row.matches("[data-view]") ? cellsOf(row) : [];
    const target = cells[column] ?? row.querySelector("input[type=radio]:checked") ?? row.querySelector("input, select, button, textarea");
    target.focus();
    row.scrollIntoView({ block: "nearest" });
  }
  function go(by, from = rowOf(document.activeElement)) {
    const all = rows(), place = all.indexOf(from);
    const next = from ? all[place + by] : latest ?? all[0];
    const column = from?.matches("[data-view]") ? cellsOf(from).indexOf(document.activeElement) : 0;
    if (next) enter(next, next.matches("[data-view]") ? Math.max(0, column) : 0);
    else if (by > 0) document.querySelector("[data-submit]").focus();
  }
  const jump = (name) => enter(form.querySelector(`[data-row="${name}"]`));

  // Views
  function put(cell, value) {
    cell.value = value;
    cell.removeAttribute("data-measured");
  }
  function look(view) {
    const box = view && seenOf(view);
    if (box && !box.checked) { box.checked = true; changed(); }
  }
  const absent = (view) => cellsOf(view)[0].value === "0";
  const openCells = (view) => (absent(view) ? [] : cellsOf(view).filter((cell) => cell.value === ""));
  function remember() {
    before = views.map((view) => [seenOf(view)?.checked, cellsOf(view).map((cell) => [cell.value, cell.hasAttribute("data-measured")])]);
  }
  function undo() {
    if (!before) return;
    views.forEach((view, n) => {
      if (seenOf(view)) seenOf(view).checked = before[n][0];
      cellsOf(view).forEach((cell, m) => { cell.value = before[n][1][m][0]; cell.toggleAttribute("data-measured", before[n][1][m][1]); });
    });
    before = null;
    changed();
  }
  function level(view, cell, value) {
    if (![...cell.options].some((one) => one.value === value)) return;
    put(cell, value);
    changed();
    const cells = cellsOf(view), place = cells.indexOf(cell);
    if (absent(view) || place === cells.length - 1) { go(1, view); return; }
    cells[place + 1].focus();
  }
  function confirm(view) {
    remember();
    for (const cell of openCells(view)) put(cell, "2");
    look(view);
    changed();
    const next = rows()[rows().indexOf(view) + 1];
    enter(next);
  }
  function onScreen(view) {
    const box = view.getBoundingClientRect(), frame = form.getBoundingClientRect(), bar = document.querySelector(".action").getBoundingClientRect();
    const low = Math.min(frame.bottom, bar.top, innerHeight) - (sum.hidden ? 0 : sum.offsetHeight);
    return box.top >= Math.max(frame.top, 0) - 1 && box.bottom <= low + 1;
  }
  function all(measuredToo) { // only what was on the screen: nobody says "correct" of a view they have not been shown
    remember();
    const done = views.filter((view) => onScreen(view) || seenOf(view)?.checked);
    for (const view of done) {
      for (const cell of measuredToo ? cellsOf(view) : openCells(view)) put(cell, "2");
      look(view);
    }
    changed();
    const left = views.filter((view) => !done.includes(view) && (openCells(view).length || !(seenOf(view)?.checked ?? true)));
    if (left.length) {
      left[0].scrollIntoView({ block: "start" });
      say(words.more_below.replace("{n}", left.length));
    } else jump("overall");
  }

  // What is there and what is missing
  function missing() {
    const found = [];
    for (const view of views) {
      if (openCells(view).length) found.push([view, nameOf(view), openCells(view)[0]]);
      else if (seenOf(view) && !seenOf(view).checked) found.push([view, `${nameOf(view)} (${words.unseen})`, null]);
    }
    for (const row of form.querySelectorAll("[data-row=overall], [data-row=why], [data-critical]")) {
      if (!row.querySelector("input:checked")) found.push([row, row.querySelector("legend").firstChild.textContent.trim(), null]);
    }
    return found;
  }
  function adequate() { // as supervision.review_form computes it
    const overall = Number(form.elements.overall.value || 0);
    for (const view of views) {
      const low = cellsOf(view).slice(0, NEEDED).find((cell) => cell.value === "0");
      if (low) return [words.no, words.why_view.replace("{part}", document.getElementById(`h-${low.name.split(".")[2]}`).textContent).replace("{view}", nameOf(view))];
    }
    if (overall && overall < 3) return [words.no, words.why_overall];
    const known = overall && views.every((view) => cellsOf(view).slice(0, NEEDED).every((cell) => cell.value));
    return [known ? words.yes : words.open, ""];
  }
  function tally() {
    const there = views.filter((view) => Number(cellsOf(view)[0].value) >= 1).length, left = missing(), [word, why] = adequate();
    const jumpTo = document.createElement("button");
    jumpTo.type = "button";
    jumpTo.className = "quiet";
    jumpTo.textContent = left.length ? `${words.missing.replace("{n}", left.length)} – ${left[0][1]}` : words.whole;
    jumpTo.disabled = !left.length;
    jumpTo.addEventListener("click", toMissing);
    const said = document.createElement("span");
    said.textContent = `${words.views.replace("{there}", there).replace("{total}", views.length)} · ${words.adequate.replace("{word}", word)}${why ? ` (${why})` : ""}`;
    sum.replaceChildren(said, jumpTo);
    sum.hidden = false;
    for (const view of views) view.classList.toggle("open", openCells(view).length > 0);
  }
  function toMissing() {
    const [first] = missing();
    if (!first) return false;
    enter(first[0]);
    first[2]?.focus();
    return true;
  }

  // Keys
  function digitOf(event) { // a French keyboard gives its digits with shift: there the place of the key counts as well
    const place = event.shiftKey ? null : /^(?:Digit|Numpad)(\d)$/.exec(event.code);
    return /^\d$/.test(event.key) ? event.key : place?.[1];
  }
  function answer(row, digit, target) {
    if (row.matches("[data-view]")) {
      if (/[012]/.test(digit)) level(row, target.matches("select") ? target : cellsOf(row)[0], digit);
      return;
    }
    const by = [...row.querySelectorAll(".digit")].find((one) => one.textContent === digit);
    (by?.closest("label")?.querySelector("input") ?? by?.closest("button"))?.click();
    if (by && !row.querySelector("[type=checkbox]")) go(1, row);
  }
  const LETTERS = {
    a: () => all(true), A: () => all(false), v: () => enter(views[0]), q: () => jump("overall"), w: () => enter(form.querySelector("[data-row^='q.']")),
    k: () => jump("keep"), t: () => { more.open = true; form.elements.comment.focus(); }, m: () => toMissing(), u: undo,
    d: () => { more.open = !more.open; if (more.open) jump("cause"); else more.querySelector("summary").focus(); },
    s: () => { skip.open = !skip.open; if (skip.open) skip.querySelector("button").focus(); },
    p: () => document.querySelector("[data-pause]")?.requestSubmit(),
  };
  function actionOf(event) {
    const { key, target } = event, row = rowOf(target), digit = digitOf(event);
    if (skip?.contains(target) && digit) return () => skip.querySelectorAll("button")[digit - 1]?.click();
    if (key === "ArrowDown" || key === "ArrowUp") return () => go(key === "ArrowDown" ? 1 : -1);
    if (digit) return row && (() => answer(row, digit, target));
    if (row?.matches("[data-view]") && target.matches("select")) {
      if (key.toLowerCase() === "n") return () => level(row, target, "na");
      if (key === "Backspace" || key === "Delete") return () => { put(target, ""); changed(); };
    }
    if (key === "Enter" && row && !target.matches("button, summary, a")) return () => (row.matches("[data-view]") ? confirm(row) : go(1, row));
    return LETTERS[key] ?? null;
  }
  const OUTSIDE = new Set(["ArrowDown", "ArrowUp"]); // letters are the form's inside it, the player's outside
  const typing = (element) => element.matches("textarea, input:not([type=radio], [type=checkbox], [type=range])");
  addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (!event.isTrusted || !(target instanceof Element)) return;
    if (key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const inside = form.contains(target) || skip?.contains(target) || target.matches("[data-submit]");
    if (!inside && (!OUTSIDE.has(key) || target.matches("input, select, textarea") || window.sonorelay?.player?.drawing())) return;
    if (key === "Escape" && skip?.open) { skip.open = false; form.focus(); return; }
    if (typing(target)) {
      if (key === "Escape") form.focus({ preventScroll: true });
      else if (key === "Enter" && target.matches("input")) { event.preventDefault(); go(1); }
      return;
    }
    if (key === "Escape") { document.activeElement.blur(); return; }
    const act = actionOf(event);
    if (!act && (!form.contains(target) || /^(Tab|Shift|Enter)$/.test(key) || (key === " " && target.matches("button, summary, [type=checkbox]")))) return;
    event.preventDefault();
    event.stopPropagation();
    if (act) act();
    else document.body.dispatchEvent(new KeyboardEvent("keydown", { key, code: event.code, shiftKey: event.shiftKey, bubbles: true, cancelable: true }));
  }, true);

  form.addEventListener("focusin", ({ target }) => {
    latest = rowOf(target) ?? latest;
    look(target.closest("[data-view]"));
  });
  form.addEventListener("change", ({ target }) => { if (target.closest(".grid")) target.removeAttribute("data-measured"); });
  form.addEventListener("input", tally);
  form.addEventListener("restored", tally);
  form.addEventListener("submit", (event) => {
    if (!toMissing()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    say(words.incomplete.replace("{n}", missing().length), true);
  });
  form.querySelector("[data-told]")?.addEventListener("toggle", () => {
    const open = [...form.querySelectorAll("[data-row^='q.']")].some((row) => !row.querySelector("input:checked"));
    if (open) { form.elements.told.value = "yes"; changed(); }
  });
  for (const button of form.querySelectorAll("[data-all]")) {
    button.hidden = false;
    button.addEventListener("click", () => all(button.dataset.all === "correct"));
  }
  tally();
  form.focus({ preventScroll: true });
})();
