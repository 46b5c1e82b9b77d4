#include "rules/targets/aws_endpoints.h"

#include <fmt/format.h>

#include <utility>

#include "base/durable_file.h"

namespace gatehouse::rules {
namespace {

constexpr std::string_view own_name = "gatehouse";
constexpr std::size_t aws_answer_bytes_max = 1024 * 1024;

}  // namespace

Result<std::shared_ptr<const net::TlsTrust>> trust_of(const std::filesystem::path& ca_file) {
    if (ca_file.empty()) return net::TlsTrust::of_system();
    const auto pem = read_file(ca_file);
    auto trust = pem ? net::TlsTrust::of(*pem)
                     : Result<std::shared_ptr<const net::TlsTrust>>(std::unexpected(pem.error()));
    if (trust) return trust;
    return fail(ErrorKind::InvalidInput,
                fmt::format("{}: {}", ca_file.string(), trust.error().message));
}

Result<std::unique_ptr<AwsEndpoints>> AwsEndpoints::make(const Parts& parts,
                                                         const TargetDeclarations& declarations) {
    std::unique_ptr<AwsEndpoints> made(new AwsEndpoints(parts.clock, declarations.accounts));
    for (std::size_t i = 0; i < all_choices<AwsService>().size(); ++i) {
        const auto service = static_cast<AwsService>(i);
        const DeclaredAwsEndpoint* const declared = declarations.endpoint_of(service);
        if (declared == nullptr) continue;
        net::HttpEndpointSettings settings{.url = declared->url,
                                           .answer_bytes_max = aws_answer_bytes_max};
        if (declared->allows_plain_http) settings.plain_http = net::PlainHttp::Anywhere;
        if (declared->url.is_https) {
            auto trust = trust_of(declared->ca_file);
            if (!trust) return fail(std::move(trust.error()));
            settings.trust = std::move(*trust);
        }
        settings.headers.add("User-Agent", std::string(own_name));
        made->endpoints_.emplace(service, Known{std::make_shared<net::HttpEndpoint>(
                                                    parts.loop, parts.lookups, std::move(settings)),
                                                declared->region, declared->key});
    }
    return made;
}

async::Task<Result<net::HttpResponse>> AwsEndpoints::ask(AwsService service, Call call,
                                                         Deadline deadline) const {
    const auto found = endpoints_.find(service);
    if (found == endpoints_.end()) {
        co_return fail(ErrorKind::Unsupported,
                       fmt::format("this server knows no endpoint for {}", full_name(service)));
    }
    const Known& known = found->second;
    signature::HeaderFields signed_fields{{"Host", known.endpoint->url().authority()}};
    signed_fields.insert(signed_fields.end(), call.headers.begin(), call.headers.end());
    const signature::RequestView view{.method = call.method,
                                      .path = call.path,
                                      .query = {},
                                      .headers = signed_fields,
                                      .body = call.body};
    auto added = signature::sign_headers(
        view, known.key, known.region, name_of_choice(service), clock_.wall_now(),
        service == AwsService::S3 ? signature::PathRule::AsSent
                                  : signature::PathRule::EncodedAgain);
    net::HttpQuestion question{.method = std::move(call.method),
                               .target = std::move(call.path),
                               .body = std::move(call.body)};
    for (auto& [name, value] : call.headers)
        question.headers.add(std::move(name), std::move(value));
    for (auto& [name, value] : added) question.headers.add(std::move(name), std::move(value));
    const auto endpoint = known.endpoint;
    auto answer = co_await endpoint->ask(std::move(question), deadline);
    if (!answer) co_return fail(std::move(answer.error()));
    co_return std::move(answer->response);
}

void AwsEndpoints::close() {
    for (const auto& [service, known] : endpoints_) known.endpoint->close();
}

}  // namespace gatehouse::rules
