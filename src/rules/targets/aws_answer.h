// What AWS-shaped services answer, and whether it is worth another try.
//
// Source: Smithy, "AWS restXml protocol", "AWS query protocol", "AWS JSON 1.1 protocol" (errors);
// AWS SDKs and Tools Reference Guide, "Retry behavior".
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http.h"
#include "rules/targets/aws_service.h"

namespace gatehouse::rules {

struct AwsFailure {
    std::string code;     // "NoSuchBucket"; empty: it did not say
    std::string message;  // may be empty
    std::string request_id;
};
// Of an answer that says no.
AwsFailure read_failure(const net::HttpResponse& response);

// Whether the code is one of those that mean "not now".
bool is_passing(std::string_view code);

// Whether what was asked is done. Throttled, Unavailable: it may be, later. NotFound, NotAllowed,
// InvalidInput: the same again comes to the same. `attempted`: "Failed to put S3 object.".
Result<void> judge_aws(AwsService service, std::string_view attempted,
                       const net::HttpResponse& response);

}  // namespace gatehouse::rules
