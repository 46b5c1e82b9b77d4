#include "broker/lease.h"

#include <utility>

#include "broker/publisher.h"
#include "broker/session.h"
#include "broker/shard.h"
#include "broker/shared_state.h"
#include "broker/withheld.h"

namespace gatehouse::broker {

Lease::Lease(Session& session, SessionPresent present)
    : session_(&session), session_present_(present) {
    session.lease_ = this;
}

Lease::Lease(Lease&& other) noexcept
    : session_(std::exchange(other.session_, nullptr)),
      session_present_(other.session_present_),
      is_from_another_(other.is_from_another_) {
    if (session_ != nullptr) session_->lease_ = this;
}

Lease& Lease::operator=(Lease&& other) noexcept {
    if (this == &other) return *this;
    if (session_ != nullptr) detach(WillFate::Publish);
    session_ = std::exchange(other.session_, nullptr);
    session_present_ = other.session_present_;
    is_from_another_ = other.is_from_another_;
    if (session_ != nullptr) session_->lease_ = this;
    return *this;
}

Lease::~Lease() {
    if (session_ != nullptr) detach(WillFate::Publish);
}

std::uint32_t Lease::connection_number() const {
    return session_->attachment_;
}

void Lease::start_delivery() {
    session_->shard_.start_delivery(*session_);
}

Publisher& Lease::publisher() {
    if (session_->publisher_ == nullptr) {
        session_->publisher_.reset(new Publisher(session_->shard_, session_->tenant_, *session_));
    }
    return *session_->publisher_;
}

Result<mqtt::Qos> Lease::subscribe(std::string_view filter, SubscriptionOptions options) {
    Shard& shard = session_->shard_;
    return shard.subscribe(*session_, filter, options,
                           shard.shared_.settings.limits.subscriptions_per_session_max);
}

bool Lease::unsubscribe(std::string_view filter) {
    return session_->shard_.unsubscribe(*session_, filter);
}

void Lease::send_retained() {
    session_->shard_.send_retained(*session_);
}

bool Lease::acknowledge(mqtt::PacketId packet_id) {
    return session_->shard_.delivery_.acknowledge(*session_, packet_id);
}

bool Lease::note_not_taken(mqtt::PacketId packet_id, mqtt::ReasonCode reason) {
    return session_->shard_.delivery_.note_not_taken(*session_, packet_id, reason);
}

void Lease::acknowledge_when_kept(mqtt::PacketType type, mqtt::PacketId packet_id) {
    session_->shard_.withhold(
        *session_,
        {.kind = WithheldItem::Kind::Acknowledgement, .type = type, .packet_id = packet_id});
}

bool Lease::must_wait() const {
    return session_->withheld_ != 0;
}

std::size_t Lease::withheld() const {
    return session_->withheld_;
}

bool Lease::is_kept() const {
    return session_->record_ != 0;
}

void Lease::send_when_kept(Bytes packet) {
    session_->shard_.send_when_kept(*session_, std::move(packet));
}

bool Lease::note_received(mqtt::PacketId packet_id) {
    return session_->shard_.delivery_.note_received(*session_, packet_id);
}

bool Lease::note_refused(mqtt::PacketId packet_id) {
    return session_->shard_.delivery_.note_refused(*session_, packet_id);
}

bool Lease::note_completed(mqtt::PacketId packet_id) {
    return session_->shard_.delivery_.note_completed(*session_, packet_id);
}

bool Lease::is_unreleased(mqtt::PacketId packet_id) const {
    return session_->shard_.delivery_.is_unreleased(*session_, packet_id);
}

std::size_t Lease::unreleased_of_connection() const {
    return session_->shard_.delivery_.unreleased_of_connection(*session_);
}

bool Lease::may_be_incomplete(mqtt::PacketId packet_id) const {
    return session_->shard_.delivery_.may_be_incomplete(*session_, packet_id);
}

bool Lease::release(mqtt::PacketId packet_id) {
    return session_->shard_.delivery_.release(*session_, packet_id);
}

void Lease::outbound_ready() {
    session_->is_output_full_ = false;
    session_->shard_.delivery_.send_queued(*session_);
}

void Lease::policies_changed(std::unique_ptr<WillPermit> will_permit) {
    ++session_->guard_generation_;
    if (session_->will_ == nullptr) return;
    session_->will_->permit = std::move(will_permit);
    session_->shard_.note_last_permission(*session_);
}

void Lease::observe_deliveries(Observe observe, std::uint32_t since) {
    session_->unobserved_since_ = observe == Observe::Yes ? Session::is_observed : since;
}

void Lease::detach(WillFate fate, std::optional<std::uint32_t> expiry_seconds) {
    Session& session = *session_;
    if (expiry_seconds) session.expiry_seconds_ = *expiry_seconds;
    session.shard_.detach(session, fate);
}

}  // namespace gatehouse::broker
