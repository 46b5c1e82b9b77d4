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
    RetainedFeed(std::string filter, const SubscriptionOptions& options, std::uint64_t newest,
                 RetainedRef message)
        : filter_(std::move(filter)),
          options_(options),
          newest_(newest),
          page_{std::move(message)},
          is_read_(true) {}

    const std::string& filter() const { return filter_; }
    const SubscriptionOptions& options() const { return options_; }
    void change_options(const SubscriptionOptions& options) { options_ = options; }
    // A message with QoS 0 that was published meanwhile did not reach the client.
    void note_gap() { has_gap_ = true; }
    // The message that is due; null: there is none left.
    RetainedRef due(const RetainedStore& store, ParentMatch parent_match, SteadyTime now);
    // It is sent, or dropped for good.
    void advance() { ++sent_; }

private:
    bool is_wanted(const RetainedMessage& message) const;

    std::string filter_;
    SubscriptionOptions options_;
    std::uint64_t newest_;
    std::vector<RetainedRef> page_;
    std::size_t sent_ = 0;  // of page_
    std::string next_;      // the topic with which the next page begins
    bool is_read_ = false;  // page_ is the last
    bool has_gap_ = false;
};

}  // namespace gatehouse::broker
