// Whatever a function prints is looked through, whatever the secret is.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "base/bytes.h"
#include "base/encoding.h"
#include "base/json.h"
#include "functions/scrubber.h"
#include "functions/unquoted_text.h"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

// The first byte says how many of the others are the secret, and how it is quoted.
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
    const std::string secret(text.substr(0, data[0] & 0x3f));
    const std::string line(text.substr(secret.size()));
    const functions::Scrubber scrubber({secret});
    if (scrubber.empty() || secret.contains('*')) return 0;
    require(!scrubber.scrub(line + secret).contains(secret));
    // As it stands between quotes, if that is another text and says so.
    const bool as_json = (data[0] & 0x40) != 0;
    if (as_json && !is_utf8(secret)) return 0;
    const std::string quoted = as_json ? quote_json(secret) : percent_encode(secret);
    // What of a short one is left by a character or an escape before it that takes its first bytes
    // is too little.
    const auto first = secret.find_first_not_of('\\');
    if (first == secret.npos || functions::continues_character(secret[first])) return 0;
    const bool is_taken_from = functions::unquote_part(line) != functions::unquote(line).text;
    if (is_taken_from &&
        functions::unquote_part(secret.substr(std::min<std::size_t>(4, secret.size()))).size() <
            8) {
        return 0;
    }
    require(scrubber.scrub(line + quoted).contains("****"));
    return 0;
}
