#include "server/serve/start_memory.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace gatehouse::server {
namespace {

// Of the program, which is the first. Code is as it is in the file; what relocations wrote is not.
int release_code(dl_phdr_info* program, std::size_t, void*) {
    const auto page = static_cast<std::uintptr_t>(getpagesize());
    for (std::size_t i = 0; i < program->dlpi_phnum; ++i) {
        const ElfW(Phdr)& segment = program->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
        const std::uintptr_t from = (program->dlpi_addr + segment.p_vaddr) & ~(page - 1);
        const std::uintptr_t to =
            (program->dlpi_addr + segment.p_vaddr + segment.p_memsz) & ~(page - 1);
        madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);
    }
    return 1;
}

}  // namespace

void release_start_memory() {
    malloc_trim(0);
    dl_iterate_phdr(release_code, nullptr);
}

}  // namespace gatehouse::server
