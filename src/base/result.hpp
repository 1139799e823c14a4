// SPDX-License-Identifier: MIT
// How anything of ours fails: a value, or an Error that says what, of which kind, and what to do.
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace asyncz {

// The kinds a caller can act on. Each is one exit status (asyncz(1), EXIT STATUS), which is its
// value here.
enum class ErrorKind : std::uint8_t {
  failed = 1,       // it was tried and did not work
  usage = 2,        // what was asked for cannot be read or makes no sense
  not_found = 3,    // no such task, run or store
  conflict = 4,     // the id is taken, or the thing has changed since it was read
  unavailable = 5,  // the store does not answer; nothing was changed
  corrupt = 6,      // forged, damaged, or sealed under another key
  denied = 7,       // permissions or credentials
};

struct Error {
  ErrorKind kind = ErrorKind::failed;
  std::string what;  // a lower-case clause without a full stop, naming what was asked for
  std::string hint;  // an action that helps, or empty

  // The same error, as seen from further up: "CONTEXT: what".
  [[nodiscard]] Error in(std::string_view context) const
  {
    return {kind, std::string{context} + ": " + what, hint};
  }

  friend bool operator==(const Error&, const Error&) = default;
};

// A T, or why there is none. Test it before `*`; `error()` only where the test failed.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_{std::in_place_index<0>, std::move(value)} {}
  Result(Error error) : state_{std::in_place_index<1>, std::move(error)} {}

  explicit operator bool() const { return state_.index() == 0; }

  T& operator*() & { return value(); }
  const T& operator*() const& { return *std::get_if<0>(&state_); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return std::get_if<0>(&state_); }

  [[nodiscard]] const Error& error() const
  {
    assert(state_.index() == 1);
    return *std::get_if<1>(&state_);
  }

 private:
  T& value()
  {
    assert(state_.index() == 0);
    return *std::get_if<0>(&state_);
  }

  std::variant<T, Error> state_;
};

// Success, or why not.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_{std::move(error)} {}

  explicit operator bool() const { return !error_; }
  [[nodiscard]] const Error& error() const
  {
    assert(error_);
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace asyncz
