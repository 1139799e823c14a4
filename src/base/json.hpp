// SPDX-License-Identifier: MIT
// JSON, to values and back.
#pragma once

#include "base/result.hpp"
#include "base/value.hpp"

#include <string>
#include <string_view>

namespace asyncz {

// One JSON document (RFC 8259), nothing after it.
//   usage  line and column of what is wrong; deeper than 64 levels; a name twice in one object; a
//          whole number beyond 64 bits
Result<Value> parse_json(std::string_view text);

// On one line. Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string json_text(const Value& value);
void append_json(std::string& text, const Value& value);

// A member a line.
void append_indented_json(std::string& text, const Value& value);

}  // namespace asyncz
