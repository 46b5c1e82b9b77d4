#include "load/topic_pattern.h"

namespace gatehouse::load {

std::string fill_in(std::string_view pattern, std::size_t number, std::string_view client_id) {
    std::string filled;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char next = pattern[i] == '%' && i + 1 < pattern.size() ? pattern[i + 1] : '\0';
        if (next == 'i') {
            filled += std::to_string(number);
        } else if (next == 'c') {
            filled += client_id;
        } else if (next == '%') {
            filled += '%';
        } else {
            filled += pattern[i];
            continue;
        }
        ++i;
    }
    return filled;
}

bool differs_by_client(std::string_view pattern) {
    return fill_in(pattern, 0, "a") != fill_in(pattern, 1, "b");
}

}  // namespace gatehouse::load
