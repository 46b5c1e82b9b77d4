#include "authentication/admissions.h"

#include <algorithm>

namespace gatehouse::authentication {

Admissions::Use Admissions::use(const registry::Authorizer& authorizer,
                                const registry::AuthorizerDirectory& directory) {
    const std::pair key(authorizer.tenant, authorizer.name.value());
    const auto known = gates_.find(key);
    if (known != gates_.end()) return Use(known->second);
    if (gates_.size() >= look_at_) forget_gone(directory);
    Gate& gate = gates_.try_emplace(key, loop_, settings_, circuit_settings_).first->second;
    if (closed_) gate.admission.close();
    return Use(gate);
}

// Twice as many have to come before the next time, so that it costs little for each.
void Admissions::forget_gone(const registry::AuthorizerDirectory& directory) {
    std::erase_if(gates_, [&](const auto& entry) {
        const auto& [tenant, name] = entry.first;
        return entry.second.uses == 0 && directory.find(tenant, name) == nullptr;
    });
    look_at_ = std::max(looked_at_min, 2 * gates_.size());
}

void Admissions::close() {
    closed_ = true;
    for (auto& [key, gate] : gates_) gate.admission.close();
}

}  // namespace gatehouse::authentication
