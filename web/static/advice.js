// Offers the three sentences of advice that fit best what was rated, as chips; the whole list stays below them. Ranked as
// supervision.phrases ranks: what fits the cause before what fits a component, the exam type's own before the general.
(() => {
  "use strict";
  const form = document.querySelector("[data-reading]");
  if (!form) return;
  const OFFERED = 3, FOR_CAUSE = 4, FOR_PART = 2, FOR_TYPE = 3, FOR_ANY = 1;
  const rows = [...form.querySelectorAll("[data-advice]")];
  const list = (text) => (text ? text.split(" ") : []);

  function levels() { // the lowest rating of each component over all views
    const lowest = new Map();
    for (const cell of form.querySelectorAll(".grid select")) {
      const part = cell.name.split(".")[2];
      if (/^[012]$/.test(cell.value)) lowest.set(part, Math.min(lowest.get(part) ?? 2, Number(cell.value)));
    }
    return lowest;
  }
  function ranked(select, kind, cause, parts) {
    const fit = (option) => {
      const causes = list(option.dataset.c), of = list(option.dataset.p);
      const sum = FOR_CAUSE * causes.includes(cause) + FOR_PART * of.filter((one) => parts.includes(one)).length
        + FOR_ANY * (causes.length === 0 && of.length === 0);
      return sum && sum + FOR_TYPE * ("own" in option.dataset);
    };
    return [...select.options].slice(1).map((option) => [fit(option), option]).filter(([points]) => points > 0)
      .sort((one, other) => other[0] - one[0]).slice(0, OFFERED).map(([, option]) => option);
  }
  function offer() {
    const lowest = levels();
    const worst = [...lowest].filter(([, level]) => level < 2 && level === Math.min(...lowest.values())).map(([part]) => part);
    const best = [...lowest].filter(([, level]) => level === 2).map(([part]) => part);
    for (const row of rows) {
      const kind = row.dataset.advice, select = form.elements[kind], chips = row.querySelector("[data-chips]");
      const options = ranked(select, kind, form.elements.cause.value, kind === "keep" ? best : worst);
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
