#include "authentication/shared_policies.h"

#include <fmt/format.h>

#include <algorithm>

namespace gatehouse::authentication {
namespace {

// Lengths keep apart what would read the same when joined.
std::string key_of(const Tenant& tenant, std::span<const std::string> texts) {
    std::string key = fmt::format("{} {}", tenant.account.value(), tenant.region.value());
    for (const std::string& text : texts) key += fmt::format(" {}:{}", text.size(), text);
    return key;
}

bool has_variable(const policy::Pattern& pattern) {
    return std::ranges::any_of(pattern.parts(), [](const policy::PatternPart& part) {
        return part.kind == policy::PartKind::Variable;
    });
}

// Conditions ask about the connection, and so do variables.
bool is_same_for_all(const policy::CompiledPolicies& policies) {
    return std::ranges::all_of(policies.sources(), [](const policy::PolicySource& source) {
        return std::ranges::all_of(
            source.document->statements, [](const policy::Statement& statement) {
                return statement.conditions.empty() &&
                       std::ranges::none_of(statement.resources, has_variable);
            });
    });
}

}  // namespace

CompiledPoliciesPtr SharedPolicies::find(const Tenant& tenant,
                                         std::span<const std::string> texts) const {
    const std::string key = key_of(tenant, texts);
    const auto known = known_.lock();
    const auto found = known->find(key);
    return found == known->end() ? nullptr : found->second.lock();
}

void SharedPolicies::remember(const Tenant& tenant, std::span<const std::string> texts,
                              const CompiledPoliciesPtr& policies) {
    if (!is_same_for_all(*policies)) return;
    auto known = known_.lock();
    if (known->size() >= known_max) {
        std::erase_if(*known, [](const auto& entry) { return entry.second.expired(); });
    }
    if (known->size() < known_max) known->insert_or_assign(key_of(tenant, texts), policies);
}

}  // namespace gatehouse::authentication
