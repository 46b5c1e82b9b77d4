#include "broker/in_flight_window.h"

namespace gatehouse::broker {

void InFlightWindow::grow() {
    std::vector<InFlight> larger(ring_.empty() ? 8 : ring_.size() * 2);
    for (std::uint32_t place = 0; place != span_; ++place) larger[place] = std::move(at(place));
    ring_ = std::move(larger);
    begin_ = 0;
}

}  // namespace gatehouse::broker
