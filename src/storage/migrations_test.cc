#include "storage/migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>

#include "storage/scratch_dir.h"

namespace gatehouse::storage {
namespace {

using ::testing::HasSubstr;

constexpr std::array<std::string_view, 3> steps = {
    "CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('kept')",
    "ALTER TABLE t ADD COLUMN b TEXT",
    "UPDATE t SET b = a || '!'",
};
constexpr std::array<std::string_view, 3> broken_steps = {
    steps[0],
    steps[1],
    "UPDATE t SET b = 'half way'; INSERT INTO nowhere VALUES (1)",
};

class MigrationsTest : public ::testing::Test {
protected:
    std::unique_ptr<Database> open(const std::string& name = "t.db") {
        return std::move(Database::open({.file = dir_.file(name)}).value());
    }
    static Schema first(std::size_t count) {
        return {.application_id = 7, .steps = std::span(steps).first(count)};
    }
    ScratchDir dir_;
};

TEST_F(MigrationsTest, ANewFileGetsEveryStepAndNoCopy) {
    const auto database = open();
    ASSERT_TRUE(migrate(*database, first(3)).has_value());
    EXPECT_EQ(database->number("PRAGMA user_version"), 3);
    EXPECT_EQ(database->number("PRAGMA application_id"), 7);
    EXPECT_EQ(database->number("SELECT count(*) FROM t WHERE b = 'kept!'"), 1);
    EXPECT_FALSE(std::filesystem::exists(dir_.file("t.db.before-3")));
}

TEST_F(MigrationsTest, AnUpToDateFileIsLeftAlone) {
    const auto database = open();
    ASSERT_TRUE(migrate(*database, first(3)).has_value());
    ASSERT_TRUE(database->run_script("UPDATE t SET b = 'changed'").has_value());
    ASSERT_TRUE(migrate(*database, first(3)).has_value());
    EXPECT_EQ(database->number("SELECT count(*) FROM t WHERE b = 'changed'"), 1);
}

TEST_F(MigrationsTest, AnOlderFileIsCopiedFirstThenBroughtForward) {
    {
        const auto database = open();
        ASSERT_TRUE(migrate(*database, first(1)).has_value());
        // What is in the write-ahead log only must be in the copy too.
        ASSERT_TRUE(database->run_script("PRAGMA journal_mode = WAL").has_value());
        ASSERT_TRUE(database->run_script("INSERT INTO t VALUES ('in the log')").has_value());
        ASSERT_TRUE(migrate(*database, first(3)).has_value());
        EXPECT_EQ(database->number("SELECT count(*) FROM t WHERE b = 'in the log!'"), 1);
    }
    const auto copy = open("t.db.before-3");
    EXPECT_EQ(copy->number("PRAGMA user_version"), 1);
    EXPECT_EQ(copy->number("SELECT count(*) FROM t WHERE a = 'in the log'"), 1);
    struct stat status{};
    ASSERT_EQ(::stat(dir_.file("t.db.before-3").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(MigrationsTest, AStepThatFailsLeavesTheFileAsItWas) {
    const auto database = open();
    ASSERT_TRUE(migrate(*database, first(1)).has_value());
    EXPECT_FALSE(migrate(*database, {.application_id = 7, .steps = broken_steps}).has_value());
    EXPECT_EQ(database->number("PRAGMA user_version"), 1);
    EXPECT_EQ(database->number("SELECT count(*) FROM pragma_table_info('t')"), 1);
    ASSERT_TRUE(migrate(*database, first(3)).has_value());
}

TEST_F(MigrationsTest, ANewerSchemaIsRefusedWithWhatToDo) {
    const auto database = open();
    ASSERT_TRUE(migrate(*database, first(3)).has_value());
    const auto refused = migrate(*database, first(2));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::Unsupported);
    EXPECT_THAT(refused.error().message, HasSubstr("schema 3"));
    EXPECT_THAT(refused.error().message, HasSubstr("up to 2"));
    EXPECT_THAT(refused.error().message, HasSubstr("t.db.before-3"));
    EXPECT_EQ(database->number("PRAGMA user_version"), 3);
}

TEST_F(MigrationsTest, ADatabaseOfAnotherProgramIsRefused) {
    const auto database = open();
    ASSERT_TRUE(database->run_script("CREATE TABLE theirs (a TEXT)").has_value());
    const auto refused = migrate(*database, first(3));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::Unsupported);
    ASSERT_TRUE(database->run_script("PRAGMA application_id = 8").has_value());
    EXPECT_FALSE(migrate(*database, first(3)).has_value());
}

}  // namespace
}  // namespace gatehouse::storage
