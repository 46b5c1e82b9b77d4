#include "api/iot/registration_reports.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <vector>

namespace gatehouse::api::iot {
namespace {

struct ReportPage {
    Tenant tenant;
    registry::RegistrationTaskId id;
    registry::RegistrationReport which = registry::RegistrationReport::Results;
    std::uint64_t page = 0;
};

// "ACCOUNT/REGION/ID/REPORT/PAGE"
std::optional<ReportPage> read_report_path(std::string_view path) {
    path.remove_prefix(RegistrationReports::path_prefix.size());
    std::vector<std::string_view> parts;
    while (true) {
        const auto slash = path.find('/');
        parts.push_back(path.substr(0, slash));
        if (slash == path.npos) break;
        path.remove_prefix(slash + 1);
    }
    if (parts.size() != 5) return std::nullopt;
    const auto which = parse_choice<registry::RegistrationReport>(parts[3]);
    if (!which) return std::nullopt;
    ReportPage page{.tenant = {AccountId(parts[0]), Region(parts[1])},
                    .id = registry::RegistrationTaskId(parts[2]),
                    .which = *which};
    std::from_chars(parts[4].data(), parts[4].data() + parts[4].size(), page.page);
    return page;
}

}  // namespace

std::string RegistrationReports::link_to(std::string_view origin, const Tenant& tenant,
                                         const registry::RegistrationTaskId& id,
                                         registry::RegistrationReport which,
                                         std::uint64_t page) const {
    return links_.link_to(
        origin, fmt::format("{}{}/{}/{}/{}/{}", path_prefix, tenant.account.view(),
                            tenant.region.view(), id.view(), name_of_choice(which), page));
}

async::Task<net::HttpResponse> RegistrationReports::answer(net::HttpRequest request) const {
    if (auto refusal = links_.refusal_of(request)) co_return std::move(*refusal);
    const auto asked = read_report_path(request.path);
    if (!asked) co_return ExpiringLinks::refused(404, "there is no such report");
    auto lines = co_await tasks_.run([&](registry::RegistrationTaskRecords& records) {
        return records.report(asked->tenant, asked->id, asked->which, asked->page);
    });
    if (!lines) {
        const bool is_missing = lines.error().refusal == registry::Refusal::ResourceNotFound;
        co_return ExpiringLinks::refused(is_missing ? 404 : 500, lines.error().message);
    }
    net::HttpResponse response;
    response.headers.set("Content-Type", "application/x-ndjson");
    response.body = std::move(*lines);
    co_return response;
}

}  // namespace gatehouse::api::iot
