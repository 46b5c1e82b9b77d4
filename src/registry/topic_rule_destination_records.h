// Destinations of topic rules and their rules over the store, one operation a method. Each is told
// the time, by which a destination that waits for its confirmation is given up.
// Source: AWS IoT API Reference, the operations of the same names.
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "registry/listing.h"
#include "registry/stored.h"
#include "registry/topic_rule_destination.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

// Destinations that are made along with what needs them.
struct NewDestinations {
    storage::Batch batch;  // makes them
    std::vector<DestinationChallenge> challenges;
};

class TopicRuleDestinationRecords {
public:
    struct Parts {
        const Clock& clock;
        Random& random;
        // Whether requests may go to a URL, as far as it says itself; null: anything over https.
        std::function<Result<void>(const net::HttpUrl& url)> may_reach = nullptr;
    };
    // The store must outlive it.
    TopicRuleDestinationRecords(storage::ResourceStore& store, const Parts& parts)
        : store_(store), parts_(parts) {}

    // What is answered has to be sent to the endpoint. InvalidRequest: a URL that cannot be posted
    // to. ResourceAlreadyExists: one has that URL. LimitExceeded.
    Outcome<DestinationChallenge> create(const Tenant& tenant, const std::string& confirmation_url);
    // Enabled from the start. InvalidRequest: of the network. LimitExceeded.
    Outcome<TopicRuleDestination> create(const Tenant& tenant, VpcNetwork vpc);
    // Those of these URLs, for whoever applies the batch. It fails with Conflict, of the field
    // confirmation_url_field, where one has come meanwhile, and with LimitExceeded. Nothing is
    // looked at here. Requires: URLs that create() would take, each once.
    Outcome<NewDestinations> prepare(const Tenant& tenant,
                                     std::span<const std::string> confirmation_urls);
    // Unauthorized: there is none, as AWS says it.
    Outcome<TopicRuleDestination> get(const Tenant& tenant, const std::string& arn);
    Outcome<Page<TopicRuleDestination>> list(const Tenant& tenant, const Listing& listing);
    // One that is not there is as good as deleted.
    Outcome<void> remove(const Tenant& tenant, const std::string& arn);

    // Enabled from disabled. InvalidRequest: it was not confirmed. Unauthorized.
    Outcome<void> enable(const Tenant& tenant, const std::string& arn);
    // Disabled from enabled.
    Outcome<void> disable(const Tenant& tenant, const std::string& arn);
    // Waits for a confirmation anew, of the token that is answered. InvalidRequest: it is in a VPC.
    Outcome<DestinationChallenge> challenge(const Tenant& tenant, const std::string& arn);

    // Enables the destination that the token was made for. Unauthorized: there is none, the token
    // is not the last that was made for it, was used, or is too old.
    Outcome<TopicRuleDestination> confirm(const std::string& token);

private:
    Outcome<Stored<TopicRuleDestination>> read(const Tenant& tenant, const std::string& arn);
    Outcome<void> write(const Stored<TopicRuleDestination>& changed);
    // A new one, into the batch, which is `of` such.
    DestinationChallenge add(const Tenant& tenant, const std::string& confirmation_url,
                             std::size_t of, storage::Batch& batch);
    // Gives it a token, and lets it wait.
    DestinationChallenge begin(TopicRuleDestination destination);

    storage::ResourceStore& store_;
    const Parts& parts_;
};

inline constexpr std::string_view confirmation_url_field = "confirmationUrl";
// "https://iot.REGION…/confirmdestination/": whose path ends with the token.
inline constexpr std::string_view confirm_destination_path = "/confirmdestination/";

}  // namespace gatehouse::registry
