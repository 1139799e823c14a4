// SPDX-License-Identifier: MIT
// A database's client library, opened when it is first needed.
#pragma once

#include <dlfcn.h>

#include <span>

namespace asyncz::stores {

// Opens the first of these that is installed, for as long as the process lives: such libraries keep
// threads and memory of their own. Null where none is.
inline void* open_library(std::span<const char* const> names)
{
  for (const auto* name : names) {
    if (void* const handle = ::dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)) return handle;
  }
  return nullptr;
}

// Looks for functions one by one and remembers whether all were there.
class Functions {
 public:
  explicit Functions(void* handle) : handle_{handle} {}

  template <class Function>
  void find(Function& function, const char* name)
  {
    function = reinterpret_cast<Function>(::dlsym(handle_, name));
    complete_ = complete_ && function != nullptr;
  }
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  void* handle_;
  bool complete_ = true;
};

}  // namespace asyncz::stores
