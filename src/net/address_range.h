// A range of addresses: "10.0.0.0/8", "2001:db8::/32", or one address.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "net/address.h"

namespace gatehouse::net {

class AddressRange {
public:
    // InvalidInput: no address, a prefix that is too long, or bits set behind the prefix.
    static Result<AddressRange> parse(std::string_view text);

    // An IPv4-mapped IPv6 address counts as the IPv4 address that it is.
    bool contains(const Address& address) const;

private:
    std::array<std::uint8_t, 16> bytes_{};  // IPv4 as IPv4-mapped
    unsigned prefix_ = 128;                 // bits, counted in the mapped form
};

}  // namespace gatehouse::net
