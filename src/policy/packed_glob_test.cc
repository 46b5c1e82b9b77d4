#include "policy/packed_glob.h"

#include <gtest/gtest.h>

#include <random>

namespace gatehouse::policy {
namespace {

Glob glob_of(std::string_view pattern) {
    return resolve(Pattern(std::string(pattern)), {});
}

bool packed_matches(const Glob& glob, std::string_view text) {
    const auto packed = pack_glob(glob);
    if (!packed) {
        ADD_FAILURE() << "not packed: " << show(glob);
        return false;
    }
    const std::string_view bytes = packed->bytes;
    return matches(
        PackedGlob{bytes.substr(0, packed->prefix_length), bytes.substr(packed->prefix_length)},
        text);
}

TEST(PackedGlob, MatchesWhatTheGlobMatches) {
    static constexpr std::string_view pieces[] = {"a", "b", "ab", "*", "*", "?", "\u00e9", "${*}"};
    static constexpr std::string_view letters[] = {"a", "b", "*", "\u00e9"};
    std::mt19937_64 random(5);
    std::size_t matched = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string pattern, text;
        for (std::size_t j = random() % 6; j > 0; --j) pattern += pieces[random() % 8];
        for (std::size_t j = random() % 7; j > 0; --j) text += letters[random() % 4];
        const Glob glob = glob_of(pattern);
        const bool wanted = matches(glob, text);
        matched += wanted ? 1 : 0;
        ASSERT_EQ(packed_matches(glob, text), wanted) << pattern << " and " << text;
    }
    EXPECT_GT(matched, 1000U);
}

TEST(PackedGlob, TakesAByteWhereTheGlobTakesTwo) {
    const auto packed = pack_glob(glob_of("dev/*/up"));
    ASSERT_TRUE(packed.has_value());
    EXPECT_EQ(packed->bytes.size(), 8U);
    EXPECT_EQ(packed->prefix_length, 4U);
}

// A value may bring in what is no UTF-8; it must not become a wildcard.
TEST(PackedGlob, BytesThatMeanWildcardsAreNotPacked) {
    EXPECT_FALSE(pack_glob(literal_glob("a\xFF")).has_value());
    EXPECT_FALSE(pack_glob(literal_glob("a\xFE")).has_value());
    EXPECT_FALSE(pack_glob(literal_glob("a\xFD")).has_value());
    EXPECT_TRUE(pack_glob(literal_glob("a\xFC")).has_value());
}

TEST(PackedGlob, AVariableWithoutAValueMatchesNothing) {
    EXPECT_FALSE(packed_matches(glob_of("a${none}"), "a${none}"));
    EXPECT_FALSE(packed_matches(glob_of("*${none}*"), "a${none}"));
    EXPECT_FALSE(packed_matches(glob_of("${none}"), ""));
}

TEST(PackedGlob, SlotsAreNotPacked) {
    const std::vector<std::string> open{"v"};
    EXPECT_FALSE(pack_glob(resolve(Pattern("a/${v}"), {}, open)).has_value());
}

}  // namespace
}  // namespace gatehouse::policy
