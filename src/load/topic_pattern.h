// One topic for each of many clients: "site/%i/state" with the client's number, "devices/%c/up"
// with its id.
//
// Source: the placeholders of emqtt-bench (%c, %i).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gatehouse::load {

// "%i" becomes the number, "%c" the client id, "%%" a percent sign; anything else stays.
std::string fill_in(std::string_view pattern, std::size_t number, std::string_view client_id);
// Whether different clients get different topics.
bool differs_by_client(std::string_view pattern);

}  // namespace gatehouse::load
