#include "net/http_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <cassert>
#include <charconv>
#include <utility>

namespace gatehouse::net {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t head_bytes_max = 16 * 1024;
// Of all chunk extensions and trailers of an answer.
constexpr std::size_t line_bytes_max = 16 * 1024;
constexpr std::size_t interim_max = 16;
constexpr unsigned status_switching = 101;
constexpr unsigned status_ok = 200;
constexpr std::string_view head_end = "\r\n\r\n";

std::unexpected<Error> no_answer(const boost::system::error_code& why) {
    return fail(ErrorKind::Unavailable, why.message());
}

std::unexpected<Error> too_large(http::error why) {
    return fail(ErrorKind::TooLarge, http::make_error_code(why).message());
}

}  // namespace

Result<void> HttpAnswerReader::take(std::string_view bytes) {
    has_begun_ = has_begun_ || !bytes.empty();
    while (!bytes.empty() && !is_done()) {
        Result<std::size_t> taken = 0;
        switch (state_) {
            case State::Head: taken = take_head(bytes); break;
            case State::Sized:
            case State::ToEnd:
            case State::Chunk: taken = take_body(bytes); break;
            case State::ChunkSize:
            case State::ChunkEnd:
            case State::Trailer: taken = take_line(bytes); break;
            case State::Done: break;
        }
        if (!taken) return fail(std::move(taken.error()));
        bytes.remove_prefix(*taken);
    }
    is_followed_ = is_followed_ || !bytes.empty();
    return {};
}

Result<void> HttpAnswerReader::take_end() {
    if (state_ == State::ToEnd) state_ = State::Done;
    if (is_done()) return {};
    if (has_begun_) return fail(ErrorKind::Unavailable, "the answer broke off");
    return no_answer(http::make_error_code(http::error::end_of_stream));
}

HttpResponse HttpAnswerReader::release() {
    assert(is_done());
    response_.close = response_.close || is_followed_;
    return std::move(response_);
}

Result<std::size_t> HttpAnswerReader::take_head(std::string_view bytes) {
    const std::size_t before = text_.size();
    text_ += bytes.substr(0, head_bytes_max - before);
    const std::size_t end = text_.find(head_end, before - std::min<std::size_t>(before, 3));
    if (end == text_.npos) {
        if (text_.size() == head_bytes_max) return too_large(http::error::header_limit);
        return text_.size() - before;
    }
    text_.resize(end + head_end.size());
    const std::size_t taken = text_.size() - before;
    if (auto read = read_head(); !read) return fail(std::move(read.error()));
    text_.clear();
    return taken;
}

// Beast's parser gets a head in one piece, and nothing else: it does not bear with all cuts.
Result<void> HttpAnswerReader::read_head() {
    http::response_parser<http::empty_body> parser;
    parser.header_limit(head_bytes_max + 1);
    parser.body_limit(boost::none);
    if (body_ == Body::None) parser.skip(true);
    boost::system::error_code error;
    parser.put(boost::asio::buffer(text_), error);
    if (error) return no_answer(error);
    if (!parser.is_header_done()) return fail(ErrorKind::Unavailable, "the head is not whole");
    const unsigned status = parser.get().result_int();
    if (status == status_switching) {
        return fail(ErrorKind::Unavailable, "it speaks another protocol now (status 101)");
    }
    if (status < status_ok) {
        if (++interim_ <= interim_max) return {};
        return fail(ErrorKind::Unavailable, "too many interim answers (status 1xx)");
    }
    response_.status = status;
    for (const auto& field : parser.get()) {
        response_.headers.add({field.name_string().data(), field.name_string().size()},
                              {field.value().data(), field.value().size()});
    }
    response_.close = !parser.keep_alive();
    if (parser.is_done() || body_ == Body::None) {
        state_ = State::Done;
    } else if (parser.chunked()) {
        state_ = State::ChunkSize;
    } else if (const auto length = parser.content_length()) {
        if (*length > body_bytes_max_) return too_large(http::error::body_limit);
        wanted_ = static_cast<std::size_t>(*length);
        state_ = wanted_ == 0 ? State::Done : State::Sized;
    } else {
        state_ = State::ToEnd;
    }
    return {};
}

Result<std::size_t> HttpAnswerReader::take_body(std::string_view bytes) {
    if (state_ == State::ToEnd) {
        if (bytes.size() > body_bytes_max_ - response_.body.size()) {
            return too_large(http::error::body_limit);
        }
        response_.body += bytes;
        return bytes.size();
    }
    const std::size_t taken = std::min(wanted_, bytes.size());
    response_.body += bytes.substr(0, taken);
    wanted_ -= taken;
    if (wanted_ == 0) state_ = state_ == State::Sized ? State::Done : State::ChunkEnd;
    return taken;
}

Result<std::size_t> HttpAnswerReader::take_line(std::string_view bytes) {
    const std::size_t end = bytes.find('\n');
    const std::size_t taken = end == bytes.npos ? bytes.size() : end + 1;
    if (taken > line_bytes_max - text_.size()) return too_large(http::error::header_limit);
    text_ += bytes.substr(0, taken);
    if (end == bytes.npos) return taken;
    if (!text_.ends_with("\r\n")) {
        return no_answer(http::make_error_code(http::error::bad_line_ending));
    }
    const std::string line = std::exchange(text_, {});
    if (auto read = read_line(std::string_view(line).substr(0, line.size() - 2)); !read) {
        return fail(std::move(read.error()));
    }
    return taken;
}

Result<void> HttpAnswerReader::read_line(std::string_view line) {
    if (state_ == State::ChunkSize) return read_chunk_size(line);
    if (state_ == State::ChunkEnd) {
        if (!line.empty()) return no_answer(http::make_error_code(http::error::bad_chunk));
        state_ = State::ChunkSize;
        return {};
    }
    // Trailers say nothing that is needed here.
    line_bytes_ += line.size();
    if (line_bytes_ > line_bytes_max) return too_large(http::error::header_limit);
    if (line.empty()) state_ = State::Done;
    return {};
}

Result<void> HttpAnswerReader::read_chunk_size(std::string_view line) {
    std::size_t size = 0;
    const char* const end = line.data() + line.size();
    const auto [rest, error] = std::from_chars(line.data(), end, size, 16);
    if (error == std::errc::result_out_of_range) return too_large(http::error::body_limit);
    const bool is_extended = rest != end && (*rest == ';' || *rest == ' ' || *rest == '\t');
    if (error != std::errc() || (rest != end && !is_extended)) {
        return no_answer(http::make_error_code(http::error::bad_chunk));
    }
    line_bytes_ += static_cast<std::size_t>(end - rest);
    if (line_bytes_ > line_bytes_max) return too_large(http::error::header_limit);
    if (size > body_bytes_max_ - response_.body.size()) return too_large(http::error::body_limit);
    wanted_ = size;
    state_ = size == 0 ? State::Trailer : State::Chunk;
    return {};
}

}  // namespace gatehouse::net
