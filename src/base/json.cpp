// SPDX-License-Identifier: MIT
#include "base/json.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <utility>
#include <vector>

namespace asyncz {
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

}  // namespace asyncz
