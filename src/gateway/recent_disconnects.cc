#include "gateway/recent_disconnects.h"

#include <chrono>

namespace gatehouse::gateway {
namespace {

constexpr std::chrono::minutes kept_for{30};

}  // namespace

void RecentDisconnects::add(PastConnection past) {
    newest_.insert_or_assign({past.tenant, past.client_id}, first_ + past_.size());
    past_.push_back(std::move(past));
    if (past_.size() <= kept_max) return;
    const PastConnection& oldest = past_.front();
    const auto found = newest_.find({oldest.tenant, oldest.client_id});
    if (found != newest_.end() && found->second == first_) newest_.erase(found);
    past_.pop_front();
    ++first_;
}

const PastConnection* RecentDisconnects::find(const Tenant& tenant, std::string_view client_id,
                                              WallTime now) const {
    const auto found = newest_.find({tenant, std::string(client_id)});
    if (found == newest_.end()) return nullptr;
    const PastConnection& past = past_[found->second - first_];
    return now - past.disconnected_at < kept_for ? &past : nullptr;
}

}  // namespace gatehouse::gateway
