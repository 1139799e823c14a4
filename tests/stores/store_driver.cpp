// SPDX-License-Identifier: MIT
// One operation on a file store, as a process that fault_test.sh lets fail or die at each of its
// system calls: store_driver OPERATION DIRECTORY. Says "done" once the operation is acknowledged.
#include "stores/file/file_store.hpp"
#include "stores/records.hpp"

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace asyncz;
using namespace asyncz::tests;

namespace {

int done(const Status& status)
{
  if (!status) {
    std::fprintf(stderr, "%s\n", status.error().what.c_str());
    return static_cast<int>(status.error().kind);
  }
  std::puts("done");
  return 0;
}

int settle(Store& store, bool removes)
{
  auto reservation = store.reserve("t", demand_at(noon));
  if (!reservation) return done(reservation.error());
  if (auto recorded = store.record_run(run_of(1, 2, noon)); !recorded) return done(recorded);
  const Settlement settlement{
      &*reservation,
      removes ? std::nullopt : std::optional{edited(reservation->record, "settled")}};
  return done(store.settle({&settlement, 1}).front());
}

// What is there: the sealed bytes, `none`, or an error.
int show(Store& store)
{
  const auto record = store.lookup_task("t");
  if (!record && record.error().kind != ErrorKind::not_found) return done(record.error());
  std::puts(record ? std::string{text_of(record->sealed)}.c_str() : "none");
  int damaged = 0;
  const auto read = store.runs({}, [&](const Result<RunRecord>& run) {
    damaged += run ? 0 : 1;
    return true;
  });
  return read && damaged == 0 ? 0 : 6;
}

}  // namespace

int main(int count, char** words)
{
  if (count != 3) return 2;
  const std::string_view operation{words[1]};
  const auto store = stores::open_file_store({.directory = words[2], .create = true});
  if (!store) return done(store.error());
  if (operation == "add") return done((*store)->add_task(record_of("t")));
  if (operation == "batch") {
    const std::vector<Record> records{record_of("t"), record_of("u")};
    return done((*store)->add_tasks(records).front());
  }
  if (operation == "update") return done((*store)->update_task(edited(record_of("t"), "updated")));
  if (operation == "remove") return done((*store)->delete_task("t", 1000));
  if (operation == "settle") return settle(**store, false);
  if (operation == "finish") return settle(**store, true);
  if (operation == "show") return show(**store);
  return 2;
}
