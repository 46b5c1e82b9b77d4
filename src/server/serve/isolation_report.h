// What keeps functions from the server's files and from each other, told to the operator.
#pragma once

#include <string>
#include <string_view>

#include "base/tenant.h"
#include "functions/settings.h"
#include "logs/log_store.h"

namespace gatehouse::server {

struct IsolationReport {
    std::string sentence;
    // Functions may read what the server may, and nobody asked for that.
    bool is_warning = false;
};

// `reached`: as an instance tells it when it starts, "namespaces own-user landlock=7 seccomp";
// "shared-user" instead of "own-user" where instances have one in common.
IsolationReport describe_isolation(functions::IsolationMode mode, std::string_view reached);

// Into the server's log; a warning on standard error as well. Any thread.
void report_isolation(logs::LogStore& log, const Tenant& tenant, functions::IsolationMode mode,
                      std::string_view reached);

}  // namespace gatehouse::server
