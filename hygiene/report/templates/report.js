
(() => {
  "use strict";
  const cellOf = (item, index) => (item.matches("tbody") ? item.rows[0] : item).cells[index];
  const itemsOf = (table) => table.matches(".roles") ? [...table.querySelectorAll("tbody.role")] : [...table.tBodies[0].rows];
  const isCard = () => location.hash.startsWith("#r-");
  let state = new URLSearchParams();
  const writeState = (changes) => {
    for (const [key, value] of Object.entries(changes)) value ? state.set(key, value) : state.delete(key);
    const text = state.toString();
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  };

  const sortBy = (table, index, direction) => {
    const heads = [...table.tHead.rows[0].cells];
    const numeric = heads[index].dataset.kind === "number";
    const keyed = itemsOf(table).map((item, place) => {
      const cell = cellOf(item, index);
      const text = cell.dataset.v ?? cell.textContent.trim();
      return [item, numeric ? (text === "" ? null : Number(text.replace(/,/g, ""))) : text, place];
    });
    const sign = direction === "ascending" ? 1 : -1;
    keyed.sort(([, a, i], [, b, j]) => {
      if (a === null || b === null) return (a === null) - (b === null) || i - j;
      return sign * (numeric ? a - b : a.localeCompare(b, "en", { numeric: true })) || i - j;
    });
    const parent = table.matches(".roles") ? table : table.tBodies[0];
    parent.append(...keyed.map(([item]) => item));
    heads.forEach((head, place) => place === index ? head.setAttribute("aria-sort", direction) : head.removeAttribute("aria-sort"));
  };

  const makeSortable = (table) => {
    [...table.tHead.rows[0].cells].forEach((head, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const first = head.dataset.first || "ascending";
        const other = first === "ascending" ? "descending" : "ascending";
        const direction = head.getAttribute("aria-sort") === first ? other : first;
        sortBy(table, index, direction);
        writeState({ [`${table.id}.sort`]: `${index}.${direction}` });
      });
    });
  };

  const makeFilter = (table, controls) => {
    const input = controls.querySelector("input");
    const chips = [...controls.querySelectorAll("[data-show]")];
    const count = controls.querySelector(".count");
    const items = itemsOf(table);
    const texts = new Map();
    const textOf = (item) => {
      if (!texts.has(item)) {
        // What people type is no part of the role, and comes and goes.
        const typed = [...item.querySelectorAll("form, .mine")].map((part) => part.textContent);
        texts.set(item, typed.reduce((text, part) => text.replace(part, ""), item.textContent).toLowerCase());
      }
      return texts.get(item);
    };
    const apply = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const tag = chips.find((chip) => chip.getAttribute("aria-pressed") === "true")?.dataset.show || "";
      let shown = 0;
      for (const item of items) {
        const fits = (!tag || item.dataset.tags.split(" ").includes(tag)) && words.every((word) => textOf(item).includes(word));
        item.hidden = !fits;
        shown += fits;
      }
      count.textContent = shown === items.length ? `${shown} ${table.dataset.unit}` : `${shown} of ${items.length} ${table.dataset.unit}`;
    };
    const press = (tag) => chips.forEach((chip) => chip.setAttribute("aria-pressed", String(chip.dataset.show === tag)));
    const changed = () => {
      apply();
      const pressed = chips.find((chip) => chip.getAttribute("aria-pressed") === "true");
      writeState({ [`${table.id}.q`]: input.value.trim(), [`${table.id}.show`]: pressed ? pressed.dataset.show : "" });
    };
    let waiting = 0;
    input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(changed, 120); });
    chips.forEach((chip) => chip.addEventListener("click", () => { press(chip.dataset.show); changed(); }));
    controls.hidden = false;
    return {
      restore(state) {
        input.value = state.get(`${table.id}.q`) || "";
        const tag = state.get(`${table.id}.show`) || "";
        press(chips.some((chip) => chip.dataset.show === tag) ? tag : "");
        apply();
      },
    };
  };

  const jump = document.querySelector("[data-jump]");
  if (jump) {
    const pages = [...document.querySelectorAll("[data-last]")];
    jump.hidden = false;
    jump.addEventListener("submit", (event) => {
      event.preventDefault();
      const name = jump.querySelector("input").value.trim().toLowerCase().split("/").pop();
      const page = pages.find((link) => link.dataset.last >= name) || pages.at(-1);
      if (name) location.href = `${page.href}#${new URLSearchParams({ "names.q": name })}`;
    });
  }

  const openCard = () => {
    if (!isCard()) return;
    const card = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const details = card?.closest("details");
    if (!details) return;
    details.closest("tbody").hidden = false;
    details.open = true;
    details.closest("tbody").scrollIntoView({ block: "start" });
  };

  const tables = [...document.querySelectorAll("table.roles, table[data-sortable]")];
  tables.forEach(makeSortable);
  const filters = tables.map((table) => {
    const controls = document.querySelector(`.controls[data-for="${table.id}"]`);
    return controls && makeFilter(table, controls);
  }).filter(Boolean);

  const restore = () => {
    if (isCard()) return openCard();
    if (location.hash && !location.hash.includes("=")) return;
    state = new URLSearchParams(location.hash.slice(1));
    filters.forEach((filter) => filter.restore(state));
    for (const table of tables) {
      const [index, direction] = (state.get(`${table.id}.sort`) || "").split(".");
      if (table.tHead.rows[0].cells[index] && ["ascending", "descending"].includes(direction)) sortBy(table, Number(index), direction);
    }
  };
  filters.forEach((filter) => filter.restore(state));
  restore();
  addEventListener("hashchange", restore);
  const opened = [];
  addEventListener("beforeprint", () => document.querySelectorAll("details:not([open])").forEach((details) => { details.open = true; opened.push(details); }));
  addEventListener("afterprint", () => opened.splice(0).forEach((details) => { details.open = false; }));
})();
