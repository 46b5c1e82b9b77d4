#include "broker/message_queue.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace gatehouse::broker {
namespace {

MessageRef message(std::string_view payload) {
    return MessageRef::make("t", {.payload = bytes_of(payload)}, SteadyTime());
}

TEST(MessageQueue, IsFirstInFirstOutAndKeepsCount) {
    MessageQueue queue;
    std::deque<std::string> expected;
    std::size_t bytes = 0;
    std::mt19937 random(5);
    for (int i = 0; i < 10'000; ++i) {
        if (random() % 100 < 55 && expected.size() < 500) {
            const std::string payload(random() % 20, static_cast<char>('a' + i % 26));
            const MessageRef one = message(payload);
            bytes += one->bytes();
            queue.push({.message = one});
            expected.push_back(payload);
        } else if (!expected.empty()) {
            ASSERT_EQ(text_of(queue.front().message->publication({}).payload), expected.front());
            bytes -= queue.front().message->bytes();
            queue.pop();
            expected.pop_front();
        }
        ASSERT_EQ(queue.size(), expected.size());
        ASSERT_EQ(queue.bytes(), bytes);
    }
}

TEST(StoredMessage, TellsTheExpiryThatIsLeft) {
    const SteadyTime start{};
    const std::uint8_t properties[] = {0x02, 0, 0, 0, 10};
    const MessageRef kept = MessageRef::make("topic",
                                             {.payload = bytes_of("payload"),
                                              .properties = properties,
                                              .expiry_seconds = 10,
                                              .expiry_at = 1,
                                              .retain = Retain::Yes},
                                             start);
    const Publication later = kept->publication(start + std::chrono::milliseconds(9500));
    EXPECT_EQ(kept->topic(), "topic");
    EXPECT_EQ(text_of(later.payload), "payload");
    EXPECT_EQ(later.properties.size(), 5U);
    EXPECT_EQ(later.expiry_seconds, 1U);
    EXPECT_EQ(later.expiry_at, 1U);
    EXPECT_EQ(later.retain, Retain::Yes);
    EXPECT_FALSE(kept->is_expired(start + std::chrono::milliseconds(9999)));
    EXPECT_TRUE(kept->is_expired(start + std::chrono::seconds(10)));
}

}  // namespace
}  // namespace gatehouse::broker
