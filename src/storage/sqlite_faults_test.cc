// The SQLite backend under crashes, full disks, damage and other processes.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include "storage/child_process.h"
#include "storage/log_damage.h"
#include "storage/scratch_dir.h"
#include "storage/sqlite_resource_store.h"

namespace gatehouse::storage {
namespace {

using ::testing::HasSubstr;

class SqliteFaultsTest : public ::testing::Test {
protected:
    std::filesystem::path file() const { return dir_.file("gatehouse.db"); }
    Result<std::unique_ptr<SqliteResourceStore>> try_open() {
        return SqliteResourceStore::open(clock_, {.file = file()});
    }
    std::unique_ptr<SqliteResourceStore> open() { return std::move(try_open().value()); }

    static RecordKey key(const std::string& name) { return {Tenant{}, Kind("gate"), name}; }
    // Two records and a link: a torn batch would show.
    static Batch numbered(int number) {
        const std::string name = std::to_string(number);
        return Batch()
            .put(key("left-" + name), std::string(3000, 'x'))
            .put(key("right-" + name), name)
            .change(AddLink{{Tenant{}, Relation("pair"), "left-" + name, "right-" + name}});
    }
    static int parts_of(ResourceStore& store, int number) {
        const std::string name = std::to_string(number);
        const auto links =
            store.links({.tenant = {}, .relation = Relation("pair"), .name = "left-" + name});
        return (store.get(key("left-" + name)) ? 1 : 0) +
               (store.get(key("right-" + name)) ? 1 : 0) +
               (links && links->names.size() == 1 ? 1 : 0);
    }

    SystemClock clock_;
    ScratchDir dir_;
};

TEST_F(SqliteFaultsTest, KillInTheMiddleOfWritesLosesNothingAcknowledged) {
    int next = 0;
    for (int round = 0; round < 5; ++round) {
        int acknowledged = next - 1;
        ChildProcess writer([&](const ChildProcess::Report& report) {
            const auto store = try_open();
            if (!store) return report.line("failed: " + store.error().message);
            for (int number = next;; ++number) {
                if (!(*store)->apply(numbered(number))) return report.line("failed");
                report.line(std::to_string(number));
            }
        });
        for (int i = 0; i <= 3 + round * 7; ++i) {
            const auto line = writer.next_line();
            ASSERT_TRUE(line.has_value());
            ASSERT_FALSE(line->starts_with("failed")) << *line;
            acknowledged = std::stoi(*line);
        }
        writer.kill_and_wait();
        while (const auto line = writer.next_line()) acknowledged = std::stoi(*line);

        const auto store = open();
        EXPECT_TRUE(store->check().has_value());
        for (int number = 0; number <= acknowledged; ++number) {
            ASSERT_EQ(parts_of(*store, number), 3) << "batch " << number << " was acknowledged";
        }
        // The batch in flight is there whole or not at all, and nothing is beyond it.
        const int in_flight = parts_of(*store, acknowledged + 1);
        EXPECT_TRUE(in_flight == 0 || in_flight == 3) << in_flight;
        EXPECT_EQ(parts_of(*store, acknowledged + 2), 0);
        next = acknowledged + (in_flight == 3 ? 2 : 1);
    }
}

TEST_F(SqliteFaultsTest, AFullDiskRefusesTheBatchAndKeepsTheRest) {
    // A limit on the size of files stands for the disk: it is this process's alone.
    ChildProcess child([&](const ChildProcess::Report& report) {
        ::signal(SIGXFSZ, SIG_IGN);
        const auto store = try_open();
        if (!store) return report.line(store.error().message);
        const rlimit limit{200'000, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        int number = 0;
        for (;; ++number) {
            const auto applied = (*store)->apply(numbered(number));
            if (applied) continue;
            report.line(name_of(applied.error().kind));
            report.line(applied.error().message);
            break;
        }
        report.line(std::to_string(number));
        report.line((*store)->get(key("right-0")) ? "still reads" : "reads no more");
        const rlimit more{RLIM_INFINITY, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &more);
        report.line((*store)->apply(numbered(number)) ? "writes again" : "writes no more");
    });
    EXPECT_EQ(child.next_line(), "unavailable");
    const auto message = child.next_line();
    ASSERT_TRUE(message.has_value());
    EXPECT_THAT(*message, HasSubstr("could not write to " + file().string()));
    EXPECT_THAT(*message, HasSubstr("free space"));
    const int number = std::stoi(child.next_line().value_or("-1"));
    EXPECT_GT(number, 1);
    EXPECT_EQ(child.next_line(), "still reads");
    EXPECT_EQ(child.next_line(), "writes again");
    child.wait();

    const auto store = open();
    for (int i = 0; i <= number; ++i) EXPECT_EQ(parts_of(*store, i), 3) << i;
    EXPECT_EQ(parts_of(*store, number + 1), 0);
}

TEST_F(SqliteFaultsTest, ADamagedFileIsNamed) {
    {
        const auto store = open();
        for (int i = 0; i < 20; ++i) ASSERT_TRUE(store->apply(numbered(i)).has_value());
    }
    const int descriptor = ::open(file().c_str(), O_WRONLY);
    ASSERT_GE(descriptor, 0);
    const std::string junk(8192, '\x5A');
    ASSERT_EQ(::pwrite(descriptor, junk.data(), junk.size(), 4096 * 3), 8192);
    ::close(descriptor);
    const auto refused = try_open();
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::Corrupt);
    EXPECT_THAT(refused.error().message, HasSubstr(file().string()));
    EXPECT_THAT(refused.error().message, HasSubstr("restore"));
}

TEST_F(SqliteFaultsTest, BatchesThatAreGoneWithTheLogAreDamage) {
    const auto store = open();
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(store->apply(numbered(i)).has_value());
    for (const LogDamage& damage : log_damages) {
        const auto killed = copy_of_files(file());
        damage.happens(killed.string() + "-wal");
        const auto refused = SqliteResourceStore::open(clock_, {.file = killed});
        ASSERT_FALSE(refused.has_value()) << damage.name;
        EXPECT_EQ(refused.error().kind, ErrorKind::Corrupt);
        EXPECT_THAT(refused.error().message, HasSubstr("gatehouse.db.killed is damaged: the last"));
        std::filesystem::remove(killed.string() + "-commits");
        EXPECT_TRUE(SqliteResourceStore::open(clock_, {.file = killed})) << damage.name;
    }
    EXPECT_TRUE(SqliteResourceStore::open(clock_, {.file = copy_of_files(file())}));
}

TEST_F(SqliteFaultsTest, AnEmptyFileThatHadBatchesIsDamageAndNoFileIsAnew) {
    ASSERT_TRUE(open()->apply(numbered(0)).has_value());
    std::filesystem::resize_file(file(), 0);
    const auto refused = try_open();
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::Corrupt);
    std::filesystem::remove(file());
    EXPECT_TRUE(try_open());
}

TEST_F(SqliteFaultsTest, AFileThatIsNoDatabaseIsNamed) {
    FILE* const text = std::fopen(file().c_str(), "w");
    ASSERT_NE(text, nullptr);
    for (int i = 0; i < 100; ++i) std::fputs("this is a letter, not a database\n", text);
    std::fclose(text);
    const auto refused = try_open();
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::Corrupt);
    EXPECT_THAT(refused.error().message, HasSubstr("not a SQLite database"));
}

TEST_F(SqliteFaultsTest, AFolderThatIsGoneIsNamed) {
    const auto refused =
        SqliteResourceStore::open(clock_, {.file = dir_.path() / "gone" / "gatehouse.db"});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::Unavailable);
    EXPECT_THAT(refused.error().message, HasSubstr("gone/gatehouse.db"));
}

TEST_F(SqliteFaultsTest, TwoProcessesWriteWithoutLosingAnUpdate) {
    constexpr int times = 25;
    ASSERT_TRUE(open()->apply(Batch().put(key("counter"), "0")).has_value());
    const auto count_up = [&](const ChildProcess::Report& report) {
        const auto store = try_open();
        if (!store) return report.line("failed: " + store.error().message);
        for (int done = 0; done < times;) {
            const auto record = (*store)->get(key("counter"));
            if (!record) return report.line("failed: " + record.error().message);
            const auto applied = (*store)->apply(
                Batch()
                    .require(HasRevision{key("counter"), record->revision},
                             {ErrorKind::Conflict, "changed meanwhile", {}})
                    .put(key("counter"), std::to_string(std::stoi(record->body) + 1)));
            if (applied) {
                ++done;
            } else if (applied.error().kind != ErrorKind::Conflict) {
                return report.line("failed: " + applied.error().message);
            }
        }
        report.line("done");
    };
    ChildProcess one(count_up);
    ChildProcess two(count_up);
    EXPECT_EQ(one.next_line(), "done");
    EXPECT_EQ(two.next_line(), "done");
    one.wait();
    two.wait();
    EXPECT_EQ(open()->get(key("counter"))->body, std::to_string(2 * times));
}

}  // namespace
}  // namespace gatehouse::storage
