// The authorizers of the operator's file, ready to be asked, and as the registry describes them.
//
// Threads: made and read again on any thread; asked on the home loop; close() there, too.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/event_loop.h"
#include "authentication/authorizer_declarations.h"
#include "authentication/http_authorizer.h"
#include "authentication/token_authorizer.h"
#include "base/tenant.h"
#include "net/http_endpoint.h"
#include "net/http_url.h"
#include "net/name_lookups.h"
#include "registry/declared_authorizers.h"

namespace gatehouse::authentication {

class DeclaredAnswerers : Pinned {
public:
    // All outlive the answerers, but for those before.
    struct Parts {
        async::EventLoop& home;
        net::NameLookups& lookups;
        const Clock& clock;
        // Whose fetched keys are gone on with where they come from the same place. Null: nobody's.
        const DeclaredAnswerers* before = nullptr;
    };
    // InvalidInput and what reading files may say, with the file's name: also where a CA file or a
    // file of keys cannot be used. The file may hold secrets, and so must be private.
    static Result<std::shared_ptr<const DeclaredAnswerers>> read(const std::filesystem::path& file,
                                                                 const Tenant& tenant,
                                                                 const Parts& parts);

    const registry::DeclaredAuthorizersPtr& described() const { return described_; }
    // Null where there is none of that name and kind. They may outlive this.
    std::shared_ptr<HttpAuthorizer> http(std::string_view name) const;
    std::shared_ptr<TokenAuthorizer> tokens(std::string_view name) const;
    // What its requests carry and nobody may read in a log.
    std::vector<std::string> secrets(std::string_view name) const;

    // Requests under way end.
    void close() const;

private:
    // Where an authorizer's keys come from.
    struct KeysPlace {
        std::string authorizer;
        net::HttpUrl url;
        bool allows_plain_http = false;
        std::string authorities;  // PEM; empty: whom the system trusts
        bool operator==(const KeysPlace&) const = default;
    };
    Result<void> add(const AuthorizerDeclaration& declaration, const Parts& parts);
    Result<void> add_http(const std::string& name, const DeclaredEndpoint& declared,
                          const Parts& parts);
    Result<void> add_tokens(const std::string& name, const DeclaredTokens& declared,
                            bool has_token_key, const Parts& parts);
    Result<std::shared_ptr<net::HttpEndpoint>> make_endpoint(const std::string& name,
                                                             const DeclaredEndpoint& declared,
                                                             const Parts& parts);
    std::shared_ptr<FetchedKeys> keys_from(KeysPlace place, const DeclaredAnswerers* before);

    registry::DeclaredAuthorizersPtr described_;
    std::map<std::string, std::shared_ptr<HttpAuthorizer>, std::less<>> http_;
    std::map<std::string, std::shared_ptr<TokenAuthorizer>, std::less<>> tokens_;
    std::map<std::string, std::vector<std::string>, std::less<>> secrets_;
    std::vector<std::shared_ptr<net::HttpEndpoint>> endpoints_;
    std::vector<std::pair<KeysPlace, std::shared_ptr<FetchedKeys>>> fetched_;
};

}  // namespace gatehouse::authentication
