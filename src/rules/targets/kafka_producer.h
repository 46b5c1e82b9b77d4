// One producer of librdkafka: its connections to the brokers of one cluster, by one set of terms.
//
// The library has threads of its own, which connect and send; what became of records is told in
// poll(). Destroying it may wait for those threads.
//
// Threads: one at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "base/pinned.h"
#include "base/result.h"
#include "net/reach.h"
#include "rules/targets/kafka_door.h"
#include "rules/targets/kafka_library.h"

struct sockaddr;

namespace gatehouse::rules {

// How long brokers have to take a record, inside of the deadline of a try (action_lane.h): what is
// given up there must not be sent later, beside the next try.
inline constexpr std::chrono::milliseconds kafka_delivery_max{8'000};

class KafkaProducer : Pinned {
public:
    using Answer = std::move_only_function<void(Result<void>)>;

    // `wake`: an eventfd that becomes readable when there is something to poll. The library and
    // the reach outlive it. InvalidInput: terms that the library does not take.
    static Result<std::unique_ptr<KafkaProducer>> open(const KafkaLibrary& library,
                                                       const KafkaTerms& terms,
                                                       const net::Reach& reach, int wake,
                                                       std::chrono::milliseconds delivery_max);
    // What was not answered is answered with Cancelled.
    ~KafkaProducer();

    // Answers at once when the record cannot be taken, else in poll().
    void produce(const KafkaRecord& record, Answer answer);
    // Answers whatever has ended; never waits.
    void poll();
    bool is_idle() const { return waiting_.empty(); }

    SteadyTime last_used{};  // its owner's

private:
    KafkaProducer(const KafkaLibrary& library, const KafkaTerms& terms, const net::Reach& reach)
        : library_(library), reach_(reach), is_encrypted_(terms.is_encrypted) {}

    Result<void> start(const KafkaTerms& terms, int wake, std::chrono::milliseconds delivery_max);
    static void on_delivery(rd_kafka_t* handle, const rd_kafka_message_t* message, void* self);
    static void on_error(rd_kafka_t* handle, int error, const char* reason, void* self);
    static int on_connect(int socket, const sockaddr* address, int length, const char* id,
                          void* self);
    void answer(std::uint64_t number, Result<void> how);
    Result<void> result_of(rd_kafka_resp_err_t error) const;

    const KafkaLibrary& library_;
    const net::Reach& reach_;
    const bool is_encrypted_;
    rd_kafka_t* handle_ = nullptr;
    std::uint64_t last_number_ = 0;
    std::unordered_map<std::uint64_t, Answer> waiting_;
    std::string last_problem_;              // of connections
    std::atomic<bool> is_refused_ = false;  // a broker is where nothing may go
};

}  // namespace gatehouse::rules
