#include "rules/targets/kafka_thread.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace gatehouse::rules {
namespace {

// How often idle producers are looked for.
constexpr std::chrono::milliseconds kafka_look{1'000};

}  // namespace

KafkaThread::KafkaThread(const KafkaLibrary& library, const net::Reach& reach, Settings settings)
    : library_(library),
      reach_(reach),
      settings_(settings),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    assert(wake_ >= 0 && "no descriptor for the Kafka thread");
    thread_ = std::thread([this] { run(); });
}

KafkaThread::~KafkaThread() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    wake();
    thread_.join();
    ::close(wake_);
}

void KafkaThread::put(KafkaOrder order) {
    {
        const std::lock_guard lock(mutex_);
        orders_.push_back(std::move(order));
    }
    wake();
}

void KafkaThread::wake() const {
    const std::uint64_t one = 1;
    // A counter that is full is readable already.
    [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof one);
}

void KafkaThread::wait() const {
    pollfd waited{.fd = wake_, .events = POLLIN, .revents = 0};
    ::poll(&waited, 1, static_cast<int>(kafka_look.count()));
    std::uint64_t count = 0;
    // Empty when the time was over.
    [[maybe_unused]] const ssize_t got = ::read(wake_, &count, sizeof count);
}

void KafkaThread::run() {
    SteadyTime last_look = clock_.steady_now();
    for (;;) {
        wait();
        std::vector<KafkaOrder> orders;
        bool is_stopping = false;
        {
            const std::lock_guard lock(mutex_);
            orders = std::exchange(orders_, {});
            is_stopping = is_stopping_;
        }
        if (is_stopping) {
            for (KafkaOrder& order : orders) {
                order.answer(fail(ErrorKind::Cancelled, "the server stops"));
            }
            break;
        }
        serve(std::move(orders));
        for (const auto& [terms, producer] : producers_) producer->poll();
        const SteadyTime now = clock_.steady_now();
        if (now - last_look < kafka_look) continue;
        last_look = now;
        close_idle(now);
    }
    // All at once: each of them may have something to wait for.
    for (auto& [terms, producer] : producers_) close(std::move(producer));
    producers_.clear();
    closing_.clear();  // waits
}

void KafkaThread::serve(std::vector<KafkaOrder> orders) {
    for (KafkaOrder& order : orders) {
        if (order.is_given_up()) {
            order.answer(fail(ErrorKind::Timeout, "nobody waits for it"));
            continue;
        }
        const auto producer = producer_for(*order.terms);
        if (!producer) {
            order.answer(fail(producer.error()));
            continue;
        }
        (*producer)->last_used = clock_.steady_now();
        (*producer)->produce(order.record, std::move(order.answer));
    }
}

Result<KafkaProducer*> KafkaThread::producer_for(const KafkaTerms& terms) {
    if (const auto known = producers_.find(terms); known != producers_.end()) {
        return known->second.get();
    }
    if (producers_.size() + closing_.size() >= settings_.producers_max) {
        return fail(ErrorKind::Throttled, "rules send to too many Kafka clusters at once");
    }
    auto made = KafkaProducer::open(library_, terms, reach_, wake_, settings_.delivery_max);
    if (!made) return fail(std::move(made.error()));
    KafkaProducer* const producer = made->get();
    producers_.emplace(terms, std::move(*made));
    producers_count_ = producers_.size();
    return producer;
}

void KafkaThread::close_idle(SteadyTime now) {
    std::erase_if(closing_, [](const std::future<void>& closed) {
        return closed.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    });
    for (auto each = producers_.begin(); each != producers_.end();) {
        KafkaProducer& producer = *each->second;
        if (producer.is_idle() && now - producer.last_used >= settings_.idle_max) {
            close(std::move(each->second));
            each = producers_.erase(each);
        } else {
            ++each;
        }
    }
    producers_count_ = producers_.size();
}

void KafkaThread::close(std::unique_ptr<KafkaProducer> producer) {
    closing_.push_back(
        std::async(std::launch::async, [owned = std::move(producer)]() mutable { owned.reset(); }));
}

}  // namespace gatehouse::rules
