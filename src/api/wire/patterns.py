"""Turns the regular expressions of service models into checks.

Most patterns are character classes one after another ("[a-zA-Z0-9:_-]+"): those become runs, each
a class with the least and greatest number of characters, checked without a regular expression
engine. What needs alternatives or nested repetition goes to RE2. What RE2 cannot express is
written by hand and listed in HAND_WRITTEN. Anything else is an error: no pattern is skipped.

Patterns have Java's meaning: they match the whole text, and \\w, \\d, \\s are ASCII.
"""

import re
import unicodedata
from dataclasses import dataclass, field

ASCII = range(128)
UNBOUNDED = 0xFFFFFFFF

# Look-ahead and look-behind, by function of hand_written_patterns.h.
HAND_WRITTEN = {
    r"(?!^[0-9]+$)([a-zA-Z0-9-_]+)": "is_alias_name",
    r"(^\$LATEST$)|((?!^[0-9]+$)([a-zA-Z0-9-_]+))": "is_function_url_qualifier",
    r"^[0-9A-Za-z\.\-_]*(?<!\.)$": "is_bucket_name",
    r"^[a-z0-9](([a-z0-9]|-(?!-))*[a-z0-9])?$": "is_account_alias",
    r"^(\*\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])$":
        "is_certificate_domain",
}

WORD = {c for c in ASCII if chr(c).isalnum() or chr(c) == "_"}
DIGIT = {c for c in ASCII if chr(c).isdigit()}
SPACE = {9, 10, 11, 12, 13, 32}
GRAPH = set(range(33, 127))
CONTROL = set(range(32)) | {127}
LETTER = {c for c in ASCII if chr(c).isalpha()}

# ASCII part, what the class says of characters beyond ASCII, and RE2's spelling inside [...].
PROPERTIES = {
    "Graph": (GRAPH, "no", "[:graph:]"),
    "Upper": ({c for c in LETTER if chr(c).isupper()}, "no", "A-Z"),
    "Lower": ({c for c in LETTER if chr(c).islower()}, "no", "a-z"),
    "Digit": (DIGIT, "no", "0-9"),
    "Alnum": (LETTER | DIGIT, "no", "a-zA-Z0-9"),
    "Alpha": (LETTER, "no", "a-zA-Z"),
    "Cntrl": (CONTROL, "no", "[:cntrl:]"),
}
# The Unicode categories: letters, marks, numbers, punctuation, symbols, separators, other.
for category in "LMNPSZC":
    PROPERTIES[category] = ({c for c in ASCII if unicodedata.category(chr(c))[0] == category},
                            "ask", "\\p{" + category + "}")
ESCAPED_SETS = {"w": (WORD, "no"), "d": (DIGIT, "no"), "s": (SPACE, "no"),
                "W": (set(ASCII) - WORD, "yes"), "D": (set(ASCII) - DIGIT, "yes"),
                "S": (set(ASCII) - SPACE, "yes")}
ESCAPED_CHARACTERS = {"n": "\n", "t": "\t", "r": "\r"}


class NotFlat(Exception):
    """The pattern is not a plain sequence of classes."""


@dataclass
class CharacterClass:
    ascii: set = field(default_factory=set)
    # Characters beyond ASCII: "no", "yes", or "ask" (a Unicode category decides).
    wide: str = "no"

    def add(self, characters, wide="no"):
        self.ascii |= set(characters)
        order = ["no", "ask", "yes"]
        self.wide = max(self.wide, wide, key=order.index)

    def negated(self):
        return CharacterClass(set(ASCII) - self.ascii,
                              {"no": "yes", "yes": "no", "ask": "ask"}[self.wide])

    def meets(self, other):
        return bool(self.ascii & other.ascii) or (self.wide != "no" and other.wide != "no")


@dataclass
class Run:
    characters: CharacterClass
    least: int
    most: int


@dataclass
class Check:
    """How one pattern is checked: by runs, by RE2 (`regex`), both, or by a function."""
    source: str
    runs: list = field(default_factory=list)
    regex: str = ""
    function: str = ""

    @property
    def anything(self):
        """Whether every text passes."""
        return (len(self.runs) == 1 and self.runs[0].least == 0
                and self.runs[0].most == UNBOUNDED
                and len(self.runs[0].characters.ascii) == 128
                and self.runs[0].characters.wide == "yes")


class Parser:
    def __init__(self, source):
        self.source = source
        self.at = 0

    def peek(self):
        return self.source[self.at] if self.at < len(self.source) else ""

    def take(self):
        character = self.source[self.at]
        self.at += 1
        return character

    def escape(self):
        """After a backslash: a CharacterClass, which may hold a single character."""
        character = self.take()
        found = CharacterClass()
        if character in "pP":
            if self.take() != "{":
                raise NotFlat("one-letter property")
            end = self.source.index("}", self.at)
            ascii_part, wide, _ = PROPERTIES[self.source[self.at:end]]
            self.at = end + 1
            found.add(ascii_part, wide)
            return found.negated() if character == "P" else found
        if character == "x":
            found.add([int(self.source[self.at:self.at + 2], 16)])
            self.at += 2
        elif character == "u" and int(self.source[self.at:self.at + 4], 16) < 128:
            found.add([int(self.source[self.at:self.at + 4], 16)])
            self.at += 4
        elif character in ESCAPED_SETS:
            found.add(*ESCAPED_SETS[character])
        elif character in ESCAPED_CHARACTERS:
            found.add([ord(ESCAPED_CHARACTERS[character])])
        elif character.isalnum():
            raise NotFlat(f"escape \\{character}")
        else:
            found.add([ord(character)])
        return found

    def bracket(self):
        """After '[': the class up to its ']'."""
        negate = self.peek() == "^"
        if negate:
            self.take()
        found = CharacterClass()
        while self.peek() != "]":
            item = self.class_item()
            single = len(item.ascii) == 1 and item.wide == "no"
            following = self.source[self.at + 1:self.at + 2]
            if single and self.peek() == "-" and following != "]":
                self.take()
                last = self.class_item()
                if len(last.ascii) != 1 or last.wide != "no":
                    raise NotFlat("range up to a class")
                item.ascii = set(range(min(item.ascii), min(last.ascii) + 1))
            found.add(item.ascii, item.wide)
        self.take()
        return found.negated() if negate else found

    def class_item(self):
        character = self.take()
        if character == "\\":
            return self.escape()
        if character == "[":
            raise NotFlat("nested class")
        if ord(character) > 127:
            raise NotFlat("character beyond ASCII")
        return CharacterClass({ord(character)})

    def atom(self):
        character = self.take()
        if character == "\\":
            return self.escape()
        if character == "[":
            return self.bracket()
        if character == ".":
            return CharacterClass(set(ASCII) - {10, 13}, "yes")
        if character in "()|^$*+?{}":
            raise NotFlat(character)
        return CharacterClass({ord(character)})

    def quantifier(self):
        bounds = {"*": (0, UNBOUNDED), "+": (1, UNBOUNDED), "?": (0, 1)}
        if self.peek() in bounds and self.peek():
            least, most = bounds[self.take()]
        elif self.peek() == "{":
            end = self.source.index("}", self.at)
            low, comma, high = self.source[self.at + 1:end].partition(",")
            self.at = end + 1
            least = int(low)
            most = int(high) if high else (UNBOUNDED if comma else least)
        else:
            return 1, 1
        if self.peek() == "+":  # possessive: the same for runs that are told apart
            self.take()
        return least, most

    def runs(self):
        found = []
        while self.at < len(self.source):
            characters = self.atom()
            found.append(Run(characters, *self.quantifier()))
        return found


def unwrapped(source):
    """Without anchors and without groups that only wrap: ^(x)$ -> x, ([a-z])+ -> [a-z]+."""
    text = source
    while True:
        before = text
        if text.startswith("^"):
            text = text[1:]
        if text.endswith("$") and not text.endswith("\\$"):
            text = text[:-1]
        if text.startswith("(") and not text.startswith("(?") and closing(text) == len(text) - 1:
            if "|" not in text:
                text = text[1:-1]
        if text == before:
            return text


def closing(text):
    """Where the parenthesis that `text` begins with is closed."""
    depth, in_class, at = 0, False, 0
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 1
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    return -1


def without_single_groups(text):
    """([class])+ means [class]+."""
    out, at = "", 0
    while at < len(text):
        if text.startswith("([", at):
            end = text.find("])", at)
            inner = text[at + 2:end]
            if end > 0 and "[" not in inner and "]" not in inner:
                out += text[at + 1:end + 1]
                at = end + 2
                continue
        out += text[at]
        at += 1
    return out


def with_java_spaces(text):
    """Java's \\s holds the vertical tab, RE2's does not."""
    out, in_class, at = "", False, 0
    while at < len(text):
        if text[at] == "\\":
            escape = text[at:at + 2]
            out += escape if escape != r"\s" else r"\s\v" if in_class else r"[\s\v]"
            at += 2
            continue
        in_class = text[at] != "]" if in_class else text[at] == "["
        out += text[at]
        at += 1
    return out


def regex_of(source):
    """RE2's spelling of the pattern."""
    text = with_java_spaces(source.replace("*+", "*"))
    text = re.sub(r"\\u([0-9A-Fa-f]{4})", r"\\x{\1}", text)
    for name, (_, _, spelling) in PROPERTIES.items():
        text = text.replace("\\p{" + name + "}", spelling)
    if "(?!" in text or "(?<" in text or "(?=" in text:
        raise ValueError(f"neither classes nor RE2 can express {source!r}; write it by hand and "
                         f"list it in HAND_WRITTEN")
    return text


def check_of(source):
    if source in HAND_WRITTEN:
        return Check(source, function=HAND_WRITTEN[source])
    try:
        runs = Parser(without_single_groups(unwrapped(source))).runs()
    except NotFlat:
        return Check(source, regex=regex_of(source))
    for run, following in zip(runs, runs[1:]):
        # Taking as much as fits is only right where the next run cannot want it.
        if run.least != run.most and run.characters.meets(following.characters):
            return Check(source, regex=regex_of(source))
    asks = any(run.characters.wide == "ask" for run in runs)
    return Check(source, runs=runs, regex=regex_of(source) if asks else "")
