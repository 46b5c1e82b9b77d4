// Retained messages on their way to a new subscription: read from the store page by page, as fast
// as the client takes them.
//
// Threads: one loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
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
    // The message that is due. Null: none is left, or it was not found among as many topics as may
    // be looked at, which are taken from `budget`.
    struct Due {
        RetainedRef message;
        bool is_over = false;
    };
    Due due(const RetainedStore& store, ParentMatch parent_match, SteadyTime now,
            std::size_t& budget);
    // It is sent, or dropped for good.
    void advance() { ++sent_; }

private:
    friend class RetainedFeeds;
    bool is_wanted(const RetainedMessage& message) const;

    std::string filter_;
    SubscriptionOptions options_;
    std::uint64_t newest_;
    std::vector<RetainedRef> page_;
    std::size_t sent_ = 0;  // of page_
    std::string next_;      // the topic with which the next page begins
    bool is_read_ = false;  // page_ is the last
    bool has_gap_ = false;
    std::uint32_t gaps_before_ = 0;  // of RetainedFeeds
};

// Those of one session, one for each filter, in the order in which they are due.
class RetainedFeeds {
public:
    bool is_empty() const { return feeds_.empty(); }
    // Requires: not empty.
    RetainedFeed& front();
    void end_front();
    // Behind all others, and instead of the one of its filter.
    void add(RetainedFeed feed);
    void end(std::string_view filter);
    // Null: it has none. Valid until it ends.
    RetainedFeed* find(std::string_view filter);
    // A message with QoS 0 that was published meanwhile did not reach the client.
    void note_gap() { ++gaps_; }

private:
    std::list<RetainedFeed> feeds_;
    std::unordered_map<std::string_view, std::list<RetainedFeed>::iterator> by_filter_;
    std::uint32_t gaps_ = 0;
};

}  // namespace gatehouse::broker
