// The memory of a training step: what is in memory under the pointer, or where the arrow keys went.
(() => {
  const binary = (bytes) => {
    const units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let power = 0;
    while (power < 4 && bytes >= 1024 ** (power + 1)) power += 1;
    const size = bytes / 1024 ** power;
    return power ? size.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 }) + " " + units[power] : bytes + " B";
  };

  for (const timeline of document.querySelectorAll(".timeline")) {
    const figures = JSON.parse(document.getElementById(timeline.dataset.figures).textContent);
    const picture = timeline.querySelector("svg"), cursor = timeline.querySelector(".cursor");
    const [heading, kept] = timeline.querySelectorAll(".alive p");
    const numbers = timeline.querySelectorAll(".alive .number");
    const last = figures.layers.length - 1;
    let at = figures.start;

    const place = (layer) => {
      if (layer < 0) return "in the optimizer's step";
      return `in the ${at < figures.forward ? "forward" : "backward"} pass of ${figures.names[layer]}`;
    };
    const keptMost = (layer) => {
      const kept = figures.kept.slice(0, layer + 1).map((bytes, number) => [bytes, number]).filter(([bytes]) => bytes);
      const most = kept.sort((one, other) => other[0] - one[0]).slice(0, 4);
      return most.map(([bytes, number]) => `${figures.names[number]} ${binary(bytes)}`).join(", ");
    };
    const show = (column) => {
      at = Math.max(0, Math.min(last, column));
      const layer = figures.layers[at];
      const items = figures.items.map((item) => (Array.isArray(item) ? item[at] : item));
      const total = items.reduce((sum, bytes) => sum + bytes, 0);
      heading.firstChild.textContent = binary(total);
      heading.lastChild.textContent = " " + place(layer);
      items.forEach((bytes, number) => { numbers[number].textContent = binary(bytes); });
      const most = keptMost(layer);
      kept.textContent = most && `kept most by ${most}`;
      cursor.setAttribute("x", `${(100 * at) / (last + 1)}%`);
      cursor.setAttribute("width", `${Math.max(100 / (last + 1), 0.15)}%`);
      picture.setAttribute("aria-valuenow", at);
      picture.setAttribute("aria-valuetext", `${binary(total)} ${place(layer)}`);
    };

    picture.setAttribute("role", "slider");
    picture.setAttribute("aria-valuemin", 0);
    picture.setAttribute("aria-valuemax", last);
    picture.setAttribute("aria-valuenow", at);
    picture.addEventListener("pointermove", (event) => {
      const { left, width } = picture.getBoundingClientRect();
      show(Math.floor(((event.clientX - left) / width) * (last + 1)));
    });
    picture.addEventListener("focus", () => show(at));
    picture.addEventListener("keydown", (event) => {
      const steps = {
        ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1,
        PageUp: at + 10, PageDown: at - 10, Home: 0, End: last,
      };
      if (!(event.key in steps)) return;
      show(steps[event.key]);
      event.preventDefault();
    });
  }
})();
