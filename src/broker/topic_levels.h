// A topic name or filter cut at its slashes, with a hash of each level that can be chained into
// the hash of any run of levels. Part of the topic tree.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace gatehouse::broker {

// Filters deeper than this are refused; topics deeper than this match only filters that end in #.
inline constexpr std::size_t tree_levels_max = 128;

namespace topic_hash {

inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// The start of a run's hash. `seed` is secret, so that clients cannot choose colliding topics.
inline std::uint64_t start(std::uint64_t seed, const void* from) {
    return mix(seed ^ reinterpret_cast<std::uintptr_t>(from), 0x9E37'79B9'7F4A'7C15);
}
inline std::uint64_t extend(std::uint64_t hash, std::uint64_t level) {
    return mix(hash ^ level, 0xD6E8'FEB8'6659'FD93);
}

inline std::uint64_t of_level(std::string_view text, std::uint64_t seed) {
    std::uint64_t hash = seed ^ (text.size() * 0xA076'1D64'78BD'642F);
    const char* at = text.data();
    std::size_t left = text.size();
    for (std::uint64_t word; left >= 8; at += 8, left -= 8) {
        std::memcpy(&word, at, 8);
        hash = mix(hash ^ word, 0xE703'7ED1'A0B4'28DB);
    }
    // Overlapping loads take the last bytes without a loop; their lengths are in the hash.
    std::uint64_t word = 0;
    if (left >= 4) {
        std::uint32_t first;
        std::uint32_t last;
        std::memcpy(&first, at, 4);
        std::memcpy(&last, at + left - 4, 4);
        word = static_cast<std::uint64_t>(first) << 32 | last;
    } else if (left > 0) {
        word = static_cast<std::uint64_t>(static_cast<std::uint8_t>(at[0])) << 16 |
               static_cast<std::uint64_t>(static_cast<std::uint8_t>(at[left / 2])) << 8 |
               static_cast<std::uint8_t>(at[left - 1]);
    }
    return mix(hash ^ word, 0x8EBC'6AF0'9C88'C6E3);
}

}  // namespace topic_hash

class TopicLevels {
public:
    // Requires: text.size() <= 65,535. The text must outlive this.
    TopicLevels(std::string_view text, std::uint64_t seed) : text_(text) {
        std::size_t begin = 0;
        while (count_ < tree_levels_max) {
            const void* slash = std::memchr(text.data() + begin, '/', text.size() - begin);
            const std::size_t end =
                slash == nullptr
                    ? text.size()
                    : static_cast<std::size_t>(static_cast<const char*>(slash) - text.data());
            ends_[count_] = static_cast<std::uint16_t>(end);
            hashes_[count_] = topic_hash::of_level(text.substr(begin, end - begin), seed);
            ++count_;
            if (slash == nullptr) return;
            begin = end + 1;
        }
        is_cut_ = true;
    }

    std::size_t count() const { return count_; }
    // Whether there are more levels than tree_levels_max; count() then stops there.
    bool is_cut() const { return is_cut_; }
    std::uint64_t hash(std::size_t level) const { return hashes_[level]; }
    // Levels [first, last] with the slashes between them.
    std::string_view run(std::size_t first, std::size_t last) const {
        const std::size_t begin = first == 0 ? 0 : ends_[first - 1] + 1U;
        return text_.substr(begin, ends_[last] - begin);
    }

private:
    std::string_view text_;
    std::size_t count_ = 0;
    bool is_cut_ = false;
    std::array<std::uint16_t, tree_levels_max> ends_;
    std::array<std::uint64_t, tree_levels_max> hashes_;
};

}  // namespace gatehouse::broker
