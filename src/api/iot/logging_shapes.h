// Levels and their targets between the API and the log.
#pragma once

#include "api/shapes/iot/set_v2_logging_level.h"
#include "logs/configured_levels.h"

namespace gatehouse::api::iot {

::gatehouse::logs::Level level_of(LogLevel level);
LogLevel shape_of(::gatehouse::logs::Level level);

// Empty for DEFAULT.
std::optional<::gatehouse::logs::LevelTargetType> target_type_of(LogTargetType type);
LogTargetType shape_of(::gatehouse::logs::LevelTargetType type);

}  // namespace gatehouse::api::iot
