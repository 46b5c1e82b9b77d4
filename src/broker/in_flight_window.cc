#include "broker/in_flight_window.h"

namespace gatehouse::broker {
namespace {

// A larger ring of which no more than a quarter is open has something old to be set aside.
constexpr std::size_t ring_always_kept = 64;
// Places that ids cannot go round in: they are fewer than there are ids.
constexpr std::size_t ring_max = 32'768;

}  // namespace

void InFlightWindow::make_place() {
    const std::size_t in_ring = open_ - (aside_ == nullptr ? 0 : aside_->sent.size());
    const bool is_sparse = ring_.size() > ring_always_kept && in_ring <= ring_.size() / 4;
    if (is_sparse || ring_.size() == ring_max) return set_older_half_aside();
    grow();
}

void InFlightWindow::grow() {
    std::vector<InFlight> larger(ring_.empty() ? 8 : ring_.size() * 2);
    for (std::uint32_t place = 0; place != span_; ++place) larger[place] = std::move(at(place));
    ring_ = std::move(larger);
    begin_ = 0;
}

void InFlightWindow::set_older_half_aside() {
    if (aside_ == nullptr) aside_ = std::make_unique<Aside>();
    for (std::uint32_t place = 0; place != ring_.size() / 2; ++place) {
        if (!at(place).is_open) continue;
        aside_->sent.push_back({id_at(place), std::move(at(place))});
        aside_->by_id.emplace(id_at(place), std::prev(aside_->sent.end()));
        at(place).is_open = false;
    }
    begin_with_an_open_one();
}

void InFlightWindow::skip_id() {
    if (span_ == ring_.size()) make_place();
    if (span_ == 0) {
        first_id_ = following(first_id_);
    } else {
        at(span_++) = {};
    }
}

void InFlightWindow::skip_ids_set_aside() {
    while (aside_->by_id.contains(id_at(span_))) skip_id();
    if (span_ == ring_.size()) make_place();
}

InFlight* InFlightWindow::find_aside(mqtt::PacketId id) {
    const auto found = aside_->by_id.find(id);
    return found == aside_->by_id.end() ? nullptr : &found->second->message;
}

bool InFlightWindow::close_aside(mqtt::PacketId id) {
    const auto found = aside_->by_id.find(id);
    if (found == aside_->by_id.end()) return false;
    take_message(found->second->message);
    aside_->sent.erase(found->second);
    aside_->by_id.erase(found);
    --open_;
    if (aside_->sent.empty()) aside_.reset();
    return true;
}

}  // namespace gatehouse::broker
