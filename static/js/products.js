// Catalogue pages: how long a text is while it is written (the preview then says what the shop counts), and small comforts.
(() => {
  const count = (field) => {
    const shown = document.getElementById(field.dataset.counter);
    if (!shown) return;
    const limit = Number(field.dataset.limit);
    const length = [...field.value.trim()].length;
    shown.textContent = limit ? `${length} / ${limit}` : String(length);
    shown.classList.toggle("is-act", Boolean(limit) && length > limit);
  };

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-counter]")) count(event.target);
  });

  // On a phone the chosen tab may stand outside the strip.
  document.querySelector(".tab-strip .active")?.scrollIntoView({ block: "nearest", inline: "center" });

  // Escape leaves a text as it was.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.target.closest?.("[data-text-form]")?.querySelector("[data-cancel]")?.click();
  });

  // What took the place of a form says where the keyboard goes on.
  document.addEventListener("htmx:afterSettle", (event) => {
    const place = event.detail.elt;
    const next = place?.matches?.("[autofocus]") ? place : place?.querySelector?.("[autofocus]");
    if (next && document.activeElement !== next) next.focus();
  });

  // All that are found, or those that are ticked: never both.
  document.addEventListener("change", (event) => {
    if (event.target.name !== "everything") return;
    for (const box of document.querySelectorAll('input[name="products"], [data-tick-all="products"]')) {
      box.disabled = event.target.checked;
      if (event.target.checked) box.checked = true;
    }
  });
})();
