#include "authentication/password_policies.h"

#include <fmt/format.h>

#include "authentication/password_file.h"
#include "base/durable_file.h"
#include "policy/document.h"

namespace gatehouse::authentication {
namespace {

std::string filled_in(std::string text, std::string_view user) {
    for (auto at = text.find(user_name_variable); at != text.npos;
         at = text.find(user_name_variable, at)) {
        text.replace(at, user_name_variable.size(), user);
        at += user.size();
    }
    return text;
}

}  // namespace

Result<PasswordPolicies> PasswordPolicies::read(const std::filesystem::path& folder) {
    PasswordPolicies policies;
    std::error_code error;
    std::filesystem::directory_iterator entries(folder, error);
    if (error) {
        return fail(ErrorKind::NotFound,
                    fmt::format("the folder of policies {}: {}", folder.string(), error.message()));
    }
    for (const auto& entry : entries) {
        const std::string name = entry.path().stem().string();
        if (entry.path().extension() != ".json" || !is_policy_name(name)) continue;
        if (policies.texts_.size() >= password_policies_max) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("{} has more than {} policies", folder.string(),
                                    password_policies_max));
        }
        auto text = read_file(entry.path(), password_policy_bytes_max);
        if (!text) return fail(std::move(text.error()));
        policies.texts_.emplace(name, std::move(*text));
        if (auto checked = policies.check_for(name, "a"); !checked) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("{}: {}", entry.path().string(), checked.error().describe()));
        }
    }
    return policies;
}

Result<void> PasswordPolicies::check_for(const std::string& policy, std::string_view user) const {
    const auto parsed =
        policy::parse_document(document_for(policy, user), policy::Dialect::IotPolicy);
    return parsed ? Result<void>() : fail(parsed.error());
}

std::string PasswordPolicies::document_for(const std::string& policy, std::string_view user) const {
    return filled_in(texts_.at(policy), user);
}

}  // namespace gatehouse::authentication
