#include "api/iot/logging_shapes.h"

namespace gatehouse::api::iot {

using ::gatehouse::logs::Level;
using ::gatehouse::logs::LevelTargetType;

Level level_of(LogLevel level) {
    switch (level) {
        case LogLevel::Debug: return Level::Debug;
        case LogLevel::Info: return Level::Messages;
        case LogLevel::Warn: return Level::Warn;
        case LogLevel::Error: return Level::Error;
        case LogLevel::Disabled: return Level::Disabled;
    }
    return Level::Error;
}

LogLevel shape_of(Level level) {
    switch (level) {
        case Level::Debug: return LogLevel::Debug;
        case Level::Info:
        case Level::Messages: return LogLevel::Info;
        case Level::Warn: return LogLevel::Warn;
        case Level::Error: return LogLevel::Error;
        case Level::Disabled: return LogLevel::Disabled;
    }
    return LogLevel::Error;
}

std::optional<LevelTargetType> target_type_of(LogTargetType type) {
    switch (type) {
        case LogTargetType::Default: return std::nullopt;
        case LogTargetType::ThingGroup: return LevelTargetType::ThingGroup;
        case LogTargetType::ClientId: return LevelTargetType::ClientId;
        case LogTargetType::SourceIp: return LevelTargetType::SourceIp;
        case LogTargetType::PrincipalId: return LevelTargetType::PrincipalId;
    }
    return std::nullopt;
}

LogTargetType shape_of(LevelTargetType type) {
    switch (type) {
        case LevelTargetType::ThingGroup: return LogTargetType::ThingGroup;
        case LevelTargetType::ClientId: return LogTargetType::ClientId;
        case LevelTargetType::SourceIp: return LogTargetType::SourceIp;
        case LevelTargetType::PrincipalId: return LogTargetType::PrincipalId;
    }
    return LogTargetType::Default;
}

}  // namespace gatehouse::api::iot
