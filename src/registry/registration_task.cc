#include "registry/registration_task.h"

#include <algorithm>

namespace gatehouse::registry {

std::string as_task_message(std::string text) {
    constexpr std::string_view more = "…";
    if (text.size() <= task_message_bytes_max) return text;
    const auto goes_on = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
    std::size_t size = task_message_bytes_max - more.size();
    while (size > 0 && goes_on(text[size])) --size;
    text.resize(size);
    return text.append(more);
}

void ReportExtent::add(std::size_t line_bytes) {
    if (pages == 0 || last_lines == report_lines_max ||
        last_bytes + line_bytes > report_bytes_max) {
        ++pages;
        last_lines = 0;
        last_bytes = 0;
    }
    ++lines;
    ++last_lines;
    last_bytes += line_bytes;
}

std::uint32_t RegistrationProgress::percent() const {
    if (status == RegistrationStatus::Completed) return 100;
    if (file_bytes == 0) return 0;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(100, done_bytes * 100 / file_bytes));
}

}  // namespace gatehouse::registry
