// Offers the three sentences of advice that fit best what was rated, as chips; the whole list stays below them. What speaks
// for a sentence, and how much, stands beside it (supervision.phrases): here it is only added up, link or no link.
(() => {
  "use strict";
  const form = document.querySelector("[data-reading]");
  if (!form) return;
  const OFFERED = 3;
  const rows = [...form.querySelectorAll("[data-advice]")];

  function levels() { // the lowest rating of each component over all views
    const lowest = new Map();
    for (const cell of form.querySelectorAll(".grid select")) {
      const part = cell.name.split(".")[2];
      if (/^[012]$/.test(cell.value)) lowest.set(part, Math.min(lowest.get(part) ?? 2, Number(cell.value)));
    }
    return lowest;
  }
  function ranked(select, said) {
    const fit = (option) => option.dataset.for.split(" ").map((one) => one.split("="))
      .reduce((sum, [what, points]) => sum + (said.has(what) ? Number(points) : 0), 0);
    return [...select.options].slice(1).map((option) => [fit(option), option]).filter(([points]) => points > 0)
      .sort((one, other) => other[0] - one[0]).slice(0, OFFERED).map(([, option]) => option);
  }
  function offer() {
    const lowest = levels();
    const worst = [...lowest].filter(([, level]) => level < 2 && level === Math.min(...lowest.values())).map(([part]) => part);
    const best = [...lowest].filter(([, level]) => level === 2).map(([part]) => part);
    for (const row of rows) {
      const kind = row.dataset.advice, select = form.elements[kind], chips = row.querySelector("[data-chips]");
      const parts = (kind === "keep" ? best : worst).map((part) => `part.${part}`);
      const options = ranked(select, new Set(["any", `cause.${form.elements.cause.value}`, ...parts]));
      const chosen = select.selectedOptions[0];
      if (chosen?.value && !options.includes(chosen)) options.splice(-1, 1, chosen);
      if (chips.dataset.offered !== options.map((one) => one.value).join()) {
        chips.dataset.offered = options.map((one) => one.value).join();
        chips.replaceChildren(...options.map((option, place) => chip(select, option, place + 1)));
      }
      for (const button of chips.children) button.setAttribute("aria-pressed", String(button.value === select.value));
    }
  }
  function chip(select, option, digit) {
    const button = document.createElement("button"), key = document.createElement("span");
    button.type = "button";
    button.className = "chip";
    button.value = option.value;
    key.className = "digit";
    key.textContent = digit;
    button.append(key, " ", option.textContent);
    button.addEventListener("click", () => {
      select.value = select.value === option.value ? "" : option.value;
      select.dispatchEvent(new Event("input", { bubbles: true }));
    });
    return button;
  }
  form.addEventListener("input", offer);
  form.addEventListener("restored", offer);
  offer();
})();
