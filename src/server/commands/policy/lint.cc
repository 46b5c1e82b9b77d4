#include <fmt/format.h>

#include <algorithm>

#include "policy/lint.h"
#include "server/commands/policy/commands.h"
#include "server/commands/policy/policy_files.h"

namespace gatehouse::server {
namespace {

constexpr std::string_view policy_lint_about =
    "Finds likely mistakes in policy documents: topic and topicfilter mixed up, variables that\n"
    "never have a value, client ids that anybody may take. Files given together are one device's\n"
    "policies. The exit status is 1 when something is wrong (an error), or cannot be read.";

bool counts(const policy::Finding& finding, bool strict) {
    return finding.severity == policy::Severity::Error ||
           (strict && finding.severity == policy::Severity::Warning);
}

}  // namespace

Exit run_policy_lint(const Invocation& invocation) {
    constexpr std::size_t files_max = 100;
    const std::vector<Flag> flags{
        {"admission", "WAY",
         "How the devices come in: any, custom-authorizer or certificate (any)."},
        {"strict", "", "Warnings make the exit status 1, too."},
        {"json", "", "The findings as JSON."},
    };
    const auto arguments = read_arguments(invocation, {.about = policy_lint_about,
                                                       .positional = "FILE…",
                                                       .positional_max = files_max,
                                                       .flags = flags,
                                                       .positional_min = 1});
    if (!arguments) return arguments.error();
    const std::string way = arguments->value("admission").value_or("any");
    const auto admission = parse_choice<policy::Admission>(way);
    if (!admission) {
        return report(invocation,
                      Error{ErrorKind::InvalidInput,
                            fmt::format("--admission wants any, custom-authorizer or certificate, "
                                        "not '{}'",
                                        way.substr(0, 40)),
                            {}},
                      Exit::WrongUse);
    }
    const auto sources = read_policies(arguments->positional());
    if (!sources) return report(invocation, sources.error());
    const auto findings = policy::lint(*sources, *admission);
    if (arguments->has("json")) {
        print(invocation.out, policy::to_json(findings) + "\n");
    } else {
        print(invocation.out, findings.empty() ? "nothing found\n" : policy::to_text(findings));
    }
    const bool strict = arguments->has("strict");
    const bool wrong =
        std::ranges::any_of(findings, [&](const auto& each) { return counts(each, strict); });
    return wrong ? Exit::Failed : Exit::Done;
}

}  // namespace gatehouse::server
