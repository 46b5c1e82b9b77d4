// Randomness, replaceable.
//
// Threads: SystemRandom may be used from any thread; SeededRandom from one.
#pragma once

#include <cstdint>
#include <random>
#include <span>

namespace gatehouse {

class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> bytes) = 0;

    std::uint64_t next();
    // Uniform in [0, 1).
    double fraction();
};

// The operating system's generator, buffered per thread; fit for keys and tokens.
class SystemRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> bytes) override;
};

// Repeatable; for tests and simulations only.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
    void fill(std::span<std::uint8_t> bytes) override;

private:
    std::mt19937_64 engine_;
};

}  // namespace gatehouse
