// The text form in which Prometheus reads metrics, version 0.0.4.
//
// Source: Prometheus documentation, "Exposition formats".
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/histogram.h"

namespace gatehouse::server {

class MetricsText {
public:
    using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;
    enum class Kind : std::uint8_t { Counter, Gauge, Histogram };

    // Begins a family; its samples follow. `help` is one line.
    void family(std::string_view name, Kind kind, std::string_view help);
    void sample(Labels labels, double value);
    void sample(double value) { sample({}, value); }
    // Of a family of durations in seconds.
    void histogram(Labels labels, const Histogram::Reading& reading);

    std::string take() { return std::move(text_); }

private:
    void line(std::string_view suffix, Labels labels, std::string_view bound, double value);

    std::string text_;
    std::string name_;
};

}  // namespace gatehouse::server
