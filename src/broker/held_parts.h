// Who has a message of QoS 2 from a client, by parts: the sessions of one event loop are a part,
// and so is each group of a shared subscription. On disk a part stands in the transaction that has
// the part's messages (journal.h). If the server dies in between, the client repeats the message,
// and it is passed on to the parts alone that do not have it.
//
// Threads: one loop.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/protocol.h"

namespace gatehouse::broker {

class HeldParts {
public:
    explicit HeldParts(std::uint64_t use = 0) : use_(use) {}

    void add_loop(std::size_t loop) { loops_ |= std::uint64_t{1} << loop; }
    // Whatever there may be has it.
    void add_all_loops() { loops_ = ~std::uint64_t{0}; }
    // By its shared filter: numbers are given anew at each start.
    void add_group(std::string_view group) { groups_.emplace_back(group); }

    // Whether the use of the packet id is the latest known, of which the parts are.
    bool is_of_use(std::uint64_t use) {
        if (use > use_) *this = HeldParts(use);
        return use == use_;
    }

    std::uint64_t loops() const { return loops_; }  // bit n: loop n
    bool has_loop(std::size_t loop) const { return (loops_ >> loop & 1) != 0; }
    bool has_group(std::string_view group) const {
        return std::ranges::find(groups_, group) != groups_.end();
    }

private:
    std::uint64_t use_;  // of the packet id (HeldId)
    std::uint64_t loops_ = 0;
    std::vector<std::string> groups_;
};

// Of packet ids that were held when the server started, until the client repeats or releases them.
using HeldSinceStart = std::map<mqtt::PacketId, HeldParts>;

}  // namespace gatehouse::broker
