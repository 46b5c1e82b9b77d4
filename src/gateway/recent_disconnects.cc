#include "gateway/recent_disconnects.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace gatehouse::gateway {
namespace {

constexpr std::chrono::minutes kept_for{30};

}  // namespace

void RecentDisconnects::add(PastConnection past) {
    if (past_.size() == kept_max) past_.pop_front();
    past_.push_back(std::move(past));
}

const PastConnection* RecentDisconnects::find(const Tenant& tenant, std::string_view client_id,
                                              WallTime now) const {
    // Devices leave more often than somebody asks.
    const auto found = std::find_if(past_.rbegin(), past_.rend(), [&](const PastConnection& past) {
        return past.client_id == client_id && past.tenant == tenant;
    });
    if (found == past_.rend() || now - found->disconnected_at >= kept_for) return nullptr;
    return &*found;
}

}  // namespace gatehouse::gateway
