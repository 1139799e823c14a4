// SPDX-License-Identifier: MIT
// The whole of a helper program asyncz-store-NAME but the store itself: asyncz-store-protocol(7).
//
//   int main() { return asyncz::serve_store(open_mine, {asyncz::wire::Offer::history}); }
#pragma once

#include "store/store.hpp"
#include "store/wire.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace asyncz {

// Which store is meant, as asyncz was told in a URL or its configuration.
struct Greeting {
  std::string url;        // as it was written; the following are its parts, decoded
  std::string authority;  // between `//` and the next `/`; not decoded
  std::string path;
  std::map<std::string, Value> parameters;  // those of the configuration, then of the URL
  bool create = false;                      // make the store where it is missing
  std::string session;  // the same in all helper processes that serve one store object of asyncz
};

//   not_found  there is no store and `create` is false
//   usage      the URL or a parameter cannot be read
using OpenServed = std::function<Result<std::unique_ptr<Store>>(const Greeting& greeting)>;

// Answers on stdout what is asked on stdin until that ends; the process's exit status. Operations
// that `offers` does not name are done by asyncz itself in terms of the eight, even where the store
// has them. A store whose reservations are locks (Reservation::lock) cannot offer them.
int serve_store(const OpenServed& open, wire::Offers offers = {});

// Answers one request after the other.
class StoreService {
 public:
  using Emit = std::function<void(std::string_view line)>;

  StoreService(OpenServed open, wire::Offers offers, Emit emit)
      : open_{std::move(open)}, offers_{offers}, emit_{std::move(emit)}
  {
  }

  void answer(std::string_view line);

  // The descriptor of Store::watch() once that was asked for, else -1.
  [[nodiscard]] int watched() const { return watched_; }
  void tell_changes();

 private:
  using Request = wire::Fields;
  using Operation = Result<Value> (StoreService::*)(Request&);
  struct Row;
  static const Row* find(std::string_view operation);

  Result<Value> outcome_of(const Value& message);
  void emit_item(Value item);

  Result<Value> hello(Request& request);
  Result<Value> add_task(Request& request);
  Result<Value> lookup_task(Request& request);
  Result<Value> update_task(Request& request);
  Result<Value> delete_task(Request& request);
  Result<Value> remove_all_tasks(Request& request);
  Result<Value> get_due_tasks(Request& request);
  Result<Value> get_next_run_time(Request& request);
  Result<Value> get_all_tasks(Request& request);
  Result<Value> add_tasks(Request& request);
  Result<Value> ids_with_prefix(Request& request);
  Result<Value> reserve_due(Request& request);
  Result<Value> reserve(Request& request);
  Result<Value> holder(Request& request);
  Result<Value> extend(Request& request);
  Result<Value> settle(Request& request);
  Result<Value> watch(Request& request);
  Result<Value> record_run(Request& request);
  Result<Value> find_run(Request& request);
  Result<Value> runs(Request& request);
  Result<Value> prune_runs(Request& request);
  Result<Value> put_note(Request& request);
  Result<Value> remove_note(Request& request);
  Result<Value> notes(Request& request);
  Result<Value> examine(Request& request);
  Result<Value> quarantine(Request& request);

  OpenServed open_;
  wire::Offers offers_;
  Emit emit_;
  std::unique_ptr<Store> store_;
  Value number_;  // of the request that is being answered
  int watched_ = -1;
};

}  // namespace asyncz
