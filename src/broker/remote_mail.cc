#include "broker/remote_mail.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "broker/journal.h"

namespace gatehouse::broker {

namespace {

// A batch of this size is handed over without waiting for the end of the turn.
constexpr std::size_t full_batch = 64 * 1024;
constexpr std::size_t spares_max = 4;
constexpr std::size_t spare_bytes_max = 1024 * 1024;

template <class Value>
void append_raw(Bytes& batch, const Value& value) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&value);
    batch.insert(batch.end(), bytes, bytes + sizeof value);
}

}  // namespace

PostOffice::PostOffice(std::size_t loops, std::size_t lane_bytes_max)
    : lane_bytes_max_(lane_bytes_max), desks_(loops), lanes_(loops * loops) {}

void PostOffice::hand_over(std::size_t from, std::size_t to, Bytes& batch) {
    Lane& way = lane(from, to);
    way.waiting.fetch_add(batch.size(), std::memory_order_relaxed);
    {
        const std::lock_guard lock(way.mutex);
        way.batches.push_back(std::move(batch));
        batch = {};
        if (!way.spare.empty()) {
            batch = std::move(way.spare.back());
            way.spare.pop_back();
        }
    }
    wake(to);
}

void PostOffice::take(std::size_t from, std::size_t to, std::vector<Bytes>& batches) {
    Lane& way = lane(from, to);
    const std::lock_guard lock(way.mutex);
    batches.swap(way.batches);
}

void PostOffice::give_back(std::size_t from, std::size_t to, std::vector<Bytes>& batches) {
    Lane& way = lane(from, to);
    std::size_t bytes = 0;
    {
        const std::lock_guard lock(way.mutex);
        for (Bytes& batch : batches) {
            bytes += batch.size();
            if (way.spare.size() < spares_max && batch.capacity() <= spare_bytes_max) {
                batch.clear();
                way.spare.push_back(std::move(batch));
            }
        }
    }
    batches.clear();
    way.waiting.fetch_sub(bytes, std::memory_order_seq_cst);
    if (way.is_relief_wanted.load(std::memory_order_seq_cst) && is_relieved(from, to) &&
        way.is_relief_wanted.exchange(false, std::memory_order_seq_cst)) {
        wake(from);
    }
}

void PostOffice::wake(std::size_t loop) {
    Desk& desk = desks_[loop];
    if (!desk.is_woken.exchange(true, std::memory_order_acq_rel)) desk.port->wake();
}

void PostOffice::settle(std::size_t from, std::size_t to, std::uint64_t batches) {
    Lane& way = lane(from, to);
    way.settled.store(batches, std::memory_order_seq_cst);
    if (way.is_settlement_wanted.load(std::memory_order_seq_cst) &&
        way.is_settlement_wanted.exchange(false, std::memory_order_seq_cst)) {
        wake(from);
    }
}

RemoteMail::RemoteMail(PostOffice& post_office, std::size_t loop, Journal& journal)
    : post_office_(post_office),
      loop_(loop),
      outgoing_(post_office.loops()),
      known_(post_office.loops()),
      journal_(journal),
      sent_(post_office.loops()),
      received_(post_office.loops()) {}

bool RemoteMail::send(std::size_t to, TenantState& tenant, Route& route,
                      const Publication& publication, Durable durable, ShareTarget target) {
    const std::uint64_t bit = std::uint64_t{1} << to;
    if (route.remote_number_ == 0) {
        if (free_numbers_.empty()) {
            route.remote_number_ = next_number_++;
        } else {
            route.remote_number_ = free_numbers_.back();
            free_numbers_.pop_back();
        }
    }
    Header header{};
    header.route_number = route.remote_number_;
    if ((route.told_loops_ & bit) == 0) {
        header.kind = Kind::Topic;
        header.tenant = &tenant;
        append(to, header, route.topic(), {});
        route.told_loops_ |= bit;
        route.ever_told_loops_ |= bit;
    }
    header.kind = target.group == 0 ? Kind::Message : Kind::SharedMessage;
    header.is_held = durable == Durable::Yes && publication.held.holder != 0;
    header.has_number = durable == Durable::Yes && publication_ != 0;
    append(to, header, {}, publication);
    if (target.group != 0) append_raw(outgoing_[to], target);
    if (header.is_held) [[unlikely]]
        append_raw(outgoing_[to], publication.held);
    if (header.has_number) {
        append_raw(outgoing_[to], publication_);
        is_publication_sent_ = true;
    }
    if (durable == Durable::Yes) sent_[to].durable = sent_[to].handed_over + 1;
    const bool is_congested = post_office_.is_congested(loop_, to, outgoing_[to].size());
    if (outgoing_[to].size() >= full_batch) {
        post_office_.hand_over(loop_, to, outgoing_[to]);
        ++sent_[to].handed_over;
        outgoing_loops_ &= ~bit;
    }
    return is_congested;
}

void RemoteMail::forget(Route& route) {
    if (route.remote_number_ == 0) return;
    Header header{};
    header.kind = Kind::Forget;
    header.route_number = route.remote_number_;
    for (std::size_t to = 0; to < outgoing_.size(); ++to) {
        if ((route.ever_told_loops_ >> to & 1) != 0) append(to, header, {}, {});
    }
    // A later route of this number is described after the loops have forgotten this one.
    free_numbers_.push_back(route.remote_number_);
    route.remote_number_ = 0;
    route.told_loops_ = 0;
    route.ever_told_loops_ = 0;
}

void RemoteMail::reclaim(TenantState& tenant, ShareNumber group, Reclaim how_much,
                         std::uint64_t loops) {
    Header header{};
    header.kind = how_much == Reclaim::All ? Kind::Reclaim : Kind::ReclaimSome;
    header.tenant = &tenant;
    header.route_number = group;
    for (std::size_t to = 0; to < outgoing_.size(); ++to) {
        if (to != loop_ && (loops >> to & 1) != 0) append(to, header, {}, {});
    }
}

void RemoteMail::recall(std::uint64_t publication) {
    Header header{};
    header.kind = Kind::Recall;
    header.has_number = true;
    for (std::size_t to = 0; to < outgoing_.size(); ++to) {
        if (to == loop_) continue;
        append(to, header, {}, {});
        append_raw(outgoing_[to], publication);
    }
}

void RemoteMail::hand_over() {
    for (std::size_t to = 0; outgoing_loops_ != 0; ++to) {
        if ((outgoing_loops_ >> to & 1) == 0) continue;
        outgoing_loops_ &= ~(std::uint64_t{1} << to);
        post_office_.hand_over(loop_, to, outgoing_[to]);
        ++sent_[to].handed_over;
    }
}

// --- what is settled -------------------------------------------------------------------------

void RemoteMail::wait_with(std::uint64_t ticket) {
    for (std::size_t to = 0; to < sent_.size(); ++to) {
        Sent& sent = sent_[to];
        const bool is_marked = !sent.marks.empty() && sent.marks.back().batch >= sent.durable;
        if (sent.durable == 0 || is_marked) continue;
        if (post_office_.settled(loop_, to) < sent.durable) {
            sent.marks.push_back({ticket, sent.durable});
        }
    }
}

bool RemoteMail::is_settled(std::uint64_t ticket) {
    bool all = true;
    for (std::size_t to = 0; to < sent_.size(); ++to) {
        auto& marks = sent_[to].marks;
        while (!marks.empty() && marks.front().ticket <= ticket) {
            if (post_office_.settled(loop_, to) < marks.front().batch) {
                all = false;
                break;
            }
            marks.pop_front();
        }
    }
    return all;
}

void RemoteMail::note_received(std::size_t from) {
    if (!journal_.is_kept()) return;
    Received& received = received_[from];
    ++received.batches;
    if (received.unsettled.empty() && journal_.settled() >= journal_.last()) {
        return post_office_.settle(from, loop_, received.batches);
    }
    received.unsettled.push_back({received.batches, journal_.last()});
}

void RemoteMail::settle_received() {
    for (std::size_t from = 0; from < received_.size(); ++from) {
        auto& unsettled = received_[from].unsettled;
        std::uint64_t batch = 0;
        while (!unsettled.empty() && unsettled.front().journal <= journal_.settled()) {
            batch = unsettled.front().batch;
            unsettled.pop_front();
        }
        auto& recallable = received_[from].recallable;
        while (!recallable.empty() && recallable.front().records.last <= journal_.settled()) {
            recallable.pop_front();
        }
        if (batch != 0) post_office_.settle(from, loop_, batch);
    }
}

std::uint64_t RemoteMail::last_record() const {
    return journal_.last();
}

void RemoteMail::note_recalled(std::size_t from, std::uint64_t publication) {
    const auto& recallable = received_[from].recallable;
    // One for those subscribed, and one for each group.
    const auto found =
        std::ranges::equal_range(recallable, publication, {}, &Recallable::publication);
    for (const Recallable& each : found) recalled_.push_back(each.records);
}

bool RemoteMail::is_relieved() {
    bool all = true;
    for (std::size_t to = 0; to < outgoing_.size(); ++to) {
        if (post_office_.is_relieved(loop_, to)) continue;
        // Asked for first, looked at again afterwards: the lane may empty in between.
        post_office_.want_relief(loop_, to);
        if (!post_office_.is_relieved(loop_, to)) all = false;
    }
    return all;
}

void RemoteMail::append(std::size_t to, const Header& values, std::string_view topic,
                        const Publication& publication) {
    Header header = values;
    header.topic_size = static_cast<std::uint32_t>(topic.size());
    header.properties_size = static_cast<std::uint32_t>(publication.properties.size());
    header.payload_size = static_cast<std::uint32_t>(publication.payload.size());
    header.expiry_seconds = publication.expiry_seconds;
    header.expiry_at = publication.expiry_at;
    header.qos = publication.qos;
    header.retain = publication.retain;
    header.was_stored = publication.was_stored;
    Bytes& batch = outgoing_[to];
    if (batch.capacity() == 0) batch.reserve(full_batch + full_batch / 4);
    append_raw(batch, header);
    batch.insert(batch.end(), topic.begin(), topic.end());
    batch.insert(batch.end(), publication.properties.begin(), publication.properties.end());
    batch.insert(batch.end(), publication.payload.begin(), publication.payload.end());
    outgoing_loops_ |= std::uint64_t{1} << to;
}

RemoteMail::Arrival RemoteMail::read(std::size_t from, BytesView& left) {
    Header header;
    std::memcpy(&header, left.data(), sizeof header);
    left = left.subspan(sizeof header);
    const auto cut = [&left](std::size_t size) {
        const BytesView part = left.first(size);
        left = left.subspan(size);
        return part;
    };
    const std::string_view topic = text_of(cut(header.topic_size));
    Arrival arrival;
    arrival.publication = {.properties = cut(header.properties_size),
                           .expiry_seconds = header.expiry_seconds,
                           .expiry_at = header.expiry_at,
                           .qos = header.qos,
                           .retain = header.retain,
                           .was_stored = header.was_stored};
    arrival.publication.payload = cut(header.payload_size);
    const auto read_number = [&] {
        std::memcpy(&arrival.publication_number, cut(sizeof arrival.publication_number).data(),
                    sizeof arrival.publication_number);
    };
    if (header.kind == Kind::Recall) {
        arrival.is_recall = true;
        read_number();
        return arrival;
    }
    if (header.kind == Kind::Reclaim || header.kind == Kind::ReclaimSome) {
        arrival.how_much = header.kind == Kind::Reclaim ? Reclaim::All : Reclaim::Some;
        arrival.tenant = header.tenant;
        arrival.target.group = header.route_number;
        return arrival;
    }
    auto& known = known_[from];
    if (header.route_number >= known.size()) known.resize(header.route_number + 1);
    auto& entry = known[header.route_number];
    switch (header.kind) {
        case Kind::Topic:
            if (entry == nullptr) entry = std::make_unique<Known>();
            entry->tenant = header.tenant;
            entry->route.assign(topic);
            break;
        case Kind::Forget:
            if (entry != nullptr) forget(entry->route);  // which went on to other loops
            entry.reset();
            break;
        case Kind::SharedMessage:
            std::memcpy(&arrival.target, cut(sizeof arrival.target).data(), sizeof arrival.target);
            [[fallthrough]];
        case Kind::Message:
            assert(entry != nullptr);
            arrival.tenant = entry->tenant;
            arrival.route = &entry->route;
            if (header.is_held) [[unlikely]] {
                std::memcpy(&arrival.publication.held, cut(sizeof(HeldId)).data(), sizeof(HeldId));
            }
            if (header.has_number) read_number();
            break;
        case Kind::Recall: break;
        case Kind::Reclaim: break;
        case Kind::ReclaimSome: break;
    }
    return arrival;
}

}  // namespace gatehouse::broker
