// Cuts secrets out of what functions print.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::functions {

// Knows each secret as it is, in base64 (as events carry passwords), percent-encoded, and as
// JSON and Python write it between quotes. Secrets of less than 4 characters are left alone: they
// would take half of every line with them. One that holds line feeds is looked for line by line.
class Scrubber {
public:
    Scrubber() = default;
    explicit Scrubber(const std::vector<std::string>& secrets);

    bool empty() const { return forms_.empty(); }
    // The line with "****" for each secret.
    std::string scrub(std::string_view line) const;

private:
    std::vector<std::string> forms_;  // longest first
};

}  // namespace gatehouse::functions
