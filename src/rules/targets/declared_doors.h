// The doors to targets that the operator declared by name, beyond AWS's actions. All outlive the
// actions; null: nobody is there to ask.
#pragma once

namespace gatehouse::rules {

class DatabaseDoor;
class FileDoor;
class MqttDoor;

struct DeclaredDoors {
    FileDoor* files = nullptr;
    MqttDoor* mqtt = nullptr;
    DatabaseDoor* databases = nullptr;
};

}  // namespace gatehouse::rules
