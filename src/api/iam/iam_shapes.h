// Between IAM's records and the shapes of its API.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/caller.h"
#include "api/shapes/iam/types/attached_policy.h"
#include "api/shapes/iam/types/group.h"
#include "api/shapes/iam/types/policy.h"
#include "api/shapes/iam/types/policy_version.h"
#include "api/shapes/iam/types/role.h"
#include "api/shapes/iam/types/tag.h"
#include "api/shapes/iam/types/user.h"
#include "iam/identity.h"
#include "iam/listing.h"
#include "iam/managed_policy.h"

namespace gatehouse::api::iam {

User user_shape(const Caller& caller, const ::gatehouse::iam::Identity& identity);
Group group_shape(const Caller& caller, const ::gatehouse::iam::Identity& identity);
Role role_shape(const Caller& caller, const ::gatehouse::iam::Identity& identity);
Policy policy_shape(const Caller& caller, const ::gatehouse::iam::ManagedPolicy& policy,
                    std::size_t attachments);
AttachedPolicy attached_shape(const Caller& caller, const ::gatehouse::iam::ManagedPolicy& policy);
// `with_document`: percent-encoded, as IAM sends documents.
enum class WithDocument : bool { No, Yes };
PolicyVersion version_shape(const ::gatehouse::iam::ManagedPolicy& policy,
                            const ::gatehouse::iam::ManagedPolicyVersion& version,
                            WithDocument with_document);

// Every character but A-Z a-z 0-9 - . _ ~ as %XX.
std::string document_shape(const std::string& document);

// A boundary that is not kept must not look kept: refused when one is given.
wire::Outcome<void> check_no_boundary(const std::optional<std::string>& permissions_boundary);

ResourceTags tags_of(const std::optional<std::vector<Tag>>& tags);

// MaxItems and Marker of a request.
template <class Request>
::gatehouse::iam::Paging paging_of(const Request& request) {
    return {.items_max = static_cast<std::size_t>(request.max_items.value_or(100)),
            .marker = request.marker.value_or("")};
}
// IsTruncated and Marker of a response.
template <class Response>
void set_marker(Response& response, std::string marker) {
    response.is_truncated = !marker.empty();
    if (!marker.empty()) response.marker = std::move(marker);
}

}  // namespace gatehouse::api::iam
