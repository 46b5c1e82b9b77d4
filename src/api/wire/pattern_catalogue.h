// Every pattern of every model, for the test that none is skipped. Generated.
#pragma once

#include <span>

#include "api/wire/pattern.h"

namespace gatehouse::api::wire {

struct CataloguedPattern {
    const Pattern* pattern;
    const char* regex;  // RE2's spelling; null for those written by hand
};

std::span<const CataloguedPattern> every_pattern();

}  // namespace gatehouse::api::wire
