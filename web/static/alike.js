// Ticks a scan only once its picture has been on the screen: nobody releases what they have not seen.
(() => {
  "use strict";
  const seen = (one) => { const box = one.closest("li").querySelector("input"); box.disabled = false; box.checked = true; };
  const watch = new IntersectionObserver((found) => {
    for (const { target, isIntersecting } of found) {
      if (!isIntersecting) continue;
      watch.unobserve(target);
      const image = target.querySelector("image");
      image.addEventListener("load", () => seen(target));
      image.setAttribute("href", image.dataset.href);
    }
  }, { threshold: 0.6 });
  for (const one of document.querySelectorAll("[data-look]")) watch.observe(one);
})();
