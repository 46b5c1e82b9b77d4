#include "api/permission.h"

#include <algorithm>
#include <array>

#include "base/arn.h"
#include "iam/identity.h"
#include "signature/request_view.h"

namespace gatehouse::api {
namespace {

constexpr std::size_t depth_max = 32;  // as request_reader.cc has it

// The place among the labels of "/things/{thingName}/…" that has this name.
std::optional<std::size_t> label_index(std::string_view path, std::string_view name) {
    std::size_t index = 0;
    for (auto open = path.find('{'); open != path.npos; open = path.find('{', open + 1)) {
        std::string_view label = path.substr(open + 1, path.find('}', open) - open - 1);
        if (label.ends_with('+')) label.remove_suffix(1);
        if (label == name) return index;
        ++index;
    }
    return std::nullopt;
}

std::optional<std::string> text_in(const json::value& object, std::string_view member) {
    const json::object* members = object.if_object();
    const json::value* value = members == nullptr ? nullptr : members->if_contains(member);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(std::string_view(value->get_string()));
}

void add_texts_in(const json::value& value, std::string_view member,
                  std::vector<std::string>& texts) {
    if (const json::array* const list = value.if_array()) {
        for (const json::value& each : *list) add_texts_in(each, member, texts);
    }
    const json::object* const object = value.if_object();
    if (object == nullptr) return;
    for (const auto& [name, inner] : *object) {
        if (name == member && inner.is_string()) texts.emplace_back(inner.get_string());
        add_texts_in(inner, member, texts);
    }
}

}  // namespace

RequestNames::RequestNames(const wire::Operation& operation, const wire::RequestParts& parts,
                           wire::Protocol protocol)
    : operation_(operation), parts_(parts) {
    if (protocol == wire::Protocol::Query || parts.body.empty()) return;
    auto parsed = parse_json(parts.body, "the request body",
                             {.depth_max = depth_max, .bytes_max = parts.body.size()});
    if (parsed && parsed->is_object()) body_ = std::move(*parsed);
}

std::optional<std::string> RequestNames::label(std::string_view member) const {
    const auto index = label_index(operation_.path, member);
    if (!index || *index >= parts_.labels.size()) return std::nullopt;
    return parts_.labels[*index];
}

std::optional<std::string> RequestNames::in_query(std::string_view member) const {
    const auto field = std::ranges::find(parts_.query, member, &wire::Fields::value_type::first);
    if (field == parts_.query.end()) return std::nullopt;
    return field->second;
}

std::optional<std::string> RequestNames::in_header(std::string_view name) const {
    for (const auto& [header, value] : parts_.headers) {
        if (signature::equal_ignoring_case(header, name)) return value;
    }
    return std::nullopt;
}

std::optional<std::string> RequestNames::in_body(std::string_view member) const {
    return text_in(body_, member);
}

bool RequestNames::is_true_in_body(std::string_view member) const {
    const json::object* body = body_.if_object();
    const json::value* value = body == nullptr ? nullptr : body->if_contains(member);
    return value != nullptr && value->is_bool() && value->get_bool();
}

std::optional<std::string> RequestNames::in_body_within(std::string_view object,
                                                        std::string_view member) const {
    const json::object* body = body_.if_object();
    const json::value* inner = body == nullptr ? nullptr : body->if_contains(object);
    return inner == nullptr ? std::nullopt : text_in(*inner, member);
}

std::vector<std::string> RequestNames::list_in_body(std::string_view member) const {
    std::vector<std::string> texts;
    const json::object* body = body_.if_object();
    const json::value* value = body == nullptr ? nullptr : body->if_contains(member);
    if (value == nullptr || !value->is_array()) return texts;
    for (const json::value& each : value->get_array()) {
        if (each.is_string()) texts.emplace_back(std::string_view(each.get_string()));
    }
    return texts;
}

std::vector<std::string> RequestNames::all_in_body(std::string_view member) const {
    std::vector<std::string> texts;
    add_texts_in(body_, member, texts);
    return texts;
}

std::map<std::string, std::string> RequestNames::map_in_body(std::string_view member) const {
    std::map<std::string, std::string> texts;
    const json::object* body = body_.if_object();
    const json::value* value = body == nullptr ? nullptr : body->if_contains(member);
    if (value == nullptr || !value->is_object()) return texts;
    for (const auto& [name, text] : value->get_object()) {
        if (text.is_string()) texts.insert_or_assign(name, std::string(text.get_string()));
    }
    return texts;
}

std::vector<std::string> RequestNames::all_in_query(std::string_view prefix) const {
    std::vector<std::string> texts;
    for (const auto& [name, text] : parts_.query) {
        if (name.starts_with(prefix)) texts.push_back(text);
    }
    return texts;
}

std::vector<std::pair<std::string, std::string>> RequestNames::tags(std::string_view member) const {
    std::vector<std::pair<std::string, std::string>> tags;
    const json::object* body = body_.if_object();
    const json::value* value = body == nullptr ? nullptr : body->if_contains(member);
    if (value != nullptr && value->is_array()) {
        for (const json::value& each : value->get_array()) {
            if (const auto key = text_in(each, "Key")) {
                tags.emplace_back(*key, text_in(each, "Value").value_or(""));
            }
        }
    }
    for (auto& [key, text] : map_in_body(member)) tags.emplace_back(key, text);
    for (const auto& [name, key] : parts_.query) {
        constexpr std::string_view end = ".Key";
        if (!name.starts_with(std::string(member) + ".member.") || !name.ends_with(end)) continue;
        const std::string head = name.substr(0, name.size() - end.size());
        tags.emplace_back(key, in_query(head + ".Value").value_or(""));
    }
    return tags;
}

namespace {

// The operations that read tags, or keys of tags, whatever their service; the member of the others
// is ignored, and nobody may be allowed anything by it.
constexpr std::array<std::string_view, 26> tagging{"AddTagsToCertificate",
                                                   "CreateAuthorizer",
                                                   "CreateBillingGroup",
                                                   "CreateDomainConfiguration",
                                                   "CreateDynamicThingGroup",
                                                   "CreateFunction",
                                                   "CreateLogGroup",
                                                   "CreatePolicy",
                                                   "CreateRole",
                                                   "CreateRoleAlias",
                                                   "CreateThingGroup",
                                                   "CreateThingType",
                                                   "CreateUser",
                                                   "ImportCertificate",
                                                   "RegisterCACertificate",
                                                   "RemoveTagsFromCertificate",
                                                   "TagLogGroup",
                                                   "TagPolicy",
                                                   "TagResource",
                                                   "TagRole",
                                                   "TagUser",
                                                   "UntagLogGroup",
                                                   "UntagPolicy",
                                                   "UntagResource",
                                                   "UntagRole",
                                                   "UntagUser"};

}  // namespace

std::vector<policy::Variable> tag_facts(std::string_view operation, const RequestNames& names) {
    if (std::ranges::count(tagging, operation) == 0) return {};
    std::vector<policy::Variable> facts;
    policy::Variable keys{"aws:TagKeys", {}, ""};
    for (const char* member : {"tags", "Tags"}) {
        for (auto& [key, value] : names.tags(member)) {
            facts.push_back({"aws:RequestTag/" + key, {value}, ""});
            keys.values.push_back(key);
        }
    }
    const auto add = [&](std::vector<std::string> found) {
        keys.values.insert(keys.values.end(), found.begin(), found.end());
    };
    add(names.list_in_body("tagKeys"));
    if (operation == "UntagLogGroup") add(names.list_in_body("tags"));
    add(names.all_in_query("tagKeys"));
    add(names.all_in_query("TagKeys.member."));
    if (!keys.values.empty()) facts.push_back(std::move(keys));
    return facts;
}

std::string NamedResource::arn(const Tenant& tenant, std::string_view service,
                               const std::string& name) const {
    return type.empty() ? name : make_arn(tenant, service, std::string(type) + name);
}

std::string labelled_resource(const Tenant& tenant, std::string_view service,
                              const RequestNames& names, std::span<const NamedResource> resources) {
    for (const NamedResource& each : resources) {
        if (const auto name = names.label(each.member)) return each.arn(tenant, service, *name);
    }
    return "*";
}

std::string passed_role(const Tenant& tenant, std::string_view arn) {
    const auto name = arn.find_last_of("/:");
    return ::gatehouse::iam::iam_arn(
        tenant, "role/" + std::string(name == arn.npos ? arn : arn.substr(name + 1)));
}

std::vector<policy::Variable> request_context(const Caller& caller) {
    std::vector<policy::Variable> facts{
        {"aws:SourceIp", {caller.address}, ""},
        {"aws:RequestedRegion", {caller.signed_region.value()}, ""},
        {"aws:SecureTransport", {caller.is_encrypted ? "true" : "false"}, ""}};
    if (caller.user_agent) facts.push_back({"aws:UserAgent", {*caller.user_agent}, ""});
    if (caller.referer) facts.push_back({"aws:Referer", {*caller.referer}, ""});
    return facts;
}

}  // namespace gatehouse::api
