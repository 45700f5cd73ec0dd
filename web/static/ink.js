// How do an arrow, a box and a line look on a frame, and how long is a line? Points are shares of the picture, 0 to 1.
(() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg", sonorelay = window.sonorelay;
  const number = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

  function part(name, attributes, text = "") {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    made.textContent = text;
    return made;
  }
  function arrow([x, y], [tipX, tipY], size) {
    const angle = Math.atan2(tipY - y, tipX - x);
    const wing = (by) => `${tipX - size * Math.cos(angle + by)},${tipY - size * Math.sin(angle + by)}`;
    return [part("path", { d: `M${x},${y}L${tipX},${tipY}M${wing(0.5)}L${tipX},${tipY}L${wing(-0.5)}` })];
  }
  function box([x, y], [farX, farY]) {
    return [part("rect", { x: Math.min(x, farX), y: Math.min(y, farY), width: Math.abs(farX - x), height: Math.abs(farY - y) })];
  }
  function line([x, y], [farX, farY], size) {
    const angle = Math.atan2(farY - y, farX - x), dx = size / 2 * Math.sin(angle), dy = size / 2 * -Math.cos(angle);
    const end = (endX, endY) => `M${endX - dx},${endY - dy}L${endX + dx},${endY + dy}`;
    return [part("path", { d: `M${x},${y}L${farX},${farY}${end(x, y)}${end(farX, farY)}` })];
  }
  const SHAPES = { arrow, box, line };

  sonorelay.ink = {
    // in millimetres where the scale of the clip is trusted, else null
    length({ figure, columns, rows }, { points: [[x, y], [farX, farY]] }) {
      const scale = Number(figure.dataset.millimetres);
      return scale ? Math.hypot((farX - x) * columns, (farY - y) * rows) * scale : null;
    },
    distance(clip, mark, say) {
      if (mark.shape !== "line") return "";
      const long = sonorelay.ink.length(clip, mark);
      return long === null ? say("uncalibrated") : say("millimetres").replace("{n}", number.format(long));
    },
    // `marks`: [number in the list, mark], those of the frame that is shown; `cursor`: where the keys are, or null
    draw(clip, marks, cursor, say) {
      const { columns, rows } = clip, size = Math.max(columns, rows) / 40, parts = [];
      for (const [place, mark] of marks) {
        if (!SHAPES[mark.shape]) continue;
        const points = mark.points.map(([x, y]) => [x * columns, y * rows]), [[x, y], [farX, farY]] = points;
        const said = [place, sonorelay.ink.distance(clip, mark, say)].filter(Boolean).join(" · ");
        const [labelX, labelY] = mark.shape === "line" ? [Math.max(x, farX), (y + farY) / 2] : [x, y];
        parts.push(...SHAPES[mark.shape](...points, size));
        const wide = said.length * size * 0.55, left = labelX + size + wide > columns ? labelX - size - wide : labelX + size;
        parts.push(part("text", { x: left, y: sonorelay.clamp(labelY - size / 3, size, rows - size / 4), "font-size": size }, said));
      }
      if (cursor) {
        const [x, y] = [cursor[0] * columns, cursor[1] * rows];
        parts.push(part("path", { class: "cursor", d: `M${x - size},${y}h${2 * size}M${x},${y - size}v${2 * size}` }));
      }
      clip.find("ink").replaceChildren(...parts);
    },
    ticks(clip, marks) {
      const width = 100 / (clip.last + 1);
      clip.find("ticks")?.replaceChildren(...[...new Set(marks.map((mark) => mark.frame))].map((frame) =>
        part("rect", { class: "tick", x: Math.min(frame * width, 99.2), y: 0, width: Math.max(width, 0.8), height: 1 })));
    },
  };
})();
