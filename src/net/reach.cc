#include "net/reach.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace gatehouse::net {
namespace {

// Of the IPv6 addresses, those that are global at all lie in the first range; the other ranges lie
// in it, or are of IPv4.
constexpr std::string_view global_ipv6 = "2000::/3";
constexpr std::array<std::string_view, 19> special{
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
    "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
    // Teredo and other protocols; documentation; 6to4, which holds any IPv4 address.
    "2001::/23", "2001:db8::/32", "2002::/16"};

std::vector<AddressRange> parse_all(std::span<const std::string_view> texts) {
    std::vector<AddressRange> ranges;
    for (const std::string_view text : texts) ranges.push_back(AddressRange::parse(text).value());
    return ranges;
}

bool is_in(std::span<const AddressRange> ranges, const Address& address) {
    return std::ranges::any_of(ranges,
                               [&](const AddressRange& range) { return range.contains(address); });
}

}  // namespace

bool is_public(const Address& address) {
    static const std::vector<AddressRange> special_ranges = parse_all(special);
    static const AddressRange ipv6 = AddressRange::parse(global_ipv6).value();
    static const AddressRange ipv4 = AddressRange::parse("0.0.0.0/0").value();
    if (!ipv4.contains(address) && !ipv6.contains(address)) return false;
    return !is_in(special_ranges, address);
}

bool Reach::allows(const Address& address, bool is_encrypted) const {
    return is_in(besides_, address) || (is_encrypted && is_public(address));
}

}  // namespace gatehouse::net
