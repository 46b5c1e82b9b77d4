// Things, their types and the principals that may act for them, over the store, one operation a
// method.
// Source: AWS IoT API Reference, the operations of the same names. Deliberate differences: messages
// say what to do.
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <optional>
#include <string>

#include "base/random.h"
#include "registry/event_outbox.h"
#include "registry/listing.h"
#include "registry/policy_target.h"
#include "registry/stored.h"
#include "registry/thing.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

// Which things ListThings is to list; absent members do not matter.
struct ThingFilter {
    enum class Value : bool { Whole, Prefix };

    std::optional<std::string> attribute;  // that the thing has
    std::optional<std::string> value;      // of it
    Value how = Value::Whole;
    std::optional<ThingTypeName> type;
};

// Whether the principal may act for other things, too.
enum class PrincipalTie : std::uint8_t { NonExclusive, Exclusive };

// A thing of a principal, or a principal of a thing.
struct TiedEnd {
    std::string name;  // the thing's, or a certificate's ARN or a Cognito identity's id
    PrincipalTie tie = PrincipalTie::NonExclusive;

    bool operator==(const TiedEnd&) const = default;
};

class ThingRecords {
public:
    struct Parts {
        Random& random;
        EventOutbox& outbox;
    };
    // The store must outlive it.
    ThingRecords(storage::ResourceStore& store, const Parts& parts)
        : store_(store), parts_(parts) {}

    // The same again answers the thing that is there. InvalidRequest, ResourceNotFound: the type;
    // ResourceAlreadyExists: another one of this name.
    Outcome<Thing> create(const Tenant& tenant, const NewThing& wanted);
    // As part of a batch, which is overtaken where a thing of this name is there. InvalidRequest,
    // ResourceNotFound.
    Outcome<Thing> add_to(storage::Batch& batch, const Tenant& tenant, const NewThing& wanted);
    // ResourceNotFound (names the tenant that has it).
    Outcome<Thing> describe(const Tenant& tenant, const ThingName& name);
    // InvalidRequest, ResourceNotFound, VersionConflict.
    Outcome<void> update(const Tenant& tenant, const ThingName& name, const ThingChange& change);
    // As part of a batch, which is overtaken where the thing is no longer as it was read; answers
    // what becomes of it. InvalidRequest, ResourceNotFound.
    Outcome<Thing> change_in(storage::Batch& batch, const Stored<Thing>& stored,
                             const ThingChange& change);
    // None of this name is as good as deleted. InvalidRequest while principals are attached;
    // VersionConflict.
    Outcome<void> remove(const Tenant& tenant, const ThingName& name,
                         std::optional<std::uint64_t> expected_version);
    Outcome<Page<Thing>> list(const Tenant& tenant, const Listing& listing,
                              const ThingFilter& filter);

    // What is attached already stays so. ResourceNotFound: thing or certificate; InvalidRequest: a
    // tie that excludes another.
    Outcome<void> attach(const Tenant& tenant, const ThingName& name, const PolicyTarget& principal,
                         PrincipalTie tie);
    // Whether the principal may be attached like this. InvalidRequest: a tie that excludes another.
    Outcome<void> check_tie(const Tenant& tenant, const ThingName& name,
                            const PolicyTarget& principal, PrincipalTie tie);
    // ResourceNotFound: no such thing.
    Outcome<void> detach(const Tenant& tenant, const ThingName& name,
                         const PolicyTarget& principal);
    // ResourceNotFound: no such thing.
    Outcome<Page<std::string>> principals_of(const Tenant& tenant, const ThingName& name,
                                             const Listing& listing);
    Outcome<Page<std::string>> things_of(const Tenant& tenant, const PolicyTarget& principal,
                                         const Listing& listing);
    // The same with their ties, or those of one kind alone; then pages may be short of some.
    Outcome<Page<TiedEnd>> principal_ties_of(const Tenant& tenant, const ThingName& name,
                                             const Listing& listing,
                                             std::optional<PrincipalTie> only);
    Outcome<Page<TiedEnd>> thing_ties_of(const Tenant& tenant, const PolicyTarget& principal,
                                         const Listing& listing, std::optional<PrincipalTie> only);

private:
    Outcome<Stored<Thing>> read(const Tenant& tenant, const ThingName& name);
    Refused not_found(const Tenant& tenant, const ThingName& name);
    Thing thing_of(const Tenant& tenant, const NewThing& wanted) const;
    Outcome<void> stage(storage::Batch& batch, const Thing& thing);
    Outcome<void> check_type(const Tenant& tenant, const ThingTypeName& type);
    // With the thing, its memberships of groups end.
    Outcome<void> tell_removal(storage::Batch& batch, const Thing& thing);
    Outcome<Thing> try_create(const Tenant& tenant, const NewThing& wanted);
    Outcome<void> try_update(const Tenant& tenant, const ThingName& name,
                             const ThingChange& change);
    Outcome<void> try_remove(const Tenant& tenant, const ThingName& name,
                             std::optional<std::uint64_t> expected_version);
    Outcome<void> try_attach(const Tenant& tenant, const ThingName& name,
                             const PolicyTarget& principal, PrincipalTie tie);
    // Of the links of principals at one end.
    Outcome<Page<TiedEnd>> list_ties(storage::LinkQuery query, const Listing& listing,
                                     std::optional<PrincipalTie> only);

    storage::ResourceStore& store_;
    const Parts& parts_;
};

}  // namespace gatehouse::registry
