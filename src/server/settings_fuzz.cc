// Every source of settings with arbitrary bytes: the file, flags and variables. The input is cut
// at zero bytes into a file and further words.
#include <cstdint>
#include <string>
#include <vector>

#include "server/settings_text.h"

using namespace gatehouse::server;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::string> parts(1);
    for (std::size_t i = 0; i < size; ++i) {
        if (data[i] == 0) {
            parts.emplace_back();
        } else {
            parts.back() += static_cast<char>(data[i]);
        }
    }
    const SettingsFile file{"fuzz.toml", parts.front()};
    parts.erase(parts.begin());

    std::vector<std::pair<std::string, std::string>> variables;
    for (const std::string& part : parts) {
        const auto equals = part.find('=');
        if (equals == part.npos) continue;
        variables.emplace_back("GATEHOUSE_" + part.substr(0, equals), part.substr(equals + 1));
    }
    const Environment environment(std::move(variables));

    std::vector<std::string> warnings;
    std::vector<GivenValue> values;
    const auto take = [&](auto source) {
        if (source) values.insert(values.end(), source->begin(), source->end());
    };
    take(values_of_file(file));
    take(values_of_environment(environment, warnings));
    static const std::vector<Flag> flags = setting_flags();
    if (const auto arguments = Arguments::parse(flags, parts, 4)) take(values_of_flags(*arguments));
    if (const auto loaded = combine_settings(std::move(values), environment)) {
        list_settings(*loaded);
    }
    return 0;
}
