// For tests: the cluster of mock brokers that librdkafka brings, and a consumer of it. They are
// found in the library as the program finds its functions, so that no OpenSSL but ours is linked.
#pragma once

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/pinned.h"

namespace gatehouse::rules {

// A function of the library; Function: decltype(::rd_kafka_…).
template <class Function>
Function* of_kafka_library(const char* name) {
    static void* const library = ::dlopen("librdkafka.so.1", RTLD_NOW | RTLD_LOCAL);
    return reinterpret_cast<Function*>(::dlsym(library, name));
}
#define GATEHOUSE_KAFKA(name) of_kafka_library<decltype(::rd_kafka_##name)>("rd_kafka_" #name)

struct ReadKafkaRecord {
    std::string topic;
    std::int32_t partition = -1;
    std::optional<std::string> key;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string payload;
};

class KafkaMockCluster : Pinned {
public:
    KafkaMockCluster()
        : owner_(GATEHOUSE_KAFKA(new)(RD_KAFKA_PRODUCER, nullptr, nullptr, 0)),
          cluster_(GATEHOUSE_KAFKA(mock_cluster_new)(owner_, 1)) {}
    ~KafkaMockCluster() {
        GATEHOUSE_KAFKA(mock_cluster_destroy)(cluster_);
        GATEHOUSE_KAFKA(destroy)(owner_);
    }

    std::string brokers() const { return GATEHOUSE_KAFKA(mock_cluster_bootstraps)(cluster_); }
    void make_topic(const char* topic, int partitions) {
        GATEHOUSE_KAFKA(mock_topic_create)(cluster_, topic, partitions, 1);
    }
    // The cluster answers for the topic with this error from now on.
    void set_error(const char* topic, rd_kafka_resp_err_t error) {
        GATEHOUSE_KAFKA(mock_topic_set_error)(cluster_, topic, error);
    }
    // The answers to the next requests to take records.
    void refuse_next(rd_kafka_resp_err_t error) {
        constexpr std::int16_t produce_api = 0;
        GATEHOUSE_KAFKA(mock_push_request_errors)(cluster_, produce_api, 1, error);
    }
    // The first records of a topic, whichever their partitions.
    std::vector<ReadKafkaRecord> read(const char* topic, int partitions, std::size_t count) const;

private:
    static ReadKafkaRecord read_one(const rd_kafka_message_t& message);
    rd_kafka_t* consumer() const;

    rd_kafka_t* const owner_;
    rd_kafka_mock_cluster_t* const cluster_;
};

inline rd_kafka_t* KafkaMockCluster::consumer() const {
    std::array<char, 512> why{};
    rd_kafka_conf_t* const conf = GATEHOUSE_KAFKA(conf_new)();
    for (const auto& [name, value] : {std::pair<const char*, std::string>{"group.id", "test"},
                                      {"bootstrap.servers", brokers()}}) {
        GATEHOUSE_KAFKA(conf_set)(conf, name, value.c_str(), why.data(), why.size());
    }
    rd_kafka_t* const made = GATEHOUSE_KAFKA(new)(RD_KAFKA_CONSUMER, conf, why.data(), why.size());
    EXPECT_NE(made, nullptr) << why.data();
    GATEHOUSE_KAFKA(poll_set_consumer)(made);
    return made;
}

inline ReadKafkaRecord KafkaMockCluster::read_one(const rd_kafka_message_t& message) {
    ReadKafkaRecord record{
        .topic = GATEHOUSE_KAFKA(topic_name)(message.rkt),
        .partition = message.partition,
        .payload = std::string(static_cast<const char*>(message.payload), message.len)};
    if (message.key != nullptr) {
        record.key = std::string(static_cast<const char*>(message.key), message.key_len);
    }
    rd_kafka_headers_t* headers = nullptr;
    GATEHOUSE_KAFKA(message_headers)(&message, &headers);
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0;
         headers != nullptr && GATEHOUSE_KAFKA(header_get_all)(headers, i, &name, &value, &size) ==
                                   RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
        record.headers.emplace_back(name, std::string(static_cast<const char*>(value), size));
    }
    return record;
}

inline std::vector<ReadKafkaRecord> KafkaMockCluster::read(const char* topic, int partitions,
                                                           std::size_t count) const {
    rd_kafka_t* const from = consumer();
    auto* const list = GATEHOUSE_KAFKA(topic_partition_list_new)(partitions);
    for (int i = 0; i < partitions; ++i) {
        GATEHOUSE_KAFKA(topic_partition_list_add)(list, topic, i)->offset =
            RD_KAFKA_OFFSET_BEGINNING;
    }
    GATEHOUSE_KAFKA(assign)(from, list);
    GATEHOUSE_KAFKA(topic_partition_list_destroy)(list);
    std::vector<ReadKafkaRecord> records;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (records.size() < count && std::chrono::steady_clock::now() < end) {
        rd_kafka_message_t* const message = GATEHOUSE_KAFKA(consumer_poll)(from, 100);
        if (message == nullptr) continue;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) records.push_back(read_one(*message));
        GATEHOUSE_KAFKA(message_destroy)(message);
    }
    GATEHOUSE_KAFKA(destroy)(from);
    return records;
}

}  // namespace gatehouse::rules
