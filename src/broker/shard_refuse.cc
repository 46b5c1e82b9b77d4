// The part of Shard that refuses publishes which the disk does not take, and takes them back.
//
// QoS 1 is refused in any case: who was sent the message already may get it once more, as QoS 1
// allows. QoS 2 is refused where nobody has it then; else it waits until the disk takes it.
#include <algorithm>
#include <ranges>
#include <utility>

#include "broker/shard.h"
#include "broker/shared_state.h"
#include "broker/withheld.h"

namespace gatehouse::broker {

std::vector<WithheldItem*> Withheld::undecided() {
    std::vector<WithheldItem*> found;
    if (refusable_ == 0) return found;
    found.reserve(std::exchange(refusable_, 0));
    for (WithheldItem& item : items_) {
        if (is_refusable(item)) found.push_back(&item);
    }
    return found;
}

std::vector<WithheldItem> Withheld::take_decided() {
    std::vector<WithheldItem> taken;
    std::erase_if(items_, [&](WithheldItem& item) {
        using Fate = WithheldItem::Fate;
        if (item.fate != Fate::Refused && item.fate != Fate::Granted) return false;
        taken.push_back(std::move(item));
        return true;
    });
    return taken;
}

// --- what a publish leaves -------------------------------------------------------------------

Shard::TrailStart Shard::begin_trail() {
    mail_.begin_publication();
    trail_ = {};
    return {.journal = journal_->last(), .given = journal_->given(), .sent = sent()};
}

void Shard::end_trail(const TrailStart& start, const Session* publisher, Kept kept) {
    trail_.mail = mail_.end_publication();
    trail_.numbers = static_cast<std::uint32_t>(journal_->last() - start.journal);
    trail_.records = static_cast<std::uint32_t>(journal_->given() - start.given);
    trail_.is_of_publish = true;
    trail_.is_needed = kept == Kept::OnItsWay;
    trail_.was_sent |= sent() != start.sent;
    trail_of_ = publisher;
}

// Of an acknowledgement that repeats another, none.
Trail Shard::take_trail(const Session* publisher) {
    if (!trail_.is_of_publish || trail_of_ != publisher) return {};
    return std::exchange(trail_, {});
}

std::uint64_t Shard::sent() const {
    std::uint64_t sum = 0;
    for (const Counter& counter : counters_.delivered) sum += counter.value();
    return sum;
}

// --- refusing --------------------------------------------------------------------------------

void Shard::refuse_what_waits() {
    const std::vector<WithheldItem*> items = withheld_->undecided();
    if (items.empty()) return;
    decide_fates(items);
    std::vector<RecordSpan> spans;
    std::vector<WithheldItem> decided = withheld_->take_decided();
    const auto is_refused = [](const WithheldItem& item) {
        return item.fate == WithheldItem::Fate::Refused;
    };
    auto refused = std::views::filter(decided, is_refused);
    for (const WithheldItem& item : refused) {
        spans.push_back({item.journal - item.trail.numbers, item.journal});
        if (item.trail.mail != 0) recall(item.trail.mail);
    }
    take_back(RecordSpans(std::move(spans)));
    // The newest first, so that the oldest gives back what was there before all of them.
    for (const WithheldItem& item : std::views::reverse(refused)) {
        if (item.trail.retained != nullptr) take_back(*item.trail.retained);
    }
    for (const WithheldItem& item : refused) {
        Session* session = waiting_session(item);
        if (session != nullptr && item.type == mqtt::PacketType::Pubrec) {
            release_refused(*session, item.packet_id);
        }
    }
    for (WithheldItem& item : decided) is_refused(item) ? refuse(item) : release(item);
}

// Who is gone is not told, and repeats it.
void Shard::decide_fates(const std::vector<WithheldItem*>& items) {
    std::vector<RecordSpan> spans;
    std::vector<WithheldItem*> of_span;
    for (WithheldItem* item : items) {
        const bool is_call = item->kind == WithheldItem::Kind::Call;
        const bool is_at_least_once = is_call || item->type == mqtt::PacketType::Puback;
        item->fate = WithheldItem::Fate::Waits;
        if (!item->trail.is_of_publish || (!is_call && waiting_session(*item) == nullptr)) continue;
        if (!item->trail.is_needed) {
            // It was in its place behind others. PUBRECs may have to stay behind one that waits.
            if (is_at_least_once) item->fate = WithheldItem::Fate::Granted;
        } else if (is_at_least_once) {
            item->fate = WithheldItem::Fate::Refused;
        } else if (!item->trail.was_sent && item->trail.mail == 0) {
            spans.push_back({item->journal - item->trail.numbers, item->journal});
            of_span.push_back(item);
        }
    }
    const RecordSpans wanted(std::move(spans));
    std::vector<std::uint32_t> found(of_span.size());
    if (!wanted.is_empty()) {
        directory_.for_each([&](Session& session) {
            delivery_.for_each_unsent(session, [&](RecordNumber record) {
                if (const auto span = wanted.find(record)) ++found[*span];
            });
        });
    }
    for (std::size_t i = 0; i < of_span.size(); ++i) {
        if (found[i] == of_span[i]->trail.records) of_span[i]->fate = WithheldItem::Fate::Refused;
    }
}

void Shard::take_back(const RecordSpans& spans) {
    if (spans.is_empty()) return;
    directory_.for_each([&](Session& session) { delivery_.take_back(session, spans); });
}

void Shard::take_back(const RetainedTrail& trail) {
    const RetainedStore::Put& put = trail.put;
    const std::uint64_t version = trail.tenant->retained.take_back(put);
    if (version == 0) return;
    storage::RetainedRow row{.account = trail.tenant->name.account.view(),
                             .region = trail.tenant->name.region.view(),
                             .topic = put.before != nullptr ? put.before->topic : put.stored->topic,
                             .version = version};
    if (put.before != nullptr) {
        row.properties = put.before->properties;
        row.payload = put.before->payload;
        row.qos = static_cast<std::uint8_t>(put.before->qos);
        row.expiry_at = put.before->expiry_at;
        row.expires_at = journal_->wall_of(put.before->expires_at);
        row.retained_at = put.before->retained_at;
    }
    journal_->put_retained(row);
}

void Shard::recall(std::uint64_t publication) {
    if (!mail_.has_outgoing()) port_.request_turn_end();
    mail_.recall(publication);
}

void Shard::refuse(const WithheldItem& item) {
    counters_.not_kept.add(1);
    if (item.kind == WithheldItem::Kind::Call) return (*item.call)(false);
    Session* session = waiting_session(item);
    if (session == nullptr) return;
    --session->withheld_;
    session->outbound_->on_not_kept(item.type, item.packet_id);
}

// On disk once more after other loops have written what they have of the message.
void Shard::release_refused(Session& session, mqtt::PacketId packet_id) {
    const std::uint64_t use = journal_->last();
    if (!delivery_.release(session, packet_id) || session.record_ == 0) return;
    remove_when_kept({.session = session.record_, .packet_id = packet_id, .use = use});
}

// --- from sessions ---------------------------------------------------------------------------

void Delivery::take_back(Session& session, const RecordSpans& spans) {
    if (session.flow_ == nullptr) return;
    SessionFlow& flow = *session.flow_;
    std::vector<mqtt::PacketId> closed;
    flow.window.for_each([&](mqtt::PacketId id, const InFlight& sent) {
        if (!sent.is_unsent || !spans.find(sent.record)) return;
        journal_.remove(session, sent.record, sent.message);
        closed.push_back(id);
    });
    for (const mqtt::PacketId id : closed) flow.window.close(id);
    flow.queue.extract(
        [&](const QueuedMessage& queued) { return spans.find(queued.record).has_value(); },
        [&](const QueuedMessage& queued) {
            bytes_.remove_queued(queued.message->bytes());
            journal_.remove(session, queued.record, queued.message);
        });
    note_load(session);
    release_if_idle(session);
}

}  // namespace gatehouse::broker
