#include "registry/authorizer_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "registry/authorizer_record.h"
#include "registry/authorizer_rules.h"
#include "registry/domain_configuration_record.h"
#include "registry/domain_configuration_rules.h"
#include "registry/elsewhere.h"
#include "registry/listing.h"
#include "registry/persistently.h"

namespace gatehouse::registry {
namespace {

constexpr std::size_t authorizers_page_max = 250;

Error conflict(std::string message) {
    return {ErrorKind::Conflict, std::move(message), {}};
}

Error changed_meanwhile(const AuthorizerName& name) {
    return conflict(fmt::format("authorizer '{}' was changed meanwhile; look at it and try again",
                                name.view()));
}

storage::Link default_link(const Tenant& tenant, const std::string& name) {
    return {tenant, default_authorizer_relation, default_end, name};
}

Refused already_exists(const Authorizer& authorizer, std::string message) {
    return {Refusal::ResourceAlreadyExists, std::move(message), "authorizerName",
            authorizer.name.value(), authorizer.arn()};
}

constexpr std::string_view declared_marker = "declared-";

// How many declared ones a listing with this marker has behind it; empty: all.
std::optional<std::size_t> place_among_declared(std::string_view marker) {
    if (marker.empty()) return 0;
    if (!marker.starts_with(declared_marker)) return std::nullopt;
    marker.remove_prefix(declared_marker.size());
    std::size_t place = 0;
    const auto [end, error] = std::from_chars(marker.data(), marker.data() + marker.size(), place);
    if (error != std::errc() || end != marker.data() + marker.size()) return std::nullopt;
    return place;
}

Outcome<void> apply_change(Authorizer& authorizer, const AuthorizerChange& change) {
    if (change.token_key_name && change.token_key_name->empty()) {
        return refuse(Refusal::InvalidRequest, "tokenKeyName must have 1 to 128 characters",
                      "tokenKeyName");
    }
    if (change.function_arn) authorizer.function_arn = *change.function_arn;
    if (change.token_key_name) authorizer.token_key_name = *change.token_key_name;
    if (change.token_signing_public_keys) {
        authorizer.token_signing_public_keys = *change.token_signing_public_keys;
    }
    if (change.status) authorizer.status = *change.status;
    if (change.enable_caching_for_http) {
        authorizer.enable_caching_for_http = *change.enable_caching_for_http;
    }
    return check_authorizer(authorizer);
}

}  // namespace

Outcome<Authorizer> AuthorizerRecords::create(const Tenant& tenant, const NewAuthorizer& wanted) {
    if (auto checked = check_is_free(tenant, wanted.name); !checked) {
        return refuse(std::move(checked.error()));
    }
    Authorizer authorizer{
        .tenant = tenant,
        .name = wanted.name,
        .signing_disabled = wanted.signing_disabled,
        .tags = wanted.tags,
    };
    const AuthorizerChange rest{
        .function_arn = wanted.function_arn,
        .token_key_name = wanted.token_key_name,
        .token_signing_public_keys = wanted.token_signing_public_keys,
        .status = wanted.status.value_or(settings_.status_when_omitted),
        .enable_caching_for_http = wanted.enable_caching_for_http,
    };
    if (auto applied = apply_change(authorizer, rest); !applied) {
        return refuse(std::move(applied.error()));
    }
    const auto key = key_of(tenant, wanted.name);
    const std::string exists = fmt::format(
        "authorizer '{}' exists already in {}; update it, or "
        "delete it first",
        wanted.name.view(), registry::describe(tenant));
    storage::Batch batch;
    batch.require(storage::IsAbsent{key}, conflict(exists));
    if (settings_.authorizers_max != no_limit) {
        batch.require(
            storage::FewerThan{tenant, authorizer_kind, settings_.authorizers_max},
            Error{ErrorKind::LimitExceeded,
                  fmt::format("{} has {} authorizers, the most it may have; delete one first",
                              registry::describe(tenant), settings_.authorizers_max),
                  {}});
    }
    batch.put(key, encode(authorizer));
    if (const auto created = store_.apply(batch); !created) {
        if (created.error().kind == ErrorKind::Conflict) {
            return refuse(already_exists(authorizer, created.error().message));
        }
        return refuse(refused_by(created.error()));
    }
    // Read back for the times the store gave it.
    return describe(tenant, wanted.name);
}

Outcome<void> AuthorizerRecords::check_is_free(const Tenant& tenant,
                                               const AuthorizerName& name) const {
    const auto& built_in = settings_.built_in;
    const bool is_built_in =
        built_in && built_in->tenant == tenant && built_in->name == name.view();
    if (!is_built_in && declared_->find(tenant, name.view()) == nullptr) return {};
    return refuse(Refusal::InvalidRequest,
                  fmt::format("'{}' is the authorizer of {}, which would be asked instead; choose "
                              "another name",
                              name.view(), is_built_in ? built_in->origin : declared_->origin),
                  "authorizerName");
}

Outcome<void> AuthorizerRecords::check_is_stored(const Tenant& tenant,
                                                 const AuthorizerName& name) const {
    if (declared_->find(tenant, name.view()) == nullptr) return {};
    return refuse(Refusal::InvalidRequest,
                  fmt::format("authorizer '{}' is declared by {}; change it there", name.view(),
                              declared_->origin),
                  "authorizerName");
}

Outcome<AuthorizerRecords::Stored> AuthorizerRecords::read(const Tenant& tenant,
                                                           const AuthorizerName& name) {
    if (auto checked = check_authorizer_name(name); !checked) {
        return refuse(std::move(checked.error()));
    }
    const auto record = store_.get(key_of(tenant, name));
    if (!record) {
        if (record.error().kind == ErrorKind::NotFound) return refuse(not_found(tenant, name));
        return refuse(refused_by(record.error()));
    }
    auto authorizer = decode(*record);
    if (!authorizer) return refuse(refused_by(authorizer.error()));
    return Stored{std::move(*authorizer), record->revision};
}

Refused AuthorizerRecords::not_found(const Tenant& tenant, const AuthorizerName& name) {
    const auto having = store_.tenants_with(authorizer_kind, name.value());
    return {
        Refusal::ResourceNotFound,
        fmt::format("there is no authorizer '{}' in {}{}", name.view(), registry::describe(tenant),
                    having ? describe_elsewhere(tenant, *having) : std::string()),
        "authorizerName",
        {},
        {}};
}

Outcome<Authorizer> AuthorizerRecords::describe(const Tenant& tenant, const AuthorizerName& name) {
    if (const Authorizer* const declared = declared_->find(tenant, name.view())) return *declared;
    auto stored = read(tenant, name);
    if (!stored) return refuse(std::move(stored.error()));
    return std::move(stored->authorizer);
}

Outcome<Authorizer> AuthorizerRecords::update(const Tenant& tenant, const AuthorizerName& name,
                                              const AuthorizerChange& change) {
    if (auto checked = check_is_stored(tenant, name); !checked) {
        return refuse(std::move(checked.error()));
    }
    return persistently([&] { return try_update(tenant, name, change); });
}

Outcome<Authorizer> AuthorizerRecords::try_update(const Tenant& tenant, const AuthorizerName& name,
                                                  const AuthorizerChange& change) {
    auto stored = read(tenant, name);
    if (!stored) return refuse(std::move(stored.error()));
    if (auto applied = apply_change(stored->authorizer, change); !applied) {
        return refuse(std::move(applied.error()));
    }
    const auto key = key_of(tenant, name);
    storage::Batch batch;
    batch.require(storage::HasRevision{key, stored->revision}, changed_meanwhile(name));
    batch.put(key, encode(stored->authorizer));
    if (const auto written = store_.apply(batch); !written) {
        return refuse(refused_by(written.error()));
    }
    return describe(tenant, name);
}

Outcome<void> AuthorizerRecords::remove(const Tenant& tenant, const AuthorizerName& name) {
    if (auto checked = check_is_stored(tenant, name); !checked) {
        return refuse(std::move(checked.error()));
    }
    return persistently([&] { return try_remove(tenant, name); });
}

Outcome<void> AuthorizerRecords::try_remove(const Tenant& tenant, const AuthorizerName& name) {
    const auto stored = read(tenant, name);
    if (!stored) return refuse(stored.error());
    if (stored->authorizer.status == AuthorizerStatus::Active) {
        return refuse(Refusal::DeleteConflict,
                      fmt::format("authorizer '{}' is ACTIVE; set its status to INACTIVE "
                                  "(UpdateAuthorizer), then delete it",
                                  name.view()),
                      "authorizerName");
    }
    if (const auto chosen = default_name(tenant); chosen && *chosen == name.value()) {
        return refuse(Refusal::DeleteConflict,
                      fmt::format("authorizer '{}' is the default of {}; clear the default "
                                  "(ClearDefaultAuthorizer) or choose another one, then delete it",
                                  name.view(), registry::describe(tenant)),
                      "authorizerName");
    }
    const auto domain = domain_naming(tenant, name);
    if (!domain) return refuse(domain.error());
    if (!domain->empty()) {
        return refuse(Refusal::DeleteConflict,
                      fmt::format("authorizer '{}' is the default of domain configuration '{}'; "
                                  "give that another one (UpdateDomainConfiguration) or delete it, "
                                  "then delete the authorizer",
                                  name.view(), *domain),
                      "authorizerName");
    }
    // All were just seen to hold; when they no longer do, the next attempt says why.
    const auto key = key_of(tenant, name);
    storage::Batch batch;
    batch.require(storage::HasRevision{key, stored->revision}, changed_meanwhile(name));
    batch.require(storage::IsNotLinked{default_link(tenant, name.value())},
                  changed_meanwhile(name));
    batch.require(storage::HasNoLinks{tenant, domain_authorizer_relation, storage::Direction::To,
                                      name.value()},
                  changed_meanwhile(name));
    batch.change(storage::Remove{key});
    if (const auto removed = store_.apply(batch); !removed) {
        return refuse(refused_by(removed.error()));
    }
    return {};
}

// Read from the configurations: those of earlier releases are not linked to their authorizers.
Outcome<std::string> AuthorizerRecords::domain_naming(const Tenant& tenant,
                                                      const AuthorizerName& name) {
    const auto page = list_records<DomainConfiguration>(
        store_, {.tenant = tenant, .kind = domain_configuration_kind},
        {.page_size = domain_configurations_max}, decode_domain_configuration,
        [&](const DomainConfiguration& domain) {
            return domain.authorizer && domain.authorizer->default_name == name.view();
        });
    if (!page) return refuse(page.error());
    return page->items.empty() ? std::string() : page->items.front().name.value();
}

// Markers of their own lead through the declared ones, the last of them to what is stored.
Outcome<AuthorizerPage> AuthorizerRecords::list(const Tenant& tenant,
                                                const AuthorizerListing& listing) {
    const auto begin = place_among_declared(listing.marker);
    if (!begin || listing.page_size < 1) return list_stored(tenant, listing);
    AuthorizerPage page;
    std::size_t at = 0;
    for (const Authorizer& declared : declared_->authorizers) {
        if (at++ < *begin || declared.tenant != tenant) continue;
        if (listing.status && declared.status != *listing.status) continue;
        if (page.authorizers.size() == listing.page_size) {
            page.next_marker = fmt::format("{}{}", declared_marker, at - 1);
            return page;
        }
        page.authorizers.push_back(declared);
    }
    AuthorizerListing rest = listing;
    rest.marker.clear();
    rest.page_size -= page.authorizers.size();
    const bool is_full = rest.page_size == 0;
    if (is_full) rest.page_size = 1;
    auto stored = list_stored(tenant, rest);
    if (!stored) return stored;
    if (is_full) {
        if (!stored->authorizers.empty()) {
            page.next_marker = fmt::format("{}{}", declared_marker, at);
        }
        return page;
    }
    std::ranges::move(stored->authorizers, std::back_inserter(page.authorizers));
    page.next_marker = std::move(stored->next_marker);
    return page;
}

Outcome<AuthorizerPage> AuthorizerRecords::list_stored(const Tenant& tenant,
                                                       const AuthorizerListing& listing) {
    if (listing.page_size < 1 || listing.page_size > authorizers_page_max) {
        return refuse(Refusal::InvalidRequest,
                      fmt::format("pageSize is {}; it must be 1 to {}", listing.page_size,
                                  authorizers_page_max),
                      "pageSize");
    }
    storage::ListQuery query{.tenant = tenant,
                             .kind = authorizer_kind,
                             .order = listing.order,
                             .limit = authorizers_page_max,
                             .page_token = listing.marker};
    AuthorizerPage page;
    for (;;) {
        const auto records = store_.list(query);
        if (!records) {
            auto refused = refused_by(records.error());
            if (refused.refusal == Refusal::InvalidRequest) refused.field = "marker";
            return refuse(std::move(refused));
        }
        for (const auto& record : records->records) {
            auto authorizer = decode(record);
            if (!authorizer) return refuse(refused_by(authorizer.error()));
            if (declared_->find(tenant, authorizer->name.view()) != nullptr) continue;
            if (listing.status && authorizer->status != *listing.status) continue;
            if (page.authorizers.size() == listing.page_size) {
                page.next_marker =
                    storage::page_token_after(query, page.authorizers.back().name.view());
                return page;
            }
            page.authorizers.push_back(std::move(*authorizer));
        }
        if (records->next_page.empty()) return page;
        query.page_token = records->next_page;
    }
}

Outcome<Authorizer> AuthorizerRecords::set_default(const Tenant& tenant,
                                                   const AuthorizerName& name) {
    auto chosen = describe(tenant, name);
    if (!chosen) return refuse(std::move(chosen.error()));
    storage::Batch batch;
    if (chosen->kind == AuthorizerKind::Function) {
        batch.require(storage::Exists{key_of(tenant, name)},
                      Error{ErrorKind::NotFound, not_found(tenant, name).message, {}});
    }
    batch.require(storage::IsNotLinked{default_link(tenant, name.value())},
                  conflict(fmt::format("authorizer '{}' is the default of {} already", name.view(),
                                       registry::describe(tenant))));
    batch.change(storage::RemoveLinks{tenant, default_authorizer_relation, storage::Direction::From,
                                      default_end});
    batch.change(storage::AddLink{default_link(tenant, name.value())});
    if (const auto applied = store_.apply(batch); !applied) {
        if (applied.error().kind == ErrorKind::Conflict) {
            return refuse(already_exists(*chosen, applied.error().message));
        }
        return refuse(refused_by(applied.error()));
    }
    return std::move(*chosen);
}

Outcome<std::string> AuthorizerRecords::default_name(const Tenant& tenant) {
    const auto links = store_.links({.tenant = tenant,
                                     .relation = default_authorizer_relation,
                                     .direction = storage::Direction::From,
                                     .name = default_end,
                                     .limit = 1});
    if (!links) return refuse(refused_by(links.error()));
    if (links->names.empty()) {
        return refuse(Refusal::ResourceNotFound,
                      fmt::format("{} has no default authorizer; choose one with "
                                  "SetDefaultAuthorizer",
                                  registry::describe(tenant)));
    }
    return links->names.front();
}

Outcome<Authorizer> AuthorizerRecords::describe_default(const Tenant& tenant) {
    auto name = default_name(tenant);
    if (!name) return refuse(std::move(name.error()));
    return describe(tenant, AuthorizerName(*name));
}

Outcome<void> AuthorizerRecords::clear_default(const Tenant& tenant) {
    return persistently([&]() -> Outcome<void> {
        auto name = default_name(tenant);
        if (!name) return refuse(std::move(name.error()));
        const auto link = default_link(tenant, *name);
        storage::Batch batch;
        batch.require(storage::IsLinked{link}, changed_meanwhile(AuthorizerName(*name)));
        batch.change(storage::RemoveLink{link});
        if (const auto cleared = store_.apply(batch); !cleared) {
            return refuse(refused_by(cleared.error()));
        }
        return {};
    });
}

}  // namespace gatehouse::registry
