class Runs extends List {
  constructor(rows) {
    super(rows.map(searchable), {
      names: {
        row: "Run",
        sources: "What",
        target: "Target",
        status: "Status",
        rows: "Rows",
        created: "Created",
        needy: "Need a person",
        unsent: "Unsent",
      },
      sort: "row",
      direction: -1,
      filters: { ending: "status", kind: "what" },
      left: { noun: "run", where: "on the screen" },
    });
  }

  byPlace(one, other) {
    return one.row - other.row;
  }

  cells(run) {
    const name = run.link ? element("a", { href: `./${run.link}` }, run.run) : run.run;
    const number = (key) => [element("span", run[key] ? {} : { class: "none" }, count(run[key]))];
    return {
      row: [name, element("span", { class: "file" }, `${run.when} UTC`)],
      sources: [
        element("span", {}, run.what, " of ", element("bdi", {}, shown(run.sources))),
        element("span", { class: "file" }, "mapping ", element("bdi", {}, shown(run.mapping))),
      ],
      target: [element("bdi", {}, shown(run.target))],
      status: [element("span", { class: `badge ended-${run.status.replace(" ", "-")}` }, run.status)],
      rows: number("rows"),
      created: number("created"),
      needy: number("needy"),
      unsent: number("unsent"),
    };
  }
}

function searchable(run) {
  const texts = [run.run, run.when, run.what, run.mapping, run.sources, run.target, run.status];
  return { ...run, haystack: texts.join("\n").toLocaleLowerCase() };
}

const runs = new Runs(JSON.parse(byId("table-data").textContent));
fill(byId("ending"), runs.rows, "status", (run) => run.status);
fill(byId("kind"), runs.rows, "what", (run) => run.what);
start(runs);
