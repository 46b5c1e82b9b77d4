// Base of resources: types with one identity and one address, never copied or moved.
#pragma once

namespace gatehouse {

class Pinned {
public:
    Pinned(const Pinned&) = delete;
    Pinned& operator=(const Pinned&) = delete;

protected:
    Pinned() = default;
    ~Pinned() = default;
};

}  // namespace gatehouse
