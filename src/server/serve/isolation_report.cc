#include "server/serve/isolation_report.h"

#include <fmt/format.h>

#include <vector>

#include "server/serve/tell_operator.h"

namespace gatehouse::server {
namespace {

struct Wall {
    std::string_view word;  // how an instance tells it
    std::string_view name;
    bool guards_files = false;  // by itself keeps functions from the server's files
};
constexpr Wall walls[] = {{"namespaces", "namespaces", true},
                          {"own-user", "users of their own", true},
                          {"shared-user", "a user that they share", true},
                          {"landlock", "Landlock", true},
                          {"seccomp", "seccomp", false}};

}  // namespace

IsolationReport describe_isolation(functions::IsolationMode mode, std::string_view reached) {
    std::vector<std::string_view> there, missing;
    bool guards_files = false;
    for (const Wall& wall : walls) {
        const bool is_there = reached.contains(wall.word);
        if (is_there) there.push_back(wall.name);
        if (!is_there && wall.word != "shared-user") missing.push_back(wall.name);
        guards_files = guards_files || (is_there && wall.guards_files);
    }
    if (mode == functions::IsolationMode::None) {
        return {.sentence = fmt::format(
                    "functions run {}, as functions.isolation = none asks",
                    there.empty() ? "with the server's own rights"
                                  : fmt::format("with nothing but {}", fmt::join(there, ", ")))};
    }
    if (!guards_files) {
        return {.sentence =
                    "functions can read and change all that the server can, since this "
                    "system offers neither namespaces nor Landlock and the server is not "
                    "root; functions.isolation = required refuses to run them so",
                .is_warning = true};
    }
    std::string sentence = fmt::format("functions are kept apart by {}", fmt::join(there, ", "));
    if (!missing.empty())
        sentence += fmt::format("; not in use here: {}", fmt::join(missing, ", "));
    return {.sentence = std::move(sentence)};
}

void report_isolation(logs::LogStore& log, const Tenant& tenant, functions::IsolationMode mode,
                      std::string_view reached) {
    const IsolationReport report = describe_isolation(mode, reached);
    if (report.is_warning) tell_operator(report.sentence);
    log.record({.tenant = tenant,
                .type = logs::EventType::ServerNotice,
                .status = report.is_warning ? logs::Status::Failure : logs::Status::Success,
                .reason = "FUNCTION_ISOLATION",
                .details = report.sentence});
}

}  // namespace gatehouse::server
