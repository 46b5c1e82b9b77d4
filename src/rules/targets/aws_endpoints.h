// The endpoints that were declared for services which speak AWS's protocols, asked by the keys
// declared with them.
//
// Threads: made and closed anywhere while its loop stands still, else on it; has() any, ask() on
// its loop.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <utility>

#include "async/event_loop.h"
#include "base/clock.h"
#include "base/pinned.h"
#include "net/http_endpoint.h"
#include "net/name_lookups.h"
#include "rules/targets/aws_door.h"
#include "rules/targets/target_declarations.h"

namespace gatehouse::rules {

class AwsEndpoints final : public AwsDoor, Pinned {
public:
    struct Parts {
        async::EventLoop& loop;
        net::NameLookups& lookups;
        const Clock& clock;  // of signatures
    };
    // Reads the files of authorities. InvalidInput names one that cannot be used.
    static Result<std::unique_ptr<AwsEndpoints>> make(const Parts& parts,
                                                      const TargetDeclarations& declarations);

    bool has(AwsService service, const AccountId& account) const override {
        return endpoints_.contains(service) && accounts_.contains(account);
    }
    async::Task<Result<net::HttpResponse>> ask(AwsService service, Call call,
                                               Deadline deadline) const override;
    // Requests under way fail with Cancelled, and later ones.
    void close();

private:
    struct Known {
        std::shared_ptr<net::HttpEndpoint> endpoint;
        Region region;
        signature::SigningKey key;
    };
    AwsEndpoints(const Clock& clock, std::set<AccountId> accounts)
        : clock_(clock), accounts_(std::move(accounts)) {}

    const Clock& clock_;
    const std::set<AccountId> accounts_;
    std::map<AwsService, Known> endpoints_;
};

// Whom https trusts there: the authorities of the file, or without one those of the system.
Result<std::shared_ptr<const net::TlsTrust>> trust_of(const std::filesystem::path& ca_file);

}  // namespace gatehouse::rules
