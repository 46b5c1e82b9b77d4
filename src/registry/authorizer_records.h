// Authorizers and their rules over the store, one operation a method.
// Source: AWS IoT API Reference, the operations of the same names; DeleteAuthorizer wants an
// INACTIVE authorizer that is not the default, nor a domain configuration's. Deliberate
// differences: messages say what to do.
//
// Threads: every method may be called from any thread, and blocks. `Authorizers` is the way in
// for coroutines.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/profile.h"
#include "registry/authorizer.h"
#include "registry/declared_authorizers.h"
#include "registry/refusal.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

struct AuthorizerSettings {
    std::uint32_t authorizers_max = Limits{}.authorizers_max;  // per tenant; or no_limit
    // AWS does not document it; its examples always say ACTIVE.
    AuthorizerStatus status_when_omitted = AuthorizerStatus::Active;
    // One that a tenant has without a record: no other may be created by its name.
    struct BuiltIn {
        Tenant tenant;
        std::string name;
        std::string origin;  // "the setting password-file.users"
    };
    std::optional<BuiltIn> built_in;
};

struct AuthorizerListing {
    std::size_t page_size = 25;  // 1 to 250
    std::string marker;
    storage::Order order = storage::Order::Ascending;
    std::optional<AuthorizerStatus> status;
};

struct AuthorizerPage {
    std::vector<Authorizer> authorizers;
    std::string next_marker;  // empty on the last page
};

class AuthorizerRecords {
public:
    // The store must outlive it.
    AuthorizerRecords(storage::ResourceStore& store, AuthorizerSettings settings,
                      DeclaredAuthorizersPtr declared = std::make_shared<DeclaredAuthorizers>())
        : store_(store), settings_(settings), declared_(std::move(declared)) {}

    // InvalidRequest, ResourceAlreadyExists, LimitExceeded.
    Outcome<Authorizer> create(const Tenant& tenant, const NewAuthorizer& wanted);
    // ResourceNotFound (names the tenant that has it), InvalidRequest: also of a declared one.
    Outcome<Authorizer> update(const Tenant& tenant, const AuthorizerName& name,
                               const AuthorizerChange& change);
    // ResourceNotFound.
    Outcome<Authorizer> describe(const Tenant& tenant, const AuthorizerName& name);
    // ResourceNotFound, DeleteConflict; InvalidRequest of a declared one.
    Outcome<void> remove(const Tenant& tenant, const AuthorizerName& name);
    // Declared ones first. InvalidRequest: page size out of range, or a marker of another listing.
    Outcome<AuthorizerPage> list(const Tenant& tenant, const AuthorizerListing& listing);

    // ResourceNotFound; ResourceAlreadyExists when it is the default already.
    Outcome<Authorizer> set_default(const Tenant& tenant, const AuthorizerName& name);
    // ResourceNotFound when there is none.
    Outcome<Authorizer> describe_default(const Tenant& tenant);
    Outcome<void> clear_default(const Tenant& tenant);

private:
    struct Stored {
        Authorizer authorizer;
        storage::Revision revision;
    };
    Outcome<void> check_is_free(const Tenant& tenant, const AuthorizerName& name) const;
    Outcome<void> check_is_stored(const Tenant& tenant, const AuthorizerName& name) const;
    Outcome<AuthorizerPage> list_stored(const Tenant& tenant, const AuthorizerListing& listing);
    Outcome<Stored> read(const Tenant& tenant, const AuthorizerName& name);
    Refused not_found(const Tenant& tenant, const AuthorizerName& name);
    Outcome<Authorizer> try_update(const Tenant& tenant, const AuthorizerName& name,
                                   const AuthorizerChange& change);
    Outcome<void> try_remove(const Tenant& tenant, const AuthorizerName& name);
    Outcome<std::string> default_name(const Tenant& tenant);
    // A domain configuration whose default authorizer it is; empty: there is none.
    Outcome<std::string> domain_naming(const Tenant& tenant, const AuthorizerName& name);

    storage::ResourceStore& store_;
    const AuthorizerSettings settings_;
    const DeclaredAuthorizersPtr declared_;
};

}  // namespace gatehouse::registry
