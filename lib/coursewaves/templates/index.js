"use strict";
(() => {
  const one = (id) => document.getElementById(id);
  const filters = ["kind", "centre", "language", "state", "month"].map(one);
  const [kind, centre, language, state, month] = filters.map((filter) => () => (filter ? filter.value : ""));
  const query = one("q");
  const found = one("found");
  const main = document.querySelector("main");
  const page = document.documentElement.lang;

  // Letters that one keyboard lacks, or that look alike in Latin and Cyrillic, are one letter to the search.
  const ALIKE = { ё: "e", ә: "a", а: "a", в: "b", е: "e", і: "i", и: "i", к: "k", қ: "k", м: "m", н: "h", ң: "h",
    о: "o", ө: "o", р: "p", с: "c", т: "t", у: "y", ұ: "y", ү: "y", х: "x", һ: "x", ғ: "г", "–": "-", "‑": "-" };
  const fold = (text) => text.normalize("NFC").toLowerCase().replace(/[^\x00-\x7f]/g, (letter) => ALIKE[letter] || letter);

  let entries = null;
  let groups = [];

  function prepare() {
    if (entries) return;
    groups = [...document.querySelectorAll("[data-g]")].map((node) => {
      const summary = node.tagName === "DETAILS" ? node.firstElementChild : null;
      const count = summary && summary.querySelector(".n");
      return { node, names: summary ? fold(summary.querySelector("h3").textContent) : "", count,
        words: count ? count.textContent : "", isOpen: node.open, entries: [], hits: 0, reports: 0, above: null };
    });
    const groupOf = new Map(groups.map((group) => [group.node, group]));
    for (const group of groups) group.above = groupOf.get(group.node.parentElement.closest("[data-g]")) || null;
    const centres = new Map();
    entries = [...document.querySelectorAll("[data-x]")].map((node) => {
      const [kindOf, id, centreOf, stateOf, monthOf] = node.dataset.x.split(" ");
      const group = groupOf.get(node.closest("[data-g]"));
      const names = group.above ? group.above.names : "";
      const text = `${fold(node.firstElementChild.textContent)} ${fold(id)} ${names}`;
      if (kindOf === "centre") centres.set(id, text);
      const languages = [...node.querySelectorAll(".r")].map((report) => report.lang);
      const entry = { node, group, text, languages, kind: kindOf, centre: centreOf, state: stateOf, month: monthOf,
        fits: true };
      group.entries.push(entry);
      return entry;
    });
    for (const entry of entries) if (entry.kind === "course") entry.text += ` ${centres.get(entry.centre) || ""}`;
  }

  // What a choice hides is hidden with its group where the whole group goes, so that few nodes change at a time.
  function fits(entry, words, chosen) {
    return (!chosen.kind || entry.kind === chosen.kind) && (!chosen.centre || entry.centre === chosen.centre)
      && (!chosen.state || entry.state === chosen.state) && (!chosen.month || entry.month === chosen.month)
      && (!chosen.language || entry.languages.includes(chosen.language))
      && words.every((word) => entry.text.includes(word));
  }

  function show() {
    prepare();
    const words = fold(query.value).split(/\s+/).filter(Boolean);
    const chosen = { kind: kind(), centre: centre(), language: language(), state: state(), month: month() };
    const isChosen = words.length > 0 || Object.values(chosen).some(Boolean);
    let shown = 0, total = 0, rows = 0;
    for (const group of groups) group.hits = group.reports = 0;
    for (const entry of entries) {
      entry.fits = fits(entry, words, chosen);
      total += entry.languages.length;
      if (!entry.fits) continue;
      const n = chosen.language ? 1 : entry.languages.length;
      rows += 1;
      shown += n;
      for (let group = entry.group; group; group = group.above) { group.hits += 1; group.reports += n; }
    }
    for (const group of groups) {
      group.node.hidden = !group.hits;
      if (group.hits) for (const entry of group.entries) entry.node.hidden = !entry.fits;
      if (!group.count) continue;
      const text = isChosen ? group.words.replace(group.count.dataset.n, `${group.reports} / ${group.count.dataset.n}`) : group.words;
      if (group.count.textContent !== text) group.count.textContent = text;
      const isOpen = isChosen && rows <= 100 ? true : group.isOpen;
      if (group.node.open !== isOpen) group.node.open = isOpen;
    }
    if (chosen.language) main.dataset.language = chosen.language;
    else delete main.dataset.language;
    const told = found.dataset.found.replace("{shown}", shown.toLocaleString(page)).replace("{total}", total.toLocaleString(page));
    found.textContent = rows ? told : found.dataset.none;
  }

  function first() {
    const entry = entries && entries.find((each) => each.fits && each.node.querySelector("a"));
    if (!entry) return;
    for (let group = entry.group; group; group = group.above) if (group.count) group.node.open = true;
    const reports = [...entry.node.querySelectorAll(".r")];
    reports.find((report) => !language() || report.lang === language()).querySelector("a").focus();
  }

  query.addEventListener("input", show);
  query.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && query.value) { query.value = ""; show(); event.preventDefault(); }
    if (event.key === "Enter") first();
  });
  for (const filter of filters) if (filter) filter.addEventListener("change", show);
  one("all").addEventListener("click", () => {
    for (const field of [query, ...filters]) if (field) field.value = "";
    show();
    query.focus();
  });
  addEventListener("pageshow", show);
  one("search").hidden = false;
})();
