// SPDX-License-Identifier: MIT
// Which stores there are: a table from URL scheme to what opens it.
#pragma once

#include "base/result.hpp"
#include "base/value.hpp"
#include "store/store.hpp"

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace asyncz::stores {

// What opening a store takes.
struct Opening {
  std::string url;                             // with its scheme
  std::map<std::string, Value> parameters;     // from `[stores.NAME]`; the URL's own win
  bool create = false;                         // make it where it is missing
  std::string state_directory;                 // where this machine keeps what a store does not
  std::function<void(std::string_view)> tell;  // what a helper program has to say; any thread
};

struct Kind {
  std::string_view scheme;   // `file`
  std::string_view summary;  // for `asyncz version`
  bool local;                // a key may be made for it at first use
  bool sealed;               // not so for memory
  Result<std::unique_ptr<Store>> (*open)(const Opening&);
  const char* client = nullptr;  // the library that it opens first; none: all is built in

  // Whether that is installed.
  [[nodiscard]] bool has_client() const;
};

// Every store of this build.
std::span<const Kind> kinds();

// The kind of this URL (`file:///dir`; an absolute path is a file store). A scheme that is none of
// kinds() is that of a helper program on the PATH (asyncz-store-protocol(7)).
//   usage  no such scheme (with the nearest known one)
Result<const Kind*> kind_of(std::string_view url);

//   not_found    there is no store and `create` is false
//   usage        the URL or a parameter cannot be read
//   denied       not ours, or open to others (exit 7)
//   unavailable
Result<std::unique_ptr<Store>> open_store(const Opening& opening);

}  // namespace asyncz::stores
