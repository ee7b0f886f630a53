// Decisions by keyboard: J and K move, a letter presses the button that carries it. Every button can be clicked too.
(() => {
  const list = document.querySelector("[data-decisions]");
  if (!list) return;
  const cards = [...list.querySelectorAll("[data-decision]")];
  let place = -1;

  const choose = (next) => {
    place = Math.min(Math.max(next, 0), cards.length - 1);
    for (const card of cards) card.classList.toggle("is-current", card === cards[place]);
    cards[place].focus({ preventScroll: true });
    cards[place].scrollIntoView({ block: "nearest" });
  };

  list.addEventListener("focusin", (event) => {
    const card = event.target.closest("[data-decision]");
    if (!card) return;
    place = cards.indexOf(card);
    for (const other of cards) other.classList.toggle("is-current", other === card);
  });

  // The next question takes the place of the one that was just answered.
  const kept = "decision-place";
  list.addEventListener("submit", () => sessionStorage.setItem(kept, String(place)));
  const last = Number(sessionStorage.getItem(kept) ?? -1);
  sessionStorage.removeItem(kept);
  if (last >= 0) choose(last);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    const key = event.key.toLowerCase();
    if (key === "j") choose(place + 1);
    else if (key === "k") choose(place - 1);
    else if (place >= 0) {
      const button = cards[place].querySelector(`[data-key="${CSS.escape(key)}"]`);
      if (!button) return;
      button.click();
    } else return;
    event.preventDefault();
  });
})();
