// For tests: a broker on a database, and its crash, which is a copy of the database, taken while
// the broker runs, with which another broker starts.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "broker/test_broker.h"
#include "storage/message_store.h"
#include "storage/statement.h"

namespace gatehouse::broker {

// The parameter: how many loops.
class PersistedBroker : public ::testing::TestWithParam<std::size_t> {
protected:
    PersistedBroker() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "gatehouse-test-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        start(GetParam());
    }
    ~PersistedBroker() override {
        stop();
        std::filesystem::remove_all(folder_);
    }

    void start(std::size_t loops) {
        auto opened = storage::MessageStore::open({.file = file(), .busy_timeout = busy_timeout});
        ASSERT_TRUE(opened) << opened.error().describe();
        store = std::move(*opened);
        broker = std::make_unique<TestBroker>(loops, settings, nullptr, nullptr, store.get());
        const auto restored = broker->broker->restore();
        ASSERT_TRUE(restored) << restored.error().describe();
        for (std::size_t loop = 0; loop < loops; ++loop) {
            broker->broker->shard(loop).set_will_judge(will_judge);
        }
        broker->settle();
    }
    void stop() {
        clients.clear();
        broker.reset();
        store.reset();
    }
    // The process dies without a word, and another one starts.
    void crash(std::size_t loops = 0) {
        const std::string copy = folder_ + "/copy.db";
        // What is copied later may have more commits than were noted, never fewer.
        for (const char* end : {"-commits", "", "-wal"}) {
            std::filesystem::remove(copy + end);
            if (std::filesystem::exists(file() + end))
                std::filesystem::copy_file(file() + end, copy + end);
        }
        stop();
        for (const char* end : {"-commits", "", "-wal"}) {
            std::filesystem::remove(file() + end);
            if (std::filesystem::exists(copy + end))
                std::filesystem::rename(copy + end, file() + end);
        }
        std::filesystem::remove(file() + "-shm");
        start(loops == 0 ? GetParam() : loops);
    }

    FakeClient& client(const std::string& id, int version = 5) {
        clients.push_back(std::make_unique<FakeClient>(*broker, id));
        if (version == 5) clients.back()->version = mqtt::ProtocolVersion::V5;
        return *clients.back();
    }
    FakeClient& persistent(const std::string& id, std::uint32_t expiry = 3600) {
        return client(id).connect(CleanStart::No, expiry);
    }
    // Of a session that lasts, with a will on the topic "will".
    static AttachRequest with_will(CleanStart clean_start = CleanStart::No) {
        AttachRequest request;
        request.clean_start = clean_start;
        request.session_expiry_seconds = 3600;
        request.will = std::make_unique<Will>();
        request.will->topic = "will";
        request.will->payload = {'g', 'o', 'n', 'e'};
        return request;
    }
    // Turns the loops until the condition holds.
    template <class Condition>
    [[nodiscard]] bool settles(Condition condition) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!condition()) {
            if (std::chrono::steady_clock::now() > end) return false;
            // What was sent waits a moment for its acknowledgement.
            const SteadyTime soon = broker->clock.steady_now() + std::chrono::milliseconds(3);
            if (std::ranges::any_of(broker->ports,
                                    [&](const auto& port) { return port->look <= soon; })) {
                broker->advance(std::chrono::milliseconds(3));
            }
            broker->settle();
            std::this_thread::yield();
        }
        return true;
    }
    // Turns this loop alone, and no clock, until the condition holds.
    template <class Condition>
    [[nodiscard]] bool settles_alone(std::size_t loop, Condition condition) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!condition()) {
            if (std::chrono::steady_clock::now() > end) return false;
            broker->turn(loop);
            std::this_thread::yield();
        }
        return true;
    }
    std::size_t loop_of(const std::string& id) const {
        return broker->broker->home_of(Tenant{}, id);
    }
    // A client id that lives on this loop.
    std::string id_on(std::size_t loop, const std::string& name) const {
        std::string id = name;
        while (loop_of(id) != loop) id += "'";
        return id;
    }
    std::int64_t on_disk(std::string_view count) const {
        const auto database = storage::Database::open({.file = file()});
        return (*database)->number(count).value();
    }
    std::size_t last_loop() const { return GetParam() - 1; }
    // Everything that the client's loop has is on disk.
    void flush(FakeClient& any) {
        const auto told = any.kept.size();
        // Nobody waits for removals; what comes after them is not on disk before they are.
        any.publish("$flush", std::to_string(++flushed_), 1, Retain::Yes);
        any.lease.acknowledge_when_kept(mqtt::PacketType::Puback, 1);
        ASSERT_TRUE(settles([&] { return any.kept.size() > told; }));
    }
    // Publishes as a client would, and waits for the acknowledgement.
    void publish(FakeClient& from, std::string_view topic, std::string_view payload, int qos = 1,
                 Retain retain = Retain::No) {
        const auto outcome = from.publish(topic, payload, qos, retain);
        if (outcome.kept != Kept::OnItsWay) return;
        const auto told = from.kept.size();
        from.lease.acknowledge_when_kept(mqtt::PacketType::Puback, 1);
        ASSERT_TRUE(settles([&] { return from.kept.size() > told; }));
    }

    // What the client gets, acknowledged, as soon as it is this much: some of it may wait for the
    // disk.
    std::vector<Received> receive(FakeClient& client, std::size_t count) {
        std::vector<Received> all;
        EXPECT_TRUE(settles([&] {
            for (auto& each : client.take_and_acknowledge()) all.push_back(std::move(each));
            return all.size() >= count;
        })) << all.size()
            << " messages";
        return all;
    }

    // As a client repeats the message under packet id 9 when it is back: the gateway passes it on
    // if the id is new, or not all may have the message.
    static void repeat(FakeClient& client, std::string_view topic, std::string_view payload = "x") {
        if (client.lease.is_unreleased(9) && !client.lease.may_be_incomplete(9)) return;
        client.publish_held(topic, 9, payload);
    }
    // The payloads of QoS 2 that these sessions get, to the end of their conversations.
    std::vector<std::string> received_by(const std::vector<std::string>& ids) {
        std::vector<FakeClient*> online;
        for (const auto& id : ids) online.push_back(&persistent(id));
        for (FakeClient* each : online) flush(*each);
        std::vector<std::string> payloads;
        for (FakeClient* each : online) {
            for (const auto& received : each->take()) {
                payloads.push_back(received.payload);
                each->lease.note_received(received.id);
                each->lease.note_completed(received.id);
            }
            flush(*each);
        }
        return payloads;
    }

    std::string file() const { return folder_ + "/messages.db"; }

    // The disk takes nothing as long as what this returns lives.
    std::unique_ptr<storage::Database> full_disk() const {
        auto other = storage::Database::open({.file = file()}).value();
        EXPECT_TRUE(other->run_script("BEGIN IMMEDIATE"));
        return other;
    }

    std::chrono::milliseconds busy_timeout{5000};
    BrokerSettings settings = TestBroker::default_settings();
    WillJudge* will_judge = nullptr;  // from the next start on
    std::unique_ptr<storage::MessageStore> store;
    std::unique_ptr<TestBroker> broker;
    std::vector<std::unique_ptr<FakeClient>> clients;

private:
    std::string folder_;
    int flushed_ = 0;
};

}  // namespace gatehouse::broker
