
(() => {
  "use strict";
  const table = document.querySelector("table.roles");
  const help = document.getElementById("keys");
  if (!table || !help) return;
  const search = document.querySelector(".controls input[type=search]");
  const DECISIONS = { 1: "keep", 2: "reduce", 3: "remove", 4: "not-mine", 0: "" };
  const OFF = "role-hygiene keys off";
  const shelf = (() => { try { return window.localStorage; } catch { return null; } })();
  const uses = help.querySelector("[name=uses-keys]");
  uses.checked = !shelf?.getItem(OFF);
  uses.addEventListener("change", () => { try { uses.checked ? shelf?.removeItem(OFF) : shelf?.setItem(OFF, "1"); } catch { /* as long as the page is open */ } });

  const isField = (element) => element.matches("input, textarea, select");
  const rowOf = (element) => element.closest("tbody.role");
  const handleOf = (row) => row.querySelector("summary") || row.querySelector("th a");
  const focusRow = (row) => {
    if (!row) return;
    handleOf(row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  const beside = (row, step) => {
    let other = row;
    do other = step > 0 ? other.nextElementSibling : other.previousElementSibling;
    while (other && (other.hidden || !other.matches("tbody.role")));
    return other;
  };
  const ask = (row, detail) => row.dispatchEvent(new CustomEvent("hygiene-answer", { bubbles: true, detail }));

  const inRow = {
    j: (row) => focusRow(beside(row, 1)),
    k: (row) => focusRow(beside(row, -1)),
    o: (row) => { const card = row.querySelector("details"); if (card) card.open = !card.open; },
    n: (row) => ask(row, { action: "next" }),
    g: (row) => ask(row, { action: "group" }),
    e: (row) => ask(row, { action: "download" }),
    ...Object.fromEntries(Object.entries(DECISIONS).map(([key, decision]) => [key, (row) => ask(row, { decision })])),
  };
  const anywhere = {
    "/": () => search?.focus(),
    "?": () => help.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || help.open) return;
    const row = rowOf(event.target);
    if (isField(event.target)) {
      if (event.key === "Escape" && row) focusRow(row);
      else if (event.target === search && (event.key === "ArrowDown" || event.key === "Enter")) focusRow(table.querySelector("tbody.role:not([hidden])"));
      else return;
      return event.preventDefault();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && row && event.target === handleOf(row)) {
      event.preventDefault();
      return focusRow(beside(row, step));
    }
    if (!uses.checked) return;
    const action = (row && Object.hasOwn(inRow, event.key) && inRow[event.key]) || (Object.hasOwn(anywhere, event.key) && anywhere[event.key]);
    if (!action) return;
    event.preventDefault();
    action(row);
  });
  document.querySelectorAll("[data-keys]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => help.showModal());
  });
})();
