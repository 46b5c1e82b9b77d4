// A value and its lock as one object: the value is reached only while holding the lock.
// Never hold the guard across a suspension.
#pragma once

#include <mutex>
#include <utility>

namespace gatehouse::async {

template <class T>
class Guarded {
public:
    template <class... Args>
    explicit Guarded(Args&&... args) : value_(std::forward<Args>(args)...) {}

    template <class Value, class Mutex>
    class Access {
    public:
        Access(Value& value, Mutex& mutex) : lock_(mutex), value_(value) {}
        Value* operator->() const { return &value_; }
        Value& operator*() const { return value_; }

    private:
        std::unique_lock<Mutex> lock_;
        Value& value_;
    };

    auto lock() { return Access<T, std::mutex>(value_, mutex_); }
    auto lock() const { return Access<const T, std::mutex>(value_, mutex_); }

private:
    mutable std::mutex mutex_;
    T value_;
};

}  // namespace gatehouse::async
