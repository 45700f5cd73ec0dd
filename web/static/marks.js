// Drawings and remarks pinned to frames. They live as JSON in the form's hidden field `marks` (supervision/marks.py says
// what it holds); what a page carries in `data-marks` is shown and cannot be changed. Where there is no form a line can
// still be measured, and is gone with the page.
(() => {
  "use strict";
  const player = window.sonorelay?.player, ink = window.sonorelay?.ink, panel = player?.root.querySelector("[data-notes]");
  if (!panel) return;
  const { clamp } = window.sonorelay, { root, clips, actions } = player;
  const MOST = 40, LONGEST = 300, STEP = 0.01, SHORTEST = 0.01, DIGITS = 1e4;
  const field = document.querySelector('#reading input[name="marks"]');
  const say = (name) => panel.getAttribute(`data-say-${name}`), tip = panel.querySelector("[data-tip]"), list = panel.querySelector("[data-list]");
  const clipOf = (mark) => clips.find((clip) => clip.number === mark.clip);
  const fixed = [...document.querySelectorAll("[data-marks]")].flatMap((element) => JSON.parse(element.dataset.marks || "[]"));
  let own = [], tool = null, draft = null, cursor = null, pulled = false, back = null;

  for (const button of root.querySelectorAll("[data-writes]")) button.hidden = !field;
  player.drawing = () => tool !== null || pulled;
  const all = () => [...fixed, ...own];

  // The field
  function read() {
    try { own = JSON.parse(field?.value || "[]").filter(clipOf); } catch { own = []; }
    show();
  }
  function keep() {
    if (field) {
      field.value = JSON.stringify(own.filter((mark) => mark.shape !== "pin" || mark.text.trim()));
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    show();
  }
  function add(mark, focus) {
    if (own.length >= MOST) { tip.textContent = say("full").replace("{n}", MOST); return; }
    own.push(mark);
    keep();
    if (focus && field) list.lastElementChild.querySelector("input").focus();
  }

  // Tools; while one is in hand the keys are its own, afterwards the form goes on where it was
  function leave() {
    const active = document.activeElement;
    if (!active.closest("#reading")) return;
    back = active;
    active.blur();
  }
  function comeBack() {
    back?.focus({ preventScroll: true });
    back = null;
  }
  const arm = (name) => () => {
    tool = tool === name || (name !== "line" && !field) ? null : name;
    draft = cursor = null;
    if (tool) { leave(); player.taken().stop(); }
    for (const one of ["arrow", "box", "line"]) root.querySelector(`[data-do="${one}"]`).setAttribute("aria-pressed", String(one === tool));
    root.classList.toggle("drawing", tool !== null);
    tip.textContent = tool ? say("draw") : "";
    paint();
  };
  const put = (clip, from, to) => ({ clip: clip.number, frame: clip.frame(), shape: tool, points: [from, to], text: "" });
  const far = ({ points: [[x, y], [farX, farY]] }) => Math.hypot(farX - x, farY - y) >= SHORTEST;
  function finish(focus) {
    const mark = draft;
    arm(tool)();
    if (mark && far(mark)) add(mark, focus);
    if (!focus || !field) comeBack();
  }
  function unmark(mark = own.findLast((one) => clipOf(one) === player.taken() && one.frame === player.taken().frame())) {
    own = own.filter((one) => one !== mark);
    keep();
  }
  Object.assign(actions, {
    arrow: arm("arrow"), box: arm("box"), line: arm("line"), unmark: () => unmark(),
    pin() {
      const clip = player.taken();
      if (!field) return;
      leave();
      clip.stop();
      add({ clip: clip.number, frame: clip.frame(), shape: "pin", points: [], text: "" }, true);
    },
  });

  // Pointer
  function place(clip, event) {
    const matrix = clip.find("ink").getScreenCTM().inverse(), point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
    return [point.x / clip.columns, point.y / clip.rows].map((share) => Math.round(clamp(share, 0, 1) * DIGITS) / DIGITS);
  }
  for (const clip of clips) {
    const stage = clip.find("stage");
    stage.addEventListener("pointerdown", (event) => {
      if (!tool || event.target.closest("button")) return;
      event.preventDefault();
      const from = place(clip, event);
      clip.stop();
      draft = put(clip, from, from);
      pulled = true;
      stage.setPointerCapture(event.pointerId);
      paint();
    });
    stage.addEventListener("pointermove", (event) => {
      if (!pulled || !draft) return;
      draft.points = [draft.points[0], place(clip, event)];
      paint();
    });
    stage.addEventListener("pointerup", (event) => {
      if (!pulled) return;
      setTimeout(() => { pulled = false; }, 0); // the click that follows is no wish to play
      if (draft && far(draft)) finish(event.pointerType !== "touch"); else { draft = null; paint(); }
    });
    stage.addEventListener("pointercancel", () => { draft = null; pulled = false; paint(); });
  }

  // Keys, before the player's own: while a tool is in hand the arrows move its point
  const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  document.addEventListener("keydown", (event) => {
    if (!tool || event.target.matches("input, textarea, select") || event.target.closest("#reading")) return;
    const by = MOVES[event.key], step = event.shiftKey ? 5 * STEP : STEP, clip = player.taken();
    if (event.key === "Escape") { arm(tool)(); comeBack(); }
    else if (by) {
      cursor = (cursor ?? [0.5, 0.5]).map((share, axis) => Math.round(clamp(share + by[axis] * step, 0, 1) * DIGITS) / DIGITS);
      if (draft) draft.points = [draft.points[0], cursor];
    } else if (event.key === "Enter" && draft) finish(true);
    else if (event.key === "Enter") {
      cursor ??= [0.5, 0.5];
      draft = put(clip, cursor, cursor);
    } else return;
    event.preventDefault();
    event.stopImmediatePropagation();
    paint();
  }, { capture: true });

  // What is seen: the drawings of the frame on each clip, and the list of all
  function paint() {
    const numbered = all().map((mark, index) => [index + 1, mark]);
    for (const clip of clips) {
      const here = numbered.filter(([, mark]) => clipOf(mark) === clip && mark.frame === clip.frame());
      const drawn = draft && clipOf(draft) === clip ? [...here, ["", draft]] : here, said = clip.find("remarks");
      ink.draw(clip, drawn, tool && clip === player.taken() ? cursor : null, say);
      said.textContent = here.filter(([, mark]) => mark.text).map(([place, mark]) => `${place}. ${mark.text}`).join("\n");
      said.hidden = !said.textContent;
    }
  }
  function show() {
    for (const clip of clips) ink.ticks(clip, all().filter((mark) => clipOf(mark) === clip));
    list.replaceChildren(...all().filter(clipOf).map(row));
    paint();
  }
  function row(mark, index) {
    const item = document.createElement("li"), clip = clipOf(mark), place = index + 1, go = document.createElement("button");
    const view = clips.length > 1 ? clip.figure.querySelector("[data-take]").firstChild.textContent.trim() : "";
    go.type = "button";
    go.className = "quiet";
    go.textContent = `${place}. ` + [view, player.say("frame").replace("{n}", mark.frame + 1).replace("{total}", clip.last + 1), say(mark.shape), ink.distance(clip, mark, say)].filter(Boolean).join(" · ");
    go.setAttribute("aria-label", `${say("go").replace("{n}", place)}: ${go.textContent}`);
    go.addEventListener("click", () => { player.take(clip); clip.show(mark.frame); });
    item.append(go);
    if (!own.includes(mark)) { item.append(mark.text); return item; }
    if (field) item.append(remark(mark, place));
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "quiet";
    remove.textContent = "×";
    remove.setAttribute("aria-label", say("delete").replace("{n}", place));
    remove.addEventListener("click", () => unmark(mark));
    item.append(remove);
    return item;
  }
  function remark(mark, place) {
    const input = document.createElement("input");
    input.maxLength = LONGEST;
    input.value = mark.text;
    input.setAttribute("aria-label", say("remark").replace("{n}", place));
    input.addEventListener("input", () => {
      mark.text = input.value;
      field.value = JSON.stringify(own.filter((one) => one.shape !== "pin" || one.text.trim()));
      field.dispatchEvent(new Event("input", { bubbles: true }));
      paint();
    });
    input.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === "Escape") { event.preventDefault(); input.blur(); comeBack(); } });
    input.addEventListener("blur", () => { if (mark.shape === "pin" && !mark.text.trim()) unmark(mark); });
    return input;
  }

  player.line = () => all().findLast((mark) => mark.shape === "line" && clipOf(mark) === player.taken());
  player.tip = (text) => { tip.textContent = text; };
  root.addEventListener("clip", paint);
  root.addEventListener("taken", paint);
  field?.addEventListener("change", read); // a draft that came back
  read();
})();
