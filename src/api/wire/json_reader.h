// Decoding JSON members into generated structs, checked against the model's rules.
//
// Generated code calls ObjectReader::member for each member: a std::optional is an optional
// member, anything else a required one. Unknown members are ignored; null means absent.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "api/wire/any_object.h"
#include "api/wire/decode_context.h"
#include "api/wire/timestamp.h"
#include "base/bytes.h"

namespace boost::json {
class object;
}

namespace gatehouse::api::wire {

// Each reads one value; false when something was wrong, which the context knows then.
bool read(const JsonValue& value, std::string& out, const Rule& rule, DecodeContext& context);
bool read(const JsonValue& value, std::int32_t& out, const Rule& rule, DecodeContext& context);
bool read(const JsonValue& value, std::int64_t& out, const Rule& rule, DecodeContext& context);
bool read(const JsonValue& value, double& out, const Rule& rule, DecodeContext& context);
bool read(const JsonValue& value, bool& out, const Rule& rule, DecodeContext& context);
bool read(const JsonValue& value, WallTime& out, const Rule& rule, DecodeContext& context);
bool read(const JsonValue& value, Bytes& out, const Rule& rule, DecodeContext& context);
bool read(const JsonValue& value, AnyObject& out, const Rule& rule, DecodeContext& context);

class ObjectReader {
public:
    // A null object has no members.
    ObjectReader(const boost::json::object* object, DecodeContext& context)
        : object_(object), context_(context) {}

    template <class T>
    void member(std::string_view name, T& out, const Rule& rule) {
        const auto at = context_.member(name);
        if (const JsonValue* value = find(name)) {
            read(*value, out, rule, context_);
        } else {
            context_.missing();
        }
    }
    template <class T>
    void member(std::string_view name, std::optional<T>& out, const Rule& rule) {
        const auto at = context_.member(name);
        if (const JsonValue* value = find(name)) read(*value, out.emplace(), rule, context_);
    }

private:
    const JsonValue* find(std::string_view name) const;
    const boost::json::object* object_;
    DecodeContext& context_;
};

// Views of containers, so that generated code need not know the JSON library.
struct ListView {
    const JsonValue* first = nullptr;
    std::size_t size = 0;
    const JsonValue& at(std::size_t i) const;
};
struct MapEntry {
    std::string_view key;
    const JsonValue* value;
};
// Null when the value is no list, no object; the context knows then. The size is checked too.
std::optional<ListView> open_list(const JsonValue& value, const Rule& rule, DecodeContext& context);
std::optional<std::vector<MapEntry>> open_map(const JsonValue& value, const Rule& rule,
                                              DecodeContext& context);
const boost::json::object* open_object(const JsonValue& value, DecodeContext& context);
// Reports a container whose plain elements (or keys) do not meet their rule.
void elements_violated(const JsonValue& container, const Rule& rule, std::string_view prefix,
                       const Rule& element, DecodeContext& context);

// Whether elements are reported as their container, or each by its own path.
template <class T>
inline constexpr bool is_plain =
    std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_same_v<T, std::string> ||
    std::is_same_v<T, WallTime> || std::is_same_v<T, Bytes>;

template <class T>
    requires std::is_enum_v<T>
bool read(const JsonValue& value, T& out, const Rule& rule, DecodeContext& context) {
    std::string text;
    return read(value, text, rule, context) && from_text(text, out);
}

template <class T>
concept GeneratedStruct =
    requires(ObjectReader& reader, T& value) { decode_members(reader, value); };

template <GeneratedStruct T>
bool read(const JsonValue& value, T& out, const Rule&, DecodeContext& context) {
    const boost::json::object* object = open_object(value, context);
    if (object == nullptr) return false;
    ObjectReader reader(object, context);
    decode_members(reader, out);
    return true;
}

template <class T>
bool read(const JsonValue& value, std::map<std::string, T>& out, const Rule& rule,
          DecodeContext& context);

template <class T>
bool read(const JsonValue& value, std::vector<T>& out, const Rule& rule, DecodeContext& context)
    requires(!std::is_same_v<std::vector<T>, Bytes>)
{
    const auto list = open_list(value, rule, context);
    if (!list) return false;
    out.resize(list->size);
    if constexpr (is_plain<T>) {
        const bool violated = [&] {
            const DecodeContext::Elements elements(context);
            for (std::size_t i = 0; i < list->size; ++i) {
                read(list->at(i), out[i], *rule.element, context);
            }
            return elements.any_violated();
        }();
        if (violated) {
            elements_violated(value, rule, "Member must satisfy constraint", *rule.element,
                              context);
        }
        return !violated;
    } else {
        for (std::size_t i = 0; i < list->size; ++i) {
            const auto at = context.element(i);
            read(list->at(i), out[i], *rule.element, context);
        }
        return true;
    }
}

// Keys that do not meet their rule are reported here.
void check_keys(const std::vector<MapEntry>& entries, const JsonValue& value, const Rule& rule,
                DecodeContext& context);

template <class T>
bool read(const JsonValue& value, std::map<std::string, T>& out, const Rule& rule,
          DecodeContext& context) {
    const auto entries = open_map(value, rule, context);
    if (!entries) return false;
    check_keys(*entries, value, rule, context);
    bool violated = false;
    for (const auto& [key, member] : *entries) {
        T& slot = out[std::string(key)];
        if constexpr (is_plain<T>) {
            const DecodeContext::Elements elements(context);
            read(*member, slot, *rule.element, context);
            violated = violated || elements.any_violated();
        } else {
            const auto at = context.entry(key);
            read(*member, slot, *rule.element, context);
        }
    }
    if (violated) {
        elements_violated(value, rule, "Map value must satisfy constraint", *rule.element, context);
    }
    return !violated;
}

}  // namespace gatehouse::api::wire
