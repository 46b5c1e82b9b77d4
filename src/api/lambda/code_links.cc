#include "api/lambda/code_links.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace gatehouse::api::lambda {
namespace {

// Before a layer's name, where functions' names have no such character.
constexpr std::string_view layer_mark = "layer:";

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

}  // namespace

std::string CodeLinks::link_to(std::string_view origin,
                               const functions::FunctionRef& function) const {
    const Tenant& tenant = function.tenant;
    std::string path = fmt::format("{}{}/{}/{}", path_prefix, tenant.account.view(),
                                   tenant.region.view(), function.name.view());
    if (!function.qualifier.empty()) path += '/' + function.qualifier.value();
    return links_.link_to(origin, path);
}

std::string CodeLinks::link_to(std::string_view origin,
                               const functions::LayerVersion& layer) const {
    return links_.link_to(
        origin,
        fmt::format("{}{}/{}/{}{}/{}", path_prefix, layer.tenant.account.view(),
                    layer.tenant.region.view(), layer_mark, layer.name.view(), layer.number));
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
    if (auto refusal = links_.refusal_of(request)) co_return std::move(*refusal);
    const auto subject = read_path(request.path);
    if (!subject) co_return ExpiringLinks::refused(404, "there is no such package");
    auto package = co_await package_at(*subject);
    if (!package) {
        co_return ExpiringLinks::refused(package.error().kind == ErrorKind::NotFound ? 404 : 500,
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
