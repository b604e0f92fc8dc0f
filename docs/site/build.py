#!/usr/bin/env python3
"""Builds the site: reference and guides, one set of pages that needs no server.

    build.py OUT

Every public name must be documented and every link must lead somewhere: what Doxygen warns of is an error. Needs
Doxygen (made for 1.9.4; Debian: doxygen) and nothing from any network.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree

import filter as pages

ROOT = pages.ROOT
HERE = pathlib.Path(__file__).resolve().parent

REFERENCE = [("annotated.html", "Classes"), ("namespacemembers.html", "Functions and values"), ("files.html", "Headers")]


def title(path):
    return next(line[2:].strip() for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# "))


def navigation(guides):
    """The side bar: the sections of docs/README.md, in its order, and the reference."""
    index = ROOT / "docs" / "README.md"
    out = ['<h2><a href="index.html">Read me</a></h2>', '<h2><a href="guide_start.html">Guides</a></h2>']
    seen = set()
    section = []
    for line in index.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = [f"<h3>{line[3:]}</h3>", "<ul>"]
        for words, target in pages.LINK.findall(line) and [m[1:] for m in pages.LINK.findall(line)]:
            file, _ = pages.resolve(index, target)
            if section and file in guides and file not in seen:
                seen.add(file)
                if section[0]:
                    out += section
                    section = [""]
                out.append(f'<li><a href="{pages.page_id(file)}.html">{words}</a></li>')
    missing = [guide.name for guide in guides if guide not in seen and guide.parent == ROOT / "docs" and guide != index]
    if missing:
        sys.exit(f"docs/README.md does not lead to: {', '.join(missing)}")
    out += ["</ul>", "<h2>Reference</h2>", "<ul>"]
    out += [f'<li><a href="{page}">{words}</a></li>' for page, words in REFERENCE] + ["</ul>"]
    text = "\n".join(out)
    return text.replace("</li>\n<h3>", "</li>\n</ul>\n<h3>")


def sources(guides):
    """The files that pages link to and that are no pages: each becomes one, which shows it."""
    found = set()
    wrong = []
    for guide in guides:
        for _, target in pages.links(guide):
            file, _ = pages.resolve(guide, target)
            if file is None or file in guides:
                continue
            if not file.exists():
                wrong.append(f"{guide.relative_to(ROOT)}: there is no {target}")
            else:
                found.add(file)
    if wrong:
        sys.exit("\n".join(wrong))
    return sorted(found)


def show(file):
    """A page that shows a file, or what is in a folder."""
    name = file.relative_to(ROOT).as_posix()
    if file.is_dir():
        body = "\\verbatim\n" + "\n".join(sorted(part.name for part in file.iterdir())) + "\n\\endverbatim"
    else:
        kind = {".hpp": ".cpp", ".h": ".cpp", ".cpp": ".cpp", ".c": ".c", ".py": ".py"}.get(file.suffix, ".txt")
        body = f"~~~{{{kind}}}\n{file.read_text(encoding='utf-8').rstrip()}\n~~~"
    return f"# {name} {{#{pages.page_id(file)}}}\n\nAs it is in the repository.\n\n{body}\n"


def search_index(tags, guides):
    """[name, what it is, address, words] of all that can be found."""
    found = []
    for compound in xml.etree.ElementTree.parse(tags).getroot():
        kind, name = compound.get("kind"), compound.findtext("name")
        if kind == "page" or kind == "dir":
            continue
        page = compound.findtext("filename")
        if kind == "file":
            found.append([(compound.findtext("path") + name).removeprefix("include/"), "header",
                          page if page.endswith(".html") else page + ".html", ""])
        elif kind in ("class", "struct", "namespace"):
            found.append([name, kind, page, ""])
        for member in compound.iter("member") if kind != "file" else ():
            words = f"{name}::{member.findtext('name')}"
            found.append([words, member.get("kind"), f"{member.findtext('anchorfile')}#{member.findtext('anchor')}",
                          member.findtext("arglist") or ""])
            for value in member.iter("enumvalue"):
                found.append([f"{words}::{value.text}", "value", f"{value.get('file')}#{value.get('anchor')}", ""])
    for guide in guides:
        page, where, heading, words = pages.page_id(guide), f"{pages.page_id(guide)}.html", title(guide), []
        code = False
        for line in [*guide.read_text(encoding="utf-8").splitlines(), "## "]:
            code ^= line.startswith("```")
            if not code and (match := re.match(r"#{1,4} +(.*)", line + " ")):
                if words:
                    found.append([heading, title(guide), where, " ".join(words)])
                heading, words = match.group(1).strip(), []
                where = f"{page}.html" + ("" if line.startswith("# ") else f"#{pages.anchor(page, pages.slug(heading))}")
            elif line.strip():
                words.append(re.sub(r"\]\([^)]*\)|[`*\[]", "", line.strip()))
    return found


def main():
    out = pathlib.Path(sys.argv[1]).resolve()
    if not shutil.which("doxygen"):
        sys.exit("doxygen is not installed (Debian: doxygen)")
    shutil.rmtree(out, ignore_errors=True)
    scratch = out.with_name(out.name + "-input")
    shutil.rmtree(scratch, ignore_errors=True)
    out.mkdir(parents=True)
    scratch.mkdir(parents=True)
    guides = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")),
              *(ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md") if (ROOT / name).exists())]
    inputs = [ROOT / "include" / "tlspp", HERE / "namespaces.dox", *guides]
    for file in sources(guides):
        (scratch / f"{pages.page_id(file)}.md").write_text(show(file), encoding="utf-8")
    header = (HERE / "header.html").read_text(encoding="utf-8").replace("@NAVIGATION@", navigation(set(guides)))
    (scratch / "header.html").write_text(header, encoding="utf-8")
    version = subprocess.run([ROOT / "tools" / "version"], capture_output=True, text=True, check=True).stdout.strip()
    quote = lambda path: f'"{path}"'
    (scratch / "Doxyfile").write_text("\n".join([
        (HERE / "Doxyfile").read_text(encoding="utf-8"),
        f"PROJECT_NUMBER = {version}",
        f"INPUT = {' '.join(map(quote, [*inputs, scratch]))}",
        f"STRIP_FROM_PATH = {quote(ROOT)}",
        f"STRIP_FROM_INC_PATH = {quote(ROOT / 'include')}",
        f"OUTPUT_DIRECTORY = {quote(out)}",
        f"USE_MDFILE_AS_MAINPAGE = {quote(ROOT / 'README.md')}",
        f'FILTER_PATTERNS = "{ROOT}/*={sys.executable} {HERE / "filter.py"}"',
        "FILTER_SOURCE_FILES = NO",
        f"HTML_HEADER = {quote(scratch / 'header.html')}",
        f"HTML_FOOTER = {quote(HERE / 'footer.html')}",
        f"HTML_STYLESHEET = {quote(HERE / 'site.css')}",
        f"GENERATE_TAGFILE = {quote(scratch / 'tags')}",
        f"HTML_EXTRA_FILES = {quote(HERE / 'site.js')}",
        f"WARN_LOGFILE = {quote(scratch / 'warnings')}",
    ]) + "\n", encoding="utf-8")
    result = subprocess.run(["doxygen", scratch / "Doxyfile"], cwd=ROOT, stdin=subprocess.DEVNULL,
                            env={**os.environ, "TLSPP_SITE_INPUT": str(scratch)})
    for file in sorted((ROOT / "include" / "tlspp").rglob("*.hpp")):
        if not {"detail", "checks", "system_trust"} & set(file.parts):
            pages.header(file)
    with (scratch / "warnings").open("a", encoding="utf-8") as log:
        log.writelines(f"{where} is not documented\n" for where in pages.undocumented)
    said = (scratch / "warnings").read_text(encoding="utf-8", errors="replace").replace(f"{ROOT}/", "").strip()
    if said:
        print(said, file=sys.stderr)
    if result.returncode != 0 or said:
        sys.exit(f"{len(said.splitlines())} warnings: names without documentation, or links that lead nowhere")
    for page in out.glob("*.html"):  # Doxygen links to lists of nested classes that are all private, and so not there
        text = page.read_text(encoding="utf-8")
        if 'href="#nested-classes"' in text and 'name="nested-classes"' not in text:
            page.write_text(re.sub(r'<a href="#nested-classes">Classes</a>( &#124;)?', "", text), encoding="utf-8")
    index = json.dumps(search_index(scratch / "tags", guides), ensure_ascii=False, separators=(",", ":"))
    (out / "search.js").write_text(f"window.searchIndex = {index};\n", encoding="utf-8")
    print(f"{out / 'index.html'}: {len(list(out.glob('*.html')))} pages")


if __name__ == "__main__":
    main()
