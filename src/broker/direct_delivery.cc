// A message for one connected client, subscribed or not: neither queued nor kept on disk.
//
// Source: AWS IoT Core Developer Guide, "Direct messaging".
#include <fmt/format.h>

#include <utility>

#include "broker/delivery.h"
#include "broker/session_frame.h"
#include "broker/shard.h"
#include "broker/shared_state.h"

namespace gatehouse::broker {

Result<mqtt::PacketId> Delivery::send_direct(Session& session, std::string_view topic,
                                             const Publication& publication) {
    if (session.guard_ != nullptr &&
        session.guard_->may_receive(topic).permission == Permission::Denied) {
        return fail(ErrorKind::NotAllowed,
                    fmt::format("the client's policies do not let it receive '{}'", topic));
    }
    const bool needs_window = publication.qos != mqtt::Qos::AtMostOnce;
    OwnFrame frame(frames_, session, {session.version_, publication.qos, Retain::No}, topic,
                   publication);
    if (frame.size() > session.packet_bytes_max_) {
        return fail(ErrorKind::TooLarge, "the client does not take packets of that size");
    }
    const MessageRef message =
        needs_window ? MessageRef::make(topic, publication, port_.now()) : MessageRef();
    const bool may_send =
        needs_window ? may_send_now(session) && has_room_in_flight(session, message->bytes())
                     : session.is_delivering_;
    if (!may_send || count_rate(session, frame.size()) == PublishRate::Exceeded) {
        return fail(ErrorKind::Unavailable, "the client takes no more messages at the moment");
    }
    std::uint8_t* const out = extend(session, frame.size());
    if (out == nullptr) {
        return fail(ErrorKind::Unavailable, "the client does not read what it is sent");
    }
    mqtt::PacketId id = 0;
    if (needs_window) {
        id = flow_of(session).window.open({.message = message,
                                           .sent_at = now_seconds(),
                                           .qos = publication.qos,
                                           .is_direct = true});
    }
    frame.write(out, id);
    note_delivered(session, topic, publication.qos, frame.size());
    return id;
}

void Delivery::when_answered(const Session& session, mqtt::PacketId packet_id, AnswerWaiter call) {
    answer_waiters_.insert_or_assign({session.attachment_, packet_id}, std::move(call));
}

void Delivery::forget_waiter(std::uint32_t attachment, mqtt::PacketId packet_id) {
    answer_waiters_.erase({attachment, packet_id});
}

void Delivery::tell_waiter(const Session& session, mqtt::PacketId packet_id,
                           mqtt::ReasonCode reason) {
    const auto found = answer_waiters_.find({session.attachment_, packet_id});
    if (found == answer_waiters_.end()) return;
    const AnswerWaiter call = std::move(found->second);
    answer_waiters_.erase(found);
    call(reason);
}

void Delivery::tell_waiters_of_end(const Session& session) {
    for (auto at = answer_waiters_.lower_bound({session.attachment_, 0});
         at != answer_waiters_.end() && at->first.first == session.attachment_;) {
        const AnswerWaiter call = std::move(at->second);
        at = answer_waiters_.erase(at);
        call(std::nullopt);
    }
}

bool Delivery::note_not_taken(Session& session, mqtt::PacketId packet_id, mqtt::ReasonCode reason) {
    if (!answer_waiters_.empty()) tell_waiter(session, packet_id, reason);
    return acknowledge(session, packet_id);
}

Result<DirectTicket> Shard::send_direct(const Tenant& tenant, std::string_view client_id,
                                        std::string_view topic, const Publication& publication,
                                        std::function<void(DirectAnswer)> on_answer) {
    Session* const session = directory_.find(shared_.tenant(tenant), client_id);
    if (session == nullptr || !session->is_connected()) {
        return fail(ErrorKind::NotFound, fmt::format("client '{}' is not connected", client_id));
    }
    const auto sent = delivery_.send_direct(*session, topic, publication);
    if (!sent) return fail(sent.error());
    const DirectTicket ticket{session->attachment_, *sent};
    if (*sent != 0 && on_answer) {
        delivery_.when_answered(*session, *sent, std::move(on_answer));
    }
    return ticket;
}

void Shard::forget_direct(const DirectTicket& ticket) {
    delivery_.forget_waiter(ticket.attachment, ticket.packet_id);
}

}  // namespace gatehouse::broker
