#include "functions/scrubber.h"

#include <algorithm>
#include <cctype>
#include <cstring>

#include "base/encoding.h"
#include "base/json.h"
#include "functions/unquoted_text.h"

namespace gatehouse::functions {
namespace {

constexpr std::size_t secret_bytes_min = 4;
constexpr std::size_t line_bytes_min = 8;
constexpr std::size_t lines_max = 64;
constexpr std::size_t taken_max = 4;  // digits by a \u before the secret, bytes by a character
constexpr std::string_view mask = "****";

using Place = UnquotedText::Place;

std::string other_alphabet(std::string base64) {
    std::ranges::replace(base64, '+', '-');
    std::ranges::replace(base64, '/', '_');
    return base64;
}

// Tells each place, from the left, of each form. Clients choose both, so that it must not take the
// time of one multiplied by that of the other: memmem() does not, std::string_view::find() does.
template <class Found>
void find_all(std::string_view text, const std::vector<std::string>& forms, const Found& found) {
    for (const std::string& form : forms) {
        for (std::string_view rest = text; rest.size() >= form.size();) {
            const void* const place = memmem(rest.data(), rest.size(), form.data(), form.size());
            if (place == nullptr) break;
            const auto begin =
                static_cast<std::size_t>(static_cast<const char*>(place) - text.data());
            found(begin, begin + form.size());
            rest = text.substr(begin + form.size());
        }
    }
}

void add_once(std::vector<std::string>& to, std::string_view text) {
    if (std::ranges::find(to, text) == to.end()) to.emplace_back(text);
}

bool may_be_taken(char c) {
    return c == '\\' || std::isxdigit(static_cast<unsigned char>(c)) != 0 || continues_character(c);
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

// Of one that is too short without its own escapes: as JSON and URLs have it, up to three times.
void Scrubber::add_quoted(std::string_view form) {
    std::vector<std::string> quoted{std::string(form)};
    for (std::size_t i = 0; i < 7; ++i) {
        const std::string inner = quoted[i];
        const std::string json = quote_json(inner);
        quoted.push_back(json.substr(1, json.size() - 2));
        quoted.push_back(percent_encode(inner));
    }
    for (const std::string& text : quoted) add_once(written_, text);
}

void Scrubber::add(std::string_view form) {
    const auto add_unquoted = [&](std::string_view text) {
        if (text.size() >= secret_bytes_min) add_once(unquoted_, text);
    };
    add_once(written_, form);
    const std::string whole = unquote(form).text, part = unquote_part(form);
    if (whole.size() < secret_bytes_min) return add_quoted(form);
    add_unquoted(whole);
    add_unquoted(part);
    // Its first digits may be the last of an escape that stands before it, its first bytes those of
    // a character, also behind a backslash, which escapes what a quoting puts there.
    for (std::size_t taken = 1; taken <= taken_max && taken < form.size(); ++taken) {
        if (!may_be_taken(form[taken - 1])) break;
        const std::string rest = unquote_part(form.substr(taken));
        if (rest.size() >= line_bytes_min) add_unquoted(rest);
    }
    // Its first letters may begin one.
    for (const std::string_view opening : {"\\", "%"}) {
        const std::string behind = std::string(opening).append(form);
        if (unquote_part(behind).ends_with(part)) continue;
        add_unquoted(unquote(behind).text);
        add_unquoted(unquote_part(behind));
    }
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
