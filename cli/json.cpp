// SPDX-License-Identifier: MIT
#include "cli/json.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>
#include <vector>

namespace asyncz::cli {
namespace {

constexpr std::size_t deepest = 64;

struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};

Position position_of(std::string_view text, std::size_t offset)
{
  Position position;
  for (const char c : text.substr(0, offset)) {
    position =
        c == '\n' ? Position{position.line + 1, 1} : Position{position.line, position.column + 1};
  }
  return position;
}

// Builds values from the parser's events. Its members return false to stop, with `problem` set.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Value root;
  std::string problem;
  std::size_t offset = 0;  // of a problem in the grammar, in bytes; 0: not known

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(std::int64_t{value}); }
  bool number_unsigned(number_unsigned_t value) override
  {
    if (!std::in_range<std::int64_t>(value)) return stop("the number is too large");
    return put(static_cast<std::int64_t>(value));
  }
  bool number_float(number_float_t value, const string_t& written) override
  {
    const bool whole = written.find_first_of(".eE") == std::string::npos;
    if (whole || !std::isfinite(value)) return stop("the number is too large");
    return put(value);
  }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return stop("binary data"); }
  bool start_object(std::size_t) override { return open(ValueMap{}); }
  bool start_array(std::size_t) override { return open(ValueList{}); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override
  {
    auto& map = std::get<ValueMap>(open_.back()->it);
    for (const auto& [known, value] : map) {
      if (known == name)
        return stop(fmt::format("the name {} stands there twice", printable(name)));
    }
    map.emplace_back(std::move(name), nullptr);
    return true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override
  {
    offset = position;
    return stop("this is not JSON");
  }

 private:
  bool stop(std::string why)
  {
    problem = std::move(why);
    return false;
  }

  // Where the next value goes: the last member of the innermost container.
  Value* put_at(Value value)
  {
    if (open_.empty()) {
      root = std::move(value);
      return &root;
    }
    Value& container = *open_.back();
    if (auto* list = std::get_if<ValueList>(&container.it)) {
      return &list->emplace_back(std::move(value));
    }
    Value& member = std::get<ValueMap>(container.it).back().second;
    member = std::move(value);
    return &member;
  }

  bool put(Value value)
  {
    put_at(std::move(value));
    return true;
  }

  // The containers above an open one do not grow until it is closed, so that pointers hold.
  bool open(Value container)
  {
    if (open_.size() == deepest) return stop(fmt::format("more than {} levels deep", deepest));
    open_.push_back(put_at(std::move(container)));
    return true;
  }

  bool close()
  {
    open_.pop_back();
    return true;
  }

  std::vector<Value*> open_;
};

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

bool is_plain(char c)
{
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\';
}

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
  void operator()(std::int64_t value) { fmt::format_to(std::back_inserter(text_), "{}", value); }
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

Result<Value> parse_json(std::string_view text)
{
  Builder builder;
  bool done = false;
  try {
    done = nlohmann::json::sax_parse(text, &builder);
  } catch (const nlohmann::json::exception& error) {
    builder.problem = error.what();
  }
  if (done) return std::move(builder.root);
  if (builder.offset == 0) return Error{ErrorKind::usage, builder.problem, ""};
  const Position at = position_of(text, builder.offset - 1);
  return Error{ErrorKind::usage,
               fmt::format("line {}, column {}: {}", at.line, at.column, builder.problem), ""};
}

std::string json_text(const Value& value)
{
  std::string text;
  append_json(text, value);
  return text;
}

void append_json(std::string& text, const Value& value) { write(text, value, false); }

void print_json(Context& context, const Value& document)
{
  std::string text;
  write(text, document, context.stdout_is_terminal());
  text += '\n';
  context.out(text);
}

void JsonArray::add(const Value& element)
{
  line_.assign(first_ ? "[\n" : ",\n");
  append_json(line_, element);
  context_.out(line_);
  first_ = false;
}

void JsonArray::end() { context_.out(first_ ? "[]\n" : "\n]\n"); }

}  // namespace asyncz::cli
