#include "server/settings_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace gatehouse::server {
namespace {

std::string shown(const Setting& setting, const Settings& settings) {
    const std::string text = show_value(setting, setting.read(settings));
    if (setting.visibility == Visibility::Secret) return text.empty() ? "(not set)" : "(set)";
    return text.empty() ? "-" : text;
}

std::string default_cell(const Setting& setting) {
    if (!setting.default_words.empty()) return std::string(setting.default_words);
    const std::string value = show_value(setting, setting.read(Settings{}));
    return value.empty() ? "none" : fmt::format("`{}`", value);
}

std::string type_cell(const Setting& setting) {
    switch (setting.type) {
        case ValueType::Text: return std::string(setting.value_name);
        case ValueType::List: return fmt::format("{}, repeatable", setting.value_name);
        default: return describe_type(setting);
    }
}

// What a limit or a behaviour is in each profile.
std::string profile_cells(const Setting& setting) {
    std::string cells;
    for (const auto name : {ProfileName::Aws, ProfileName::AwsStrict, ProfileName::Open}) {
        const Settings settings{.profile = profile_named(name)};
        const std::string value = show_value(setting, setting.read(settings));
        cells += value == std::to_string(no_limit) ? " none |" : fmt::format(" `{}` |", value);
    }
    return cells;
}

std::string plain_row(const Setting& setting) {
    std::string help(setting.help);
    if (setting.restart == Restart::NotNeeded) help += " Reread at SIGHUP.";
    if (setting.visibility == Visibility::Secret) help += " Has no flag.";
    if (setting.visibility == Visibility::NotInFile) help += " Not in the file.";
    return fmt::format("| `{}` | {} | {} | {} |\n", setting.name, type_cell(setting),
                       default_cell(setting), help);
}

bool belongs_to_profile(const Setting& setting) {
    return setting.group() == "limits" || setting.group() == "behaviour";
}

std::string profile_table(std::string_view group, std::string_view title) {
    std::string text = fmt::format(
        "\n## {}\n\n| setting | takes | aws | aws-strict | open | meaning |\n"
        "|---|---|---|---|---|---|\n",
        title);
    for (const Setting& setting : all_settings()) {
        if (setting.group() != group) continue;
        text += fmt::format("| `{}` | {} |{} {} |\n", setting.name, describe_type(setting),
                            profile_cells(setting), setting.help);
    }
    return text;
}

constexpr std::string_view reference_head = R"(# Settings

This page is written by `gatehouse settings --markdown`; change src/server/settings_table.cc, not
this file.

Every setting has one name and three places: `functions.idle-seconds` is the flag
`--functions-idle-seconds`, the variable `GATEHOUSE_FUNCTIONS_IDLE_SECONDS`, and in the settings
file

```toml
[functions]
idle-seconds = 600
```

A flag beats a variable, a variable beats the file, the file beats the default. `gatehouse
settings` lists what a server that starts there would use, and where each value came from. Flags and keys that do not exist
or do not fit are refused; unknown variables that begin with `GATEHOUSE_` are reported and have no
effect. In a variable, the items of a list are separated by commas; a port is a number, `0` for any
free one, or `off`.

| setting | takes | default | meaning |
|---|---|---|---|
)";

}  // namespace

std::string list_settings(const LoadedSettings& loaded) {
    const auto all = all_settings();
    std::size_t name_width = 0;
    std::size_t value_width = 0;
    constexpr std::size_t value_width_max = 40;
    for (const Setting& setting : all) {
        name_width = std::max(name_width, setting.name.size());
        value_width = std::max(value_width, shown(setting, loaded.settings).size());
    }
    value_width = std::min(value_width, value_width_max);
    std::string text;
    for (std::size_t i = 0; i < all.size(); ++i) {
        text +=
            fmt::format("{:<{}}  {:<{}}  {}\n", all[i].name, name_width,
                        shown(all[i], loaded.settings), value_width, loaded.origins[i].describe());
    }
    return text;
}

std::string settings_reference() {
    std::string text(reference_head);
    for (const Setting& setting : all_settings()) {
        if (!belongs_to_profile(setting)) text += plain_row(setting);
    }
    text += profile_table("limits", "Limits of the profile");
    text += profile_table("behaviour", "Behaviour of the profile");
    return text;
}

}  // namespace gatehouse::server
