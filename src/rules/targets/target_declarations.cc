#include "rules/targets/target_declarations.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "base/json.h"
#include "base/suggestion.h"
#include "signature/request_view.h"
#include "signature/unique_members.h"

namespace gatehouse::rules {
namespace {

constexpr std::string_view otherwise_name = "*";
constexpr std::string_view below_all = "*.";

std::unexpected<Error> wrong_member(const std::string& path, std::string_view why) {
    return fail(ErrorKind::InvalidInput, fmt::format("'{}' {}", path, why), Place{path, 0, 0});
}

// One object of the file; the first mistake is kept.
class DeclaredObject {
public:
    DeclaredObject(const json::object& object, std::string path)
        : object_(object), path_(std::move(path)) {}

    std::string text(std::string_view name) {
        const json::value* const value = object_.if_contains({name.data(), name.size()});
        if (value == nullptr) return {};
        if (value->is_string() && !value->as_string().empty()) {
            return std::string(value->as_string());
        }
        refuse(name, "has to be a text");
        return {};
    }
    std::string wanted_text(std::string_view name) {
        std::string found = text(name);
        if (found.empty()) refuse(name, "is missing");
        return found;
    }
    bool truth(std::string_view name) {
        const json::value* const value = object_.if_contains({name.data(), name.size()});
        if (value == nullptr) return false;
        if (!value->is_bool()) refuse(name, "has to be true or false");
        return value->is_bool() && value->as_bool();
    }
    // A list that is there, of texts that are not empty.
    std::vector<std::string> wanted_texts(std::string_view name) {
        std::vector<std::string> texts;
        const json::value* const value = object_.if_contains({name.data(), name.size()});
        const bool is_list = value != nullptr && value->is_array();
        if (is_list) {
            for (const json::value& one : value->as_array()) {
                if (one.is_string() && !one.as_string().empty()) {
                    texts.emplace_back(std::string_view(one.as_string()));
                }
            }
        }
        if (texts.empty() || texts.size() != value->as_array().size()) {
            refuse(name, value == nullptr ? "is missing" : "has to be a list of texts");
        }
        return texts;
    }
    void refuse(std::string_view name, std::string_view why) {
        if (!mistake_) mistake_ = wrong_member(fmt::format("{}.{}", path_, name), why).error();
    }
    Result<void> finish(std::initializer_list<std::string_view> known) {
        for (const auto& member : object_) {
            const std::string_view name(member.key().data(), member.key().size());
            if (std::ranges::find(known, name) != known.end()) continue;
            const std::vector<std::string_view> names(known);
            const auto meant = nearest_name(name, names);
            refuse(name, meant ? fmt::format("is not known; did you mean '{}'?", *meant)
                               : std::string("is not known"));
        }
        if (mistake_) return fail(*mistake_);
        return {};
    }

private:
    const json::object& object_;
    const std::string path_;
    std::optional<Error> mistake_;
};

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

Result<void> read_endpoints(const json::value& endpoints, TargetDeclarations& declarations,
                            const std::filesystem::path& folder, const Region& region) {
    if (!endpoints.is_object()) return wrong_member("endpoints", "has to be an object");
    for (const auto& member : endpoints.as_object()) {
        const std::string name(member.key());
        const std::string path = fmt::format("endpoints.{}", name);
        const auto service = parse_choice<AwsService>(name);
        if (!service && name != otherwise_name) {
            return wrong_member(path, fmt::format("is no service that is asked; there are {}, and "
                                                  "* for all others",
                                                  fmt::join(all_choices<AwsService>(), ", ")));
        }
        if (!member.value().is_object()) return wrong_member(path, "has to be an object");
        auto endpoint = endpoint_in(member.value().as_object(), path, folder, region);
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

Result<std::set<AccountId>> accounts_in(const json::value& list) {
    std::set<AccountId> accounts;
    if (list.is_array()) {
        for (const json::value& one : list.as_array()) {
            if (one.is_string() && is_account_id(std::string_view(one.as_string()))) {
                accounts.emplace(std::string_view(one.as_string()));
            }
        }
    }
    if (accounts.empty() || accounts.size() != list.as_array().size()) {
        return wrong_member("accounts", "has to be a list of account ids, each once");
    }
    return accounts;
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
    for (const auto& member : value->as_object()) {
        const std::string name(member.key());
        if (name == "endpoints") {
            if (auto read = read_endpoints(member.value(), declarations, folder, usual.region);
                !read) {
                return fail(std::move(read.error()));
            }
        } else if (name == "httpSigning") {
            if (!member.value().is_object()) return wrong_member(name, "has to be an object");
            auto signing = http_signing_in(member.value().as_object(), name);
            if (!signing) return fail(std::move(signing.error()));
            declarations.http_signing = std::move(*signing);
        } else if (name == "accounts") {
            auto accounts = accounts_in(member.value());
            if (!accounts) return fail(std::move(accounts.error()));
            declarations.accounts = std::move(*accounts);
        } else if (name == "httpCaFile") {
            if (!member.value().is_string()) return wrong_member(name, "has to be a text");
            declarations.http_ca_file = folder / std::string(member.value().as_string());
        } else {
            return wrong_member(
                name, "is not known; there are endpoints, accounts, httpSigning and httpCaFile");
        }
    }
    return declarations;
}

}  // namespace gatehouse::rules
