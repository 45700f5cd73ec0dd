// Draws what is kept of a picture: one outline a sector, in pixels of the picture, by mouse, finger and keys. A fan has
// four corners and two arcs about the point where its sides meet; every other outline is its corners. The mask of the
// "after" picture is the same outline, so what a person sees there is what is released. The text field holds it all.
(() => {
  "use strict";
  const root = document.querySelector("[data-draw]");
  if (!root) return;
  const MOST_STEPS = 100, ARC = 16, CLOSEST = 26, LOUPE = 3;
  const columns = Number(root.dataset.columns), rows = Number(root.dataset.rows);
  const find = (name) => root.querySelector(`[data-${name}]`);
  const say = (name) => root.getAttribute(`data-say-${name}`);
  const text = document.querySelector("[data-outlines]"), proposals = JSON.parse(document.getElementById("proposals").textContent);
  const svg = find("main"), stage = find("stage"), outlines = find("sectors"), grips = find("grips"), loupe = find("loupe");
  const holes = root.querySelector("[data-holes]");
  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
  const inside = ([x, y]) => [clamp(Math.round(x), 0, columns - 1), clamp(Math.round(y), 0, rows - 1)];
  let sectors = [], at = 0, picked = 0, past = [], zoom = 1, unit = 1, held = null, lastKey = "";

  // Geometry
  const minus = (p, q) => [p[0] - q[0], p[1] - q[1]], length = (v) => Math.hypot(v[0], v[1]);
  const middle = (p, q) => [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2];
  function normal(p, q, to) { // of unit length, across p–q, on the side of `to`, or away from it when it is a near corner
    const [x, y] = minus(q, p), size = length([x, y]) || 1, across = [-y / size, x / size], way = minus(to, middle(p, q));
    return across[0] * way[0] + across[1] * way[1] < 0 ? [-across[0], -across[1]] : across;
  }
  function meeting(a, b, c, d) { // where the lines a–b and c–d meet, null when they run side by side
    const u = minus(b, a), v = minus(d, c), cross = u[0] * v[1] - u[1] * v[0];
    if (Math.abs(cross) < 1e-3 * length(u) * length(v)) return null;
    const w = minus(c, a), t = (w[0] * v[1] - w[1] * v[0]) / cross;
    return [a[0] + t * u[0], a[1] + t * u[1]];
  }
  function fanParts({ corners: [nl, nr, fr, fl], near, far }) {
    const apex = meeting(nl, fl, nr, fr), away = middle(fl, fr), back = minus(away, middle(nl, nr));
    const out = [away[0] + back[0], away[1] + back[1]];
    const above = apex && length(minus(apex, middle(nl, nr))) < length(minus(apex, away));
    const own = (p, q) => {
      if (!above) return 0;
      const radius = (length(minus(p, apex)) + length(minus(q, apex))) / 2, half = length(minus(p, q)) / 2;
      return radius > half ? radius - Math.sqrt(radius ** 2 - half ** 2) : half;
    };
    const arc = (p, q, to, share) => {
      const chord = length(minus(q, p)), rise = share === null ? own(p, q) : share * chord;
      const dir = normal(p, q, to), mid = middle(p, q), top = [mid[0] + dir[0] * rise, mid[1] + dir[1] * rise];
      if (Math.abs(rise) < 0.5) return { top, dir, mid, chord, points: [p, q] };
      const radius = (chord ** 2 / 4 + rise ** 2) / (2 * rise), half = 2 * Math.atan2(2 * rise, chord), points = [];
      for (let step = 0; step <= ARC; step += 1) {
        const angle = (2 * step / ARC - 1) * half, down = radius * Math.cos(angle) - (radius - rise), along = radius * Math.sin(angle) / chord;
        points.push([mid[0] + dir[0] * down + (q[0] - p[0]) * along, mid[1] + dir[1] * down + (q[1] - p[1]) * along]);
      }
      return { top, dir, mid, chord, points };
    };
    return { near: arc(nl, nr, away, near), far: arc(fr, fl, out, far) };
  }
  function flat(sector) {
    if (sector.points) return sector.points;
    const { near, far } = fanParts(sector);
    return [...near.points, ...far.points].map(inside).filter((p, n, all) => !n || String(p) !== String(all[n - 1]));
  }
  function fewer(points, tolerance) { // Douglas and Peucker 1973, doi 10.3138/FM57-6770-U75U-7727, on a closed outline
    const thin = (part) => {
      const [first, last] = [part[0], part[part.length - 1]], line = minus(last, first), size = length(line);
      let worst = 0, where = 0;
      part.forEach((p, n) => {
        const way = minus(p, first), off = size ? Math.abs(way[0] * line[1] - way[1] * line[0]) / size : length(way);
        if (off > worst) { worst = off; where = n; }
      });
      return worst <= tolerance ? [first, last] : [...thin(part.slice(0, where + 1)).slice(0, -1), ...thin(part.slice(where))];
    };
    if (points.length < 9) return points;
    let far = 0;
    points.forEach((p, n) => { if (length(minus(p, points[0])) > length(minus(points[far], points[0]))) far = n; });
    return [...thin(points.slice(0, far + 1)).slice(0, -1), ...thin([...points.slice(far), points[0]]).slice(0, -1)];
  }
  const free = (points) => ({ points: fewer(points.map(inside), Math.max(1, Math.hypot(columns, rows) / 600)) });
  function asFan(points) { // the two longest sides of an outline that ends in arcs; null when a fan does not fit it
    const few = fewer(points, Math.hypot(columns, rows) / 600), sides = few.map((p, n) => [p, few[(n + 1) % few.length]]);
    const [a, b] = sides.sort((s, t) => length(minus(...t)) - length(minus(...s))), apex = few.length > 6 && meeting(...a, ...b);
    if (!apex || a.some((p) => b.includes(p))) return null;
    const near = [a, b].map((side) => [...side].sort((p, q) => length(minus(p, apex)) - length(minus(q, apex)))).sort((s, t) => s[1][0] - t[1][0]);
    const [[nl, fl], [nr, fr]] = near, sector = { corners: [nl, nr, fr, fl].map(inside), near: null, far: null }, edge = flat(sector);
    const off = (p) => Math.min(...edge.map((q, n) => away(p, q, edge[(n + 1) % edge.length])));
    return points.every((p) => off(p) < Math.hypot(columns, rows) / 250) ? sector : null;
  }
  function away(p, q, r) { // how far p lies from the side q–r
    const line = minus(r, q), t = clamp(((p[0] - q[0]) * line[0] + (p[1] - q[1]) * line[1]) / (length(line) ** 2 || 1), 0, 1);
    return length(minus(p, [q[0] + t * line[0], q[1] + t * line[1]]));
  }
  const start = (points) => asFan(points) ?? free(points);
  const box = (left, top, right, bottom) => ({ points: [[left, top], [right, top], [right, bottom], [left, bottom]].map(inside) });
  function fan() {
    const apex = [columns / 2, -rows * 0.1], ray = (radius, angle) => inside([apex[0] + radius * Math.sin(angle), apex[1] + radius * Math.cos(angle)]);
    const wide = Math.min(0.62, Math.asin(Math.min(0.95, columns * 0.47 / (rows * 0.98)))), near = rows * 0.22, far = rows * 1.04;
    return { corners: [ray(near, -wide), ray(near, wide), ray(far, wide), ray(far, -wide)], near: null, far: null };
  }

  // The grips of the sector at hand: where each is, and what moving it does
  function gripsOf(sector) {
    if (sector.points) return sector.points.map((point, n) => ({ point, move: (to) => { sector.points[n] = inside(to); } }));
    const { near, far } = fanParts(sector);
    const corner = (n) => ({ point: sector.corners[n], move: (to) => { sector.corners[n] = inside(to); } });
    const arc = (name, { top, dir, mid, chord }) => ({ arc: true, point: top, move: (to) => {
      const way = minus(to, mid);
      sector[name] = clamp((way[0] * dir[0] + way[1] * dir[1]) / (chord || 1), -0.2, 1);
    } });
    return [corner(0), arc("near", near), corner(1), corner(2), arc("far", far), corner(3)];
  }

  // Showing
  const shape = (name, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const written = (points) => points.map(([x, y]) => `${x},${y}`).join(" ");
  function label(n, all) {
    const name = all[n].arc ? "arc" : "corner", [x, y] = all[n].point.map(Math.round);
    return say(name).replace("{n}", n + 1).replace("{total}", all.length).replace("{x}", x).replace("{y}", y);
  }
  function paint() {
    const lines = sectors.map((sector) => written(flat(sector)));
    outlines.replaceChildren(...lines.map((points, n) => shape("polygon", { points, class: n === at ? "outline" : "outline other", "stroke-dasharray": n === at ? "none" : "8 4", "data-sector": n })));
    holes.replaceChildren(...lines.map((points) => shape("polygon", { points })));
    find("copy").replaceChildren(...lines.map((points) => shape("polygon", { points, class: "outline" })));
    text.value = lines.join("\n");
    const all = sectors[at] ? gripsOf(sectors[at]) : [];
    picked = clamp(picked, 0, Math.max(0, all.length - 1));
    const kind = all.map((grip) => (grip.arc ? "a" : "c")).join("");
    if (grips.dataset.kind !== kind) {
      grips.dataset.kind = kind;
      grips.replaceChildren(...all.map((_grip, n) => {
        const one = shape("g", { tabindex: "0", role: "button", "data-grip": n });
        const [fill, stroke] = all[n].arc ? ["#000", "#6cc3cf"] : ["#6cc3cf", "#000"];
        one.append(shape("circle", { fill: "#0000" }), shape("circle", { class: "dot", fill, stroke, "stroke-width": 2, "vector-effect": "non-scaling-stroke" }));
        return one;
      }));
    }
    all.forEach((grip, n) => {
      const one = grips.children[n], [x, y] = grip.point;
      one.setAttribute("transform", `translate(${x} ${y})`);
      one.setAttribute("aria-label", label(n, all));
      one.setAttribute("class", `grip${n === picked ? " picked" : ""}${grip.arc ? " arc" : ""}`);
      one.children[0].setAttribute("r", 20 * unit);
      one.children[1].setAttribute("r", (n === picked ? 8 : 6) * unit);
    });
    root.dataset.corners = all.length;
    for (const name of ["add-corner", "remove-corner"]) button(name).disabled = !all.length || (name === "remove-corner" && all.length < 4);
    button("undo").disabled = !past.length;
    button("remove-sector").disabled = sectors.length < 2;
    for (const one of document.querySelectorAll("[data-needs-outline]")) one.disabled = !sectors.length;
    find("count").textContent = sectors.length > 1 ? say("sectors").replace("{n}", at + 1).replace("{total}", sectors.length) : "";
  }
  const button = (name) => root.querySelector(`[data-do="${name}"]`);
  const tell = (words) => { find("said").textContent = words; };
  function keep(key = "") { // a run of the same key is one step back
    if (key && key === lastKey) return;
    past = [...past, JSON.stringify([sectors, at, picked])].slice(-MOST_STEPS);
    lastKey = key;
  }
  function put(all, words) {
    keep();
    [sectors, at, picked] = [all, clamp(at, 0, all.length - 1), 0];
    view(false);
    paint();
    if (words) tell(words);
  }
  function replace(sector, words) { put(sectors.length ? sectors.map((one, n) => (n === at ? sector : one)) : [sector], words); }
  function pick(n, focus) {
    picked = n;
    paint();
    if (focus) grips.children[picked]?.focus({ preventScroll: true });
    if (sectors[at]) tell(label(picked, gripsOf(sectors[at])));
  }
  function view(after) {
    find("before").toggleAttribute("hidden", after);
    find("after").toggleAttribute("hidden", !after);
    for (const [name, on] of [["before", !after], ["after", after]]) button(name).setAttribute("aria-pressed", String(on));
  }
  function scale() {
    svg.style.width = `calc(${zoom} * min(100%, 72dvh * ${columns / rows}))`;
    unit = columns / (svg.getBoundingClientRect().width || columns);
    root.dataset.zoom = zoom;
    paint();
  }

  // Doing
  function corner(add) {
    if (!sectors[at]) return;
    keep();
    if (!sectors[at].points) { const [x, y] = gripsOf(sectors[at])[picked].point; sectors[at] = free(flat(sectors[at])); picked = nearest([x, y]).n; }
    const { points } = sectors[at];
    if (add) { points.splice(picked + 1, 0, inside(middle(points[picked], points[(picked + 1) % points.length]))); picked += 1; }
    else if (points.length > 3) { points.splice(picked, 1); picked = Math.max(0, picked - 1); }
    pick(picked, true);
  }
  function nearest(place) {
    return gripsOf(sectors[at]).map((grip, n) => ({ n, off: length(minus(grip.point, place)) })).reduce((a, b) => (b.off < a.off ? b : a));
  }
  const actions = {
    fan: () => replace(fan(), say("fan")),
    rectangle: () => replace(box(columns * 0.15, rows * 0.1, columns * 0.85, rows * 0.9), say("rectangle")),
    whole: () => { at = 0; put([box(0, 0, columns - 1, rows - 1)], say("whole")); },
    take: (one) => { at = 0; put(proposals[Number(one.dataset.number)].map(start), say("taken")); },
    "add-sector": () => {
      const second = box(columns * 0.55, rows * 0.15, columns * 0.95, rows * 0.85), all = [...sectors, second];
      keep(); sectors = all; at = all.length - 1; picked = 0; view(false); paint(); tell(say("added"));
    },
    "remove-sector": () => put(sectors.filter((_one, n) => n !== at)),
    "add-corner": () => corner(true), "remove-corner": () => corner(false),
    undo: () => { if (past.length) { [sectors, at, picked] = JSON.parse(past.pop()); lastKey = ""; paint(); tell(say("undone")); } },
    before: () => view(false), after: () => view(true),
    "zoom-in": () => { zoom = Math.min(6, zoom * 1.5); scale(); }, "zoom-out": () => { zoom = Math.max(1, zoom / 1.5); scale(); },
    picture: (one) => {
      for (const image of root.querySelectorAll("#held-picture")) image.setAttribute("href", one.dataset.href);
      for (const other of root.querySelectorAll('[data-do="picture"]')) other.setAttribute("aria-pressed", String(other === one));
    },
  };
  root.addEventListener("click", (event) => {
    const one = event.target.closest("[data-do]");
    if (one) actions[one.dataset.do](one);
  });
  root.addEventListener("keydown", (event) => {
    if (event.target.matches("textarea")) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") { event.preventDefault(); actions.undo(); return; }
    const grip = event.target.closest("[data-grip]"), far = event.shiftKey ? 10 : 1;
    if (!grip || event.ctrlKey || event.metaKey || event.altKey) return;
    const way = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, -far], ArrowDown: [0, far] }[event.key];
    if (way) {
      keep(`${at} ${picked}`);
      const one = gripsOf(sectors[at])[picked];
      one.move([one.point[0] + way[0], one.point[1] + way[1]]);
      pick(picked, true);
    } else if (event.key === "Insert" || event.key === "+") corner(true);
    else if (event.key === "Delete" || event.key === "Backspace") corner(false);
    else return;
    event.preventDefault();
  });
  grips.addEventListener("focusin", (event) => {
    const n = Number(event.target.closest("[data-grip]").dataset.grip);
    if (n !== picked) { lastKey = ""; pick(n, false); }
  });

  // Mouse and finger: the nearest grip follows, keeping its distance, so that the finger need not cover it
  const place = (event) => { const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse()); return [x, y]; };
  svg.addEventListener("pointerdown", (event) => {
    if (!sectors.length || event.button > 0 || !find("after").hasAttribute("hidden")) return;
    const here = place(event), other = event.target.closest("[data-sector]");
    const found = nearest(here);
    if (found.off > CLOSEST * unit) {
      if (other && Number(other.dataset.sector) !== at) { at = Number(other.dataset.sector); grips.dataset.kind = ""; pick(0, true); }
      return;
    }
    event.preventDefault();
    keep();
    held = { id: event.pointerId, off: minus(gripsOf(sectors[at])[found.n].point, here) };
    svg.setPointerCapture(event.pointerId);
    pick(found.n, true);
    magnify(event);
  });
  const reached = (event) => sectors.length && find("after").hasAttribute("hidden") && nearest(place(event)).off <= CLOSEST * unit;
  svg.addEventListener("touchstart", (event) => { // a finger on a grip drags it, anywhere else it scrolls
    if (event.touches.length === 1 && reached(event.touches[0])) event.preventDefault();
  }, { passive: false });
  svg.addEventListener("pointermove", (event) => {
    if (!held || event.pointerId !== held.id) return;
    const here = place(event);
    gripsOf(sectors[at])[picked].move([here[0] + held.off[0], here[1] + held.off[1]]);
    pick(picked, false);
    magnify(event);
  });
  for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => {
    if (held && past.at(-1) === JSON.stringify([sectors, at, picked])) past.pop(); // nothing was moved
    held = null;
    loupe.setAttribute("hidden", "");
    paint();
  });
  svg.addEventListener("dblclick", (event) => {
    if (!sectors.length) return;
    const here = place(event), points = flat(sectors[at]);
    let best = { off: Infinity };
    points.forEach((p, n) => {
      const off = away(here, p, points[(n + 1) % points.length]);
      if (off < best.off) best = { off, n };
    });
    if (best.off > CLOSEST * unit || !sectors[at].points) return;
    keep();
    sectors[at].points.splice(best.n + 1, 0, inside(here));
    pick(best.n + 1, true);
  });
  function magnify(event) { // what a finger covers is shown beside it
    if (event.pointerType === "mouse") return;
    const [x, y] = gripsOf(sectors[at])[picked].point, side = 110 * unit / LOUPE, frame = stage.getBoundingClientRect();
    loupe.setAttribute("viewBox", `${x - side / 2} ${y - side / 2} ${side} ${side}`);
    loupe.classList.toggle("right", event.clientX < frame.left + frame.width / 2);
    loupe.removeAttribute("hidden");
  }

  const numbers = (lines) => lines.split("\n")
    .map((line) => ({ points: [...line.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => inside([Number(x), Number(y)])) }))
    .filter(({ points }) => points.length > 2);
  text.addEventListener("change", () => { at = 0; put(numbers(text.value)); });
  find("picture").addEventListener("error", () => tell(say("failed")));
  for (const one of document.querySelectorAll("[data-script]")) one.removeAttribute("hidden");
  new ResizeObserver(scale).observe(stage);
  if (!proposals.length) tell(say("choose"));
  if (text.value.trim() && text.value !== text.dataset.first) sectors = numbers(text.value);
  else if (proposals.length) sectors = proposals[0].map(start);
  scale();
})();
