#include "rules/targets/target_declarations.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/json.h"
#include "rules/targets/declared_object.h"
#include "signature/request_view.h"
#include "signature/unique_members.h"

namespace gatehouse::rules {
namespace {

constexpr std::string_view otherwise_name = "*";
constexpr std::string_view below_all = "*.";

bool is_key_text(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F'; });
}

signature::SigningKey key_in(DeclaredObject& object) {
    signature::SigningKey key{
        .access_key_id = signature::AccessKeyId(object.wanted_text("accessKeyId")),
        .secret = object.wanted_text("secretAccessKey"),
        .session_token = object.text("sessionToken")};
    if (!is_key_text(key.access_key_id.view()) || key.access_key_id.view().contains('/')) {
        object.refuse("accessKeyId", "cannot be an access key id");
    }
    if (!is_key_text(key.session_token)) object.refuse("sessionToken", "cannot be a token");
    return key;
}

Result<DeclaredAwsEndpoint> endpoint_in(const json::object& json, std::string path,
                                        const std::filesystem::path& folder, const Region& region) {
    DeclaredObject object(json, std::move(path));
    const std::string url = object.wanted_text("url");
    DeclaredAwsEndpoint endpoint{.region = region,
                                 .key = key_in(object),
                                 .allows_plain_http = object.truth("allowPlainHttp")};
    if (const std::string named = object.text("region"); !named.empty()) {
        if (!is_region(named)) object.refuse("region", "cannot be a region");
        endpoint.region = Region(named);
    }
    if (const std::string file = object.text("caFile"); !file.empty()) {
        endpoint.ca_file = folder / file;
    }
    if (auto parsed = net::HttpUrl::parse(url)) {
        endpoint.url = std::move(*parsed);
    } else if (!url.empty()) {
        object.refuse("url", "cannot be used: " + parsed.error().message);
    }
    if (endpoint.url.target != "/") object.refuse("url", "has to end with host and port");
    if (!url.empty() && !endpoint.url.is_https && !endpoint.allows_plain_http &&
        !endpoint.url.is_loopback()) {
        object.refuse("url",
                      "leads to another machine over http, where everybody on the way reads "
                      "messages; use https, or set allowPlainHttp");
    }
    if (!endpoint.url.is_https && !endpoint.ca_file.empty()) {
        object.refuse("caFile", "has no effect without https");
    }
    if (auto read = object.finish({"url", "region", "accessKeyId", "secretAccessKey",
                                   "sessionToken", "allowPlainHttp", "caFile"});
        !read) {
        return fail(std::move(read.error()));
    }
    return endpoint;
}

// What members of the file go by, beside what they say.
struct Surroundings {
    const std::filesystem::path& folder;
    const Region& region;
};

Result<void> read_endpoints(const json::value& endpoints, TargetDeclarations& declarations,
                            const Surroundings& around) {
    if (!endpoints.is_object()) return wrong_declaration("endpoints", "has to be an object");
    for (const auto& member : endpoints.as_object()) {
        const std::string name(member.key());
        const std::string path = fmt::format("endpoints.{}", name);
        const auto service = parse_choice<AwsService>(name);
        if (!service && name != otherwise_name) {
            return wrong_declaration(path,
                                     fmt::format("is no service that is asked; there are {}, and "
                                                 "* for all others",
                                                 fmt::join(all_choices<AwsService>(), ", ")));
        }
        if (!member.value().is_object()) return wrong_declaration(path, "has to be an object");
        auto endpoint = endpoint_in(member.value().as_object(), path, around.folder, around.region);
        if (!endpoint) return fail(std::move(endpoint.error()));
        if (service) {
            declarations.aws.emplace(*service, std::move(*endpoint));
        } else {
            declarations.aws_otherwise = std::move(*endpoint);
        }
    }
    return {};
}

bool is_host_pattern(std::string_view pattern) {
    if (pattern.starts_with(below_all)) pattern.remove_prefix(below_all.size());
    const auto url = net::HttpUrl::parse(
        fmt::format("https://{}", pattern.contains(':') ? fmt::format("[{}]", pattern) : pattern));
    return url && url->host == pattern;
}

Result<DeclaredHttpSigning> http_signing_in(const json::object& json, std::string path) {
    DeclaredObject object(json, std::move(path));
    DeclaredHttpSigning signing{.key = key_in(object), .hosts = object.wanted_texts("hosts")};
    for (std::string& service : object.wanted_texts("services")) {
        signing.services.insert(std::move(service));
    }
    if (!std::ranges::all_of(signing.hosts, is_host_pattern)) {
        object.refuse("hosts", "has to list hosts: api.example, or *.example for all below it");
    }
    if (auto read =
            object.finish({"accessKeyId", "secretAccessKey", "sessionToken", "services", "hosts"});
        !read) {
        return fail(std::move(read.error()));
    }
    return signing;
}

struct Section {
    std::string_view name;
    Result<void> (*read)(const json::value& value, TargetDeclarations& declarations,
                         const Surroundings& around);
};

Result<void> read_http_signing(const json::value& value, TargetDeclarations& declarations,
                               const Surroundings&) {
    if (!value.is_object()) return wrong_declaration("httpSigning", "has to be an object");
    auto signing = http_signing_in(value.as_object(), "httpSigning");
    if (!signing) return fail(std::move(signing.error()));
    declarations.http_signing = std::move(*signing);
    return {};
}

Result<void> read_http_ca_file(const json::value& value, TargetDeclarations& declarations,
                               const Surroundings& around) {
    if (!value.is_string()) return wrong_declaration("httpCaFile", "has to be a text");
    declarations.http_ca_file = around.folder / std::string(value.as_string());
    return {};
}

Result<void> read_folders(const json::value& value, TargetDeclarations& declarations,
                          const Surroundings& around) {
    auto folders = declared_folders(value, around.folder, declarations.accounts);
    if (!folders) return fail(std::move(folders.error()));
    declarations.folders = std::move(*folders);
    return {};
}

Result<void> read_mqtt_brokers(const json::value& value, TargetDeclarations& declarations,
                               const Surroundings& around) {
    auto brokers = declared_mqtt_brokers(value, around.folder, declarations.accounts);
    if (!brokers) return fail(std::move(brokers.error()));
    declarations.mqtt_brokers = std::move(*brokers);
    return {};
}

Result<void> read_databases(const json::value& value, TargetDeclarations& declarations,
                            const Surroundings& around) {
    auto databases = declared_databases(value, around.folder, declarations.accounts);
    if (!databases) return fail(std::move(databases.error()));
    declarations.databases = std::move(*databases);
    return {};
}

// They are read before the others.
Result<void> pass_accounts(const json::value&, TargetDeclarations&, const Surroundings&) {
    return {};
}

constexpr std::array sections{
    Section{"accounts", &pass_accounts},        Section{"databases", &read_databases},
    Section{"endpoints", &read_endpoints},      Section{"files", &read_folders},
    Section{"httpCaFile", &read_http_ca_file},  Section{"httpSigning", &read_http_signing},
    Section{"mqttBrokers", &read_mqtt_brokers},
};

std::vector<std::string_view> section_names() {
    std::vector<std::string_view> names;
    for (const Section& each : sections) names.push_back(each.name);
    return names;
}

}  // namespace

bool DeclaredHttpSigning::is_for_host(std::string_view host) const {
    return std::ranges::any_of(hosts, [&](std::string_view pattern) {
        if (!pattern.starts_with(below_all)) {
            return signature::equal_ignoring_case(pattern, host);
        }
        const std::string_view end = pattern.substr(1);
        return host.size() > end.size() &&
               signature::equal_ignoring_case(host.substr(host.size() - end.size()), end);
    });
}

const DeclaredAwsEndpoint* TargetDeclarations::endpoint_of(AwsService service) const {
    if (const auto found = aws.find(service); found != aws.end()) return &found->second;
    return aws_otherwise ? &*aws_otherwise : nullptr;
}

Result<TargetDeclarations> parse_target_declarations(std::string_view text,
                                                     const std::filesystem::path& folder,
                                                     const Tenant& usual) {
    const auto value = parse_json(text, "the file");
    if (!value) return fail(value.error());
    if (!signature::has_unique_members(text)) {
        return fail(ErrorKind::InvalidInput, "a member is named twice in one object");
    }
    if (!value->is_object()) return fail(ErrorKind::InvalidInput, "the file has to be an object");
    TargetDeclarations declarations{.accounts = {usual.account}};
    // The others are those of whoever names none.
    if (const json::value* const list = value->as_object().if_contains("accounts")) {
        auto accounts = declared_accounts(*list, "accounts");
        if (!accounts) return fail(std::move(accounts.error()));
        declarations.accounts = std::move(*accounts);
    }
    for (const auto& member : value->as_object()) {
        const std::string name(member.key());
        const auto* const section = std::ranges::find(sections, name, &Section::name);
        if (section == sections.end()) {
            return wrong_declaration(
                name, fmt::format("is not known; there are {}", fmt::join(section_names(), ", ")));
        }
        if (auto read = section->read(member.value(), declarations, {folder, usual.region});
            !read) {
            return fail(std::move(read.error()));
        }
    }
    return declarations;
}

}  // namespace gatehouse::rules
