#include "storage/message_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "storage/log_damage.h"
#include "storage/message_schema.h"
#include "storage/scratch_dir.h"

namespace gatehouse::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using std::string_literals::operator""s;

// What a store holds, a line a row.
class Listing final : public MessageVisitor {
public:
    Result<void> on_session(const SessionRow& row) override {
        return add({"session", std::to_string(row.id), std::string(row.account),
                    std::string(row.region), std::string(row.client_id),
                    std::to_string(row.version), std::to_string(row.expiry_seconds),
                    std::to_string(row.disconnected_at), std::string(text_of(row.will)),
                    std::to_string(row.attachment)});
    }
    Result<void> on_subscription(const SubscriptionRow& row) override {
        return add({"subscription", std::to_string(row.session), std::string(row.filter),
                    std::to_string(row.options), std::to_string(row.identifier)});
    }
    Result<void> on_message(const MessageRow& row) override {
        return add({"message", std::to_string(row.id), std::string(row.topic),
                    std::string(text_of(row.properties)), std::string(text_of(row.payload)),
                    std::to_string(row.qos), row.retain ? "retain" : "-",
                    std::to_string(row.expiry_at), std::to_string(row.expires_at)});
    }
    Result<void> on_queued(const QueuedRow& row) override {
        return add({"queued", std::to_string(row.session), std::to_string(row.place),
                    std::to_string(row.message), std::to_string(row.packet_id),
                    std::to_string(row.qos), row.retain ? "retain" : "-",
                    row.is_received ? "received" : "-", row.has_passed ? "passed" : "-",
                    std::string(row.share)});
    }
    Result<void> on_held(const HeldRow& row) override {
        return add({"held", std::to_string(row.session), std::to_string(row.packet_id),
                    std::to_string(row.loop), std::to_string(row.loops), std::string(row.share)});
    }
    Result<void> on_retained(const RetainedRow& row) override {
        return add({"retained", std::string(row.account), std::string(row.region),
                    std::string(row.topic), std::string(text_of(row.properties)),
                    std::string(text_of(row.payload)), std::to_string(row.qos),
                    std::to_string(row.expiry_at), std::to_string(row.expires_at),
                    std::to_string(row.retained_at), std::to_string(row.version)});
    }
    Result<void> on_pledge(const PledgeRow& row) override {
        return add({"pledge", std::to_string(row.number), std::string(row.account),
                    std::string(row.region), std::string(row.topic),
                    std::string(text_of(row.properties)), std::string(text_of(row.payload)),
                    std::to_string(row.qos), std::string(text_of(row.context))});
    }

    std::vector<std::string> lines;

private:
    Result<void> add(std::initializer_list<std::string> words) {
        std::string line;
        for (const std::string& word : words) line += (line.empty() ? "" : " ") + word;
        lines.push_back(line);
        return {};
    }
};

class MessageStoreTest : public ::testing::Test {
protected:
    std::unique_ptr<MessageStore> open() {
        auto store = MessageStore::open({.file = file()});
        EXPECT_TRUE(store) << store.error().describe();
        return store ? std::move(*store) : nullptr;
    }
    std::filesystem::path file() const { return directory.path() / "messages.db"; }
    Result<void> write(MessageStore& store, const MessageBatch& batch) {
        const MessageBatch* const batches[] = {&batch};
        return store.write(batches);
    }
    std::vector<std::string> read(MessageStore& store) {
        Listing listing;
        const auto numbers = store.read_all(listing);
        EXPECT_TRUE(numbers) << numbers.error().describe();
        if (numbers) this->numbers = *numbers;
        return listing.lines;
    }

    ScratchDir directory;
    MessageNumbers numbers;
};

TEST_F(MessageStoreTest, PledgesStayUntilTheyAreRemoved) {
    const auto store = open();
    MessageBatch batch;
    for (const std::uint64_t number : {12, 3, 7}) {
        batch.put_pledge({number, "a", "r", "t", bytes_of("pp"), bytes_of("x"), 1, bytes_of("by")});
    }
    batch.remove_pledge(7);
    batch.remove_pledge(99);
    ASSERT_TRUE(write(*store, batch));
    EXPECT_THAT(read(*store), ElementsAre("pledge 3 a r t pp x 1 by", "pledge 12 a r t pp x 1 by"));
}

TEST_F(MessageStoreTest, GivesBackWhatWasWritten) {
    {
        const auto store = open();
        MessageBatch batch;
        batch.put_session({.id = 4,
                           .account = "111122223333",
                           .region = "eu-west-1",
                           .client_id = "sensor",
                           .version = 5,
                           .expiry_seconds = 0xFFFF'FFFF,
                           .disconnected_at = 1700,
                           .will = bytes_of(std::string_view("w\0x", 3)),
                           .attachment = 41});
        batch.put_subscription({.session = 4, .filter = "a/+", .options = 3, .identifier = 7});
        batch.put_message({.id = 9,
                           .topic = "a/b",
                           .properties = bytes_of("pp"),
                           .payload = bytes_of("payload"),
                           .qos = 2,
                           .retain = true,
                           .expiry_at = 1,
                           .expires_at = 99});
        batch.put_queued({.session = 4,
                          .place = 12,
                          .message = 9,
                          .packet_id = 65'535,
                          .qos = 2,
                          .retain = true,
                          .share = "$share/g/a/+"});
        batch.hold_id({.session = 4, .packet_id = 3, .use = 5, .loop = 1, .loops = 2});
        batch.hold_id({.session = 4, .packet_id = 3, .loops = 2, .share = "$share/g/a/+"});
        ASSERT_TRUE(write(*store, batch));
    }
    const auto store = open();
    EXPECT_THAT(read(*store),
                ElementsAre("session 4 111122223333 eu-west-1 sensor 5 4294967295 1700 w\0x 41"s,
                            "subscription 4 a/+ 3 7", "message 9 a/b pp payload 2 retain 1 99",
                            "queued 4 12 9 65535 2 retain - - $share/g/a/+", "held 4 3 1 2 ",
                            "held 4 3 0 2 $share/g/a/+"));
    EXPECT_EQ(numbers.session, 4U);
    EXPECT_EQ(numbers.message, 9U);
    EXPECT_EQ(numbers.place, 12U);
    EXPECT_EQ(numbers.attachment, 41U);
}

TEST_F(MessageStoreTest, ChangesHappenInTheirOrder) {
    const auto store = open();
    MessageBatch first;
    first.put_session({.id = 1, .client_id = "a"});
    first.put_session({.id = 1, .client_id = "a", .expiry_seconds = 5});
    first.put_subscription({.session = 1, .filter = "x"});
    first.put_subscription({.session = 1, .filter = "y"});
    first.remove_subscription(1, "x");
    first.put_message({.id = 1, .topic = "t"});
    first.put_message({.id = 2, .topic = "t"});
    first.put_queued({.session = 1, .place = 1, .message = 1, .qos = 1});
    first.put_queued({.session = 1, .place = 2, .message = 2, .qos = 2});
    first.number_queued(1, 2, 77, true);
    first.remove_queued(1, 1);
    first.remove_message(1);
    first.hold_id({.session = 1, .packet_id = 1});
    first.hold_id({.session = 1, .packet_id = 1, .loop = 1});
    first.hold_id({.session = 1, .packet_id = 2});
    first.release_id(1, 1, 0);
    ASSERT_TRUE(write(*store, first));
    EXPECT_THAT(read(*store), ElementsAre("session 1   a 0 5 0  0", "subscription 1 y 0 0",
                                          "message 2 t   0 - 0 0", "queued 1 2 2 77 2 - - passed ",
                                          "held 1 2 0 0 "));
    MessageBatch second;
    second.note_received(1, 2);
    second.remove_message(2);
    ASSERT_TRUE(write(*store, second));
    EXPECT_THAT(read(*store), ElementsAre("session 1   a 0 5 0  0", "subscription 1 y 0 0",
                                          "queued 1 2 0 77 2 - received passed ", "held 1 2 0 0 "));
    MessageBatch third;
    third.remove_queued(1, 2);
    third.remove_session(1);
    ASSERT_TRUE(write(*store, third));
    EXPECT_THAT(read(*store), IsEmpty());
}

TEST_F(MessageStoreTest, OfATopicTheHighestVersionCountsInWhateverOrderTheyCome) {
    const auto store = open();
    const auto retained = [](std::string_view payload, std::uint64_t version) {
        return RetainedRow{.account = "a",
                           .region = "r",
                           .topic = "t",
                           .payload = bytes_of(payload),
                           .retained_at = 9,
                           .version = version};
    };
    MessageBatch late;
    late.put_retained(retained("new", 5));
    MessageBatch early;
    early.put_retained(retained("old", 4));
    const MessageBatch* const batches[] = {&late, &early};
    ASSERT_TRUE(store->write(batches));
    EXPECT_THAT(read(*store), ElementsAre("retained a r t  new 0 0 0 9 5"));
    MessageBatch removed;
    removed.put_retained(retained("", 7));
    ASSERT_TRUE(write(*store, removed));
    MessageBatch overtaken;
    overtaken.put_retained(retained("older", 6));
    ASSERT_TRUE(write(*store, overtaken));
    EXPECT_THAT(read(*store), IsEmpty());
}

TEST_F(MessageStoreTest, ABatchThatFailsLeavesNothingBehind) {
    const auto store = open();
    MessageBatch batch;
    batch.put_message({.id = 1, .topic = "t"});
    batch.put_message({.id = 1, .topic = "again"});
    EXPECT_FALSE(write(*store, batch));
    EXPECT_THAT(read(*store), IsEmpty());
    MessageBatch good;
    good.put_message({.id = 1, .topic = "t"});
    EXPECT_TRUE(write(*store, good));
}

const struct {
    std::string_view table;
    std::vector<std::string_view> numbers;
    std::vector<std::string_view> texts;
    std::string_view named;
} damaged_tables[] = {
    {"sessions",
     {"version", "expiry", "disconnected", "attachment"},
     {"client_id", "will"},
     "session 4"},
    {"subscriptions", {"options", "identifier"}, {"filter"}, "a subscription of session 4"},
    {"messages",
     {"qos", "retain", "expiry_at", "expires"},
     {"topic", "properties", "payload"},
     "message 7"},
    {"queued",
     {"place", "message", "packet_id", "flags"},
     {"share"},
     "what is queued for session 4"},
    {"held_parts", {"packet_id", "loop", "loops", "use"}, {"share"}, "a packet id of session 4"},
    {"retained",
     {"qos", "expiry_at", "expires", "retained_at"},
     {"topic", "properties", "payload"},
     "retained message 1"},
    {"pledges", {"qos"}, {"topic", "properties", "payload", "context"}, "the rules' message 2"},
};

// Of each table each column, changed as a fault of the disk would.
TEST_F(MessageStoreTest, DamageIsNamed) {
    {
        const auto store = open();
        MessageBatch batch;
        batch.put_session({.id = 4, .account = "a", .region = "r", .client_id = "c"});
        batch.put_subscription({.session = 4, .filter = "f"});
        batch.put_message({.id = 7, .topic = "t", .payload = bytes_of("original")});
        batch.put_queued({.session = 4, .place = 1, .message = 7});
        batch.hold_id({.session = 4, .packet_id = 3, .use = 5, .loop = 1, .loops = 2});
        batch.put_retained({.topic = "t", .payload = bytes_of("x"), .version = 1});
        batch.put_pledge({.number = 2, .topic = "t", .payload = bytes_of("x")});
        ASSERT_TRUE(write(*store, batch));
    }
    const auto expect_damage = [&](std::string_view table, std::string_view column,
                                   std::string_view damage, std::string_view named) {
        const auto database = Database::open({.file = file()});
        ASSERT_TRUE(database);
        const std::string change = "UPDATE " + std::string(table) + " SET " + std::string(column) +
                                   " = " + std::string(damage);
        ASSERT_TRUE((*database)->run_script("BEGIN; CREATE TABLE before AS SELECT * FROM " +
                                            std::string(table) + "; " + change + "; COMMIT"));
        {
            const auto store = open();
            Listing listing;
            const auto read = store->read_all(listing);
            ASSERT_FALSE(read) << change;
            EXPECT_EQ(read.error().kind, ErrorKind::Corrupt);
            EXPECT_THAT(read.error().message,
                        HasSubstr("messages.db is damaged: " + std::string(named)))
                << change;
        }
        ASSERT_TRUE((*database)->run_script("BEGIN; DELETE FROM " + std::string(table) +
                                            "; INSERT INTO " + std::string(table) +
                                            " SELECT * FROM before; DROP TABLE before; COMMIT"));
    };
    for (const auto& each : damaged_tables) {
        for (const auto column : each.numbers) {
            expect_damage(each.table, column, std::string(column) + " + 8", each.named);
        }
        for (const auto column : each.texts) {
            expect_damage(each.table, column, "x'21'", each.named);
        }
    }
    EXPECT_THAT(read(*open()), SizeIs(7)) << "put back, it reads back";
}

// Each page begins with how many cells it has, at offset 3: one bit there, and rows are gone whose
// checksums nobody asks for any more.
void drop_half_of_the_rows(const std::filesystem::path& file, std::string_view table) {
    std::int64_t page = 0;
    std::int64_t page_size = 0;
    {
        const auto database = Database::open({.file = file});
        ASSERT_TRUE(database);
        page_size = (*database)->number("PRAGMA page_size").value();
        auto statement = (*database)->prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?");
        ASSERT_TRUE(statement->bind(table).step().value());
        page = statement->number(0);
    }
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    const auto place = static_cast<std::streamoff>((page - 1) * page_size + 4);
    bytes.seekg(place);
    const auto cells = static_cast<unsigned>(bytes.get());
    bytes.seekp(place);
    bytes.put(static_cast<char>(cells & ~std::bit_floor(cells)));
}

TEST_F(MessageStoreTest, RowsThatAreGoneAreDamage) {
    for (const std::string table :
         {"sessions", "subscriptions", "messages", "queued", "retained"}) {
        const ScratchDir scratch;
        const auto file = scratch.path() / "messages.db";
        {
            const auto store = MessageStore::open({.file = file});
            MessageBatch batch;
            for (std::uint64_t i = 1; i <= 5; ++i) {
                const std::string name = std::to_string(i);
                batch.put_session({.id = i, .client_id = name});
                batch.put_subscription({.session = i, .filter = "f"});
                batch.put_message({.id = i, .topic = "t"});
                batch.put_queued({.session = i, .place = i, .message = i});
                batch.put_retained({.topic = name, .payload = bytes_of("x"), .version = i});
            }
            ASSERT_TRUE(write(**store, batch));
        }
        drop_half_of_the_rows(file, table);
        const auto store = MessageStore::open({.file = file});
        ASSERT_TRUE(store) << table;
        Listing listing;
        const auto read = (*store)->read_all(listing);
        ASSERT_FALSE(read) << table;
        EXPECT_EQ(read.error().kind, ErrorKind::Corrupt);
        EXPECT_THAT(read.error().message, HasSubstr("messages.db is damaged: "));
    }
}

TEST_F(MessageStoreTest, AnEmptyFileIsDamageAndNoFileIsAnew) {
    ASSERT_TRUE(open());
    std::filesystem::resize_file(file(), 0);
    const auto empty = MessageStore::open({.file = file()});
    ASSERT_FALSE(empty);
    EXPECT_EQ(empty.error().kind, ErrorKind::Corrupt);
    EXPECT_THAT(empty.error().message, HasSubstr("messages.db is damaged: it is empty"));
    std::filesystem::remove(file());
    EXPECT_THAT(read(*open()), IsEmpty());
}

// Killed in between, the server leaves what a file had not taken up yet beside it.
TEST_F(MessageStoreTest, WhatWasMovedAwayIsNotTakenUpByTheNextFile) {
    const auto wal = file().string() + "-wal";
    const auto kept = directory.path() / "kept";
    {
        const auto store = open();
        MessageBatch batch;
        batch.put_session({.id = 4, .client_id = "c"});
        ASSERT_TRUE(write(*store, batch));
        std::filesystem::copy_file(wal, kept);
    }
    std::filesystem::remove(file());
    std::filesystem::rename(kept, wal);
    EXPECT_THAT(read(*open()), IsEmpty());
}

std::uintmax_t size_of(const std::filesystem::path& file) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(file, error);
    return error ? 0 : size;
}

// What SQLite reads as the log's end is not the end of what was acknowledged.
TEST_F(MessageStoreTest, CommitsThatAreGoneWithTheLogAreDamage) {
    const auto store = open();
    for (std::uint64_t i = 1; i <= 10; ++i) {
        MessageBatch batch;
        batch.put_session({.id = i, .client_id = "c"});
        ASSERT_TRUE(write(*store, batch));
    }
    for (const LogDamage& damage : log_damages) {
        const auto killed = copy_of_files(file());
        const auto wal = killed.string() + "-wal";
        damage.happens(wal);
        const std::uintmax_t left = size_of(wal);
        for (int start = 0; start < 2; ++start) {
            const auto refused = MessageStore::open({.file = killed});
            ASSERT_FALSE(refused) << damage.name;
            EXPECT_EQ(refused.error().kind, ErrorKind::Corrupt);
            EXPECT_THAT(refused.error().message,
                        HasSubstr("messages.db.killed is damaged: the last "));
        }
        EXPECT_EQ(size_of(wal), left) << "it stays for whoever looks";
        // The operator's decision.
        std::filesystem::remove(killed.string() + "-commits");
        const auto rest = MessageStore::open({.file = killed});
        ASSERT_TRUE(rest) << rest.error().describe();
        EXPECT_LT(read(**rest).size(), 10U);
        MessageBatch batch;
        batch.put_session({.id = 11, .client_id = "c"});
        ASSERT_TRUE(write(**rest, batch));
    }
    const auto whole = MessageStore::open({.file = copy_of_files(file())});
    ASSERT_TRUE(whole);
    EXPECT_THAT(read(**whole), SizeIs(10));
}

TEST_F(MessageStoreTest, CommitsAreCountedAnewInANewFile) {
    MessageBatch batch;
    batch.put_session({.id = 4, .client_id = "c"});
    ASSERT_TRUE(write(*open(), batch));
    ASSERT_TRUE(write(*open(), {}));
    std::filesystem::remove(file());
    ASSERT_TRUE(write(*open(), batch));
    {
        const auto database = Database::open({.file = file()});
        ASSERT_TRUE(database && (*database)->run_script("UPDATE commits SET number = 3"));
    }
    const auto damaged = MessageStore::open({.file = file()});
    ASSERT_FALSE(damaged);
    EXPECT_EQ(damaged.error().kind, ErrorKind::Corrupt);
}

TEST_F(MessageStoreTest, TheSeedStaysWhatItWas) {
    EXPECT_EQ(open()->seed(~std::uint64_t{0}).value(), ~std::uint64_t{0});
    EXPECT_EQ(open()->seed(2).value(), ~std::uint64_t{0});
    {
        const auto database = Database::open({.file = file()});
        ASSERT_TRUE(database && (*database)->run_script("UPDATE seed SET value = 3"));
    }
    const auto damaged = open()->seed(2);
    ASSERT_FALSE(damaged);
    EXPECT_EQ(damaged.error().kind, ErrorKind::Corrupt);
}

// What a loop writes of a packet id whose session ended on another one.
TEST_F(MessageStoreTest, HeldIdsOfNobodyAreCleared) {
    const auto store = open();
    MessageBatch batch;
    batch.put_session({.id = 1, .client_id = "a"});
    batch.hold_id({.session = 1, .packet_id = 1});
    batch.remove_session(1);
    batch.hold_id({.session = 1, .packet_id = 1, .loop = 1, .loops = 2});
    ASSERT_TRUE(write(*store, batch));
    EXPECT_THAT(read(*store), IsEmpty());
    // Its number may be given again after a restart.
    MessageBatch later;
    later.put_session({.id = 1, .client_id = "b"});
    ASSERT_TRUE(write(*store, later));
    EXPECT_THAT(read(*store), SizeIs(1));
}

// A file as the schema's second step left it.
TEST_F(MessageStoreTest, AnEarlierFileIsBroughtUpToDate) {
    {
        const auto database = Database::open({.file = file()});
        ASSERT_TRUE(database);
        ASSERT_TRUE(migrate(**database, {.application_id = message_schema.application_id,
                                         .steps = std::span(message_schema_steps).first(2)}));
        ASSERT_TRUE((*database)->run_script(
            "INSERT INTO sessions VALUES (4, 'a', 'r', x'63', 5, 60, 0, x'', 77);"
            "INSERT INTO subscriptions VALUES (4, x'66', 1, 0);"
            "INSERT INTO messages VALUES (7, x'74', x'', x'70', 1, 0, 0, 0, 77);"
            "INSERT INTO queued VALUES (4, 1, 7, 2, 1, x'');"
            "INSERT INTO held VALUES (4, 3);"
            "INSERT INTO retained VALUES ('a', 'r', x'74', x'', x'70', 0, 0, 0, 9, 77, 5);"));
        // Of a newer file that this one was put back for.
        ASSERT_TRUE(CommitMark::open(file(), 99));
    }
    EXPECT_THAT(read(*open()), ElementsAre("session 4 a r c 5 60 0  0", "subscription 4 f 1 0",
                                           "message 7 t  p 1 - 0 0", "queued 4 1 7 2 1 - - - ",
                                           "held 4 3 0 0 ", "retained a r t  p 0 0 0 5 9"));
}

}  // namespace
}  // namespace gatehouse::storage
