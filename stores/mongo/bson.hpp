// SPDX-License-Identifier: MIT
// Documents as libbson holds them.
#pragma once

#include "stores/mongo/document.hpp"
#include "stores/mongo/library.hpp"

#include <utility>

namespace asyncz::stores::mongo {

// Owns one; nothing once it is moved from.
class Bson {
 public:
  explicit Bson(const Library& library) : library_{library}, bson_{library.make()} {}
  Bson(Bson&& other) noexcept : library_{other.library_}, bson_{std::exchange(other.bson_, nullptr)}
  {
  }
  Bson(const Bson&) = delete;
  Bson& operator=(const Bson&) = delete;
  ~Bson()
  {
    if (bson_ != nullptr) library_.destroy(bson_);
  }

  [[nodiscard]] bson_t* get() const { return bson_; }

 private:
  const Library& library_;
  bson_t* bson_;
};

Bson bson_of(const Library& library, const Document& document);
Document document_of(const Library& library, const bson_t& bson);
Raw raw_of(const Library& library, const bson_t& bson);

}  // namespace asyncz::stores::mongo
