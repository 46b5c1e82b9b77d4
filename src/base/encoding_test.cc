#include "base/encoding.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(Hex, RoundTripsAndRefusesForeignCharacters) {
    EXPECT_EQ(to_hex(Bytes{0x00, 0xff, 0x1a}), "00ff1a");
    EXPECT_EQ(from_hex("00FF1a"), (Bytes{0x00, 0xff, 0x1a}));
    EXPECT_FALSE(from_hex("0"));
    EXPECT_FALSE(from_hex("0g"));
}

TEST(Base64, MatchesTheVectorsOfRfc4648) {
    const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, encoded] : vectors) {
        EXPECT_EQ(to_base64(bytes_of(plain)), encoded);
        ASSERT_TRUE(from_base64(encoded)) << encoded;
        EXPECT_EQ(text_of(*from_base64(encoded)), plain);
    }
    EXPECT_FALSE(from_base64("Zg="));
    EXPECT_FALSE(from_base64("Z=g="));
    EXPECT_FALSE(from_base64("Zm9v\n"));
}

TEST(PercentEncoding, KeepsPlusAndBrokenEscapes) {
    EXPECT_EQ(percent_decode("a%2Fb+c%zz%4"), "a/b+c%zz%4");
    EXPECT_EQ(percent_encode("a/b c~", "/"), "a/b%20c~");
    for (const char* broken : {"a%zz", "a%2", "a%", "%%41", "%2F%2g"}) {
        EXPECT_TRUE(has_broken_escape(broken)) << broken;
    }
    EXPECT_FALSE(has_broken_escape("a%2Fb+%25"));
}

TEST(QueryFields, AreDecodedInTheOrderSent) {
    using Fields = std::vector<std::pair<std::string, std::string>>;
    EXPECT_EQ(query_fields("b=%41&a&&=x&b=1=2"),
              (Fields{{"b", "A"}, {"a", ""}, {"", "x"}, {"b", "1=2"}}));
    EXPECT_EQ(query_fields(""), Fields());
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndTruncation) {
    EXPECT_TRUE(is_utf8("h\u00e9\u4e2d\U0001f600"));
    EXPECT_FALSE(is_utf8("\xc0\xaf"));
    EXPECT_FALSE(is_utf8("\xed\xa0\x80"));
    EXPECT_FALSE(is_utf8("\xe4\xb8"));
    EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));
    for (std::size_t at = 0; at < 20; ++at) {
        std::string text(20, 'x');
        EXPECT_TRUE(is_utf8(text));
        text[at] = '\x80';
        EXPECT_FALSE(is_utf8(text)) << at;
        EXPECT_TRUE(is_utf8(text.replace(at, 1, "\u00e9"))) << at;
    }
}

TEST(ConstantTime, ComparesContents) {
    EXPECT_TRUE(equal_in_constant_time("secret", "secret"));
    EXPECT_FALSE(equal_in_constant_time("secret", "secreT"));
    EXPECT_FALSE(equal_in_constant_time("secret", "secret1"));
}

}  // namespace
}  // namespace gatehouse
