#include "net/address.h"

#include <gtest/gtest.h>

namespace gatehouse::net {
namespace {

TEST(Address, ParsesAndPrintsBothFamilies) {
    EXPECT_EQ(Address::parse("127.0.0.1", 1883)->text(), "127.0.0.1:1883");
    EXPECT_EQ(Address::parse("0.0.0.0", 0)->host(), "0.0.0.0");
    EXPECT_EQ(Address::parse("255.255.255.255", 65'535)->text(), "255.255.255.255:65535");
    EXPECT_EQ(Address::parse("9.10.99.100", 1)->host(), "9.10.99.100");
    EXPECT_EQ(Address::parse("::1", 8883)->text(), "[::1]:8883");
    EXPECT_EQ(host_and_port("gate.example", 443), "gate.example:443");
    EXPECT_EQ(host_and_port("::1", 443), "[::1]:443");
    EXPECT_EQ(Address::parse("::ffff:203.0.113.5", 1)->host(), "203.0.113.5");
    EXPECT_EQ(Address::parse("localhost", 1).error().kind, ErrorKind::InvalidInput);
}

TEST(Address, KnowsLoopback) {
    EXPECT_TRUE(Address::parse("127.9.9.9", 0)->is_loopback());
    EXPECT_TRUE(Address::parse("::1", 0)->is_loopback());
    EXPECT_TRUE(Address::parse("::ffff:127.0.0.1", 0)->is_loopback());
    EXPECT_FALSE(Address::parse("0.0.0.0", 0)->is_loopback());
    EXPECT_FALSE(Address::parse("::", 0)->is_loopback());
}

TEST(Address, KnowsWhatStandsForEveryAddress) {
    EXPECT_TRUE(Address::parse("0.0.0.0", 1883)->is_any());
    EXPECT_TRUE(Address::parse("::", 1883)->is_any());
    EXPECT_FALSE(Address::parse("127.0.0.1", 0)->is_any());
    EXPECT_FALSE(Address::parse("::1", 0)->is_any());
    EXPECT_FALSE(Address().is_any());
}

TEST(Address, CountsIpv6ByItsNetwork) {
    EXPECT_EQ(Address::parse("2001:db8::1", 0)->rate_key(),
              Address::parse("2001:db8::ffff:2", 9)->rate_key());
    EXPECT_EQ(Address::parse("2001:db8:0:1::1", 0)->rate_key(), "2001:db8:0:1::/64");
    EXPECT_EQ(Address::parse("2001:db8:0:1::1", 0)->site_key(), "2001:db8::/48");
    EXPECT_EQ(Address::parse("::ffff:203.0.113.5", 0)->site_key(), "203.0.113.5");
    EXPECT_NE(Address::parse("203.0.113.5", 0)->rate_key(),
              Address::parse("203.0.113.6", 0)->rate_key());
}

TEST(HostFromHere, IsLoopbackForAListenerOnEveryAddress) {
    EXPECT_EQ(host_from_here("0.0.0.0"), "127.0.0.1");
    EXPECT_EQ(host_from_here("::"), "::1");
    EXPECT_EQ(host_from_here("0:0::0"), "::1");
    EXPECT_EQ(host_from_here("192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(host_from_here("2001:db8::7"), "2001:db8::7");
}

}  // namespace
}  // namespace gatehouse::net
