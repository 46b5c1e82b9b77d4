#include "net/reach.h"

#include <gtest/gtest.h>

namespace gatehouse::net {
namespace {

Address at(const char* host) {
    return Address::parse(host, 443).value();
}

TEST(Reach, KnowsThePublicInternet) {
    for (const char* host : {"1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.1", "100.63.0.1",
                             "223.255.255.255", "2606:4700::1111", "::ffff:8.8.8.8"}) {
        EXPECT_TRUE(is_public(at(host))) << host;
    }
    for (const char* host : {"0.0.0.0",
                             "10.1.2.3",
                             "100.64.0.1",
                             "127.0.0.1",
                             "127.8.8.8",
                             "169.254.169.254",
                             "172.16.0.1",
                             "172.31.255.255",
                             "192.168.1.1",
                             "198.19.0.1",
                             "203.0.113.5",
                             "224.0.0.1",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "fe80::1",
                             "fd00::1",
                             "ff02::1",
                             "64:ff9b::7f00:1",
                             "2001:db8::1",
                             "2002:7f00:1::",
                             "2001:0:1::1",
                             "::ffff:127.0.0.1",
                             "::ffff:10.0.0.1",
                             "::127.0.0.1"}) {
        EXPECT_FALSE(is_public(at(host))) << host;
    }
}

TEST(Reach, GoesWhereTheOperatorSays) {
    const Reach none({});
    EXPECT_TRUE(none.allows(at("8.8.8.8"), true));
    EXPECT_FALSE(none.allows(at("8.8.8.8"), false)) << "not without TLS";
    EXPECT_FALSE(none.allows(at("127.0.0.1"), true));
    const Reach some(
        {AddressRange::parse("10.1.0.0/16").value(), AddressRange::parse("::1").value()});
    EXPECT_TRUE(some.allows(at("10.1.2.3"), true));
    EXPECT_TRUE(some.allows(at("10.1.2.3"), false));
    EXPECT_TRUE(some.allows(at("::ffff:10.1.2.3"), false));
    EXPECT_TRUE(some.allows(at("::1"), false));
    EXPECT_FALSE(some.allows(at("10.2.0.1"), true));
}

}  // namespace
}  // namespace gatehouse::net
