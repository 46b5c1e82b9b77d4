#include "functions/runtime_request.h"

#include <gtest/gtest.h>

namespace gatehouse::functions {
namespace {

using Status = RuntimeRequestReader::Status;

RuntimeRequestReader make_reader() {
    return RuntimeRequestReader({.head_bytes_max = 1024, .body_bytes_max = 100});
}

// The request in the text, fed in pieces of this size.
RuntimeRequest read(std::string_view text, std::size_t piece = 1'000'000) {
    RuntimeRequestReader reader = make_reader();
    while (!text.empty()) {
        std::string_view part = text.substr(0, piece);
        text.remove_prefix(part.size());
        const Status status = reader.feed(part);
        if (status == Status::Complete) {
            EXPECT_TRUE(part.empty() && text.empty()) << "bytes are left";
            return reader.take();
        }
        EXPECT_EQ(status, Status::NeedMore) << reader.problem();
    }
    ADD_FAILURE() << "the request is not complete";
    return {};
}

std::string problem_of(std::string_view text) {
    RuntimeRequestReader reader = make_reader();
    EXPECT_EQ(reader.feed(text), Status::Malformed);
    return reader.problem();
}

constexpr std::string_view sized =
    "POST /2018-06-01/runtime/invocation/1/error?x=1 HTTP/1.1\r\nHost: h\r\n"
    "content-LENGTH:  5 \r\nContent-Type: application/json\r\n"
    "Lambda-Runtime-Function-Error-Type: Some.Error\r\n\r\nhello";

TEST(RuntimeRequest, ReadsASizedRequestHoweverItIsCut) {
    for (std::size_t piece = 1; piece <= sized.size(); ++piece) {
        const RuntimeRequest request = read(sized, piece);
        EXPECT_EQ(request.method, "POST");
        EXPECT_EQ(request.path, "/2018-06-01/runtime/invocation/1/error");
        EXPECT_EQ(request.content_type, "application/json");
        EXPECT_EQ(request.error_type, "Some.Error");
        EXPECT_EQ(request.body, "hello");
        EXPECT_FALSE(request.close);
    }
}

TEST(RuntimeRequest, ReadsChunksAndTrailersHoweverTheyAreCut) {
    constexpr std::string_view chunked =
        "POST /r HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3;ext=1\r\nabc\r\n0A\r\n0123456789\r\n0\r\n"
        "Lambda-Runtime-Function-Error-Type: T\r\nLambda-Runtime-Function-Error-Body: e30=\r\n\r\n";
    for (std::size_t piece = 1; piece <= chunked.size(); ++piece) {
        const RuntimeRequest request = read(chunked, piece);
        EXPECT_EQ(request.body, "abc0123456789");
        EXPECT_EQ(request.trailer_error_type, "T");
        EXPECT_EQ(request.trailer_error_body, "e30=");
    }
}

TEST(RuntimeRequest, TakesPipelinedRequestsOneByOne) {
    RuntimeRequestReader reader = make_reader();
    const std::string text = std::string(sized) + "GET /next HTTP/1.1\r\n\r\nGET /again";
    std::string_view bytes(text);
    ASSERT_EQ(reader.feed(bytes), Status::Complete);
    EXPECT_EQ(reader.take().body, "hello");
    ASSERT_EQ(reader.feed(bytes), Status::Complete);
    const RuntimeRequest next = reader.take();
    EXPECT_EQ(next.path, "/next");
    EXPECT_TRUE(next.body.empty() && next.error_type.empty()) << "nothing of the one before";
    EXPECT_EQ(reader.feed(bytes), Status::NeedMore);
}

TEST(RuntimeRequest, ABodyOverTheLimitIsReadAndDropped) {
    const std::string big(101, 'x');
    const RuntimeRequest as_sized = read("POST /r HTTP/1.1\r\nContent-Length: 101\r\n\r\n" + big);
    EXPECT_TRUE(as_sized.body_too_large);
    EXPECT_TRUE(as_sized.body.empty());
    const RuntimeRequest chunked = read(
        "POST /r HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + big + "\r\n0\r\n\r\n");
    EXPECT_TRUE(chunked.body_too_large);
    EXPECT_FALSE(
        read("POST /r HTTP/1.1\r\nContent-Length: 100\r\n\r\n" + big.substr(1)).body_too_large);
}

TEST(RuntimeRequest, KnowsWhoWantsToClose) {
    EXPECT_TRUE(read("GET / HTTP/1.0\r\n\r\n").close);
    EXPECT_TRUE(read("GET / HTTP/1.1\r\nConnection: Close\r\n\r\n").close);
    EXPECT_FALSE(read("GET / HTTP/1.1\r\nConnection: keep-alive\r\n\r\n").close);
}

TEST(RuntimeRequest, AsksForTheBodyOnce) {
    RuntimeRequestReader reader = make_reader();
    std::string_view head = "POST /r HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    EXPECT_EQ(reader.feed(head), Status::NeedMore);
    EXPECT_TRUE(reader.wants_continue());
    EXPECT_FALSE(reader.wants_continue());
    std::string_view body = "ab";
    EXPECT_EQ(reader.feed(body), Status::Complete);
}

TEST(RuntimeRequest, RefusesWhatIsNotHttp) {
    EXPECT_NE(problem_of("hello\r\n\r\n"), "");
    EXPECT_NE(problem_of("GET / HTTP/2\r\n\r\n"), "");
    EXPECT_NE(problem_of("GET / HTTP/1.1\r\nno colon\r\n\r\n"), "");
    EXPECT_NE(problem_of("GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n"), "");
    EXPECT_NE(problem_of("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), "");
    EXPECT_NE(problem_of("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"), "");
    EXPECT_NE(problem_of("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"), "");
    EXPECT_NE(problem_of("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1"
                         "\r\n\r\n"),
              "");
    EXPECT_NE(problem_of("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "");
    EXPECT_NE(problem_of("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n"), "");
    EXPECT_NE(problem_of(std::string(2000, 'x')), "");
    EXPECT_NE(problem_of("GET / HTTP/1.1\r\nA: " + std::string(2000, 'x') + "\r\n\r\n"), "");
}

}  // namespace
}  // namespace gatehouse::functions
