#include "functions/scrubber.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/encoding.h"
#include "base/json.h"
#include "base/random.h"

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

// As Python's json.dumps() writes it.
std::string json_in_ascii(std::string_view text) {
    const std::string json = quote_json(text);
    std::string ascii;
    for (std::size_t at = 0; at < json.size(); ++at) {
        const auto byte = static_cast<unsigned char>(json[at]);
        if (byte < 0x80) {
            ascii += json[at];
        } else {  // of two bytes: the alphabet below has no other
            const auto second = static_cast<unsigned char>(json[++at]);
            ascii += fmt::format("\\u{:04x}", (byte & 0x1f) << 6 | (second & 0x3f));
        }
    }
    return ascii;
}

std::string python_bytes(std::string_view text) {
    std::string bytes = "b'";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f) {
            if (c == '\\' || c == '\'') bytes += '\\';
            bytes += c;
        } else {
            bytes += fmt::format("\\x{:02x}", byte);
        }
    }
    return bytes + "'";
}

std::string plus_for_blanks(std::string_view text) {
    std::string encoded = percent_encode(text, " ");
    std::ranges::replace(encoded, ' ', '+');
    return encoded;
}

// Whatever was done to a secret between quotes, twice, and whatever stands beside it there.
TEST(Scrubber, KnowsEverySecretUnderTwoQuotings) {
    SeededRandom random(7);
    const std::string_view alphabet[] = {"a", "Z", "2",        "5", "%", "%25", "\\", "\"", "'",
                                         "/", " ", "\xc3\xa9", "u", "x", "n",   "+",  "=",  "\t"};
    const std::string_view before[] = {"pw: ", "CORP\\", "100%", ""};
    const std::string_view after[] = {" ;", "next", "41", ""};
    const auto one_of = [&](const auto& all) { return all[random.next() % std::size(all)]; };
    using Quote = std::string (*)(std::string_view);
    const Quote quotes[] = {
        [](std::string_view text) { return std::string(text); },
        [](std::string_view text) { return quote_json(text); },
        json_in_ascii,
        python_bytes,
        [](std::string_view text) { return percent_encode(text); },
        plus_for_blanks,
    };
    for (int round = 0; round < 2000; ++round) {
        std::string secret;
        while (secret.size() < 48) secret += one_of(alphabet);
        const Scrubber scrubber({secret});
        for (const Quote inner : quotes) {
            for (const Quote outer : quotes) {
                const std::string left(one_of(before)), right(one_of(after));
                const std::string line = outer(inner(left + secret + right));
                const std::string shown = scrubber.scrub(line);
                // An escape that the secret's last letters open may stay when it is not theirs.
                const std::string end = secret.substr(secret.size() - 12);
                const std::size_t may_stay = outer(inner(left + end + right)).size() + 4;
                EXPECT_TRUE(shown.contains("****")) << secret << "  in  " << line;
                EXPECT_LE(shown.size(), may_stay) << secret << "  in  " << line << ": " << shown;
            }
        }
    }
}

TEST(Scrubber, KnowsASecretWhoseFirstLettersAreEatenByWhatStandsBefore) {
    // "CORP\\" and the password, as JSON: its 'n' is an escape's for who does not know where it
    // begins.
    const Scrubber scrubber({"nimda\"secretword"});
    EXPECT_EQ(scrubber.scrub(R"("CORP\\nimda\"secretword")"), R"("CORP****")");
    EXPECT_EQ(scrubber.scrub(R"("\"C:\\\\nimda\\\"secretword\"")"), R"("\"C:****\"")");
    EXPECT_EQ(Scrubber({"41st\"street"}).scrub(R"("100%41st\"street")"), R"("100****")");
    EXPECT_EQ(Scrubber({"1abc\"secret"}).scrub(R"("100%41abc\"secret")"), R"("100%41****")");
    EXPECT_EQ(Scrubber({"e9abc\"secret"}).scrub(R"("x\u00e9abc\"secret")"), R"("x****")");
    EXPECT_EQ(Scrubber({"main\"street%4"}).scrub(R"("main\"street%41")"), R"("****%41")");
}

TEST(Scrubber, KnowsASecretWhoseBytesAreTakenByTheCharactersBesideIt) {
    const Scrubber scrubber({"\x93\xa0secretword \xe2\x82"});
    EXPECT_EQ(scrubber.scrub("x=%93%a0secretword%20%e2%82&"), "x=****&");
    EXPECT_EQ(scrubber.scrub("x=%D2%93%a0secretword%20%e2%82&"), "x=%D2%93****%e2%82&");
    EXPECT_EQ(scrubber.scrub("x=%93%a0secretword%20%e2%82%ac&"), "x=****%e2%82%ac&");
    EXPECT_EQ(scrubber.scrub("x=%ea%93%a0secretword%20%e2%82%ac&"), "x=%ea%93%a0****%e2%82%ac&");
    EXPECT_EQ(Scrubber({"\\\x8bsecretword"}).scrub("\xed\x8b%5C%8Bsecretword"),
              "\xed\x8b%5C%8B****");
}

TEST(Scrubber, KnowsASecretOfNothingButEscapes) {
    const Scrubber letters({R"(\u0041\u0042\u0043)"});
    EXPECT_EQ(letters.scrub(R"(a \u0041\u0042\u0043 b)"), "a **** b");
    EXPECT_EQ(letters.scrub(R"("\\u0041\\u0042\\u0043")"), R"("****")");
    EXPECT_EQ(letters.scrub(R"("\"\\\"\\\\\\\\u0041\\\\\\\\u0042\\\\\\\\u0043\\\"\"")"),
              R"("\"\\\"****\\\"\"")");
    EXPECT_EQ(letters.scrub("x=%5Cu0041%5Cu0042%5Cu0043&"), "x=****&");
    EXPECT_EQ(letters.scrub("ABC"), "ABC");
    EXPECT_EQ(Scrubber({"%41%42%43"}).scrub("x=%2541%2542%2543&"), "x=****&");
    EXPECT_EQ(Scrubber({R"(\\\\)"}).scrub(R"("\\\\\\\\")"), R"("****")");
}

// Of who sends long names and passwords, each of them like the other.
TEST(Scrubber, TakesNoTimeOfOneTextMultipliedByAnother) {
    std::string lines;
    for (int i = 0; i < 64; ++i) lines += std::string(120, 'a') + "x\n";
    const Scrubber scrubber({std::string(8000, 'a') + "b", lines});
    const std::string line = R"({"user":"\u0041)" + std::string(100'000, 'a') + "\"}";
    EXPECT_EQ(scrubber.scrub(line), line);
}

TEST(Scrubber, MasksNoMoreThanTheSecret) {
    const Scrubber scrubber({"100%25 off"});
    EXPECT_EQ(scrubber.scrub("a 100%25 off b"), "a **** b");
    EXPECT_EQ(scrubber.scrub("a=100%2525%20off&b=%20"), "a=****&b=%20");
    EXPECT_EQ(scrubber.scrub(R"({"a":"\u0031\u0030\u0030%25 off","b":"\n"})"),
              R"({"a":"****","b":"\n"})");
}

// Who tries passwords chooses them, and a user name that is printed beside them.
TEST(Scrubber, NoSecretBlanksOtherLines) {
    std::string many_lines;
    for (int i = 0; i < 1600; ++i) many_lines += "abc\n";
    const Scrubber scrubber({many_lines, std::string(8191, 'a') + "b"});
    const std::string line = "user " + std::string(8192, 'a') + " %20 was refused: abcd";
    EXPECT_EQ(scrubber.scrub(line), line);
}

TEST(Scrubber, ShortSecretsAndLineFeeds) {
    EXPECT_TRUE(Scrubber({"abc"}).empty());
    EXPECT_TRUE(Scrubber({""}).empty());
    const Scrubber scrubber({"the first line\nsecond line"});
    EXPECT_EQ(scrubber.scrub("second line"), "****");
    const Scrubber nested({"secret", "secret-longer"});
    EXPECT_EQ(nested.scrub("secret-longer secret"), "**** ****");
}

}  // namespace
}  // namespace gatehouse::functions
