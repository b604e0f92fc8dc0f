// Light or dark: as the system has it, until the button is pressed. Where nothing can be stored, it holds for the page.
(function () {
  const root = document.documentElement;
  let stored = null;
  try { stored = localStorage.getItem("theme"); } catch (e) { /* file: without storage */ }
  if (stored) root.dataset.theme = stored;
  const dark = () => root.dataset.theme === "dark" ||
    (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  document.addEventListener("DOMContentLoaded", function () {
    document.getElementById("theme").addEventListener("click", function () {
      root.dataset.theme = dark() ? "light" : "dark";
      try { localStorage.setItem("theme", root.dataset.theme); } catch (e) { /* as above */ }
    });
    const side = document.getElementById("side");
    if (matchMedia("(max-width: 900px)").matches) side.open = false;
    const here = location.pathname.split("/").pop() || "index.html";
    for (const link of side.querySelectorAll("a"))
      if (!document.querySelector("#side .here") && link.getAttribute("href") === here) { link.classList.add("here"); link.setAttribute("aria-current", "page"); }
  });
})();

// Search: the index is loaded with the first key; the best matches are names, then headings, then words in guides.
(function () {
  const MOST = 30;
  const score = (entry, words) => {
    const name = entry[0].toLowerCase(), rest = entry[3].toLowerCase(), last = name.split("::").pop();
    let sum = 0;
    for (const word of words) {
      if (last === word || name === word) sum += 100;
      else if (last.startsWith(word)) sum += 50;
      else if (name.includes(word)) sum += 20;
      else if (rest.includes(word)) sum += Math.min(9, rest.split(word).length - 1);
      else return 0;
    }
    return sum - name.length / 1000;
  };
  function show(query, list) {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = !words.length ? [] : window.searchIndex.map((entry) => [score(entry, words), entry])
      .filter((hit) => hit[0] > 0).sort((a, b) => b[0] - a[0]).slice(0, MOST);
    list.replaceChildren(...hits.map(function (hit) {
      const item = document.createElement("li"), link = document.createElement("a"), kind = document.createElement("small");
      link.href = hit[1][2];
      link.textContent = hit[1][0].replace(/^tlspp::/, "");
      kind.textContent = hit[1][1];
      link.append(" ", kind);
      item.append(link);
      return item;
    }));
    if (words.length && !hits.length) list.textContent = "Nothing found.";
    list.hidden = !words.length;
  }
  document.addEventListener("DOMContentLoaded", function () {
    const query = document.getElementById("query"), list = document.getElementById("found");
    let asked = false;
    query.addEventListener("input", function () {
      if (window.searchIndex) return show(query.value, list);
      if (asked) return;
      asked = true;
      const script = document.createElement("script");
      script.src = "search.js";
      script.addEventListener("load", () => show(query.value, list));
      document.head.append(script);
    });
    query.addEventListener("keydown", function (event) {
      if (event.key === "Escape") { query.value = ""; list.hidden = true; query.blur(); }
      if (event.key === "Enter" && list.querySelector("a")) list.querySelector("a").click();
      if (event.key === "ArrowDown" && list.querySelector("a")) { event.preventDefault(); list.querySelector("a").focus(); }
    });
    list.addEventListener("keydown", function (event) {
      const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
      const item = step && document.activeElement.parentElement[step];
      if (step) event.preventDefault();
      if (item) item.firstChild.focus();
    });
    document.addEventListener("keydown", function (event) {
      if (event.key === "/" && !/INPUT|TEXTAREA/.test(document.activeElement.tagName)) { event.preventDefault(); query.focus(); }
    });
    document.addEventListener("click", (event) => { if (!document.getElementById("find").contains(event.target)) list.hidden = true; });
  });
})();
