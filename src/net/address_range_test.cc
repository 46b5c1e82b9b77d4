#include "net/address_range.h"

#include <gtest/gtest.h>

namespace gatehouse::net {
namespace {

bool contains(std::string_view range, std::string_view address) {
    return AddressRange::parse(range).value().contains(Address::parse(address, 1).value());
}

TEST(AddressRange, ContainsWhatSharesItsPrefix) {
    EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.1"));
    EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.1"));
    EXPECT_TRUE(contains("192.0.2.128/25", "192.0.2.255"));
    EXPECT_FALSE(contains("192.0.2.128/25", "192.0.2.127"));
    EXPECT_TRUE(contains("192.0.2.7", "192.0.2.7"));
    EXPECT_FALSE(contains("192.0.2.7", "192.0.2.6"));
    EXPECT_TRUE(contains("0.0.0.0/0", "203.0.113.5"));
    EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
    EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
    EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
    EXPECT_TRUE(contains("::/0", "2001:db8::1"));
}

TEST(AddressRange, TakesAMappedAddressForTheIpv4OneThatItIs) {
    EXPECT_TRUE(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
    EXPECT_TRUE(contains("::ffff:10.1.2.3", "10.1.2.3"));
}

TEST(AddressRange, RefusesWhatIsNone) {
    for (const char* text : {"", "host", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x",
                             "10.0.0.1/8", "2001:db8::/129", "2001:db8::1/32", "/8"}) {
        EXPECT_FALSE(AddressRange::parse(text)) << text;
    }
}

}  // namespace
}  // namespace gatehouse::net
