// Fetches what comes next while the reader is busy: the previews in `data-ahead`, one after the other, once the clips of
// this page are here. The addresses are those of the next page, so that its player finds them in the browser's store.
(() => {
  "use strict";
  const ahead = document.querySelector("[data-ahead]"), root = window.sonorelay?.player?.root;
  const link = navigator.connection;
  if (!ahead || link?.saveData) return;
  const idle = window.requestIdleCallback ?? ((run) => setTimeout(run, 500));

  async function fetchAll() {
    for (const address of JSON.parse(ahead.dataset.ahead || "[]")) {
      if (link?.saveData || !navigator.onLine) return;
      try {
        const answer = await fetch(address, { mode: "no-cors", credentials: "same-origin", priority: "low" });
        if (answer.type !== "opaque") await answer.arrayBuffer(); // to the end: only then it is kept
      } catch { return; } // the link is gone; the next page loads what it needs
    }
    ahead.dataset.done = "true";
  }
  const begin = () => idle(() => fetchAll());
  if (root) root.addEventListener("loaded", begin, { once: true });
  else addEventListener("load", begin, { once: true });
})();
