// The clips of one exam: which of them is at hand, side by side or one after the other, and what keys and buttons do.
(() => {
  "use strict";
  const root = document.querySelector("[data-player]"), sonorelay = window.sonorelay;
  if (!root || !sonorelay?.clip) return;
  const LAYOUT = "sonorelay-layout", MOST_BESIDE = 4, WIDE = matchMedia("(min-width: 60rem)");
  const say = (name) => root.getAttribute(`data-say-${name}`);
  const find = (name) => root.querySelector(`[data-${name}]`), button = (name) => root.querySelector(`[data-do="${name}"]`);
  const number = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const short = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });
  const sheet = document.querySelector("[data-keys]"), counter = find("counter");
  const clips = [...root.querySelectorAll("[data-clip]")].map((figure) => sonorelay.clip(figure, say));
  let taken = clips[0], together = false;

  const player = sonorelay.player = { root, clips, say, taken: () => taken, take, actions: {}, drawing: () => false };
  for (const clip of clips) clip.zoom = sonorelay.zoom(clip, () => !player.drawing());

  // What belongs to one clip goes to the one at hand, or to all that are seen where they play together
  const seen = () => (root.dataset.layout === "beside" ? clips : [taken]);
  const at = (name) => () => { for (const clip of together && seen().length > 1 ? seen() : [taken]) clip[name]?.(); };
  const actions = player.actions;
  for (const name of ["back", "forward", "first", "slower", "faster", "loop", "in", "out", "again"]) actions[name] = at(name);
  Object.assign(actions, sonorelay.look(root, clips, () => taken), {
    last: at("to_last"), play, quality,
    before: () => take(clips[clips.indexOf(taken) - 1]), after: () => take(clips[clips.indexOf(taken) + 1]),
    beside: () => lay(root.dataset.layout === "beside" ? "sequence" : "beside", true),
    together: () => { together = !together; button("together").setAttribute("aria-pressed", String(together)); },
    keys: () => (sheet.open ? sheet.close() : sheet.showModal()),
  });

  function play() { // all begin or all stop
    if (!together || seen().length < 2) { taken.play?.(); return; }
    const stop = taken.playing();
    for (const clip of seen()) if (clip.moves && clip.playing() === stop) clip.play();
  }
  function quality() {
    const name = taken.quality?.() === "full" ? "small" : "full";
    sonorelay.quality.keep(name);
    for (const clip of clips) clip.change?.(name);
    paint();
  }

  // Layout
  function lay(layout, chosen = false) {
    if (clips.length < 2) return;
    if (chosen) try { localStorage.setItem(LAYOUT, layout); } catch { /* kept for this page only */ }
    root.dataset.layout = layout;
    button("beside").setAttribute("aria-pressed", String(layout === "beside"));
    button("together").hidden = layout !== "beside";
    take(taken);
  }
  function usual() {
    let kept = null;
    try { kept = localStorage.getItem(LAYOUT); } catch { /* nothing was chosen */ }
    return WIDE.matches && (kept ?? (clips.length <= MOST_BESIDE ? "beside" : "sequence")) === "beside" ? "beside" : "sequence";
  }
  function take(clip) {
    if (!clip) return;
    if (root.dataset.layout === "sequence" && clip !== taken) taken.stop();
    taken = clip;
    for (const one of clips) {
      one.figure.hidden = root.dataset.layout === "sequence" && one !== taken;
      one.figure.classList.toggle("taken", one === taken && clips.length > 1);
      one.figure.querySelector("[data-take]")?.setAttribute("aria-pressed", String(one === taken));
    }
    clip.open(() => {});
    paint();
    root.dispatchEvent(new Event("taken"));
  }

  // What the bar and the section say is about the clip at hand
  function paint() {
    const { moves, last } = taken, frame = taken.figure.dataset.frame;
    for (const part of root.querySelectorAll("[data-cine]")) part.hidden = !moves;
    for (const name of ["frame", "loop", "playing", "zoom", "clip", "quality"]) {
      const value = taken.figure.dataset[name];
      if (value !== undefined) root.dataset[name === "clip" ? "at" : name] = value; else if (name !== "clip") delete root.dataset[name];
    }
    counter.textContent = !moves ? say("still") : frame === undefined ? ""
      : `${say("frame").replace("{n}", Number(frame) + 1).replace("{total}", last + 1)} · ${number.format(taken.times[frame])} s`;
    if (!moves) return;
    const playing = taken.playing(), full = taken.quality() === "full", switches = button("quality");
    taken.find("scrub").setAttribute("aria-valuetext", counter.textContent);
    find("speed").textContent = `${short.format(taken.speed())}×`;
    root.querySelector('[data-when="paused"]').hidden = playing;
    root.querySelector('[data-when="playing"]').hidden = !playing;
    find("play-word").textContent = say(playing ? "pause" : "play");
    button("loop").setAttribute("aria-pressed", String(taken.looping()));
    switches.hidden = !taken.picture.dataset.small;
    switches.setAttribute("aria-pressed", String(full));
    switches.lastElementChild.textContent = say(full ? "full" : "small");
  }

  root.addEventListener("clip", (event) => { if (event.target === taken.figure) paint(); });
  root.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-do], [data-take]");
    if (!pressed) return;
    const figure = pressed.closest("[data-clip]");
    if (figure) take(clips.find((clip) => clip.figure === figure));
    actions[pressed.dataset.do]?.();
    if (event.detail > 0) pressed.blur(); // so that the space key plays, after a click with the mouse
  });
  for (const clip of clips) {
    clip.figure.addEventListener("pointerdown", () => { if (clip !== taken) take(clip); }, { capture: true });
    clip.find("scrub")?.addEventListener("focus", () => { if (clip !== taken) take(clip); });
    if (clip.moves) clip.find("canvas").addEventListener("click", () => { if (!clip.zoom.zoomed() && !player.drawing()) actions.play(); });
  }

  // Keys: the form's own while something in it has the focus, the player's everywhere else
  document.addEventListener("keydown", (event) => {
    const name = sonorelay.key(event);
    if (!name || !actions[name]) return;
    event.preventDefault();
    actions[name]();
  });

  // One clip after the other over a link that may be poor: the one at hand first
  function fill(at) {
    const next = clips.slice(at).find((clip) => clip !== taken);
    if (next) next.open(() => fill(clips.indexOf(next) + 1)); else root.dispatchEvent(new Event("loaded"));
  }
  if (clips.length > 1) WIDE.addEventListener("change", () => lay(usual()));
  taken.open(() => fill(0));
  if (clips.length > 1) lay(usual()); else take(taken);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches || navigator.connection?.saveData;
  if (root.hasAttribute("data-autoplay") && !calm) taken.run?.();
})();
