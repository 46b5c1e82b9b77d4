#include "server/device/back_off.h"

#include <algorithm>

namespace gatehouse::server::device {

std::chrono::milliseconds BackOff::next() {
    const double share = 0.5 + random_.fraction() / 2;
    const std::chrono::milliseconds wait(
        static_cast<std::int64_t>(static_cast<double>(ceiling_.count()) * share));
    ceiling_ = std::min(ceiling_ * 2, bounds_.most);
    return wait;
}

}  // namespace gatehouse::server::device
