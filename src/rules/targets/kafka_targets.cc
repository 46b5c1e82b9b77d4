#include "rules/targets/kafka_targets.h"

#include <fmt/format.h>

#include <atomic>
#include <utility>

#include "async/one_shot.h"
#include "net/address.h"

namespace gatehouse::rules {

// One record that somebody waits for.
struct KafkaTargets::Ticket {
    explicit Ticket(async::EventLoop& loop) : arrived(loop) {}

    struct Arrived {
        Result<void> how;
    };
    async::OneShot<Arrived> arrived;
    std::atomic<bool> is_given_up = false;
};

KafkaTargets::KafkaTargets(async::EventLoop& loop, Settings settings)
    : loop_(loop), settings_(std::move(settings)), reach_(settings_.ranges) {}

KafkaTargets::~KafkaTargets() = default;

Result<void> KafkaTargets::check() {
    const std::lock_guard lock(loading_);
    // One that is missing may be installed while the server runs.
    if (!library_ || !*library_) library_ = load_kafka_library();
    if (!*library_) return fail(library_->error());
    return {};
}

Result<void> KafkaTargets::may_reach(std::string_view host, bool is_encrypted) const {
    const auto address = net::Address::parse(host, 0);
    // A name may lead into one of the ranges.
    if (!address && (is_encrypted || !settings_.ranges.empty())) return {};
    if (address && reach_.allows(*address, is_encrypted)) return {};
    return fail(ErrorKind::NotAllowed,
                fmt::format("names {}, where rules may not connect to{}; the operator's "
                            "rules.http-to names what may be reached beside the public Internet "
                            "with TLS",
                            host, is_encrypted ? "" : " without TLS"));
}

async::Task<Result<void>> KafkaTargets::send(KafkaTermsPtr terms, KafkaRecord record,
                                             Deadline deadline) {
    if (is_closed_) co_return fail(ErrorKind::Cancelled, "the server stops");
    const std::size_t bytes = record.bytes();
    if (waiting_.size() >= settings_.records_max || bytes_ + bytes > settings_.bytes_max) {
        co_return fail(ErrorKind::Throttled, "Too many records are on their way to brokers.");
    }
    if (!thread_) {
        if (auto loaded = check(); !loaded) co_return fail(std::move(loaded.error()));
        thread_ = std::make_unique<KafkaThread>(**library_, reach_, settings_.thread);
    }
    const auto ticket = std::make_shared<Ticket>(loop_);
    waiting_.insert(ticket.get());
    bytes_ += bytes;
    thread_->put({.terms = std::move(terms),
                  .record = std::move(record),
                  .is_given_up = [ticket] { return ticket->is_given_up.load(); },
                  .answer =
                      [&loop = loop_, ticket](Result<void> how) {
                          loop.post([ticket, how = std::move(how)]() mutable {
                              ticket->arrived.resolve({std::move(how)});
                          });
                      }});
    auto outcome = co_await ticket->arrived.wait(deadline);
    waiting_.erase(ticket.get());
    bytes_ -= bytes;
    ticket->is_given_up = true;
    if (!outcome) co_return fail(ErrorKind::Timeout, "No broker took the record in time.");
    co_return std::move(outcome->how);
}

void KafkaTargets::close() {
    is_closed_ = true;
    for (Ticket* const ticket : waiting_) {
        ticket->is_given_up = true;
        ticket->arrived.resolve({fail(ErrorKind::Cancelled, "the server stops")});
    }
}

}  // namespace gatehouse::rules
