// What a call needs permission for, found before the request is decoded: who may not call learns
// nothing of what else is wrong.
// Source: AWS Service Authorization Reference, "Actions, resources, and condition keys".
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/caller.h"
#include "api/wire/service_model.h"
#include "base/json.h"
#include "policy/variables.h"

namespace gatehouse::api {

// A role in whose name a service will act from now on. It needs iam:PassRole, or who may make a
// function might do whatever any role may.
// Source: IAM User Guide, "Granting a user permissions to pass a role to an AWS service".
struct PassedRole {
    std::string arn;
    std::string_view service;  // iam:PassedToService: "lambda.amazonaws.com"

    bool operator==(const PassedRole&) const = default;
};

struct Permission {
    std::string action;                  // "iot:CreateThing"; empty: everybody may
    std::vector<std::string> resources;  // ARNs or "*"; each has to be allowed
    std::vector<PassedRole> passed_roles = {};
    // What conditions may ask of this request beside what they may ask of each: iam:PolicyARN.
    std::vector<policy::Variable> facts = {};
    // What an operation of ours does that others do one by one: nobody gets by it what those would
    // refuse him. Without any of their own.
    std::vector<Permission> besides = {};
};

// The members of a request by their names on the wire, each from the place where the operation
// will find it: a name elsewhere in the request must not pass for it. Lives as long as what it is
// made of.
class RequestNames {
public:
    RequestNames(const wire::Operation& operation, const wire::RequestParts& parts,
                 wire::Protocol protocol);

    // Nothing when it is not there, or is no text.
    std::optional<std::string> label(std::string_view member) const;
    // Query's forms count as queries.
    std::optional<std::string> in_query(std::string_view member) const;
    std::optional<std::string> in_body(std::string_view member) const;
    // By the header's name, in lower case.
    std::optional<std::string> in_header(std::string_view name) const;
    // Whether a member of the body is true.
    bool is_true_in_body(std::string_view member) const;
    // The text of a member of an object in the body.
    std::optional<std::string> in_body_within(std::string_view object,
                                              std::string_view member) const;
    // The texts of a list in the body.
    std::vector<std::string> list_in_body(std::string_view member) const;
    // The texts of all members of this name in the body, however deep.
    std::vector<std::string> all_in_body(std::string_view member) const;
    // The texts of a map in the body.
    std::map<std::string, std::string> map_in_body(std::string_view member) const;

    // The tags of a body's member, which is a map or a list of {"Key", "Value"}, or of a form's
    // member, "Tags.member.1.Key" and so on.
    std::vector<std::pair<std::string, std::string>> tags(std::string_view member) const;
    // The texts of the query's fields whose names begin so.
    std::vector<std::string> all_in_query(std::string_view prefix) const;

private:
    const wire::Operation& operation_;
    const wire::RequestParts& parts_;
    json::value body_;  // null: there is none
};

using PermissionOf = Permission (*)(const Caller& caller, std::string_view operation,
                                    const RequestNames& names);

// What conditions may ask of the tags that a request carries: aws:RequestTag/KEY and aws:TagKeys.
std::vector<policy::Variable> tag_facts(std::string_view operation, const RequestNames& names);

// Which member of a request names which type of resource.
struct NamedResource {
    std::string_view member;  // "thingName"
    std::string_view type;    // "thing/"; empty: the member is an ARN

    // The ARN of the one with this name.
    std::string arn(const Tenant& tenant, std::string_view service, const std::string& name) const;
};

// The first of these that is a label of the path, as the resource's ARN; else "*".
std::string labelled_resource(const Tenant& tenant, std::string_view service,
                              const RequestNames& names, std::span<const NamedResource> resources);

// The role of the caller's account that an ARN means to what acts in its name, which looks at its
// name alone.
std::string passed_role(const Tenant& tenant, std::string_view arn);

// What conditions may ask about the request itself.
// Source: IAM User Guide, "AWS global condition context keys", properties of the request and the
// network.
std::vector<policy::Variable> request_context(const Caller& caller);

}  // namespace gatehouse::api
