// Retained messages on their way to a new subscription: read from the store page by page, as fast
// as the client takes them.
//
// Threads: one loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "broker/attach.h"
#include "broker/retained_store.h"

namespace gatehouse::broker {

class RetainedFeed {
public:
    // Of all topics that the filter matches; what is retained after `newest` (a version) comes as
    // it is published.
    RetainedFeed(std::string filter, const SubscriptionOptions& options, std::uint64_t newest)
        : filter_(std::move(filter)), options_(options), newest_(newest) {}
    // This one.
    RetainedFeed(std::string filter, const SubscriptionOptions& options, RetainedRef message)
        : filter_(std::move(filter)),
          options_(options),
          page_{std::move(message)},
          is_read_(true) {}

    const std::string& filter() const { return filter_; }
    const SubscriptionOptions& options() const { return options_; }
    // The message that is due; null: there is none left.
    RetainedRef due(const RetainedStore& store, ParentMatch parent_match, SteadyTime now);
    // It is sent, or dropped for good.
    void advance() { ++sent_; }

private:
    bool is_wanted(const RetainedMessage& message) const;

    std::string filter_;
    SubscriptionOptions options_;
    std::uint64_t newest_ = ~std::uint64_t{0};
    std::vector<RetainedRef> page_;
    std::size_t sent_ = 0;  // of page_
    std::string next_;      // the topic with which the next page begins
    bool is_read_ = false;  // page_ is the last
};

}  // namespace gatehouse::broker
