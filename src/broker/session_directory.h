// The sessions of one loop: by client, and by slot.
//
// Threads: one loop.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/pinned.h"
#include "broker/attach.h"
#include "broker/session.h"

namespace gatehouse::broker {

// A hash of tenant and client id, keyed by a secret seed. Also decides a client's home loop.
std::uint64_t client_hash(const TenantState& tenant, std::string_view client_id);

class SessionDirectory : Pinned {
public:
    SessionDirectory(Shard& shard, std::uint8_t loop) : shard_(shard), loop_(loop) {}
    ~SessionDirectory();

    Session* find(const TenantState& tenant, std::string_view client_id) const;
    // Requires: there is none.
    Session& create(TenantState& tenant, const ClientId& client_id);
    // Destroys it. Its slot may be used again at once.
    void remove(Session& session);

    // Null for a slot that is free.
    Session* at(std::uint32_t slot) const { return slot < slots_.size() ? slots_[slot] : nullptr; }
    std::size_t size() const { return size_; }
    // visit(Session&), in no particular order; it must not create or remove any.
    template <class Visit>
    void for_each(Visit visit) const {
        for (Session* session : slots_) {
            if (session != nullptr) visit(*session);
        }
    }

private:
    static constexpr std::uint32_t free_entry = 0xFFFF'FFFF;

    std::size_t index_of(const Session& session) const;
    void insert(std::uint32_t slot);
    void grow();

    Shard& shard_;
    const std::uint8_t loop_;
    std::vector<Session*> slots_;
    std::vector<std::uint32_t> free_slots_;
    std::vector<std::uint32_t> index_;  // slots by hash, open addressing, a power of two
    std::size_t size_ = 0;
};

}  // namespace gatehouse::broker
