// Numbers and texts one behind the other in one piece of memory, for what is kept for each
// connection and seldom read.
//
// Threads: plain values.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::policy {

class PackedWriter {
public:
    // Seven bits a byte, the lowest first; the eighth says that more follow.
    void number(std::size_t value) {
        for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>((value & 0x7F) | 0x80);
        bytes_ += static_cast<char>(value);
    }
    void text(std::string_view text) {
        number(text.size());
        bytes_ += text;
    }
    // How far the text begins like `previous`, and the rest.
    void text_after(std::string_view previous, std::string_view text) {
        const auto [end, _] = std::ranges::mismatch(text, previous);
        const auto shared = static_cast<std::size_t>(end - text.begin());
        number(shared);
        this->text(text.substr(shared));
    }

    const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
};

// Reads what a PackedWriter wrote, in the same order. Texts live as long as the bytes.
class PackedReader {
public:
    explicit PackedReader(std::string_view bytes) : rest_(bytes) {}

    std::size_t number() {
        std::size_t value = 0;
        for (unsigned shift = 0;; shift += 7) {
            assert(!rest_.empty() && shift < 64);
            const auto byte = static_cast<std::uint8_t>(rest_.front());
            rest_.remove_prefix(1);
            value |= std::size_t{byte & 0x7FU} << shift;
            if (byte < 0x80) return value;
        }
    }
    std::string_view text() {
        const std::size_t length = number();
        assert(length <= rest_.size());
        const std::string_view text = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return text;
    }
    std::string text_after(std::string_view previous) {
        const std::size_t shared = number();
        assert(shared <= previous.size());
        return std::string(previous.substr(0, shared)).append(text());
    }

private:
    std::string_view rest_;
};

}  // namespace gatehouse::policy
