#include "authentication/http_authorizer.h"

#include <fmt/format.h>

namespace gatehouse::authentication {
namespace {

constexpr std::size_t shown_bytes_max = 1024;

enum class Meaning : std::uint8_t { Answer, No, NobodyThere, Failure };

Meaning meaning_of(unsigned status) {
    switch (status) {
        case 200: return Meaning::Answer;
        case 401:
        case 403: return Meaning::No;
        case 408:
        case 429: return Meaning::NobodyThere;
        default: return status >= 500 ? Meaning::NobodyThere : Meaning::Failure;
    }
}

}  // namespace

async::Task<Result<functions::InvocationResult>> HttpAuthorizer::ask(std::string event,
                                                                     Deadline deadline) {
    net::HttpQuestion question{.body = std::move(event),
                               .again = net::HttpQuestion::Again::WhenNotAnswered};
    question.headers.add("Content-Type", "application/json");
    question.headers.add("Accept", "application/json");
    const auto endpoint = endpoint_;
    auto answer = co_await endpoint->ask(std::move(question), deadline);
    if (!answer) co_return fail(std::move(answer.error()));
    net::HttpResponse& response = answer->response;
    functions::InvocationResult result{.start = answer->was_kept ? functions::StartKind::Warm
                                                                 : functions::StartKind::Cold};
    switch (meaning_of(response.status)) {
        case Meaning::Answer: result.payload = std::move(response.body); break;
        case Meaning::No: result.payload = R"({"isAuthenticated":false})"; break;
        case Meaning::NobodyThere:
            co_return fail(ErrorKind::Unavailable,
                           fmt::format("it answered with status {}", response.status));
        case Meaning::Failure:
            result.function_error = functions::FunctionErrorKind::Raised;
            result.payload = fmt::format("status {}: {}", response.status,
                                         response.body.substr(0, shown_bytes_max));
            break;
    }
    co_return result;
}

}  // namespace gatehouse::authentication
