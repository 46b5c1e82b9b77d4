// Anything may come as a method, path, query, header or body: it is routed and decoded, or
// refused, and what was decoded has a body that could be read.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "api/shapes/gatehouse/model.h"
#include "api/shapes/iot/create_authorizer.h"
#include "api/shapes/iot/list_authorizers.h"
#include "api/shapes/iot/model.h"
#include "api/shapes/iot/update_authorizer.h"
#include "api/shapes/lambda/create_function.h"
#include "api/shapes/lambda/errors.h"
#include "api/shapes/lambda/invoke.h"
#include "api/shapes/lambda/model.h"
#include "api/shapes/lambda/untag_resource.h"
#include "api/shapes/logs/filter_log_events.h"
#include "api/shapes/logs/put_log_events.h"
#include "base/encoding.h"
#include "base/json.h"

namespace {

using namespace gatehouse;
using namespace gatehouse::api;

// Refusals are well-formed JSON whatever they quote.
template <class Shape>
void decode(const wire::RequestParts& parts, std::size_t labels) {
    wire::RequestParts own = parts;
    own.labels.resize(labels, "f");
    const auto request = Shape::decode(own);
    if (request) return;
    const auto error =
        wire::encode_error(wire::Protocol::RestJson, lambda::errors::validation_exception,
                           request.error().error.message);
    if (!parse_json(error.body, "the refusal")) std::abort();
}

}  // namespace

// The input is split at zero bytes: method, path, query, body, label, header values.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::string> pieces = {""};
    for (std::size_t i = 0; i < size; ++i) {
        if (data[i] == 0) {
            pieces.emplace_back();
        } else {
            pieces.back() += static_cast<char>(data[i]);
        }
    }
    pieces.resize(std::max<std::size_t>(pieces.size(), 7));
    const wire::Fields headers = {{"X-Amz-Invocation-Type", pieces[5]},
                                  {"X-Amz-Client-Context", pieces[6]}};
    const wire::RequestParts parts{.labels = {pieces[4]},
                                   .query = query_fields(pieces[2]),
                                   .headers = headers,
                                   .body = pieces[3]};
    for (const auto* model : {&iot::model(), &lambda::model(), &api::gatehouse::model()}) {
        (void)wire::match_route(*model, pieces[0], pieces[1], parts.query);
    }
    decode<iot::CreateAuthorizerShape>(parts, 1);
    decode<iot::ListAuthorizersShape>(parts, 0);
    decode<iot::UpdateAuthorizerShape>(parts, 1);
    decode<lambda::CreateFunctionShape>(parts, 0);
    decode<lambda::InvokeShape>(parts, 1);
    decode<lambda::UntagResourceShape>(parts, 1);
    decode<logs::FilterLogEventsShape>(parts, 0);
    decode<logs::PutLogEventsShape>(parts, 0);
    return 0;
}
