// All authorizers as they stand at one moment, for the connect path: no disk, no lock.
//
// Threads: immutable; any.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "registry/authorizer.h"
#include "registry/declared_authorizers.h"
#include "signature/token_verifier.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

class AuthorizerDirectory {
public:
    struct Entry {
        Authorizer authorizer;
        // Of the signing keys; empty when there are none.
        std::optional<signature::TokenVerifier> verifier;
    };

    AuthorizerDirectory() = default;
    // Reads everything from the store (blocking). A record that does not read back is left out
    // and named in problems().
    // A declared one stands before a stored one of its name.
    static Result<std::shared_ptr<const AuthorizerDirectory>> read(
        storage::ResourceStore& store, const DeclaredAuthorizers& declared = {});

    // Null when there is none. Whether it is ACTIVE is for the caller to see.
    // Lifetimes: entries live as long as the directory.
    const Entry* find(const Tenant& tenant, std::string_view name) const;
    const Entry* default_of(const Tenant& tenant) const;
    // Whether the tenant has any.
    bool has_any(const Tenant& tenant) const { return tenants_.contains(tenant); }

    // A sentence for a name that find() does not know: the tenant that has it, or the name that
    // was probably meant.
    std::string explain_missing(const Tenant& tenant, std::string_view name) const;

    std::size_t size() const { return count_; }
    const std::vector<std::string>& problems() const { return problems_; }

private:
    struct OfTenant {
        std::unordered_map<std::string, std::unique_ptr<const Entry>> by_name;
        std::string default_name;
    };
    void add(const storage::Record& record);
    void add(Authorizer authorizer);

    std::unordered_map<Tenant, OfTenant> tenants_;
    std::size_t count_ = 0;
    std::vector<std::string> problems_;
};

}  // namespace gatehouse::registry
