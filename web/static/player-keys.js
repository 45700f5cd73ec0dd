// Which key does what in the player? Letters that a French keyboard has in reach stand beside the brackets. Drawing is
// told with capitals: the small letters of the same keys are the review form's while it has the focus.
(() => {
  "use strict";
  const PLAIN = {
    ",": "back", ".": "forward", Home: "first", End: "last", "-": "slower", "+": "faster", "=": "faster", i: "in", o: "out", l: "loop",
    r: "reset", g: "outline", "[": "before", "]": "after", "<": "before", ">": "after", j: "beside", y: "together", f: "quality",
    w: "arrow", x: "box", m: "line", k: "pin", h: "mmode", Delete: "unmark", "?": "keys",
  };
  const PAIRS = { b: ["darker", "brighter"], c: ["less-contrast", "more-contrast"], z: ["zoom-in", "zoom-out"] };

  (window.sonorelay ??= {}).key = (event) => {
    const { target } = event, held = event.ctrlKey || event.metaKey || event.altKey;
    if (held && !event.getModifierState("AltGraph")) return null; // brackets need AltGr on many keyboards
    if (document.querySelector("dialog[open]")) return event.key === "?" ? "keys" : null;
    if (target.closest("#reading") && event.key !== "?") return null;
    if (target.matches("textarea, select, input:not([type=radio], [type=range], [type=checkbox])")) return null;
    const slider = target.matches("input[type=range]"), name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (name === " ") return target.matches("button, a, summary, input:not([type=range])") ? null : "play";
    if (name === "ArrowLeft" || name === "ArrowRight") return slider ? null : name === "ArrowLeft" ? "back" : "forward";
    if (slider && (name === "Home" || name === "End")) return null;
    return PAIRS[name]?.[Number(event.shiftKey)] ?? PLAIN[name] ?? null;
  };
})();
