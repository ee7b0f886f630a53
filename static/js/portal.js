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

  // One box ticks all the boxes of that name.
  document.addEventListener("change", (event) => {
    const name = event.target.dataset?.tickAll;
    if (!name) return;
    for (const box of document.querySelectorAll(`input[type=checkbox][name="${name}"]`)) box.checked = event.target.checked;
  });

  // A form that takes a while says so, and is not sent twice.
  document.addEventListener("submit", (event) => {
    const text = event.target.dataset.busy;
    if (!text) return;
    const button = event.target.querySelector("button[type=submit]");
    button.textContent = text;
    setTimeout(() => { button.disabled = true; });
  });

  // What was just done is said in a corner, and goes away.
  for (const toast of document.querySelectorAll("[data-toast]")) setTimeout(() => toast.remove(), 8000);

  // Escape closes an explanation that was opened with the keyboard.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.activeElement?.matches(".why-button")) document.activeElement.blur();
  });
})();
