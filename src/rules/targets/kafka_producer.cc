#include "rules/targets/kafka_producer.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::rules {
namespace {

constexpr std::size_t library_sentence_bytes_max = 512;

// Whatever the rule says, the producer is like this.
// Source: librdkafka, CONFIGURATION.md.
constexpr std::array<std::pair<const char*, const char*>, 11> fixed_settings{{
    {"client.id", "gatehouse"},
    {"request.timeout.ms", "5000"},
    {"socket.connection.setup.timeout.ms", "5000"},
    {"reconnect.backoff.max.ms", "1000"},
    // How long a topic that is not there is waited for; it may have been made just now.
    {"topic.metadata.propagation.max.ms", "2000"},
    // Actions wait for each record, in the order that the rule asks for.
    {"queue.buffering.max.ms", "0"},
    {"queue.buffering.max.messages", "10000"},
    {"queue.buffering.max.kbytes", "65536"},
    // That of Kafka's own client, so that a key means the same partition to everybody.
    {"partitioner", "murmur2_random"},
    {"connections.max.idle.ms", "60000"},
    {"log.connection.close", "false"},
}};

void discard_log(const rd_kafka_t*, int, const char*, const char*) {
    // Whatever harms a record is told with the record.
}

ErrorKind kind_of_kafka(rd_kafka_resp_err_t error) {
    switch (error) {
        case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION: return ErrorKind::NotFound;
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED: return ErrorKind::NotAllowed;
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
        case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
        case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
        case RD_KAFKA_RESP_ERR_INVALID_RECORD:
        case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
        case RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS:
        case RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE:
        case RD_KAFKA_RESP_ERR__INVALID_ARG: return ErrorKind::InvalidInput;
        case RD_KAFKA_RESP_ERR__QUEUE_FULL:
        case RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED: return ErrorKind::Throttled;
        case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
        case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
        case RD_KAFKA_RESP_ERR__DESTROY: return ErrorKind::Cancelled;
        default: return ErrorKind::Unavailable;
    }
}

rd_kafka_vu_t part(rd_kafka_vtype_t type) {
    rd_kafka_vu_t made{};
    made.vtype = type;
    return made;
}

rd_kafka_vu_t bytes_part(rd_kafka_vtype_t type, const std::string& bytes) {
    rd_kafka_vu_t made = part(type);
    made.u.mem.ptr = const_cast<char*>(bytes.data());  // copied, by its flag
    made.u.mem.size = bytes.size();
    return made;
}

// They point into the record.
std::vector<rd_kafka_vu_t> parts_of_record(const KafkaRecord& record, std::uint64_t number) {
    std::vector<rd_kafka_vu_t> parts;
    parts.push_back(part(RD_KAFKA_VTYPE_TOPIC));
    parts.back().u.cstr = record.topic.c_str();
    parts.push_back(part(RD_KAFKA_VTYPE_PARTITION));
    parts.back().u.i32 = record.partition.value_or(RD_KAFKA_PARTITION_UA);
    parts.push_back(part(RD_KAFKA_VTYPE_MSGFLAGS));
    parts.back().u.i = RD_KAFKA_MSG_F_COPY;
    parts.push_back(bytes_part(RD_KAFKA_VTYPE_VALUE, record.payload));
    if (record.key) parts.push_back(bytes_part(RD_KAFKA_VTYPE_KEY, *record.key));
    for (const auto& [name, value] : record.headers) {
        parts.push_back(part(RD_KAFKA_VTYPE_HEADER));
        parts.back().u.header.name = name.c_str();
        parts.back().u.header.val = value.data();
        parts.back().u.header.size = static_cast<ssize_t>(value.size());
    }
    parts.push_back(part(RD_KAFKA_VTYPE_OPAQUE));
    parts.back().u.ptr = reinterpret_cast<void*>(number);
    return parts;
}

}  // namespace

std::size_t KafkaRecord::bytes() const {
    std::size_t sum = topic.size() + payload.size() + (key ? key->size() : 0);
    for (const auto& [name, value] : headers) sum += name.size() + value.size();
    return sum;
}

Result<std::unique_ptr<KafkaProducer>> KafkaProducer::open(const KafkaLibrary& library,
                                                           const KafkaTerms& terms,
                                                           const net::Reach& reach, int wake,
                                                           std::chrono::milliseconds delivery_max) {
    std::unique_ptr<KafkaProducer> made(new KafkaProducer(library, terms, reach));
    if (auto started = made->start(terms, wake, delivery_max); !started) {
        return fail(std::move(started.error()));
    }
    return made;
}

Result<void> KafkaProducer::start(const KafkaTerms& terms, int wake,
                                  std::chrono::milliseconds delivery_max) {
    std::array<char, library_sentence_bytes_max> why{};
    rd_kafka_conf_t* const conf = library_.conf_new();
    const auto set = [&](const char* name, const std::string& value) {
        return library_.conf_set(conf, name, value.c_str(), why.data(), why.size()) ==
               RD_KAFKA_CONF_OK;
    };
    const auto refused = [&] {
        library_.conf_destroy(conf);
        return fail(ErrorKind::InvalidInput,
                    fmt::format("clientProperties cannot be used: {}", why.data()));
    };
    for (const auto& [name, value] : fixed_settings) {
        if (!set(name, value)) return refused();
    }
    if (!set("message.timeout.ms", std::to_string(delivery_max.count()))) return refused();
    for (const auto& [name, value] : terms.settings) {
        if (!set(name.c_str(), value)) return refused();
    }
    library_.conf_set_opaque(conf, this);
    library_.conf_set_dr_msg_cb(conf, &on_delivery);
    library_.conf_set_error_cb(conf, &on_error);
    library_.conf_set_log_cb(conf, &discard_log);
    library_.conf_set_connect_cb(conf, &on_connect);
    handle_ = library_.create(RD_KAFKA_PRODUCER, conf, why.data(), why.size());
    if (handle_ == nullptr) return refused();
    rd_kafka_queue_t* const queue = library_.queue_get_main(handle_);
    const std::uint64_t one = 1;
    library_.queue_io_event_enable(queue, wake, &one, sizeof one);
    library_.queue_destroy(queue);
    return {};
}

KafkaProducer::~KafkaProducer() {
    if (handle_ != nullptr) {
        library_.purge(handle_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                    RD_KAFKA_PURGE_F_NON_BLOCKING);
        library_.destroy(handle_);
    }
    for (auto& [number, answer] : waiting_) {
        answer(fail(ErrorKind::Cancelled, "the server stops"));
    }
}

void KafkaProducer::produce(const KafkaRecord& record, Answer answer) {
    const std::uint64_t number = ++last_number_;
    const std::vector<rd_kafka_vu_t> parts = parts_of_record(record, number);
    rd_kafka_error_t* const refused = library_.produceva(handle_, parts.data(), parts.size());
    if (refused == nullptr) {
        waiting_.emplace(number, std::move(answer));
        return;
    }
    const rd_kafka_resp_err_t error = library_.error_code(refused);
    library_.error_destroy(refused);
    answer(result_of(error));
}

void KafkaProducer::poll() {
    library_.poll(handle_, 0);
}

void KafkaProducer::answer(std::uint64_t number, Result<void> how) {
    const auto found = waiting_.find(number);
    if (found == waiting_.end()) return;
    Answer answer = std::move(found->second);
    waiting_.erase(found);
    answer(std::move(how));
}

void KafkaProducer::on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
    auto& producer = *static_cast<KafkaProducer*>(self);
    producer.answer(reinterpret_cast<std::uint64_t>(message->_private),
                    producer.result_of(message->err));
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) return;
    producer.last_problem_.clear();
    producer.is_refused_ = false;
}

void KafkaProducer::on_error(rd_kafka_t*, int error, const char* reason, void* self) {
    // That all are down says less than why each of them is.
    if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) return;
    static_cast<KafkaProducer*>(self)->last_problem_ = reason;
}

// From a thread of the library's. The descriptor does not block.
int KafkaProducer::on_connect(int socket, const sockaddr* address, int length, const char*,
                              void* self) {
    auto& producer = *static_cast<KafkaProducer*>(self);
    const auto bytes = static_cast<socklen_t>(length);
    if (!producer.reach_.allows(net::Address(address, bytes), producer.is_encrypted_)) {
        producer.is_refused_ = true;
        return EACCES;
    }
    if (::connect(socket, address, bytes) == 0 || errno == EINPROGRESS) return 0;
    return errno;
}

Result<void> KafkaProducer::result_of(rd_kafka_resp_err_t error) const {
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    const ErrorKind kind = kind_of_kafka(error);
    if (kind == ErrorKind::NotFound) {
        return fail(kind, error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION
                              ? "The topic has no such partition."
                              : "The brokers have no such topic.");
    }
    if (kind == ErrorKind::Unavailable && is_refused_) {
        return fail(ErrorKind::NotAllowed,
                    fmt::format("A broker is where rules may not connect to{}: the operator's "
                                "rules.http-to names what may be reached beside the public "
                                "Internet with TLS.",
                                is_encrypted_ ? "" : " without TLS"));
    }
    if (kind == ErrorKind::Unavailable) {
        return fail(kind,
                    fmt::format("No broker took the record: {}.",
                                last_problem_.empty() ? std::string_view(library_.err2str(error))
                                                      : std::string_view(last_problem_)));
    }
    return fail(kind, fmt::format("The record was refused: {}.", library_.err2str(error)));
}

}  // namespace gatehouse::rules
