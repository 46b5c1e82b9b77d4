#include "authentication/identity_epochs.h"

#include <functional>

namespace gatehouse::authentication {

std::size_t IdentityEpochs::place_of(const Tenant& tenant, std::string_view name) {
    const std::hash<std::string_view> hash;
    return (hash(tenant.account.view()) * 31 + hash(tenant.region.view()) * 7 + hash(name)) %
           counts;
}

// Counters only grow, so their sum is another one when one of them is.
std::uint64_t IdentityEpochs::stamp(const Tenant& tenant, std::string_view certificate_id,
                                    std::string_view client_id) const {
    return of_everyone_ + counts_[place_of(tenant, certificate_id)] +
           (client_id.empty() ? 0 : counts_[place_of(tenant, client_id)].load());
}

void IdentityEpochs::note(const registry::AffectedClients& affected) {
    if (affected.is_everyone) ++of_everyone_;
    for (const auto& id : affected.certificates) ++counts_[place_of(affected.tenant, id.view())];
    for (const auto& id : affected.client_ids) ++counts_[place_of(affected.tenant, id)];
}

}  // namespace gatehouse::authentication
