// The tags of resources that are there, by the resources' ARNs.
// Source: AWS IoT API Reference, TagResource, UntagResource, ListTagsForResource; Developer Guide,
// "Tagging your AWS IoT resources". Things and client certificates have no tags.
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/tenant.h"
#include "registry/refusal.h"
#include "registry/texts.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

// InvalidRequest when AWS IoT would not take them.
Outcome<void> check_tags(const Texts& tags);

// A kind of resource that has tags: in a member "tags" of its records' bodies.
struct Taggable {
    std::string_view prefix;  // in the ARN, before the name
    storage::Kind kind;
    std::string_view what;
    // Why such a resource cannot have these tags; null: it may have any.
    std::optional<std::string> (*fault)(const Texts& tags) = nullptr;
};

class TagRecords {
public:
    struct Parts {
        std::vector<Taggable> others = {};  // of other modules
    };
    // The store must outlive it.
    TagRecords(storage::ResourceStore& store, Parts parts)
        : store_(store), parts_(std::move(parts)) {}

    // Errors of all: InvalidRequest for an ARN of something else, or of another tenant;
    // ResourceNotFound.
    Outcome<Texts> list(const Tenant& tenant, std::string_view arn);
    // For conditions of policies: as list(), but what is not there, or is of no type that has tags,
    // has none, and the made-up end of a domain configuration's ARN may be "*".
    Outcome<Texts> asked_of(const Tenant& tenant, std::string_view arn);
    // Tags with these keys get these values. LimitExceeded: more than 50 would be left.
    Outcome<void> add(const Tenant& tenant, std::string_view arn, const Texts& tags);
    // Keys that are not there do not matter.
    Outcome<void> remove(const Tenant& tenant, std::string_view arn,
                         const std::vector<std::string>& keys);

private:
    enum class Ending : std::uint8_t { OfTheArn, Any };
    struct Found {
        storage::Record record;
        const Taggable* taggable;
    };
    Outcome<Found> find(const Tenant& tenant, std::string_view arn, Ending ending);
    Outcome<storage::Record> read(const Tenant& tenant, std::string_view arn,
                                  Ending ending = Ending::OfTheArn);
    // Reads, changes and writes, again when somebody else was faster.
    template <class Change>
    Outcome<void> change(const Tenant& tenant, std::string_view arn, Change change);

    const Taggable* taggable_of(std::string_view resource) const;

    storage::ResourceStore& store_;
    const Parts parts_;
};

}  // namespace gatehouse::registry
