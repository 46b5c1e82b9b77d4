// The MD2 message digest (RFC 1319), which OpenSSL no longer has. Not for security.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace gatehouse::sql {

std::array<std::uint8_t, 16> md2(std::string_view text);

}  // namespace gatehouse::sql
