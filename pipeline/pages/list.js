"use strict";

const element = (name, facts = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, fact] of Object.entries(facts)) made.setAttribute(key, fact);
  made.append(...children);
  return made;
};
const byId = (id) => document.getElementById(id);
const count = (number) => number.toLocaleString("en");

// Control characters have no picture of their own, and some turn the letters around.
const shown = (text) =>
  text
    .replace(/[\u0000-\u0008\u000b-\u001f]/g, (found) => String.fromCharCode(0x2400 + found.charCodeAt(0)))
    .replaceAll("\u007f", "\u2421")
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, (found) => `\\u${found.charCodeAt(0).toString(16)}`);

// A table of rows to search, filter and sort; `rows` have a `haystack` to search in.

const STEP = 25;
const MOST_ON_PAPER = 100;

class List {
  constructor(rows, { names, sort, direction = 1, filters, left }) {
    this.rows = rows;
    this.names = names;
    this.sort = sort;
    this.direction = direction;
    this.filters = filters;
    this.left = left;
    this.limit = STEP;
  }

  // For each kind of list to say: which of two comes first when all else is equal,
  // and what the cells of a row hold.
  byPlace() {
    return 0;
  }

  cells() {
    return {};
  }

  found() {
    const words = byId("search").value.toLocaleLowerCase().split(/\s+/);
    const chosen = Object.entries(this.filters).map(([id, key]) => [key, byId(id).value]);
    return this.rows
      .filter((row) => chosen.every(([key, value]) => !value || row[key] === value))
      .filter((row) => words.every((word) => row.haystack.includes(word)))
      .sort((one, other) => this.direction * this.compare(one, other));
  }

  compare(one, other) {
    if (this.sort === "row") return this.byPlace(one, other);
    const [first, second] = [one[this.sort], other[this.sort]];
    const order =
      typeof first === "number" ? first - second : first.localeCompare(second, undefined, { numeric: true });
    return order || this.byPlace(one, other);
  }

  show() {
    const found = this.found();
    byId("lines").replaceChildren(...found.slice(0, this.limit).map((row) => this.line(row)));
    const shown = Math.min(found.length, this.limit);
    byId("hits").textContent = found.length
      ? `${count(found.length)} of ${count(this.rows.length)} ${this.left.noun}s found` +
        (shown < found.length ? `; the first ${count(shown)} are shown` : "")
      : `No ${this.left.noun} fits. Clear the search, or choose other filters.`;
    byId("more").hidden = shown === found.length;
    byId("paper").textContent =
      shown < found.length ? `${count(found.length - shown)} more ${this.left.noun}s are ${this.left.where}.` : "";
  }

  line(row) {
    const line = element("tr", { role: "row" });
    for (const [key, content] of Object.entries(this.cells(row))) {
      const facts = { role: "cell", class: `of-${key}`, "data-name": this.names[key] };
      line.append(element("td", facts, ...content));
    }
    return line;
  }

  sortBy(key) {
    this.direction = this.sort === key ? -this.direction : 1;
    this.sort = key;
    for (const button of document.querySelectorAll("[data-sort]")) {
      const header = button.closest("th");
      if (button.dataset.sort !== key) header.removeAttribute("aria-sort");
      else header.setAttribute("aria-sort", this.direction > 0 ? "ascending" : "descending");
    }
    this.show();
  }
}

function fill(select, rows, key, name) {
  const counts = new Map();
  for (const row of rows) counts.set(row[key], (counts.get(row[key]) || 0) + 1);
  for (const [value, number] of [...counts].sort((one, other) => other[1] - one[1])) {
    const text = `${name(rows.find((row) => row[key] === value))} (${count(number)})`;
    select.append(element("option", { value }, text));
  }
}

function start(list) {
  const again = () => {
    list.limit = STEP;
    list.show();
  };
  byId("search").addEventListener("input", again);
  for (const id of Object.keys(list.filters)) byId(id).addEventListener("change", again);
  document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
  for (const button of document.querySelectorAll("[data-sort]")) {
    button.addEventListener("click", () => list.sortBy(button.dataset.sort));
  }
  byId("more").addEventListener("click", () => {
    const next = byId("lines").children.length;
    list.limit += STEP;
    list.show();
    const line = byId("lines").children[next];
    line.tabIndex = -1;
    line.focus({ preventScroll: true });
  });
  addEventListener("beforeprint", () => {
    list.before = list.limit;
    list.limit = Math.max(list.limit, MOST_ON_PAPER);
    list.show();
  });
  addEventListener("afterprint", () => {
    list.limit = list.before;
    list.show();
  });
  byId("table-area").hidden = false;
  list.show();
}

