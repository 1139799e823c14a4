// SPDX-License-Identifier: MIT
// The client libraries of databases, each opened when it is first needed.
#pragma once

#include <dlfcn.h>

namespace asyncz::stores {

inline constexpr const char* libmariadb = "libmariadb.so.3";
inline constexpr const char* libmongoc = "libmongoc-1.0.so.0";
inline constexpr const char* libpq = "libpq.so.5";
inline constexpr const char* libsqlite3 = "libsqlite3.so.0";

// Opens one of these for as long as the process lives: such libraries keep threads and memory of
// their own. Null where it is not installed.
inline void* open_library(const char* name)
{
  return ::dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
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
