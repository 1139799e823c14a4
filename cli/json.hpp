// SPDX-License-Identifier: MIT
// JSON, to values and back.
#pragma once

#include "base/result.hpp"
#include "base/value.hpp"
#include "cli/command.hpp"

#include <string>
#include <string_view>

namespace asyncz::cli {

// One JSON document (RFC 8259), nothing after it.
//   usage  line and column of what is wrong; deeper than 64 levels; a name twice in one object; a
//          whole number beyond 64 bits
Result<Value> parse_json(std::string_view text);

// On one line. Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string json_text(const Value& value);
void append_json(std::string& text, const Value& value);

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
