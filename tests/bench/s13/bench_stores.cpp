// SPDX-License-Identifier: MIT
// S13 of GOALS: tasks reserved and settled in batches, by a store and by bare statements through
// its client library, in turn. Prints the medians of both, in tasks a second.
//
//   bench_stores KIND TASKS ROUNDS [FOLDER]
//
// The server of KIND is that of ASYNCZ_TEST_<KIND>_URL; for sqlite there is FOLDER.
#include "bare.hpp"

#include "base/task_id.hpp"
#include "stores/registry.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>

namespace asyncz::bench {
namespace {

double rate_of(std::size_t tasks, const std::function<void()>& work)
{
  const auto begin = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return static_cast<double>(tasks) / took.count();
}

double rate_of(Bare& bare, std::size_t tasks)
{
  bare.fill(tasks);
  return rate_of(tasks, [&] {
    for (auto taken = bare.take(); !taken.empty(); taken = bare.take()) bare.settle(taken);
  });
}

void fill(Store& store, std::size_t tasks)
{
  std::vector<Record> records;
  for (std::size_t i = 0; i < tasks; ++i) {
    records.push_back({.id = id_of(i),
                       .moment = now,
                       .queue = "default",
                       .revision = 1,
                       .fence = 1,
                       .sealed = Bytes(sealed_size, 7)});
  }
  for (const auto& status : store.add_tasks(records)) {
    if (!status) fail(status.error().what);
  }
}

double rate_of(Store& store, std::size_t tasks)
{
  fill(store, tasks);
  return rate_of(tasks, [&] {
    for (;;) {
      auto reservations = store.reserve_due({.now = now, .limit = batch});
      if (!reservations) fail(reservations.error().what);
      if (reservations->empty()) return;
      std::vector<Settlement> settlements;
      for (auto& reservation : *reservations) settlements.push_back({&reservation, std::nullopt});
      for (const auto& status : store.settle(settlements)) {
        if (!status) fail(status.error().what);
      }
    }
  });
}

std::unique_ptr<Store> open(const std::string& url)
{
  auto opened = stores::open_store({.url = url, .create = true});
  if (!opened) fail(opened.error().what);
  return *std::move(opened);
}

double median(std::vector<double> values)
{
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// How a kind of store is measured: what makes it another one each time, and the bare statements.
struct Kind {
  std::string parameter;
  std::unique_ptr<Bare> (*bare)(const std::string& place);
};

std::string url_of_server(std::string kind)
{
  std::transform(kind.begin(), kind.end(), kind.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const char* const url = std::getenv(("ASYNCZ_TEST_" + kind + "_URL").c_str());
  if (url == nullptr) fail("there is no server of " + kind);
  return url;
}

}  // namespace

std::string id_of(std::size_t number) { return "task-" + std::to_string(1'000'000 + number); }

void fail(const std::string& why)
{
  std::fprintf(stderr, "bench_stores: %s\n", why.c_str());
  std::exit(1);
}

int run(const std::vector<std::string>& words)
{
  const std::map<std::string, Kind> kinds{{"mariadb", {"tablename", bare_mariadb}},
                                          {"mongodb", {"collection", bare_mongodb}},
                                          {"postgresql", {"tablename", bare_postgresql}},
                                          {"redis", {"key_prefix", bare_redis}},
                                          {"sqlite", {"tablename", bare_sqlite}}};
  const auto kind = words.size() > 3 ? kinds.find(words[1]) : kinds.end();
  const bool local = kind != kinds.end() && kind->first == "sqlite";
  if (kind == kinds.end() || (local && words.size() != 5)) {
    fail("usage: bench_stores KIND TASKS ROUNDS [FOLDER]");
  }
  const auto url = local ? "sqlite://" + words[4] + "/ours.db" : url_of_server(kind->first);
  const auto bare = kind->second.bare(local ? words[4] + "/bare.db" : url);
  const auto tasks = std::strtoul(words[2].c_str(), nullptr, 10);
  std::vector<double> by_store;
  std::vector<double> by_hand;
  for (auto round = std::strtoul(words[3].c_str(), nullptr, 10); round > 0; --round) {
    const auto store = open(url + (url.find('?') == std::string::npos ? "?" : "&") +
                            kind->second.parameter + "=t_" + new_task_id());
    by_store.push_back(rate_of(*store, tasks));
    by_hand.push_back(rate_of(*bare, tasks));
  }
  std::printf("%.0f %.0f\n", median(by_store), median(by_hand));
  return 0;
}

}  // namespace asyncz::bench

int main(int count, char** words) { return asyncz::bench::run({words, words + count}); }
