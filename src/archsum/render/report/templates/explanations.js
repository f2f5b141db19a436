// The derivation behind a number: opened from wherever the number is, with the name of what was asked about.
"use strict";

const explanations = {
  open(id, name, label) {
    const dialog = document.getElementById(id);
    if (!dialog || !dialog.showPopover) return;
    dialog.querySelectorAll("dt").forEach((term) => term.classList.toggle("asked", term.textContent.trim() === label));
    if (name) dialog.querySelector("h3").firstChild.textContent = `${name} `;
    dialog.showPopover();
  },
};
document.querySelectorAll("[popover]").forEach((dialog) => {
  const title = dialog.querySelector("h3");
  title.id = `${dialog.id}-title`;
  dialog.setAttribute("role", "dialog");
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.querySelector("button").autofocus = true;
});
document.documentElement.classList.add("scripted");
