#include "audit/suppression.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/encoding.h"
#include "registry/persistently.h"
#include "registry/stored.h"
#include "signature/digest.h"

namespace gatehouse::audit {
namespace {

using registry::Refusal;
using registry::refuse;
using registry::refuse_field;
using registry::refused_by;

const storage::Kind suppression_kind{"audit-suppression"};
constexpr registry::RecordWords suppression_words{"audit suppression", "resourceIdentifier"};

struct StoredSuppression {
    Suppression suppression;
    std::string request_token;
};

// Identifiers may be longer than names in the store.
storage::RecordKey suppression_key(const Tenant& tenant, const SuppressionKey& key) {
    return {tenant, suppression_kind,
            signature::sha256_hex(fmt::format("{}\n{}\n{}\n{}", name_of_choice(key.check),
                                              name_of_choice(key.resource.type), key.resource.id,
                                              key.resource.version))};
}

std::string encode(const StoredSuppression& stored) {
    const Suppression& suppression = stored.suppression;
    return to_text(json::object{
        {"check", name_of_choice(suppression.key.check)},
        {"resource", encode(suppression.key.resource)},
        {"forGood", !suppression.expires.has_value()},
        {"expires", registry::milliseconds_of(suppression.expires.value_or(WallTime()))},
        {"description", suppression.description},
        {"requestToken", stored.request_token}});
}

Result<StoredSuppression> decode_suppression(const storage::Record& record) {
    const auto body = registry::body_of(record, suppression_words.what);
    if (!body) return fail(body.error());
    registry::RecordReader reader(*body);
    const auto check = parse_choice<Check>(reader.text("check"));
    reader.note(check.has_value());
    StoredSuppression stored{.suppression = {.description = reader.text("description")},
                             .request_token = reader.text("requestToken")};
    if (check) stored.suppression.key.check = *check;
    if (const auto* resource = body->if_contains("resource")) {
        stored.suppression.key.resource = decode_resource_identifier(*resource, reader);
    } else {
        reader.note(false);
    }
    const WallTime expires = reader.time("expires");
    if (!reader.truth("forGood")) stored.suppression.expires = expires;
    if (!reader.is_whole()) return registry::unreadable(record, suppression_words.what);
    return stored;
}

// By when it expires, then by its name: also the token that a page goes on after.
std::string place_of(const Suppression& suppression, std::string_view name) {
    const auto expires = suppression.expires.value_or(WallTime::max());
    return fmt::format("{:016x}{}", static_cast<std::uint64_t>(registry::milliseconds_of(expires)),
                       name);
}

bool is_wanted(const Suppression& suppression, const SuppressionFilter& filter) {
    return (!filter.check || suppression.key.check == *filter.check) &&
           (!filter.resource || suppression.key.resource == *filter.resource);
}

Outcome<void> check_suppression(const Suppression& wanted, WallTime now) {
    if (facts_of(wanted.key.check).resource != wanted.key.resource.type) {
        return refuse_field("resourceIdentifier",
                            fmt::format("findings of {} are about another type of resource, {}",
                                        name_of_choice(wanted.key.check),
                                        name_of_choice(facts_of(wanted.key.check).resource)));
    }
    if (!wanted.holds_at(now)) return refuse_field("expirationDate", "it has passed already");
    return {};
}

}  // namespace

Outcome<void> SuppressionRecords::create(const Tenant& tenant, const Suppression& wanted,
                                         const std::string& request_token) {
    if (auto checked = check_suppression(wanted, parts_.clock.wall_now()); !checked) {
        return checked;
    }
    const StoredSuppression made{wanted, request_token};
    const auto key = suppression_key(tenant, wanted.key);
    storage::Batch batch;
    batch.require(storage::IsAbsent{key}, registry::changed_meanwhile(suppression_words, ""));
    batch.require(
        storage::FewerThan{tenant, suppression_kind, suppressions_max},
        Error{ErrorKind::LimitExceeded,
              fmt::format("an account has at most {} audit suppressions", suppressions_max),
              {}});
    batch.put(key, encode(made));
    const auto created = store_.apply(batch);
    if (created) return {};
    auto refused = refused_by(created.error());
    if (refused.refusal != Refusal::VersionConflict) return refuse(std::move(refused));
    const auto present = registry::read_stored(store_, key, suppression_words, decode_suppression);
    if (present && present->value.request_token == request_token &&
        present->value.suppression == wanted) {
        return {};
    }
    return refuse(Refusal::ResourceAlreadyExists,
                  "There is an audit suppression for this check and resource already.",
                  "resourceIdentifier");
}

Outcome<Suppression> SuppressionRecords::describe(const Tenant& tenant, const SuppressionKey& key) {
    auto stored = registry::read_stored(store_, suppression_key(tenant, key), suppression_words,
                                        decode_suppression);
    if (stored) return std::move(stored->value.suppression);
    if (stored.error().refusal != Refusal::ResourceNotFound) {
        return refuse(std::move(stored.error()));
    }
    return refuse(Refusal::ResourceNotFound,
                  "there is no audit suppression for this check and resource",
                  "resourceIdentifier");
}

Outcome<void> SuppressionRecords::update(const Tenant& tenant, const SuppressionKey& key,
                                         const SuppressionChange& change) {
    if (auto there = describe(tenant, key); !there) return refuse(std::move(there.error()));
    return registry::persistently([&] { return try_update(tenant, key, change); });
}

Outcome<void> SuppressionRecords::try_update(const Tenant& tenant, const SuppressionKey& key,
                                             const SuppressionChange& change) {
    const auto record_key = suppression_key(tenant, key);
    auto stored = registry::read_stored(store_, record_key, suppression_words, decode_suppression);
    if (!stored) return refuse(std::move(stored.error()));
    Suppression& suppression = stored->value.suppression;
    if (change.for_good.value_or(false)) suppression.expires.reset();
    if (change.expires) suppression.expires = change.expires;
    if (!suppression.expires && change.for_good == false) {
        return refuse_field("expirationDate", "it is required where suppressIndefinitely is false");
    }
    suppression.description = change.description.value_or(suppression.description);
    if (auto checked = check_suppression(suppression, parts_.clock.wall_now()); !checked) {
        return checked;
    }
    storage::Batch batch;
    batch.require(storage::HasRevision{record_key, stored->revision},
                  registry::changed_meanwhile(suppression_words, ""));
    batch.put(record_key, encode(stored->value));
    if (const auto written = store_.apply(batch); !written) {
        return refuse(refused_by(written.error()));
    }
    return {};
}

Outcome<void> SuppressionRecords::remove(const Tenant& tenant, const SuppressionKey& key) {
    storage::Batch batch;
    batch.change(storage::Remove{suppression_key(tenant, key)});
    if (const auto removed = store_.apply(batch); !removed) {
        return refuse(refused_by(removed.error()));
    }
    return {};
}

Outcome<registry::Page<Suppression>> SuppressionRecords::list(const Tenant& tenant,
                                                              const SuppressionFilter& filter,
                                                              const registry::Listing& listing) {
    if (auto checked = registry::check_page_size(listing.page_size); !checked) {
        return refuse(std::move(checked.error()));
    }
    const auto after = from_base64(listing.marker);
    if (!after) return refuse_field("nextToken", "the token is none that this listing gave");
    const auto records =
        store_.list({.tenant = tenant, .kind = suppression_kind, .limit = suppressions_max});
    if (!records) return refuse(refused_by(records.error()));
    std::map<std::string, Suppression> all;
    for (const storage::Record& record : records->records) {
        auto stored = decode_suppression(record);
        if (!stored) return refuse(refused_by(stored.error()));
        if (!is_wanted(stored->suppression, filter)) continue;
        auto place = place_of(stored->suppression, record.key.name);
        all.emplace(std::move(place), std::move(stored->suppression));
    }
    std::vector<std::pair<std::string, Suppression>> ordered(all.begin(), all.end());
    if (listing.order == storage::Order::Descending) std::ranges::reverse(ordered);
    const std::string last(text_of(*after));
    registry::Page<Suppression> page;
    std::string last_of_page;
    for (auto& [place, suppression] : ordered) {
        const bool is_before =
            listing.order == storage::Order::Ascending ? place <= last : place >= last;
        if (!last.empty() && is_before) continue;
        if (page.items.size() == listing.page_size) {
            page.next_marker = to_base64(bytes_of(last_of_page));
            break;
        }
        last_of_page = place;
        page.items.push_back(std::move(suppression));
    }
    return page;
}

Outcome<bool> SuppressionRecords::holds(const Tenant& tenant, const SuppressionKey& key) {
    const auto found = describe(tenant, key);
    if (found) return found->holds_at(parts_.clock.wall_now());
    if (found.error().refusal == Refusal::ResourceNotFound) return false;
    return refuse(found.error());
}

}  // namespace gatehouse::audit
