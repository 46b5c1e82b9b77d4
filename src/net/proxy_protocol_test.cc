#include "net/proxy_protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::net {
namespace {

using testing::HasSubstr;

Bytes header_of(std::uint8_t command, std::uint8_t family, Bytes rest) {
    Bytes header = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D,    0x0A,
                    0x51, 0x55, 0x49, 0x54, 0x0A, command, family};
    header.push_back(static_cast<std::uint8_t>(rest.size() >> 8));
    header.push_back(static_cast<std::uint8_t>(rest.size()));
    header.insert(header.end(), rest.begin(), rest.end());
    return header;
}

const Bytes ipv4_addresses = {203, 0, 113, 5, 192, 0, 2, 7, 0x30, 0x39, 0x22, 0xB3};

Bytes with(Bytes bytes, std::initializer_list<std::uint8_t> more) {
    bytes.insert(bytes.end(), more);
    return bytes;
}

std::string problem(const Bytes& header) {
    const auto parsed = parse_proxy_header(header);
    return parsed ? "" : parsed.error().message;
}

TEST(ProxyHeader, TellsWhoseConnectionItIs) {
    const auto parsed = parse_proxy_header(header_of(0x21, 0x11, ipv4_addresses));
    ASSERT_TRUE(parsed && parsed->peer) << parsed.error().message;
    EXPECT_EQ(parsed->bytes, 28u);
    EXPECT_EQ(parsed->peer->remote.text(), "203.0.113.5:12345");
    EXPECT_EQ(parsed->peer->local.text(), "192.0.2.7:8883");
}

TEST(ProxyHeader, KnowsIpv6) {
    Bytes addresses(36, 0);
    addresses[0] = 0x20, addresses[1] = 0x01, addresses[15] = 9;
    addresses[31] = 1;
    addresses[33] = 80, addresses[34] = 0x22, addresses[35] = 0xB3;
    const auto parsed = parse_proxy_header(header_of(0x21, 0x21, addresses));
    ASSERT_TRUE(parsed && parsed->peer);
    EXPECT_EQ(parsed->peer->remote.text(), "[2001::9]:80");
    EXPECT_EQ(parsed->peer->local.text(), "[::1]:8883");
}

TEST(ProxyHeader, OfTheBalancerItselfOrOfAnUnknownFamilySaysNothing) {
    for (const Bytes& header :
         {header_of(0x20, 0x00, {}), header_of(0x20, 0x11, ipv4_addresses),
          header_of(0x21, 0x00, {}), header_of(0x21, 0x31, Bytes(216, 'x'))}) {
        const auto parsed = parse_proxy_header(header);
        ASSERT_TRUE(parsed) << parsed.error().message;
        EXPECT_FALSE(parsed->peer);
        EXPECT_EQ(parsed->bytes, header.size());
    }
}

TEST(ProxyHeader, SkipsExtensionsAndChecksTheChecksum) {
    EXPECT_EQ(problem(header_of(0x21, 0x11, with(ipv4_addresses, {0x01, 0, 2, 'h', '2'}))), "");
    EXPECT_THAT(problem(header_of(0x21, 0x11, with(ipv4_addresses, {0x01, 0, 3, 'h', '2'}))),
                HasSubstr("longer than the rest"));
    EXPECT_THAT(problem(header_of(0x21, 0x11, with(ipv4_addresses, {0x01, 0}))),
                HasSubstr("cut off"));
    // The sum is from another implementation of CRC-32C.
    EXPECT_EQ(
        problem(header_of(0x21, 0x11, with(ipv4_addresses, {0x03, 0, 4, 0xC7, 0x7B, 0x7B, 0x7A}))),
        "");
    EXPECT_THAT(problem(header_of(0x21, 0x11, with(ipv4_addresses, {0x03, 0, 4, 1, 2, 3, 4}))),
                HasSubstr("checksum is wrong"));
}

TEST(ProxyHeader, ReadsWhetherTheClientSpeaksTls) {
    const auto tls = [](const Bytes& rest) {
        return parse_proxy_header(header_of(0x21, 0x11, rest)).value().peer->tls;
    };
    EXPECT_EQ(tls(ipv4_addresses), TlsBefore::Unknown);
    EXPECT_EQ(tls(with(ipv4_addresses, {0x20, 0, 5, 0x01, 0, 0, 0, 0})), TlsBefore::Yes);
    EXPECT_EQ(tls(with(ipv4_addresses, {0x20, 0, 5, 0x00, 0, 0, 0, 0})), TlsBefore::No);
    EXPECT_EQ(tls(with(ipv4_addresses, {0x20, 0, 0})), TlsBefore::Unknown);
}

TEST(ProxyHeader, RefusesEverythingElse) {
    EXPECT_THAT(problem(Bytes(28, 'x')), HasSubstr("does not begin"));
    EXPECT_THAT(problem({}), HasSubstr("does not begin"));
    EXPECT_THAT(problem(header_of(0x11, 0x11, ipv4_addresses)), HasSubstr("another version"));
    EXPECT_THAT(problem(header_of(0x22, 0x11, ipv4_addresses)), HasSubstr("unknown command"));
    EXPECT_THAT(problem(header_of(0x21, 0x11, Bytes(11, 0))), HasSubstr("no whole address"));
    EXPECT_THAT(problem(header_of(0x21, 0x11, Bytes(5000, 0))), HasSubstr("too long"));
    EXPECT_THAT(problem(with(header_of(0x21, 0x11, ipv4_addresses), {0})),
                HasSubstr("another length"));
}

}  // namespace
}  // namespace gatehouse::net
