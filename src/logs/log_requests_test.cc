#include "logs/log_requests.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

namespace gatehouse::logs {
namespace {

class LogRequestsTest : public testing::Test {
protected:
    LogRequestsTest() {
        std::string name = testing::TempDir() + "log_requests_XXXXXX";
        settings_.folder = ::mkdtemp(name.data());
        settings_.segment_bytes = 4096;
        store_ = LogStore::open(settings_, clock_).value();
        EXPECT_TRUE(create_log_group(*store_, tenant_, "g"));
        EXPECT_TRUE(create_log_stream(*store_, tenant_, "g", "s"));
        start_ = clock_.wall_now().time_since_epoch().count();
    }
    ~LogRequestsTest() override {
        store_.reset();
        std::filesystem::remove_all(settings_.folder);
    }

    // Messages "0", "1", … a second apart.
    void put(int count, const std::string& stream = "s") {
        for (int i = 0; i < count; ++i) {
            const std::string message = std::to_string(i);
            const PutEvent event{start_ + i * 1000, message};
            ASSERT_TRUE(put_log_events(*store_, tenant_, "g", stream, std::span(&event, 1)));
        }
    }
    static std::string texts(const std::vector<LogEvent>& events) {
        std::string out;
        for (const LogEvent& event : events) out += event.message + " ";
        return out;
    }
    LogEventsPage get(GetLogEvents request) {
        request.group = "g";
        request.stream = "s";
        return get_log_events(*store_, tenant_, request).value();
    }

    Tenant tenant_;
    ManualClock clock_;
    StoreSettings settings_;
    std::unique_ptr<LogStore> store_;
    std::int64_t start_ = 0;
};

TEST_F(LogRequestsTest, GetLogEventsPagesForwardUntilTheTokenStaysTheSame) {
    put(10);
    auto page = get({.limit = 4, .start_from = Direction::Forward});
    EXPECT_EQ(texts(page.events), "0 1 2 3 ");
    page = get({.next_token = page.next_forward_token, .limit = 4});
    EXPECT_EQ(texts(page.events), "4 5 6 7 ");
    page = get({.next_token = page.next_forward_token, .limit = 4});
    EXPECT_EQ(texts(page.events), "8 9 ");
    const std::string end = page.next_forward_token;
    page = get({.next_token = end, .limit = 4});
    EXPECT_TRUE(page.events.empty());
    EXPECT_EQ(page.next_forward_token, end);
    EXPECT_TRUE(end.starts_with("f/"));
    // Back from the end: the latest ones again.
    EXPECT_EQ(texts(get({.next_token = page.next_backward_token, .limit = 3}).events), "7 8 9 ");
    put(1);
    clock_.advance(std::chrono::seconds(60));
    const std::string late = "late";
    const PutEvent event{start_ + 60'000, late};
    ASSERT_TRUE(put_log_events(*store_, tenant_, "g", "s", std::span(&event, 1)));
    EXPECT_EQ(texts(get({.next_token = end}).events), "late ");
}

TEST_F(LogRequestsTest, GetLogEventsStartsWithTheLatestPageByDefault) {
    put(10);
    auto page = get({.limit = 3});
    EXPECT_EQ(texts(page.events), "7 8 9 ");
    page = get({.next_token = page.next_backward_token, .limit = 3});
    EXPECT_EQ(texts(page.events), "4 5 6 ");
    EXPECT_EQ(texts(get({.next_token = page.next_forward_token, .limit = 2}).events), "7 8 ");
    EXPECT_EQ(texts(get({.start_time = start_ + 2000, .end_time = start_ + 4000}).events), "2 3 ");
}

TEST_F(LogRequestsTest, AnEmptyStreamsForwardTokenFindsWhatComesLater) {
    const auto page = get({});
    EXPECT_TRUE(page.events.empty());
    put(2);
    EXPECT_EQ(texts(get({.next_token = page.next_forward_token}).events), "0 1 ");
}

TEST_F(LogRequestsTest, FilterLogEventsPagesInBothDirections) {
    put(25);
    for (const Direction direction : {Direction::Forward, Direction::Backward}) {
        FilterLogEvents request{
            .group = "g", .filter_pattern = "?1 ?2", .limit = 4, .direction = direction};
        std::vector<int> seen;
        int pages = 0;
        do {
            const auto page = filter_log_events(*store_, tenant_, request).value();
            EXPECT_LE(page.events.size(), 4U);
            for (const LogEvent& event : page.events) seen.push_back(std::stoi(event.message));
            request.next_token = page.next_token;
            ++pages;
        } while (!request.next_token.empty());
        std::vector<int> expected = {1, 2};
        for (int i = 10; i < 25; ++i) expected.push_back(i);
        if (direction == Direction::Backward) std::ranges::reverse(expected);
        EXPECT_EQ(seen, expected);
        EXPECT_GE(pages, 5);
    }
}

TEST_F(LogRequestsTest, FilterLogEventsIncludesBothEndsAndChoosesStreams) {
    put(5);
    ASSERT_TRUE(create_log_stream(*store_, tenant_, "g", "t"));
    put(2, "t");
    const auto texts_for = [&](FilterLogEvents request) {
        request.group = "g";
        return texts(filter_log_events(*store_, tenant_, request)->events);
    };
    EXPECT_EQ(texts_for({.start_time = start_ + 1000, .end_time = start_ + 2000}), "1 1 2 ");
    EXPECT_EQ(texts_for({.streams = {"t"}}), "0 1 ");
    EXPECT_EQ(texts_for({.stream_prefix = "s"}), "0 1 2 3 4 ");
}

TEST_F(LogRequestsTest, EventIdsAreUniqueAndOrdered) {
    put(3);
    const auto page = filter_log_events(*store_, tenant_, {.group = "g"}).value();
    ASSERT_EQ(page.events.size(), 3U);
    EXPECT_EQ(page.events[0].event_id.size(), 56U);
    EXPECT_LT(page.events[0].event_id, page.events[1].event_id);
    EXPECT_LT(page.events[1].event_id, page.events[2].event_id);
}

TEST_F(LogRequestsTest, RefusesWithTheServicesSentences) {
    const auto message = [](const auto& result) { return result ? "ok" : result.error().message; };
    EXPECT_EQ(message(filter_log_events(*store_, tenant_, {.group = "none"})),
              "The specified log group does not exist.");
    EXPECT_EQ(message(get_log_events(*store_, tenant_, {.group = "g", .stream = "none"})),
              "The specified log stream does not exist.");
    EXPECT_EQ(
        message(filter_log_events(*store_, tenant_, {.group = "g", .streams = {"s", "none"}})),
        "The specified log stream does not exist.");
    EXPECT_EQ(
        message(get_log_events(*store_, tenant_, {.group = "g", .stream = "s", .next_token = "x"})),
        "The specified nextToken is invalid.");
    EXPECT_EQ(message(filter_log_events(*store_, tenant_, {.group = "g", .next_token = "1/2"})),
              "The specified nextToken is invalid.");
    EXPECT_EQ(message(filter_log_events(*store_, tenant_, {.group = "g", .limit = 10001})),
              "1 validation error detected: Value '10001' at 'limit' failed to satisfy "
              "constraint: Member must have value less than or equal to 10000");
    EXPECT_EQ(message(create_log_group(*store_, tenant_, "g")),
              "The specified log group already exists");
    EXPECT_EQ(message(create_log_stream(*store_, tenant_, "g", "s")),
              "The specified log stream already exists");
    EXPECT_FALSE(create_log_group(*store_, tenant_, "with blank"));
    EXPECT_FALSE(create_log_stream(*store_, tenant_, "g", "a:b"));
    EXPECT_FALSE(put_retention_policy(*store_, tenant_, "g", 2));
    EXPECT_FALSE(filter_log_events(*store_, tenant_, {.group = "g", .filter_pattern = "{"}));
    EXPECT_FALSE(describe_log_streams(
        *store_, tenant_, {.group = "g", .prefix = "s", .order_by = StreamOrder::LastEventTime}));
    EXPECT_FALSE(describe_log_groups(*store_, tenant_, {.prefix = "a", .pattern = "b"}));
}

TEST_F(LogRequestsTest, PutLogEventsRejectsWhatIsTooOldOrTooNew) {
    const std::int64_t now = start_;
    const std::array<PutEvent, 2> unordered = {{{now, "a"}, {now - 1, "b"}}};
    EXPECT_EQ(put_log_events(*store_, tenant_, "g", "s", unordered).error().message,
              "Log events in a single PutLogEvents request must be in chronological order.");
    const std::int64_t day = 86'400'000;
    const std::array<PutEvent, 2> old = {{{now - 14 * day - 5, "old"}, {now - 14 * day, "ok"}}};
    EXPECT_EQ(put_log_events(*store_, tenant_, "g", "s", old)->too_old_end, 0U);
    const std::array<PutEvent, 2> newer = {{{now + 7'200'000, "in"}, {now + 7'200'001, "new"}}};
    EXPECT_EQ(put_log_events(*store_, tenant_, "g", "s", newer)->too_new_start, 1U);
    EXPECT_EQ(texts(get({}).events), "ok in ");
    const std::array<PutEvent, 2> wide = {{{now - day - 1, "a"}, {now, "b"}}};
    EXPECT_FALSE(put_log_events(*store_, tenant_, "g", "s", wide));
    EXPECT_FALSE(put_log_events(*store_, tenant_, "g", "s", {}));
}

TEST_F(LogRequestsTest, TheServicesOwnStreamsTakeNothingFromOthers) {
    store_->record({.tenant = tenant_, .trace_id = "real"});
    store_->flush();
    const auto streams = describe_log_streams(*store_, tenant_, {.group = iot_log_group});
    ASSERT_EQ(streams->streams.size(), 1U);
    const std::string own = streams->streams[0].name;
    EXPECT_TRUE(is_event_stream(own)) << own;
    const PutEvent forged{start_, "forged"};
    const auto put = [&](std::string_view group, std::string_view stream) {
        (void)create_log_group(*store_, tenant_, group);
        (void)create_log_stream(*store_, tenant_, group, stream);
        return put_log_events(*store_, tenant_, group, stream, std::span(&forged, 1));
    };
    EXPECT_EQ(put(iot_log_group, own).error().kind, ErrorKind::InvalidInput);
    EXPECT_FALSE(put(iot_log_group, "2030-12-31")) << "one that it will come to";
    EXPECT_TRUE(put(iot_log_group, "2030/12/31/[$LATEST]0123")) << "another name is somebody's own";
    EXPECT_TRUE(put("g", own)) << "nor are other groups the service's";
    const auto found = filter_log_events(*store_, tenant_, {.group = iot_log_group});
    for (const LogEvent& event : found->events) {
        EXPECT_NE(is_event_stream(event.stream), event.message == "forged") << event.stream;
    }
}

TEST_F(LogRequestsTest, RetentionHidesAndRemoves) {
    put(2);
    ASSERT_TRUE(put_retention_policy(*store_, tenant_, "g", 1));
    clock_.advance(std::chrono::hours(23));
    EXPECT_EQ(texts(get({}).events), "0 1 ");
    clock_.advance(std::chrono::hours(1) + std::chrono::milliseconds(500));
    EXPECT_EQ(texts(get({}).events), "1 ");
    EXPECT_EQ(describe_log_groups(*store_, tenant_, {})->groups[0].retention_days, 1);
    ASSERT_TRUE(put_retention_policy(*store_, tenant_, "g", std::nullopt));
    EXPECT_EQ(texts(get({}).events), "0 1 ");
}

TEST_F(LogRequestsTest, DescribesGroupsAndStreamsInPages) {
    for (const char* name : {"/a/1", "/a/2", "/b/1"}) {
        ASSERT_TRUE(create_log_group(*store_, tenant_, name));
    }
    auto page = describe_log_groups(*store_, tenant_, {.prefix = "/a", .limit = 1}).value();
    EXPECT_EQ(page.groups[0].name, "/a/1");
    page = describe_log_groups(*store_, tenant_,
                               {.prefix = "/a", .next_token = page.next_token, .limit = 1})
               .value();
    EXPECT_EQ(page.groups[0].name, "/a/2");
    EXPECT_TRUE(page.next_token.empty());
    EXPECT_EQ(describe_log_groups(*store_, tenant_, {.pattern = "/1"})->groups.size(), 2U);

    put(3);
    ASSERT_TRUE(create_log_stream(*store_, tenant_, "g", "empty"));
    const auto streams = describe_log_streams(*store_, tenant_,
                                              {.group = "g",
                                               .order_by = StreamOrder::LastEventTime,
                                               .direction = SortDirection::Descending})
                             .value();
    ASSERT_EQ(streams.streams.size(), 2U);
    EXPECT_EQ(streams.streams[0].name, "s");
    EXPECT_EQ(streams.streams[0].first_event, start_);
    EXPECT_EQ(streams.streams[0].last_event, start_ + 2000);
    EXPECT_EQ(streams.streams[1].last_event, std::nullopt);
}

TEST_F(LogRequestsTest, AGroupsClassIsKept) {
    ASSERT_TRUE(create_log_group(*store_, tenant_, "rare", {}, GroupClass::InfrequentAccess));
    store_.reset();
    store_ = LogStore::open(settings_, clock_).value();
    const auto named = [&](GroupClass group_class) {
        const auto page = describe_log_groups(*store_, tenant_, {.group_class = group_class});
        return page->groups.size() == 1 ? page->groups[0].name : "not one";
    };
    EXPECT_EQ(named(GroupClass::InfrequentAccess), "rare");
    EXPECT_EQ(named(GroupClass::Standard), "g");
}

TEST_F(LogRequestsTest, PagesOfStreamsGoOnBehindOneThatIsGone) {
    put(1);
    for (const char* name : {"a", "b", "c"}) {
        ASSERT_TRUE(create_log_stream(*store_, tenant_, "g", name));
    }
    put(2, "b");
    for (const StreamOrder order : {StreamOrder::LogStreamName, StreamOrder::LastEventTime}) {
        // By name: a b c s; by time: a c, which are empty, s, b.
        DescribeLogStreams request{.group = "g", .order_by = order, .limit = 3};
        const auto page = describe_log_streams(*store_, tenant_, request).value();
        const LogStreamFacts& last = page.streams.back();
        ASSERT_TRUE(store_->delete_stream(tenant_, "g", last.name));
        request.next_token = page.next_token;
        const auto rest = describe_log_streams(*store_, tenant_, request).value();
        ASSERT_EQ(rest.streams.size(), 1U) << last.name;
        EXPECT_EQ(rest.streams[0].name, order == StreamOrder::LogStreamName ? "s" : "b");
        ASSERT_TRUE(create_log_stream(*store_, tenant_, "g", last.name));
        if (last.name == "s") put(1);
    }
    const auto refused =
        describe_log_streams(*store_, tenant_, {.group = "g", .next_token = "6162"});
    EXPECT_EQ(refused.error().message, "The specified nextToken is invalid.");
}

TEST_F(LogRequestsTest, DeletingStreamsAndGroupsForgetsTheirRecords) {
    put(3);
    ASSERT_TRUE(store_->delete_stream(tenant_, "g", "s"));
    EXPECT_FALSE(get_log_events(*store_, tenant_, {.group = "g", .stream = "s"}));
    ASSERT_TRUE(create_log_stream(*store_, tenant_, "g", "s"));
    EXPECT_EQ(texts(get({}).events), "");
    put(1);
    store_.reset();
    store_ = LogStore::open(settings_, clock_).value();
    EXPECT_EQ(texts(get({}).events), "0 ");
    ASSERT_TRUE(store_->delete_group(tenant_, "g"));
    EXPECT_FALSE(store_->group(tenant_, "g"));
    EXPECT_FALSE(store_->delete_group(tenant_, "g"));
    ASSERT_TRUE(create_log_group(*store_, tenant_, "g"));
    EXPECT_TRUE(describe_log_streams(*store_, tenant_, {.group = "g"})->streams.empty());
}

TEST_F(LogRequestsTest, TenantsDoNotSeeEachOther) {
    const Tenant other{AccountId("111111111111"), Region("us-east-1")};
    EXPECT_FALSE(store_->group(other, "g"));
    ASSERT_TRUE(create_log_group(*store_, other, "g"));
    put(1);
    EXPECT_TRUE(filter_log_events(*store_, other, {.group = "g"})->events.empty());
}

}  // namespace
}  // namespace gatehouse::logs
