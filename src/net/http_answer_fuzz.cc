// Any bytes as an HTTP answer: what is read does not depend on how they are cut.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/http_answer.h"

namespace {

constexpr std::size_t body_bytes_max = 64;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gatehouse;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    net::HttpAnswerReader whole(net::HttpAnswerReader::Body::AsTold, body_bytes_max);
    net::HttpAnswerReader cut(net::HttpAnswerReader::Body::AsTold, body_bytes_max);
    const auto all = whole.take(bytes);
    Result<void> each;
    for (std::size_t i = 0; i < size && each; ++i) each = cut.take(bytes.substr(i, 1));
    if (all.has_value() != each.has_value()) std::abort();
    if (!all) return 0;
    if (whole.is_done() != cut.is_done()) std::abort();
    if (!whole.is_done()) return 0;
    const net::HttpResponse first = whole.release();
    const net::HttpResponse second = cut.release();
    if (first.body != second.body || first.close != second.close) std::abort();
    if (first.body.size() > body_bytes_max) std::abort();
    return 0;
}
