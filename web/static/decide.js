// The decision on the keyboard: every choice and every reason has a digit of its own, wherever the focus is.
(() => {
  "use strict";
  const form = document.querySelector("[data-decide]");
  if (!form) return;
  const button = document.querySelector("[data-submit]"); // disabled once the exam is somebody else's
  const typing = (element) => element.matches("textarea, input:not([type=radio], [type=checkbox])");
  addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); button.click(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (typing(target)) {
      if (key === "Escape") form.focus({ preventScroll: true });
      return;
    }
    const place = event.shiftKey ? null : /^(?:Digit|Numpad)(\d)$/.exec(event.code);
    const digit = /^\d$/.test(key) ? key : place?.[1];
    const by = digit && [...form.querySelectorAll(".digit")].find((one) => one.textContent === digit);
    if (by) by.closest("label").querySelector("input").click();
    else if (key === "t") form.elements.note.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
})();
