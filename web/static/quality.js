// Which preview suits this link: the small one, or the full one? Told by the browser where it knows, else measured on
// what the page has loaded so far. What the reader chose stands before both, on every page of this device.
(() => {
  "use strict";
  const PLACE = "sonorelay-quality", PATIENCE = 2; // seconds for which one waits for a clip
  const sonorelay = window.sonorelay ??= {};

  function megabitsPerSecond() {
    const link = navigator.connection;
    if (link?.saveData) return 0;
    const loaded = performance.getEntriesByType("resource").filter((entry) => entry.transferSize > 4000 && entry.responseEnd);
    const bytes = loaded.reduce((sum, entry) => sum + entry.transferSize, 0);
    const time = Math.max(...loaded.map((entry) => entry.responseEnd)) - Math.min(...loaded.map((entry) => entry.requestStart || entry.startTime));
    const measured = bytes > 30000 ? bytes * 8 / 1000 / Math.max(time, 1) : Infinity;
    const told = link?.downlink ?? Infinity;
    return told === Infinity && measured === Infinity ? 1 : Math.min(told, measured);
  }
  function kept() {
    try { return localStorage.getItem(PLACE); } catch { return null; } // a closed store: nothing was chosen
  }
  sonorelay.quality = {
    keep(name) {
      try { localStorage.setItem(PLACE, name); } catch { /* chosen for this page only */ }
    },
    // "full" when it is there within two seconds or in half the time that it plays
    of(megabytes, seconds) {
      const chosen = kept();
      if (chosen === "full" || chosen === "small") return chosen;
      return megabytes * 8 <= megabitsPerSecond() * Math.max(PATIENCE, seconds / 2) ? "full" : "small";
    },
  };
})();
