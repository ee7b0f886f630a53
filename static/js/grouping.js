// The button of a list says how many of its boxes are ticked.
(() => {
  const form = document.querySelector("[data-count-ticked]");
  if (!form) return;
  const boxes = [...form.querySelectorAll(`input[name="${form.dataset.countTicked}"]`)];
  const word = form.querySelector("[data-count]");
  const button = word.closest("button");
  const count = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    word.textContent = ticked === 1 ? form.dataset.one : form.dataset.many.replace("{}", String(ticked));
    button.disabled = !ticked;
  };
  form.addEventListener("change", count);
  window.addEventListener("pageshow", count);
})();
