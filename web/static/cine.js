// Shows exactly the frame that is asked for. The times of all frames come from the server (they need not be even) and
// are the same in both qualities; a step seeks to the middle of the wanted frame's time, and what is shown is read back
// from the decoder's own time stamp (requestVideoFrameCallback), never guessed from currentTime. `data-frame` tells it.
(() => {
  "use strict";
  const SPEEDS = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4];
  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
  const sonorelay = window.sonorelay ??= {};
  sonorelay.clamp = clamp;

  // A clip or still in its <figure>; "clip" is sent from there whenever something about it changed
  sonorelay.clip = (figure, say) => {
    const find = (name) => figure.querySelector(`[data-${name}]`);
    const picture = find("picture"), note = find("note"), again = figure.querySelector('[data-do="again"]');
    const clip = {
      figure, find, say, picture, number: Number(figure.dataset.clip), moves: picture.tagName === "VIDEO",
      columns: Number(figure.dataset.columns), rows: Number(figure.dataset.rows),
      tell(text, canTryAgain = false) {
        note.textContent = text;
        note.hidden = !text;
        again.hidden = !canTryAgain;
      },
      changed() { figure.dispatchEvent(new Event("clip", { bubbles: true })); },
      again() { clip.tell(""); if (picture.load) picture.load(); else picture.src = picture.getAttribute("src"); },
    };
    picture.addEventListener("error", () => { if (picture.getAttribute("src")) clip.tell(say("failed"), true); });
    return clip.moves ? cine(clip) : still(clip);
  };

  function still(clip) {
    clip.figure.dataset.frame = "0";
    clip.picture.addEventListener("load", () => clip.tell(""));
    return Object.assign(clip, { times: [0], last: 0, frame: () => 0, open: (then) => then(), show() {}, stop() {}, playing: () => false });
  }

  function cine(clip) {
    const { figure, picture, find, say } = clip;
    const times = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    const last = times.length - 1, scrub = find("scrub"), part = find("part"), hold = document.createElement("canvas");
    let shown = -1, wanted = null, target = null, speed = SPEEDS.indexOf(1), looping = true;
    let from = 0, to = last, waiting = 0, running = false, opened = false, fetching = null, resume = null;
    hold.hidden = true;
    picture.after(hold);

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

    function presented(_now, frame) {
      shown = frameAt(frame.mediaTime);
      if (wanted === shown) wanted = null;
      if (wanted === null) hold.hidden = true;
      figure.dataset.frame = String(shown);
      if (document.activeElement !== scrub || picture.paused === false) scrub.value = shown;
      clip.changed();
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
      stop();
      wanted = clamp(frame, 0, last);
      seek();
    }
    const step = (by) => show((wanted ?? Math.max(shown, 0)) + by);
    function stop() {
      clearTimeout(waiting);
      waiting = 0;
      running = picture.loop = false; // a clip that loops would jump from its last frame even while it stands
      picture.pause();
    }
    function play() {
      if (!picture.paused) { stop(); return; }
      wanted = null;
      if (shown >= last || (looping && (shown < from || shown >= to))) picture.currentTime = start(looping ? from : 0);
      run();
    }
    function run() {
      running = true;
      wanted = null;
      picture.loop = looping && whole();
      picture.play().catch(() => {}); // a browser that refuses says so by staying paused
    }
    function hurry(by) {
      speed = clamp(speed + by, 0, SPEEDS.length - 1);
      picture.playbackRate = picture.defaultPlaybackRate = SPEEDS[speed];
      clip.changed();
    }
    function span() {
      picture.loop = running && looping && whole();
      part.toggleAttribute("hidden", whole());
      part.setAttribute("x", String(100 * from / (last + 1)));
      part.setAttribute("width", String(100 * (to - from + 1) / (last + 1)));
      figure.dataset.loop = looping ? `${from}-${to}` : "off";
      clip.changed();
    }
    function mark(begin, end) {
      from = clamp(begin, 0, last);
      to = clamp(end, from, last);
      looping = true;
      span();
    }

    // Quality: the frame stays where it is, and the clip can be played on until the other file is there
    function begin(name) {
      const frame = wanted ?? shown, playing = running;
      figure.dataset.quality = name;
      if (shown >= 0) {
        hold.width = picture.videoWidth;
        hold.height = picture.videoHeight;
        hold.getContext("2d").drawImage(picture, 0, 0);
        hold.hidden = false;
      }
      target = null;
      wanted = Math.max(frame, 0);
      resume = playing && frame > 0 ? start(frame) : null;
      picture.src = name === "full" ? picture.dataset.full : picture.dataset.small;
      if (playing) run();
      clip.changed();
    }
    function change(name) {
      fetching = null;
      if (!opened || !picture.dataset.small || figure.dataset.quality === name) return;
      const ready = fetching = document.createElement("video");
      ready.muted = true;
      ready.preload = "auto";
      ready.src = name === "full" ? picture.dataset.full : picture.dataset.small;
      clip.tell(name === "full" ? say("fetching") : "");
      const done = () => { if (fetching === ready) { fetching = null; clip.tell(""); begin(name); } };
      ready.addEventListener("canplaythrough", done, { once: true });
      ready.addEventListener("error", done, { once: true }); // the clip itself then says what is wrong
    }
    function open(then) { // begin to load; `then` when the link is free for the next clip
      if (opened) return then();
      opened = true;
      clip.tell(say("loading"));
      const next = () => { then(); then = () => {}; };
      for (const name of ["canplaythrough", "suspend", "error"]) picture.addEventListener(name, next, { once: true });
      const small = picture.dataset.small;
      begin(small ? sonorelay.quality.of(Number(picture.dataset.megabytes), times[last] + length(last)) : "full");
    }

    picture.addEventListener("loadedmetadata", () => {
      target = null;
      if (resume !== null) picture.currentTime = resume; else seek();
      resume = null;
    });
    picture.addEventListener("seeked", () => { target = null; if (wanted !== null && wanted !== shown) soon(); });
    const soon = () => requestAnimationFrame(() => { if (wanted !== null && wanted !== shown) seek(); });
    picture.addEventListener("ended", () => { if (running && looping) { picture.currentTime = start(from); run(); } });
    for (const name of ["play", "pause"]) picture.addEventListener(name, () => { figure.dataset.playing = String(!picture.paused); clip.changed(); });
    picture.addEventListener("waiting", () => clip.tell(say("loading")));
    for (const name of ["canplay", "playing", "seeked"]) picture.addEventListener(name, () => clip.tell(fetching ? say("fetching") : ""));
    scrub.addEventListener("input", () => show(Number(scrub.value)));
    picture.requestVideoFrameCallback(presented);
    span();

    return Object.assign(clip, {
      times, last, open, show, stop, change, run, middle, frameAt, end: () => times[last] + length(last), frame: () => Math.max(shown, 0), speed: () => SPEEDS[speed],
      playing: () => !picture.paused, looping: () => looping, quality: () => (fetching ? "full" : figure.dataset.quality),
      play, back: () => step(-1), forward: () => step(1), first: () => show(0), to_last: () => show(last),
      slower: () => hurry(-1), faster: () => hurry(1),
      loop: () => { looping = !looping; if (!looping) { from = 0; to = last; } span(); },
      in: () => mark(Math.max(shown, 0), to > shown ? to : last),
      out: () => mark(from < shown ? from : 0, Math.max(shown, 0)),
    });
  }
})();
