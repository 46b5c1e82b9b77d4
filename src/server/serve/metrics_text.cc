#include "server/serve/metrics_text.h"

#include <fmt/format.h>

#include <cmath>

namespace gatehouse::server {
namespace {

std::string_view name_of(MetricsText::Kind kind) {
    switch (kind) {
        case MetricsText::Kind::Counter: return "counter";
        case MetricsText::Kind::Gauge: return "gauge";
        case MetricsText::Kind::Histogram: return "histogram";
    }
    return "untyped";
}

std::string escaped(std::string_view text, bool is_label) {
    std::string out;
    for (const char c : text) {
        if (c == '\\') {
            out += "\\\\";
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '"' && is_label) {
            out += "\\\"";
        } else {
            out += c;
        }
    }
    return out;
}

// Whole numbers as such, up to where a double still holds them.
std::string number(double value) {
    constexpr double whole_max = 9'007'199'254'740'992.0;
    if (value == std::floor(value) && std::fabs(value) < whole_max) {
        return fmt::format("{}", static_cast<std::int64_t>(value));
    }
    return fmt::format("{}", value);
}

}  // namespace

void MetricsText::family(std::string_view name, Kind kind, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, escaped(help, false), name,
                         name_of(kind));
}

void MetricsText::line(std::string_view suffix, Labels labels, std::string_view bound,
                       double value) {
    text_ += name_;
    text_ += suffix;
    char separator = '{';
    for (const auto& [label, content] : labels) {
        text_ += fmt::format("{}{}=\"{}\"", separator, label, escaped(content, true));
        separator = ',';
    }
    if (!bound.empty()) {
        text_ += fmt::format("{}le=\"{}\"", separator, bound);
        separator = ',';
    }
    text_ += fmt::format("{} {}\n", separator == '{' ? "" : "}", number(value));
}

void MetricsText::sample(Labels labels, double value) {
    line("", labels, "", value);
}

void MetricsText::histogram(Labels labels, const Histogram::Reading& reading) {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < Histogram::bounds.size(); ++i) {
        count += reading.counts[i];
        const double bound = std::chrono::duration<double>(Histogram::bounds[i]).count();
        line("_bucket", labels, fmt::format("{}", bound), static_cast<double>(count));
    }
    count += reading.counts.back();
    line("_bucket", labels, "+Inf", static_cast<double>(count));
    line("_sum", labels, "", static_cast<double>(reading.nanoseconds) / 1e9);
    line("_count", labels, "", static_cast<double>(count));
}

}  // namespace gatehouse::server
