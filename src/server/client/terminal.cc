#include "server/client/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

namespace gatehouse::server {
namespace {

// How many bytes of UTF-8 the control character takes that the text begins with; 0: it is none.
std::size_t control_bytes(std::string_view text) {
    const auto byte = static_cast<unsigned char>(text.front());
    if (byte < 0x20 || byte == 0x7f) return 1;
    const auto second = text.size() > 1 ? static_cast<unsigned char>(text[1]) : 0;
    if (byte == 0xc2 && second >= 0x80 && second < 0xa0) return 2;  // U+0080 to U+009F
    if (byte == 0xd8 && second == 0x9c) return 2;                   // U+061C
    const auto third = text.size() > 2 ? static_cast<unsigned char>(text[2]) : 0;
    // U+200E, U+200F; line separators and what turns the direction, U+2028 to U+202E; U+2066 to
    // U+2069.
    const bool is_one = (second == 0x80 && (third == 0x8e || third == 0x8f)) ||
                        (second == 0x80 && third >= 0xa8 && third <= 0xae) ||
                        (second == 0x81 && third >= 0xa6 && third <= 0xa9);
    return byte == 0xe2 && is_one ? 3 : 0;
}

}  // namespace

Colour colour_of(std::FILE* file, const Environment& environment) {
    if (environment.find("NO_COLOR") || environment.find("TERM").value_or("") == "dumb") {
        return Colour::Off;
    }
    const int descriptor = ::fileno(file);
    return descriptor >= 0 && ::isatty(descriptor) == 1 ? Colour::On : Colour::Off;
}

std::string painted(std::string_view text, Paint paint, Colour colour) {
    if (colour == Colour::Off) return std::string(text);
    switch (paint) {
        case Paint::Good: return fmt::format("\033[32m{}\033[0m", text);
        case Paint::Bad: return fmt::format("\033[31m{}\033[0m", text);
        case Paint::Faint: return fmt::format("\033[2m{}\033[0m", text);
    }
    return std::string(text);
}

std::string printable(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] == '\r') {
            if (!text.substr(i + 1).starts_with('\n')) out += '\n';
            ++i;
        } else if (text[i] == '\n' || text[i] == '\t') {
            out += text[i++];
        } else if (const std::size_t bytes = control_bytes(text.substr(i)); bytes != 0) {
            out += '?';
            i += bytes;
        } else {
            out += text[i++];
        }
    }
    return out;
}

std::string printable_line(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            default: out += c;
        }
    }
    return printable(out);
}

}  // namespace gatehouse::server
