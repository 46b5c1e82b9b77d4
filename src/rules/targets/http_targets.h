// The HTTP services elsewhere that actions post to; their connections are kept. They lead into the
// public Internet over TLS, and where the operator says (net::Reach).
//
// Threads: its loop; may_sign() and may_reach() any.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "async/event_loop.h"
#include "base/clock.h"
#include "base/pinned.h"
#include "net/http_endpoint.h"
#include "net/name_lookups.h"
#include "net/reach.h"
#include "rules/targets/http_door.h"
#include "rules/targets/target_declarations.h"

namespace gatehouse::rules {

class HttpTargets final : public HttpDoor, Pinned {
public:
    // All outlive it.
    struct Parts {
        async::EventLoop& loop;
        net::NameLookups& lookups;
        const Clock& clock;  // of signatures
    };
    struct Settings {
        std::vector<net::AddressRange> ranges;       // beside the public Internet
        std::shared_ptr<const net::TlsTrust> trust;  // null: whom the system trusts
        std::optional<DeclaredHttpSigning> signing;
        std::set<AccountId> signing_accounts;  // whose rules may use the key
        std::size_t endpoints_max = 256;       // whose connections are kept
        // Part of them that one account may ask at once.
        std::size_t endpoint_shares = 4;
    };
    HttpTargets(const Parts& parts, Settings settings);
    ~HttpTargets() override;

    Result<void> may_sign(const AccountId& account, const SigV4Terms& terms,
                          std::string_view host) const override;
    Result<void> may_reach(const net::HttpUrl& url) const override;
    // Throttled: too many endpoints are being asked at once, by the account or in all. Sent once,
    // also where nothing comes back: who asked may have done it.
    async::Task<Result<net::HttpResponse>> post(HttpPost post, Deadline deadline) override;
    // Requests under way fail with Cancelled, and later ones.
    void close();

private:
    struct Known {
        std::shared_ptr<net::HttpEndpoint> endpoint;
        std::size_t calls = 0;
    };
    using KnownPtr = std::shared_ptr<Known>;

    // Of one account, by names of endpoints: how often each is being asked.
    using Asked = std::map<std::string, std::size_t>;
    // Counts as one who asks, as long as it lives.
    class Asking;

    Result<KnownPtr> endpoint_for(const net::HttpUrl& url);
    Result<std::shared_ptr<const net::TlsTrust>> trust();
    Result<void> check_signing(const SigV4Terms& terms, std::string_view host) const;
    void sign(HttpPost& post) const;

    const Parts parts_;
    const Settings settings_;
    const std::shared_ptr<const net::Reach> reach_;
    std::shared_ptr<const net::TlsTrust> system_trust_;
    std::map<std::string, KnownPtr> endpoints_;  // by scheme and authority
    std::map<AccountId, Asked> asked_;
    bool is_closed_ = false;
};

}  // namespace gatehouse::rules
