// Makes a statement and a payload from the bytes; Program and the plain evaluator have to come to
// the same.
#include <cstdio>

#include "sql/differential/comparison.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gatehouse::sql::plain;
    const Comparison made = compare(sample_of({data, size}));
    if (!made.difference) return 0;
    (void)std::fputs(made.difference->c_str(), stderr);
    __builtin_trap();
}
