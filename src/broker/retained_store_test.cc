#include "broker/retained_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::size_t bytes_of_x = sizeof(RetainedMessage) + 2;

struct Store {
    RetainedStore::Outcome put(std::string_view topic, std::string_view payload,
                               std::uint32_t expiry = never_expires) {
        return store
            .put(topic, {.payload = bytes_of(payload), .expiry_seconds = expiry},
                 {clock.steady_now()}, {3, 4 * bytes_of_x})
            .outcome;
    }
    std::vector<std::string> match(std::string_view filter, ParentMatch parent) {
        std::vector<std::string> topics;
        std::string from;
        do {
            // Two at a time.
            const auto matching = store.match(filter, parent, clock.steady_now(), from, 2);
            for (const auto& message : matching.messages) topics.push_back(message->topic);
            from = matching.next;
        } while (!from.empty());
        return topics;
    }
    ManualClock clock;
    RetainedStore store;
};

TEST(RetainedStore, KeepsTheLastMessageOfATopicUntilAnEmptyOne) {
    Store store;
    EXPECT_FALSE(store.store.version_if_any());
    store.put("t", "1");
    store.put("t", "2");
    EXPECT_TRUE(store.store.version_if_any());
    EXPECT_EQ(text_of(store.store.find("t", store.clock.steady_now())->payload), "2");
    EXPECT_EQ(store.put("t", ""), RetainedStore::Outcome::Removed);
    EXPECT_EQ(store.store.find("t", store.clock.steady_now()), nullptr);
    EXPECT_FALSE(store.store.version_if_any());
}

TEST(RetainedStore, IsBounded) {
    Store store;
    for (const char* topic : {"a", "b", "c"}) store.put(topic, "x");
    EXPECT_EQ(store.put("d", "x"), RetainedStore::Outcome::Full);
    EXPECT_EQ(store.put("a", "y"), RetainedStore::Outcome::Stored);
}

TEST(RetainedStore, ExpiredMessagesAreNotFound) {
    Store store;
    store.put("t", "x", 10);
    store.clock.advance(std::chrono::milliseconds(7500));
    const SteadyTime now = store.clock.steady_now();
    EXPECT_EQ(store.store.find("t", now)->publication(now).expiry_seconds, 3U);
    store.clock.advance(std::chrono::milliseconds(2500));
    EXPECT_EQ(store.store.find("t", store.clock.steady_now()), nullptr);
    EXPECT_TRUE(store.match("#", ParentMatch::Yes).empty());
}

TEST(RetainedStore, WhatHasExpiredGivesItsPlaceAway) {
    Store store;
    store.put("a", "x", 10);
    store.put("b", "x", 20);
    store.put("c", "x", 10);
    store.put("c", "stays");
    const auto expired = [&] {
        std::vector<std::string> topics;
        for (const auto& each : store.store.take_expired(store.clock.steady_now(), 2)) {
            topics.push_back(each.topic);
        }
        return topics;
    };
    EXPECT_THAT(expired(), IsEmpty());
    store.clock.advance(std::chrono::seconds(10));
    EXPECT_THAT(expired(), ElementsAre("a"));
    EXPECT_EQ(store.store.size(), 2U);
    EXPECT_EQ(store.put("d", "x"), RetainedStore::Outcome::Stored);
    store.put("b", "");
    store.clock.advance(std::chrono::seconds(10));
    EXPECT_THAT(expired(), IsEmpty());
    EXPECT_EQ(store.store.size(), 2U);
}

TEST(RetainedStore, FiltersFindTheirTopics) {
    Store store;
    for (const char* topic : {"a", "a/b", "ab"}) store.put(topic, "x");
    EXPECT_THAT(store.match("a/#", ParentMatch::Yes), UnorderedElementsAre("a", "a/b"));
    EXPECT_THAT(store.match("a/#", ParentMatch::No), UnorderedElementsAre("a/b"));
    EXPECT_THAT(store.match("+", ParentMatch::Yes), UnorderedElementsAre("a", "ab"));
}

TEST(RetainedStore, IsReadPageByPage) {
    Store store;
    for (const char* topic : {"b", "a", "c"})
        store.put(topic, "x", topic[0] == 'b' ? 10 : never_expires);
    const auto topics = [&](std::string_view after, std::size_t limit) {
        std::string found;
        for (const auto& message : store.store.page(after, limit, store.clock.steady_now())) {
            found += message->topic;
        }
        return found;
    };
    EXPECT_EQ(topics("", 2), "ab");
    EXPECT_EQ(topics("b", 2), "c");
    EXPECT_EQ(topics("c", 2), "");
    store.clock.advance(std::chrono::seconds(11));
    EXPECT_EQ(topics("", 2), "ac") << "what has expired is not there";
}

TEST(RetainedStore, WhatTheServerTellsOfItselfTakesNoRoom) {
    RetainedStore store;
    const Publication message{.payload = bytes_of("x")};
    const auto put = [&](std::string_view topic) {
        return store.put(topic, message, {}, {2, 1000}).outcome;
    };
    for (const char* topic : {"$SYS/a", "$SYS/b", "$SYS/a", "1", "2"}) {
        EXPECT_EQ(put(topic), RetainedStore::Outcome::Stored) << topic;
    }
    EXPECT_EQ(put("3"), RetainedStore::Outcome::Full);
    EXPECT_EQ(put("$SYS/c"), RetainedStore::Outcome::Stored);
    store.put("$SYS/a", {}, {}, {2, 1000});
    EXPECT_EQ(put("3"), RetainedStore::Outcome::Full);
    store.put("1", {}, {}, {2, 1000});
    EXPECT_EQ(put("3"), RetainedStore::Outcome::Stored);
}

TEST(RetainedStore, BytesAreCountedAndBounded) {
    RetainedStore store;
    const RetainedSize most{100, 3 * bytes_of_x};
    const auto put = [&](std::string_view topic, std::string_view payload) {
        return store.put(topic, {.payload = bytes_of(payload)}, {}, most).outcome;
    };
    EXPECT_EQ(put("a", "x"), RetainedStore::Outcome::Stored);
    EXPECT_EQ(put("b", "x"), RetainedStore::Outcome::Stored);
    EXPECT_EQ(store.bytes(), 2 * bytes_of_x);
    EXPECT_EQ(put("c", "xy"), RetainedStore::Outcome::Full);
    EXPECT_EQ(put("c", "x"), RetainedStore::Outcome::Stored);
    EXPECT_EQ(put("a", "xy"), RetainedStore::Outcome::Full) << "in the place of a smaller one";
    EXPECT_EQ(put("$SYS/x", "of the server"), RetainedStore::Outcome::Stored);
    EXPECT_EQ(store.bytes(), 3 * bytes_of_x);
    EXPECT_EQ(put("a", ""), RetainedStore::Outcome::Removed);
    EXPECT_EQ(put("b", "xyz"), RetainedStore::Outcome::Stored);
    EXPECT_EQ(store.bytes(), 2 * bytes_of_x + 2);
    // What was kept under a higher bound.
    store.restore({.topic = "d", .payload = Bytes(5000)});
    EXPECT_EQ(put("e", "x"), RetainedStore::Outcome::Full);
    EXPECT_EQ(put("d", std::string(4000, 'x')), RetainedStore::Outcome::Stored);
    EXPECT_EQ(put("d", ""), RetainedStore::Outcome::Removed);
    EXPECT_EQ(put("b", ""), RetainedStore::Outcome::Removed);
    EXPECT_EQ(put("c", ""), RetainedStore::Outcome::Removed);
    EXPECT_EQ(store.bytes(), 0U);
}

}  // namespace
}  // namespace gatehouse::broker
