// A connection attempt as a person reads it, from the API's answer: a heading and a line a step.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "base/json.h"
#include "server/client/terminal.h"

namespace gatehouse::server {

// All of it. `trace` is a Trace of our own service.
std::string trace_text(const json::value& trace, Colour colour);

// What is new about traces that come again with more steps, for following.
class TraceFollower {
public:
    explicit TraceFollower(Colour colour) : colour_(colour) {}

    // The steps not shown yet, under a heading whenever another trace than the last one's speaks.
    std::string news(const json::value& trace);

private:
    // Traces of which more may come; the oldest are forgotten.
    static constexpr std::size_t traces_max = 1000;
    struct Shown {
        std::size_t steps = 0;
        std::string outcome;
    };

    const Colour colour_;
    std::map<std::string, Shown> shown_;
    std::string last_;
};

}  // namespace gatehouse::server
