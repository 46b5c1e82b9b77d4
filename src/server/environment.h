// The variables of the process, as a value: only main() looks at the process itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::server {

class Environment {
public:
    Environment() = default;
    explicit Environment(std::vector<std::pair<std::string, std::string>> variables)
        : variables_(std::move(variables)) {}
    // From the null-terminated list that main() gets: "NAME=value".
    static Environment of_process(const char* const* list);

    // Nothing when unset or empty.
    std::optional<std::string> find(std::string_view name) const;
    // Whether it is set to nothing, which find() passes over.
    bool is_empty(std::string_view name) const;
    const std::vector<std::pair<std::string, std::string>>& variables() const { return variables_; }

private:
    std::vector<std::pair<std::string, std::string>> variables_;
};

// Where a server keeps its things unless told: systemd's $STATE_DIRECTORY (its first folder),
// else $XDG_STATE_HOME/gatehouse, else ~/.local/state/gatehouse, else /var/lib/gatehouse.
std::string default_data_directory(const Environment& environment);

}  // namespace gatehouse::server
