// Whether policies reach further than a device of its own needs: they are asked what they permit a
// stranger, a client that is attached to no thing, with the resources of a thing that is not its.
//
// AWS does not publish how it judges; its examples of what is compliant, and what is not, are
// judged alike here. Source: AWS IoT Device Defender Developer Guide, "AWS IoT policies overly
// permissive".
//
// Pure; threads: any.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/tenant.h"
#include "policy/decision.h"

namespace gatehouse::audit {

// "iot:Publish on topic/$aws/things/…": the first thing that is permitted to a stranger; nothing:
// none is.
std::optional<std::string> broad_permission(const std::vector<policy::PolicySource>& sources,
                                            const Tenant& tenant);

// What AWS calls the ways in which a document denies less than it seems to.
enum class Misconfiguration : std::uint8_t { None, WildcardsInDeny, DeniedFilterAllowed };
// `where` is told the resource that it is about.
Misconfiguration misconfiguration_of(const policy::DocumentPointer& document, const Tenant& tenant,
                                     std::string& where);

}  // namespace gatehouse::audit
