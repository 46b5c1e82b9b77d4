#include "api/iam/permissions.h"

#include <algorithm>
#include <array>

#include "iam/identity.h"

namespace gatehouse::api::iam {
namespace {

// What an operation is about shows in its name alone: a request may have members that it ignores.
struct Subject {
    std::string_view word;    // in the operation's name
    std::string_view member;  // that names it
    std::string_view type;
};
// Groups before users: who is put into a group is no resource of that.
constexpr std::array<Subject, 10> subjects{{{"ForUser", "UserName", "user"},
                                            {"Group", "GroupName", "group"},
                                            {"Role", "RoleName", "role"},
                                            {"User", "UserName", "user"},
                                            {"AccessKey", "UserName", "user"},
                                            {"LoginProfile", "UserName", "user"},
                                            {"MFADevices", "UserName", "user"},
                                            {"SSHPublicKeys", "UserName", "user"},
                                            {"ServiceSpecificCredentials", "UserName", "user"},
                                            {"SigningCertificates", "UserName", "user"}}};

// These need no resource.
constexpr std::array<std::string_view, 7> of_everything{"ListUsers",
                                                        "ListGroups",
                                                        "ListRoles",
                                                        "ListPolicies",
                                                        "GetAccessKeyLastUsed",
                                                        "ListAccountAliases",
                                                        "ListVirtualMFADevices"};

std::string policy_resource(const Caller& caller, std::string_view operation,
                            const RequestNames& names) {
    if (operation != "CreatePolicy") return names.in_query("PolicyArn").value_or("*");
    return ::gatehouse::iam::iam_arn(caller.tenant, "policy" +
                                                        names.in_query("Path").value_or("/") +
                                                        names.in_query("PolicyName").value_or(""));
}

// Paths of what there is already are completed where the records are (AccessJudge).
std::vector<std::string> resources_of(const Caller& caller, std::string_view operation,
                                      const RequestNames& names) {
    const auto is_about = [&](const Subject& each) { return operation.contains(each.word); };
    const auto* subject = std::ranges::find_if(subjects, is_about);
    if (subject == subjects.end()) return {policy_resource(caller, operation, names)};
    const auto name = names.in_query(subject->member);
    if (!name) return {caller.principal};  // one's own
    const bool is_made = operation.starts_with("Create") && operation != "CreateAccessKey";
    const std::string path = is_made ? names.in_query("Path").value_or("/") : "/";
    const std::string type(subject->type);
    std::vector<std::string> resources{
        ::gatehouse::iam::iam_arn(caller.tenant, type + path + *name)};
    // A user or a group that is renamed becomes another resource.
    const bool is_renamed = operation == "UpdateUser" || operation == "UpdateGroup";
    const auto new_name = names.in_query("New" + std::string(subject->member));
    const auto new_path = names.in_query("NewPath");
    if (is_renamed && (new_name || new_path)) {
        resources.push_back(::gatehouse::iam::iam_arn(
            caller.tenant, type + new_path.value_or("/") + new_name.value_or(*name)));
    }
    return resources;
}

}  // namespace

Permission permission_of(const Caller& caller, std::string_view operation,
                         const RequestNames& names) {
    Permission permission{.action = "iam:" + std::string(operation), .resources = {"*"}};
    if (std::ranges::count(of_everything, operation) == 0) {
        permission.resources = resources_of(caller, operation, names);
    }
    // Of whom policies are attached to; of operations about a policy itself it is the resource.
    const bool is_attachment = operation.starts_with("Attach") || operation.starts_with("Detach");
    if (const auto policy = is_attachment ? names.in_query("PolicyArn") : std::nullopt) {
        permission.facts = {{"iam:PolicyARN", {*policy}, ""}};
    }
    return permission;
}

}  // namespace gatehouse::api::iam
