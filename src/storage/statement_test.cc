#include "storage/statement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "storage/scratch_dir.h"

namespace gatehouse::storage {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class StatementTest : public ::testing::Test {
protected:
    StatementTest() {
        EXPECT_TRUE(
            database_->run_script("CREATE TABLE t (name TEXT PRIMARY KEY, n INTEGER) STRICT")
                .has_value());
    }
    Result<void> insert(std::string_view name, std::int64_t n) {
        return database_->run("INSERT INTO t VALUES (?, ?)", name, n);
    }
    std::int64_t count() { return database_->number("SELECT count(*) FROM t").value(); }

    ScratchDir dir_;
    std::unique_ptr<Database> database_ =
        std::move(Database::open({.file = dir_.file("t.db")}).value());
};

TEST_F(StatementTest, BindsInOrderAndReadsRows) {
    ASSERT_TRUE(insert("a", 1).has_value());
    ASSERT_TRUE(insert("", -5'000'000'000).has_value());
    auto statement = database_->prepare("SELECT name, n FROM t WHERE n < ? ORDER BY n");
    ASSERT_TRUE(statement.has_value());
    statement->bind(std::int64_t{10});
    ASSERT_EQ(statement->step(), true);
    EXPECT_EQ(statement->text(0), "");
    EXPECT_EQ(statement->number(1), -5'000'000'000);
    ASSERT_EQ(statement->step(), true);
    EXPECT_EQ(statement->text(0), "a");
    EXPECT_EQ(statement->step(), false);
}

TEST_F(StatementTest, AStatementTakenFromTheCacheStartsAfresh) {
    constexpr std::string_view sql = "SELECT ?";
    {
        auto statement = database_->prepare(sql);
        ASSERT_TRUE(statement.has_value());
        ASSERT_EQ(statement->bind("first").step(), true);
    }
    auto statement = database_->prepare(sql);
    ASSERT_TRUE(statement.has_value());
    ASSERT_EQ(statement->bind("second").step(), true);
    EXPECT_EQ(statement->text(0), "second");
    // The same SQL while it is in use is another statement.
    auto other = database_->prepare(sql);
    ASSERT_TRUE(other.has_value());
    ASSERT_EQ(other->bind("third").step(), true);
    EXPECT_EQ(statement->text(0), "second");
}

TEST_F(StatementTest, MessagesHoldNoBoundValues) {
    ASSERT_TRUE(insert("hunter2", 1).has_value());
    const auto again = insert("hunter2", 2);
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().kind, ErrorKind::Internal);
    EXPECT_THAT(again.error().message, Not(HasSubstr("hunter2")));
    EXPECT_THAT(again.error().message, HasSubstr("1555"));  // SQLITE_CONSTRAINT_PRIMARYKEY
    EXPECT_THAT(again.error().message, HasSubstr("t.db"));
}

TEST_F(StatementTest, ATransactionWithoutACommitLeavesNothing) {
    {
        auto transaction = Transaction::begin(*database_, Transaction::Kind::Write);
        ASSERT_TRUE(transaction.has_value());
        ASSERT_TRUE(insert("a", 1).has_value());
    }
    EXPECT_EQ(count(), 0);
    auto transaction = Transaction::begin(*database_, Transaction::Kind::Write);
    ASSERT_TRUE(transaction.has_value());
    ASSERT_TRUE(insert("a", 1).has_value());
    ASSERT_TRUE(transaction->commit().has_value());
    EXPECT_EQ(count(), 1);
}

TEST_F(StatementTest, ALockHeldElsewhereIsUnavailableAfterTheTimeout) {
    auto other =
        Database::open({.file = dir_.file("t.db"), .busy_timeout = std::chrono::milliseconds(1)});
    ASSERT_TRUE(other.has_value());
    auto held = Transaction::begin(*database_, Transaction::Kind::Write);
    ASSERT_TRUE(held.has_value());
    const auto refused = Transaction::begin(**other, Transaction::Kind::Write);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::Unavailable);
    EXPECT_THAT(refused.error().message, HasSubstr("another program holds it locked"));
}

TEST_F(StatementTest, AReadOnlyDatabaseIsNotWritten) {
    auto reader = Database::open({.file = dir_.file("t.db"), .access = Database::Access::ReadOnly});
    ASSERT_TRUE(reader.has_value());
    const auto refused = (*reader)->run("INSERT INTO t VALUES ('a', 1)");
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::Unavailable);
    EXPECT_FALSE(
        Database::open({.file = dir_.file("none.db"), .access = Database::Access::ReadOnly})
            .has_value());
}

TEST_F(StatementTest, TheFileIsMadePrivate) {
    struct stat status{};
    ASSERT_EQ(::stat(dir_.file("t.db").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(StatementTest, AFullDatabaseIsUnavailableWithWhatToDo) {
    ASSERT_TRUE(database_->run_script("PRAGMA max_page_count = 4").has_value());
    const auto refused = insert(std::string(20'000, 'x'), 1);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::Unavailable);
    EXPECT_THAT(refused.error().message, HasSubstr("free disk space"));
    EXPECT_EQ(count(), 0);
}

TEST_F(StatementTest, AFileThatIsNoDatabaseIsCorrupt) {
    const auto file = dir_.file("junk.db");
    {
        auto made = Database::open({.file = file});
        ASSERT_TRUE(made.has_value());
    }
    std::filesystem::resize_file(file, 4096);  // zeros
    auto junk = Database::open({.file = file});
    ASSERT_TRUE(junk.has_value());
    const auto read = (*junk)->number("SELECT count(*) FROM sqlite_schema");
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().kind, ErrorKind::Corrupt);
    EXPECT_THAT(read.error().message, HasSubstr("junk.db"));
}

}  // namespace
}  // namespace gatehouse::storage
