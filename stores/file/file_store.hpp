// SPDX-License-Identifier: MIT
// Tasks as files of a directory, shared by any number of processes without a daemon:
// asyncz-store(7).
#pragma once

#include "store/store.hpp"

#include <sys/types.h>

#include <memory>
#include <string>

namespace asyncz::stores {

struct FileStoreOptions {
  std::string directory;
  std::string suffix = ".task";
  mode_t mode = 0700;
  bool cleanup_directory = false;  // the last worker removes what is ours, where no task is left
  bool create = false;
};

//   not_found, denied, unavailable
Result<std::unique_ptr<Store>> open_file_store(const FileStoreOptions& options);

}  // namespace asyncz::stores
