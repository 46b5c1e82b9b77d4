// Writes lines into the files of one folder, and begins new files when they are full: "x.jsonl"
// becomes "x.jsonl.1", that one "x.jsonl.2", and the oldest is lost.
//
// Paths never lead out of the folder: each part is opened by itself, and none may be a symbolic
// link. A file that somebody else moved away or removed is made anew.
//
// Threads: one. Blocks on the disk.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/descriptor.h"
#include "base/pinned.h"
#include "base/result.h"
#include "rules/targets/declared_folder.h"
#include "rules/targets/file_door.h"

namespace gatehouse::rules {

class FolderWriter : Pinned {
public:
    explicit FolderWriter(DeclaredFolder declared, std::size_t open_max = 64)
        : declared_(std::move(declared)), open_max_(open_max) {}

    // An outcome for each, as FileDoor::append(). Lines of one path stay in their order; after one
    // that cannot be written, later ones of its path are not.
    std::vector<Result<void>> append(std::span<const FileLine> lines, OnDisk on_disk);
    // Files that are open.
    std::size_t open_files() const { return open_.size(); }

    // Whether a folder is there that may be written into. Threads: any.
    static Result<void> check(const DeclaredFolder& declared);

private:
    struct OpenFile {
        std::string path;  // within the folder
        std::string name;  // its last part
        Descriptor file;
        Descriptor parent;
        bool is_torn = false;  // it does not end with the end of a line
    };
    using Lines = std::vector<const FileLine*>;

    // How many were written, and why not the next.
    struct Written {
        std::size_t lines = 0;
        Result<void> how;
    };
    Written append_to(const std::string& path, const Lines& lines, OnDisk on_disk);
    Result<OpenFile*> open(const std::string& path);
    Result<Descriptor> open_parent(std::string_view path);
    Result<Descriptor> open_part(const Descriptor& parent, const std::string& part);
    Result<void> open_last(OpenFile& file);
    bool is_still_there(const OpenFile& file) const;
    Result<void> begin_next(OpenFile& file);
    Result<void> write_at_end(OpenFile& file, std::string_view text, std::uint64_t size);
    Result<void> make_room_for_path();

    const DeclaredFolder declared_;
    const std::size_t open_max_;
    const SystemClock clock_;       // of the machine
    std::list<OpenFile> open_;      // the one that was used last in front
    std::size_t paths_ = SIZE_MAX;  // about as many as there are files of; SIZE_MAX: not known yet
    SteadyTime paths_counted_at_{};
};

}  // namespace gatehouse::rules
