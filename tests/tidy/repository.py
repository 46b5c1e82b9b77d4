"""The files of the repository and the module rules as they are written down."""

import re
import subprocess
from pathlib import Path
from typing import Dict, List, NamedTuple

ROOT = Path(__file__).resolve().parents[2]


def tracked_files() -> List[str]:
    """Files under version control, and new ones that are not ignored; of those, what exists."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "--cached", "--others",
         "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()
    return sorted(name for name in set(listed) if (ROOT / name).is_file())


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


class Declaration(NamedTuple):
    """One gatehouse_…(…) call of a CMake file."""

    kind: str  # module, module_test, program, benchmark, fuzzer
    name: str
    sources: List[str]
    uses: List[str]


_CALL = re.compile(r"gatehouse_(module_test|module|program|benchmark|fuzzer)\(([^)]*)\)")
_KEYWORDS = ("SOURCES", "USES", "LIBRARIES", "CORPUS")


def declarations(cmake_text: str) -> List[Declaration]:
    found = []
    cmake_text = re.sub(r"#[^\n]*", "", cmake_text)
    for kind, body in _CALL.findall(cmake_text):
        name, *words = body.split()
        parts: Dict[str, List[str]] = {keyword: [] for keyword in _KEYWORDS}
        current = "SOURCES"
        for word in words:
            if word in _KEYWORDS:
                current = word
            else:
                parts[current].append(word)
        found.append(Declaration(kind, name, parts["SOURCES"], parts["USES"]))
    return found


def modules_in_build_order() -> List[str]:
    text = read("src/CMakeLists.txt")
    return re.search(r"foreach\(module\s+([^)]*)\)", text).group(1).split()


def modules_of_the_table() -> List[str]:
    """The first column of the module table in ARCHITECTURE.md."""
    text = read("ARCHITECTURE.md")
    section = text.split("## The modules", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


def existing_modules() -> List[str]:
    return sorted(path.parent.name for path in (ROOT / "src").glob("*/CMakeLists.txt"))
