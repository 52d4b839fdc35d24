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

const LONG = { value: 160, message: 500 };

class Rows extends List {
  constructor({ sources, titles, rows }) {
    super(
      rows.map((row) => prepared(row, sources, titles)),
      {
        names: { row: "Row", status: "Outcome", column: "Column", value: "Value", title: "What is wrong" },
        sort: "row",
        filters: { outcome: "status", cause: "code" },
        left: { noun: "row", where: "in the files named above" },
      },
    );
    this.sources = sources;
  }

  byPlace(one, other) {
    return one.source - other.source || one.row - other.row;
  }

  cells(row) {
    const source = this.sources[row.source];
    const place = [count(row.row)];
    if (this.sources.length > 1) place.push(element("bdi", { class: "file" }, source.label));
    return {
      row: place,
      status: [element("span", { class: `badge ${row.status}` }, row.status)],
      column: [element("bdi", {}, row.column)],
      value: row.value || !row.column ? longText(row.value, LONG.value) : [element("em", {}, "empty")],
      title: this.what(row, source),
    };
  }

  what(row, source) {
    const all = element("details", { class: "whole" }, element("summary", {}, `The whole row ${count(row.row)}`));
    all.addEventListener("toggle", () => all.children.length > 1 || all.append(wholeRow(row, source)), { once: true });
    return [
      element("p", { class: "cause" }, element("strong", {}, row.title)),
      element("p", { class: "message" }, ...longText(row.message, LONG.message)),
      ...(row.hint ? [element("p", { class: "hint" }, element("bdi", {}, ...coded(row.hint)))] : []),
      all,
    ];
  }
}

function prepared(row, sources, titles) {
  const columns = sources[row.source].columns;
  const value = row.value || (row.cells.find(([at]) => columns[at] === row.column) || [])[1] || "";
  const title = titles[row.code] || row.code;
  const texts = [row.row, row.status, row.code, title, row.column, value, row.message, row.hint];
  const words = [...texts, sources[row.source].label, ...row.cells.map(([, text]) => text)];
  return { ...row, value, title, haystack: words.join("\n").toLocaleLowerCase() };
}

// What stands between backticks is to be typed.
const coded = (text) => text.split("`").map((part, odd) => (odd % 2 ? element("code", {}, part) : part));

function longText(text, longest, cutOff = 0) {
  if (!text) return [];
  const letters = [...text];
  const cut = cutOff ? [element("em", {}, ` (${count(cutOff)} more characters are in rows.csv)`)] : [];
  if (letters.length <= longest) return [element("bdi", { class: "cell" }, shown(text)), ...cut];
  const part = element("bdi", { class: "cell" }, shown(letters.slice(0, longest).join("")) + "…");
  const button = element("button", { type: "button", class: "all" }, `Show all ${count(letters.length)} characters`);
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

if (byId("table-data")) {
  const rows = new Rows(JSON.parse(byId("table-data").textContent));
  fill(byId("outcome"), rows.rows, "status", (row) => row.status);
  fill(byId("cause"), rows.rows, "code", (row) => row.title);
  start(rows);
}
