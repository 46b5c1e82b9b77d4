#include "authentication/circuit.h"

#include <algorithm>
#include <utility>

namespace gatehouse::authentication {
namespace {

// While everybody is kept out, probes of those that never got in are so many times rarer: who
// hammers must not take those that would find out that the function works again.
constexpr int rarer_for_strangers = 3;

}  // namespace

bool Circuit::may_ask(const Client& client, SteadyTime now) {
    if (!is_open() || !is_kept_out(client)) return true;
    if (takes_new_address(client, now)) return true;
    int intervals = is_down() && !is_known(client.key) ? rarer_for_strangers : 1;
    if (client.address != last_probe_address_) {
        others_asked_ = now;
    } else if (others_asked_ != SteadyTime{} &&
               now - others_asked_ < settings_.others_asked_within) {
        intervals = std::max(intervals, settings_.intervals_left_to_others);
    }
    return take_probe(client.address, now, settings_.probe_interval * intervals);
}

bool Circuit::may_refresh(SteadyTime now) {
    if (!is_open() || !is_down()) return true;
    if (now < last_refresh_probe_ + settings_.probe_interval) return false;
    last_refresh_probe_ = now;
    return true;
}

bool Circuit::takes_new_address(const Client& client, SteadyTime now) {
    if (is_down() || failed_of_address_.contains(client.address) || now < next_new_address_) {
        return false;
    }
    next_new_address_ = now + settings_.new_address_interval;
    return true;
}

bool Circuit::take_probe(const GateKey& address, SteadyTime now,
                         std::chrono::milliseconds since_last) {
    if (now < last_probe_ + since_last) return false;
    last_probe_ = now;
    last_probe_address_ = address;
    others_asked_ = {};
    return true;
}

void Circuit::failed(const Client& client, SteadyTime now) {
    ++failures_in_row_;
    if (failures_in_row_ == settings_.failures_to_open) {
        last_probe_ = now;
        last_probe_address_ = client.address;
    }
    is_known(client.key) ? note_known(client) : suspect(client, now);
    const auto [found, is_new] = failed_.try_emplace(client.key);
    Failed& own = found->second;
    if (is_new) {
        own.address = client.address;
        own.place = failed_in_turn_.insert(failed_in_turn_.end(), client.key);
        ++failed_of_address_[client.address];
    } else {
        failed_in_turn_.splice(failed_in_turn_.end(), failed_in_turn_, own.place);
    }
    ++own.times;
    if (failed_.size() > settings_.clients_max) forget_oldest();
}

void Circuit::suspect(const Client& client, SteadyTime now) {
    const auto is_over = [&](const auto& one) {
        return now - one.second.last >= settings_.suspect_for;
    };
    if (suspicions_.size() >= settings_.clients_max && !suspicions_.contains(client.address)) {
        std::erase_if(suspicions_, is_over);
        if (suspicions_.size() >= settings_.clients_max) suspicions_.erase(suspicions_.begin());
    }
    const auto [found, is_new] = suspicions_.try_emplace(client.address);
    Suspicion& suspicion = found->second;
    if (!is_new && is_over(*found)) suspicion.clients.clear();
    suspicion.last = now;
    if (suspicion.clients.size() < settings_.failed_of_address_max &&
        std::ranges::find(suspicion.clients, client.key) == suspicion.clients.end()) {
        suspicion.clients.push_back(client.key);
    }
}

Standing Circuit::standing_of(const Client& client, SteadyTime now) const {
    if (is_known(client.key)) return Standing::Known;
    const auto found = suspicions_.find(client.address);
    const bool is_suspect = found != suspicions_.end() &&
                            found->second.clients.size() >= settings_.failed_of_address_max &&
                            now - found->second.last < settings_.suspect_for;
    return is_suspect ? Standing::Suspect : Standing::New;
}

void Circuit::let_in(const Client& client) {
    know(client.key);
    suspicions_.erase(client.address);
}

void Circuit::forget(const Client& client) {
    known_.erase(client.key);
    known_before_.erase(client.key);
}

void Circuit::answered() {
    if (failures_in_row_ == 0) return;
    failures_in_row_ = 0;
    failed_.clear();
    failed_in_turn_.clear();
    failed_of_address_.clear();
    known_failed_.clear();
    known_failed_addresses_.clear();
}

void Circuit::note_known(const Client& client) {
    if (is_down()) return;
    known_failed_.insert(client.key);
    known_failed_addresses_.insert(client.address);
}

bool Circuit::is_down() const {
    return known_failed_.size() >= settings_.known_failed_anywhere_max ||
           (known_failed_.size() >= settings_.known_failed_max &&
            known_failed_addresses_.size() >= settings_.known_failed_addresses_max);
}

void Circuit::forget_oldest() {
    const auto oldest = failed_.find(failed_in_turn_.front());
    const auto address = failed_of_address_.find(oldest->second.address);
    if (--address->second == 0) failed_of_address_.erase(address);
    failed_in_turn_.pop_front();
    failed_.erase(oldest);
}

bool Circuit::is_kept_out(const Client& client) const {
    if (is_down()) return true;
    const auto own = failed_.find(client.key);
    if (is_known(client.key)) {
        return own != failed_.end() && own->second.times >= settings_.failures_of_known_max;
    }
    if (own != failed_.end()) return true;
    if (failed_of_address_.size() >= settings_.failed_addresses_max) return true;
    const auto address = failed_of_address_.find(client.address);
    return address != failed_of_address_.end() &&
           address->second >= settings_.failed_of_address_max;
}

bool Circuit::is_known(const GateKey& key) const {
    return known_.contains(key) || known_before_.contains(key);
}

void Circuit::know(const GateKey& key) {
    known_.insert(key);
    if (known_.size() >= settings_.clients_max / 2) known_before_ = std::exchange(known_, {});
}

}  // namespace gatehouse::authentication
