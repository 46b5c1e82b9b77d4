#include "broker/shard.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <utility>

#include "broker/shared_state.h"
#include "broker/stored_forms.h"
#include "broker/withheld.h"

namespace gatehouse::broker {

namespace {

// Where a start's numbers of attachments begin: above those of the start before, of sessions that
// outlive their connections in any case (restoring.cc), of others unless there were more than 8 a
// second on one loop ever since.
std::uint32_t first_attachment(const Clock* clock) {
    constexpr std::chrono::sys_days epoch = std::chrono::year(2026) / 1 / 1;
    constexpr std::int64_t a_second = 8;
    if (clock == nullptr) return 1;
    const auto since = std::chrono::floor<std::chrono::seconds>(clock->wall_now() - epoch);
    return static_cast<std::uint32_t>(std::max<std::int64_t>(1, since.count() * a_second));
}

}  // namespace

Shard::Shard(SharedState& shared, LoopPort& port, std::uint8_t loop)
    : shared_(shared),
      port_(port),
      loop_(loop),
      reader_(shared.quiescence),
      directory_(*this, loop),
      journal_(std::make_unique<Journal>(shared.writer.get(), shared.clock, port, expiries_, loop,
                                         shared.post_office.loops())),
      mail_(shared.post_office, loop, *journal_),
      withheld_(std::make_unique<Withheld>(*journal_, mail_)),
      delivery_(shared.settings, port, expiries_, shared.observer, counters_, *journal_, *withheld_,
                shared.kept_bytes),
      next_attachment_(first_attachment(shared.clock)) {
    shared_.post_office.connect(loop, port);
}

Shard::~Shard() {
    remove_released_pledges();
    // While the sessions are there, of which it speaks.
    journal_->finish();
}

// --- attaching -------------------------------------------------------------------------------

Lease Shard::attach(AttachRequest request) {
    assert(request.outbound != nullptr && request.receive_maximum > 0);
    TenantState& tenant = shared_.tenant(request.tenant);
    const std::string_view client_id = request.client_id.view();
    if (Session* holder = directory_.find(tenant, client_id); holder && holder->is_connected()) {
        counters_.takeovers.add(1);
        Outbound& outbound = *holder->outbound_;
        detach(*holder, WillFate::Publish);
        outbound.end(EndReason::TakenOver);
    }
    Session* session = directory_.find(tenant, client_id);
    const auto is_v5 = [](mqtt::ProtocolVersion version) {
        return version == mqtt::ProtocolVersion::V5;
    };
    if (session != nullptr && (request.clean_start == CleanStart::Yes ||
                               (shared_.settings.cross_version_resume == CrossVersionResume::No &&
                                is_v5(session->version_) != is_v5(request.version)))) {
        end_session(*session, SessionEnd::Clean);
        session = nullptr;
    }
    const SessionPresent present = session != nullptr ? SessionPresent::Yes : SessionPresent::No;
    if (session == nullptr) {
        session = &directory_.create(tenant, request.client_id);
        counters_.sessions_created.add(1);
    }
    const bool is_from_another =
        present == SessionPresent::Yes &&
        (session->principal_ == nullptr || *session->principal_ != request.principal);
    session->attachment_ = next_attachment_++;  // a delayed will is not due any more
    session->is_hand_on_due_ = false;
    session->will_ = std::move(request.will);
    session->version_ = request.version;
    session->expiry_seconds_ = request.session_expiry_seconds;
    session->receive_maximum_ = request.receive_maximum;
    session->packet_bytes_max_ = request.packet_bytes_max;
    session->aliases_ = request.topic_alias_maximum == 0
                            ? nullptr
                            : std::make_unique<TopicAliases>(request.topic_alias_maximum);
    session->outbound_ = request.outbound;
    session->guard_ = request.guard;
    ++session->guard_generation_;
    session->principal_ = session->is_persistent()
                              ? std::make_unique<const std::string>(std::move(request.principal))
                              : nullptr;
    if (journal_->is_kept()) keep(*session);
    Lease lease(*session, present);
    lease.is_from_another_ = is_from_another;
    return lease;
}

void Shard::start_delivery(Session& session) {
    delivery_.start(session);
    set_presence(session, Presence::Online);
}

// Its row on disk, from now on or as it is now.
void Shard::keep(Session& session) {
    if (session.record_ == 0 && !session.is_persistent()) return;
    if (session.record_ == 0) session.record_ = journal_->new_session();
    journal_->put_session(session, session.is_connected() ? 0 : journal_->wall_now());
}

// --- letting go ------------------------------------------------------------------------------

// Undoes what attach() and the lease did. The session is offline afterwards.
void Shard::release(Session& session) {
    delivery_.tell_waiters_of_end(session);
    session.lease_->session_ = nullptr;
    session.lease_ = nullptr;
    session.outbound_ = nullptr;
    session.guard_ = nullptr;
    ++session.guard_generation_;
    session.publisher_.reset();
    session.aliases_.reset();
    session.unobserved_since_ = 0;
    session.attachment_ = next_attachment_++;
    session.is_hand_on_due_ = false;
    session.withheld_ = 0;
    delivery_.stop(session);
    set_presence(session, Presence::Offline);
    std::erase_if(pending_retained_,
                  [&](const PendingRetained& pending) { return pending.session == &session; });
}

void Shard::detach(Session& session, WillFate fate) {
    release(session);
    if (fate == WillFate::Discard) session.will_.reset();
    if (!session.is_persistent()) return end_session(session, SessionEnd::Clean);
    if (session.record_ != 0) keep(session);
    if (session.load_ != nullptr) hand_on(session);
    const std::uint32_t expiry = session.expiry_seconds_;
    if (expiry != session_never_expires)
        schedule(session, Expiry::Kind::Session, std::chrono::seconds(expiry));
    if (session.will_ == nullptr) return;
    if (session.will_->delay_seconds == 0) return publish_will(session);
    // A delay longer than the session's life ends with it, see end_session().
    if (session.will_->delay_seconds < expiry) {
        schedule(session, Expiry::Kind::Will, std::chrono::seconds(session.will_->delay_seconds));
    }
}

void Shard::end_session(Session& session, SessionEnd end) {
    unsubscribe_all(session);
    // Without a membership, too: after a restart a nameless session has what its groups gave it.
    if (session.flow_ != nullptr) hand_on(session);
    if (session.will_ != nullptr) publish_will(session);
    delivery_.discard(session);
    if (session.disk_record() != 0) remove_record(session);
    counters_.sessions_ended.add(1);
    if (shared_.observer != nullptr && !is_nameless(session.client_id())) {
        shared_.observer->on_session_ended(session, end);
    }
    directory_.remove(session);
}

void Shard::remove_record(const Session& session) {
    // Which has something that is on its way elsewhere.
    if (is_nameless(session.client_id())) return remove_when_kept({.session = session.record_});
    if (!session.was_handed_on_ && session.record_ == 0) {
        return journal_->remove_nameless(session.shared_record_);
    }
    if (!session.was_handed_on_) return journal_->remove_session(session);
    if (session.record_ != 0) journal_->rename_ended(session);
    remove_when_kept({.session = session.disk_record()});
}

// --- by administrators -----------------------------------------------------------------------

const Session* Shard::find(const Tenant& tenant, std::string_view client_id) {
    return directory_.find(shared_.tenant(tenant), client_id);
}

bool Shard::disconnect(const Tenant& tenant, std::string_view client_id, WillFate will,
                       SessionFate fate) {
    TenantState& state = shared_.tenant(tenant);
    Session* session = directory_.find(state, client_id);
    if (session == nullptr) return false;
    if (Outbound* outbound = session->outbound_; outbound != nullptr) {
        detach(*session, will);
        outbound->end(EndReason::SessionDeleted);
        session = directory_.find(state, client_id);
    }
    if (session == nullptr) return true;
    if (will == WillFate::Discard && session->will_ != nullptr) {
        session->will_.reset();
        if (session->record_ != 0) journal_->remove_will(*session);
    }
    if (fate == SessionFate::End) end_session(*session, SessionEnd::Deleted);
    return true;
}

// --- time ------------------------------------------------------------------------------------

void Shard::schedule(Session& session, Expiry::Kind kind, std::chrono::milliseconds after) {
    // Clients that come and go leave entries behind that nobody waits for any more.
    if (expiries_.size() > 4 * directory_.size() + 1024) {
        expiries_.keep([this](const Expiry& expiry) { return is_wanted(expiry); });
    }
    expiries_.add({port_.now() + after, session.place_.slot, session.attachment_, kind});
    port_.look_at(std::min(expiries_.next(), journal_->due()));
}

bool Shard::is_wanted(const Expiry& expiry) const {
    const Session* session = directory_.at(expiry.slot);
    if (session == nullptr || session->attachment_ != expiry.attachment) return false;
    return expiry.kind != Expiry::Kind::Messages || delivery_.is_watched(*session, expiry.at);
}

void Shard::run_due() {
    while (const auto due = expiries_.take_due(port_.now())) {
        if (is_wanted(*due)) act_on(*due);
    }
    settle();
    port_.look_at(std::min(expiries_.next(), journal_->due()));
}

void Shard::act_on(const Expiry& expiry) {
    Session& session = *directory_.at(expiry.slot);
    switch (expiry.kind) {
        case Expiry::Kind::Session: return end_session(session, SessionEnd::Expired);
        case Expiry::Kind::Will: return publish_will(session);
        case Expiry::Kind::Rate:
            session.is_waiting_for_rate_ = false;
            return delivery_.send_queued(session);
        case Expiry::Kind::Feed: session.is_feed_due_ = false; return delivery_.feed(session);
        case Expiry::Kind::Room: return take_from_absent(session);
        case Expiry::Kind::HandOn: return hand_on_waiting(session);
        case Expiry::Kind::Messages: return delivery_.drop_expired(session);
    }
}

// --- mail of other loops ---------------------------------------------------------------------

void Shard::take_mail() {
    remove_released_pledges();
    mail_.receive([this](const RemoteMail::Arrival& arrival) {
        TenantState& tenant = *arrival.tenant;
        if (arrival.route == nullptr) {
            arrival.how_much == Reclaim::All ? reclaim(tenant, arrival.target.group)
                                             : reclaim_some(tenant, arrival.target.group);
        } else if (arrival.target.group != 0) {
            take_share(tenant, *arrival.route, arrival.target, arrival.publication);
        } else {
            deliver(*arrival.route, tenant, nullptr, arrival.publication);
        }
    });
    take_back(RecordSpans(mail_.take_recalled()));
    if (mail_.has_outgoing()) port_.request_turn_end();
    relieve();
    settle();
}

void Shard::end_turn() {
    mail_.hand_over();
    relieve();
    settle();
}

void Shard::wait_for_relief(ReliefWaiter& waiter) {
    relief_waiters_.push_back(&waiter);
    port_.request_turn_end();
}

void Shard::cancel_relief(ReliefWaiter& waiter) {
    std::erase(relief_waiters_, &waiter);
}

void Shard::relieve() {
    if (relief_waiters_.empty() || !mail_.is_relieved()) return;
    for (std::size_t count = relief_waiters_.size(); count > 0 && !relief_waiters_.empty();
         --count) {
        ReliefWaiter* waiter = relief_waiters_.front();
        relief_waiters_.erase(relief_waiters_.begin());
        waiter->on_relieved();
    }
}

}  // namespace gatehouse::broker
