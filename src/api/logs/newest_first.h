// The events of several log groups in one order, the newest first. Holds a page of each group.
//
// Threads: one at a time; reads the disk. Lifetimes: the log store outlives it.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/logs/log_access.h"
#include "logs/insights_record.h"

namespace gatehouse::api::logs {

class NewestFirst {
public:
    NewestFirst(store::LogStore& logs, Tenant tenant, const std::vector<std::string>& groups,
                store::TimeSpan times);

    // Reads some of a group of which nothing is at hand. False: there is none to be read.
    bool read_some();
    // Call when read_some() had nothing to do. Null: that was all.
    std::shared_ptr<const store::insights::Record> take();

private:
    struct Source {
        std::string group;
        std::deque<store::FoundRecord> page;
        std::optional<store::Position> from;  // none: read to its end
    };
    void read_page(Source& source) const;

    store::LogStore& logs_;
    const Tenant tenant_;
    const store::TimeSpan times_;
    std::vector<Source> sources_;
};

}  // namespace gatehouse::api::logs
