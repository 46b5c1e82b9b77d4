#include "functions/runtime_request.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <utility>

namespace gatehouse::functions {
namespace {

constexpr std::size_t chunk_line_bytes_max = 256;

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) {
        const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; };
        return lower(x) == lower(y);
    });
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return lower;
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// The text up to `separator`, which is removed too.
std::string_view cut(std::string_view& text, std::string_view separator) {
    const auto at = text.find(separator);
    const std::string_view part = text.substr(0, at);
    text.remove_prefix(at == text.npos ? text.size() : at + separator.size());
    return part;
}

// The whole text as a number of this base.
bool parse(std::string_view text, std::uint64_t& value, int base) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

}  // namespace

RuntimeRequestReader::Status RuntimeRequestReader::malformed(std::string why) {
    problem_ = std::move(why);
    return Status::Malformed;
}

RuntimeRequestReader::Status RuntimeRequestReader::feed(std::string_view& bytes) {
    if (!problem_.empty()) return Status::Malformed;
    assert(part_ != Part::Done && "take the request first");
    while (step(bytes)) {
        if (part_ == Part::Done) return Status::Complete;
    }
    return problem_.empty() ? Status::NeedMore : Status::Malformed;
}

// One step of the machine. False: more bytes are needed, or problem_ is set.
bool RuntimeRequestReader::step(std::string_view& bytes) {
    switch (part_) {
        case Part::Head:
            // Empty lines before a request are to be skipped (RFC 9112 section 2.2).
            while (text_.empty() && !bytes.empty() &&
                   (bytes.front() == '\r' || bytes.front() == '\n')) {
                bytes.remove_prefix(1);
            }
            return gather(bytes, "\r\n\r\n") && read_head();
        case Part::Sized:
            take_body(bytes);
            if (left_ == 0) part_ = Part::Done;
            return left_ == 0;
        case Part::ChunkSize: return gather(bytes, "\r\n") && read_chunk_size();
        case Part::ChunkData:
            take_body(bytes);
            if (left_ == 0) part_ = Part::ChunkEnd;
            return left_ == 0;
        case Part::ChunkEnd:
            if (!gather(bytes, "\r\n")) return false;
            if (text_ != "\r\n") {
                malformed("a chunk is longer than it says");
                return false;
            }
            text_.clear();
            part_ = Part::ChunkSize;
            return true;
        case Part::Trailers: return gather(bytes, "\r\n") && read_trailer();
        case Part::Done: return false;
    }
    return false;
}

bool RuntimeRequestReader::gather(std::string_view& bytes, std::string_view end) {
    std::size_t limit = limits_.head_bytes_max;
    if (part_ == Part::Trailers) limit = limits_.trailer_bytes_max;
    if (part_ == Part::ChunkSize || part_ == Part::ChunkEnd) limit = chunk_line_bytes_max;
    // The end may lie across the border between what was gathered and what came.
    const std::size_t look_from = text_.size() - std::min(text_.size(), end.size() - 1);
    const std::size_t before = text_.size();
    text_.append(bytes.substr(0, limit + end.size()));
    const auto at = text_.find(end, look_from);
    if (at == text_.npos) {
        bytes.remove_prefix(text_.size() - before);
        if (text_.size() > limit) malformed("a header is too long");
        return false;
    }
    text_.resize(at + end.size());
    bytes.remove_prefix(text_.size() - before);
    if (text_.size() > limit + end.size()) {
        malformed("a header is too long");
        return false;
    }
    return true;
}

bool RuntimeRequestReader::read_head() {
    std::string_view text(text_);
    std::string_view line = cut(text, "\r\n");
    request_.method = cut(line, " ");
    std::string_view target = cut(line, " ");
    request_.path = cut(target, "?");
    if (request_.method.empty() || request_.path.empty() || !line.starts_with("HTTP/1.")) {
        malformed("the request line is not HTTP/1.1");
        return false;
    }
    request_.close = line == "HTTP/1.0";
    while (!text.empty()) {
        line = cut(text, "\r\n");
        if (!line.empty() && !read_field(line)) return false;
    }
    text_.clear();
    return read_framing();
}

bool RuntimeRequestReader::read_field(std::string_view line) {
    if (line.front() == ' ' || line.front() == '\t' || line.find(':') == line.npos) {
        malformed("a header field is malformed");
        return false;
    }
    const std::string_view name = cut(line, ":");
    const std::string_view value = trim(line);
    if (equal_ignoring_case(name, "content-length")) {
        std::uint64_t length = 0;
        if (!parse(value, length, 10) || (has_length_ && length != length_)) {
            malformed("Content-Length is not one number");
            return false;
        }
        has_length_ = true;
        length_ = length;
    } else if (equal_ignoring_case(name, "transfer-encoding")) {
        if (!equal_ignoring_case(value, "chunked") || chunked_) {
            malformed("only the transfer encoding 'chunked' is understood");
            return false;
        }
        chunked_ = true;
    } else if (equal_ignoring_case(name, "content-type")) {
        request_.content_type = value;
    } else if (equal_ignoring_case(name, "lambda-runtime-function-response-mode")) {
        request_.response_mode = lower_case(value);
    } else if (equal_ignoring_case(name, "lambda-runtime-function-error-type")) {
        request_.error_type = value;
    } else if (equal_ignoring_case(name, "connection")) {
        request_.close = equal_ignoring_case(value, "close");
    } else if (equal_ignoring_case(name, "expect")) {
        request_.expects_continue = equal_ignoring_case(value, "100-continue");
    }
    return true;
}

bool RuntimeRequestReader::read_framing() {
    if (has_length_ && chunked_) {
        malformed("both Content-Length and Transfer-Encoding are given");
        return false;
    }
    left_ = length_;
    part_ = chunked_ ? Part::ChunkSize : length_ > 0 ? Part::Sized : Part::Done;
    request_.body_too_large = length_ > limits_.body_bytes_max;
    if (!request_.body_too_large) request_.body.reserve(length_);
    return true;
}

void RuntimeRequestReader::take_body(std::string_view& bytes) {
    const std::string_view part = bytes.substr(0, left_);
    bytes.remove_prefix(part.size());
    left_ -= part.size();
    if (request_.body.size() + part.size() > limits_.body_bytes_max) {
        request_.body_too_large = true;
        request_.body = std::string();
    }
    if (!request_.body_too_large) request_.body += part;
}

bool RuntimeRequestReader::read_chunk_size() {
    std::string_view text(text_);
    std::string_view line = cut(text, "\r\n");
    const std::string_view size = trim(cut(line, ";"));  // extensions are skipped
    if (!parse(size, left_, 16)) {
        malformed("a chunk's size is not a number");
        return false;
    }
    text_.clear();
    part_ = left_ == 0 ? Part::Trailers : Part::ChunkData;
    return true;
}

bool RuntimeRequestReader::read_trailer() {
    std::string_view text(text_);
    std::string_view line = cut(text, "\r\n");
    if (line.empty()) {
        part_ = Part::Done;
    } else {
        const std::string_view name = cut(line, ":");
        const std::string_view value = trim(line);
        if (equal_ignoring_case(name, "lambda-runtime-function-error-type")) {
            request_.trailer_error_type = value;
        } else if (equal_ignoring_case(name, "lambda-runtime-function-error-body")) {
            request_.trailer_error_body = value;
        }
    }
    text_.clear();
    return true;
}

bool RuntimeRequestReader::wants_continue() {
    const bool in_body = part_ != Part::Head && part_ != Part::Done;
    return in_body && std::exchange(request_.expects_continue, false);
}

RuntimeRequest RuntimeRequestReader::take() {
    assert(part_ == Part::Done);
    part_ = Part::Head;
    has_length_ = chunked_ = false;
    length_ = left_ = 0;
    return std::exchange(request_, {});
}

}  // namespace gatehouse::functions
