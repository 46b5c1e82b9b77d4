// Cuts secrets out of what functions print.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::functions {

// Knows each secret as it is and in base64 (as events carry passwords; with and without padding,
// of either alphabet), however often it was put between quotes since: percent-encoded, and escaped
// as JSON and Python escape, each character by itself. Secrets of less than 4 bytes are left alone:
// they would take half of every line with them. One that holds line feeds is looked for line by
// line, too.
class Scrubber {
public:
    Scrubber() = default;
    explicit Scrubber(const std::vector<std::string>& secrets);

    bool empty() const { return forms_.empty(); }
    // The line with "****" for each secret; and for the rest of a line that was made to look like
    // one again and again.
    std::string scrub(std::string_view line) const;

private:
    void add(std::string form);
    std::size_t longest_match(std::string_view line, std::size_t at, std::size_t& steps_left) const;

    std::vector<std::string> forms_;
    std::array<bool, 256> may_begin_{};  // bytes that one of the forms may begin with
};

}  // namespace gatehouse::functions
