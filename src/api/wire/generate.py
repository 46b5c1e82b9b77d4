#!/usr/bin/python3
"""Turns service models into C++: generate.py --out DIR --shards N SERVICE OPERATIONS_FILE

OPERATIONS_FILE names the operations that have a handler, one a line; only these get structs and
codecs, the table of operations holds all. `generate.py --list ...` writes nothing and prints the
paths of the files, one a line. `generate.py --patterns FILE` writes the catalogue of every
pattern of every model for the test that none is skipped.

Files are written only when they change, so that what is unchanged is not compiled again.
"""

import argparse
from pathlib import Path

from botocore.loaders import Loader

import model
import patterns
from cpp_types import cpp_string, pattern_lines
from emit import BANNER, Emitter

# Services whose patterns must be expressible, served already or soon.
CATALOGUED = ["iot", "lambda", "logs", "iot-data", "iot-jobs-data", "iam", "sts", "acm"]


def write_if_changed(path, text):
    if path.exists() and path.read_text() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def read_operations(path, service):
    names = [line.split("#")[0].strip() for line in Path(path).read_text().splitlines()]
    names = [name for name in names if name]
    unknown = [name for name in names if name not in service.operations]
    if unknown or len(set(names)) != len(names):
        raise SystemExit(f"{path}: not operations of {service.name}, or twice: {unknown or names}")
    return names


def generate(args):
    service = model.load(args.service)
    operations = read_operations(args.operations, service)
    out = Path(args.out) / "api" / "shapes" / service.name
    files = Emitter(service, operations, args.shards).emit()
    if args.list:
        print(*(out / name for name in files), sep="\n")
        return
    for name, text in files.items():
        write_if_changed(out / name, text)
    for stale in set(out.rglob("*.*")) - {out / name for name in files}:
        stale.unlink()


def catalogue(path):
    sources = set()
    for name in CATALOGUED:
        shapes = Loader().load_service_model(name, "service-2")["shapes"].values()
        sources |= {shape["pattern"] for shape in shapes if "pattern" in shape}
    for name in model.SERVICES:
        sources |= {shape["pattern"] for shape in model.load(name).shapes.values()
                    if "pattern" in shape}
    lines, entries = [], []
    for i, source in enumerate(sorted(sources)):
        check = patterns.check_of(source)
        lines += pattern_lines(f"pattern_{i}", check)
        spelling = cpp_string(patterns.regex_of(source)) if not check.function else "nullptr"
        entries.append(f"    {{&pattern_{i}, {spelling}}},")
    text = (BANNER + '#include "api/wire/hand_written_patterns.h"\n'
            '#include "api/wire/pattern_catalogue.h"\n\nnamespace gatehouse::api::wire {\n'
            "namespace {\n\n" + "\n".join(lines) +
            "\n\nconstexpr CataloguedPattern catalogue[] = {\n" + "\n".join(entries) +
            "\n};\n\n}  // namespace\n\n"
            "std::span<const CataloguedPattern> every_pattern() { return catalogue; }\n\n"
            "}  // namespace gatehouse::api::wire\n")
    write_if_changed(Path(path), text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out")
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--patterns")
    parser.add_argument("service", nargs="?", choices=model.SERVICES)
    parser.add_argument("operations", nargs="?")
    args = parser.parse_args()
    if args.patterns:
        catalogue(args.patterns)
    else:
        generate(args)


if __name__ == "__main__":
    main()
