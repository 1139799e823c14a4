// SPDX-License-Identifier: MIT
// The protocol of helper programs, whatever is said: what is read of an answer is written in the
// same way again, and what is asked of a served store is answered by lines of the protocol. The
// first byte chooses the side.
#include "base/json.hpp"
#include "store/serve.hpp"
#include "stores/memory/memory_store.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace asyncz;

namespace {

void require(bool holds)
{
  if (!holds) std::abort();
}

template <class T>
void require_same(const Result<T>& read, Result<T> (*reader)(const Value&))
{
  if (!read) return require(read.error().kind == ErrorKind::corrupt);
  const auto again = reader(wire::value_of(*read));
  require(again && *again == *read);
}

void try_answer(std::string_view line)
{
  const auto message = parse_json(line);
  if (!message) return;
  require_same(wire::record_in(*message), wire::record_in);
  require_same(wire::run_in(*message), wire::run_in);
  require_same(wire::note_in(*message), wire::note_in);
  require_same(wire::instant_in(*message), wire::instant_in);
  static_cast<void>(wire::demand_in(*message));
  static_cast<void>(wire::reservation_in(*message));
  static_cast<void>(wire::status_in(*message));
  static_cast<void>(wire::list_in<Record>(*message, wire::record_in));
  static_cast<void>(wire::offers_in(*message));
}

void try_requests(std::string_view text)
{
  using wire::Offer;
  const auto open = [](const Greeting&) {
    return Result{stores::make_memory_store(stores::make_memory_state())};
  };
  StoreService service{open,
                       {Offer::batches, Offer::prefixes, Offer::reservations, Offer::watch,
                        Offer::history, Offer::notes, Offer::examination, Offer::quarantine},
                       [](std::string_view line) {
                         const auto said = parse_json(line);
                         require(said && line.find('\n') == std::string_view::npos);
                         require(said->find("n") != nullptr);
                       }};
  service.answer(R"({"n":1,"op":"hello","protocol":1,"url":"x:","authority":"","path":"",)"
                 R"("parameters":{},"create":true,"session":"s"})");
  while (!text.empty()) {
    const auto end = text.find('\n');
    service.answer(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  data[0] % 2 == 0 ? try_answer(text) : try_requests(text);
  return 0;
}
