#include "authentication/custom_authorizer_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "authentication/basic_credentials.h"
#include "logs/masking.h"

namespace gatehouse::authentication {
namespace {

constexpr std::size_t answer_shown_bytes_max = 8192;
// Longer than any secret's longest form, so that none is cut before it is found.
constexpr std::size_t secret_form_bytes_max = 256 * 1024;

}  // namespace

std::vector<std::string> secrets_of(const Credentials& credentials, const TokenFacts& token) {
    std::vector<std::string> secrets;
    if (credentials.mqtt && credentials.mqtt->password) {
        secrets.emplace_back(text_of(*credentials.mqtt->password));
    }
    if (token.token) secrets.push_back(*token.token);
    const std::string_view user = credentials.user_name();
    const std::string_view before_query = user.substr(0, user.find('?'));
    if (logs::is_like_token(before_query)) secrets.emplace_back(before_query);
    if (credentials.http) {
        if (const auto header = credentials.http->headers.find("Authorization")) {
            secrets.emplace_back(*header);
            // Without the name of the scheme, too.
            const auto blank = header->find(' ');
            if (blank != header->npos) secrets.emplace_back(header->substr(blank + 1));
        }
        std::ranges::move(passwords_in_authorization(credentials), std::back_inserter(secrets));
    }
    return secrets;
}

functions::FunctionRef CustomAuthorizer::Call::function() const {
    return called_function(authorizer.function_arn.view(), authorizer.tenant);
}

std::string CustomAuthorizer::Call::answerer() const {
    return fmt::format("the {} of authorizer '{}'", http ? "endpoint" : "function",
                       authorizer.name.view());
}

Refusal CustomAuthorizer::Call::refuse(Refusal::Kind kind, std::string reason,
                                       std::string sentence) const {
    if (!permission_problem.empty()) sentence += fmt::format(". Besides, {}", permission_problem);
    return {.kind = kind,
            .type = credentials->type_with_authorizer(),
            .reason = std::move(reason),
            .sentence = scrubber.scrub(sentence),
            .authorizer_name = authorizer.name.value()};
}

std::string CustomAuthorizer::Call::shown(std::string_view answer) const {
    return scrubber.scrub(answer.substr(0, answer_shown_bytes_max + secret_form_bytes_max))
        .substr(0, answer_shown_bytes_max);
}

}  // namespace gatehouse::authentication
