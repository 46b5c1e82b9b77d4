#include "broker/publisher.h"

#include "broker/session.h"
#include "broker/shard.h"
#include "broker/shared_state.h"

namespace gatehouse::broker {

Publisher::Publisher(Shard& shard, const Tenant& tenant, std::string_view client_id)
    : shard_(shard),
      tenant_(shard.shared_.tenant(tenant)),
      session_(nullptr),
      own_(nullptr),
      client_id_(client_id) {}

Publisher::Publisher(Shard& shard, TenantState& tenant, Session& session)
    : shard_(shard), tenant_(tenant), session_(&session), own_(&session) {}

Publisher::~Publisher() {
    routes_.for_each([this](Route& route) { shard_.forget(route); });
}

PublishOutcome Publisher::publish(Route& route, const Publication& publication) {
    return shard_.publish(*this, route, publication);
}

std::size_t Publisher::loop() const {
    return shard_.loop();
}

const Tenant& Publisher::tenant() const {
    return tenant_.name;
}

std::string_view Publisher::client_id() const {
    return session_ != nullptr ? session_->client_id() : std::string_view(client_id_);
}

}  // namespace gatehouse::broker
