// Printing what a log group holds, and what comes: `gatehouse logs tail`, `gatehouse function
// logs`.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/client/api_client.h"
#include "server/command.h"

namespace gatehouse::server {

enum class Follow : std::uint8_t { No, Yes };
enum class RecordForm : std::uint8_t { Text, Json };

struct LogTail {
    std::string group;
    std::string filter;  // CloudWatch Logs' filter patterns; empty: everything
    // How far to look back; none: to the group's beginning.
    std::optional<std::chrono::milliseconds> since = std::chrono::minutes(10);
    // At most as many of the latest, before those that follow; none: all since then.
    std::optional<std::size_t> lines = 100;
    Follow follow = Follow::No;
    RecordForm form = RecordForm::Text;  // Json: the stored text, one record a line
    // Said when the group does not exist yet.
    std::string when_absent;
};

// With Follow::Yes it returns when the output is closed or the server is gone.
Exit tail_log(const Invocation& invocation, const ApiClient& client, const LogTail& tail);

Answer<std::vector<std::string>> log_group_names(const ApiClient& client);

// --filter, --since, --lines, --follow, --json, for the commands that tail; and what was given for
// them.
std::vector<Flag> log_tail_flags();
Result<LogTail> log_tail_of(const Arguments& arguments);

}  // namespace gatehouse::server
