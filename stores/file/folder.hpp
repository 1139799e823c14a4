// SPDX-License-Identifier: MIT
// The store's directory, checked to be ours alone, and the folders that asyncz keeps in it.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>

namespace asyncz::stores {

class Folder {
 public:
  // Nothing is made in it, but with `create` the directory itself and those above it.
  //   not_found  it does not exist and `create` is false
  //   denied     it belongs to somebody else, or is open to more than `mode`
  static Result<Folder> open(std::string path, mode_t mode, bool create);

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] const std::string& path() const { return path_; }

  // Whether other hosts may change it unseen by this kernel.
  [[nodiscard]] bool on_network() const;

  // `.asyncz`, or with a name the folder of that name in it; made durably where it is missing and
  // `make`. May be called by any thread.
  //   not_found
  Result<UniqueFd> inner(std::string_view name, bool make) const;
  [[nodiscard]] std::string inner_path(std::string_view name) const;

  // Makes what was made, renamed or removed in it durable.
  Status sync() const;

 private:
  Folder(std::string path, UniqueFd fd) : path_{std::move(path)}, fd_{std::move(fd)} {}

  std::string path_;
  UniqueFd fd_;
};

// Visits the names in a folder but `.` and `..`, in no order, until `visit` returns false. `type`
// is a DT_… of readdir(3).
using VisitName = std::function<bool(const char* name, unsigned char type)>;
Status each_name(int dir, const VisitName& visit);

}  // namespace asyncz::stores
