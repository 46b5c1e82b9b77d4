// How much one evaluation may do and make, so that no statement, whatever payload it gets, keeps a
// thread or fills memory.
//
// Every operation takes a step, and more where it goes through texts, arrays and objects; whatever
// an operation makes is counted in bytes. Every few thousand steps it is seen, too, how long it
// takes, since not all steps are alike, and whether the server stops. Over a bound the evaluation
// goes no further: all that is left of it is Undefined at once, and it fails with LimitExceeded.
//
// Threads: one at a time; it is of one evaluation, or of the several that make one result.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "sql/value.h"

namespace gatehouse::sql {

class Effort {
public:
    // Some hundred milliseconds; a payload of 128 KiB gets twice as many.
    static constexpr std::uint64_t steps_base = 500'000;
    static constexpr std::uint64_t steps_per_payload_byte = 4;
    // Of the thread's own time, looked at every so many steps.
    static constexpr std::chrono::milliseconds time_max{500};
    static constexpr std::uint64_t steps_per_look = 4096;
    // Of all that is made on the way, whether it is kept or not.
    static constexpr std::size_t made_bytes_base = 16UL * 1024 * 1024;
    static constexpr std::size_t made_bytes_per_payload_byte = 16;
    // Of what a statement comes to, beside what the payload has.
    static constexpr std::size_t result_bytes_base = 1024UL * 1024;
    // Of a filled template: the longest text of MQTT.
    static constexpr std::size_t text_bytes_max = 65'535;
    // How much of a text a step goes through.
    static constexpr std::size_t bytes_per_step = 32;

    // `stop` must outlive it; once it is true, no evaluation goes on. Null: nobody stops it.
    explicit Effort(std::size_t payload_bytes, const std::atomic<bool>* stop = nullptr)
        : steps_max_(steps_base + steps_per_payload_byte * payload_bytes),
          steps_left_(steps_per_look),
          steps_beyond_(steps_max_ - steps_left_),
          stop_(stop),
          bytes_left_(made_bytes_base + made_bytes_per_payload_byte * payload_bytes),
          result_bytes_max_(result_bytes_base + payload_bytes) {}

    // All of these: false where it is too much, from then on for ever.
    bool step(std::uint64_t steps = 1) {
        if (steps <= steps_left_) [[likely]] {
            steps_left_ -= steps;
            return true;
        }
        return step_beyond(steps);
    }
    // What comes next takes so many steps at most, and mostly far fewer: they do not count, but
    // bring the next look nearer.
    bool may_take(std::uint64_t steps);
    // It has made so much.
    bool make(std::size_t bytes) {
        if (bytes <= bytes_left_) [[likely]] {
            bytes_left_ -= bytes;
            return true;
        }
        return refuse_bytes();
    }
    // It is about to make so much, and will tell when it has.
    bool has_room_for(std::size_t bytes) { return bytes <= bytes_left_ || refuse_bytes(); }
    // It goes through all of them, and may make something as large as them together.
    bool look_at(std::span<const Value> values);
    // It ends with this, as JSON.
    bool fits_result(const Value& value);
    bool fits_result(std::size_t bytes) { return bytes <= result_bytes_max_ || refuse_result(); }
    bool fits_text(const Value& value, std::size_t bytes_before);
    bool fits_text(std::size_t bytes);

    // Time that goes by until the next step is not its own: it goes on later, or elsewhere.
    void rest() { last_look_.reset(); }
    // How many steps it took, with those that it may have taken.
    std::uint64_t spent() const {
        return steps_max_ - steps_left_ - steps_beyond_ + perhaps_taken_;
    }

    bool is_spent() const { return !problem_.empty(); }
    // Requires: it is spent.
    Error error() const { return {ErrorKind::LimitExceeded, std::string(problem_), {}}; }

private:
    bool refuse(std::string_view problem) {
        if (problem_.empty()) problem_ = problem;
        steps_left_ = 0;
        steps_beyond_ = 0;
        bytes_left_ = 0;
        return false;
    }
    bool refuse_steps() { return refuse("it does more than one evaluation may"); }
    bool step_beyond(std::uint64_t steps);
    bool look();
    bool refuse_bytes() { return refuse("it makes more data than one evaluation may"); }
    bool refuse_text() { return refuse("a template comes to over 65,535 bytes"); }
    bool refuse_result() { return refuse("its result is larger than one may be"); }

    std::uint64_t steps_max_;
    std::uint64_t steps_left_;  // until it is looked at
    std::uint64_t steps_beyond_;
    std::uint64_t perhaps_taken_ = 0;
    const std::atomic<bool>* stop_;
    std::optional<std::chrono::nanoseconds> last_look_;  // of the thread's time
    std::chrono::nanoseconds taken_{0};
    std::size_t bytes_left_;
    std::size_t result_bytes_max_;
    std::string_view problem_;
};

}  // namespace gatehouse::sql
