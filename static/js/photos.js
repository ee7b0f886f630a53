// Photos of a product: drop files, see how far they are, drag to another place. Everything works with buttons too.
(() => {
  const zone = document.querySelector("[data-photo-zone]");
  if (!zone) return;
  const input = zone.querySelector("input[type=file]");
  const bar = zone.querySelector("[data-photo-progress]");
  const percent = zone.querySelector("[data-photo-percent]");
  const choose = zone.querySelector("[data-photo-choose]");
  zone.querySelector("[data-photo-send]").hidden = true; // choosing sends at once
  choose.hidden = false;
  choose.addEventListener("click", () => input.click());
  input.classList.add("visually-hidden");
  input.tabIndex = -1;

  const send = () => { if (input.files.length) zone.requestSubmit(); };
  input.addEventListener("change", send);
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      zone.classList.add("is-over");
    });
  }
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("is-over"));
  zone.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    input.files = event.dataTransfer.files;
    send();
  });

  zone.addEventListener("htmx:beforeRequest", () => { bar.hidden = false; });
  zone.addEventListener("htmx:xhr:progress", (event) => {
    if (!event.detail.lengthComputable) return;
    const done = Math.round((100 * event.detail.loaded) / event.detail.total);
    bar.querySelector("progress").value = done;
    percent.textContent = `${done} %`;
  });
  zone.addEventListener("htmx:afterRequest", () => {
    bar.hidden = true;
    input.value = "";
  });

  // Dragging: by the grip, with mouse, pen or finger.
  const photos = document.getElementById("photos");
  let card = null;
  let before = "";
  const order = (grid) => [...grid.querySelectorAll("[data-photo]")].map((one) => one.dataset.photo);
  const showGrips = () => { for (const grip of photos.querySelectorAll("[data-photo-grip]")) grip.hidden = false; };
  showGrips();

  photos.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-photo-grip]");
    if (!grip || event.button !== 0) return;
    event.preventDefault();
    card = grip.closest("[data-photo]");
    before = order(card.parentElement).join("\n");
    card.classList.add("is-dragged");
    photos.setPointerCapture(event.pointerId);
  });
  photos.addEventListener("pointermove", (event) => {
    if (!card) return;
    const under = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-photo]");
    if (!under || under === card || under.parentElement !== card.parentElement) return;
    const cards = [...card.parentElement.children];
    under[cards.indexOf(card) < cards.indexOf(under) ? "after" : "before"](card);
  });
  const drop = () => {
    if (!card) return;
    const grid = card.parentElement;
    card.classList.remove("is-dragged");
    card = null;
    const now = order(grid);
    if (now.join("\n") === before) return;
    const form = photos.querySelector("[data-photo-order]");
    for (const field of form.querySelectorAll("[name=order]")) field.remove();
    for (const key of now) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = "order";
      field.value = key;
      form.append(field);
    }
    form.requestSubmit();
  };
  photos.addEventListener("pointerup", drop);
  photos.addEventListener("pointercancel", drop);

  // What was done is read aloud; what was unfolded stays so.
  let open = [];
  photos.addEventListener("htmx:beforeSwap", () => {
    open = [...photos.querySelectorAll("details[open] [id]")].map((one) => one.id);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== photos) return;
    showGrips();
    for (const id of open) document.getElementById(id)?.closest("details")?.setAttribute("open", "");
    const said = photos.querySelector("[data-photo-said]");
    if (said) document.getElementById("photo-voice").textContent = said.dataset.photoSaid;
  });
})();
