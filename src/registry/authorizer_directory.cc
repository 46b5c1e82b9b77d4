#include "registry/authorizer_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/suggestion.h"
#include "registry/authorizer_record.h"
#include "registry/elsewhere.h"

namespace gatehouse::registry {

Result<std::shared_ptr<const AuthorizerDirectory>> AuthorizerDirectory::read(
    storage::ResourceStore& store, const DeclaredAuthorizers& declared) {
    auto directory = std::make_shared<AuthorizerDirectory>();
    for (const Authorizer& authorizer : declared.authorizers) directory->add(authorizer);
    auto scanned =
        store.scan(authorizer_kind, [&](const storage::Record& record) { directory->add(record); });
    if (!scanned) return fail(std::move(scanned.error()));
    auto linked = store.scan_links(default_authorizer_relation, [&](storage::Link link) {
        directory->tenants_[link.tenant].default_name = std::move(link.to);
    });
    if (!linked) return fail(std::move(linked.error()));
    return directory;
}

void AuthorizerDirectory::add(const storage::Record& record) {
    auto authorizer = decode(record);
    if (!authorizer) {
        problems_.push_back(authorizer.error().message);
        return;
    }
    add(std::move(*authorizer));
}

void AuthorizerDirectory::add(Authorizer authorizer) {
    const Tenant tenant = authorizer.tenant;
    const std::string name = authorizer.name.value();
    if (find(tenant, name) != nullptr) {
        problems_.push_back(
            fmt::format("the stored authorizer '{}' of {} is not asked, since one of its name is "
                        "declared; give one of them another name",
                        name, describe(tenant)));
        return;
    }
    auto entry = std::make_unique<Entry>(std::move(authorizer), std::nullopt);
    if (!entry->authorizer.token_signing_public_keys.empty()) {
        auto verifier = signature::TokenVerifier::make(entry->authorizer.token_signing_public_keys);
        if (!verifier) {
            problems_.push_back(fmt::format("authorizer '{}' of {}: {}", name, describe(tenant),
                                            verifier.error().message));
            return;
        }
        entry->verifier = std::move(*verifier);
    }
    tenants_[tenant].by_name.emplace(name, std::move(entry));
    ++count_;
}

const AuthorizerDirectory::Entry* AuthorizerDirectory::find(const Tenant& tenant,
                                                            std::string_view name) const {
    const auto of_tenant = tenants_.find(tenant);
    if (of_tenant == tenants_.end()) return nullptr;
    const auto found = of_tenant->second.by_name.find(std::string(name));
    return found == of_tenant->second.by_name.end() ? nullptr : found->second.get();
}

const AuthorizerDirectory::Entry* AuthorizerDirectory::default_of(const Tenant& tenant) const {
    const auto of_tenant = tenants_.find(tenant);
    if (of_tenant == tenants_.end()) return nullptr;
    return find(tenant, of_tenant->second.default_name);
}

std::string AuthorizerDirectory::explain_missing(const Tenant& tenant,
                                                 std::string_view name) const {
    // The name is the client's: only one that could be an authorizer's is repeated.
    const bool is_plain = name.size() <= 128 &&
                          std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7F'; });
    std::string text =
        fmt::format("there is no authorizer {} in {}",
                    is_plain ? fmt::format("'{}'", name) : "of the name given", describe(tenant));
    std::vector<Tenant> having;
    for (const auto& [other, of_tenant] : tenants_) {
        if (of_tenant.by_name.contains(std::string(name))) having.push_back(other);
    }
    std::ranges::sort(having);
    if (const auto elsewhere = describe_elsewhere(tenant, having); !elsewhere.empty()) {
        return text + elsewhere;
    }
    std::vector<std::string_view> names;
    if (const auto own = tenants_.find(tenant); own != tenants_.end()) {
        for (const auto& [known, entry] : own->second.by_name) names.push_back(known);
    }
    std::ranges::sort(names);
    if (names.empty()) return text + ", which has no authorizers yet";
    if (const auto meant = nearest_name(name, names)) {
        text += fmt::format("; did you mean '{}'?", *meant);
    }
    return text;
}

}  // namespace gatehouse::registry
