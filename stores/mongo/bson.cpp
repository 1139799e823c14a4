// SPDX-License-Identifier: MIT
#include "stores/mongo/bson.hpp"

#include <cmath>
#include <string>
#include <utility>

namespace asyncz::stores::mongo {
namespace {

// Appends values to a document under construction.
class Writer {
 public:
  Writer(const Library& library, bson_t* into) : library_{library}, into_{into} {}

  void write(std::string_view name, const Value& value)
  {
    name_ = name;
    value.visit(*this);
  }

  void operator()(std::nullptr_t) const { library_.append_null(into_, name_.data(), size()); }
  void operator()(bool truth) const { library_.append_bool(into_, name_.data(), size(), truth); }
  void operator()(std::int64_t number) const
  {
    library_.append_int64(into_, name_.data(), size(), number);
  }
  void operator()(const std::string& text) const
  {
    library_.append_utf8(into_, name_.data(), size(), text.data(), static_cast<int>(text.size()));
  }
  void operator()(const Bytes& bytes) const
  {
    library_.append_binary(into_, name_.data(), size(), BSON_SUBTYPE_BINARY, bytes.data(),
                           static_cast<std::uint32_t>(bytes.size()));
  }
  void operator()(const Raw& raw) const
  {
    bson_t inner;
    if (!library_.init_static(&inner, raw.bson.data(), raw.bson.size())) return;
    library_.append_document(into_, name_.data(), size(), &inner);
  }
  void operator()(const Document& document) const
  {
    const auto inner = bson_of(library_, document);
    library_.append_document(into_, name_.data(), size(), inner.get());
  }
  void operator()(const Array& array) const
  {
    const Bson inner{library_};
    Writer writer{library_, inner.get()};
    for (std::size_t i = 0; i < array.size(); ++i) writer.write(std::to_string(i), array[i]);
    library_.append_array(into_, name_.data(), size(), inner.get());
  }

 private:
  [[nodiscard]] int size() const { return static_cast<int>(name_.size()); }

  const Library& library_;
  bson_t* into_;
  std::string_view name_;
};

// Counts are given as floating-point numbers, too.
Value number_of(double number)
{
  constexpr double limit = 9e18;
  if (!(std::fabs(number) < limit)) return nullptr;
  return static_cast<std::int64_t>(number);
}

// Reads documents within documents, but not without end.
class Reader {
 public:
  explicit Reader(const Library& library) : library_{library} {}

  Document read(const bson_t& bson)
  {
    Document document;
    bson_iter_t at;
    if (depth_ == deepest || !library_.iter_init(&at, &bson)) return document;
    ++depth_;
    while (library_.iter_next(&at)) document.add(library_.iter_key(&at), value_at(at));
    --depth_;
    return document;
  }

 private:
  static constexpr int deepest = 32;

  using ReadPart = void (*)(const bson_iter_t*, std::uint32_t*, const std::uint8_t**);

  Document part_at(const bson_iter_t& at, ReadPart read_part)
  {
    std::uint32_t size = 0;
    const std::uint8_t* data = nullptr;
    read_part(&at, &size, &data);
    bson_t part;
    if (data == nullptr || !library_.init_static(&part, data, size)) return {};
    return read(part);
  }

  Value array_at(const bson_iter_t& at)
  {
    Array array;
    const auto part = part_at(at, library_.iter_array);
    for (const auto& field : part.fields()) array.push_back(field.value);
    return array;
  }

  [[nodiscard]] Value text_at(const bson_iter_t& at) const
  {
    std::uint32_t size = 0;
    const char* const text = library_.iter_utf8(&at, &size);
    return std::string{text, size};
  }

  [[nodiscard]] Value bytes_at(const bson_iter_t& at) const
  {
    bson_subtype_t subtype{};
    std::uint32_t size = 0;
    const std::uint8_t* data = nullptr;
    library_.iter_binary(&at, &subtype, &size, &data);
    return Bytes(data, data + size);
  }

  Value value_at(const bson_iter_t& at)
  {
    switch (library_.iter_type(&at)) {
      case BSON_TYPE_BOOL:
        return library_.iter_bool(&at);
      case BSON_TYPE_INT32:
        return std::int64_t{library_.iter_int32(&at)};
      case BSON_TYPE_INT64:
        return library_.iter_int64(&at);
      case BSON_TYPE_DOUBLE:
        return number_of(library_.iter_double(&at));
      case BSON_TYPE_DATE_TIME:
        return library_.iter_date_time(&at);
      case BSON_TYPE_UTF8:
        return text_at(at);
      case BSON_TYPE_BINARY:
        return bytes_at(at);
      case BSON_TYPE_DOCUMENT:
        return part_at(at, library_.iter_document);
      case BSON_TYPE_ARRAY:
        return array_at(at);
      default:
        return nullptr;
    }
  }

  const Library& library_;
  int depth_ = 0;
};

}  // namespace

Bson bson_of(const Library& library, const Document& document)
{
  Bson bson{library};
  Writer writer{library, bson.get()};
  for (const auto& [name, value] : document.fields()) writer.write(name, value);
  return bson;
}

Document document_of(const Library& library, const bson_t& bson)
{
  return Reader{library}.read(bson);
}

Raw raw_of(const Library& library, const bson_t& bson)
{
  const auto* const data = library.get_data(&bson);
  return {Bytes(data, data + bson.len)};
}

}  // namespace asyncz::stores::mongo
