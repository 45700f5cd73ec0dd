// Holds the lease while somebody is at work, and tells when it is lost: then nothing can be sent any more. What the other
// scripts of the form have to tell goes through here too, so that a loss is never written over.
(() => {
  "use strict";
  const form = document.querySelector("[data-reading], [data-decide]");
  if (!form) return;
  const words = JSON.parse(document.getElementById("reading-words").textContent);
  const answer = document.querySelector("[data-answer]"), lease = document.querySelector("[data-lease]");
  const button = document.querySelector("[data-submit]");
  let until = Date.now() + Number(form.dataset.minutes) * 60000;
  let active = true, lost = false;

  const tell = (text, bad) => {
    answer.textContent = text;
    answer.classList.toggle("bad", bad);
  };
  form.addEventListener("tell", ({ detail }) => { if (!lost) tell(detail.text, detail.bad); });
  form.addEventListener("lost", ({ detail }) => {
    lost = true;
    tell(detail.text, true);
    lease.textContent = "";
    button.disabled = true;
  });
  function count() {
    const minutes = Math.max(0, Math.floor((until - Date.now()) / 60000));
    lease.textContent = words.minutes.replace("{n}", minutes);
    lease.classList.toggle("bad", minutes < 5);
  }
  async function renew() {
    if (!active || lost || button.disabled || document.hidden) return; // disabled: it is being sent
    active = false;
    try {
      const response = await fetch(form.dataset.renew, {
        method: "POST", credentials: "same-origin",
        headers: { "X-Requested-With": "fetch", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      });
      const said = await response.json();
      if (response.ok) { until = Date.now() + said.minutes * 60000; count(); }
      else if (response.status === 409 && !button.disabled) form.dispatchEvent(new CustomEvent("lost", { detail: said }));
      else if (response.status === 401 && !lost) tell(words.signed_out, true);
    } catch { active = true; } // no connection: the lease holds a while, the next minute tries again
  }
  if (form.dataset.renew) {
    for (const name of ["keydown", "pointerdown", "pointermove", "input"]) {
      document.addEventListener(name, () => { active = true; }, { passive: true });
    }
    setInterval(renew, 60000);
    setInterval(() => { if (!lost) count(); }, 15000);
    renew();
  }
})();
