// What a publish left behind, by which it is taken back when the disk does not take it.
//
// Threads: one loop.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "broker/retained_store.h"
#include "broker/stored_message.h"

namespace gatehouse::broker {

struct TenantState;

// The retained message of its topic that it replaced or removed.
struct RetainedTrail {
    TenantState* tenant;
    RetainedStore::Put put;
};

struct Trail {
    std::uint64_t mail = 0;     // RemoteMail::end_publication(); 0: no other loop has to keep it
    std::uint32_t numbers = 0;  // of the journal, those before it was withheld
    std::uint32_t records = 0;  // among these, of messages that sessions were given
    bool is_of_publish = false;
    bool is_needed = false;  // somebody has to have it on disk
    bool was_sent = false;   // somebody was sent it, or has it from before a restart
    std::unique_ptr<RetainedTrail> retained;  // null: it is not the topic's retained message
};

// Numbers of the journal: those after the one and up to the other.
struct RecordSpan {
    std::uint64_t after;
    std::uint64_t last;
};

class RecordSpans {
public:
    // They do not overlap.
    explicit RecordSpans(std::vector<RecordSpan> spans) : spans_(std::move(spans)) {
        std::ranges::sort(spans_, {}, &RecordSpan::last);
    }
    // Which of them, in ascending order.
    std::optional<std::size_t> find(RecordNumber record) const {
        const auto span = std::ranges::lower_bound(spans_, record, {}, &RecordSpan::last);
        if (record == 0 || span == spans_.end() || record <= span->after) return std::nullopt;
        return static_cast<std::size_t>(span - spans_.begin());
    }
    bool is_empty() const { return spans_.empty(); }

private:
    std::vector<RecordSpan> spans_;
};

}  // namespace gatehouse::broker
