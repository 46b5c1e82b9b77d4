#include "authentication/admissions.h"

#include <algorithm>

namespace gatehouse::authentication {

std::shared_ptr<Gate> Admissions::gate_of(const registry::Authorizer& authorizer,
                                          const registry::AuthorizerDirectory& directory) {
    const std::pair key(authorizer.tenant, authorizer.name.value());
    const auto known = gates_.find(key);
    if (known != gates_.end()) return known->second;
    if (gates_.size() >= look_at_) forget_gone(directory);
    auto gate = std::make_shared<Gate>(loop_, settings_, circuit_settings_);
    if (closed_) gate->admission.close();
    gates_.emplace(key, gate);
    return gate;
}

// Twice as many have to come before the next time, so that it costs little for each.
void Admissions::forget_gone(const registry::AuthorizerDirectory& directory) {
    std::erase_if(gates_, [&](const auto& entry) {
        const auto& [tenant, name] = entry.first;
        return entry.second.use_count() == 1 && directory.find(tenant, name) == nullptr;
    });
    look_at_ = std::max(looked_at_min, 2 * gates_.size());
}

void Admissions::close() {
    closed_ = true;
    for (const auto& [key, gate] : gates_) gate->admission.close();
}

}  // namespace gatehouse::authentication
