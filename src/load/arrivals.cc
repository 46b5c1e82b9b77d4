#include "load/arrivals.h"

#include <algorithm>

namespace gatehouse::load {

std::uint64_t total(const Reasons& reasons) {
    std::uint64_t sum = 0;
    for (const auto& [reason, count] : reasons) sum += count;
    return sum;
}

double Arrivals::per_second() const {
    const std::chrono::duration<double> took = last_at - first_at;
    return took.count() > 0 ? static_cast<double>(succeeded) / took.count() : 0;
}

bool ConnectPace::allows_one_more(const Arrivals& arrivals, SteadyTime now) const {
    if (arrivals.under_way >= under_way_max) return false;
    if (a_second == 0 || arrivals.started == 0) return true;
    const std::chrono::duration<double> since = now - arrivals.first_at;
    return static_cast<double>(arrivals.started) <= since.count() * a_second;
}

std::chrono::milliseconds ConnectPace::wait() const {
    if (a_second == 0) return std::chrono::milliseconds(100);
    return std::chrono::milliseconds(std::clamp(static_cast<int>(1000 / a_second), 1, 100));
}

}  // namespace gatehouse::load
