#include "load/stamp.h"

#include <array>
#include <cstring>

namespace gatehouse::load {
namespace {

constexpr std::array<std::uint8_t, 4> mark = {'g', 'h', 'b', 1};

// Most significant byte first: two machines need not count alike.
template <class Number>
std::uint8_t* append(std::uint8_t* out, Number number) {
    for (std::size_t i = sizeof number; i-- > 0;) {
        *out++ = static_cast<std::uint8_t>(number >> (8 * i));
    }
    return out;
}

template <class Number>
Number take(const std::uint8_t*& in) {
    Number number = 0;
    for (std::size_t i = 0; i < sizeof number; ++i) {
        number = static_cast<Number>(number << 8 | *in++);
    }
    return number;
}

}  // namespace

std::chrono::nanoseconds stamp_time() {
    return std::chrono::system_clock::now().time_since_epoch();
}

void write_stamp(std::uint8_t* out, const Stamp& stamp) {
    std::memcpy(out, mark.data(), mark.size());
    out = append(out + mark.size(), stamp.run);
    out = append(out, stamp.publisher);
    out = append(out, stamp.number);
    append(out, static_cast<std::uint64_t>(stamp.sent_at.count()));
}

std::optional<Stamp> read_stamp(BytesView payload) {
    if (payload.size() < stamp_size) return std::nullopt;
    const std::uint8_t* in = payload.data();
    if (std::memcmp(in, mark.data(), mark.size()) != 0) return std::nullopt;
    in += mark.size();
    Stamp stamp;
    stamp.run = take<std::uint32_t>(in);
    stamp.publisher = take<std::uint32_t>(in);
    stamp.number = take<std::uint64_t>(in);
    stamp.sent_at = std::chrono::nanoseconds(static_cast<std::int64_t>(take<std::uint64_t>(in)));
    return stamp;
}

}  // namespace gatehouse::load
