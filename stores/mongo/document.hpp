// SPDX-License-Identifier: MIT
// Documents, as commands take and answer them: ordered fields of a few types.
#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace asyncz::stores::mongo {

struct Field;
class Value;
using Array = std::vector<Value>;

// A document as it was received: nothing that a Document does not know is lost.
struct Raw {
  Bytes bson;
};

class Document {
 public:
  Document() = default;
  Document(std::initializer_list<Field> fields);

  // Appends a field.
  void add(std::string_view name, Value value);

  [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }
  [[nodiscard]] const Value* find(std::string_view name) const;

  // The field of this name, or nothing of its type where there is none such: no server is trusted
  // to answer what it should.
  [[nodiscard]] std::int64_t number(std::string_view name) const;
  [[nodiscard]] const std::string& text(std::string_view name) const;
  [[nodiscard]] const Document& document(std::string_view name) const;
  [[nodiscard]] const Array& array(std::string_view name) const;

 private:
  std::vector<Field> fields_;
};

// What is of none of these types is read as null. A date is its number of milliseconds.
class Value {
 public:
  Value(std::nullptr_t = nullptr) {}
  Value(bool truth) : value_{truth} {}
  Value(int number) : value_{std::int64_t{number}} {}
  Value(std::int64_t number) : value_{number} {}
  Value(const char* text) : value_{std::string{text}} {}
  Value(std::string_view text) : value_{std::string{text}} {}
  Value(std::string text) : value_{std::move(text)} {}
  Value(Bytes bytes) : value_{std::move(bytes)} {}
  Value(Raw document) : value_{std::move(document)} {}
  Value(Document document) : value_{std::move(document)} {}
  Value(Array array) : value_{std::move(array)} {}

  template <class T>
  [[nodiscard]] const T* get() const
  {
    return std::get_if<T>(&value_);
  }
  template <class Visitor>
  decltype(auto) visit(Visitor&& visitor) const
  {
    return std::visit(std::forward<Visitor>(visitor), value_);
  }

 private:
  std::variant<std::nullptr_t, bool, std::int64_t, std::string, Bytes, Raw, Document, Array> value_;
};

struct Field {
  std::string name;
  Value value;
};

}  // namespace asyncz::stores::mongo
