// SPDX-License-Identifier: MIT
// What a command that takes long shows of how far it is.
#pragma once

#include "cli/command.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace asyncz::cli {

// `1200 of 50000 tasks copied`, on a terminal, from a second after it was made until it goes; ten
// times a second at most.
class Progress {
 public:
  // `what` follows the number. Without `total` only the number is told.
  Progress(Context& context, std::string what, std::optional<std::size_t> total = {});
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  void show(std::size_t done);

 private:
  Context& context_;
  std::string what_;
  std::optional<std::size_t> total_;
  Instant due_;
};

}  // namespace asyncz::cli
