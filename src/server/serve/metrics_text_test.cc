#include "server/serve/metrics_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::server {
namespace {

using testing::HasSubstr;

TEST(MetricsText, HasFamiliesWithTheirSamples) {
    MetricsText text;
    text.family("a_total", MetricsText::Kind::Counter, "How many a.\nOr b\\c.");
    text.sample({{"door", "mqtt"}, {"odd", "a\"b\\c\nd"}}, 3);
    text.sample(0.25);
    text.family("g", MetricsText::Kind::Gauge, "G.");
    text.sample(12'345'678'901.0);
    EXPECT_EQ(text.take(),
              "# HELP a_total How many a.\\nOr b\\\\c.\n# TYPE a_total counter\n"
              "a_total{door=\"mqtt\",odd=\"a\\\"b\\\\c\\nd\"} 3\na_total 0.25\n"
              "# HELP g G.\n# TYPE g gauge\ng 12345678901\n");
}

TEST(MetricsText, CountsBucketsUp) {
    Histogram histogram;
    histogram.add(std::chrono::microseconds(60));
    histogram.add(std::chrono::microseconds(300));
    histogram.add(std::chrono::seconds(60));
    MetricsText text;
    text.family("t_seconds", MetricsText::Kind::Histogram, "T.");
    text.histogram({{"loop", "0"}}, histogram.read());
    const std::string written = text.take();
    for (const char* line :
         {"t_seconds_bucket{loop=\"0\",le=\"5e-05\"} 0\n",
          "t_seconds_bucket{loop=\"0\",le=\"0.0001\"} 1\n",
          "t_seconds_bucket{loop=\"0\",le=\"0.0005\"} 2\n",
          "t_seconds_bucket{loop=\"0\",le=\"5\"} 2\n",
          "t_seconds_bucket{loop=\"0\",le=\"+Inf\"} 3\n", "t_seconds_sum{loop=\"0\"} 60.00036\n",
          "t_seconds_count{loop=\"0\"} 3\n"}) {
        EXPECT_THAT(written, HasSubstr(line));
    }
}

}  // namespace
}  // namespace gatehouse::server
