// The functions of a library that is loaded at run time, found by their names one after the other.
//
//     LibraryFunctions functions(handle);
//     functions.find("create", library.create);
//     if (functions.missing() != nullptr) …
//
// Threads: one at a time.
#pragma once

#include <dlfcn.h>

namespace gatehouse {

class LibraryFunctions {
public:
    // Of dlopen().
    explicit LibraryFunctions(void* library) : library_(library) {}

    // Null where the library has none of that name.
    template <class Function>
    void find(const char* name, Function& function) {
        function = reinterpret_cast<Function>(::dlsym(library_, name));
        if (function == nullptr && missing_ == nullptr) missing_ = name;
    }
    // The first that was not found; null: all were.
    const char* missing() const { return missing_; }

private:
    void* const library_;
    const char* missing_ = nullptr;
};

}  // namespace gatehouse
