// SPDX-License-Identifier: MIT
#include "stores/custom/helpers.hpp"

#include "base/json.hpp"
#include "base/text.hpp"

#include <utility>

namespace asyncz::stores {

Error not_the_protocol(const HelperProgram& program, std::string_view why)
{
  return {
      ErrorKind::corrupt,
      program.name + " answers otherwise than asyncz-store-protocol(7) says: " + std::string{why},
      "asyncz doctor --conformance tries it out"};
}

// --- One helper ----------------------------------------------------------------------------------

Result<std::unique_ptr<Helper>> Helper::start(const HelperProgram& program,
                                              const ValueMap& greeting)
{
  auto process = HelperProcess::start(program);
  if (!process) return process.error();
  std::unique_ptr<Helper> helper{new Helper{program, *std::move(process)}};
  const auto welcome = helper->ask("hello", greeting);
  if (!welcome) return welcome.error();
  wire::Fields fields{*welcome};
  const auto protocol = fields.count("protocol");
  if (!fields.status()) return not_the_protocol(program, fields.status().error().what);
  if (protocol != wire::protocol) {
    return not_the_protocol(program, "version " + std::to_string(protocol) + " of the protocol");
  }
  helper->offers_ = wire::offers_in(fields.find("offers").value_or(Value{}));
  return helper;
}

Result<Value> Helper::ask(std::string_view operation, ValueMap arguments, const TakeItem& take)
{
  arguments.insert(arguments.begin(), {{"n", ++number_}, {"op", operation}});
  auto line = json_text(arguments);
  if (line.size() > wire::longest_line) {
    return Error{ErrorKind::usage, "the record is too large for " + program_.name,
                 "make its command, environment or stdin smaller"};
  }
  usable_ = answering_ = false;
  if (auto written = process_->write_line(std::move(line)); !written) return written.error();
  return answer(take);
}

Result<Value> Helper::answer(const TakeItem& take)
{
  for (;;) {
    const auto line = process_->read_line();
    if (!line) return line.error();
    const auto message = parse_json(*line);
    if (!message) return not_the_protocol(program_, message.error().what);
    const auto* number = message->find("n");
    if (number == nullptr || *number != Value{number_}) {
      return not_the_protocol(program_, "another answer than that to the request");
    }
    if (const auto* item = message->find("item"); item != nullptr && take) {
      answering_ = true;
      const auto next = take(*item);
      if (!next) return not_the_protocol(program_, next.error().what);
      if (*next == Next::stop) return Value{};
    } else if (const auto* value = message->find("ok")) {
      usable_ = true;
      return *value;
    } else if (const auto* error = message->find("error")) {
      auto told = wire::error_in(*error);
      if (!told) return not_the_protocol(program_, "an error of no known kind");
      usable_ = true;
      return *std::move(told);
    } else {
      return not_the_protocol(program_, "neither ok nor error");
    }
  }
}

// --- As many as are needed -----------------------------------------------------------------------

Result<std::unique_ptr<Helper>> Helpers::take()
{
  {
    const std::lock_guard lock{mutex_};
    if (!idle_.empty()) {
      auto helper = std::move(idle_.back());
      idle_.pop_back();
      return helper;
    }
  }
  return Helper::start(program_, greeting_);
}

void Helpers::put_back(std::unique_ptr<Helper> helper)
{
  if (!helper->is_usable()) return;
  const std::lock_guard lock{mutex_};
  idle_.push_back(std::move(helper));
}

Helpers::Answer Helpers::ask(std::string_view operation, const ValueMap& arguments,
                             const TakeItem& take_item)
{
  Answer answer{Error{}};
  for (;;) {
    auto helper = take();
    if (!helper) return {helper.error(), answer.repeated};
    const bool used_before = (*helper)->was_used();
    answer.value = (*helper)->ask(operation, arguments, take_item);
    const bool again = used_before && !answer.repeated && (*helper)->has_ended() &&
                       !(*helper)->has_begun_to_answer();
    put_back(*std::move(helper));
    if (!again) return answer;
    answer.repeated = true;
    forget_idle();
  }
}

Status Helpers::tell(std::string_view operation, const ValueMap& arguments)
{
  const auto answer = ask(operation, arguments);
  return answer.value ? Status{} : answer.value.error();
}

// Those that are idle may have ended as well.
void Helpers::forget_idle()
{
  std::vector<std::unique_ptr<Helper>> gone;
  const std::lock_guard lock{mutex_};
  gone.swap(idle_);
}

}  // namespace asyncz::stores
