#include "api/iot/authorizer_shapes.h"

#include "api/shapes/iot/errors.h"

namespace gatehouse::api::iot {

std::optional<registry::AuthorizerStatus> status_of(std::optional<AuthorizerStatus> status) {
    if (!status) return std::nullopt;
    return *status == AuthorizerStatus::Active ? registry::AuthorizerStatus::Active
                                               : registry::AuthorizerStatus::Inactive;
}

AuthorizerDescription description_of(const registry::Authorizer& authorizer) {
    AuthorizerDescription description{
        .authorizer_name = authorizer.name.value(),
        .authorizer_arn = authorizer.arn(),
        .authorizer_function_arn = authorizer.function_arn.value(),
        .status = authorizer.status == registry::AuthorizerStatus::Active
                      ? AuthorizerStatus::Active
                      : AuthorizerStatus::Inactive,
        .creation_date = authorizer.created,
        .last_modified_date = authorizer.modified,
        .signing_disabled = authorizer.signing_disabled,
        .enable_caching_for_http = authorizer.enable_caching_for_http};
    if (!authorizer.token_key_name.empty()) description.token_key_name = authorizer.token_key_name;
    if (!authorizer.token_signing_public_keys.empty()) {
        description.token_signing_public_keys = authorizer.token_signing_public_keys;
    }
    return description;
}

wire::Outcome<registry::Texts> texts_of(const std::optional<std::vector<Tag>>& tags) {
    registry::Texts texts;
    if (!tags) return texts;
    for (const Tag& tag : *tags) {
        if (!texts.emplace(tag.key, tag.value.value_or("")).second) {
            return wire::fail_as(errors::invalid_request_exception,
                                 "the tag key '" + tag.key + "' is given more than once");
        }
    }
    return texts;
}

}  // namespace gatehouse::api::iot
