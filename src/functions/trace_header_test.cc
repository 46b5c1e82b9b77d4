#include "functions/trace_header.h"

#include <gmock/gmock.h>

namespace gatehouse::functions {
namespace {

using ::testing::MatchesRegex;
using ::testing::StartsWith;

constexpr const char* root_id = "Root=1-58406520-a006649127e371903a2de979";

class TraceHeader : public ::testing::Test {
protected:
    std::string completed(std::string_view given) {
        return complete_trace_header(given, ManualClock::default_start(), random_);
    }
    SystemRandom random_;
};

TEST_F(TraceHeader, IsMadeWithTheTimeWhereTheCallerHasNone) {
    const std::string made = completed("");
    // 2026-01-01T00:00:00Z.
    EXPECT_THAT(made, MatchesRegex("Root=1-6955b900-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0"));
    EXPECT_NE(completed(""), made);
}

TEST_F(TraceHeader, TheCallersIsPassedOnWithWhatItLacks) {
    const std::string whole = std::string(root_id) + ";Parent=53995c3f42cd8ad8;Sampled=1";
    EXPECT_EQ(completed(whole), whole);
    EXPECT_EQ(completed(whole + ";Lineage=a87bd80c:1"), whole + ";Lineage=a87bd80c:1");
    EXPECT_THAT(completed(root_id),
                MatchesRegex(std::string(root_id) + ";Parent=[0-9a-f]{16};Sampled=0"));
}

TEST_F(TraceHeader, WhatIsNoneIsNotPassedOn) {
    for (const std::string& given : {std::string("Root=1-5840652-a006649127e371903a2de979"),
                                     std::string("Self=1"), std::string(root_id) + "\r\nEvil: 1",
                                     std::string(root_id) + ";" + std::string(512, 'x')}) {
        EXPECT_THAT(completed(given), StartsWith("Root=1-6955b900-")) << given;
    }
}

}  // namespace
}  // namespace gatehouse::functions
