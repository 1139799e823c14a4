// SPDX-License-Identifier: MIT
// Requests to helper processes and their answers, by asyncz-store-protocol(7).
#pragma once

#include "base/value.hpp"
#include "store/wire.hpp"
#include "stores/custom/helper_process.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace asyncz::stores {

// What is done with each item of an answer. After `stop` no more are read.
enum class Next : std::uint8_t { more, stop };
using TakeItem = std::function<Result<Next>(const Value& item)>;

// A helper process that has been greeted. One request at a time.
class Helper {
 public:
  static Result<std::unique_ptr<Helper>> start(const HelperProgram& program,
                                               const ValueMap& greeting);

  // What the helper answers; its own errors as they are.
  //   unavailable, corrupt  it has ended, hangs, or does not keep to the protocol: see is_usable()
  Result<Value> ask(std::string_view operation, ValueMap arguments, const TakeItem& take = {});

  // Whether it can be asked again: all that it said was what the protocol wants, and was read.
  [[nodiscard]] bool is_usable() const { return usable_; }
  [[nodiscard]] bool has_ended() const { return process_->has_ended(); }
  [[nodiscard]] bool was_used() const { return number_ > 1; }  // after the greeting
  [[nodiscard]] bool has_begun_to_answer() const { return answering_; }
  [[nodiscard]] const wire::Offers& offers() const { return offers_; }
  [[nodiscard]] HelperProcess& process() { return *process_; }

 private:
  Helper(const HelperProgram& program, std::unique_ptr<HelperProcess> process)
      : program_{program}, process_{std::move(process)}
  {
  }

  Result<Value> answer(const TakeItem& take);

  const HelperProgram& program_;
  std::unique_ptr<HelperProcess> process_;
  wire::Offers offers_;
  std::int64_t number_ = 0;  // of the last request
  bool usable_ = true;
  bool answering_ = false;
};

// As many processes of one program as there are requests at the same time. Any thread may ask.
class Helpers {
 public:
  Helpers(HelperProgram program, ValueMap greeting)
      : program_{std::move(program)}, greeting_{std::move(greeting)}
  {
  }

  struct Answer {
    Result<Value> value;
    bool repeated = false;  // asked a second time: the first may have been carried out
  };

  // Where the process that was asked has ended since it was last used, another one is asked once
  // more, unless it had begun to answer.
  Answer ask(std::string_view operation, const ValueMap& arguments, const TakeItem& take = {});

  // The same, of what can be done twice as well as once.
  Status tell(std::string_view operation, const ValueMap& arguments);
  template <class T, class Read>
  Result<T> value(std::string_view operation, const ValueMap& arguments, Read read);
  template <class T, class Read>
  Result<std::vector<T>> items(std::string_view operation, const ValueMap& arguments, Read read);

  // An idle one, or a new one.
  Result<std::unique_ptr<Helper>> take();
  void put_back(std::unique_ptr<Helper> helper);

  [[nodiscard]] const HelperProgram& program() const { return program_; }

 private:
  void forget_idle();

  const HelperProgram program_;
  const ValueMap greeting_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Helper>> idle_;
};

// That the helper does not keep to the protocol (corrupt).
Error not_the_protocol(const HelperProgram& program, std::string_view why);

template <class T, class Read>
Result<T> Helpers::value(std::string_view operation, const ValueMap& arguments, Read read)
{
  const auto answer = ask(operation, arguments);
  if (!answer.value) return answer.value.error();
  Result<T> value = read(*answer.value);
  return value ? std::move(value) : not_the_protocol(program_, value.error().what);
}

template <class T, class Read>
Result<std::vector<T>> Helpers::items(std::string_view operation, const ValueMap& arguments,
                                      Read read)
{
  std::vector<T> items;
  const auto answer = ask(operation, arguments, [&](const Value& item) -> Result<Next> {
    Result<T> read_item = read(item);
    if (!read_item) return read_item.error();
    items.push_back(*std::move(read_item));
    return Next::more;
  });
  if (!answer.value) return answer.value.error();
  return items;
}

}  // namespace asyncz::stores
