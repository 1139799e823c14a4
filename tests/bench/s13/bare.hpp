// SPDX-License-Identifier: MIT
// What a store is measured against: the least that a server must be asked to hand out tasks and to
// have them removed, through its client library alone.
#pragma once

#include "time/instant.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace asyncz::bench {

inline constexpr std::size_t batch = 100;
inline constexpr std::size_t sealed_size = 400;
inline const Instant now = instant_of(1'700'000'000'000'000);
inline constexpr std::int64_t lease = 30'000'000;

std::string id_of(std::size_t number);
[[noreturn]] void fail(const std::string& why);

class Bare {
 public:
  struct Taken {
    std::string id;
    std::int64_t fence = 0;
  };

  virtual ~Bare() = default;

  // Makes tables and tasks anew.
  virtual void fill(std::size_t tasks) = 0;
  // Hands out up to `batch` that are due.
  virtual std::vector<Taken> take() = 0;
  // Removes them, on the disk on return.
  virtual void settle(const std::vector<Taken>& taken) = 0;
};

// `place`: a file for SQLite, else the server's URL as its tests give it.
std::unique_ptr<Bare> bare_mariadb(const std::string& place);
std::unique_ptr<Bare> bare_mongodb(const std::string& place);
std::unique_ptr<Bare> bare_postgresql(const std::string& place);
std::unique_ptr<Bare> bare_redis(const std::string& place);
std::unique_ptr<Bare> bare_sqlite(const std::string& place);

}  // namespace asyncz::bench
