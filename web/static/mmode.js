// M-mode from a cine: what lies along the last line that was drawn, frame after frame, each as wide as it lasts. Only
// drawn, never read back: the picture may come from a store of another name.
(() => {
  "use strict";
  const sonorelay = window.sonorelay, player = sonorelay?.player, figure = player?.root.querySelector("[data-mmode]");
  if (!figure) return;
  const WIDTH = 640, HEIGHT = 240, PATIENCE = 10000;
  const panel = player.root.querySelector("[data-notes]"), say = (name) => panel.getAttribute(`data-say-${name}`);
  const words = figure.querySelector("[data-mmode-words]"), axis = figure.querySelector("[data-axis]"), canvas = figure.querySelector("canvas");
  const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });
  let turn = 0, shown = null;

  const sought = (video, clip, frame) => new Promise((done, failed) => { // "seeked" may come before its picture
    const late = setTimeout(() => failed(new Error("late")), PATIENCE);
    function presented(_now, picture) {
      if (clip.frameAt(picture.mediaTime) !== frame) { video.requestVideoFrameCallback(presented); return; }
      clearTimeout(late);
      done();
    }
    video.requestVideoFrameCallback(presented);
    video.currentTime = clip.middle(frame);
  });
  const loaded = (video) => new Promise((done, failed) => {
    video.addEventListener("loadeddata", done, { once: true });
    video.addEventListener("error", () => failed(new Error("not loaded")), { once: true });
  });

  function column(context, video, [[x, y], [farX, farY]], left, width) { // the line upright, its first point on top
    const from = [x * video.videoWidth, y * video.videoHeight], to = [farX * video.videoWidth, farY * video.videoHeight];
    const long = Math.hypot(to[0] - from[0], to[1] - from[1]), angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
    context.save();
    context.beginPath();
    context.rect(left, 0, width, HEIGHT);
    context.clip();
    context.translate(left, 0);
    context.scale(width, HEIGHT / long); // one pixel across the line fills the time that its frame lasts
    context.translate(0.5, 0);
    context.rotate(Math.PI / 2 - angle);
    context.translate(-from[0], -from[1]);
    context.drawImage(video, 0, 0);
    context.restore();
  }

  async function gather(clip, line, mine) {
    const { times, last } = clip, whole = clip.end(), context = canvas.getContext("2d"), video = document.createElement("video");
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    video.muted = true;
    video.preload = "auto";
    video.src = clip.picture.currentSrc;
    await loaded(video);
    for (let frame = 0; frame <= last; frame += 1) {
      await sought(video, clip, frame);
      if (turn !== mine) return;
      const left = Math.floor(times[frame] / whole * WIDTH), right = frame < last ? times[frame + 1] / whole * WIDTH : WIDTH;
      column(context, video, line.points, left, Math.max(1, Math.ceil(right) - left));
      words.textContent = say("gathering").replace("{n}", frame + 1).replace("{total}", last + 1);
    }
    words.textContent = [say("mmode"), sonorelay.ink.distance(clip, line, say)].filter(Boolean).join(" · ");
    axis.textContent = `${say("time")}: 0 – ${say("seconds").replace("{n}", number.format(whole))}`;
    figure.dataset.frames = String(last + 1);
  }

  player.actions.mmode = () => {
    const clip = player.taken(), line = clip.moves && player.line();
    if (!line) { player.tip(say("noline")); return; }
    turn += 1;
    shown = clip;
    figure.hidden = false;
    axis.textContent = "";
    delete figure.dataset.frames;
    clip.stop();
    gather(clip, line, turn).catch(() => { words.textContent = player.say("failed"); });
  };
  player.actions["mmode-close"] = () => { turn += 1; figure.hidden = true; };
  canvas.addEventListener("click", (event) => { // to the frame of that moment
    const seconds = event.offsetX / canvas.clientWidth * shown.end();
    player.take(shown);
    shown.show(shown.times.findLastIndex((time) => time <= seconds));
  });
})();
