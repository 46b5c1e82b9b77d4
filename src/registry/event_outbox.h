// Changes of the registry that a tenant wants to hear of, on `$aws/events/…`: written down in the
// batch that changes, so that none is lost when the program ends before it was published, and none
// is told that did not happen.
//
//   auto events = parts.outbox.open(store, tenant);
//   ... read, decide ...
//   events->tell(batch, Happening::Created, thing);
//   store.apply(batch);
//
// Source: AWS IoT Developer Guide, "Registry events", "Event messages": at least once, in no
// promised order. AWS documents no messages for POLICY, CERTIFICATE and CA_CERTIFICATE: they can be
// enabled, and nothing is told.
//
// Threads: any; open() and take_events() block, as the store does.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/pinned.h"
#include "base/random.h"
#include "base/tenant.h"
#include "registry/event_settings.h"
#include "registry/refusal.h"
#include "registry/thing.h"
#include "registry/thing_group.h"
#include "registry/thing_type.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

enum class Happening : std::uint8_t { Created, Updated, Deleted };
enum class Joining : std::uint8_t { Added, Removed };

class EventOutbox;

// For one change; what nobody wants to hear of is not written.
class ChangeEvents {
public:
    bool wants_memberships() const { return wants("THING_GROUP_MEMBERSHIP"); }
    bool wants_groups() const { return wants("THING_GROUP"); }
    bool wants_hierarchy() const { return wants("THING_GROUP_HIERARCHY"); }

    void tell(storage::Batch& batch, Happening happening, const Thing& thing) const;
    void tell(storage::Batch& batch, Happening happening, const ThingType& type) const;
    // `above`: the groups above it, the root first.
    void tell(storage::Batch& batch, Happening happening, const ThingGroup& group,
              const std::vector<ThingGroup>& above) const;
    // The thing has become, or is no longer, one of this type. Not of an empty one.
    void tell_type(storage::Batch& batch, Joining joining, const Thing& thing,
                   const ThingTypeName& type) const;
    void tell_membership(storage::Batch& batch, Joining joining, const ThingGroup& group,
                         const Thing& thing) const;
    void tell_child(storage::Batch& batch, Joining joining, const ThingGroup& parent,
                    const ThingGroup& child) const;

private:
    friend class EventOutbox;
    ChangeEvents(EventOutbox& outbox, Tenant tenant, EventSettings settings)
        : outbox_(outbox), tenant_(std::move(tenant)), settings_(std::move(settings)) {}

    bool wants(std::string_view kind) const;
    json::object begin(std::string_view type, std::string_view operation) const;
    void write(storage::Batch& batch, std::string topic, const json::object& payload) const;

    EventOutbox& outbox_;
    Tenant tenant_;
    EventSettings settings_;
};

class EventOutbox : Pinned {
public:
    // Both must outlive it.
    EventOutbox(const Clock& clock, Random& random) : clock_(clock), random_(random) {}

    // By what the tenant has enabled at this moment.
    Outcome<ChangeEvents> open(storage::ResourceStore& store, const Tenant& tenant);

private:
    friend class ChangeEvents;
    // Grows with each, also over restarts unless the clock is set back.
    std::string next_name();

    const Clock& clock_;
    Random& random_;
    std::atomic<std::uint64_t> last_ = 0;
};

struct WrittenEvent {
    storage::RecordKey key;
    Tenant tenant;
    std::string topic;
    std::string payload;
};

// The oldest that were written and not removed yet. What does not read back is in `unreadable`.
struct WrittenEvents {
    std::vector<WrittenEvent> events;
    std::vector<storage::RecordKey> unreadable;
};
Result<WrittenEvents> written_events(storage::ResourceStore& store, std::size_t most);
// Whether the batch writes any.
bool writes_events(const storage::Batch& batch);

}  // namespace gatehouse::registry
