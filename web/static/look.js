// Brightness and contrast of all clips, zoom of the one at hand, and the outline of the sector.
(() => {
  "use strict";
  const LARGEST = 8;
  const sonorelay = window.sonorelay, { clamp } = sonorelay;

  // Follows wheel and pointer on one clip's stage; `free` says whether the pointer is not at work on something else
  sonorelay.zoom = (clip, free) => {
    const stage = clip.find("stage"), canvas = clip.find("canvas");
    let zoom = 1, x = 0, y = 0, held = null;
    const place = () => {
      x = clamp(x, (1 - zoom) * stage.clientWidth, 0);
      y = clamp(y, (1 - zoom) * stage.clientHeight, 0);
      canvas.style.transform = zoom === 1 ? "" : `translate(${x}px, ${y}px) scale(${zoom})`;
      stage.classList.toggle("zoomed", zoom > 1);
      clip.figure.dataset.zoom = zoom.toFixed(2);
      clip.changed();
    };
    const enlarge = (factor, atX = stage.clientWidth / 2, atY = stage.clientHeight / 2) => {
      const next = clamp(zoom * factor, 1, LARGEST);
      x = atX - (atX - x) * (next / zoom);
      y = atY - (atY - y) * (next / zoom);
      zoom = next;
      place();
    };
    stage.addEventListener("wheel", (event) => {
      event.preventDefault();
      const box = stage.getBoundingClientRect();
      enlarge(event.deltaY < 0 ? 1.2 : 1 / 1.2, event.clientX - box.left, event.clientY - box.top);
    }, { passive: false });
    stage.addEventListener("pointerdown", (event) => {
      if (zoom === 1 || event.target.closest("button") || !free()) return;
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
      "zoom-in": () => enlarge(1.4), "zoom-out": () => enlarge(1 / 1.4), zoomed: () => zoom > 1,
      whole: () => { zoom = 1; x = y = 0; place(); },
    };
  };

  sonorelay.look = (root, clips, taken) => {
    const brightness = root.querySelector("[data-brightness]"), contrast = root.querySelector("[data-contrast]");
    const outlines = root.querySelectorAll("[data-outline]"), toggle = root.querySelector('[data-do="outline"]');
    const filter = () => {
      for (const { picture } of clips) picture.style.filter = `brightness(${brightness.value}) contrast(${contrast.value})`;
    };
    const nudge = (slider, by) => { slider.value = Number(slider.value) + by; filter(); };
    brightness.addEventListener("input", filter);
    contrast.addEventListener("input", filter);
    toggle.hidden = !outlines.length;
    return {
      brighter: () => nudge(brightness, 0.1), darker: () => nudge(brightness, -0.1),
      "more-contrast": () => nudge(contrast, 0.1), "less-contrast": () => nudge(contrast, -0.1),
      "zoom-in": () => taken().zoom["zoom-in"](), "zoom-out": () => taken().zoom["zoom-out"](),
      reset: () => { brightness.value = contrast.value = 1; filter(); taken().zoom.whole(); },
      outline: () => {
        if (!outlines.length) return;
        const on = outlines[0].hasAttribute("hidden");
        for (const outline of outlines) outline.toggleAttribute("hidden", !on);
        toggle.setAttribute("aria-pressed", String(on));
      },
    };
  };
})();
