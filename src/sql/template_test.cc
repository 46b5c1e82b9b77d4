#include "sql/template.h"

#include <gtest/gtest.h>

namespace gatehouse::sql {
namespace {

class Templates : public ::testing::Test {
protected:
    std::string fill(std::string_view text, std::span<const Value> variables = {}) {
        const auto made = Template::compile(text, {.variable_names = {"v"}});
        if (!made) return made.error().describe();
        EXPECT_TRUE(document_.parse(payload_));
        const Message message{.topic = "a/b", .payload = payload_, .document = &document_};
        Effort effort(payload_.size());
        const auto filled = made->fill(message, variables, random_, effort);
        if (!filled) return filled.error().describe();
        return filled->undefined ? "undefined: " + *filled->undefined : filled->text;
    }

    SeededRandom random_{1};
    Document document_;
    std::string payload_ = R"({"id": "lamp", "n": 1.50, "o": {"x": [1]}})";
};

TEST_F(Templates, MixTextsAndExpressions) {
    EXPECT_EQ(fill("devices/${id}/of/${topic(2)}"), "devices/lamp/of/b");
    EXPECT_EQ(fill("${n}${o}"), R"(1.5{"x":[1]})");
    EXPECT_EQ(fill("no expression, $ and }"), "no expression, $ and }");
    EXPECT_EQ(fill("${ '}' + \"${\" }"), "}${");
    EXPECT_EQ(fill("${id}#"), "lamp#");
    EXPECT_EQ(fill("${missing}/x"), "undefined: missing");
    EXPECT_EQ(fill(""), "");
    EXPECT_EQ(fill("${@v}", std::vector{Value::integer(7)}), "7");
}

TEST_F(Templates, SayWhereTheyAreWrong) {
    EXPECT_EQ(fill("a/${id"), "template:1:7: expected } at the end of the expression");
    EXPECT_EQ(fill("a/${}"), "template:1:5: expected a value, found '}'");
    EXPECT_EQ(fill("${substrng(a)}"),
              "template:1:3: there is no function substrng; did you mean substring?");
    EXPECT_EQ(fill("${@w}"), "template:1:3: @w is not set before");
}

TEST_F(Templates, HaveABound) {
    payload_ = R"({"t": ")" + std::string(40'000, 'x') + R"("})";
    EXPECT_EQ(fill("${t}").size(), 40'000u);
    EXPECT_EQ(fill("${t}${t}"), "a template comes to over 65,535 bytes");
    EXPECT_EQ(fill("${concat(t, t)}"), "a template comes to over 65,535 bytes");
    const std::string rest(25'535, 'y');
    EXPECT_EQ(fill("${t}" + rest).size(), 65'535u);
    EXPECT_EQ(fill("${t}" + rest + "y"), "a template comes to over 65,535 bytes");
}

TEST_F(Templates, OfErrorActionsAskNoServices) {
    const std::string text = "${get_thing_shadow('lamp', 'role').a}";
    EXPECT_TRUE(Template::compile(text, {}));
    const auto refused = Template::compile(text, {.is_of_error_action = true});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "get_thing_shadow cannot be used in an error action");
}

TEST_F(Templates, AskServicesOneAfterTheOther) {
    const auto made =
        Template::compile("${get_thing_shadow('a', 'r')}-${get_thing_shadow('b', 'r')}", {});
    ASSERT_TRUE(made);
    const Message message{.topic = "t"};
    std::vector<Value> answers;
    for (int i = 0; i < 2; ++i) {
        Effort effort(0);
        const auto filled = made->fill(message, {}, random_, effort, answers).value();
        ASSERT_TRUE(filled.wanted);
        EXPECT_EQ(filled.wanted->number, answers.size());
        answers.push_back(Value::integer(i));
    }
    Effort effort(0);
    EXPECT_EQ(made->fill(message, {}, random_, effort, answers)->text, "0-1");
    EXPECT_FALSE(made->is_constant());
}

}  // namespace
}  // namespace gatehouse::sql
