#!/usr/bin/env python3
"""What Doxygen reads in place of a header or a page of Markdown: Doxygen runs this for each file.

    filter.py FILE

Headers: the inline namespace, the template argument that delays a check until a name is used, and the wrappers of option
types are left out, since none of them is for users. Each `reason` gets its sentence, from the files that errors take it from.
What every container and handle of C++ has (`size()`, moves, `operator bool`) gets the usual words.

Pages: headings get the anchors that GitHub gives them, and links to files become links to pages of the site.
"""

import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# ---- headers -------------------------------------------------------------------------------------------------

USUAL = [
    (r"[\w: <>]+\* data\(\)", "Where it begins."),
    (r"std::size_t size\(\)", "How many elements there are (bytes, where it is of bytes)."),
    (r"(std::uint16_t|bool) empty\(\)", "True where there is none."),
    (r"[\w: <>]+\*? (begin|end)\(\)", "For range-based `for`."),
    (r"(T|certificate|crl|judged_certificate)&? operator\[\]\(std::size_t", "The element; `i` must be less than `size()`."),
    (r"(static )?bool contains\(", "True where it is among the elements."),
    (r"using (value|difference)_type =", "As iterators of the standard library have it."),
    (r"[\w:]+ operator\*\(\) const", "The element it stands on."),
    (r"\S+ operator\+\+\(", "Goes to the next one."),
    (r"operator std::string_view\(\)", "Its text; lives as long as the object."),
    (r"std::string_view view\(\)", "Its text; lives as long as the object."),
    (r"char\* c_str\(\)", "Its text with a NUL behind it; lives as long as the object."),
    (r"operator bool\(\)", "False where it holds nothing, as after it was moved from."),
    (r"bool operator==\(", "Whether both are the same."),
    (r"verify_flags operator\|\(", "The flags of both."),
    (r"auto operator<=>\(", "Compares in order."),
    (r"(\w+)\(\1&&( \w+)?\) noexcept", "Moves: the other one is empty afterwards."),
    (r"(\w+)\(const \1&( \w+)?\) noexcept", "Copies."),
    (r"\w+& operator=\((\w+)&&( \w+)?\) noexcept", "Moves: the other one is empty afterwards."),
    (r"\w+& operator=\((const )?\w+&?( \w+)?\) noexcept", "Assigns."),
]
USUAL = [(re.compile(rf"\s*(?:\[\[nodiscard\]\] )?(?:friend |constexpr |explicit |const )*{pattern}"), words) for pattern, words in USUAL]


# Enumerations whose values have the names of a registry.
REGISTERED = {
    "alert": "The alert of this name (RFC 8446 §6, IANA).",
    "cipher_suite": "The suite of this name (IANA).",
    "named_group": "The group of this name (IANA).",
    "signature_scheme": "The signature algorithm of this name (IANA).",
}


def sentences():
    """reason -> its sentence, as it stands in the library."""
    found = {}
    for source in sorted((ROOT / "include/tlspp/detail").glob("sentences*.hpp")):
        text = source.read_text(encoding="utf-8")
        for match in re.finditer(r"case (?:\w+::)?(\w+):\s+return \{(.*?)\};", text, re.S):
            strings = re.findall(r'"((?:[^"\\]|\\.)*)"|(,)', match.group(2))
            parts = "".join(string if not comma else "\0" for string, comma in strings).split("\0")
            what, advice = (parts + [""])[:2]
            found.setdefault(match.group(1), what.replace("{}", "…") + (f"; {advice}" if advice else ""))
    return found


def inner(text, opening):
    """The text of `name<…>` without the outer name: `opening` is where the name begins."""
    start = text.index("<", opening) + 1
    depth = 1
    at = start
    while depth:
        depth += {"<": 1, ">": -1}.get(text[at], 0)
        at += 1
    return text[start:at - 1], at


def unwrap(line):
    for name in ("detail::certificate_option<",):
        while name in line:
            at = line.index(name)
            within, end = inner(line, at)
            line = line[:at] + within + line[end:]
    line = line.replace("detail::chosen<", "option_list<").replace("detail::pin_list", "option_list<pin>")
    line = line.replace("detail::cache_option", "std::optional<tlspp::session_cache>")
    return line.replace("detail::fragment_option<>", "fragment_length")


undocumented = []  # values of enumerations, of which Doxygen 1.9.4 does not warn


def header(path):
    text = path.read_text(encoding="utf-8")
    text = text.replace("tlspp::inline TLSPP_ABI", "tlspp")
    lines = text.split("\n")
    if not re.search(r"^/// \\file", text, re.M):
        lines[0] = "/** \\file */"  # a file without words of its own is listed, too
    words = sentences() if path.name == "error.hpp" else {}
    enumeration = None
    for at, line in enumerate(lines):
        before = lines[at - 1].strip() if at else ""
        if re.match(r" +friend ", line) and "operator" not in line and line.endswith(";"):
            lines[at] = ""
            continue
        if re.match(r"\w+\(.*\) -> ", line):  # a deduction guide repeats a constructor
            lines[at - 1] = lines[at] = ""
            continue
        if re.match(r"\s*template <bool Use( = true)?>$", line):
            lines[at] = before if before.startswith("///") else ""
            if before.startswith("///"):
                lines[at - 1] = ""
            continue
        line = line.replace("<bool Use = true, ", "<")
        if "= {}" in line or "random_option random" in line or "detail::pin_list" in line:
            line = unwrap(line)
        if match := re.match(r"\s*enum class (\w+)[^{;]*\{$", line):
            enumeration = match.group(1)
        elif enumeration and re.match(r"\s*\};", line):
            enumeration = None
        elif enumeration:
            match = re.match(r"\s*(\w+)( = [^,/]*)?,?( *//[^/].*)?$", line)
            if match and not before.startswith("///"):
                usual = words.get(match.group(1)) if enumeration == "reason" else REGISTERED.get(enumeration)
                if usual:
                    line = line.split("//")[0].rstrip() + f" ///< {usual}"
                else:
                    undocumented.append(f"{path.relative_to(ROOT)}:{at + 1}: {enumeration}::{match.group(1)}")
        elif "///" not in line and not before.startswith("///") and line.startswith("    "):
            before_template = lines[at - 2].strip() if before.startswith(("template", "requires")) else ""
            if not before_template.startswith("///"):
                for pattern, usual in USUAL:
                    if pattern.match(line):
                        template = before.startswith("template")
                        if template:
                            lines[at - 1] = f"/** {usual} */ " + lines[at - 1]
                        else:
                            line = f"/** {usual} */ " + line
                        break
        # what is for derived classes of ours only
        # friends are shown without the word: Doxygen 1.9.4 links to them, and leaves them out
        line = re.sub(r"^((?:/\*\*.*\*/)? +)friend (?!class|struct)", r"\1", line)
        lines[at] = "private:" if line == "protected:" else line
    return "\n".join(lines)


# ---- pages ---------------------------------------------------------------------------------------------------

def page_id(path):
    """The name of the site's page for a file of the repository."""
    path = path.relative_to(ROOT)
    if path.suffix == ".md":
        if path.as_posix() == "README.md":
            return "index"
        return "guide_" + ("start" if path.name == "README.md" else path.stem.replace("-", "_").lower())
    return "file_" + re.sub(r"\W", "_", path.as_posix()).lower()


def slug(title):
    """The anchor that GitHub gives to a heading."""
    title = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title)
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")


def anchor(page, fragment):
    return f"{page}_at_{re.sub(r'[^a-z0-9]', '_', fragment.lower())}"


def resolve(page, target):
    """What a link of a page means: (file, fragment); no file for what is not of the repository."""
    if re.match(r"[a-z]+:", target):
        return None, ""
    name, _, fragment = target.partition("#")
    return (page.parent / name).resolve() if name else page, fragment


LINK = re.compile(r"(!?)\[([^][]*(?:\[[^][]*\][^][]*)*)\]\(([^()\s]+)\)")


def prose(text):
    """(is prose, part) of Markdown: code stays as it is."""
    for number, part in enumerate(re.split(r"(^```.*?^```$|^~~~.*?^~~~$|`[^`\n]+`)", text, flags=re.M | re.S)):
        if part:
            yield number % 2 == 0, part


def links(path):
    """(text, target) of every link of a page."""
    text = path.read_text(encoding="utf-8")
    held = re.split(r"(^```.*?^```$|^~~~.*?^~~~$)", text, flags=re.M | re.S)
    for part in held[::2]:
        for picture, words, target in LINK.findall(part):
            if not picture:
                yield words, target


def markdown(path):
    page = page_id(path)

    def link(match):
        picture, words, target = match.groups()
        file, fragment = resolve(path, target)
        if file is None or picture:
            return match.group(0)
        there = page_id(file)
        if fragment:
            there = anchor(there, fragment)
        return f"[{words}](@ref {there})" if there != "index" else f"[{words}](index.html)"

    def heading(match):
        marks, title = match.groups()
        if marks == "#":
            name = page
            return f"{marks} {title} {{#{name}}}" if name != "index" else f"{marks} {title} {{#mainpage}}"
        return f"{marks} {title} {{#{anchor(page, slug(title))}}}"

    text = path.read_text(encoding="utf-8")
    parts = re.split(r"(^```.*?^```$|^~~~.*?^~~~$)", text, flags=re.M | re.S)
    for number, part in enumerate(parts):
        if number % 2 == 0:
            part = LINK.sub(link, part)
            part = re.sub(r"^(#{1,4}) +(.*?) *$", heading, part, flags=re.M)
            parts[number] = part
        else:
            # Doxygen knows languages by the endings of files
            parts[number] = re.sub(r"^```(sh|text|python|console|meson|cmake|ini)\b", "```{.txt}", part)
    return "".join(parts)


if __name__ == "__main__":
    source = pathlib.Path(sys.argv[1]).resolve()
    sys.stdout.reconfigure(encoding="utf-8")
    if source.parent == pathlib.Path(os.environ.get("TLSPP_SITE_INPUT", "/")):  # made by build.py, and ready
        sys.stdout.write(source.read_text(encoding="utf-8"))
    else:
        sys.stdout.write(markdown(source) if source.suffix == ".md" else header(source))
