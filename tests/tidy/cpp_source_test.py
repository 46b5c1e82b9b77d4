#!/usr/bin/python3
"""The reader of C++ that the checks rest on."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import cpp_source  # noqa: E402
import repository  # noqa: E402

SAMPLE = """\
#include "base/result.h"
#include <vector>
namespace a::b {
struct Point {
    Point() : x_{1}, y_{2} {
        call();
    }
    int sum() const { return x_ + y_; }
    int x_ = 0;
};
enum class Kind { One, Two };
template <class T>
T twice(T value) {
    const auto lambda = [](T v) {
        return v;
    };
    // } a brace in a comment
    return lambda(value) + "}" + R"x(})x" + '}';
}
const int table[] = {1, 2, 3};
std::vector<int> list{1, 2};
}  // namespace a::b
"""


class CppSource(unittest.TestCase):
    def test_includes(self):
        self.assertEqual(cpp_source.includes(SAMPLE), ["base/result.h", "vector"])

    def test_functions_with_their_length(self):
        found = {f.name: (f.first_line, f.lines) for f in cpp_source.functions(SAMPLE)}
        self.assertEqual(found["sum"], (8, 1))
        self.assertEqual(found["twice"], (12, 8))
        self.assertIn("call", SAMPLE)
        self.assertNotIn("Kind", found)
        self.assertNotIn("list", found)
        self.assertNotIn("table", found)

    def test_long_functions_are_seen(self):
        body = "    x();\n" * 100
        (function,) = cpp_source.functions("void f(int a,\n       int b) {\n" + body + "}\n")
        self.assertEqual(function, cpp_source.Function("f", 1, 103))

    def test_text_is_blanked_and_lines_stay(self):
        blanked = cpp_source.without_text('a "getenv" // getenv\n/* getenv\n */ b 1\'000 \'x\'')
        self.assertNotIn("getenv", blanked)
        self.assertEqual(blanked.count("\n"), 2)
        self.assertIn("1'000", blanked)

    def test_declarations_of_build_files(self):
        (module, test) = repository.declarations(
            "gatehouse_module(a # remark\n  SOURCES x.cc y.cc\n  USES base\n  LIBRARIES fmt)\n"
            "gatehouse_module_test(a SOURCES x_test.cc USES base mqtt)")
        self.assertEqual(module, ("module", "a", ["x.cc", "y.cc"], ["base"]))
        self.assertEqual(test, ("module_test", "a", ["x_test.cc"], ["base", "mqtt"]))


if __name__ == "__main__":
    unittest.main()
