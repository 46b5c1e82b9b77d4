#include "gateway/connect_rates.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace gatehouse::gateway {
namespace {

using std::chrono::milliseconds;

const SteadyTime start{std::chrono::seconds(1000)};
const Tenant ours{AccountId("000000000000"), Region("us-east-1")};
const Tenant theirs{AccountId("111122223333"), Region("us-east-1")};

TEST(ConnectRates, CountsEachClientOfEachTenantInEachSecond) {
    const auto rates = std::make_unique<ConnectRates>();
    EXPECT_EQ(rates->note(ours, "a", start), 1u);
    EXPECT_EQ(rates->note(ours, "a", start + milliseconds(500)), 2u);
    EXPECT_EQ(rates->note(ours, "b", start + milliseconds(500)), 1u);
    EXPECT_EQ(rates->note(theirs, "a", start + milliseconds(500)), 1u);
    EXPECT_EQ(rates->count(ours, "a", start + milliseconds(999)), 2u);
    EXPECT_EQ(rates->count(ours, "c", start), 0u);
    EXPECT_EQ(rates->count(ours, "a", start + milliseconds(1000)), 0u);
    EXPECT_EQ(rates->note(ours, "a", start + milliseconds(1000)), 1u);
}

TEST(ConnectRates, StopsCountingBeforeItOverflows) {
    const auto rates = std::make_unique<ConnectRates>();
    for (int i = 0; i < 300; ++i) rates->note(ours, "a", start);
    EXPECT_EQ(rates->note(ours, "a", start), 255u);
}

TEST(ConnectRates, LosesNoneOfSeveralThreads) {
    const auto rates = std::make_unique<ConnectRates>();
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (int j = 0; j < 50; ++j) rates->note(ours, "a", start);
            });
        }
    }
    EXPECT_EQ(rates->note(ours, "a", start), 201u);
}

}  // namespace
}  // namespace gatehouse::gateway
