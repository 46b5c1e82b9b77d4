#include "authentication/authorizer_declarations.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::authentication {
namespace {

using testing::HasSubstr;

constexpr std::string_view policies =
    R"("policyDocuments":[{"Version":"2012-10-17","Statement":{"Effect":"Allow",)"
    R"("Action":"iot:Connect","Resource":"arn:aws:iot:*:*:client/${jwt:sub}"}}])";

Result<std::vector<AuthorizerDeclaration>> parse(std::string_view text) {
    return parse_declarations(text, "/etc/gate");
}
// What is wrong with one authorizer; `{}` for the members.
std::string problem_of(std::string_view members) {
    const auto parsed = parse(fmt::format(R"({{"authorizers":[{{{}}}]}})", members));
    return parsed ? "fine" : parsed.error().message;
}
std::string jwt_problem(std::string_view members) {
    return problem_of(fmt::format(R"("name":"t","kind":"jwt",{},{})", members, policies));
}

TEST(AuthorizerDeclarations, SayEverything) {
    const auto parsed = parse(fmt::format(
        R"({{"authorizers":[
          {{"name":"web","kind":"http","url":"https://auth.example/mqtt","caFile":"ca.pem",
            "headers":{{"Authorization":"Bearer x"}},"tokenKeyName":"tok","status":"INACTIVE",
            "enableCachingForHttp":true}},
          {{"name":"tokens","kind":"jwt","algorithms":["RS256","EdDSA"],"issuer":"https://i/",
            "audience":["a","b"],"leewaySeconds":5,"requireExpiry":false,"principalClaim":"client",
            "tokenFrom":"userName","jwksUrl":"http://[::1]:8080/keys","refreshSeconds":60,{}}}]}})",
        policies));
    ASSERT_TRUE(parsed) << parsed.error().message;
    const AuthorizerDeclaration& tokens = parsed->at(0);  // by name
    const AuthorizerDeclaration& web = parsed->at(1);
    EXPECT_EQ(web.kind, registry::AuthorizerKind::Http);
    EXPECT_EQ(web.token_key_name, "tok");
    EXPECT_EQ(web.status, registry::AuthorizerStatus::Inactive);
    EXPECT_TRUE(web.enable_caching_for_http);
    const auto& endpoint = std::get<DeclaredEndpoint>(web.what);
    EXPECT_EQ(endpoint.url.shown(), "https://auth.example/mqtt");
    EXPECT_EQ(endpoint.ca_file, "/etc/gate/ca.pem");
    EXPECT_EQ(endpoint.headers.find("authorization"), "Bearer x");
    EXPECT_EQ(tokens.kind, registry::AuthorizerKind::Jwt);
    const auto& what = std::get<DeclaredTokens>(tokens.what);
    EXPECT_EQ(what.rules.algorithms.size(), 2u);
    EXPECT_EQ(what.rules.issuers, std::vector<std::string>{"https://i/"});
    EXPECT_EQ(what.rules.audiences.size(), 2u);
    EXPECT_EQ(what.rules.leeway, std::chrono::seconds(5));
    EXPECT_FALSE(what.rules.wants_expiry);
    EXPECT_EQ(what.principal_claim, "client");
    EXPECT_EQ(what.place, TokenPlace::UserName);
    EXPECT_EQ(what.keys_at->url.port, 8080);
    EXPECT_EQ(what.refresh_after, std::chrono::seconds(60));
    EXPECT_TRUE(parse(R"({"authorizers":[]})"));
}

TEST(AuthorizerDeclarations, AFileOfAnotherShape) {
    for (const char* text :
         {"", "[]", "{}", R"({"authorizers":{}})", R"({"authorizers":[1]})",
          R"({"authorizers":[],"more":1})", R"({"authorizers":[],"authorizers":[]})"}) {
        EXPECT_FALSE(parse(text)) << text;
    }
    const auto twice = parse(R"({"authorizers":[{"name":"a","kind":"http","url":"https://a/"},)"
                             R"({"name":"a","kind":"http","url":"https://b/"}]})");
    EXPECT_THAT(twice.error().message, HasSubstr("authorizer 2: its name is another one's"));
}

TEST(AuthorizerDeclarations, OfHttpAreChecked) {
    const auto web = [](std::string_view members) {
        return problem_of(fmt::format(R"("name":"w","kind":"http",{})", members));
    };
    EXPECT_EQ(web(R"("url":"https://a/")"), "fine");
    EXPECT_EQ(web(R"("url":"http://localhost:8080/")"), "fine");
    EXPECT_THAT(web(R"("status":"ACTIVE")"), HasSubstr("'url' is missing"));
    EXPECT_THAT(web(R"("url":"http://auth.example/")"), HasSubstr("set allowPlainHttp"));
    EXPECT_EQ(web(R"("url":"http://auth.example/","allowPlainHttp":true)"), "fine");
    EXPECT_THAT(web(R"("url":"ftp://a/")"), HasSubstr("neither https:// nor http://"));
    EXPECT_THAT(web(R"("url":"http://localhost/","caFile":"x")"), HasSubstr("no effect without"));
    EXPECT_THAT(web(R"("url":"https://a/","header":{})"), HasSubstr("did you mean 'headers'?"));
    EXPECT_THAT(web(R"("url":"https://a/","issuer":"x")"), HasSubstr("'issuer' is not known here"));
    for (const char* headers :
         {R"({"A":"zq\ny"})", R"({"A:":"zq"})", R"({"":"zq"})", R"({"Host":"zq"})",
          R"({"content-LENGTH":"1"})", R"({"A":1})", R"([])"}) {
        const std::string said = web(fmt::format(R"("url":"https://a/","headers":{})", headers));
        EXPECT_THAT(said, HasSubstr("'headers'")) << headers;
        EXPECT_THAT(said, testing::Not(HasSubstr("zq"))) << "a secret is repeated";
    }
    EXPECT_THAT(problem_of(R"("name":"w","kind":"function")"), HasSubstr("http or jwt"));
    EXPECT_THAT(problem_of(R"("kind":"http","url":"https://a/")"), HasSubstr("'name' is missing"));
}

TEST(AuthorizerDeclarations, OfTokensAreChecked) {
    EXPECT_EQ(jwt_problem(R"("algorithms":"ES256","keysFile":"k")"), "fine");
    EXPECT_THAT(jwt_problem(R"("keysFile":"k")"), HasSubstr("'algorithms' has to name some"));
    EXPECT_THAT(jwt_problem(R"("algorithms":["none"],"keysFile":"k")"),
                HasSubstr("one that is not known"));
    EXPECT_THAT(jwt_problem(R"("algorithms":["RS256"])"), HasSubstr("'keysFile' or 'jwksUrl'"));
    EXPECT_THAT(jwt_problem(R"("algorithms":"RS256","keysFile":"k","jwksUrl":"https://a/")"),
                HasSubstr("give one of them"));
    EXPECT_THAT(jwt_problem(R"("algorithms":"RS256","jwksUrl":"http://a.example/")"),
                HasSubstr("over http"));
    EXPECT_THAT(jwt_problem(R"("algorithms":"RS256","keysFile":"k","leewaySeconds":601)"),
                HasSubstr("from 0 to 600"));
    EXPECT_THAT(jwt_problem(R"("algorithms":"RS256","keysFile":"k","tokenFrom":"header")"),
                HasSubstr("password or userName"));
    EXPECT_THAT(jwt_problem(R"("algorithms":"RS256","keysFile":"k","audience":[])"),
                HasSubstr("list of 1 to"));
    EXPECT_THAT(problem_of(R"("name":"t","kind":"jwt","algorithms":"RS256","keysFile":"k")"),
                HasSubstr("'policyDocuments' has to be a list"));
    EXPECT_THAT(problem_of(R"("name":"t","kind":"jwt","algorithms":"RS256","keysFile":"k",)"
                           R"("policyDocuments":[{"Statement":1}])"),
                HasSubstr("'policyDocuments' cannot be used"));
}

}  // namespace
}  // namespace gatehouse::authentication
