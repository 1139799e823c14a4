// SPDX-License-Identifier: MIT
#include "base/json.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace asyncz {
namespace {

// A character and how many bytes it has; 0: none that is well-formed.
struct Character {
  char32_t code = 0;
  std::size_t length = 0;
};

Character first_character(std::string_view text)
{
  for (std::size_t length = 2; length <= 4 && length <= text.size(); ++length) {
    if (!is_utf8(text.substr(0, length))) continue;
    char32_t code = static_cast<unsigned char>(text[0]) & (0xFFU >> (length + 1));
    for (const char c : text.substr(1, length - 1)) {
      code = (code << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
    }
    return {code, length};
  }
  return {};
}

void append_escaped(std::string& text, char32_t code)
{
  const auto unit = [&text](char32_t it) {
    fmt::format_to(std::back_inserter(text), "\\u{:04x}", static_cast<std::uint32_t>(it));
  };
  if (code < 0x10000) return unit(code);
  unit(0xD800 + ((code - 0x10000) >> 10U));
  unit(0xDC00 + ((code - 0x10000) & 0x3FFU));
}

void append_ascii(std::string& text, char c)
{
  switch (c) {
    case '"':
      text += "\\\"";
      return;
    case '\\':
      text += "\\\\";
      return;
    case '\n':
      text += "\\n";
      return;
    case '\r':
      text += "\\r";
      return;
    case '\t':
      text += "\\t";
      return;
    default:
      append_escaped(text, static_cast<unsigned char>(c));
  }
}

constexpr auto plain_bytes = [] {
  std::array<bool, 256> plain{};
  for (std::size_t byte = 0x20; byte < 0x7F; ++byte) plain[byte] = byte != '"' && byte != '\\';
  return plain;
}();

bool is_plain(char c) { return plain_bytes[static_cast<unsigned char>(c)]; }

// What a terminal would act on is escaped: a document is often read on one.
void append_string(std::string& text, std::string_view value)
{
  text += '"';
  while (!value.empty()) {
    const auto odd = std::ranges::find_if_not(value, is_plain);
    const auto plain = static_cast<std::size_t>(odd - value.begin());
    text += value.substr(0, plain);
    value.remove_prefix(plain);
    if (value.empty()) break;
    if (static_cast<unsigned char>(value[0]) < 0x80) {
      append_ascii(text, value[0]);
      value.remove_prefix(1);
      continue;
    }
    const Character next = first_character(value);
    const std::string_view bytes = value.substr(0, next.length);
    if (next.length == 0) {
      text += "\xEF\xBF\xBD";
    } else if (has_control_or_format(bytes)) {
      append_escaped(text, next.code);
    } else {
      text += bytes;
    }
    value.remove_prefix(next.length == 0 ? 1 : next.length);
  }
  text += '"';
}

// Writes values; with an indent one member a line.
class Writer {
 public:
  Writer(std::string& text, bool indented) : text_{text}, indented_{indented} {}

  void operator()(std::nullptr_t) { text_ += "null"; }
  void operator()(bool value) { text_ += value ? "true" : "false"; }
  void operator()(std::int64_t value) { text_ += fmt::format_int{value}.c_str(); }
  void operator()(double value) { fmt::format_to(std::back_inserter(text_), "{}", value); }
  void operator()(const std::string& value) { append_string(text_, value); }
  void operator()(const ValueList& list)
  {
    begin('[');
    for (const Value& element : list) {
      member();
      std::visit(*this, element.it);
    }
    end(']', list.empty());
  }
  void operator()(const ValueMap& map)
  {
    begin('{');
    for (const auto& [name, value] : map) {
      member();
      append_string(text_, name);
      text_ += indented_ ? ": " : ":";
      std::visit(*this, value.it);
      first_ = false;
    }
    end('}', map.empty());
  }

 private:
  void begin(char bracket)
  {
    text_ += bracket;
    first_ = true;
    ++depth_;
  }
  void member()
  {
    if (!first_) text_ += ',';
    first_ = false;
    new_line();
  }
  void end(char bracket, bool empty)
  {
    --depth_;
    if (!empty) new_line();
    text_ += bracket;
    first_ = false;
  }
  void new_line()
  {
    if (!indented_) return;
    text_ += '\n';
    text_.append(depth_ * 2, ' ');
  }

  std::string& text_;
  bool indented_;
  bool first_ = true;
  std::size_t depth_ = 0;
};

void write(std::string& text, const Value& value, bool indented)
{
  Writer writer{text, indented};
  std::visit([&writer](const auto& it) { writer(it); }, value.it);
}

}  // namespace

std::string json_text(const Value& value)
{
  std::string text;
  append_json(text, value);
  return text;
}

void append_json(std::string& text, const Value& value) { write(text, value, false); }

void append_indented_json(std::string& text, const Value& value) { write(text, value, true); }

}  // namespace asyncz
