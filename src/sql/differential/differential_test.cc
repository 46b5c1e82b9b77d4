// Program against an evaluator that knows nothing of operations, documents and decimals: some
// thousand statements and payloads, always the same ones.
#include <gtest/gtest.h>

#include "base/random.h"
#include "sql/differential/comparison.h"

namespace gatehouse::sql::plain {
namespace {

constexpr std::uint64_t samples = 6000;

Sample sample_with_seed(std::uint64_t seed) {
    std::array<std::uint8_t, 384> bytes;
    SeededRandom(seed).fill(bytes);
    return sample_of(bytes);
}

TEST(SqlDifferential, StatementsComeToWhatTheReferenceSays) {
    std::size_t refused = 0;
    std::size_t too_much = 0;
    std::size_t matching = 0;
    std::size_t different = 0;
    for (std::uint64_t seed = 0; seed < samples && different < 5; ++seed) {
        const Sample sample = sample_with_seed(seed);
        const Comparison made = compare(sample);
        refused += made.is_refused ? 1 : 0;
        too_much += made.is_too_much ? 1 : 0;
        matching += made.matches ? 1 : 0;
        if (!made.difference) continue;
        ++different;
        ADD_FAILURE() << "seed " << seed << ", " << name_of(sample.version) << ":\n"
                      << sample.sql << "\nor " << sample.bracketed << "\nfor " << sample.payload
                      << "\n"
                      << *made.difference;
    }
    // That they are worth while.
    EXPECT_LT(refused, samples / 4);
    EXPECT_GT(refused, samples / 100);
    EXPECT_LT(too_much, samples / 100);
    EXPECT_GT(matching, samples / 4);
}

}  // namespace
}  // namespace gatehouse::sql::plain
