"""What the checks need to know about a C++ file, without a compiler."""

import re
from typing import List, NamedTuple

_CODE_OR_TEXT = re.compile(
    r'R"(?P<mark>[^()\\ ]*)\(.*?\)(?P=mark)"'  # raw string
    r'|"(?:\\.|[^"\\\n])*"'  # string
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"  # character, but no digit separator
    r"|//[^\n]*|/\*.*?\*/",
    re.DOTALL,
)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
_TYPE = re.compile(r"\b(class|struct|union|enum)\b")


def without_text(source: str) -> str:
    """The source with comments and the content of strings blanked; line numbers stay."""

    def blank(match):
        kept = "\n" * match.group().count("\n")
        return ('""' if match.group()[0] in "\"'R" else "") + kept

    return _CODE_OR_TEXT.sub(blank, source)


def includes(source: str) -> List[str]:
    """The paths of its #include lines, in order."""
    return [match.group(2) for match in _INCLUDE.finditer(source)]


def own_includes(source: str) -> List[str]:
    """Those in quotation marks: files of this repository."""
    return [match.group(2) for match in _INCLUDE.finditer(source) if match.group(1) == '"']


class Function(NamedTuple):
    name: str
    first_line: int
    lines: int


def functions(source: str) -> List[Function]:
    """The functions defined in the file, from the first line of the signature to the closing
    brace. Lambdas count as part of the function they stand in."""
    code = re.sub(r"^[ \t]*#[^\n]*", "", without_text(source), flags=re.MULTILINE)
    found = []
    stack = []  # of (kind, header, offset of the header)
    header_start = 0
    for offset, character in enumerate(code):
        if character not in "{};":
            continue
        if character == ";":
            header_start = offset + 1
        elif character == "{":
            header = code[header_start:offset]
            begin = header_start + len(header) - len(header.lstrip())
            stack.append((_kind(header, stack), header, begin))
            header_start = offset + 1
        elif stack:
            kind, header, begin = stack.pop()
            if kind == "function":
                first = code.count("\n", 0, begin) + 1
                last = code.count("\n", 0, offset) + 1
                found.append(Function(_name(header), first, last - first + 1))
            header_start = offset + 1
    return found


def _kind(header: str, stack) -> str:
    if any(kind in ("function", "value") for kind, _, _ in stack):
        return "inner"
    if re.search(r"\bnamespace\b", header) or header.strip() in ("extern \"\"", 'extern ""'):
        return "namespace"
    head = re.sub(r"template\s*<[^{]*?>\s*(?=class|struct|union|enum|$)", "", header)
    if "(" not in head and _TYPE.search(head):
        return "type"
    if re.search(r"=\s*$", head):
        return "value"
    if "(" in head or not head.strip() or head.strip().startswith(","):
        return "function"
    return "value"


def _name(header: str) -> str:
    match = re.search(r"([~\w:]+|operator[^\w(]+)\s*\(", header)
    return match.group(1) if match else "(constructor)"
