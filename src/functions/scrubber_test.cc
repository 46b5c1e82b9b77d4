#include "functions/scrubber.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace gatehouse::functions {
namespace {

TEST(Scrubber, KnowsEveryFormOfASecret) {
    const Scrubber scrubber({"p\"w\\d\xc3\xa9!"});
    EXPECT_EQ(scrubber.scrub("raw p\"w\\d\xc3\xa9! end"), "raw **** end");
    EXPECT_EQ(scrubber.scrub(R"(json "p\"w\\dé!")"), R"(json "****")");
    EXPECT_EQ(scrubber.scrub(R"(python b'p"w\\d\xc3\xa9!')"), "python b'****'");
    EXPECT_EQ(scrubber.scrub("base64 cCJ3XGTDqSE="), "base64 ****");
    EXPECT_EQ(scrubber.scrub("url p%22w%5Cd%C3%A9%21&x"), "url ****&x");
    EXPECT_EQ(scrubber.scrub("nothing here"), "nothing here");
}

TEST(Scrubber, KnowsThemEscapedByOthers) {
    const Scrubber scrubber({"p\"w\\d/ \xc3\xa9\xf0\x9f\x94\x91'\t!"});
    for (const char* line : {
             R"("p\"w\\d/ \u00e9\ud83d\udd11'\t!")",  // JSON in ASCII
             R"("p\u0022w\\d\/ \u00E9\uD83D\uDD11\u0027\t!")",
             R"("p\\\"w\\\\d/ \\u00e9\\ud83d\\udd11'\\t!")",  // JSON in JSON
             R"('p"w\\d/ é🔑\'\t!')",                         // Python's repr of text
             R"('p"w\\d/ \xe9\U0001f511\'\t!')",              // the same in ASCII
             R"('p"w\\d/ \xc3\xa9\xf0\x9f\x94\x91\'\t!')",    // of bytes
             R"('p"w\\\\d/ \\xc3\\xa9\\xf0\\x9f\\x94\\x91\\'\\t!')",
         }) {
        const std::string_view text = line;
        EXPECT_EQ(scrubber.scrub(text), fmt::format("{0}****{0}", text.front())) << line;
    }
    // Python's quote() and quote_plus().
    EXPECT_EQ(scrubber.scrub("p=p%22w%5Cd/%20%C3%A9%f0%9f%94%91%27%09%21&"), "p=****&");
    EXPECT_EQ(scrubber.scrub("p=p%22w%5Cd%2F+%C3%A9%F0%9F%94%91%27%09%21&"), "p=****&");
}

TEST(Scrubber, KnowsBase64OfEitherAlphabetAndWithoutPadding) {
    const Scrubber scrubber({"\xfb\xff\xfe~secret"});  // +//+fnNlY3JldA==
    EXPECT_EQ(scrubber.scrub("<+//+fnNlY3JldA==>"), "<****>");
    EXPECT_EQ(scrubber.scrub("<+//+fnNlY3JldA>"), "<****>");
    EXPECT_EQ(scrubber.scrub("<-__-fnNlY3JldA>"), "<****>");
    EXPECT_EQ(scrubber.scrub(R"(<+\/\/+fnNlY3JldA==>)"), "<****>");
    EXPECT_EQ(scrubber.scrub("<%2B%2F%2F%2BfnNlY3JldA%3D%3D>"), "<****>");
}

TEST(Scrubber, LeavesOthersAlone) {
    const Scrubber scrubber({"night!"});
    EXPECT_EQ(scrubber.scrub(R"(good\night? 100% good\\)"), R"(good\night? 100% good\\)");
    EXPECT_EQ(scrubber.scrub(R"(good\nnight!\n)"), R"(good\n****\n)");
    EXPECT_EQ(scrubber.scrub("%6"), "%6");
    EXPECT_EQ(scrubber.scrub(R"(\u006)"), R"(\u006)");
}

// 1,000 lines take well under a second, and none shows what was not looked through.
TEST(Scrubber, IsNotKeptBusyByLinesMadeToLookAlike) {
    const Scrubber scrubber({std::string(8191, 'a') + "b"});
    const std::string alike =
        "user " + std::string(8192, 'a') + " password " + std::string(8191, 'a') + "b";
    const std::string shown = scrubber.scrub(alike);
    EXPECT_FALSE(shown.contains("aab")) << shown;
    EXPECT_TRUE(shown.starts_with("user "));
}

TEST(Scrubber, ShortSecretsAndLineFeeds) {
    EXPECT_TRUE(Scrubber({"abc"}).empty());
    EXPECT_TRUE(Scrubber({""}).empty());
    const Scrubber scrubber({"first line\nsecond line"});
    EXPECT_EQ(scrubber.scrub("second line"), "****");
    const Scrubber nested({"secret", "secret-longer"});
    EXPECT_EQ(nested.scrub("secret-longer secret"), "**** ****");
}

}  // namespace
}  // namespace gatehouse::functions
