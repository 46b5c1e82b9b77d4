#include "server/bench/bench_result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "server/client/answer.h"

namespace gatehouse::server::bench {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class BenchResultTest : public testing::Test {
protected:
    BenchResultTest() {
        arrivals.started = 4;
        arrivals.succeeded = 4;
        arrivals.first_at = SteadyTime(1s);
        arrivals.last_at = SteadyTime(3s);
        arrivals.times.add(2ms);
        result.tally.sent = 2000;
        result.tally.sent_bytes = 200'000;
        result.tally.received = 2000;
        for (int i = 1; i <= 1000; ++i) result.tally.add_latency(std::chrono::microseconds(i));
    }

    load::Arrivals arrivals;
    BenchResult result{.kind = Kind::Pairs,
                       .is_acknowledged = true,
                       .connections_wanted = 4,
                       .arrivals = arrivals,
                       .seconds = 2,
                       .sent_in_time = 2000,
                       .received_in_time = 1000,
                       .received_bytes_in_time = 3'000'000};
};

TEST_F(BenchResultTest, TheTableHasRatesAndPercentiles) {
    const std::string table = table_of(result);
    EXPECT_THAT(table, HasSubstr("connected         4 of 4  (2/s)\n"));
    EXPECT_THAT(table, HasSubstr("sent              2,000  (1,000/s, 0.00 MB/s)\n"));
    EXPECT_THAT(table, HasSubstr("received          2,000  (500/s, 1.50 MB/s)\n"));
    EXPECT_THAT(table, HasSubstr("latency           p50 50"));
    EXPECT_THAT(table, HasSubstr("max 1 ms\n"));
    EXPECT_THAT(table, HasSubstr("lost              0\n"));
    EXPECT_THAT(table, Not(HasSubstr("failed")));
    EXPECT_EQ(exit_of(result), Exit::Done);
}

TEST_F(BenchResultTest, JsonSaysTheSame) {
    const auto read = parse_json(json_of(result), "the result").value();
    EXPECT_EQ(text_at(read, "/command"), "pairs");
    EXPECT_EQ(number_at(read, "/sent"), 2000);
    EXPECT_EQ(read.at_pointer("/received_per_second").to_number<double>(), 500);
    EXPECT_EQ(read.at_pointer("/received_mb_per_second").to_number<double>(), 1.5);
    EXPECT_NEAR(read.at_pointer("/latency_ms/p99").to_number<double>(), 0.99, 0.01);
    EXPECT_EQ(read.at_pointer("/latency_ms/max").to_number<double>(), 1);
    EXPECT_EQ(number_at(read, "/lost"), 0);
    EXPECT_TRUE(read.at_pointer("/failed_connects").as_object().empty());
}

TEST_F(BenchResultTest, ReasonsAreGroupedAndTold) {
    arrivals.failed["connection refused"] = 3;
    arrivals.failed["no answer within 30 s"] = 1200;
    result.tally.refused["not authorized"] = 5;
    EXPECT_THAT(table_of(result), HasSubstr("failed connects   3  connection refused\n"
                                            "                  1,200  no answer within 30 s\n"));
    EXPECT_THAT(table_of(result), HasSubstr("refused           5  not authorized\n"));
    const auto read = parse_json(json_of(result), "the result").value();
    EXPECT_EQ(number_at(read, "/failed_connects/connection refused"), 3);
    EXPECT_EQ(number_at(read, "/refused/not authorized"), 5);
}

TEST_F(BenchResultTest, WhateverWentWrongIsTheExitStatus) {
    result.totals.duplicates = 1;
    EXPECT_EQ(exit_of(result), Exit::Done);
    result.totals.lost = 1;
    EXPECT_EQ(exit_of(result), Exit::Failed);
    result.totals.lost = 0;
    arrivals.lost["the server closed the connection"] = 1;
    EXPECT_EQ(exit_of(result), Exit::Failed);
    arrivals.lost.clear();
    result.tally.refused["not authorized"] = 1;
    EXPECT_EQ(exit_of(result), Exit::Failed);
    result.tally.refused.clear();
    arrivals.failed["anything"] = 1;
    EXPECT_EQ(exit_of(result), Exit::Failed);
    arrivals.succeeded = 0;
    EXPECT_EQ(exit_of(result), Exit::Unreachable);
    arrivals.refused = 1;
    EXPECT_EQ(exit_of(result), Exit::Refused);
}

TEST(BenchText, NumbersAndTimesAreShort) {
    EXPECT_EQ(with_commas(0), "0");
    EXPECT_EQ(with_commas(999), "999");
    EXPECT_EQ(with_commas(1'234'567), "1,234,567");
    EXPECT_EQ(short_time(85us), "85 µs");
    EXPECT_EQ(short_time(1420us), "1.42 ms");
    EXPECT_EQ(short_time(999'600us), "1.00 s");
    EXPECT_EQ(short_time(2310ms), "2.31 s");
}

}  // namespace
}  // namespace gatehouse::server::bench
