// Batches that go to the disk together.
#include "storage/sqlite_batch.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "storage/child_process.h"
#include "storage/scratch_dir.h"
#include "storage/sqlite_resource_store.h"

namespace gatehouse::storage {
namespace {

class SqliteBatchTest : public ::testing::Test {
protected:
    std::filesystem::path file() const { return dir_.file("gatehouse.db"); }
    std::unique_ptr<SqliteResourceStore> open() {
        return std::move(SqliteResourceStore::open(clock_, {.file = file()}).value());
    }
    std::unique_ptr<Database> database() { return Database::open({.file = file()}).value(); }
    static RecordKey key(const std::string& name) { return {Tenant{}, Kind("gate"), name}; }
    static Batch put(const std::string& name, std::string body = "body") {
        return Batch().put(key(name), std::move(body));
    }
    // As letters: "+" it is there, "-" it was refused.
    static std::string outcomes(Database& database, const std::vector<Batch>& batches) {
        std::vector<const Batch*> all;
        for (const Batch& batch : batches) all.push_back(&batch);
        std::string letters;
        for (const auto& outcome : apply_batches(database, all, WallTime())) {
            letters += outcome ? '+' : '-';
        }
        return letters;
    }
    // Of the write-ahead log. Source: sqlite.org, "WAL-mode File Format": a frame that ends a
    // commit says how many pages the database has.
    int commits() const {
        std::ifstream log(file().string() + "-wal", std::ios::binary);
        std::string bytes{std::istreambuf_iterator<char>(log), {}};
        const auto number = [&](std::size_t at) {
            std::uint32_t value = 0;
            for (std::size_t i = 0; i < 4; ++i) {
                value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
            }
            return value;
        };
        constexpr std::size_t header = 32;
        constexpr std::size_t frame_header = 24;
        int count = 0;
        const std::size_t page = bytes.size() < header ? 0 : number(8);
        for (std::size_t at = header; page != 0 && at + frame_header + page <= bytes.size();
             at += frame_header + page) {
            if (number(at + 4) != 0) ++count;
        }
        return count;
    }

    SystemClock clock_;
    ScratchDir dir_;
};

TEST_F(SqliteBatchTest, OneCommitIsForAllOfThem) {
    const auto store = open();
    const auto writer = database();
    ASSERT_EQ(outcomes(*writer, {put("first")}), "+");
    const int before = commits();
    EXPECT_EQ(outcomes(*writer, {put("a"), put("b"), put("c")}), "+++");
    EXPECT_EQ(commits(), before + 1);
    for (const char* const name : {"a", "b", "c"}) EXPECT_TRUE(store->get(key(name))) << name;
    EXPECT_LT(store->get(key("a"))->revision, store->get(key("b"))->revision);
}

TEST_F(SqliteBatchTest, ConditionsSeeWhatCameBefore) {
    const auto store = open();
    const auto writer = database();
    const Error refusal{ErrorKind::Conflict, "it is there", {}};
    const auto made_once = [&](const std::string& body) {
        return put("one", body).require(IsAbsent{key("one")}, refusal);
    };
    EXPECT_EQ(outcomes(*writer, {made_once("first"), made_once("second"), put("other")}), "+-+");
    EXPECT_EQ(store->get(key("one"))->body, "first");
    EXPECT_TRUE(store->get(key("other")));
    EXPECT_EQ(commits(), 1);
}

TEST_F(SqliteBatchTest, WhatTheDiskDoesNotTakeFailsByItself) {
    open();
    ChildProcess child([&](const ChildProcess::Report& report) {
        ::signal(SIGXFSZ, SIG_IGN);
        const auto writer = database();
        const rlimit limit{400'000, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        report.line(
            outcomes(*writer, {put("a"), put("large", std::string(1'000'000, 'x')), put("b")}));
    });
    EXPECT_EQ(child.next_line(), "+-+");
    child.wait();
    const auto store = open();
    EXPECT_TRUE(store->get(key("a")));
    EXPECT_TRUE(store->get(key("b")));
    EXPECT_FALSE(store->get(key("large")));
}

TEST_F(SqliteBatchTest, ThreadsThatWriteLoseNothing) {
    constexpr int threads = 16;
    constexpr int rounds = 25;
    const auto store = open();
    ASSERT_TRUE(store->apply(put("count", "0")));
    const auto count_up = [&] {
        const auto read = store->get(key("count"));
        const std::string next = std::to_string(std::stoi(read->body) + 1);
        return store->apply(put("count", next)
                                .require(HasRevision{key("count"), read->revision},
                                         {ErrorKind::Conflict, "overtaken", {}}));
    };
    {
        std::vector<std::jthread> all;
        for (int i = 0; i < threads; ++i) {
            all.emplace_back([&] {
                for (int round = 0; round < rounds; ++round) {
                    while (!count_up()) {
                    }
                }
            });
        }
    }
    EXPECT_EQ(store->get(key("count"))->body, std::to_string(threads * rounds));
}

}  // namespace
}  // namespace gatehouse::storage
