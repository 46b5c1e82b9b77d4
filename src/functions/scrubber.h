// Cuts secrets out of what functions print.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::functions {

// Knows each secret as it is and in base64 (as events carry passwords; with and without padding, of
// either alphabet), and whatever it becomes between quotes: see unquoted_text.h; one of hardly
// anything but escapes (`\u0041\u0042`) up to three quotings. Secrets of less than 4 bytes are left
// alone: they would take half of every line with them. Of one that holds line feeds, the first
// lines of at least 8 bytes are looked for one by one, too.
class Scrubber {
public:
    Scrubber() = default;
    explicit Scrubber(const std::vector<std::string>& secrets);

    bool empty() const { return written_.empty(); }
    // The line with "****" for each secret.
    std::string scrub(std::string_view line) const;

private:
    void add(std::string_view form);
    void add_quoted(std::string_view form);

    std::vector<std::string> written_;   // as they stand
    std::vector<std::string> unquoted_;  // the same, unquoted
};

}  // namespace gatehouse::functions
