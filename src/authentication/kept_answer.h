// Which requests over one HTTP connection ask an authorizer the same, so that an answer that may be
// kept (enableCachingForHttp) holds for all of them. Pure.
//
// The query and all headers count, but not what says how a message is published or carried: these
// names are the service's or HTTP's own, so no credential stands there and no function is meant.
// An authorizer whose tokenKeyName is one of them has no answer kept.
//
// Source: AWS IoT Core Developer Guide, custom authentication, which says only that answers are
// kept for requests over the same connection.
//
// Lifetimes: no state.
#pragma once

#include <string>
#include <string_view>

#include "authentication/credentials.h"

namespace gatehouse::authentication {

// The same text for two requests: they ask the same.
std::string asked_with(const HttpCredentials& http);

// Whether a header or a parameter of the query belongs to the one message; compares without case.
bool is_of_one_message(std::string_view name);

}  // namespace gatehouse::authentication
