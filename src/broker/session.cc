#include "broker/session.h"

#include <cstring>

#include "broker/publisher.h"
#include "broker/shared_state.h"

namespace gatehouse::broker {

Session::Session(Shard& shard, TenantState& tenant, const ClientId& client_id, SessionPlace place)
    : shard_(shard),
      tenant_(tenant),
      client_id_(std::make_unique_for_overwrite<char[]>(client_id.value().size())),
      place_(place),
      client_id_size_(static_cast<std::uint16_t>(client_id.value().size())) {
    std::memcpy(client_id_.get(), client_id.value().data(), client_id_size_);
}

Session::~Session() {
    delete flow_;
}

const Tenant& Session::tenant() const {
    return tenant_.name;
}

std::string Session::filter_text(const SessionSubscription& subscription) const {
    if (subscription.group != 0) return tenant_.shares.name_of(subscription.group);
    return tenant_.tree.text_of(subscription.filter);
}

const SessionSubscription* Session::membership(ShareNumber group) {
    return subscriptions_.find(group);
}

}  // namespace gatehouse::broker
