#include "broker/route_cache.h"

#include <algorithm>

namespace gatehouse::broker {

Route& RouteCache::find_slowly(std::string_view topic) {
    const auto begin = routes_.begin();
    for (std::size_t i = 1; i < count_; ++i) {
        if (!is_for(*routes_[i], topic)) continue;
        std::rotate(begin, begin + static_cast<std::ptrdiff_t>(i),
                    begin + static_cast<std::ptrdiff_t>(i) + 1);
        return *routes_[0];
    }
    if (count_ < routes_max) routes_[count_++] = std::make_unique<Route>();
    const auto used = static_cast<std::ptrdiff_t>(count_);
    std::rotate(begin, begin + used - 1, begin + used);
    routes_[0]->assign(topic);
    return *routes_[0];
}

}  // namespace gatehouse::broker
