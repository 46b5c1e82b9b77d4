// Authorizers between the API's shapes and the registry's values.
#pragma once

#include <optional>
#include <vector>

#include "api/shapes/iot/types/authorizer_description.h"
#include "api/shapes/iot/types/authorizer_status.h"
#include "api/shapes/iot/types/tag.h"
#include "registry/authorizer.h"

namespace gatehouse::api::iot {

std::optional<registry::AuthorizerStatus> status_of(std::optional<AuthorizerStatus> status);
AuthorizerDescription description_of(const registry::Authorizer& authorizer);
// A key that comes twice is refused.
wire::Outcome<registry::Texts> texts_of(const std::optional<std::vector<Tag>>& tags);

}  // namespace gatehouse::api::iot
