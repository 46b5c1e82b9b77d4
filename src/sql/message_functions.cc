#include <array>

#include "base/encoding.h"
#include "base/uuid.h"
#include "sql/function.h"

namespace gatehouse::sql {
namespace {

Value text_or_undefined(std::string_view text) {
    return text.empty() ? Value() : Value(std::string(text));
}
Value present(const std::optional<std::string_view>& text) {
    return text ? Value(std::string(*text)) : Value();
}

// Counted from 1; what stands before a leading slash is the first.
Value topic_level(std::string_view topic, std::int64_t number) {
    if (number < 1) return {};
    while (--number > 0) {
        const std::size_t slash = topic.find('/');
        if (slash == topic.npos) return {};
        topic.remove_prefix(slash + 1);
    }
    return Value(std::string(topic.substr(0, topic.find('/'))));
}

Value topic(const Surroundings& surroundings, Arguments arguments) {
    const std::string_view whole = surroundings.message.topic;
    if (arguments.empty()) return Value(std::string(whole));
    const auto number = int_of(arguments[0]);
    const auto level = number ? number->to_int64() : std::nullopt;
    return level ? topic_level(whole, *level) : Value();
}

Value client_id(const Surroundings& surroundings, Arguments) {
    const std::string_view id = surroundings.message.client_id;
    return Value(std::string(id.empty() ? "n/a" : id));
}
Value principal(const Surroundings& surroundings, Arguments) {
    return text_or_undefined(surroundings.message.principal);
}
Value source_ip(const Surroundings& surroundings, Arguments) {
    return text_or_undefined(surroundings.message.source_ip);
}
Value trace_id(const Surroundings& surroundings, Arguments) {
    return text_or_undefined(surroundings.message.trace_id);
}
Value account_id(const Surroundings& surroundings, Arguments) {
    return text_or_undefined(surroundings.message.account);
}
Value timestamp(const Surroundings& surroundings, Arguments) {
    return Value::integer(surroundings.message.now.time_since_epoch().count());
}
Value new_uuid(const Surroundings& surroundings, Arguments) {
    return Value(make_uuid(surroundings.random));
}
Value sql_version(const Surroundings& surroundings, Arguments) {
    return Value(std::string(name_of(surroundings.version)));
}

Value mqtt_property(const Surroundings& surroundings, Arguments arguments) {
    const Message& message = surroundings.message;
    const Text* const wanted = arguments[0].text();
    const std::string_view name = wanted == nullptr ? std::string_view() : wanted->view();
    if (name == "content_type") return present(message.content_type);
    if (name == "response_topic") return present(message.response_topic);
    if (name == "correlation_data") {
        if (!message.correlation_data) return {};
        return Value(to_base64(bytes_of(*message.correlation_data)));
    }
    if (name == "format_indicator") {
        const bool is_utf8 = message.is_utf8.value_or(false);
        return Value(std::string(is_utf8 ? "UTF8_DATA" : "UNSPECIFIED_BYTES"));
    }
    return {};
}

Value user_properties(const Surroundings& surroundings, Arguments arguments) {
    Value::Items found;
    if (!arguments.empty() && arguments[0].text() == nullptr) return {};
    for (const auto& [name, value] : surroundings.message.user_properties) {
        if (arguments.empty()) {
            found.emplace_back(Value::Members{{name, Value(value)}});
        } else if (name == arguments[0].text()->view()) {
            found.emplace_back(value);
        }
    }
    return found.empty() ? Value() : Value(std::move(found));
}

constexpr std::array<Function, 11> message_table{{
    {"accountid", 0, 0, Version::V2015, account_id},
    {"clientid", 0, 0, Version::V2015, client_id},
    {"get_mqtt_property", 1, 1, Version::V2016, mqtt_property, 1},
    {"get_user_properties", 0, 1, Version::V2016, user_properties},
    {"newuuid", 0, 0, Version::V2015, new_uuid},
    {"principal", 0, 0, Version::V2015, principal},
    {"sourceip", 0, 0, Version::V2016, source_ip},
    {"sql_version", 0, 0, Version::V2015, sql_version},
    {"timestamp", 0, 0, Version::V2015, timestamp},
    {"topic", 0, 1, Version::V2015, topic},
    {"traceid", 0, 0, Version::V2015, trace_id},
}};

}  // namespace

std::span<const Function> message_functions() {
    return message_table;
}

}  // namespace gatehouse::sql
