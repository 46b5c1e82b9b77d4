#include "broker/session_directory.h"

#include "broker/shared_state.h"
#include "broker/topic_levels.h"

namespace gatehouse::broker {

std::uint64_t client_hash(const TenantState& tenant, std::string_view client_id) {
    return topic_hash::of_level(client_id, tenant.seed);
}

SessionDirectory::~SessionDirectory() {
    for (Session* session : slots_) delete session;
}

Session* SessionDirectory::find(const TenantState& tenant, std::string_view client_id) const {
    if (index_.empty()) return nullptr;
    const std::size_t mask = index_.size() - 1;
    for (std::size_t i = client_hash(tenant, client_id) & mask;; i = (i + 1) & mask) {
        if (index_[i] == free_entry) return nullptr;
        Session* session = slots_[index_[i]];
        if (&session->tenant_ == &tenant && session->client_id() == client_id) return session;
    }
}

Session& SessionDirectory::create(TenantState& tenant, const ClientId& client_id) {
    if ((size_ + 1) * 4 > index_.size() * 3) grow();
    std::uint32_t slot = static_cast<std::uint32_t>(slots_.size());
    if (free_slots_.empty()) {
        slots_.push_back(nullptr);
    } else {
        slot = free_slots_.back();
        free_slots_.pop_back();
    }
    slots_[slot] = new Session(shard_, tenant, client_id, SessionPlace{loop_, slot});
    insert(slot);
    ++size_;
    return *slots_[slot];
}

void SessionDirectory::remove(Session& session) {
    const std::size_t mask = index_.size() - 1;
    std::size_t hole = index_of(session);
    // Closes the gap, so that the index needs no marks for what was removed.
    for (std::size_t i = (hole + 1) & mask; index_[i] != free_entry; i = (i + 1) & mask) {
        const Session& other = *slots_[index_[i]];
        const std::size_t wanted = client_hash(other.tenant_, other.client_id()) & mask;
        if (((i - wanted) & mask) >= ((i - hole) & mask)) {
            index_[hole] = index_[i];
            hole = i;
        }
    }
    index_[hole] = free_entry;
    const std::uint32_t slot = session.place_.slot;
    slots_[slot] = nullptr;
    free_slots_.push_back(slot);
    --size_;
    delete &session;
}

std::size_t SessionDirectory::index_of(const Session& session) const {
    const std::size_t mask = index_.size() - 1;
    std::size_t i = client_hash(session.tenant_, session.client_id()) & mask;
    while (index_[i] != session.place_.slot) i = (i + 1) & mask;
    return i;
}

void SessionDirectory::insert(std::uint32_t slot) {
    const Session& session = *slots_[slot];
    const std::size_t mask = index_.size() - 1;
    std::size_t i = client_hash(session.tenant_, session.client_id()) & mask;
    while (index_[i] != free_entry) i = (i + 1) & mask;
    index_[i] = slot;
}

void SessionDirectory::grow() {
    const std::vector<std::uint32_t> old = std::move(index_);
    index_.assign(old.empty() ? 16 : old.size() * 2, free_entry);
    for (const std::uint32_t slot : old) {
        if (slot != free_entry) insert(slot);
    }
}

}  // namespace gatehouse::broker
