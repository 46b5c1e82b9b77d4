#include "functions/scrubber.h"

#include <algorithm>

#include "base/encoding.h"
#include "functions/unquoted_text.h"

namespace gatehouse::functions {
namespace {

constexpr std::size_t secret_bytes_min = 4;
constexpr std::size_t line_bytes_min = 8;
constexpr std::size_t lines_max = 64;
constexpr std::string_view mask = "****";

using Place = UnquotedText::Place;

std::string other_alphabet(std::string base64) {
    std::ranges::replace(base64, '+', '-');
    std::ranges::replace(base64, '/', '_');
    return base64;
}

// Tells each place, from the left, of each form.
template <class Found>
void find_all(std::string_view text, const std::vector<std::string>& forms, const Found& found) {
    for (const std::string& form : forms) {
        for (auto at = text.find(form); at != text.npos; at = text.find(form, at + form.size())) {
            found(at, at + form.size());
        }
    }
}

std::string masked(std::string_view line, std::vector<Place> secrets) {
    std::ranges::sort(secrets, {}, &Place::begin);
    std::string result;
    std::size_t kept_from = 0;
    for (const Place& secret : secrets) {
        // What overlaps is one: a longer form may hold a shorter one.
        if (secret.begin >= kept_from) {
            result += line.substr(kept_from, secret.begin - kept_from);
            result += mask;
        }
        kept_from = std::max<std::size_t>(kept_from, secret.end);
    }
    return result += line.substr(kept_from);
}

}  // namespace

Scrubber::Scrubber(const std::vector<std::string>& secrets) {
    for (const std::string& secret : secrets) {
        if (secret.size() < secret_bytes_min) continue;
        const std::string padded = to_base64(bytes_of(secret));
        const std::string bare = padded.substr(0, padded.find('='));
        for (const std::string& form : {secret, padded, bare}) add(form);
        for (const std::string& form : {padded, bare}) add(other_alphabet(form));
        std::size_t lines = 0;
        for (std::size_t start = 0; secret.contains('\n') && start < secret.size();) {
            const auto end = std::min(secret.find('\n', start), secret.size());
            if (end - start >= line_bytes_min && lines++ < lines_max) {
                add(std::string_view(secret).substr(start, end - start));
            }
            start = end + 1;
        }
    }
}

void Scrubber::add(std::string_view form) {
    const auto add_once = [](std::vector<std::string>& to, std::string_view text) {
        if (std::ranges::find(to, text) == to.end()) to.emplace_back(text);
    };
    add_once(written_, form);
    const UnquotedText unquoted = unquote(form);
    if (unquoted.text.size() >= secret_bytes_min) add_once(unquoted_, unquoted.text);
}

std::string Scrubber::scrub(std::string_view line) const {
    std::vector<Place> secrets;
    find_all(line, written_, [&](std::size_t begin, std::size_t end) {
        secrets.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
    });
    // No quoting does without one of these.
    if (!unquoted_.empty() && line.find_first_of("\\%+") != line.npos) {
        const UnquotedText unquoted = unquote(line);
        find_all(unquoted.text, unquoted_, [&](std::size_t begin, std::size_t end) {
            secrets.push_back({unquoted.places[begin].begin, unquoted.places[end - 1].end});
        });
    }
    return secrets.empty() ? std::string(line) : masked(line, std::move(secrets));
}

}  // namespace gatehouse::functions
