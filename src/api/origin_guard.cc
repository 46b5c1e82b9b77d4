#include "api/origin_guard.h"

#include <fmt/format.h>

#include <algorithm>

#include "net/address.h"
#include "signature/request_view.h"

namespace gatehouse::api {
namespace {

// The name without its port: "localhost:4566" -> "localhost", "[::1]:4566" -> "::1".
std::string_view without_port(std::string_view host) {
    if (host.starts_with('[')) {
        const auto end = host.find(']');
        return end == host.npos ? std::string_view() : host.substr(1, end - 1);
    }
    return host.substr(0, host.find(':'));
}

bool is_under(std::string_view name, std::string_view parent) {
    return name == parent || (name.size() > parent.size() && name.ends_with(parent) &&
                              name[name.size() - parent.size() - 1] == '.');
}

std::string_view without_scheme(std::string_view origin) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (origin.starts_with(scheme)) return origin.substr(scheme.size());
    }
    return {};
}

std::size_t count(const net::HttpHeaders& headers, std::string_view name) {
    return static_cast<std::size_t>(std::ranges::count_if(headers.fields(), [&](const auto& field) {
        return signature::equal_ignoring_case(field.first, name);
    }));
}

}  // namespace

OriginGuard::OriginGuard(Names names) : names_(std::move(names)) {
    for (auto* const list : {&names_.endpoints, &names_.machine}) {
        for (auto& name : *list) name = signature::to_lower(name);
    }
}

bool OriginGuard::is_ours(std::string_view host) const {
    std::string name = signature::to_lower(without_port(host));
    if (name.ends_with('.')) name.pop_back();
    if (name.empty()) return false;
    if (net::Address::parse(name, 0)) return true;
    if (is_under(name, "localhost")) return true;
    return std::ranges::find(names_.machine, name) != names_.machine.end() ||
           std::ranges::any_of(names_.endpoints,
                               [&](const auto& ours) { return is_under(name, ours); });
}

std::optional<std::string> OriginGuard::objection(const net::HttpRequest& request) const {
    const auto host = request.headers.find("Host");
    if (!host || count(request.headers, "Host") != 1) {
        return "the request must carry one Host header";
    }
    if (!is_ours(*host)) {
        return fmt::format(
            "the host '{}' is not a name of this server; if it should be, start "
            "the server with --endpoint NAME",
            *host);
    }
    if (const auto origin = request.headers.find("Origin");
        origin && !signature::equal_ignoring_case(without_scheme(*origin), *host)) {
        return fmt::format("pages of another origin ('{}') may not call this API", *origin);
    }
    if (const auto site = request.headers.find("Sec-Fetch-Site");
        site && (*site == "cross-site" || *site == "same-site")) {
        return "pages of another site may not call this API";
    }
    return std::nullopt;
}

}  // namespace gatehouse::api
