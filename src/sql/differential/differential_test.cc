// Program against an evaluator that knows nothing of operations, documents and decimals: some
// thousand statements and payloads, always the same ones.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/random.h"
#include "sql/differential/comparison.h"

namespace gatehouse::sql::plain {
namespace {

constexpr std::uint64_t samples = 20'000;

Sample sample_with_seed(std::uint64_t seed) {
    std::array<std::uint8_t, 384> bytes;
    SeededRandom(seed).fill(bytes);
    return sample_of(bytes);
}

// The rest of a line that starts so.
std::optional<std::string> behind(std::string_view line, std::string_view word) {
    if (!line.starts_with(word)) return std::nullopt;
    return std::string(line.substr(word.size()));
}

// The cases that the other tests of the module read, whatever they say of the result.
TEST(SqlDifferential, TheCasesComeToWhatTheReferenceSays) {
    const std::filesystem::path cases(GATEHOUSE_SOURCE_DIR "/src/sql/cases");
    std::size_t count = 0;
    for (const char* const file : {"numbers.txt", "texts.txt", "statements.txt"}) {
        std::ifstream lines(cases / file);
        Sample sample{.payload = "{}"};
        for (std::string line; std::getline(lines, line);) {
            const auto payload = behind(line, file[0] == 's' ? "in " : "payload ");
            if (payload) sample.payload = *payload;
            if (const auto version = behind(line, "version ")) {
                sample.version = parse_version(*version).value();
            }
            if (const auto sql = behind(line, "sql ")) sample.sql = *sql;
            const std::size_t arrow = line.rfind(" -> ");
            const bool is_expression = file[0] != 's' && arrow != line.npos && line[0] != '#';
            if (is_expression) sample.sql = "SELECT VALUE " + line.substr(0, arrow) + " FROM 'a'";
            if (!is_expression && !(file[0] == 's' && payload)) continue;
            sample.bracketed = sample.sql;
            const Comparison made = compare(sample);
            EXPECT_FALSE(made.difference) << *made.difference;
            ++count;
        }
    }
    EXPECT_GT(count, 350U);
}

TEST(SqlDifferential, StatementsComeToWhatTheReferenceSays) {
    std::size_t refused = 0;
    std::size_t too_much = 0;
    std::size_t matching = 0;
    std::size_t different = 0;
    for (std::uint64_t seed = 0; seed < samples && different < 5; ++seed) {
        const Comparison made = compare(sample_with_seed(seed));
        refused += made.is_refused ? 1 : 0;
        too_much += made.is_too_much ? 1 : 0;
        matching += made.matches ? 1 : 0;
        different += made.difference ? 1 : 0;
        EXPECT_FALSE(made.difference) << "seed " << seed << ": " << *made.difference;
    }
    // That they are worth while.
    EXPECT_LT(refused, samples / 4);
    EXPECT_GT(refused, samples / 100);
    EXPECT_LT(too_much, samples / 100);
    EXPECT_GT(matching, samples / 4);
}

}  // namespace
}  // namespace gatehouse::sql::plain
