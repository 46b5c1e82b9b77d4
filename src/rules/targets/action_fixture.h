// For tests of actions: an action is made of its JSON as the API gives it, and performed on one
// message.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "async/run_to_end.h"
#include "base/json.h"
#include "rules/action_kinds.h"
#include "rules/doors.h"
#include "rules/targets/aws_door.h"
#include "sql/document.h"

namespace gatehouse::rules {

// Remembers what it is asked, and answers what it was told to; at the end, status 200.
class RecordingAwsDoor final : public AwsDoor {
public:
    bool has(AwsService service, const AccountId& account) const override {
        return service != missing && account == AccountId("123456789012");
    }
    async::Task<Result<net::HttpResponse>> ask(AwsService service, Call call,
                                               Deadline) const override {
        services.push_back(service);
        calls.push_back(std::move(call));
        net::HttpResponse answer{.status = 200};
        if (!answers.empty()) {
            answer = std::move(answers.front());
            answers.pop_front();
        }
        co_return answer;
    }

    std::optional<AwsService> missing;
    mutable std::deque<net::HttpResponse> answers;
    mutable std::vector<AwsService> services;
    mutable std::vector<Call> calls;
};

class RecordingRoleDoor final : public RoleDoor {
public:
    async::Task<Result<void>> check(std::shared_ptr<const RuleFacts>, std::string role_arn,
                                    std::optional<RoleNeed> need) override {
        asked.push_back(need ? role_arn + " " + need->action + " " + need->resource : role_arn);
        if (refuses) co_return fail(ErrorKind::NotAllowed, "the role may not");
        co_return Result<void>();
    }

    bool refuses = false;
    std::vector<std::string> asked;
};

class ActionFixture : public ::testing::Test {
protected:
    static constexpr const char* role = "arn:aws:iam::123456789012:role/r";

    // {"s3": {…}}; the roleArn is put in unless there is one.
    Result<ActionPtr> make(std::string_view text) {
        auto value = parse_json(text, "the action").value();
        json::object& members = value.as_object().begin()->value().as_object();
        if (!members.contains("roleArn") && wants_role) members["roleArn"] = role;
        ActionTexts texts({});
        auto made = make_action(value, "actions[0]", texts, parts());
        declared = std::move(texts).take();
        return made;
    }
    // What is wrong with it; "" where nothing is.
    std::string problem(std::string_view text) {
        const auto made = make(text);
        return made ? "" : made.error().message;
    }
    Job job(std::string payload, bool is_json = true) {
        sql::Document document;
        EXPECT_TRUE(document.parse(message->payload));
        Job made{.message = message,
                 .rule = facts,
                 .payload = std::make_shared<const std::string>(std::move(payload)),
                 .is_json = is_json};
        const sql::Message seen{
            .topic = message->topic, .payload = message->payload, .document = &document};
        for (const auto& text : declared) {
            sql::Effort effort(message->payload.size());
            const auto filled = text.filling.fill(seen, {}, random, effort);
            if (!filled) {
                ADD_FAILURE() << filled.error().message;
                continue;
            }
            EXPECT_FALSE(filled->undefined) << *filled->undefined;
            made.texts.push_back(filled->text);
        }
        return made;
    }
    // "done", or the kind of the error and its sentence.
    std::string perform(std::string_view text, std::string payload, bool is_json = true) {
        const auto action = make(text);
        if (!action) return action.error().message;
        made_action = *action;
        last_job = job(std::move(payload), is_json);
        const auto how = async::run_to_end(
            clock, (*action)->perform(last_job, Deadline::after(clock, std::chrono::hours(1))));
        return told(how);
    }
    static std::string told(const Result<Done>& how) {
        if (how) return "done" + how->details;
        return std::string(name_of(how.error().kind)) + ": " + how.error().message;
    }
    virtual ActionParts parts() {
        return {.tenant = facts->tenant,
                .clock = &clock,
                .random = &random,
                .roles = &roles,
                .aws = &aws};
    }

    bool wants_role = true;
    ManualClock clock;  // 2026-01-01T00:00:00Z
    SeededRandom random{1};
    RecordingRoleDoor roles;
    RecordingAwsDoor aws;
    std::vector<ActionTexts::Declared> declared;
    ActionPtr made_action;
    Job last_job;
    std::shared_ptr<const RuleFacts> facts = std::make_shared<const RuleFacts>(
        RuleFacts{{AccountId("123456789012"), Region("eu-west-1")}, "R", "arn:R"});
    MessagePtr message = std::make_shared<const Message>(
        Message{.tenant = facts->tenant,
                .topic = "devices/lamp",
                .payload = R"({"id": "lamp", "n": 1.5, "to": "../x", "word": "UPDATE"})",
                .trace_id = "t"});
};

}  // namespace gatehouse::rules
