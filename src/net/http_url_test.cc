#include "net/http_url.h"

#include <gtest/gtest.h>

namespace gatehouse::net {
namespace {

TEST(HttpUrl, IsReadWhole) {
    const auto url = HttpUrl::parse("https://auth.example:8443/mqtt?site=1").value();
    EXPECT_TRUE(url.is_https);
    EXPECT_EQ(url.host, "auth.example");
    EXPECT_EQ(url.port, 8443);
    EXPECT_EQ(url.target, "/mqtt?site=1");
    EXPECT_EQ(url.authority(), "auth.example:8443");
    EXPECT_EQ(url.shown(), "https://auth.example:8443/mqtt");
}

TEST(HttpUrl, KnowsWhatMayBeLeftOut) {
    EXPECT_EQ(HttpUrl::parse("http://a").value(), (HttpUrl{false, "a", 80, "/"}));
    EXPECT_EQ(HttpUrl::parse("https://a?q").value(), (HttpUrl{true, "a", 443, "/?q"}));
    EXPECT_EQ(HttpUrl::parse("https://a:443/x").value().authority(), "a");
    EXPECT_EQ(HttpUrl::parse("http://[::1]:81/").value(), (HttpUrl{false, "::1", 81, "/"}));
    EXPECT_EQ(HttpUrl::parse("http://[::1]/").value().authority(), "[::1]");
}

TEST(HttpUrl, RefusesWhatIsNoEndpoint) {
    for (const char* text : {"",
                             "auth.example",
                             "ftp://a/",
                             "HTTPS://a/",
                             "file:///etc/passwd",
                             "https://",
                             "https:///x",
                             "https://a:0/",
                             "https://a:65536/",
                             "https://a:/",
                             "https://a:1x/",
                             "https://u:p@a/",
                             "https://a/#f",
                             "https://a/ b",
                             "https://a/\r\nX: y",
                             "https://a\\b/",
                             "https://[::1/",
                             "https://[1.2.3.4]/",
                             "https://[::1]x/",
                             "https://-a/",
                             "https://a%2e/",
                             "https://\xc3\xa4/"}) {
        EXPECT_FALSE(HttpUrl::parse(text)) << text;
    }
    EXPECT_FALSE(HttpUrl::parse("https://a/" + std::string(http_url_bytes_max, 'x')));
}

TEST(HttpUrl, KnowsThisMachine) {
    for (const char* text : {"http://localhost/", "http://127.9.0.1/", "http://[::1]/"}) {
        EXPECT_TRUE(HttpUrl::parse(text).value().is_loopback()) << text;
    }
    for (const char* text : {"http://localhost.example/", "http://10.0.0.1/", "http://a/"}) {
        EXPECT_FALSE(HttpUrl::parse(text).value().is_loopback()) << text;
    }
}

}  // namespace
}  // namespace gatehouse::net
