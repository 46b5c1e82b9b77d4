// Makes a statement and a payload from the bytes; Program and the plain evaluator have to come to
// the same.
#include <cstdio>

#include "sql/differential/comparison.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gatehouse::sql::plain;
    const Sample sample = sample_of({data, size});
    const Comparison made = compare(sample);
    if (!made.difference) return 0;
    (void)std::fprintf(stderr, "%s\n%s\nor %s\nfor %s\n%s\n",
                       std::string(name_of(sample.version)).c_str(), sample.sql.c_str(),
                       sample.bracketed.c_str(), sample.payload.c_str(), made.difference->c_str());
    __builtin_trap();
}
