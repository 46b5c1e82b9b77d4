// Frees what lock-free readers may still be looking at only when no reader can be any more.
//
// A reader announces itself for the duration of one look (a ReadSection, two writes to a line of
// its own). A writer first makes a thing unreachable, then retire()s it; it is freed once every
// reader that was looking at that moment has finished. Looks are short, so little ever waits.
//
// Threads: each Reader belongs to one thread; retire() and reclaim() may be called from any.
// Lifetimes: Readers and ReadSections end before the Quiescence; its destructor frees the rest.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "base/pinned.h"

namespace gatehouse::broker {

class Quiescence : Pinned {
public:
    static constexpr std::size_t readers_max = 72;
    using Free = void (*)(void*);

    class Reader : Pinned {
    public:
        // Requires: fewer than readers_max readers exist.
        explicit Reader(Quiescence& quiescence);
        ~Reader();

    private:
        friend class Quiescence;
        Quiescence& quiescence_;
        std::size_t index_;
    };

    // Not nested for one reader.
    class ReadSection : Pinned {
    public:
        explicit ReadSection(Reader& reader);
        ~ReadSection();

    private:
        std::atomic<std::uint64_t>& announced_;
    };

    Quiescence() = default;
    ~Quiescence();

    // Calls free(object) when it is safe. Requires: new readers cannot reach the object.
    void retire(void* object, Free free);
    // Frees what can be freed now. Returns how much still waits.
    std::size_t reclaim();

private:
    struct alignas(64) Announcement {
        std::atomic<std::uint64_t> epoch{0};  // 0: not looking
        std::atomic<bool> taken{false};
    };
    struct Retired {
        std::uint64_t epoch;
        void* object;
        Free free;
    };

    std::uint64_t oldest_look() const;
    void free_older(std::uint64_t epoch);

    std::array<Announcement, readers_max> announcements_;
    std::atomic<std::uint64_t> epoch_{1};
    std::mutex mutex_;
    std::vector<Retired> retired_;  // oldest first; guarded by mutex_
};

}  // namespace gatehouse::broker
