#include "base/allocation_count.h"

#include <cstdlib>
#include <new>

#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#include <sanitizer/allocator_interface.h>
#define GATEHOUSE_SANITIZER_ALLOCATES
#endif

namespace {

thread_local std::uint64_t count = 0;

}  // namespace

#ifdef GATEHOUSE_SANITIZER_ALLOCATES

// The sanitizer's operators new and delete check more than ours would; it tells of each allocation.
namespace {

void note_allocation(const volatile void*, std::size_t) {
    ++count;
}
void note_free(const volatile void*) {}

const int hooks_installed = __sanitizer_install_malloc_and_free_hooks(note_allocation, note_free);

}  // namespace

#else

void* operator new(std::size_t size) {
    ++count;
    void* const memory = std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

#endif

namespace gatehouse {

std::uint64_t allocation_count() {
    return count;
}

}  // namespace gatehouse
