#include "functions/instance_log.h"

#include <gmock/gmock.h>

#include <vector>

namespace gatehouse::functions {
namespace {

using std::chrono::microseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Lines final : public FunctionLogSink {
public:
    void write(const std::shared_ptr<const Stream>&, WallTime, std::string_view line) override {
        lines.emplace_back(line);
    }
    std::vector<std::string> lines;
};

class InstanceLogTest : public ::testing::Test {
protected:
    Lines sink;
    ManualClock clock;
    InstanceLog log{sink, clock, std::make_shared<FunctionLogSink::Stream>()};
    RequestId id{"id-1"};
};

TEST_F(InstanceLogTest, PutsLinesTogether) {
    log.output("one\ntw");
    log.output("o");
    log.output("\n\nthree");
    EXPECT_THAT(sink.lines, ElementsAre("one", "two"));
    log.flush();
    EXPECT_THAT(sink.lines, ElementsAre("one", "two", "three"));
}

TEST_F(InstanceLogTest, CutsLinesAtAnEventsSize) {
    log.output(std::string(256 * 1024 + 10, 'x') + "\n");
    ASSERT_EQ(sink.lines.size(), 2u);
    EXPECT_EQ(sink.lines[0].size(), 256u * 1024);
    EXPECT_EQ(sink.lines[1].size(), 10u);
}

TEST_F(InstanceLogTest, DropsWhatIsOverTheBoundAndSaysSo) {
    log.begin(id, {}, LogTail::Unwanted);
    for (int i = 0; i < 20; ++i) log.output(std::string(1 << 20, 'x') + "\n");
    EXPECT_THAT(sink.lines.back(), HasSubstr("has printed 16777216 bytes; the rest is dropped"));
    const std::size_t before = sink.lines.size();
    log.output("more\n");
    EXPECT_EQ(sink.lines.size(), before);
    log.begin(id, {}, LogTail::Unwanted);
    log.output("again\n");
    EXPECT_EQ(sink.lines.back(), "again");
}

TEST_F(InstanceLogTest, ReportsOfEveryKind) {
    const Report warm{
        .request_id = id, .duration = microseconds(1234), .memory_mb = 128, .max_memory_mb = 40};
    EXPECT_EQ(report_line(warm),
              "REPORT RequestId: id-1\tDuration: 1.23 ms\tBilled Duration: 2 ms\tMemory Size: 128 "
              "MB\tMax Memory Used: 40 MB\t");
    Report cold = warm;
    cold.duration = microseconds(600'000'000);
    cold.init_duration = microseconds(476'750);
    cold.status = "timeout";
    EXPECT_EQ(report_line(cold),
              "REPORT RequestId: id-1\tDuration: 600000.00 ms\tBilled Duration: 600477 ms\tMemory "
              "Size: 128 MB\tMax Memory Used: 40 MB\tInit Duration: 476.75 ms\tStatus: timeout");
    Report failed = warm;
    failed.status = "error";
    failed.error_type = "Runtime.ExitError";
    EXPECT_THAT(report_line(failed), HasSubstr("\tStatus: error\tError Type: Runtime.ExitError"));
}

TEST_F(InstanceLogTest, TheTailIsTheLastFourKilobytes) {
    log.begin(id, {}, LogTail::Wanted);
    log.output(std::string(5000, 'a') + "\n");
    log.end({.request_id = id});
    const std::string tail = log.take_tail();
    EXPECT_EQ(tail.size(), 4096u);
    EXPECT_THAT(tail, HasSubstr("REPORT RequestId: id-1"));
}

TEST_F(InstanceLogTest, AFailedStartIsToldAsAnEvent) {
    log.init_start(
        {.arn = "arn:aws:lambda:us-east-1:123456789012:function:f", .runtime = "python3.11"});
    log.output("[ERROR] no such module\n");
    log.init_report(microseconds(1500), "init", "error", "Runtime.ImportModuleError");
    const std::string tail = log.tell_failed_start(
        {.request_id = id, .status = "error", .error_type = "Runtime.ImportModuleError"});
    EXPECT_THAT(tail, testing::MatchesRegex("START RequestId: id-1 [^\n]*\nINIT_START[^\n]*\n"
                                            ".ERROR. no such module\nINIT_REPORT [^\n]*\n"
                                            "END RequestId: id-1\nREPORT RequestId: id-1[^\n]*"
                                            "Error Type: Runtime.ImportModuleError\n"));
    EXPECT_THAT(log.take_tail(), "");
}

TEST_F(InstanceLogTest, StreamNamesHoldTheDay) {
    FunctionConfiguration configuration{.name = FunctionName("fn"), .log_group = "/aws/lambda/fn"};
    const auto name = [&] {
        return log_stream_name(ManualClock::default_start(), configuration, "ab12");
    };
    EXPECT_EQ(name(), "2026/01/01/[$LATEST]ab12");
    configuration.log_group = "shared";
    EXPECT_EQ(name(), "2026/01/01/fn[$LATEST]ab12");
}

}  // namespace
}  // namespace gatehouse::functions
