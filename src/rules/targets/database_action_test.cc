#include "rules/targets/database_action.h"

#include "rules/targets/action_fixture.h"
#include "rules/targets/database_door.h"

namespace gatehouse::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;

class RecordingDatabaseDoor final : public DatabaseDoor {
public:
    Result<void> may_use(const AccountId&, std::string_view target) const override {
        if (target == "plant") return {};
        return fail(ErrorKind::NotFound, "names no database that the operator declared");
    }
    async::Task<Result<void>> run(std::string target, DatabaseStatement statement,
                                  Deadline) override {
        targets.push_back(std::move(target));
        statements.push_back(std::move(statement));
        co_return answer;
    }

    Result<void> answer;
    std::vector<std::string> targets;
    std::vector<DatabaseStatement> statements;
};

class SqlActions : public ActionFixture {
protected:
    SqlActions() { wants_role = false; }
    ActionParts parts() override {
        ActionParts parts = ActionFixture::parts();
        parts.declared.databases = &databases;
        return parts;
    }

    RecordingDatabaseDoor databases;
};

TEST_F(SqlActions, ParametersAreBoundAndNeverPartOfTheStatement) {
    message = std::make_shared<const Message>(
        Message{.tenant = facts->tenant,
                .topic = "devices/lamp",
                .payload = R"({"id": "'); DROP TABLE t; --", "n": 1.5})",
                .trace_id = "t"});
    EXPECT_EQ(
        perform(R"-({"sql":{"target":"plant","statement":"INSERT INTO t VALUES ($1, $2, $3)",)-"
                R"("parameters":["${id}","${n}"],"bindPayload":true}})",
                R"({"a":1})"),
        "done");
    ASSERT_THAT(databases.statements, SizeIs(1));
    EXPECT_EQ(databases.targets.front(), "plant");
    EXPECT_EQ(databases.statements[0].text, "INSERT INTO t VALUES ($1, $2, $3)");
    EXPECT_THAT(databases.statements[0].parameters,
                ElementsAre("'); DROP TABLE t; --", "1.5", R"({"a":1})"));
    EXPECT_EQ(made_action->name(), "SqlAction");
    EXPECT_EQ(made_action->resource(last_job), "plant");
    EXPECT_THAT(made_action->resources(last_job), ElementsAre(Pair("Target", "plant")));
}

TEST_F(SqlActions, WhatTheDatabaseSaysIsTold) {
    databases.answer = fail(ErrorKind::Unavailable, "it is away");
    EXPECT_EQ(perform(R"({"sql":{"target":"plant","statement":"SELECT 1"}})", "{}"),
              "unavailable: it is away");
    EXPECT_THAT(databases.statements[0].parameters, SizeIs(0));
}

TEST_F(SqlActions, WhatNoTextHoldsIsNotSent) {
    const char* const binding =
        R"({"sql":{"target":"plant","statement":"SELECT $1","bindPayload":true}})";
    EXPECT_THAT(perform(binding, "\xFF", false), HasSubstr("invalid-input: a parameter"));
    EXPECT_THAT(perform(binding, std::string("a\0b", 3), false), HasSubstr("invalid-input: "));
    EXPECT_THAT(databases.statements, SizeIs(0));
}

TEST_F(SqlActions, MistakesAreNamed) {
    EXPECT_THAT(problem(R"({"sql":{"target":"other","statement":"SELECT 1"}})"),
                HasSubstr("actions[0].sql.target names no database that the operator declared"));
    EXPECT_THAT(problem(R"({"sql":{"target":"plant"}})"), HasSubstr("actions[0].sql.statement"));
    EXPECT_THAT(problem(R"({"sql":{"target":"plant","statement":"SELECT '${id}'"}})"),
                HasSubstr("actions[0].sql.statement"));
    EXPECT_THAT(
        problem(R"({"sql":{"target":"plant","statement":"SELECT $1","parameters":"${id}"}})"),
        HasSubstr("actions[0].sql.parameters has to be a list of up to 100 strings"));
    EXPECT_THAT(
        problem(R"({"sql":{"target":"plant","statement":"SELECT $1","parameters":["a",1]}})"),
        HasSubstr("actions[0].sql.parameters[1] is"));
    EXPECT_THAT(
        problem(R"({"sql":{"target":"plant","statement":"SELECT $1","parameters":["${"]}})"),
        HasSubstr("actions[0].sql.parameters[0]"));
}

}  // namespace
}  // namespace gatehouse::rules
