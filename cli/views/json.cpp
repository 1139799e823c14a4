// SPDX-License-Identifier: MIT
#include "cli/views/json.hpp"

namespace asyncz::cli {

void print_json(Context& context, const Value& document)
{
  std::string text;
  context.stdout_is_terminal() ? append_indented_json(text, document) : append_json(text, document);
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
