// The routes of the topics that one publisher used last. Nearly always it is the same topic
// again, so the last one is compared first; there are few, and they are made as needed.
//
// Threads: one loop.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "base/pinned.h"
#include "broker/route.h"

namespace gatehouse::broker {

class RouteCache : Pinned {
public:
    static constexpr std::size_t routes_max = 4;

    // The route of the topic. If there is none, the one that was not used for longest (or a new
    // one) becomes it.
    Route& find(std::string_view topic) {
        if (count_ != 0 && is_for(*routes_[0], topic)) return *routes_[0];
        return find_slowly(topic);
    }
    template <class Visit>
    void for_each(Visit visit) {
        for (std::size_t i = 0; i < count_; ++i) visit(*routes_[i]);
    }

private:
    static bool is_for(const Route& route, std::string_view topic) {
        const std::string_view own = route.topic();
        return own.size() == topic.size() &&
               std::memcmp(own.data(), topic.data(), topic.size()) == 0;
    }
    Route& find_slowly(std::string_view topic);

    std::size_t count_ = 0;
    std::array<std::unique_ptr<Route>, routes_max> routes_;  // the last used first
};

}  // namespace gatehouse::broker
