// Whatever a function prints is looked through, whatever the secret is.
#include <cstdint>
#include <cstdlib>

#include "base/bytes.h"
#include "base/encoding.h"
#include "functions/scrubber.h"
#include "functions/unquoted_text.h"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

// The first byte says how many of the others are the secret.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gatehouse;
    if (size == 0) return 0;
    const std::string_view text = text_of(BytesView(data + 1, size - 1));
    const functions::UnquotedText unquoted = functions::unquote(text);
    require(unquoted.text.size() == unquoted.places.size());
    require(is_utf8(unquoted.text));
    std::uint32_t before = 0;
    for (const auto& place : unquoted.places) {
        require(place.begin >= before && place.begin < place.end && place.end <= text.size());
        before = place.begin;
    }
    const std::string secret(text.substr(0, data[0]));
    const std::string_view line = text.substr(secret.size());
    const functions::Scrubber scrubber({secret});
    const std::string shown = scrubber.scrub(std::string(line) + secret);
    if (!scrubber.empty() && secret.find('*') == secret.npos) require(!shown.contains(secret));
    return 0;
}
