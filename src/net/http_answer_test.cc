#include "net/http_answer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace gatehouse::net {
namespace {

using testing::StartsWith;

constexpr std::string_view chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

// "STATUS BODY", with " close" where the connection is not to be used again, or the kind of the
// error and what it says.
std::string read(const std::vector<std::string_view>& pieces, bool ends = false,
                 HttpAnswerReader::Body body = HttpAnswerReader::Body::AsTold) {
    HttpAnswerReader reader(body, 100);
    Result<void> taken;
    for (const std::string_view piece : pieces) {
        if (taken) taken = reader.take(piece);
    }
    if (taken && ends) taken = reader.take_end();
    if (!taken) {
        return fmt::format("{}: {}", name_of(taken.error().kind), taken.error().message);
    }
    if (!reader.is_done()) return "not yet";
    const HttpResponse response = reader.release();
    return fmt::format("{} {}{}", response.status, response.body, response.close ? " close" : "");
}

std::string after(std::string_view head, std::string_view rest) {
    return std::string(head) + std::string(rest);
}

TEST(HttpAnswerTest, ReadsBodiesOfAllKinds) {
    EXPECT_EQ(read({"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes"}), "200 yes");
    EXPECT_EQ(read({"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}), "200 ");
    EXPECT_EQ(read({"HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n"}), "204 ");
    EXPECT_EQ(read({after(chunked, "2;a=b\r\nye\r\n1 \r\ns\r\n0\r\nX: y\r\n\r\n")}), "200 yes");
    EXPECT_EQ(read({"HTTP/1.0 200 OK\r\n\r\n", "ye", "s"}, true), "200 yes close");
    EXPECT_EQ(
        read({"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"}, false, HttpAnswerReader::Body::None),
        "200 ");
    EXPECT_EQ(read({"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nyes"}),
              "200 yes close");
}

TEST(HttpAnswerTest, BearsWithEveryCut) {
    for (const std::string& all :
         {after(chunked, "0\r\n\r\n"), after(chunked, "3\r\nyes\r\n0\r\n\r\n"),
          after(chunked, "A;x=\"y\"\r\n0123456789\r\n00\r\nTrailer: 1\r\nOther: 2\r\n\r\n"),
          after("HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n", after(chunked, "0\r\n\r\n")),
          std::string("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes")}) {
        const std::string whole = read({all});
        EXPECT_THAT(whole, StartsWith("200 "));
        const std::string_view text = all;
        for (std::size_t first = 0; first <= text.size(); ++first) {
            EXPECT_EQ(read({text.substr(0, first), text.substr(first)}), whole) << first;
            for (std::size_t second = first; second <= text.size(); ++second) {
                EXPECT_EQ(read({text.substr(0, first), text.substr(first, second - first),
                                text.substr(second)}),
                          whole)
                    << first << ' ' << second;
            }
        }
        std::vector<std::string_view> bytes;
        for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
        EXPECT_EQ(read(bytes), whole);
        bytes.pop_back();
        EXPECT_EQ(read(bytes), "not yet");
        EXPECT_EQ(read(bytes, true), "unavailable: the answer broke off");
    }
}

TEST(HttpAnswerTest, PassesOverInterimAnswers) {
    const std::string hint = "HTTP/1.1 103 Early Hints\r\n\r\n";
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes";
    EXPECT_EQ(read({hint}), "not yet");
    EXPECT_EQ(read({"HTTP/1.1 100 Continue\r\nContent-Length: 3\r\n\r\n" + hint, answer}),
              "200 yes");
    std::string many;
    for (int i = 0; i < 17; ++i) many += hint;
    EXPECT_EQ(read({many + answer}), "unavailable: too many interim answers (status 1xx)");
    EXPECT_EQ(read({"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + answer}),
              "unavailable: it speaks another protocol now (status 101)");
}

TEST(HttpAnswerTest, AConnectionOnWhichMoreCameIsNotKept) {
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes";
    EXPECT_EQ(read({answer + answer}), "200 yes close");
    EXPECT_EQ(read({answer, "\r\n"}), "200 yes close");
    EXPECT_EQ(read({after(chunked, "0\r\n\r\nX")}), "200  close");
}

TEST(HttpAnswerTest, EverythingHasALimit) {
    const std::string much(17 * 1024, 'a');
    EXPECT_THAT(read({"HTTP/1.1 200 OK\r\nX: " + much}), StartsWith("too-large: "));
    EXPECT_THAT(read({"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n"}),
                StartsWith("too-large: "));
    EXPECT_THAT(read({"HTTP/1.1 200 OK\r\n\r\n" + std::string(101, 'x')}),
                StartsWith("too-large: "));
    EXPECT_THAT(read({chunked, "65\r\n"}), StartsWith("too-large: "));
    EXPECT_THAT(read({chunked, "fffffffffffffffff\r\n"}), StartsWith("too-large: "));
    EXPECT_THAT(read({chunked, "1;a=" + much}), StartsWith("too-large: "));
    EXPECT_THAT(read({chunked, "0\r\nA: " + much}), StartsWith("too-large: "));
    std::string trailers = "0\r\n";
    for (int i = 0; i < 40; ++i) trailers += "X: " + std::string(500, 'x') + "\r\n";
    EXPECT_THAT(read({chunked, trailers}), StartsWith("too-large: "));
    std::string extensions;
    for (int i = 0; i < 40; ++i) extensions += "1;" + std::string(500, 'x') + "\r\nx\r\n";
    EXPECT_THAT(read({chunked, extensions}), StartsWith("too-large: "));
}

TEST(HttpAnswerTest, RefusesWhatIsNoAnswer) {
    for (const char* junk : {"junk\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: "
                             "chunked\r\n\r\n"}) {
        EXPECT_THAT(read({junk}), StartsWith("unavailable: ")) << junk;
    }
    for (const char* junk : {"\r\n", "zz\r\n", "-1\r\n", "0x1\r\n", " 1\r\n", "1\n", "1\r\nxx\r\n",
                             "1\r\nx\n", "1z\r\n", ";\r\n"}) {
        EXPECT_THAT(read({chunked, junk}), StartsWith("unavailable: ")) << junk;
    }
    EXPECT_EQ(read({}, true), "unavailable: end of stream");
    EXPECT_EQ(read({"HTTP/1.1 200 OK\r\n"}, true), "unavailable: the answer broke off");
}

}  // namespace
}  // namespace gatehouse::net
