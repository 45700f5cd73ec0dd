// Leads from a remark of the expert's feedback to its frame in the player; without this script its link opens the clip.
(() => {
  "use strict";
  const player = window.sonorelay?.player;
  if (!player) return;
  for (const list of document.querySelectorAll("[data-marks]")) {
    const marks = JSON.parse(list.dataset.marks || "[]");
    for (const link of list.querySelectorAll("[data-go]")) {
      const mark = marks[Number(link.dataset.go) - 1], clip = player.clips.find((one) => one.number === mark?.clip);
      if (!clip) continue;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        player.take(clip);
        clip.stop();
        clip.show(mark.frame);
        clip.figure.scrollIntoView({ block: "nearest" });
      });
    }
  }
})();
