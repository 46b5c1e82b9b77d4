#include "server/environment.h"

#include <algorithm>

namespace gatehouse::server {

Environment Environment::of_process(const char* const* list) {
    std::vector<std::pair<std::string, std::string>> variables;
    for (; *list != nullptr; ++list) {
        const std::string_view entry = *list;
        const auto equals = entry.find('=');
        if (equals == entry.npos) continue;
        variables.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
    }
    return Environment(std::move(variables));
}

std::optional<std::string> Environment::find(std::string_view name) const {
    for (const auto& [known, value] : variables_) {
        if (known == name && !value.empty()) return value;
    }
    return std::nullopt;
}

bool Environment::is_empty(std::string_view name) const {
    const std::pair<std::string, std::string> empty(name, "");
    return std::ranges::find(variables_, empty) != variables_.end();
}

std::string default_data_directory(const Environment& environment) {
    if (const auto service = environment.find("STATE_DIRECTORY")) {
        return service->substr(0, service->find(':'));
    }
    if (const auto state = environment.find("XDG_STATE_HOME")) return *state + "/gatehouse";
    if (const auto home = environment.find("HOME")) return *home + "/.local/state/gatehouse";
    return "/var/lib/gatehouse";
}

}  // namespace gatehouse::server
