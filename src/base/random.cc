#include "base/random.h"

#include <sys/random.h>

#include <array>
#include <cstdlib>
#include <cstring>

namespace gatehouse {
namespace {

void fill_from_kernel(std::span<std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t count = getrandom(bytes.data(), bytes.size(), 0);
        if (count > 0) bytes = bytes.subspan(static_cast<std::size_t>(count));
        // Without flags and for small reads only EINTR is possible; anything else leaves no
        // safe way on.
        if (count < 0 && errno != EINTR) std::abort();
    }
}

// Spares a system call per id. What was handed out is wiped from the buffer.
struct ThreadBuffer {
    std::array<std::uint8_t, 1024> bytes;
    std::size_t used = bytes.size();
};
thread_local ThreadBuffer buffer;

}  // namespace

std::uint64_t Random::next() {
    std::array<std::uint8_t, 8> bytes;
    fill(bytes);
    std::uint64_t value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

double Random::fraction() {
    return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

void SystemRandom::fill(std::span<std::uint8_t> bytes) {
    if (bytes.size() > buffer.bytes.size() / 4) return fill_from_kernel(bytes);
    if (buffer.used + bytes.size() > buffer.bytes.size()) {
        fill_from_kernel(buffer.bytes);
        buffer.used = 0;
    }
    std::uint8_t* const from = buffer.bytes.data() + buffer.used;
    std::memcpy(bytes.data(), from, bytes.size());
    std::memset(from, 0, bytes.size());
    buffer.used += bytes.size();
}

void SeededRandom::fill(std::span<std::uint8_t> bytes) {
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(engine_() >> 32);
}

}  // namespace gatehouse
