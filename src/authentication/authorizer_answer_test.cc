#include "authentication/authorizer_answer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace gatehouse::authentication {
namespace {

using std::chrono::seconds;

std::string answer_with(std::string_view documents, std::string_view principal = "\"alice1\"",
                        std::string_view refresh = "300", std::string_view disconnect = "1800") {
    return fmt::format(R"({{"isAuthenticated":true,"principalId":{},"policyDocuments":{},)"
                       R"("disconnectAfterInSeconds":{},"refreshAfterInSeconds":{}}})",
                       principal, documents, disconnect, refresh);
}

AuthorizerAnswer read(const std::string& payload) {
    return read_authorizer_answer(payload, {});
}

TEST(AuthorizerAnswer, TakesDocumentsAsObjectsAndAsText) {
    const AuthorizerAnswer answer =
        read(answer_with(R"([{"Version":"2012-10-17"},"{\"Version\":\"2008-10-17\"}"])"));
    ASSERT_TRUE(answer.granted) << answer.problem;
    EXPECT_EQ(answer.granted->principal_id, "alice1");
    EXPECT_EQ(
        answer.granted->policy_documents,
        (std::vector<std::string>{R"({"Version":"2012-10-17"})", R"({"Version":"2008-10-17"})"}));
    EXPECT_EQ(answer.granted->refresh_after, seconds(300));
    EXPECT_EQ(answer.granted->disconnect_after, seconds(1800));
    EXPECT_EQ(answer.checks.size(), 5u);
}

TEST(AuthorizerAnswer, ANoIgnoresEverythingElse) {
    const AuthorizerAnswer answer = read(R"({"isAuthenticated":false,"principalId":42})");
    EXPECT_TRUE(answer.refused);
    EXPECT_FALSE(answer.granted);
    EXPECT_EQ(answer.problem, "");
}

TEST(AuthorizerAnswer, ExtraMembersAreIgnored) {
    std::string payload = answer_with("[]");
    payload.insert(1, R"("password":"p","context":{},"deep":)" + std::string(100, '[') +
                          std::string(100, ']') + ',');
    EXPECT_TRUE(read(payload).granted);
}

TEST(AuthorizerAnswer, EachBrokenRuleIsNamed) {
    const std::pair<std::string, std::string> cases[] = {
        {"not json", "not valid JSON"},
        {"", "not valid JSON"},
        {"null", "null, not an object"},
        {R"("{\"isAuthenticated\":true}")", "json.dumps"},
        {"{}", "isAuthenticated is missing"},
        {R"({"isAuthenticated":"true"})", "it is a string"},
        {answer_with("[]", "\"a-b\""), "'a-b' holds other characters"},
        {answer_with("[]", "\"\""), "it has 0 characters"},
        {answer_with("[]", '"' + std::string(129, 'a') + '"'), "it has 129 characters"},
        {answer_with("[]", "7"), "it is a number"},
        {answer_with(R"("[]")"), "it is a string"},
        {answer_with("[1]"), "document 1 is a number"},
        {answer_with("[{},{},{},{},{},{},{},{},{},{},{}]"), "it has 11"},
        {answer_with("[]", "\"a\"", "299"), "it is 299"},
        {answer_with("[]", "\"a\"", "300", "86401"), "it is 86401"},
        {answer_with("[]", "\"a\"", "300.5"), "refreshAfterInSeconds is a whole number"},
        {answer_with("[]", "\"a\"", "\"300\""), "it is \"300\""},
        {R"({"isAuthenticated":true,"principalId":"a","policyDocuments":[],)"
         R"("disconnectAfterInSeconds":300,"refreshAfterInSecs":300})",
         "did 'refreshAfterInSecs' mean it?"},
    };
    for (const auto& [payload, expected] : cases) {
        const AuthorizerAnswer answer = read(payload);
        EXPECT_FALSE(answer.granted) << payload;
        EXPECT_FALSE(answer.refused) << payload;
        EXPECT_NE(answer.problem.find(expected), std::string::npos)
            << payload << " → " << answer.problem;
    }
}

TEST(AuthorizerAnswer, WholeNumbersMayBeWrittenWithAPoint) {
    EXPECT_TRUE(read(answer_with("[]", "\"a\"", "300.0")).granted);
}

TEST(AuthorizerAnswer, TheIntervalsFollowTheProfile) {
    const AnswerRules open{.interval_seconds_min = 1};
    EXPECT_TRUE(read_authorizer_answer(answer_with("[]", "\"a\"", "1", "2"), open).granted);
    EXPECT_FALSE(read_authorizer_answer(answer_with("[]", "\"a\"", "0", "2"), open).granted);
}

TEST(AuthorizerAnswer, MisspeltMembersAreNoted) {
    std::string payload = answer_with("[]");
    payload.insert(1, R"("policyDocument":[],)");
    const AuthorizerAnswer answer = read(payload);
    ASSERT_EQ(answer.notes.size(), 1u);
    EXPECT_NE(answer.notes[0].find("'policyDocuments'"), std::string::npos);
}

TEST(AuthorizerAnswer, BesideACertificateThePrincipalIsItsAndPoliciesMayBeMissing) {
    const AnswerRules beside{.certificate_id = "abc1"};
    EXPECT_TRUE(read_authorizer_answer(answer_with("[]", "\"abc1\""), beside).granted);
    const auto other = read_authorizer_answer(answer_with("[]", "\"alice\""), beside);
    EXPECT_FALSE(other.granted);
    EXPECT_NE(other.problem.find("principalId is that of the certificate"), std::string::npos);
    const std::string none =
        R"({"isAuthenticated":true,"principalId":"abc1","disconnectAfterInSeconds":1800,)"
        R"("refreshAfterInSeconds":300})";
    EXPECT_TRUE(read_authorizer_answer(none, beside).granted);
    EXPECT_FALSE(read(none).granted);
}

}  // namespace
}  // namespace gatehouse::authentication
