// How settings_table.cc and profile_settings_table.cc say which field a setting is, and of what
// type.
#pragma once

#include <concepts>
#include <iterator>
#include <type_traits>
#include <utility>
#include <vector>

#include "server/setting.h"

namespace gatehouse::server {

using SettingTable = std::vector<Setting>;

// The field that a path of members leads to: reach<&Settings::logs, &LogSettings::x>(settings).
template <auto Member, auto... Rest>
auto& reach(auto& from) {
    if constexpr (sizeof...(Rest) == 0) {
        return from.*Member;
    } else {
        return reach<Rest...>(from.*Member);
    }
}

template <auto... Path>
using Field = std::remove_cvref_t<decltype(reach<Path...>(std::declval<Settings&>()))>;

// How a field is kept as a Value.
template <class T>
struct Kept {
    static Value to(const T& field) { return field; }
    static T from(Value value) { return std::get<T>(std::move(value)); }
};
template <class T>
    requires(std::integral<T> && !std::same_as<T, bool>) || std::is_enum_v<T>
struct Kept<T> {
    static Value to(T field) { return static_cast<std::uint64_t>(field); }
    static T from(const Value& value) { return static_cast<T>(std::get<std::uint64_t>(value)); }
};
template <class Tag>
struct Kept<Named<std::string, Tag>> {
    static Value to(const Named<std::string, Tag>& field) { return field.value(); }
    static Named<std::string, Tag> from(Value value) {
        return Named<std::string, Tag>(std::get<std::string>(std::move(value)));
    }
};

template <auto... Path>
Setting with_field(Setting setting) {
    using Type = Field<Path...>;
    setting.assign = [](Settings& settings, Value value) {
        reach<Path...>(settings) = Kept<Type>::from(std::move(value));
    };
    setting.read = [](const Settings& settings) {
        return Kept<Type>::to(reach<Path...>(settings));
    };
    return setting;
}

template <auto... Path>
Setting toggle(std::string_view name, std::string_view help) {
    return with_field<Path...>({.name = name, .type = ValueType::Switch, .help = help});
}

struct Bounds {
    std::uint64_t min;
    std::uint64_t max;
};

template <auto... Path>
Setting number(std::string_view name, Bounds bounds, std::string_view help) {
    return with_field<Path...>({.name = name,
                                .type = ValueType::Number,
                                .value_name = "N",
                                .help = help,
                                .min = bounds.min,
                                .max = bounds.max});
}

template <auto... Path>
Setting text(std::string_view name, std::string_view value_name, std::string_view help,
             Result<void> (*check)(std::string_view) = nullptr) {
    return with_field<Path...>({.name = name,
                                .type = ValueType::Text,
                                .value_name = value_name,
                                .help = help,
                                .check = check});
}

template <auto... Path>
Setting list(std::string_view name, std::string_view value_name, std::string_view help,
             Result<void> (*check)(std::string_view)) {
    return with_field<Path...>({.name = name,
                                .type = ValueType::List,
                                .value_name = value_name,
                                .help = help,
                                .check = check});
}

template <auto... Path>
Setting choice(std::string_view name, std::string_view help) {
    return with_field<Path...>({.name = name,
                                .type = ValueType::Choice,
                                .value_name = "NAME",
                                .help = help,
                                .choices = all_choices<Field<Path...>>()});
}

template <auto... Path>
Setting port(std::string_view name, std::string_view help) {
    return with_field<Path...>(
        {.name = name, .type = ValueType::Port, .value_name = "PORT", .help = help});
}

// Takes effect at SIGHUP.
inline Setting live(Setting setting) {
    setting.restart = Restart::NotNeeded;
    return setting;
}

inline Setting kept(Setting setting, Visibility visibility) {
    setting.visibility = visibility;
    return setting;
}

inline Setting with_default(Setting setting, std::string_view words) {
    setting.default_words = words;
    return setting;
}

}  // namespace gatehouse::server
