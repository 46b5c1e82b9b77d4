#include "server/client/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

namespace gatehouse::server {

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
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
        const bool control = (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F;
        const bool c1_control = byte == 0xC2 && next >= 0x80 && next < 0xA0;  // U+0080…U+009F
        if (c1_control) ++i;
        if (byte == '\r') {
            if (next != '\n') out += '\n';
        } else if (control || c1_control) {
            out += '?';
        } else {
            out += text[i];
        }
    }
    return out;
}

}  // namespace gatehouse::server
