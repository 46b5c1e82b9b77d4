// What the distribution's botocore signs, we verify.

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <sstream>

#include "base/json.h"
#include "signature/signer.h"
#include "signature/verifier.h"

namespace gatehouse::signature {
namespace {

class EitherKey final : public KeyLookup {
public:
    explicit EitherKey(bool temporary) : temporary_(temporary) {}
    std::optional<AccessKey> find(const AccessKeyId&) const override {
        return AccessKey{"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                         AccountId("000000000000"),
                         "",
                         temporary_ ? "TOKEN/+=" : "",
                         {}};
    }

private:
    bool temporary_;
};

std::string output_of(const std::string& command) {
    std::string output;
    std::FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return output;
    std::array<char, 4096> buffer;
    for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
        output.append(buffer.data(), n);
    }
    EXPECT_EQ(pclose(pipe), 0) << command;
    return output;
}

TEST(Botocore, SignsWhatWeVerify) {
    std::istringstream lines(
        output_of("/usr/bin/python3 " GATEHOUSE_SOURCE_DIR "/src/signature/botocore_requests.py"));
    const WallTime now = SystemClock().wall_now();
    int verified = 0;
    for (std::string line; std::getline(lines, line);) {
        const auto request = parse_json(line, "the request");
        ASSERT_TRUE(request) << line;
        const auto text = [&](const char* name) {
            return std::string(request->at(name).as_string());
        };
        HeaderFields headers;
        for (const auto& field : request->at("headers").as_array()) {
            headers.emplace_back(field.at(0).as_string(), field.at(1).as_string());
        }
        const std::string method = text("method"), path = text("path"), query = text("query"),
                          body = text("body");
        const EitherKey keys(line.find("Security-Token") != line.npos);
        const auto result = verify_request({method, path, query, headers, body}, keys, now);
        EXPECT_TRUE(result) << line << "\n" << result.error().message;
        if (result) ++verified;
    }
    EXPECT_EQ(verified, 36);
}

}  // namespace
}  // namespace gatehouse::signature
