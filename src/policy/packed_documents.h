// Documents and variables in a fraction of their memory, for explanations, which are seldom asked
// for: names of actions become numbers, and a resource keeps what differs from the one before.
//
// Threads: pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "policy/decision.h"
#include "policy/packed_bytes.h"
#include "policy/variables.h"

namespace gatehouse::policy {

// Requires: no statement has a Principal. `like`: how resources are likely to begin.
void pack_documents(PackedWriter& writer, std::span<const PolicySource> sources,
                    std::string_view like);
// Equal to those that were packed, with the same `like`.
std::vector<PolicySource> unpack_documents(PackedReader& reader, std::string_view like);

// Single names, not families.
void pack_variables(PackedWriter& writer, const Variables& variables);
Variables unpack_variables(PackedReader& reader);

}  // namespace gatehouse::policy
