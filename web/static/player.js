// Shows exactly the frame that is asked for. The times of all frames come from the server (they need not be even);
// a step seeks to the middle of the wanted frame's time, and what is shown is read back from the decoder's own
// time stamp (requestVideoFrameCallback), never guessed from currentTime. `data-frame` on the section tells it.
(() => {
  "use strict";
  const SPEEDS = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4];
  const LARGEST = 8;
  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
  const root = document.querySelector("[data-player]");
  if (!root) return;
  const find = (name) => root.querySelector(`[data-${name}]`);
  const say = (name) => root.getAttribute(`data-say-${name}`);
  const number = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const short = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });
  const picture = find("picture"), stage = find("stage"), canvas = find("canvas"), outline = find("outline");
  const note = find("note"), again = root.querySelector('[data-do="again"]'), sheet = document.querySelector("[data-keys]");

  const actions = { ...look(), keys: () => (sheet.open ? sheet.close() : sheet.showModal()) };
  if (picture.tagName === "VIDEO") Object.assign(actions, cine());
  else still();

  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    actions[button.dataset.do]?.();
    if (event.detail > 0) button.blur(); // so that the space key plays, after a click with the mouse
  });
  document.addEventListener("keydown", (event) => {
    const name = key(event);
    if (!name || !actions[name]) return;
    event.preventDefault();
    actions[name]();
  });

  function key(event) {
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return null;
    if (document.querySelector("dialog[open]")) return event.key === "?" ? "keys" : null;
    if (target.matches("textarea, select, input:not([type=radio], [type=range])")) return null;
    const slider = target.matches("input[type=range]"), big = event.shiftKey;
    switch (event.key.length === 1 ? event.key.toLowerCase() : event.key) {
      case " ": return target.matches("button, a, summary") || (target.type === "radio" && !target.checked) ? null : "play";
      case "ArrowLeft": return slider ? null : "back";
      case "ArrowRight": return slider ? null : "forward";
      case ",": return "back";
      case ".": return "forward";
      case "Home": return slider ? null : "first";
      case "End": return slider ? null : "last";
      case "-": return "slower";
      case "+": case "=": return "faster";
      case "i": return "in";
      case "o": return "out";
      case "l": return "loop";
      case "b": return big ? "brighter" : "darker";
      case "c": return big ? "more-contrast" : "less-contrast";
      case "z": return big ? "zoom-out" : "zoom-in";
      case "r": return "reset";
      case "g": return "outline";
      case "?": return "keys";
      default: return null;
    }
  }

  function tell(text, canTryAgain = false) {
    note.textContent = text;
    note.hidden = !text;
    again.hidden = !canTryAgain;
  }

  // Brightness, contrast, zoom and outline: the same for clips and stills
  function look() {
    const brightness = find("brightness"), contrast = find("contrast");
    const toggle = root.querySelector('[data-do="outline"]');
    let zoom = 1, x = 0, y = 0, held = null;
    const filter = () => { picture.style.filter = `brightness(${brightness.value}) contrast(${contrast.value})`; };
    const nudge = (slider, by) => { slider.value = Number(slider.value) + by; filter(); };
    const place = () => {
      x = clamp(x, (1 - zoom) * stage.clientWidth, 0);
      y = clamp(y, (1 - zoom) * stage.clientHeight, 0);
      canvas.style.transform = zoom === 1 ? "" : `translate(${x}px, ${y}px) scale(${zoom})`;
      stage.classList.toggle("zoomed", zoom > 1);
      root.dataset.zoom = zoom.toFixed(2);
    };
    const enlarge = (factor, atX = stage.clientWidth / 2, atY = stage.clientHeight / 2) => {
      const next = clamp(zoom * factor, 1, LARGEST);
      x = atX - (atX - x) * (next / zoom);
      y = atY - (atY - y) * (next / zoom);
      zoom = next;
      place();
    };
    brightness.addEventListener("input", filter);
    contrast.addEventListener("input", filter);
    stage.addEventListener("wheel", (event) => {
      event.preventDefault();
      const box = stage.getBoundingClientRect();
      enlarge(event.deltaY < 0 ? 1.2 : 1 / 1.2, event.clientX - box.left, event.clientY - box.top);
    }, { passive: false });
    stage.addEventListener("pointerdown", (event) => {
      if (zoom === 1 || event.target.closest("button")) return;
      held = { x: event.clientX - x, y: event.clientY - y };
      stage.setPointerCapture(event.pointerId);
    });
    stage.addEventListener("pointermove", (event) => {
      if (!held) return;
      x = event.clientX - held.x;
      y = event.clientY - held.y;
      place();
    });
    for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, () => { held = null; });
    return {
      brighter: () => nudge(brightness, 0.1), darker: () => nudge(brightness, -0.1),
      "more-contrast": () => nudge(contrast, 0.1), "less-contrast": () => nudge(contrast, -0.1),
      "zoom-in": () => enlarge(1.4), "zoom-out": () => enlarge(1 / 1.4),
      reset: () => { brightness.value = contrast.value = 1; zoom = 1; x = y = 0; filter(); place(); },
      outline: () => {
        if (!outline) return;
        const on = outline.hasAttribute("hidden");
        outline.toggleAttribute("hidden", !on);
        toggle.setAttribute("aria-pressed", String(on));
      },
      again: () => { tell(""); if (picture.load) picture.load(); else picture.src = picture.getAttribute("src"); },
    };
  }

  function still() {
    find("counter").textContent = say("still");
    root.dataset.frame = "0";
    picture.addEventListener("error", () => tell(say("failed"), true));
    picture.addEventListener("load", () => tell(""));
  }

  function cine() {
    const times = JSON.parse(document.getElementById("frame-times").textContent);
    const last = times.length - 1;
    const scrub = find("scrub"), counter = find("counter"), part = find("part"), word = find("play-word");
    const loopButton = root.querySelector('[data-do="loop"]');
    let shown = -1, wanted = null, target = null, speed = SPEEDS.indexOf(1), looping = true;
    let from = 0, to = last, waiting = 0, running = false;

    const frameAt = (seconds) => { // the frame whose time is nearest
      let low = 0, high = last;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (times[middle] < seconds) low = middle + 1; else high = middle;
      }
      return low > 0 && seconds - times[low - 1] < times[low] - seconds ? low - 1 : low;
    };
    const length = (frame) => frame < last ? times[frame + 1] - times[frame] : last > 0 ? times[last] - times[last - 1] : 0.04;
    const middle = (frame) => times[frame] + length(frame) / 2;
    const start = (frame) => times[frame] + Math.min(0.002, length(frame) / 10);
    const whole = () => from === 0 && to === last;

    function paint() {
      root.dataset.frame = String(shown);
      counter.textContent = `${say("frame").replace("{n}", shown + 1).replace("{total}", last + 1)} · ${number.format(times[shown])} s`;
      if (document.activeElement !== scrub || picture.paused === false) scrub.value = shown;
      scrub.setAttribute("aria-valuetext", counter.textContent);
    }
    function presented(_now, frame) {
      shown = frameAt(frame.mediaTime);
      if (wanted === shown) wanted = null;
      paint();
      if (!picture.paused && looping && !whole() && !waiting && (shown >= to || shown < from)) turn();
      picture.requestVideoFrameCallback(presented);
    }
    function turn() { // let the last frame of the loop have its time, then begin again
      const rest = shown === to ? length(shown) / picture.playbackRate * 1000 : 0;
      waiting = setTimeout(() => { waiting = 0; if (!picture.paused) picture.currentTime = start(from); }, rest * 0.9);
    }
    function seek() {
      if (wanted === null || target !== null) return;
      target = wanted;
      picture.currentTime = middle(target);
    }
    function show(frame) {
      pause();
      wanted = clamp(frame, 0, last);
      seek();
    }
    const step = (by) => show((wanted ?? Math.max(shown, 0)) + by);
    function pause() {
      clearTimeout(waiting);
      waiting = 0;
      running = picture.loop = false; // a clip that loops would jump from its last frame even while it stands
      picture.pause();
    }
    function play() {
      if (!picture.paused) { pause(); return; }
      wanted = null;
      if (shown >= last || (looping && (shown < from || shown >= to))) picture.currentTime = start(looping ? from : 0);
      run();
    }
    function run() {
      running = true;
      picture.loop = looping && whole();
      picture.play().catch(() => {}); // a browser that refuses says so by staying paused
    }
    function hurry(by) {
      speed = clamp(speed + by, 0, SPEEDS.length - 1);
      picture.playbackRate = picture.defaultPlaybackRate = SPEEDS[speed];
      find("speed").textContent = `${short.format(SPEEDS[speed])}×`;
    }
    function marks() {
      picture.loop = running && looping && whole();
      loopButton.setAttribute("aria-pressed", String(looping));
      part.toggleAttribute("hidden", whole());
      part.setAttribute("x", String(100 * from / (last + 1)));
      part.setAttribute("width", String(100 * (to - from + 1) / (last + 1)));
      root.dataset.loop = looping ? `${from}-${to}` : "off";
    }
    function mark(begin, end) {
      from = clamp(begin, 0, last);
      to = clamp(end, from, last);
      looping = true;
      marks();
    }

    picture.addEventListener("seeked", () => { target = null; if (wanted !== null && wanted !== shown) again_soon(); });
    function again_soon() { requestAnimationFrame(() => { if (wanted !== null && wanted !== shown) seek(); }); }
    picture.addEventListener("ended", () => { if (running && looping) { picture.currentTime = start(from); run(); } });
    for (const name of ["play", "pause"]) picture.addEventListener(name, () => {
      const playing = !picture.paused;
      root.querySelector('[data-when="paused"]').hidden = playing;
      root.querySelector('[data-when="playing"]').hidden = !playing;
      word.textContent = say(playing ? "pause" : "play");
      root.dataset.playing = String(playing);
    });
    picture.addEventListener("error", () => tell(say("failed"), true));
    picture.addEventListener("waiting", () => tell(say("loading")));
    for (const name of ["canplay", "playing", "seeked"]) picture.addEventListener(name, () => tell(""));
    picture.addEventListener("click", () => { if (!stage.classList.contains("zoomed")) play(); });
    scrub.addEventListener("input", () => show(Number(scrub.value)));
    picture.requestVideoFrameCallback(presented);
    // a first frame that was there before this script is told to nobody: ask for it again
    const begin = () => { if (shown < 0 && picture.paused) picture.currentTime = middle(0); };
    if (picture.readyState < 2) tell(say("loading"));
    else begin();
    picture.addEventListener("loadeddata", () => setTimeout(begin, 150));
    if (picture.error) tell(say("failed"), true);
    marks();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches || navigator.connection?.saveData;
    if (root.hasAttribute("data-autoplay") && !calm) run();

    return {
      play, back: () => step(-1), forward: () => step(1), first: () => show(0), last: () => show(last),
      slower: () => hurry(-1), faster: () => hurry(1),
      loop: () => { looping = !looping; if (!looping) { from = 0; to = last; } marks(); },
      in: () => mark(Math.max(shown, 0), to > shown ? to : last),
      out: () => mark(from < shown ? from : 0, Math.max(shown, 0)),
    };
  }
})();
