"use strict";

const element = (name, facts = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, fact] of Object.entries(facts)) made.setAttribute(key, fact);
  made.append(...children);
  return made;
};
const byId = (id) => document.getElementById(id);

// Commands to copy.

const copied = byId("copied");

async function copy(button) {
  const code = byId(button.dataset.copy);
  getSelection().selectAllChildren(code);
  try {
    await navigator.clipboard.writeText(code.textContent);
    copied.textContent = "The command is copied.";
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), 2000);
  } catch {
    copied.textContent = "The command is selected: copy it with the keyboard.";
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}

// Paper shows what is folded on the screen.

let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("#causes details:not([open])")];
  for (const each of opened) each.open = true;
});
addEventListener("afterprint", () => {
  for (const each of opened) each.open = false;
});

// The table of rows.

const STEP = 25;
const MOST_ON_PAPER = 100;
const LONG = { value: 160, message: 500 };

class Table {
  constructor({ sources, titles, rows }) {
    this.sources = sources;
    this.rows = rows.map((row) => this.prepared(row, titles));
    this.sort = "row";
    this.direction = 1;
    this.limit = STEP;
  }

  prepared(row, titles) {
    const columns = this.sources[row.source].columns;
    const value = row.value || (row.cells.find(([at]) => columns[at] === row.column) || [])[1] || "";
    const title = titles[row.code] || row.code;
    const texts = [row.row, row.status, row.code, title, row.column, value, row.message, row.hint];
    const words = [...texts, this.sources[row.source].label, ...row.cells.map(([, text]) => text)];
    return { ...row, value, title, haystack: words.join("\n").toLocaleLowerCase() };
  }

  found() {
    const words = byId("search").value.toLocaleLowerCase().split(/\s+/);
    const outcome = byId("outcome").value;
    const cause = byId("cause").value;
    return this.rows
      .filter((row) => (!outcome || row.status === outcome) && (!cause || row.code === cause))
      .filter((row) => words.every((word) => row.haystack.includes(word)))
      .sort((one, other) => this.direction * this.compare(one, other));
  }

  compare(one, other) {
    const byPlace = one.source - other.source || one.row - other.row;
    if (this.sort === "row") return byPlace;
    return one[this.sort].localeCompare(other[this.sort], undefined, { numeric: true }) || byPlace;
  }

  show() {
    const found = this.found();
    byId("lines").replaceChildren(...found.slice(0, this.limit).map((row) => this.line(row)));
    const shown = Math.min(found.length, this.limit);
    const count = (number) => number.toLocaleString("en");
    byId("hits").textContent = found.length
      ? `${count(found.length)} of ${count(this.rows.length)} rows found` +
        (shown < found.length ? `; the first ${count(shown)} are shown` : "")
      : "No row fits. Clear the search, or choose other filters.";
    byId("more").hidden = shown === found.length;
    byId("paper").textContent =
      shown < found.length ? `${count(found.length - shown)} more rows are in the files named above.` : "";
  }

  line(row) {
    const source = this.sources[row.source];
    const place = [row.row.toLocaleString("en")];
    if (this.sources.length > 1) place.push(element("bdi", { class: "file" }, source.label));
    const cells = {
      row: place,
      status: [element("span", { class: `badge ${row.status}` }, row.status)],
      column: [element("bdi", {}, row.column)],
      value: row.value || !row.column ? longText(row.value, LONG.value) : [element("em", {}, "empty")],
      title: this.what(row, source),
    };
    const names = { row: "Row", status: "Outcome", column: "Column", value: "Value", title: "What is wrong" };
    const line = element("tr", { role: "row" });
    for (const [key, content] of Object.entries(cells)) {
      const facts = { role: "cell", class: `of-${key}`, "data-name": names[key] };
      line.append(element("td", facts, ...content));
    }
    return line;
  }

  what(row, source) {
    const all = element("details", { class: "whole" }, element("summary", {}, `The whole row ${row.row.toLocaleString("en")}`));
    all.addEventListener("toggle", () => all.children.length > 1 || all.append(wholeRow(row, source)), { once: true });
    return [
      element("p", { class: "cause" }, element("strong", {}, row.title)),
      element("p", { class: "message" }, ...longText(row.message, LONG.message)),
      ...(row.hint ? [element("p", { class: "hint" }, element("bdi", {}, ...coded(row.hint)))] : []),
      all,
    ];
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

// Control characters have no picture of their own, and some turn the letters around.
const shown = (text) =>
  text
    .replace(/[\u0000-\u0008\u000b-\u001f]/g, (found) => String.fromCharCode(0x2400 + found.charCodeAt(0)))
    .replaceAll("\u007f", "\u2421")
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, (found) => `\\u${found.charCodeAt(0).toString(16)}`);

// What stands between backticks is to be typed.
const coded = (text) => text.split("`").map((part, odd) => (odd % 2 ? element("code", {}, part) : part));

function longText(text, longest, cutOff = 0) {
  if (!text) return [];
  const letters = [...text];
  const cut = cutOff ? [element("em", {}, ` (${cutOff.toLocaleString("en")} more characters are in rows.csv)`)] : [];
  if (letters.length <= longest) return [element("bdi", { class: "cell" }, shown(text)), ...cut];
  const part = element("bdi", { class: "cell" }, shown(letters.slice(0, longest).join("")) + "…");
  const button = element("button", { type: "button", class: "all" }, `Show all ${letters.length.toLocaleString("en")} characters`);
  button.addEventListener("click", () => {
    part.textContent = shown(text);
    part.tabIndex = -1;
    part.focus();
    button.remove();
  });
  return [part, " ", button, ...cut];
}

function wholeRow(row, source) {
  const list = element("dl", { class: "where" });
  for (const [at, text, cutOff] of row.cells) {
    const wrong = row.column.split(", ").includes(source.columns[at]) || source.columns[at] === row.column;
    const name = element("dt", {}, element("bdi", {}, source.columns[at] || `column ${at + 1}`));
    list.append(element("div", wrong ? { class: "wrong" } : {}, name, element("dd", {}, ...longText(text, LONG.value, cutOff))));
  }
  return list;
}

function fill(select, rows, key, name) {
  const counts = new Map();
  for (const row of rows) counts.set(row[key], (counts.get(row[key]) || 0) + 1);
  for (const [value, count] of [...counts].sort((one, other) => other[1] - one[1])) {
    const text = `${name(rows.find((row) => row[key] === value))} (${count.toLocaleString("en")})`;
    select.append(element("option", { value }, text));
  }
}

function start(table) {
  const again = () => {
    table.limit = STEP;
    table.show();
  };
  fill(byId("outcome"), table.rows, "status", (row) => row.status);
  fill(byId("cause"), table.rows, "code", (row) => row.title);
  byId("search").addEventListener("input", again);
  for (const id of ["outcome", "cause"]) byId(id).addEventListener("change", again);
  document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
  for (const button of document.querySelectorAll("[data-sort]")) {
    button.addEventListener("click", () => table.sortBy(button.dataset.sort));
  }
  byId("more").addEventListener("click", () => {
    const next = byId("lines").children.length;
    table.limit += STEP;
    table.show();
    const line = byId("lines").children[next];
    line.tabIndex = -1;
    line.focus({ preventScroll: true });
  });
  addEventListener("beforeprint", () => {
    table.before = table.limit;
    table.limit = Math.max(table.limit, MOST_ON_PAPER);
    table.show();
  });
  addEventListener("afterprint", () => {
    table.limit = table.before;
    table.show();
  });
  byId("table-area").hidden = false;
  table.show();
}

if (byId("table-data")) start(new Table(JSON.parse(byId("table-data").textContent)));
