// Treemaps: buttons choose the figure, arrow keys go from tile to tile, and a click or Enter explains one.
(() => {
  const buttons = [...document.querySelectorAll(".choice button")];
  const choose = (key) => {
    buttons.forEach((button) => button.setAttribute("aria-pressed", button.dataset.map === key));
    document.querySelectorAll(".map").forEach((map) => map.classList.toggle("chosen", map.dataset.map === key));
  };
  buttons.forEach((button) => button.addEventListener("click", () => choose(button.dataset.map)));
  if (buttons.length) choose(buttons[0].dataset.map);

  const explain = (tile) => explanations.open(tile.dataset.e, tile.querySelector("title").textContent.split(": ")[0]);
  for (const map of document.querySelectorAll(".map > svg")) {
    const tiles = [...map.querySelectorAll(".tile")];
    tiles.forEach((tile, number) => {
      tile.setAttribute("tabindex", number ? -1 : 0);
      tile.setAttribute("role", "button");
      tile.setAttribute("aria-label", tile.querySelector("title").textContent);
    });
    const go = (from, to) => {
      if (!to) return;
      from.setAttribute("tabindex", -1);
      to.setAttribute("tabindex", 0);
      to.focus();
    };
    map.addEventListener("click", (event) => {
      const tile = event.target.closest(".tile");
      if (tile) explain(tile);
    });
    map.addEventListener("keydown", (event) => {
      const tile = event.target.closest(".tile"), at = tiles.indexOf(tile);
      const steps = {
        ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: tiles.length - 1,
      };
      if (event.key in steps) go(tile, tiles[steps[event.key]]);
      else if (event.key === "Enter" || event.key === " ") explain(tile);
      else return;
      event.preventDefault();
    });
  }
})();
