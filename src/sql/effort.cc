#include "sql/effort.h"

#include <ctime>

namespace gatehouse::sql {
namespace {

std::chrono::nanoseconds thread_time() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

bool Effort::step_beyond(std::uint64_t steps) {
    if (is_spent()) return false;
    if (steps > steps_left_ + steps_beyond_) return refuse_steps();
    steps_beyond_ -= steps - steps_left_;
    steps_left_ = 0;
    return look();
}

bool Effort::may_take(std::uint64_t steps) {
    perhaps_taken_ += steps;
    const std::uint64_t nearer = std::min(steps, steps_left_);
    steps_left_ -= nearer;
    steps_beyond_ += nearer;
    return nearer == steps || (!is_spent() && look());
}

// What was done before the first look is no more than a few thousand steps, and is left out.
bool Effort::look() {
    if (stop_ != nullptr && stop_->load(std::memory_order_relaxed)) {
        return refuse("the server is stopping");
    }
    const std::chrono::nanoseconds now = thread_time();
    if (last_look_) taken_ += now - *last_look_;
    last_look_ = now;
    if (taken_ > time_max) return refuse("it takes more time than one evaluation may");
    const std::uint64_t next = std::min(steps_beyond_, steps_per_look);
    steps_left_ += next;
    steps_beyond_ -= next;
    return true;
}

bool Effort::look_at(std::span<const Value> values) {
    const std::uint64_t steps = steps_left_ + steps_beyond_;
    const std::size_t affordable = steps * bytes_per_step + bytes_per_step - 1;
    const std::size_t max = std::min(affordable, bytes_left_);
    std::size_t bytes = 0;
    for (const Value& value : values) {
        bytes += value.json_bytes(max - bytes);
        if (bytes > max) return bytes > bytes_left_ ? refuse_bytes() : refuse_steps();
    }
    return step(bytes / bytes_per_step);
}

bool Effort::fits_result(const Value& value) {
    return fits_result(value.json_bytes(result_bytes_max_));
}

bool Effort::fits_text(const Value& value, std::size_t bytes_before) {
    if (bytes_before <= text_bytes_max &&
        value.json_bytes(text_bytes_max - bytes_before) <= text_bytes_max - bytes_before) {
        return true;
    }
    return refuse_text();
}

bool Effort::fits_text(std::size_t bytes) {
    return bytes <= text_bytes_max || refuse_text();
}

}  // namespace gatehouse::sql
