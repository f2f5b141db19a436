// The table of layers: a tree whose rows fold, are sorted within their block, and are filtered by name and type.
(() => {
  const level = (row) => Number(row.className.match(/l(\d+)/)[1]);
  const units = { "": 1, B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };
  const number = (cell) => {
    const [size, unit = ""] = cell.textContent.trim().replaceAll(",", "").split(" ");
    return size === "" || isNaN(size) ? null : size * units[unit];  // "unknown" and "shared" are none
  };

  for (const layers of document.querySelectorAll(".layers")) {
    const table = layers.querySelector("table"), body = table.tBodies[0], rows = [...body.rows];
    const filter = layers.querySelector("input"), found = layers.querySelector("[role=status]");
    const parents = new Map(), children = new Map([[null, []]]);
    const open = new Set();

    const around = [];
    for (const row of rows) {
      around.length = level(row);
      const parent = around[around.length - 1] ?? null;
      parents.set(row, parent);
      children.get(parent).push(row);
      children.set(row, []);
      around.push(row);
    }
    const isBlock = (row) => children.get(row).length > 0;
    const name = (row) => {
      const own = row.cells[0].querySelector("button")?.textContent ?? row.cells[0].firstChild.textContent.trim();
      const parent = parents.get(row);
      return parent ? `${name(parent)}/${own}` : own;
    };

    const draw = () => {
      const word = filter.value.trim().toLowerCase();
      const matching = new Set();
      let layersFound = 0;
      if (word) {
        for (const row of rows) {
          if (!row.cells[0].textContent.toLowerCase().includes(word)) continue;
          if (!isBlock(row)) layersFound += 1;
          for (let one = row; one; one = parents.get(one)) matching.add(one);
        }
      }
      const isSeen = (row) => {
        if (word) return matching.has(row);
        for (let one = parents.get(row); one; one = parents.get(one)) if (!open.has(one)) return false;
        return true;
      };
      for (const row of rows) {
        row.classList.toggle("hidden", !isSeen(row));
        if (!isBlock(row)) continue;
        const isOpen = word ? children.get(row).some((child) => matching.has(child)) : open.has(row);
        row.setAttribute("aria-expanded", isOpen);
        row.querySelector(".fold").textContent = isOpen ? "▾" : "▸";
      }
      found.textContent = word ? `${layersFound.toLocaleString("en")} ${layersFound === 1 ? "layer" : "layers"} found` : "";
    };
    const fold = (row, isOpen) => {
      if (isOpen) open.add(row); else open.delete(row);
      draw();
    };
    const explain = (row, label) => {
      const button = row.cells[0].querySelector("button");
      if (button) explanations.open(button.getAttribute("popovertarget"), name(row), label);
    };

    // The tree, for the keyboard and for who hears it.
    table.setAttribute("role", "treegrid");
    rows.forEach((row, index) => {
      row.tabIndex = index ? -1 : 0;
      row.setAttribute("aria-level", level(row) + 1);
      const button = row.cells[0].querySelector("button");
      if (button) {
        button.tabIndex = -1;
      }
      if (isBlock(row)) {
        const mark = document.createElement("span");
        mark.className = "fold";
        mark.setAttribute("aria-hidden", true);
        row.cells[0].prepend(mark);
        if (level(row) + 1 < layers.dataset.depth) open.add(row);
      }
    });
    body.addEventListener("click", (event) => {
      const row = event.target.closest("tr"), cell = event.target.closest("td, th");
      go(row);
      if (event.target.closest(".fold")) return fold(row, !open.has(row));
      if (event.target.closest("button")) {
        event.preventDefault();
        return explain(row, "");
      }
      if (cell.cellIndex > 0) explain(row, labels[cell.cellIndex]);
    });
    const labels = ["", "output", "parameters", "MACs", "kept"];

    const go = (row) => {
      if (!row) return;
      body.querySelector("[tabindex='0']")?.setAttribute("tabindex", -1);
      row.tabIndex = 0;
      row.focus();
    };
    body.addEventListener("keydown", (event) => {
      const row = event.target.closest("tr");
      const seen = [...body.rows].filter((one) => !one.classList.contains("hidden")), at = seen.indexOf(row);
      const isFoldable = isBlock(row) && !filter.value.trim();
      if (event.key === "ArrowDown") go(seen[at + 1]);
      else if (event.key === "ArrowUp") go(seen[at - 1]);
      else if (event.key === "Home") go(seen[0]);
      else if (event.key === "End") go(seen[seen.length - 1]);
      else if (event.key === "ArrowRight") isFoldable && !open.has(row) ? fold(row, true) : go(seen[at + 1]);
      else if (event.key === "ArrowLeft") isFoldable && open.has(row) ? fold(row, false) : go(parents.get(row));
      else if (event.key === "Enter") explain(row, "");
      else return;
      event.preventDefault();
    });

    // Sorting: within each block, first the largest, then the smallest, then as the network has them.
    const sorted = (parent, compare) => {
      const list = [...children.get(parent)];
      if (compare) list.sort(compare);
      return list.flatMap((row) => [row, ...sorted(row, compare)]);
    };
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const first = column > 1 ? "descending" : "ascending", second = column > 1 ? "ascending" : "descending";
        const before = head.getAttribute("aria-sort");
        const order = before === first ? second : before === second ? null : first;
        heads.forEach((one) => one.removeAttribute("aria-sort"));
        if (order) head.setAttribute("aria-sort", order);
        const sign = order === "ascending" ? 1 : -1;
        const compare = (one, other) => {
          const [a, b] = [one.cells[column], other.cells[column]];
          if (column < 2) return sign * a.textContent.localeCompare(b.textContent, "en", { numeric: true });
          const [x, y] = [number(a), number(b)];
          return x === null || y === null ? (x === null) - (y === null) : sign * (x - y);  // what is unknown is last
        };
        body.append(...sorted(null, order && compare));
      });
    });

    layers.querySelectorAll("[data-open]").forEach((button) => button.addEventListener("click", () => {
      rows.filter(isBlock).forEach((row) => (button.dataset.open === "all" ? open.add(row) : open.delete(row)));
      draw();
    }));
    filter.addEventListener("input", draw);
    filter.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { filter.value = ""; draw(); }
    });
    draw();
  }
})();
