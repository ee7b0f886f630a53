// Small comforts; every page works without them.
(() => {
  // A drop-down of a filter sends its form at once.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
  });

  // Empty filters stay out of the address, so that it can be shared and read.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-filter]")) return;
    for (const field of event.target.elements) if (field.name && !field.value) field.disabled = true;
  });
  window.addEventListener("pageshow", () => {
    for (const field of document.querySelectorAll("[data-filter] [disabled]")) field.disabled = false;
  });

  // Progress is read aloud when its sentence changes, not at every refresh.
  document.addEventListener("htmx:afterSwap", () => {
    const news = document.querySelector("[data-announce]");
    const voice = document.getElementById("voice");
    if (news && voice && voice.textContent !== news.dataset.announce) voice.textContent = news.dataset.announce;
  });

  // Escape closes an explanation that was opened with the keyboard.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.activeElement?.matches(".why-button")) document.activeElement.blur();
  });
})();
