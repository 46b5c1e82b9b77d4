#include "policy/variables.h"

#include <fmt/format.h>

#include <array>

#include "base/suggestion.h"
#include "policy/ascii_case.h"
#include "policy/time_text.h"

namespace gatehouse::policy {
namespace {

// Equal without regard to case up to a bracket, exactly from there on: attribute names are
// case-sensitive.
bool same_name(std::string_view a, std::string_view b) {
    const auto bracket = std::min(a.find('['), a.size());
    return a.size() == b.size() && same_ignoring_case(a.substr(0, bracket), b.substr(0, bracket)) &&
           a.substr(bracket) == b.substr(bracket);
}

bool has_prefix(std::string_view name, std::string_view prefix) {
    return name.size() >= prefix.size() &&
           same_ignoring_case(name.substr(0, prefix.size()), prefix);
}

// The keys that requests here carry, and those that AWS has no value for either where there is no
// VPC, no organization, no federation, no second factor and no service that calls in somebody's
// name. A condition on any other key cannot be judged (Condition::holds_without_key), so a name
// stands here only if its absence means on AWS what it means here.
// Source: IAM User Guide, "AWS global condition context keys", "IAM and AWS STS condition context
// keys".
constexpr auto plain_names = std::to_array<std::string_view>({
    "iot:ClientId",
    "iot:DomainName",
    "iot:ConnectAttributes",
    "iot:LastWillTopic",
    "iot:CertificateId",
    "iot:Certificate.SerialNumber",
    "iot:Certificate.AvailableKeys",
    "iot:Connection.Thing.ThingName",
    "iot:Connection.Thing.ThingTypeName",
    "iot:Connection.Thing.IsAttached",
    "iot:Thing.ThingName",
    "aws:SourceIp",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:VpcSourceIp",
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:SecureTransport",
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:UserAgent",
    "aws:username",
    "aws:userid",
    "aws:PrincipalArn",
    "aws:PrincipalAccount",
    "aws:PrincipalType",
    "aws:RequestedRegion",
    "aws:TokenIssueTime",
    "aws:MultiFactorAuthPresent",
    "aws:MultiFactorAuthAge",
    "aws:ViaAWSService",
    "aws:CalledVia",
    "aws:CalledViaFirst",
    "aws:CalledViaLast",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:ResourceOrgPaths",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceIdentity",
    "aws:SourceVpcArn",
    "aws:FederatedProvider",
    "aws:Ec2InstanceSourceVpc",
    "aws:Ec2InstanceSourcePrivateIPv4",
    "ec2:SourceInstanceArn",
    "ec2:RoleDelivery",
    "aws:AssumedRoot",
    "aws:TagKeys",
    "aws:Referer",
    "iam:PassedToService",
    "iam:PolicyARN",
    "iam:PermissionsBoundary",
    "iam:AWSServiceName",
    "iam:OrganizationsPolicyId",
    "lambda:EventSourceToken",
    "lambda:SourceFunctionArn",
    "sts:ExternalId",
    "sts:RoleSessionName",
    "sts:SourceIdentity",
    "sts:TransitiveTagKeys",
    "sts:AWSServiceName",
    "cognito-identity.amazonaws.com:sub",
});

// Names of which only the beginning is fixed.
struct Family {
    std::string_view prefix;
    // Whether a name of it that nobody gives a value has none on AWS either.
    bool may_be_absent = true;
};
// Not of every resource the tags are read.
constexpr std::array<Family, 6> families{{{"iot:Connection.Thing.Attributes["},
                                          {"aws:PrincipalTag/"},
                                          {"aws:RequestTag/"},
                                          {"aws:ResourceTag/", false},
                                          {"iam:ResourceTag/", false},
                                          {"credentials-iot:"}}};

constexpr std::array<std::string_view, 13> name_fields{"DistinguishedNameQualifier",
                                                       "Country",
                                                       "Organization",
                                                       "OrganizationalUnit",
                                                       "State",
                                                       "CommonName",
                                                       "SerialNumber",
                                                       "Title",
                                                       "Surname",
                                                       "GivenName",
                                                       "Initials",
                                                       "Pseudonym",
                                                       "GenerationQualifier"};
constexpr std::array<std::string_view, 5> alternative_name_fields{
    "RFC822Name", "DNSName", "DirectoryName", "UniformResourceIdentifier", "IPAddress"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
    return std::ranges::any_of(
        names, [&](std::string_view each) { return same_ignoring_case(each, name); });
}

// A field may end in ".1" to ".4" (the second to fifth value) or ".List".
std::string_view without_index(std::string_view field) {
    const auto dot = field.rfind('.');
    if (dot == std::string_view::npos) return field;
    const std::string_view index = field.substr(dot + 1);
    const bool number = index.size() == 1 && index[0] >= '1' && index[0] <= '4';
    return number || same_ignoring_case(index, "List") ? field.substr(0, dot) : field;
}

const Family* family_of(std::string_view name) {
    const auto* const found = std::ranges::find_if(families, [&](const Family& family) {
        return name.size() > family.prefix.size() && has_prefix(name, family.prefix);
    });
    return found == families.end() ? nullptr : found;
}

bool is_certificate_name(std::string_view name) {
    for (const std::string_view side : {"iot:Certificate.Subject.", "iot:Certificate.Issuer."}) {
        if (!has_prefix(name, side)) continue;
        std::string_view field = without_index(name.substr(side.size()));
        constexpr std::string_view alternative = "AlternativeName.";
        if (has_prefix(field, alternative)) {
            return is_one_of(field.substr(alternative.size()), alternative_name_fields);
        }
        return is_one_of(field, name_fields);
    }
    return false;
}

}  // namespace

Variable& Variables::entry(std::string name) {
    for (Variable& known : all_) {
        if (same_name(known.name, name)) return known;
    }
    return all_.emplace_back(Variable{std::move(name), {}, {}});
}

Variables& Variables::set(std::string name, std::string value) {
    std::vector<std::string> values;
    values.push_back(std::move(value));
    return set(std::move(name), std::move(values));
}

Variables& Variables::set(std::string name, std::vector<std::string> values) {
    Variable& variable = entry(std::move(name));
    variable.values = std::move(values);
    variable.absent_because.clear();
    return *this;
}

Variables& Variables::set_absent(std::string name, std::string because) {
    Variable& variable = entry(std::move(name));
    variable.values.clear();
    variable.absent_because = std::move(because);
    return *this;
}

Variables& Variables::set_family_absent(std::string prefix, std::string because) {
    families_.push_back({std::move(prefix), {}, std::move(because)});
    return *this;
}

Variables& Variables::set_clock(const Clock& clock) {
    clock_ = &clock;
    return *this;
}

const Variable* Variables::find(std::string_view name) const noexcept {
    for (const Variable& known : all_) {
        if (same_name(known.name, name)) return &known;
    }
    for (const Variable& family : families_) {
        if (has_prefix(name, family.name)) return &family;
    }
    return nullptr;
}

std::string Variables::why_absent(std::string_view name) const {
    const Variable* variable = find(name);
    if (variable != nullptr) {
        if (!variable->values.empty()) return "";
        return variable->absent_because.empty() ? "it has no value" : variable->absent_because;
    }
    if (is_known_variable(name)) return "it has no value here";
    const std::string suggestion = variable_suggestion(name);
    return "there is no such variable" + (suggestion.empty() ? "" : "; " + suggestion);
}

const std::string* Variables::text_of(std::string_view name) const noexcept {
    const Variable* variable = find(name);
    if (variable == nullptr || variable->values.empty() || is_time_variable(name)) return nullptr;
    return &variable->values.front();
}

std::string Variables::why_no_text(std::string_view name) const {
    if (is_time_variable(name)) return "the time is known to conditions alone, as their key";
    return why_absent(name);
}

bool is_time_variable(std::string_view name) noexcept {
    return is_one_of(name, time_variables);
}

std::vector<std::string_view> known_variables() {
    return {plain_names.begin(), plain_names.end()};
}

bool is_known_variable(std::string_view name) {
    return is_one_of(name, plain_names) || family_of(name) != nullptr || is_certificate_name(name);
}

bool may_be_absent(std::string_view name) {
    const Family* const family = family_of(name);
    return is_known_variable(name) && (family == nullptr || family->may_be_absent);
}

std::optional<std::string_view> tag_of_key(std::string_view key) {
    const Family* const family = family_of(key);
    if (family == nullptr || family->may_be_absent) return std::nullopt;
    return key.substr(family->prefix.size());
}

bool is_variable_of_devices(std::string_view name) {
    constexpr std::array<std::string_view, 4> of_aws{"aws:SourceIp", "aws:SecureTransport",
                                                     "aws:CurrentTime", "aws:EpochTime"};
    return is_known_variable(name) && (has_prefix(name, "iot:") || is_one_of(name, of_aws));
}

std::string variable_suggestion(std::string_view name) {
    std::string lowered(name);
    std::ranges::transform(lowered, lowered.begin(), lower_ascii);
    std::vector<std::string> lowered_names;
    for (const std::string_view known : plain_names) {
        std::string& text = lowered_names.emplace_back(known);
        std::ranges::transform(text, text.begin(), lower_ascii);
    }
    const std::vector<std::string_view> candidates(lowered_names.begin(), lowered_names.end());
    const auto nearest = nearest_name(lowered, candidates);
    if (!nearest) return "";
    const auto index = std::ranges::find(candidates, *nearest) - candidates.begin();
    return fmt::format("did you mean {}?", plain_names[static_cast<std::size_t>(index)]);
}

}  // namespace gatehouse::policy
