#include "broker/topic_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "broker/topic_levels.h"
#include "mqtt/topic.h"

namespace gatehouse::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Subscriber subscriber(std::uint32_t slot, SubscriptionOptions options = {}) {
    return Subscriber(SessionPlace{0, slot}, options);
}

struct Tree {
    explicit Tree(ParentMatch parent_match = ParentMatch::Yes)
        : tree(quiescence, parent_match, 0x5EED), reader(quiescence) {}

    std::vector<std::uint32_t> match(std::string_view topic) {
        std::vector<Subscriber> found;
        MatchStamp stamp;
        tree.match(reader, topic, stamp, found);
        std::vector<std::uint32_t> slots;
        for (const Subscriber one : found) slots.push_back(one.slot());
        std::ranges::sort(slots);
        return slots;
    }
    FilterHandle add(std::string_view filter, std::uint32_t slot) {
        return tree.subscribe(filter, subscriber(slot)).value();
    }

    Quiescence quiescence;
    TopicTree tree;
    Quiescence::Reader reader;
};

TEST(TopicTree, MatchesTheLongestTopics) {
    Tree tree;
    for (const std::size_t size : {65534U, 65535U}) {
        const std::string level(size, 'x');
        tree.add(level, 1);
        EXPECT_THAT(tree.match(level), ElementsAre(1)) << size;
    }
}

TEST(TopicTree, WildcardsMatchAsTheSpecificationSays) {
    Tree tree;
    tree.add("a/b", 1);
    tree.add("a/+", 2);
    tree.add("a/#", 3);
    tree.add("#", 4);
    tree.add("+", 5);
    tree.add("+/+", 6);
    tree.add("/+", 7);
    tree.add("+/b/#", 8);
    EXPECT_THAT(tree.match("a/b"), ElementsAre(1, 2, 3, 4, 6, 8));
    EXPECT_THAT(tree.match("a"), ElementsAre(3, 4, 5));
    EXPECT_THAT(tree.match("a/"), ElementsAre(2, 3, 4, 6));
    EXPECT_THAT(tree.match("/x"), ElementsAre(4, 6, 7));
    EXPECT_THAT(tree.match("x/b/c/d"), ElementsAre(4, 8));
    EXPECT_THAT(tree.match("/"), ElementsAre(4, 6, 7));
}

TEST(TopicTree, AwsDoesNotMatchTheParentOfAHash) {
    Tree tree(ParentMatch::No);
    tree.add("sensor/#", 1);
    EXPECT_THAT(tree.match("sensor"), IsEmpty());
    EXPECT_THAT(tree.match("sensor/"), ElementsAre(1));
    EXPECT_THAT(tree.match("sensor/a/b"), ElementsAre(1));
}

TEST(TopicTree, LeadingWildcardsDoNotMatchDollarTopics) {
    Tree tree;
    tree.add("#", 1);
    tree.add("+/events", 2);
    tree.add("$aws/#", 3);
    tree.add("$aws/+", 4);
    EXPECT_THAT(tree.match("$aws/events"), ElementsAre(3, 4));
}

TEST(TopicTree, ASecondSubscriptionOfASessionReplacesTheFirst) {
    Tree tree;
    tree.add("t", 1);
    SubscriptionOptions options;
    options.qos = mqtt::Qos::AtLeastOnce;
    options.no_local = NoLocal::Yes;
    tree.tree.subscribe("t", subscriber(1, options)).value();
    std::vector<Subscriber> found;
    MatchStamp stamp;
    EXPECT_EQ(tree.tree.match(tree.reader, "t", stamp, found), 1U);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].qos(), mqtt::Qos::AtLeastOnce);
    EXPECT_TRUE(found[0].is_no_local());
    EXPECT_FALSE(found[0].is_retain_as_published());
    EXPECT_EQ(tree.tree.subscription_count(), 1U);
}

TEST(TopicTree, FiltersAreReadBackAsTheyWereWritten) {
    Tree tree;
    for (const char* filter : {"a", "a/b/c", "#", "+", "+/+", "a/+/b/#", "/", "//", "+//#", "a/",
                               "/+/", "$aws/things/+/shadow/#"}) {
        EXPECT_EQ(tree.tree.text_of(tree.add(filter, 1)), filter);
    }
}

TEST(TopicTree, UnsubscribingLeavesNothingBehind) {
    Tree tree;
    const auto deep = tree.add("a/b/+/c/+/d/#", 1);
    const auto half = tree.add("a/b/+", 2);
    EXPECT_EQ(tree.tree.find("a/b/+/c/+/d/#"), deep);
    tree.tree.unsubscribe(deep, {0, 1});
    EXPECT_EQ(tree.tree.find("a/b/+/c/+/d/#"), FilterHandle());
    EXPECT_EQ(tree.tree.find("a/b/+/c/+"), FilterHandle());
    EXPECT_THAT(tree.match("a/b/x"), ElementsAre(2));
    tree.tree.unsubscribe(half, {0, 2});
    EXPECT_EQ(tree.tree.find("a/b"), FilterHandle());
    EXPECT_EQ(tree.tree.subscription_count(), 0U);
}

TEST(TopicTree, DepthIsBounded) {
    Tree tree;
    std::string deepest = "a";
    for (std::size_t i = 1; i < tree_levels_max; ++i) deepest += "/a";
    tree.add(deepest, 1);
    tree.add("#", 2);
    EXPECT_EQ(tree.tree.subscribe(deepest + "/a", subscriber(3)).error().kind,
              ErrorKind::LimitExceeded);
    EXPECT_THAT(tree.match(deepest), ElementsAre(1, 2));
    EXPECT_THAT(tree.match(deepest + "/a"), ElementsAre(2));
}

TEST(TopicTree, AMatchStaysCurrentUntilAFilterOfItsOwnChanges) {
    Tree tree;
    const auto wide = tree.add("d/+/state", 1);
    std::vector<Subscriber> found;
    MatchStamp stamp;
    EXPECT_FALSE(tree.tree.is_current(stamp));
    tree.tree.match(tree.reader, "d/17/state", stamp, found);
    EXPECT_TRUE(tree.tree.is_current(stamp));
    int stale = 0;
    for (int i = 100; i < 200; ++i) {
        tree.add("d/" + std::to_string(i) + "/cmd", 2);
        if (!tree.tree.is_current(stamp)) {
            ++stale;
            tree.tree.match(tree.reader, "d/17/state", stamp, found);
        }
    }
    EXPECT_LE(stale, 3);  // counters shared by chance
    for (const char* filter : {"#", "d/#", "d/17/+", "d/17/state", "+/17/state"}) {
        const auto handle = tree.add(filter, 3);
        EXPECT_FALSE(tree.tree.is_current(stamp)) << filter;
        tree.tree.match(tree.reader, "d/17/state", stamp, found);
        tree.tree.unsubscribe(handle, {0, 3});
        EXPECT_FALSE(tree.tree.is_current(stamp)) << filter;
        tree.tree.match(tree.reader, "d/17/state", stamp, found);
    }
    tree.tree.unsubscribe(wide, {0, 1});
    EXPECT_FALSE(tree.tree.is_current(stamp));
}

TEST(TopicTree, MatchesOnDeepTopicsNoticeChangesToo) {
    Tree tree;
    const std::string topic = "1/2/3/4/5/6/7/8/9/10";
    std::vector<Subscriber> found;
    MatchStamp stamp;
    for (const char* filter :
         {"1/2/3/4/5/6/7/8/9/10", "1/2/3/4/5/6/7/8/9/+", "1/2/3/4/5/6/7/8/#"}) {
        tree.tree.match(tree.reader, topic, stamp, found);
        tree.add(filter, 1);
        EXPECT_FALSE(tree.tree.is_current(stamp)) << filter;
    }
}

// Against the plain matcher, with filters coming and going.
class RandomTree : public testing::TestWithParam<ParentMatch> {};

TEST_P(RandomTree, AgreesWithThePlainMatcher) {
    const auto multi_level = GetParam() == ParentMatch::Yes ? mqtt::MultiLevel::IncludesParent
                                                            : mqtt::MultiLevel::ChildrenOnly;
    std::mt19937 random(7);
    const auto pick = [&random](int n) {
        return static_cast<int>(random() % static_cast<unsigned>(n));
    };
    const auto make = [&](bool is_filter) {
        static constexpr std::string_view names[] = {"a", "b", "cc", "", "device-17", "$x"};
        std::string text;
        const int levels = 1 + pick(5);
        for (int i = 0; i < levels; ++i) {
            if (i > 0) text += '/';
            const int kind = is_filter ? pick(10) : 9;
            if (kind < 3) {
                text += '+';
            } else if (kind == 3) {
                return text + '#';
            } else {
                text += names[pick(6)];
            }
        }
        return text.empty() ? std::string("a") : text;
    };
    Tree tree(GetParam());
    std::map<std::pair<std::string, std::uint32_t>, FilterHandle> present;
    for (int round = 0; round < 20'000; ++round) {
        const std::string filter = make(true);
        const std::uint32_t slot = static_cast<std::uint32_t>(pick(20));
        const auto existing = present.find({filter, slot});
        if (existing == present.end()) {
            present[{filter, slot}] = tree.add(filter, slot);
        } else {
            tree.tree.unsubscribe(existing->second, {0, slot});
            present.erase(existing);
        }
        if (round % 20 != 0) continue;
        const std::string topic = make(false);
        std::vector<std::uint32_t> expected;
        for (const auto& [key, handle] : present) {
            if (mqtt::matches(key.first, topic, multi_level)) expected.push_back(key.second);
        }
        std::ranges::sort(expected);
        ASSERT_EQ(tree.match(topic), expected) << topic;
    }
    for (const auto& [key, handle] : present) tree.tree.unsubscribe(handle, {0, key.second});
    EXPECT_EQ(tree.tree.subscription_count(), 0U);
}
INSTANTIATE_TEST_SUITE_P(BothParentRules, RandomTree,
                         testing::Values(ParentMatch::No, ParentMatch::Yes));

// Readers without a lock while a writer changes the tree: who stays subscribed is always found.
TEST(TopicTree, ReadersSeeWhoStaysWhileOthersComeAndGo) {
    Quiescence quiescence;
    TopicTree tree(quiescence, ParentMatch::Yes, 0x5EED);
    tree.subscribe("d/1/state", subscriber(1)).value();
    tree.subscribe("d/+/state", subscriber(2)).value();
    tree.subscribe("d/#", subscriber(3)).value();
    std::atomic<bool> stop = false;
    std::atomic<int> missing = 0;
    std::vector<std::thread> readers;
    for (int i = 0; i < 2; ++i) {
        readers.emplace_back([&] {
            Quiescence::Reader reader(quiescence);
            std::vector<Subscriber> found;
            while (!stop) {
                found.clear();
                MatchStamp stamp;
                tree.match(reader, "d/1/state", stamp, found);
                std::set<std::uint32_t> slots;
                for (const Subscriber one : found) slots.insert(one.slot());
                if (!slots.contains(1) || !slots.contains(2) || !slots.contains(3)) ++missing;
            }
        });
    }
    for (std::uint32_t round = 0; round < 200; ++round) {
        std::vector<std::pair<FilterHandle, std::uint32_t>> handles;
        for (std::uint32_t i = 10; i < 40; ++i) {
            for (const char* filter : {"d/1/state", "d/+/state", "d/#", "+/1/+"}) {
                handles.emplace_back(tree.subscribe(filter, subscriber(i)).value(), i);
            }
            handles.emplace_back(
                tree.subscribe("d/" + std::to_string(i + round) + "/x/+", subscriber(i)).value(),
                i);
        }
        for (const auto& [handle, slot] : handles) tree.unsubscribe(handle, {0, slot});
    }
    stop = true;
    for (std::thread& reader : readers) reader.join();
    EXPECT_EQ(missing, 0);
    EXPECT_EQ(tree.subscription_count(), 3U);
    EXPECT_EQ(quiescence.reclaim(), 0U);
}

}  // namespace
}  // namespace gatehouse::broker
