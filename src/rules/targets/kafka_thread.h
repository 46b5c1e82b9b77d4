// The thread that talks to librdkafka: opens producers, gives them records, and hears what became
// of them. A producer is shared by all that have the same terms, and closed when nobody has used it
// for a while.
//
// Threads: put() any; answers come on the thread.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/pinned.h"
#include "base/result.h"
#include "net/reach.h"
#include "rules/targets/kafka_door.h"
#include "rules/targets/kafka_library.h"
#include "rules/targets/kafka_producer.h"

namespace gatehouse::rules {

struct KafkaOrder {
    KafkaTermsPtr terms;
    KafkaRecord record;
    // Whether whoever ordered waits no longer; it is not sent then.
    std::function<bool()> is_given_up;
    KafkaProducer::Answer answer;
};

class KafkaThread : Pinned {
public:
    struct Settings {
        std::chrono::milliseconds idle_max{60'000};  // of a producer
        std::size_t producers_max = 256;
        std::chrono::milliseconds delivery_max = kafka_delivery_max;
    };
    // The library and the reach outlive it.
    KafkaThread(const KafkaLibrary& library, const net::Reach& reach, Settings settings);
    // What was not answered is answered with Cancelled. Waits for the library's threads.
    ~KafkaThread();

    // Not bounded: whoever calls waits for what it ordered.
    void put(KafkaOrder order);
    std::size_t producers() const { return producers_count_; }

private:
    void run();
    void wake() const;
    void wait() const;
    void serve(std::vector<KafkaOrder> orders);
    Result<KafkaProducer*> producer_for(const KafkaTerms& terms);
    void close_idle(SteadyTime now);
    void close(std::unique_ptr<KafkaProducer> producer);

    const KafkaLibrary& library_;
    const net::Reach& reach_;
    const Settings settings_;
    const SystemClock clock_;  // of the machine
    const int wake_;           // an eventfd
    std::mutex mutex_;
    std::vector<KafkaOrder> orders_;  // under the mutex
    bool is_stopping_ = false;        // under the mutex
    std::map<KafkaTerms, std::unique_ptr<KafkaProducer>> producers_;
    std::atomic<std::size_t> producers_count_ = 0;
    // Producers that are being destroyed, which may wait for a look-up of a name.
    std::list<std::future<void>> closing_;
    std::thread thread_;
};

}  // namespace gatehouse::rules
