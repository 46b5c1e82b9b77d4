#include "net/address_range.h"

#include <fmt/format.h>

#include <charconv>
#include <cstring>

namespace gatehouse::net {
namespace {

using Bytes16 = std::array<std::uint8_t, 16>;

constexpr unsigned ipv4_bits_before = 96;  // ::ffff:0:0/96

Bytes16 mapped(const Address& address) {
    Bytes16 bytes{};
    if (address.is_ipv6()) {
        std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6*>(address.raw())->sin6_addr,
                    bytes.size());
        return bytes;
    }
    bytes[10] = bytes[11] = 0xFF;
    std::memcpy(&bytes[12], &reinterpret_cast<const sockaddr_in*>(address.raw())->sin_addr, 4);
    return bytes;
}

// The bits of one byte that belong to the prefix.
std::uint8_t mask_of(unsigned prefix, std::size_t byte) {
    const unsigned before = static_cast<unsigned>(byte) * 8;
    if (prefix >= before + 8) return 0xFF;
    if (prefix <= before) return 0;
    return static_cast<std::uint8_t>(0xFF << (8 - (prefix - before)));
}

}  // namespace

Result<AddressRange> AddressRange::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = Address::parse(text.substr(0, slash), 0);
    if (!address) return fail(address.error());
    AddressRange range;
    range.bytes_ = mapped(*address);
    if (slash == text.npos) return range;
    const std::string_view digits = text.substr(slash + 1);
    const unsigned before = address->is_ipv6() ? 0 : ipv4_bits_before;
    unsigned prefix = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (error != std::errc() || end != digits.data() + digits.size() || prefix > 128 - before) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("'{}': behind the slash stands a number of bits from 0 to {}", text,
                                128 - before));
    }
    range.prefix_ = before + prefix;
    for (std::size_t i = 0; i < range.bytes_.size(); ++i) {
        if ((range.bytes_[i] & ~mask_of(range.prefix_, i)) != 0) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("'{}' has bits set behind the first {}", text, prefix));
        }
    }
    return range;
}

bool AddressRange::contains(const Address& address) const {
    const Bytes16 bytes = mapped(address);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (((bytes[i] ^ bytes_[i]) & mask_of(prefix_, i)) != 0) return false;
    }
    return true;
}

}  // namespace gatehouse::net
