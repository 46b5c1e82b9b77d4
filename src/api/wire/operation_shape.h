// What generated headers need of the codecs: little, so that handlers compile fast.
#pragma once

#include <concepts>
#include <string_view>

#include "api/wire/failure.h"
#include "api/wire/message.h"

namespace gatehouse::api::wire {

class ObjectReader;
class ObjectWriter;
class XmlWriter;

// An operation's types and codec, as the generator writes them: CreateAuthorizerShape and so on.
template <class T>
concept OperationShape = requires(const RequestParts& parts, const typename T::Response& response) {
    { T::name } -> std::convertible_to<std::string_view>;
    { T::decode(parts) } -> std::same_as<Outcome<typename T::Request>>;
    { T::encode(response) } -> std::same_as<ResponseParts>;
};

}  // namespace gatehouse::api::wire
