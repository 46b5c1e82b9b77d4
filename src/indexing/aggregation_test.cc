#include "indexing/aggregation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::indexing {
namespace {

Aggregation of(FieldType type, const std::vector<std::string>& values) {
    Aggregation aggregation("attributes.a", type);
    for (const std::string& value : values) {
        aggregation.add({.name = "t", .fields = {{"attributes.a", value}, {"attributes.b", "9"}}});
    }
    return aggregation;
}

TEST(Aggregation, OfNumbers) {
    const auto statistics = of(FieldType::Number, {"1", "2", "6", "much"}).statistics();
    EXPECT_EQ(statistics.count, 3u);
    ASSERT_TRUE(statistics.numbers);
    EXPECT_DOUBLE_EQ(statistics.numbers->sum, 9);
    EXPECT_DOUBLE_EQ(statistics.numbers->average, 3);
    EXPECT_DOUBLE_EQ(statistics.numbers->minimum, 1);
    EXPECT_DOUBLE_EQ(statistics.numbers->maximum, 6);
    EXPECT_DOUBLE_EQ(statistics.numbers->sum_of_squares, 41);
    EXPECT_NEAR(statistics.numbers->variance, 14.0 / 3, 1e-9);
    EXPECT_NEAR(statistics.numbers->deviation, 2.1602, 1e-4);
}

TEST(Aggregation, OfTextsAndTruths) {
    const auto texts = of(FieldType::String, {"x", "y", "x"});
    EXPECT_EQ(texts.statistics().count, 3u);
    EXPECT_FALSE(texts.statistics().numbers);
    EXPECT_EQ(texts.different_values(), 2u);
    const auto truths = of(FieldType::Boolean, {"true", "false", "true", "true", "?"});
    EXPECT_EQ(truths.statistics().count, 4u);
    EXPECT_DOUBLE_EQ(truths.statistics().numbers->average, 0.75);
}

TEST(Aggregation, AValueIsTheSameHoweverItIsWritten) {
    EXPECT_EQ(of(FieldType::Number, {"5", "5.0", "50e-1", "6"}).different_values(), 2u);
    const auto truths = of(FieldType::Boolean, {"TRUE", "true", "False"});
    EXPECT_EQ(truths.statistics().count, 3u);
    EXPECT_EQ(truths.different_values(), 2u);
}

TEST(Aggregation, TheTotalCountsDocuments) {
    Aggregation aggregation("attributes.a", FieldType::String);
    aggregation.add({.name = "two", .fields = {{"attributes.a", "x"}, {"attributes.a", "y"}}});
    aggregation.add({.name = "none", .fields = {}});
    EXPECT_EQ(aggregation.buckets(9).total, 2u);
}

TEST(Aggregation, Percentiles) {
    const auto values = of(FieldType::Number, {"3", "1", "2", "5", "4"});
    const auto found = values.percentiles({0, 50, 90, 100});
    ASSERT_EQ(found.size(), 4u);
    EXPECT_DOUBLE_EQ(found[0].value, 1);
    EXPECT_DOUBLE_EQ(found[1].value, 3);
    EXPECT_NEAR(found[2].value, 4.6, 1e-9);
    EXPECT_DOUBLE_EQ(found[3].value, 5);
    EXPECT_TRUE(of(FieldType::Number, {}).percentiles({50}).empty());
}

TEST(Aggregation, BucketsTheFullestFirst) {
    const auto found = of(FieldType::String, {"b", "a", "c", "c", "a", "c"}).buckets(2);
    EXPECT_EQ(found.total, 6u);
    ASSERT_EQ(found.buckets.size(), 2u);
    EXPECT_EQ(found.buckets[0].key, "c");
    EXPECT_EQ(found.buckets[0].count, 3u);
    EXPECT_EQ(found.buckets[1].key, "a");
}

TEST(Aggregation, OfVersions) {
    Aggregation aggregation("registry.version", FieldType::Number);
    aggregation.add({.name = "t", .fields = {{fields::thing_version, "7"}}});
    EXPECT_DOUBLE_EQ(aggregation.statistics().numbers->sum, 7);
}

}  // namespace
}  // namespace gatehouse::indexing
