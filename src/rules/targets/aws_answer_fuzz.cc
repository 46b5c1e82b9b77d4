// Whatever a service answers, a sentence comes of it that is text.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/encoding.h"
#include "rules/targets/aws_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gatehouse;
    if (size < 2) return 0;
    net::HttpResponse response{.status = 200U + data[0] * 2U};
    response.body.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto judged = rules::judge_aws(rules::AwsService::S3, "Failed.", response);
    if (judged.has_value() != (response.status < 300)) std::abort();
    if (!judged && !is_utf8(judged.error().message)) std::abort();
    return 0;
}
