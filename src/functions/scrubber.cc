#include "functions/scrubber.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/json.h"

namespace gatehouse::functions {
namespace {

constexpr std::size_t secret_bytes_min = 4;
constexpr std::string_view mask = "****";

void add(std::vector<std::string>& forms, std::string form) {
    if (form.size() >= secret_bytes_min) forms.push_back(std::move(form));
}

std::string inside_quotes(std::string text) {
    return text.size() < 2 ? text : text.substr(1, text.size() - 2);
}

// Python's repr of a string or bytes: like JSON for what matters, with \xNN for what is not ASCII.
std::string python_form(std::string_view secret) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string form;
    for (const char c : secret) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\\') {
            form += "\\\\";
        } else if (byte < 0x20 || byte >= 0x7f) {
            form += "\\x";
            form += digits[byte >> 4];
            form += digits[byte & 15];
        } else {
            form += c;
        }
    }
    return form;
}

void add_forms(std::vector<std::string>& forms, std::string_view secret) {
    add(forms, std::string(secret));
    if (is_utf8(secret)) add(forms, inside_quotes(quote_json(secret)));
    add(forms, python_form(secret));
    add(forms, percent_encode(secret));
}

}  // namespace

Scrubber::Scrubber(const std::vector<std::string>& secrets) {
    for (const std::string& secret : secrets) {
        if (secret.size() < secret_bytes_min) continue;
        add(forms_, to_base64(bytes_of(secret)));
        add_forms(forms_, secret);
        for (std::size_t start = 0; secret.find('\n') != secret.npos && start < secret.size();) {
            const auto end = std::min(secret.find('\n', start), secret.size());
            add_forms(forms_, std::string_view(secret).substr(start, end - start));
            start = end + 1;
        }
    }
    // A longer form may hold a shorter one.
    std::ranges::sort(forms_, [](const std::string& a, const std::string& b) {
        return a.size() != b.size() ? a.size() > b.size() : a < b;
    });
    forms_.erase(std::unique(forms_.begin(), forms_.end()), forms_.end());
}

std::string Scrubber::scrub(std::string_view line) const {
    std::string result(line);
    for (const std::string& form : forms_) {
        for (auto at = result.find(form); at != result.npos; at = result.find(form, at)) {
            result.replace(at, form.size(), mask);
            at += mask.size();
        }
    }
    return result;
}

}  // namespace gatehouse::functions
