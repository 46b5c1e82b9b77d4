#include "rules/targets/file_action.h"

#include <fmt/format.h>

#include "rules/pledges.h"
#include "rules/targets/action_fixture.h"
#include "rules/targets/file_door.h"

namespace gatehouse::rules {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;

class RecordingFileDoor final : public FileDoor {
public:
    Result<void> may_use(const AccountId&, std::string_view target) const override {
        if (target == "archive") return {};
        return fail(ErrorKind::NotFound, "names no folder that the operator declared");
    }
    Result<void> check(std::string_view) const override {
        if (is_there) return {};
        return fail(ErrorKind::Unavailable, "names a folder that cannot be used");
    }
    async::Task<std::vector<Result<void>>> append(std::string target, std::vector<FileLine> lines,
                                                  OnDisk on_disk, Deadline) override {
        targets.push_back(std::move(target));
        on_disks.push_back(on_disk);
        std::vector<Result<void>> outcomes;
        for (FileLine& line : lines) {
            outcomes.push_back(line.path == failing ? fail(ErrorKind::Unavailable, "disk full")
                                                    : Result<void>());
            written.push_back(std::move(line));
        }
        co_return outcomes;
    }

    bool is_there = true;
    std::string failing;
    std::vector<std::string> targets;
    std::vector<OnDisk> on_disks;
    std::vector<FileLine> written;
};

class FileActions : public ActionFixture {
protected:
    FileActions() { wants_role = false; }
    ActionParts parts() override {
        ActionParts parts = ActionFixture::parts();
        parts.declared.files = &files;
        parts.is_new = is_new;
        return parts;
    }
    static constexpr const char* per_device =
        R"({"file":{"target":"archive","path":"rooms/${topic(2)}.jsonl"}})";

    RecordingFileDoor files;
    bool is_new = true;
};

TEST_F(FileActions, ALineIsWhatTheResultComesTo) {
    EXPECT_EQ(perform(per_device, "{\"a\":\r\n 1}"), "done");
    ASSERT_THAT(files.written, SizeIs(1));
    EXPECT_EQ(files.targets.front(), "archive");
    EXPECT_EQ(files.written[0].path, "rooms/lamp.jsonl");
    EXPECT_EQ(files.written[0].text, "{\"a\":   1}");
    EXPECT_EQ(files.on_disks.front(), OnDisk::Soon);
    EXPECT_EQ(made_action->name(), "FileAction");
    EXPECT_EQ(made_action->resource(last_job), "archive/rooms/lamp.jsonl");
    EXPECT_THAT(
        made_action->resources(last_job),
        ::testing::ElementsAre(Pair("Target", "archive"), Pair("Path", "rooms/lamp.jsonl")));
    EXPECT_EQ(made_action->role_arn(), "");
}

TEST_F(FileActions, WhatIsNoJsonIsALineOfBase64) {
    EXPECT_EQ(perform(per_device, std::string("\n\xFF", 2), false), "done");
    EXPECT_EQ(files.written[0].text, R"({"payload":"Cv8="})");
    EXPECT_EQ(perform(per_device, "", false), "done");
    EXPECT_EQ(files.written[1].text, R"({"payload":""})");
}

TEST_F(FileActions, WhatOutlivesACrashIsOnDiskFirst) {
    const auto ledger = std::make_shared<PledgeLedger>(PledgeBounds{});
    auto held = std::make_shared<Message>(Message{
        .tenant = facts->tenant, .topic = "devices/lamp", .payload = "{}", .trace_id = "t"});
    const auto number = ledger->add(*held, 1);
    ASSERT_TRUE(number);
    held->hold = PledgeHold(ledger, {.number = *number, .tenant = facts->tenant, .bytes = 1});
    message = held;
    EXPECT_EQ(perform(per_device, "{}"), "done");
    EXPECT_EQ(files.on_disks.front(), OnDisk::First);
    held->hold.cancel();
}

TEST_F(FileActions, EachOfABatchHasItsOutcome) {
    const auto action = make(R"({"file":{"target":"archive","path":"${topic(2)}"}})").value();
    const Job one = job("{}");
    message = std::make_shared<const Message>(
        Message{.tenant = facts->tenant, .topic = "devices/..", .payload = "{}", .trace_id = "t"});
    const Job out = job("{}");
    message = std::make_shared<const Message>(Message{
        .tenant = facts->tenant, .topic = "devices/full", .payload = "{}", .trace_id = "t"});
    const Job full = job("{}");
    files.failing = "full";
    const std::array<const Job*, 3> jobs{&one, &out, &full};
    const auto outcomes = async::run_to_end(
        clock, action->perform_all(jobs, Deadline::after(clock, std::chrono::hours(1))));
    ASSERT_THAT(outcomes, SizeIs(3));
    EXPECT_EQ(told(outcomes[0]), "done");
    EXPECT_THAT(told(outcomes[1]), HasSubstr("invalid-input: path comes to"));
    EXPECT_EQ(told(outcomes[2]), "unavailable: disk full");
    EXPECT_THAT(files.written, SizeIs(2));
    EXPECT_THAT(files.targets, SizeIs(1));
}

TEST_F(FileActions, MistakesAreNamed) {
    EXPECT_THAT(problem(R"({"file":{"target":"other","path":"a"}})"),
                HasSubstr("actions[0].file.target names no folder that the operator declared"));
    EXPECT_THAT(problem(R"({"file":{"target":"archive","path":"../a"}})"),
                HasSubstr("actions[0].file.path cannot be the path"));
    EXPECT_THAT(problem(R"({"file":{"target":"archive"}})"), HasSubstr("actions[0].file.path"));
    EXPECT_THAT(problem(R"({"file":{"target":"archive","path":"a","mode":"x"}})"),
                HasSubstr("actions[0].file.mode"));
    files.is_there = false;
    EXPECT_THAT(problem(per_device), HasSubstr("cannot be used"));
    // Of a rule that is there already, the folder may come back.
    is_new = false;
    EXPECT_EQ(problem(per_device), "");
}

}  // namespace
}  // namespace gatehouse::rules
