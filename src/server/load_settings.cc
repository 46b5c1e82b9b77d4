#include "server/load_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "base/durable_file.h"
#include "base/suggestion.h"
#include "server/settings_rules.h"

namespace gatehouse::server {
namespace {

constexpr std::string_view variable_prefix = "GATEHOUSE_";

// Parses and checks one text; a failure says where the text came from.
void take(const Setting& setting, std::string_view text, Origin origin,
          std::vector<GivenValue>& values, Problems& problems) {
    auto value = parse_value(setting, text);
    if (value) {
        if (auto checked = check_value(setting, *value); !checked) {
            value = fail(std::move(checked.error()));
        }
    }
    if (value) {
        values.push_back({&setting, std::move(*value), std::move(origin)});
    } else {
        problems.push_back({ErrorKind::InvalidInput,
                            fmt::format("{}: {}", origin.name, value.error().message),
                            {}});
    }
}

// Kubernetes gives every service's address to every container in variables that look like ours:
// GATEHOUSE_MQTT_PORT=tcp://10.0.0.1:1883 for a service named gatehouse-mqtt.
bool is_injected_address(const Setting& setting, std::string_view text) {
    return setting.type == ValueType::Port &&
           (text.starts_with("tcp://") || text.starts_with("udp://"));
}

// In the order of all_settings().
const std::vector<std::string>& known_variables() {
    static const std::vector<std::string> known = [] {
        std::vector<std::string> names;
        for (const Setting& setting : all_settings()) names.push_back(setting.variable());
        return names;
    }();
    return known;
}

const Setting* setting_of_variable(std::string_view name) {
    const auto& known = known_variables();
    const auto found = std::ranges::find(known, name);
    return found == known.end() ? nullptr : &all_settings()[found - known.begin()];
}

// The variables of a service named gatehouse, or gatehouse-api: NAME_SERVICE_HOST,
// NAME_SERVICE_PORT…, NAME_PORT_….
// https://kubernetes.io/docs/tutorials/services/connect-applications-service/#environment-variables
bool is_named_for_a_service(std::string_view name) {
    name.remove_prefix(variable_prefix.size() - 1);
    return name == "_PORT" || name.ends_with("_SERVICE_HOST") || name.contains("_SERVICE_PORT") ||
           name.contains("_PORT_");
}

std::string unknown_variable(std::string_view name) {
    if (is_named_for_a_service(name)) {
        return fmt::format(
            "the variable {} looks like the address of a service that a container "
            "platform put there; it has no effect",
            name);
    }
    const auto& known = known_variables();
    // What all have in common would make any two look alike.
    std::vector<std::string_view> names;
    for (const std::string_view variable : known) {
        names.push_back(variable.substr(variable_prefix.size()));
    }
    const auto near = nearest_name(name.substr(variable_prefix.size()), names);
    return fmt::format("the variable {} is none of ours and has no effect{}", name,
                       near ? fmt::format("; did you mean {}{}?", variable_prefix, *near) : "");
}

std::size_t index_of(const Setting& setting) {
    return static_cast<std::size_t>(&setting - all_settings().data());
}

// The profile decides what the other values start from, so it comes first.
void apply(std::vector<GivenValue> weakest_first, LoadedSettings& loaded) {
    const auto is_profile = [](const GivenValue& v) { return v.setting->name == "profile"; };
    for (const GivenValue& given : weakest_first | std::views::filter(is_profile)) {
        const auto name = static_cast<ProfileName>(std::get<std::uint64_t>(given.value));
        loaded.settings.profile = profile_named(name);
    }
    for (GivenValue& given : weakest_first) {
        if (!is_profile(given)) given.setting->assign(loaded.settings, std::move(given.value));
        loaded.origins[index_of(*given.setting)] = std::move(given.origin);
    }
}

void fill_defaults(LoadedSettings& loaded, const Environment& environment) {
    Settings& settings = loaded.settings;
    if (settings.data_dir.empty()) settings.data_dir = default_data_directory(environment);
    const bool loopback = Settings::all_loopback(settings.hosts) &&
                          Settings::all_loopback(settings.mqtt_hosts) &&
                          Settings::all_loopback(settings.api_hosts);
    const auto is_default = [&](std::string_view name) {
        return loaded.origins[index_of(*find_setting(name))].source == Source::Default;
    };
    if (is_default("tenancy")) settings.tenancy = loopback ? Tenancy::Single : Tenancy::Multi;
    for (const Setting& setting : all_settings()) {
        Origin& origin = loaded.origins[index_of(setting)];
        const std::string group = setting.group();
        if (origin.source == Source::Default && (group == "limits" || group == "behaviour")) {
            origin = {Source::Profile,
                      fmt::format("profile {}", name_of_choice(settings.profile.name)), 0};
        }
    }
}

// The text that the strongest source gives for a setting that is needed before the file is read.
std::string early_text(const std::vector<GivenValue>& weakest_first, std::string_view name) {
    std::string text;
    for (const GivenValue& given : weakest_first) {
        if (given.setting->name == name) text = std::get<std::string>(given.value);
    }
    return text;
}

void append(std::vector<GivenValue>& values, std::vector<GivenValue> more) {
    std::ranges::move(more, std::back_inserter(values));
}

// The values of the settings file, if there is one. `chosen` holds what stands above the file.
std::expected<std::vector<GivenValue>, Problems> values_of_chosen_file(
    const std::vector<GivenValue>& chosen, const Environment& environment) {
    std::string path = early_text(chosen, "config");
    const bool was_named = !path.empty();
    if (!was_named) {
        path = early_text(chosen, "data-dir");
        if (path.empty()) path = default_data_directory(environment);
        path += "/gatehouse.toml";
    }
    auto text = read_file(path);
    if (!text && text.error().kind == ErrorKind::NotFound && !was_named) {
        return std::vector<GivenValue>();
    }
    if (!text) {
        text.error().message = "the settings file cannot be read: " + text.error().message;
        return std::unexpected(Problems{std::move(text.error())});
    }
    auto values = values_of_file({path, std::move(*text)});
    if (!values || was_named) return values;
    for (const GivenValue& given : *values) {
        if (given.setting->name != "data-dir") continue;
        return std::unexpected(Problems{
            {ErrorKind::InvalidInput,
             "data-dir cannot be set in the file that was found in the data directory; name the "
             "file with --config",
             Place{path, given.origin.line, 1}}});
    }
    return values;
}

}  // namespace

std::string Origin::describe() const {
    if (source == Source::Default) return "default";
    return line == 0 ? name : fmt::format("{}:{}", name, line);
}

std::vector<Flag> setting_flags() {
    std::vector<Flag> flags;
    for (const Setting& setting : all_settings()) {
        if (setting.visibility == Visibility::Secret) continue;
        flags.push_back(
            {setting.flag(), std::string(setting.value_name), std::string(setting.help)});
    }
    return flags;
}

std::expected<std::vector<GivenValue>, Problems> values_of_flags(const Arguments& arguments) {
    std::vector<GivenValue> values;
    Problems problems;
    for (const Setting& setting : all_settings()) {
        const auto texts = arguments.values(setting.flag());
        if (texts.empty() || setting.visibility == Visibility::Secret) continue;
        std::string text = texts.back();
        if (setting.type == ValueType::List) {  // may be repeated
            for (std::size_t i = texts.size() - 1; i > 0; --i) text = texts[i - 1] + "," + text;
        }
        take(setting, text, {Source::Flag, "--" + setting.flag(), 0}, values, problems);
    }
    if (!problems.empty()) return std::unexpected(std::move(problems));
    return values;
}

std::expected<std::vector<GivenValue>, Problems> values_of_environment(
    const Environment& environment, std::vector<std::string>& warnings) {
    std::vector<GivenValue> values;
    Problems problems;
    for (const auto& [name, text] : environment.variables()) {
        if (!name.starts_with(variable_prefix)) continue;
        const Setting* setting = setting_of_variable(name);
        if (setting == nullptr) {
            warnings.push_back(unknown_variable(name));
        } else if (is_injected_address(*setting, text)) {
            warnings.push_back(
                fmt::format("the variable {} holds an address that a container "
                            "platform put there, not a port; it has no effect",
                            name));
        } else {
            take(*setting, text, {Source::Environment, name, 0}, values, problems);
        }
    }
    if (!problems.empty()) return std::unexpected(std::move(problems));
    return values;
}

std::expected<LoadedSettings, Problems> combine_settings(std::vector<GivenValue> weakest_first,
                                                         const Environment& environment) {
    LoadedSettings loaded;
    loaded.origins.resize(all_settings().size());
    apply(std::move(weakest_first), loaded);
    fill_defaults(loaded, environment);
    Problems problems = broken_rules(loaded.settings);
    if (!problems.empty()) return std::unexpected(std::move(problems));
    return loaded;
}

std::expected<LoadedSettings, Problems> load_settings(const Arguments& arguments,
                                                      const Environment& environment) {
    std::vector<std::string> warnings;
    auto above = values_of_environment(environment, warnings);
    auto flags = values_of_flags(arguments);
    if (!above || !flags) {
        Problems problems;
        for (auto* source : {&above, &flags}) {
            if (!*source) std::ranges::move(source->error(), std::back_inserter(problems));
        }
        return std::unexpected(std::move(problems));
    }
    append(*above, std::move(*flags));
    auto values = values_of_chosen_file(*above, environment);
    if (!values) return std::unexpected(std::move(values.error()));
    append(*values, std::move(*above));
    auto loaded = combine_settings(std::move(*values), environment);
    if (loaded) loaded->warnings = std::move(warnings);
    return loaded;
}

ChangedSettings changed_settings(const Settings& before, const Settings& after) {
    ChangedSettings changed;
    for (const Setting& setting : all_settings()) {
        if (setting.read(before) == setting.read(after)) continue;
        auto& names = setting.restart == Restart::Needed ? changed.need_restart : changed.live;
        names.push_back(setting.name);
    }
    return changed;
}

void take_live_settings(Settings& settings, const Settings& from) {
    for (const Setting& setting : all_settings()) {
        if (setting.restart == Restart::NotNeeded) setting.assign(settings, setting.read(from));
    }
}

}  // namespace gatehouse::server
