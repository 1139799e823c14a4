// SPDX-License-Identifier: MIT
#include "stores/mongo/document.hpp"

namespace asyncz::stores::mongo {
namespace {

template <class T>
const T& field_or_nothing(const Document& document, std::string_view name)
{
  static const T nothing{};
  const auto* const value = document.find(name);
  const auto* const found = value != nullptr ? value->get<T>() : nullptr;
  return found != nullptr ? *found : nothing;
}

}  // namespace

Document::Document(std::initializer_list<Field> fields) : fields_{fields} {}

void Document::add(std::string_view name, Value value)
{
  fields_.push_back({std::string{name}, std::move(value)});
}

const Value* Document::find(std::string_view name) const
{
  for (const auto& field : fields_) {
    if (field.name == name) return &field.value;
  }
  return nullptr;
}

std::int64_t Document::number(std::string_view name) const
{
  return field_or_nothing<std::int64_t>(*this, name);
}

const std::string& Document::text(std::string_view name) const
{
  return field_or_nothing<std::string>(*this, name);
}

const Document& Document::document(std::string_view name) const
{
  return field_or_nothing<Document>(*this, name);
}

const Array& Document::array(std::string_view name) const
{
  return field_or_nothing<Array>(*this, name);
}

}  // namespace asyncz::stores::mongo
