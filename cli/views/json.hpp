// SPDX-License-Identifier: MIT
// JSON, as commands print it.
#pragma once

#include "base/json.hpp"
#include "cli/command.hpp"

#include <string>

namespace asyncz::cli {

// The document a command prints: indented for a person, on one line for a program.
void print_json(Context& context, const Value& document);

// An array that is printed as it comes, an element a line.
class JsonArray {
 public:
  explicit JsonArray(Context& context) : context_{context} {}
  void add(const Value& element);
  void end();

 private:
  Context& context_;
  std::string line_;
  bool first_ = true;
};

}  // namespace asyncz::cli
