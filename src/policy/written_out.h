// Documents into which a handler wrote the client id itself ("topic/dev-1/*"): with a variable in
// its place they are the same for every connection, and need to be parsed and compiled once.
//
//   texts      what the authorizer answered
//   template   the same with a placeholder for each appearance of the client id; two connections
//              with equal templates differ in nothing but the client id
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/decision.h"
#include "policy/variables.h"

namespace gatehouse::policy {

// The name of the variable that stands for the client id. No JSON text holds it as it is.
inline constexpr std::string_view written_out_client_id = "\x01";

// Empty if none of the texts names the client id, or if it cannot be told apart with certainty:
// short ids (below 4 bytes), ids with other bytes than letters, digits and `-_.:`, texts with a
// backslash (an escape may spell the id, or a part of it).
std::optional<std::vector<std::string>> template_of(std::span<const std::string> texts,
                                                    std::string_view client_id);

// The parsed documents with the variable in the client id's place. Empty unless every one of the
// template's placeholders is in the text of a Resource: then, and only then, the result holds for
// every client id that leads to the same template.
std::optional<std::vector<PolicySource>> with_client_id_open(
    const std::vector<PolicySource>& sources, std::span<const std::string> texts,
    std::string_view client_id);

// The other way round, for people: documents as the authorizer answered them. `variables` has the
// client id's value, if one was taken out.
std::vector<PolicySource> as_written(const std::vector<PolicySource>& sources,
                                     const Variables& variables);

}  // namespace gatehouse::policy
