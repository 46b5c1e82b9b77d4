#include "api/lambda/code_links.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/encoding.h"
#include "signature/digest.h"

namespace gatehouse::api::lambda {
namespace {

// Before a layer's name, where functions' names have no such character.
constexpr std::string_view layer_mark = "layer:";

// "expires=NUMBER&proof=HEX", as link_to() writes it.
struct Query {
    std::string_view expires;
    std::string_view proof;
};

std::optional<Query> read_query(std::string_view text) {
    constexpr std::string_view first = "expires=", second = "&proof=";
    const auto at = text.find(second);
    if (!text.starts_with(first) || at == text.npos) return std::nullopt;
    return Query{text.substr(first.size(), at - first.size()), text.substr(at + second.size())};
}

// "ACCOUNT/REGION/NAME" or "ACCOUNT/REGION/NAME/QUALIFIER"; these need no escapes in a path.
std::optional<functions::FunctionRef> read_path(std::string_view path) {
    path.remove_prefix(CodeLinks::path_prefix.size());
    const auto region = path.find('/');
    const auto name = region == path.npos ? path.npos : path.find('/', region + 1);
    if (name == path.npos) return std::nullopt;
    const std::string_view named = path.substr(name + 1);
    const auto qualifier = std::min(named.find('/'), named.size());
    return functions::FunctionRef{
        {AccountId(path.substr(0, region)), Region(path.substr(region + 1, name - region - 1))},
        functions::FunctionName(named.substr(0, qualifier)),
        functions::Qualifier(named.substr(std::min(qualifier + 1, named.size())))};
}

net::HttpResponse refused(unsigned status, std::string sentence) {
    net::HttpResponse response{.status = status};
    response.headers.set("Content-Type", "text/plain; charset=utf-8");
    response.body = std::move(sentence) + "\n";
    return response;
}

}  // namespace

CodeLinks::CodeLinks(functions::FunctionDirectory& directory, functions::LayerDirectory& layers,
                     const Clock& clock, Random& random)
    : directory_(directory), layers_(layers), clock_(clock) {
    std::array<std::uint8_t, 32> key;
    random.fill(key);
    key_.assign(key.begin(), key.end());
}

std::string CodeLinks::proof_of(std::string_view path, std::string_view expires) const {
    return to_hex(signature::hmac_sha256(key_, fmt::format("{}\n{}", path, expires)));
}

std::string CodeLinks::link_to(std::string_view origin,
                               const functions::FunctionRef& function) const {
    const Tenant& tenant = function.tenant;
    std::string path = fmt::format("{}{}/{}/{}", path_prefix, tenant.account.view(),
                                   tenant.region.view(), function.name.view());
    if (!function.qualifier.empty()) path += '/' + function.qualifier.value();
    return proven(origin, path);
}

std::string CodeLinks::link_to(std::string_view origin,
                               const functions::LayerVersion& layer) const {
    return proven(origin, fmt::format("{}{}/{}/{}{}/{}", path_prefix, layer.tenant.account.view(),
                                      layer.tenant.region.view(), layer_mark, layer.name.view(),
                                      layer.number));
}

std::string CodeLinks::proven(std::string_view origin, const std::string& path) const {
    const auto end = std::chrono::floor<std::chrono::seconds>(clock_.wall_now()) + lifetime;
    const std::string expires = std::to_string(end.time_since_epoch().count());
    return fmt::format("{}{}?expires={}&proof={}", origin, path, expires, proof_of(path, expires));
}

async::Task<Result<std::string>> CodeLinks::package_at(functions::FunctionRef subject) const {
    if (!subject.name.view().starts_with(layer_mark)) {
        co_return co_await directory_.package(std::move(subject));
    }
    const functions::LayerName layer(subject.name.view().substr(layer_mark.size()));
    const std::string& text = subject.qualifier.value();
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    co_return co_await layers_.package(std::move(subject.tenant), layer, number);
}

async::Task<net::HttpResponse> CodeLinks::answer(net::HttpRequest request) const {
    const auto query = read_query(request.query);
    if (!query || !equal_in_constant_time(query->proof, proof_of(request.path, query->expires))) {
        co_return refused(403,
                          "this address was not made by this server, or before it was "
                          "started again; ask GetFunction for another");
    }
    std::int64_t expires = 0;
    std::from_chars(query->expires.data(), query->expires.data() + query->expires.size(), expires);
    if (clock_.wall_now() >= WallTime(std::chrono::seconds(expires))) {
        co_return refused(403,
                          "this address was valid for 10 minutes; ask GetFunction for another");
    }
    const auto subject = read_path(request.path);
    if (!subject) co_return refused(404, "there is no such package");
    auto package = co_await package_at(*subject);
    if (!package) {
        co_return refused(package.error().kind == ErrorKind::NotFound ? 404 : 500,
                          package.error().message);
    }
    net::HttpResponse response;
    response.headers.set("Content-Type", "application/zip");
    response.headers.set("Content-Disposition",
                         fmt::format("attachment; filename=\"{}.zip\"", subject->name.view()));
    response.body = std::move(*package);
    co_return response;
}

}  // namespace gatehouse::api::lambda
