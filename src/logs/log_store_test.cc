#include "logs/log_store.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <latch>

#include "base/random.h"
#include "logs/log_requests.h"

namespace gatehouse::logs {
namespace {

class LogStoreTest : public testing::Test {
protected:
    LogStoreTest() {
        std::string name = testing::TempDir() + "log_store_XXXXXX";
        settings_.folder = ::mkdtemp(name.data());
        settings_.batch_delay = std::chrono::milliseconds(1);
        settings_.report = [this](const std::string& text) { reports_.push_back(text); };
    }
    ~LogStoreTest() override {
        store_.reset();
        std::filesystem::remove_all(settings_.folder);
    }

    LogStore& open() {
        store_.reset();
        store_ = LogStore::open(settings_, clock_).value();
        return *store_;
    }
    StreamRef stream(std::string group, std::string name) {
        return std::make_shared<const StreamAddress>(
            StreamAddress{tenant_, std::move(group), std::move(name)});
    }
    std::vector<std::string> messages(const std::string& group, std::string pattern = "") {
        std::vector<std::string> all;
        FilterLogEvents request{.group = group, .filter_pattern = std::move(pattern)};
        do {
            auto page = filter_log_events(*store_, tenant_, request);
            if (!page) return {page.error().message};
            for (LogEvent& event : page->events) all.push_back(std::move(event.message));
            request.next_token = page->next_token;
        } while (!request.next_token.empty());
        return all;
    }
    void fill(const StreamRef& to, int count, std::size_t size) {
        for (int i = 0; i < count; ++i) {
            std::string message = std::to_string(i) + " ";
            // Incompressible, so that sizes on disk are what was written.
            std::string noise(size, '\0');
            for (char& c : noise) c = static_cast<char>('!' + random_.next() % 90);
            store_->append(to, clock_.wall_now(), message + noise, Importance::Kept);
            clock_.advance(std::chrono::milliseconds(1));
            if (i % 50 == 0) store_->flush();
        }
        store_->flush();
    }

    Tenant tenant_;
    ManualClock clock_;
    SeededRandom random_{3};
    StoreSettings settings_;
    std::vector<std::string> reports_;
    std::unique_ptr<LogStore> store_;
};

TEST_F(LogStoreTest, KeepsEventsAcrossARestart) {
    open().record({.tenant = tenant_, .type = EventType::Connect, .trace_id = "t-1"});
    clock_.advance(std::chrono::seconds(1));
    store_->record({.tenant = tenant_,
                    .type = EventType::Connect,
                    .status = Status::Failure,
                    .trace_id = "t-2"});
    open();
    EXPECT_EQ(messages(iot_log_group).size(), 2U);
    EXPECT_EQ(messages(iot_log_group, R"({ $.traceId = "t-2" })").size(), 1U);
    const auto groups = describe_log_groups(*store_, tenant_, {});
    ASSERT_EQ(groups->groups.size(), 1U);
    EXPECT_EQ(groups->groups[0].name, iot_log_group);
    EXPECT_GE(groups->groups[0].created, ManualClock::default_start().time_since_epoch().count());
    const auto streams = describe_log_streams(*store_, tenant_, {.group = iot_log_group});
    ASSERT_EQ(streams->streams.size(), 1U);
    EXPECT_EQ(streams->streams[0].name, "2026-01-01");
}

TEST_F(LogStoreTest, SealedSegmentsReadBackInOrderAndAcrossARestart) {
    settings_.segment_bytes = 64 * 1024;
    open();
    fill(stream("/aws/lambda/f", "s"), 1000, 300);
    store_->append(stream("/aws/lambda/f", "other"), clock_.wall_now(), "not this");
    const auto check = [&] {
        const auto found = messages("/aws/lambda/f", "-\"not this\"");
        ASSERT_EQ(found.size(), 1000U);
        for (std::size_t i = 0; i < found.size(); ++i) {
            EXPECT_TRUE(found[i].starts_with(std::to_string(i) + " "));
        }
    };
    check();
    std::size_t sealed = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(settings_.folder)) {
        sealed += entry.path().extension() == ".seg" ? 1 : 0;
    }
    EXPECT_GE(sealed, 3U);
    open();
    check();
}

TEST_F(LogStoreTest, DropsTheOldestSegmentsOverTheGroupsLimit) {
    settings_.segment_bytes = 32 * 1024;
    settings_.group_bytes = 128 * 1024;
    open();
    fill(stream("g", "s"), 2000, 300);
    const auto found = messages("g");
    EXPECT_LT(found.size(), 600U);
    EXPECT_GT(found.size(), 250U);
    EXPECT_TRUE(found.back().starts_with("1999 "));
    const auto groups = describe_log_groups(*store_, tenant_, {});
    EXPECT_LE(groups->groups[0].stored_bytes, settings_.group_bytes + settings_.segment_bytes);
}

TEST_F(LogStoreTest, DropsTheOldestOfAllGroupsOverTheTotal) {
    settings_.segment_bytes = 32 * 1024;
    settings_.total_bytes = 100 * 1024;
    open();
    fill(stream("old", "s"), 300, 300);
    fill(stream("new", "s"), 300, 300);
    store_.reset();  // the last thing it does is to keep its limits
    open();
    EXPECT_LT(messages("old").size(), 200U);
    EXPECT_GT(messages("new").size(), messages("old").size());
}

TEST_F(LogStoreTest, ATornTailIsCutAndWritingGoesOn) {
    open();
    fill(stream("g", "s"), 10, 20);
    store_.reset();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(settings_.folder)) {
        if (entry.path().extension() != ".log") continue;
        std::filesystem::resize_file(entry.path(), entry.file_size() - 5);
        std::ofstream(entry.path(), std::ios::app) << "\x10\x00\x00\x00garbage";
    }
    open();
    const std::size_t kept = messages("g").size();
    EXPECT_GT(kept, 0U);
    EXPECT_LT(kept, 10U);
    fill(stream("g", "s"), 3, 20);
    open();
    EXPECT_EQ(messages("g").size(), kept + 3);
}

// The promise of the architecture: kill -9 loses no record older than a second.
TEST_F(LogStoreTest, KillLosesNothingOlderThanASecond) {
    settings_.batch_delay = std::chrono::milliseconds(100);  // the default
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const SystemClock clock;
        auto store = LogStore::open(settings_, clock).value();
        for (int i = 0; i < 500; ++i) {
            store->record({.tenant = tenant_, .type = EventType::Connect});
        }
        (void)!::write(pipe_ends[1], "x", 1);
        while (true) ::pause();
    }
    char byte = 0;
    ASSERT_EQ(::read(pipe_ends[0], &byte, 1), 1);
    pollfd nothing{pipe_ends[0], POLLIN, 0};
    ::poll(&nothing, 1, 1000);  // nothing comes: a second goes by
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ::close(pipe_ends[0]);
    ::close(pipe_ends[1]);
    open();
    EXPECT_EQ(messages(iot_log_group).size(), 500U);
}

TEST_F(LogStoreTest, OverTheBudgetSuccessesAreDroppedAndCountedRefusalsNever) {
    settings_.batch_delay = std::chrono::seconds(10);  // nothing is written meanwhile
    settings_.intake.droppable_bytes = 50'000;
    open();
    for (int i = 0; i < 1000; ++i) {
        store_->record({.tenant = tenant_, .type = EventType::Connect, .trace_id = "ok"});
        store_->record({.tenant = tenant_,
                        .type = EventType::Connect,
                        .status = Status::Failure,
                        .trace_id = "no"});
    }
    store_->flush();
    EXPECT_EQ(messages(iot_log_group, R"({ $.traceId = "no" })").size(), 1000U);
    const std::size_t successes = messages(iot_log_group, R"({ $.traceId = "ok" })").size();
    EXPECT_GT(successes, 100U);
    EXPECT_LT(successes, 500U);
    EXPECT_EQ(store_->counters().dropped, 1000 - successes);
    EXPECT_EQ(store_->counters().lost, 0U);
    open();
    const auto notice = messages(iot_log_group, R"({ $.eventType = "Logs.Dropped" })");
    ASSERT_EQ(notice.size(), 1U);
    EXPECT_NE(notice[0].find("\"recordCount\":" + std::to_string(1000 - successes)),
              std::string::npos);
}

TEST_F(LogStoreTest, AFullDiskIsReportedOnceAndLeftBehind) {
    open();
    store_->append(stream("g", "s"), clock_.wall_now(), "before");
    store_->flush();
    // A limit on the size of files stands for a full disk: writes fail in the same place.
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const auto old_handler = ::signal(SIGXFSZ, SIG_IGN);
    rlimit small = before;
    small.rlim_cur = 200;
    ::setrlimit(RLIMIT_FSIZE, &small);
    for (int i = 0; i < 5; ++i) {
        store_->append(stream("g", "s"), clock_.wall_now(), std::string(1000, 'x'));
        store_->flush();
    }
    ::setrlimit(RLIMIT_FSIZE, &before);
    ::signal(SIGXFSZ, old_handler);
    store_->append(stream("g", "s"), clock_.wall_now(), "after");
    store_->flush();
    EXPECT_EQ(messages("g"), (std::vector<std::string>{"before", "after"}));
    EXPECT_EQ(store_->counters().lost, 5U);
    ASSERT_EQ(reports_.size(), 2U);
    EXPECT_NE(reports_[1].find("5 were lost"), std::string::npos) << reports_[1];
    open();
    EXPECT_EQ(messages("g"), (std::vector<std::string>{"before", "after"}));
}

TEST_F(LogStoreTest, ManyThreadsRecordAtOnce) {
    open();
    constexpr int threads = 8;
    constexpr int each = 2000;
    std::latch start(threads);
    std::vector<std::thread> running;
    for (int t = 0; t < threads; ++t) {
        running.emplace_back([&, t] {
            const auto own = stream("g", "s" + std::to_string(t));
            start.arrive_and_wait();
            for (int i = 0; i < each; ++i) {
                store_->append(own, clock_.wall_now(), std::to_string(i));
            }
        });
    }
    start.wait();
    for (int i = 0; i < 20; ++i) (void)messages("g", "1999");  // reading meanwhile
    for (auto& thread : running) thread.join();
    for (int t = 0; t < threads; ++t) {
        const auto page = get_log_events(
            *store_, tenant_,
            {.group = "g", .stream = "s" + std::to_string(t), .start_from = Direction::Forward});
        ASSERT_EQ(page->events.size(), static_cast<std::size_t>(each));
        // One thread's records keep their order.
        for (int i = 0; i < each; ++i) {
            EXPECT_EQ(page->events[static_cast<std::size_t>(i)].message, std::to_string(i));
        }
    }
}

TEST_F(LogStoreTest, FollowersGetWhatTheyAskedForAndAreToldWhatTheyMissed) {
    open();
    int woken = 0;
    const auto tail = store_
                          ->tail({.tenant = tenant_,
                                  .groups = {"g"},
                                  .streams = {},
                                  .stream_prefixes = {"a"},
                                  .pattern = FilterPattern::parse("yes").value()},
                                 [&] { ++woken; })
                          .value();
    store_->append(stream("g", "a1"), clock_.wall_now(), "yes 1");
    store_->append(stream("g", "a1"), clock_.wall_now(), "no");
    store_->append(stream("g", "b"), clock_.wall_now(), "yes b");
    store_->append(stream("h", "a1"), clock_.wall_now(), "yes h");
    store_->flush();
    auto taken = tail->take();
    ASSERT_EQ(taken.records.size(), 1U);
    EXPECT_EQ(taken.records[0].message, "yes 1");
    EXPECT_EQ(woken, 1);
    for (std::size_t i = 0; i < Tail::records_max + 5; ++i) {
        store_->append(stream("g", "a1"), clock_.wall_now(), "yes");
    }
    store_->flush();
    taken = tail->take();
    EXPECT_EQ(taken.records.size(), Tail::records_max);
    EXPECT_EQ(taken.missed, 5U);
}

TEST_F(LogStoreTest, NamesBecomeSafeFolders) {
    open();
    for (const char* name : {"..", ".", "/aws/lambda/x", "a#b", "../../etc"}) {
        ASSERT_TRUE(create_log_group(*store_, tenant_, name)) << name;
    }
    const std::string long_name(512, 'n');
    ASSERT_TRUE(create_log_group(*store_, tenant_, long_name));
    ASSERT_TRUE(create_log_group(*store_, tenant_, long_name.substr(1)));
    const auto region = settings_.folder / tenant_.account.value() / tenant_.region.value();
    const auto folders = std::distance(std::filesystem::directory_iterator(region), {});
    EXPECT_EQ(folders, 7);
    open();
    EXPECT_EQ(describe_log_groups(*store_, tenant_, {})->groups.size(), 7U);
    EXPECT_TRUE(store_->group(tenant_, "../../etc"));
}

TEST_F(LogStoreTest, AnInvalidLineIsMadeWellFormedAndLongOnesAreCut) {
    open();
    store_->append(stream("g", "s"), clock_.wall_now(), "a\xff");
    store_->append(stream("g", "s"), clock_.wall_now(), std::string(300 * 1024, 'x'));
    const auto found = messages("g");
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0], "a\xef\xbf\xbd");
    EXPECT_EQ(found[1].size(), 256U * 1024);
}

}  // namespace
}  // namespace gatehouse::logs
