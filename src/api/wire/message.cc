#include "api/wire/message.h"

#include <algorithm>

#include "base/encoding.h"

namespace gatehouse::api::wire {

Fields split_query(std::string_view query) {
    Fields fields;
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const std::string_view field = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (field.empty()) continue;
        const auto equals = std::min(field.find('='), field.size());
        const auto value = equals < field.size() ? field.substr(equals + 1) : std::string_view();
        fields.emplace_back(percent_decode(field.substr(0, equals)), percent_decode(value));
    }
    return fields;
}

}  // namespace gatehouse::api::wire
