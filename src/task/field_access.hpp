// SPDX-License-Identifier: MIT
// How the members of a task become values and back, by their type: the cells of the table in
// fields.cpp.
#pragma once

#include "base/result.hpp"
#include "base/value.hpp"
#include "task/fields.hpp"
#include "task/task.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asyncz::field_access {

// From a value. The error says what is expected, not of which field.
Status read(const Value& value, bool& into);
Status read(const Value& value, std::string& into);
Status read(const Value& value, std::int64_t& into);
Status read(const Value& value, std::int32_t& into);
Status read(const Value& value, double& into);
Status read(const Value& value, Duration& into);
Status read(const Value& value, std::vector<std::string>& into);
Status read(const Value& value, std::vector<int>& into);
Status read(const Value& value, Overlap& into);
Status read(const Value& value, Delivery& into);
Status read(const Value& value, OutputMode& into);

template <class T>
Status read(const Value& value, std::optional<T>& into)
{
  T inner{};
  if (Status done = read(value, inner); !done) return done;
  into = std::move(inner);
  return {};
}

inline Value write(bool value) { return value; }
inline Value write(const std::string& value) { return value; }
inline Value write(std::int64_t value) { return value; }
inline Value write(std::int32_t value) { return value; }
inline Value write(double value) { return value; }
Value write(Duration value);
Value write(const std::vector<std::string>& value);
Value write(const std::vector<int>& value);
Value write(Overlap value);
Value write(Delivery value);
Value write(OutputMode value);

template <class T>
Value write(const std::optional<T>& value)
{
  return value ? write(*value) : Value{};
}

template <auto Member>
Value get(const Task& task, const FieldContext&)
{
  return write(task.*Member);
}

// Null sets what a new task has.
template <auto Member>
Status set(Task& task, const Value& value, const FieldContext&)
{
  if (!value.is_null()) return read(value, task.*Member);
  task.*Member = Task{}.*Member;
  return {};
}

template <auto Member>
std::optional<Duration> length(const Task& task)
{
  return task.*Member;
}

// Members with a form of their own.
Value get_command(const Task& task, const FieldContext& context);
Status set_command(Task& task, const Value& value, const FieldContext& context);
Value get_trigger(const Task& task, const FieldContext& context);
Status set_trigger(Task& task, const Value& value, const FieldContext& context);
Status set_timezone(Task& task, const Value& value, const FieldContext& context);
Value get_after(const Task& task, const FieldContext& context);
Status set_after(Task& task, const Value& value, const FieldContext& context);
Value get_umask(const Task& task, const FieldContext& context);
Status set_umask(Task& task, const Value& value, const FieldContext& context);
Value get_env(const Task& task, const FieldContext& context);
Status set_env(Task& task, const Value& value, const FieldContext& context);
Value get_rlimit(const Task& task, const FieldContext& context);
Status set_rlimit(Task& task, const Value& value, const FieldContext& context);
Value get_stdin(const Task& task, const FieldContext& context);
Status set_stdin(Task& task, const Value& value, const FieldContext& context);

}  // namespace asyncz::field_access
