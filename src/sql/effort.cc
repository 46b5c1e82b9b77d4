#include "sql/effort.h"

namespace gatehouse::sql {

bool Effort::look_at(std::span<const Value> values) {
    const std::size_t affordable = steps_left_ * bytes_per_step + bytes_per_step - 1;
    const std::size_t max = std::min(affordable, bytes_left_);
    std::size_t bytes = 0;
    for (const Value& value : values) {
        bytes += value.json_bytes(max - bytes);
        if (bytes > max) return bytes > bytes_left_ ? refuse_bytes() : step(steps_left_ + 1);
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
