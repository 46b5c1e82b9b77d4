#include "policy/json_places.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"

namespace gatehouse::policy {
namespace {

// Walks over valid JSON text, keeping the path of where it is.
class Walk {
public:
    explicit Walk(std::string_view text) : text_(text) {}

    std::optional<std::size_t> offset_of(const JsonPath& path) {
        wanted_ = &path;
        value();
        return found_;
    }

    // The offset and path of the first repeated member name.
    std::optional<std::size_t> repeated_member() {
        value();
        return repeated_;
    }

    const JsonPath& repeated_path() const { return repeated_path_; }

private:
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void skip_blanks() {
        while (at_ < text_.size() && std::string_view(" \t\r\n").contains(text_[at_])) ++at_;
    }

    std::string string() {
        const std::size_t begin = at_++;
        while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
        at_ = std::min(at_ + 1, text_.size());
        const std::string_view raw = text_.substr(begin, at_ - begin);
        if (!raw.contains('\\')) return std::string(raw.substr(1, raw.size() - 2));
        const auto parsed = parse_json(raw, "a name");
        return parsed && parsed->is_string() ? std::string(parsed->get_string()) : std::string();
    }

    void value() {
        skip_blanks();
        if (wanted_ != nullptr && !found_ && path_ == *wanted_) found_ = at_;
        switch (peek()) {
            case '{': return object();
            case '[': return array();
            case '"': string(); return;
            default:
                while (at_ < text_.size() && !std::string_view(",]} \t\r\n").contains(peek()))
                    ++at_;
        }
    }

    void object() {
        std::vector<std::string> names;
        ++at_;
        for (skip_blanks(); at_ < text_.size() && peek() != '}'; skip_blanks()) {
            const std::size_t begin = at_;
            std::string name = string();
            path_.emplace_back(name);
            if (!repeated_ && std::ranges::count(names, name) > 0) {
                repeated_ = begin;
                repeated_path_ = path_;
            }
            names.push_back(std::move(name));
            skip_blanks();
            ++at_;  // ':'
            value();
            path_.pop_back();
            skip_blanks();
            if (peek() == ',') ++at_;
        }
        ++at_;
    }

    void array() {
        ++at_;
        std::size_t index = 0;
        for (skip_blanks(); at_ < text_.size() && peek() != ']'; skip_blanks()) {
            path_.emplace_back(index++);
            value();
            path_.pop_back();
            skip_blanks();
            if (peek() == ',') ++at_;
        }
        ++at_;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    JsonPath path_;
    const JsonPath* wanted_ = nullptr;
    std::optional<std::size_t> found_;
    std::optional<std::size_t> repeated_;
    JsonPath repeated_path_;
};

Place place_at(std::string_view text, std::size_t offset, const JsonPath& path) {
    const std::string_view before = text.substr(0, offset);
    const auto newline = before.rfind('\n');
    const std::size_t line_start = newline == before.npos ? 0 : newline + 1;
    return {path_text(path), static_cast<std::uint32_t>(std::ranges::count(before, '\n') + 1),
            static_cast<std::uint32_t>(offset - line_start + 1)};
}

}  // namespace

std::string path_text(const JsonPath& path) {
    std::string text;
    for (const PathStep& step : path) {
        if (const auto* name = std::get_if<std::string>(&step)) {
            text += (text.empty() ? "" : ".") + *name;
        } else {
            text += fmt::format("[{}]", std::get<std::size_t>(step));
        }
    }
    return text;
}

Place place_of(std::string_view text, const JsonPath& path) {
    const auto offset = Walk(text).offset_of(path);
    if (!offset) return {path_text(path), 0, 0};
    return place_at(text, *offset, path);
}

std::optional<Place> find_repeated_member(std::string_view text) {
    Walk walk(text);
    const auto offset = walk.repeated_member();
    if (!offset) return std::nullopt;
    return place_at(text, *offset, walk.repeated_path());
}

}  // namespace gatehouse::policy
