// The words after a program's first: --name value pairs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace gatehouse::bench {

class Arguments {
public:
    // `usage` is printed behind the reason when the program refuses its words.
    Arguments(int count, char** words, std::string_view usage);

    // Each may be asked for once. Empty when it was not given.
    std::string text(const std::string& name);
    std::uint64_t number(const std::string& name, std::uint64_t otherwise);
    void refuse_the_rest() const;
    // Ends the program.
    [[noreturn]] void refuse(std::string_view why) const;

private:
    std::string_view usage_;
    std::map<std::string, std::string> values_;
};

}  // namespace gatehouse::bench
