// Settings from their sources: flag over environment over file over default.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/arguments.h"
#include "server/environment.h"
#include "server/setting.h"
#include "server/settings.h"

namespace gatehouse::server {

enum class Source : std::uint8_t { Default, Profile, File, Environment, Flag };

// Where a value came from.
struct Origin {
    Source source = Source::Default;
    std::string name;  // "--mqtt-port", "GATEHOUSE_MQTT_PORT", "gatehouse.toml"
    std::uint32_t line = 0;

    std::string describe() const;  // "gatehouse.toml:12"
};

struct LoadedSettings {
    Settings settings;
    std::vector<Origin> origins;        // one a setting, in the order of all_settings()
    std::vector<std::string> warnings;  // sentences for the operator; nothing was refused
};

// A value somebody gave, of its setting's type, with where.
struct GivenValue {
    const Setting* setting = nullptr;
    Value value;
    Origin origin;
};

// A settings file as text, and what it is called in messages.
struct SettingsFile {
    std::string name;
    std::string text;
};

using Problems = std::vector<Error>;

// The flags that the settings make.
std::vector<Flag> setting_flags();

// Each reads one source and checks types and bounds; all problems found are reported.
// Unknown variables become warnings, as container platforms inject some.
std::expected<std::vector<GivenValue>, Problems> values_of_flags(const Arguments& arguments);
std::expected<std::vector<GivenValue>, Problems> values_of_environment(
    const Environment& environment, std::vector<std::string>& warnings);
std::expected<std::vector<GivenValue>, Problems> values_of_file(const SettingsFile& file);

// Puts the values together, strongest source last, and checks what only shows in combination.
std::expected<LoadedSettings, Problems> combine_settings(std::vector<GivenValue> weakest_first,
                                                         const Environment& environment);

// The whole way: reads the file that a flag or variable names, or DATA_DIR/gatehouse.toml if it
// exists.
std::expected<LoadedSettings, Problems> load_settings(const Arguments& arguments,
                                                      const Environment& environment);

// The names of settings that differ, for SIGHUP: those that can change at once, and those that take
// a restart.
struct ChangedSettings {
    std::vector<std::string_view> live;
    std::vector<std::string_view> need_restart;
};
ChangedSettings changed_settings(const Settings& before, const Settings& after);
// Gives `settings` the values of `from` that can change at once.
void take_live_settings(Settings& settings, const Settings& from);

}  // namespace gatehouse::server
