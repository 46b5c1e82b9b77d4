#include "functions/trace_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/encoding.h"

namespace gatehouse::functions {
namespace {

template <std::size_t bytes>
std::string random_hex(Random& random) {
    std::array<std::uint8_t, bytes> filled;
    random.fill(filled);
    return to_hex(filled);
}

bool is_hex(std::string_view text, std::size_t digits) {
    return text.size() == digits && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

// "1-58406520-a006649127e371903a2de979".
bool is_root(std::string_view text) {
    return text.size() == 35 && text.starts_with("1-") && text[10] == '-' &&
           is_hex(text.substr(2, 8), 8) && is_hex(text.substr(11), 24);
}

// The value of a field of the header; empty: it has none.
std::string_view field_of(std::string_view header, std::string_view name) {
    while (!header.empty()) {
        const auto end = std::min(header.find(';'), header.size());
        const std::string_view field = header.substr(0, end);
        if (field.starts_with(name)) return field.substr(name.size());
        header.remove_prefix(std::min(end + 1, header.size()));
    }
    return {};
}

}  // namespace

std::string complete_trace_header(std::string_view given, WallTime now, Random& random) {
    const bool is_plain = given.size() <= trace_header_bytes_max &&
                          std::ranges::all_of(given, [](char c) { return c > ' ' && c < '\x7f'; });
    std::string header;
    if (is_plain && is_root(field_of(given, "Root="))) {
        header = given;
    } else {
        const auto seconds =
            std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
        header = fmt::format("Root=1-{:08x}-{}", seconds.count(), random_hex<12>(random));
    }
    if (field_of(header, "Parent=").empty()) header += ";Parent=" + random_hex<8>(random);
    if (field_of(header, "Sampled=").empty()) header += ";Sampled=0";
    return header;
}

}  // namespace gatehouse::functions
